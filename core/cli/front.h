/* SPDX-License-Identifier: Apache-2.0
 *
 * What run, check and plan have in common: plugins, scenario and plan from a command line.
 */
#ifndef VMTP_CLI_FRONT_H
#define VMTP_CLI_FRONT_H

#include "../scenario/plan.h"
#include "cli.h"

struct front {
    const char *file;
    bool no_progress;
    struct registry *registry;
    struct scenario *scenario;
    struct plan *plan;
};

/* Read the arguments ([--seed N] [--no-progress] SCENARIO), the plugins and the scenario; nothing
 * is touched.  prompt: who is asked for secrets; NULL: nobody.  EXIT_PASS, or what the program ends
 * with, its reason said. */
int front_load(struct cli *cli, const struct prompt *prompt, struct front *ret);
void front_clear(struct front *front);

#endif
