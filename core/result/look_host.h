/* SPDX-License-Identifier: Apache-2.0
 *
 * What monitors saw of a flow's endpoints, as figures of its looks.  Pure.
 */
#ifndef VMTP_RESULT_LOOK_HOST_H
#define VMTP_RESULT_LOOK_HOST_H

#include "look.h"

void look_host_fill(struct looks *looks, const struct terms *terms, const struct trial *trial);

#endif
