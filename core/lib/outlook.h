/* SPDX-License-Identifier: Apache-2.0
 *
 * What a plan would do, for machines: vmtp.plan/1, described in docs/library.md.  Pure.
 */
#ifndef VMTP_LIB_OUTLOOK_H
#define VMTP_LIB_OUTLOOK_H

#include "../scenario/plan.h"

/* As JSON, the caller's to free; NULL: out of memory. */
char *outlook_text(const struct plan *plan);

#endif
