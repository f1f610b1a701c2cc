/* SPDX-License-Identifier: Apache-2.0 */
#include "../base/fd.h"
#include "../engine/sinks.h"
#include "../result/recover.h"
#include "cli.h"
#include "prompt.h"

#include <getopt.h>
#include <limits.h>

#define DOCUMENT_MAX (512u << 20)

/* VMTP's document where VMTP mode left one, or else the result document; a run that was killed has
 * neither, but a journal. */
static int document_read(const struct run *run, struct buf *ret, struct vmtp_error *err)
{
    static const char *const names[] = { "classic.json", "result.json" };
    _cleanup_(json_decrefp) json_t *recovered = NULL;
    _free_ char *text = NULL;
    char path[PATH_MAX];
    int r;

    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", run->folder, names[i]);
        if (access(path, F_OK) == 0)
            return file_read(path, ret, err);
    }
    snprintf(path, sizeof path, "%s/journal.ndjson", run->folder);
    r = journal_recover(path, &recovered, err);
    if (r < 0)
        return r;
    text = document_text(recovered);
    return text && buf_add_text(ret, text) == 0
               ? 0
               : vmtp_fail(err, -ENOMEM, "run %s: out of memory", run->id);
}

/* only: a name; NULL: all are meant. */
static bool is_meant(const struct section *sink, const char *only)
{
    return !only || strcmp(only, sink->component->table.name) == 0;
}

static int scenario_feed(struct run *run, const struct scenario *scenario, const char *only,
                         const char *document, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int first = 0;

    for (size_t i = 0; i < scenario->sink_count; i++) {
        const struct section *sink = &scenario->sinks[i];
        int r;

        if (!is_meant(sink, only))
            continue;
        r = sink_feed(run, sink, document, first ? &why : err);
        if (r == 0)
            printf("%s: sent to %s\n", run->id, sink->component->table.name);
        else if (first)
            log_line(run->log, VMTP_WARN, "%s", why.text);
        first = first ? first : r;
    }
    return first;
}

/* The run's, with a sink of this name in it. */
static int scenario_find(struct run *run, const char *only, struct scenario **ret,
                         struct vmtp_error *err)
{
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    int r = run_scenario(run, &scenario, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < scenario->sink_count; i++)
        if (is_meant(&scenario->sinks[i], only)) {
            *ret = TAKE(scenario);
            return 0;
        }
    return vmtp_fail(err, -ENOENT,
                     "the scenario of run %s has no sink%s%s; give one as --sink 'NAME: {...}'",
                     run->id, only ? " named " : "", only ? only : "");
}

/* sink: one of the scenario's by name, or any as a scenario would have it. */
static int replay(const struct cli *cli, struct run *run, const char *sink)
{
    _cleanup_(buf_clear) struct buf document = BUF(DOCUMENT_MAX);
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    bool is_yaml = sink && strchr(sink, ':');
    const char *only = is_yaml ? NULL : sink;
    struct vmtp_error err = { 0 };
    int r = is_yaml ? scenario_parse_sink(sink, "--sink", run->registry, &terminal_prompt,
                                          &scenario, &err)
                    : scenario_find(run, only, &scenario, &err);

    if (r < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    if (document_read(run, &document, &err) < 0 ||
        scenario_feed(run, scenario, only, buf_text(&document), &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    return EXIT_PASS;
}

int cmd_replay(struct cli *cli)
{
    static const struct option options[] = { { "sink", required_argument, NULL, 's' }, { 0 } };
    _cleanup_(registry_freep) struct registry *registry = NULL;
    _cleanup_(run_freep) struct run *run = NULL;
    struct vmtp_error err = { 0 };
    const char *sink = NULL;
    struct means means;
    int option;

    while ((option = getopt_long(cli->argc, cli->argv, "", options, NULL)) != -1) {
        if (option != 's')
            return cli_usage(cli);
        sink = optarg;
    }
    if (cli->argc - optind != 1)
        return cli_usage(cli);
    if (cli_registry(cli, &registry) != EXIT_PASS)
        return EXIT_INFRA;
    means = (struct means){ .registry = registry, .log = &cli->log, .prompt = terminal_prompt };
    if (run_reopen(cli->argv[optind], &means, &run, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    return replay(cli, run, sink);
}
