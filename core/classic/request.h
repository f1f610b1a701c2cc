/* SPDX-License-Identifier: Apache-2.0
 *
 * From what was asked for to what is done: scenarios that a person could have written, and what
 * their flows are to VMTP.
 *
 * Native hosts come first, as in VMTP: the first --host is the server of all flows.  It is its own
 * client first (intra), then every other host is (inter).  Then come VMs, if there are credentials
 * to make them with, or two that exist.  request_free() wipes the secrets.
 */
#ifndef VMTP_CLASSIC_REQUEST_H
#define VMTP_CLASSIC_REQUEST_H

#include "../plugin/registry.h"
#include "settings.h"

/* -EINVAL: there is nothing to do at all, or what was asked for contradicts itself; -ENOMEM. */
int request_make(const struct wish *wish, const struct settings *settings,
                 const struct registry *registry, struct classic_request **ret,
                 struct vmtp_error *err);
/* The part can't be measured, why says why: it is left out.  -EINVAL: then there is none. */
int request_drop(struct classic_request *request, size_t part, const char *why,
                 struct vmtp_error *err);
/* An answer to the question of that name, which is not asked again.  A copy, wiped at the end; of
 * several the first holds. */
int request_keep_secret(struct classic_request *request, const char *what, const char *value,
                        struct vmtp_error *err);
void request_free(struct classic_request *request);
DEFINE_CLEANUP(request_free, struct classic_request *)

#endif
