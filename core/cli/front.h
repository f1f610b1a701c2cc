/* SPDX-License-Identifier: Apache-2.0
 *
 * What run, check and plan have in common: plugins, scenario and plan from a command line.
 */
#ifndef VMTP_CLI_FRONT_H
#define VMTP_CLI_FRONT_H

#include "../scenario/plan.h"
#include "cli.h"

#include <getopt.h>

struct front {
    const char *file;
    bool no_progress;
    struct registry *registry;
    struct scenario *scenario;
    struct plan *plan;
};

/* Options that a command has besides; their values are what take() gets. */
struct extras {
    const struct option *options; /* EXTRAS_MAX at most, and an empty one behind them */
    int (*take)(void *arg, int option, const char *value, struct vmtp_error *err);
    void *arg;
};
#define EXTRAS_MAX 4

/* Read the arguments ([--seed N] [--no-progress] SCENARIO and the extras, which may be NULL), the
 * plugins and the scenario; nothing is touched.  prompt: who is asked for secrets; NULL: nobody.
 * EXIT_PASS, or what the program ends with, its reason said. */
int front_load(struct cli *cli, const struct extras *extras, const struct prompt *prompt,
               struct front *ret);
/* Where tables go: stdout, unless a sink writes the results there. */
FILE *front_stdout(const struct front *front);
void front_clear(struct front *front);

#endif
