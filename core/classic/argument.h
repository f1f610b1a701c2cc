/* SPDX-License-Identifier: Apache-2.0
 *
 * What the value of each flag must look like, and where in the wish it goes.
 */
#ifndef VMTP_CLASSIC_ARGUMENT_H
#define VMTP_CLASSIC_ARGUMENT_H

#include "wish.h"

/* Put a flag's value into the wish, which has room for one more host and hypervisor.  A password
 * in the value is wiped there; *ret_shown is the value with it masked.  -EINVAL: what is wrong
 * with the value; -ENOMEM. */
int argument_take(struct wish *wish, const struct flag *flag, char *value, const char **ret_shown,
                  struct vmtp_error *err);

#endif
