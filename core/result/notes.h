/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reader must know beside a result's figures, as whole phrases: trials that failed or were
 * disturbed, figures that are imprecise, unsteady or too good to be true.
 */
#ifndef VMTP_RESULT_NOTES_H
#define VMTP_RESULT_NOTES_H

#include "result.h"

/* Fill result->notes from all the rest of it.  0 or -ENOMEM. */
int notes_make(struct result *result);

#endif
