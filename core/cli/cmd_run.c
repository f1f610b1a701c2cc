/* SPDX-License-Identifier: Apache-2.0 */
#include "../engine/outcome.h"
#include "../report/table.h"
#include "front.h"
#include "prompt.h"
#include "watch.h"

/* stdout is the table's, unless a sink writes the results there. */
static FILE *table_stream(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->sink_count; i++) {
        const struct vmtp_sink *sink = &scenario->sinks[i].component->ops.sink;

        if (sink->takes_stdout && sink->takes_stdout(scenario->sinks[i].opt))
            return stderr;
    }
    return stdout;
}

static int run_watched(struct cli *cli, const struct front *front, struct run *run)
{
    _cleanup_(outcome_clear) struct outcome outcome = { 0 };
    struct vmtp_error err = { 0 };
    struct watch *watch = NULL;

    if (watch_start(run, !front->no_progress, &watch, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    run_carry_out(run, &outcome, &err);
    watch_stop(watch);
    if (!outcome.document)
        return cli_error(cli, EXIT_INFRA, &err);
    table_print(outcome.document, table_stream(front->scenario));
    fprintf(stderr, "vmtp: run %s is kept in %s\n", run->id, run->folder);
    return outcome.status;
}

int cmd_run(struct cli *cli)
{
    _cleanup_(front_clear) struct front front = { 0 };
    _cleanup_(run_freep) struct run *run = NULL;
    struct vmtp_error err = { 0 };
    int status = front_load(cli, &terminal_prompt, &front);
    struct means means = { .registry = front.registry,
                           .log = &cli->log,
                           .prompt = terminal_prompt };

    if (status != EXIT_PASS)
        return status;
    if (run_new(front.plan, &means, &run, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    return run_watched(cli, &front, run);
}
