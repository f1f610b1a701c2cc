/* SPDX-License-Identifier: Apache-2.0
 *
 * Patience: what is asked again after it failed, and when.
 *
 * Pure.  Repeated is only what can do no harm: what may be done twice after lost connections and
 * servers that are in trouble; anything after a refusal that promises that nothing was done, or
 * where it never reached the server.
 */
#ifndef OPENSTACK_PATIENCE_H
#define OPENSTACK_PATIENCE_H

#include "http.h"

#define PATIENCE_TRIES 6

/* One try that did not succeed. */
struct setback {
    bool may_be_repeated;   /* doing it twice is as good as once */
    int code;               /* negative errno of http_perform(); 0: there was an answer */
    enum http_reach reach;  /* without an answer: how far it came */
    int status;             /* of the answer */
    uint64_t retry_after_s; /* that it asks for; 0: not said */
    unsigned int tries;     /* so far, this one included */
};

/* Is it worth another try?  Then *ret_ns is how long to wait first: as the server says, else 0.3 s
 * and twice as much each time, up to 2 s. */
bool patience_again(const struct setback *setback, uint64_t *ret_ns);

#endif
