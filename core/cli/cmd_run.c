/* SPDX-License-Identifier: Apache-2.0 */
#include "../engine/measure.h"
#include "../engine/sinks.h"
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

static int run_status(const struct run *run, const json_t *document, int measured, int kept)
{
    if (run->journal_status || run->unclean || kept < 0)
        return EXIT_INFRA;
    if (run_cancelled(run))
        return EXIT_INTERRUPTED;
    return measured < 0 ? EXIT_INFRA : document_verdict(document);
}

/* The way of the data, from the plan on: endpoints, trials and samples, results, sinks, verdict. */
static int run_carry_out(struct cli *cli, const struct front *front, struct run *run)
{
    _cleanup_(json_decrefp) json_t *document = NULL;
    struct vmtp_error err = { 0 };
    struct watch *watch = NULL;
    struct run_info info;
    int measured, kept, r;

    r = watch_start(run, !front->no_progress, &watch, &err);
    if (r < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    measured = run_measure(run, &err);

    info = run_info(run);
    r = document_make(&info, &document, &err);
    kept = r < 0 ? r : sinks_write(run, document, &err);
    watch_stop(watch);
    if (r < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    table_print(document, table_stream(front->scenario));
    fprintf(stderr, "vmtp: run %s is kept in %s\n", run->id, run->folder);
    return run_status(run, document, measured, kept);
}

int cmd_run(struct cli *cli)
{
    _cleanup_(front_clear) struct front front = { 0 };
    _cleanup_(run_freep) struct run *run = NULL;
    struct vmtp_error err = { 0 };
    int status = front_load(cli, &terminal_prompt, &front);

    if (status != EXIT_PASS)
        return status;
    if (run_new(front.plan, front.registry, &cli->log, &run, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    return run_carry_out(cli, &front, run);
}
