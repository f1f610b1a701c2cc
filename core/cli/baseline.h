/* SPDX-License-Identifier: Apache-2.0
 *
 * What compare and `run --baseline` have in common: the old side, the gates and the noise of an
 * environment from a command line, and the comparison with what is new.
 *
 * The command owns it; one thread.
 */
#ifndef VMTP_CLI_BASELINE_H
#define VMTP_CLI_BASELINE_H

#include "../report/compare.h"
#include "reading.h"

struct baseline {
    struct reading old;
    struct gates gates;
    json_t *noise; /* NULL: not known */
};

#define BASELINE                                                                                   \
    {                                                                                              \
        .gates = GATES_USUAL                                                                       \
    }

/* The document of `vmtp noise --json`. */
int baseline_noise(struct baseline *baseline, const char *file, struct vmtp_error *err);
/* The caller owns *ret. */
int baseline_compare(const struct baseline *baseline, const struct side *now, json_t **ret,
                     struct vmtp_error *err);
void baseline_clear(struct baseline *baseline);

/* How to show a comparison. */
struct showing {
    bool all, json, markdown;
};

int comparison_print(const json_t *comparison, const struct showing *showing, FILE *stream,
                     struct vmtp_error *err);

#endif
