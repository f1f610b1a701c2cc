/* SPDX-License-Identifier: Apache-2.0
 *
 * An errand: one request that is made until there is an answer that counts, as far as patience goes
 * and the deadline allows.  Each try is one line at debug level, without headers and bodies.  [any]
 */
#ifndef OPENSTACK_ERRAND_H
#define OPENSTACK_ERRAND_H

#include "http.h"

struct errand {
    struct vmtp_self *self;
    struct http *http;
    const struct http_request *request; /* its cancel_fd is not looked at: it is the run's */
    bool may_be_repeated;               /* doing it twice is as good as once */
};

/* From now, but not beyond the step that is being run; timeout_ns 0: the step alone counts. */
uint64_t errand_deadline_ns(struct vmtp_self *self, uint64_t timeout_ns);

/* 0: the last answer, whatever its status.  Errors as http_perform() has them. */
int errand_run(const struct errand *errand, struct http_answer *ret, struct vmtp_error *err);

#endif
