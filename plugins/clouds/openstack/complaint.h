/* SPDX-License-Identifier: Apache-2.0
 *
 * A complaint: what a service says of a request that it refuses.
 *
 * Pure.  Services say it in many forms: nova {"badRequest": {"message"}}, neutron {"NeutronError":
 * {"type", "message"}} or a string there, keystone {"error": {"message"}}, placement {"errors":
 * [{"detail"}]}, glance and proxies in HTML.  The text that comes of it is one line without control
 * characters and secrets.
 */
#ifndef OPENSTACK_COMPLAINT_H
#define OPENSTACK_COMPLAINT_H

#include "http.h"

#define COMPLAINT_MAX 512

struct complaint {
    int code;                 /* what it means here: a negative errno, as os_call() has it */
    char type[64];            /* "RouterInUse", "badRequest"; "": none */
    char text[COMPLAINT_MAX]; /* without a full stop; "": nothing was said */
};

/* secrets, which end with NULL, do not stand in the text. */
void complaint_read(const struct http_answer *answer, const char *const *secrets,
                    struct complaint *ret);

/* "409 RouterInUse: Router x still has ports (req-...)" as an error; returns the code. */
int complaint_fail(const struct http_answer *answer, const char *const *secrets,
                   struct vmtp_error *err);

#endif
