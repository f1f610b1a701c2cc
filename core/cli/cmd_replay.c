/* SPDX-License-Identifier: Apache-2.0 */
#include "../base/fd.h"
#include "../engine/sinks.h"
#include "cli.h"
#include "prompt.h"

#include <getopt.h>
#include <limits.h>

#define DOCUMENT_MAX (512u << 20)

static int sinks_feed(struct run *run, const struct scenario *scenario, const char *only,
                      const char *document, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    size_t tried = 0;
    int first = 0;

    for (size_t i = 0; i < scenario->sink_count; i++) {
        const struct section *sink = &scenario->sinks[i];
        int r;

        if (only && strcmp(only, sink->component->table.name) != 0)
            continue;
        tried++;
        r = sink_feed(run, sink, document, first ? &why : err);
        if (r == 0)
            printf("%s: sent to %s again\n", run->id, sink->component->table.name);
        else if (first)
            log_line(run->log, VMTP_WARN, "%s", why.text);
        first = first ? first : r;
    }
    if (!tried)
        return vmtp_fail(err, -ENOENT, "the scenario of run %s has no sink%s%s", run->id,
                         only ? " named " : "", only ? only : "");
    return first;
}

static int replay(struct run *run, const char *only, struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf document = BUF(DOCUMENT_MAX);
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    char path[PATH_MAX];
    int r = run_scenario(run, &scenario, err);

    if (r < 0)
        return r;
    snprintf(path, sizeof path, "%s/result.json", run->folder);
    r = file_read(path, &document, err);
    return r < 0 ? r : sinks_feed(run, scenario, only, buf_text(&document), err);
}

int cmd_replay(struct cli *cli)
{
    static const struct option options[] = { { "sink", required_argument, NULL, 's' }, { 0 } };
    _cleanup_(registry_freep) struct registry *registry = NULL;
    _cleanup_(run_freep) struct run *run = NULL;
    struct vmtp_error err = { 0 };
    const char *only = NULL;
    struct means means;
    int option;

    while ((option = getopt_long(cli->argc, cli->argv, "", options, NULL)) != -1) {
        if (option != 's')
            return cli_usage(cli);
        only = optarg;
    }
    if (cli->argc - optind != 1)
        return cli_usage(cli);
    if (cli_registry(cli, &registry) != EXIT_PASS)
        return EXIT_INFRA;
    means = (struct means){ .registry = registry, .log = &cli->log, .prompt = terminal_prompt };
    if (run_reopen(cli->argv[optind], &means, &run, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    return replay(run, only, &err) < 0 ? cli_error(cli, EXIT_INFRA, &err) : EXIT_PASS;
}
