/* SPDX-License-Identifier: Apache-2.0 */
#include "front.h"

#include "../engine/ask.h"

#include <getopt.h>

struct wish {
    bool has_seed;
    uint64_t seed;
};

static int arguments_read(struct cli *cli, struct front *front, struct wish *wish)
{
    static const struct option options[] = {
        { "seed", required_argument, NULL, 's' },
        { "no-progress", no_argument, NULL, 'n' },
        { 0 },
    };
    char *end;
    int option;

    while ((option = getopt_long(cli->argc, cli->argv, "", options, NULL)) != -1) {
        if (option == 's') {
            errno = 0;
            wish->seed = strtoull(optarg, &end, 10);
            wish->has_seed = true;
            if (end == optarg || *end || errno || *optarg == '-') {
                fprintf(stderr, "vmtp: --seed: '%.40s' is no whole number\n", optarg);
                return EXIT_USAGE;
            }
        } else if (option == 'n') {
            front->no_progress = true;
        } else {
            return cli_usage(cli);
        }
    }
    if (cli->argc - optind != 1)
        return cli_usage(cli);
    front->file = cli->argv[optind];
    return EXIT_PASS;
}

int front_load(struct cli *cli, const struct prompt *prompt, struct front *ret)
{
    struct vmtp_error err = { 0 };
    struct wish wish = { 0 };
    int status = arguments_read(cli, ret, &wish);

    if (status == EXIT_PASS)
        status = cli_registry(cli, &ret->registry);
    if (status != EXIT_PASS)
        return status;
    if (scenario_load(ret->file, ret->registry, prompt, &ret->scenario, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    if (wish.has_seed) {
        ret->scenario->has_seed = true;
        ret->scenario->seed = wish.seed;
    }
    if (ask_plan(ret->scenario, &cli->log, &ret->plan, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    return EXIT_PASS;
}

void front_clear(struct front *front)
{
    plan_free(front->plan);
    scenario_free(front->scenario);
    registry_free(front->registry);
}
