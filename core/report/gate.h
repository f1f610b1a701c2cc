/* SPDX-License-Identifier: Apache-2.0
 *
 * Gates: by how much a quantity may be worse before a comparison fails.
 *
 * A gate is a share of the old figure; of a quantity that is a share itself (loss) it is in points
 * of that.  Without a word of the person, goodput, transactions, the median of rtt (or ping's own
 * mean) and loss have one; all others are compared, but decide nothing.
 */
#ifndef VMTP_REPORT_GATE_H
#define VMTP_REPORT_GATE_H

#include "evidence.h"

#include <vmtp/error.h>

#define GATE_SHARE 0.05
#define GATE_LOSS  0.01
#define GATES_MAX  64

struct gate {
    const char *name; /* "goodput", "rtt.p99", or "rtt" for its median; not ended by a NUL */
    size_t len;
    double share; /* NAN: none */
};

struct gates {
    double share; /* of those that have one anyway */
    struct gate each[GATES_MAX];
    size_t count;
};

/* As it is without a word. */
#define GATES_USUAL                                                                                \
    {                                                                                              \
        .share = GATE_SHARE                                                                        \
    }

/* "5%", "rtt.p99=10%" or "loss=off"; the text must live as long as the gates. */
int gates_parse(struct gates *gates, const char *text, struct vmtp_error *err);
/* The quantity's gate; NAN: none.  names: of all quantities of the result. */
double gate_of(const struct gates *gates, const struct quantity *quantity, const json_t *names);

#endif
