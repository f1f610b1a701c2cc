/* SPDX-License-Identifier: Apache-2.0 */
#include "../base/fd.h"
#include "../report/table.h"
#include "baseline.h"
#include "front.h"
#include "prompt.h"
#include "watch.h"

#include <limits.h>

static int option_take(void *arg, int option, const char *value, struct vmtp_error *err)
{
    struct baseline *baseline = arg;

    if (option == 'b')
        return reading_add(&baseline->old, value, err);
    return option == 'g' ? gates_parse(&baseline->gates, value, err)
                         : baseline_noise(baseline, value, err);
}

static int comparison_keep(const struct run *run, const json_t *comparison, struct vmtp_error *err)
{
    _free_ char *text = document_text(comparison);
    char path[PATH_MAX];

    if (!text)
        return vmtp_fail(err, -ENOMEM, "comparison: out of memory");
    snprintf(path, sizeof path, "%s/compare.json", run->folder);
    return file_replace(path, text, strlen(text), 0644, err);
}

/* What failed outweighs what is undecided; what kept the run from being whole outweighs both. */
static int worse_of(int run, int comparison)
{
    if (run == EXIT_INFRA || run == EXIT_INTERRUPTED || comparison == EXIT_PASS)
        return run;
    return run == EXIT_FAIL ? run : comparison;
}

static int compared(struct cli *cli, const struct baseline *baseline, struct run *run,
                    struct outcome *outcome, FILE *stream)
{
    char *names[] = { run->id };
    const struct side now = { &outcome->document, names, 1 };
    _cleanup_(json_decrefp) json_t *comparison = NULL;
    struct vmtp_error err = { 0 };

    fputc('\n', stream);
    if (baseline_compare(baseline, &now, &comparison, &err) < 0 ||
        comparison_keep(run, comparison, &err) < 0 ||
        comparison_print(comparison, &(struct showing){ 0 }, stream, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    return worse_of(outcome->status, compare_status(comparison));
}

static int carried_out(struct cli *cli, const struct front *front, const struct baseline *baseline,
                       struct run *run)
{
    _cleanup_(outcome_clear) struct outcome outcome = { 0 };
    FILE *stream = front_stdout(front);
    struct vmtp_error err = { 0 };
    int status;

    run_watched(run, !front->no_progress, &outcome, &err);
    if (!outcome.document)
        return cli_error(cli, EXIT_INFRA, &err);
    status = outcome.status;
    table_print(outcome.document, stream);
    if (baseline->old.count && status != EXIT_INTERRUPTED)
        status = compared(cli, baseline, run, &outcome, stream);
    fprintf(stderr, "vmtp: run %s is kept in %s\n", run->id, run->folder);
    return status;
}

int cmd_run(struct cli *cli)
{
    static const struct option options[] = { { "baseline", required_argument, NULL, 'b' },
                                             { "gate", required_argument, NULL, 'g' },
                                             { "noise", required_argument, NULL, 'N' },
                                             { 0 } };
    _cleanup_(baseline_clear) struct baseline baseline = BASELINE;
    const struct extras extras = { options, option_take, &baseline };
    _cleanup_(front_clear) struct front front = { 0 };
    _cleanup_(run_freep) struct run *run = NULL;
    struct vmtp_error err = { 0 };
    int status = front_load(cli, &extras, &terminal_prompt, &front);
    struct means means = { .registry = front.registry,
                           .log = &cli->log,
                           .prompt = terminal_prompt };

    if (status != EXIT_PASS)
        return status;
    if (run_new(front.plan, &means, &run, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    return carried_out(cli, &front, &baseline, run);
}
