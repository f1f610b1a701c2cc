/* SPDX-License-Identifier: Apache-2.0 */
#include "../engine/reap.h"
#include "cli.h"
#include "prompt.h"

static int reap_one(struct cli *cli, const struct registry *registry, const char *id,
                    bool quiet_if_alive)
{
    const struct means means = { .registry = registry,
                                 .log = &cli->log,
                                 .prompt = terminal_prompt };
    struct vmtp_error err = { 0 };
    struct reaped reaped;
    int r = run_reap(id, &means, &reaped, &err);

    if (reaped.alive && quiet_if_alive)
        return EXIT_PASS;
    if (r < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    if (reaped.count)
        printf("%s: removed %zu things that it had left behind\n", id, reaped.count);
    else if (!quiet_if_alive)
        printf("%s: nothing is left of it to remove\n", id);
    return EXIT_PASS;
}

static int reap_all(struct cli *cli, const struct registry *registry)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct vmtp_error err = { 0 };
    const char **ids;
    size_t count;
    int status = EXIT_PASS;

    if (!arena || run_list(arena, &ids, &count, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    for (size_t i = 0; i < count; i++)
        if (reap_one(cli, registry, ids[i], true) != EXIT_PASS)
            status = EXIT_INFRA;
    if (status == EXIT_PASS)
        printf("%zu runs looked at, nothing is left behind by those that are dead\n", count);
    return status;
}

int cmd_reap(struct cli *cli)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    int status;

    if (cli->argc != 2)
        return cli_usage(cli);
    status = cli_registry(cli, &registry);
    if (status != EXIT_PASS)
        return status;
    if (strcmp(cli->argv[1], "--all") == 0)
        return reap_all(cli, registry);
    return cli->argv[1][0] == '-' ? cli_usage(cli) : reap_one(cli, registry, cli->argv[1], false);
}
