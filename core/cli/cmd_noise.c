/* SPDX-License-Identifier: Apache-2.0
 *
 * A/A: the same scenario several times, each time with an order and an environment of its own, as
 * runs to be compared later have.
 */
#include "../base/units.h"
#include "../engine/ask.h"
#include "../report/noise.h"
#include "../report/table.h"
#include "front.h"
#include "prompt.h"
#include "reading.h"
#include "watch.h"

#include <getopt.h>

#define RUNS      4
#define RUNS_MOST 1000
#define TEXT_MAX  (64u << 20)

struct wish {
    uint64_t runs;
    bool all, json;
};

static int option_take(void *arg, int option, const char *value, struct vmtp_error *err)
{
    struct wish *wish = arg;

    if (option == 'a')
        wish->all = true;
    else if (option == 'j')
        wish->json = true;
    else if (uint_parse(value, &wish->runs) < 0 || wish->runs < NOISE_RUNS_LEAST ||
             wish->runs > RUNS_MOST)
        return vmtp_fail(err, -EINVAL, "--runs: '%.20s' is no whole number from %d to %d", value,
                         NOISE_RUNS_LEAST, RUNS_MOST);
    return 0;
}

/* One run of a plan of its own: the order of its trials is drawn anew. */
static int once(struct cli *cli, const struct front *front, struct reading *reading)
{
    struct means means = { .registry = front->registry,
                           .log = &cli->log,
                           .prompt = terminal_prompt };
    _cleanup_(outcome_clear) struct outcome outcome = { 0 };
    _cleanup_(plan_freep) struct plan *plan = NULL;
    _cleanup_(run_freep) struct run *run = NULL;
    struct vmtp_error err = { 0 };

    if (ask_plan(front->scenario, &cli->log, &plan, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    if (run_new(plan, &means, &run, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    run_watched(run, !front->no_progress, &outcome, &err);
    if (outcome.status == EXIT_INFRA || outcome.status == EXIT_INTERRUPTED || !outcome.document)
        return cli_error(cli, outcome.document ? outcome.status : EXIT_INFRA, &err);
    return reading_add(reading, run->folder, &err) < 0 ? cli_error(cli, EXIT_INFRA, &err)
                                                       : EXIT_PASS;
}

static int noise_print(const struct reading *reading, const struct wish *wish, FILE *stream,
                       struct vmtp_error *err)
{
    const struct side runs = { reading->documents, reading->names, reading->count };
    _cleanup_(buf_clear) struct buf text = BUF(TEXT_MAX);
    _cleanup_(json_decrefp) json_t *noise = NULL;
    struct style style = style_of(stream);
    _free_ char *json = NULL;
    int r = noise_make(&runs, &noise, err);

    if (r < 0)
        return r;
    if (wish->json && (json = document_text(noise)))
        r = buf_printf(&text, "%s\n", json);
    else
        r = noise_format(noise, wish->all, &style, &text);
    if (r < 0)
        return vmtp_fail(err, r, "noise: %s", strerror(-r));
    fputs(buf_text(&text), stream); /* main() says why it could not */
    return 0;
}

int cmd_noise(struct cli *cli)
{
    static const struct option options[] = { { "runs", required_argument, NULL, 'r' },
                                             { "all", no_argument, NULL, 'a' },
                                             { "json", no_argument, NULL, 'j' },
                                             { 0 } };
    struct wish wish = { .runs = RUNS };
    const struct extras extras = { options, option_take, &wish };
    _cleanup_(reading_clear) struct reading reading = { 0 };
    _cleanup_(front_clear) struct front front = { 0 };
    struct vmtp_error err = { 0 };
    int status = front_load(cli, &extras, &terminal_prompt, &front);

    for (uint64_t i = 0; i < wish.runs && status == EXIT_PASS; i++) {
        fprintf(stderr, "vmtp: run %d of %d\n", (int)i + 1, (int)wish.runs);
        status = once(cli, &front, &reading);
    }
    if (status != EXIT_PASS)
        return status;
    if (noise_print(&reading, &wish, front_stdout(&front), &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    return EXIT_PASS;
}
