/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts of a request whose flows run between what is there already: hosts, and VMs that
 * reuse_existing_vm names.
 */
#ifndef VMTP_CLASSIC_NATIVE_H
#define VMTP_CLASSIC_NATIVE_H

#include "part.h"

/* Of at least one --host. */
int native_make(struct part_maker *maker);
/* Of the two VMs that the variables name. */
int existing_make(struct part_maker *maker);

#endif
