/* SPDX-License-Identifier: Apache-2.0
 *
 * From what was asked for to what is done: a scenario that a person could have written, and what
 * its flows are to VMTP.
 *
 * Native hosts: the first --host is the server of all flows.  It is its own client first (intra),
 * then every other host is (inter).  request_free() wipes the secrets.
 */
#ifndef VMTP_CLASSIC_REQUEST_H
#define VMTP_CLASSIC_REQUEST_H

#include "../plugin/registry.h"
#include "credentials.h"
#include "settings.h"

/* *ret->flow_count 0: there is nothing to measure natively, `scenario` is NULL then.  unmet says
 * what of the wish stays undone.  -EINVAL: there is nothing to do at all; -ENOMEM. */
int request_make(const struct wish *wish, const struct settings *settings,
                 const struct credentials *credentials, const struct registry *registry,
                 struct classic_request **ret, struct vmtp_error *err);
void request_free(struct classic_request *request);
DEFINE_CLEANUP(request_free, struct classic_request *)

#endif
