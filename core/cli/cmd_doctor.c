/* SPDX-License-Identifier: Apache-2.0
 *
 * What machines are good for as places to measure from: they are asked and watched for a while, no
 * flow is measured, and nothing stays of it, there or here.
 */
#include "../base/clock.h"
#include "../base/units.h"
#include "../classic/draft.h"
#include "../engine/ask.h"
#include "../report/doctor.h"
#include "cli.h"
#include "prompt.h"
#include "watch.h"

#include <ctype.h>
#include <getopt.h>

#define LOOK_NS       (3 * NS_PER_S)
#define LOOK_LEAST_NS (500 * NS_PER_MS)
#define LOOK_MOST_NS  (3600 * NS_PER_S)
#define TEXT_MAX      (16u << 20)
#define NAME_SIZE     64

struct visit {
    const char *scenario_file, *key, *jump, *trust;
    char **hosts;
    int host_count;
    uint64_t look_ns;
    bool json, no_progress;
    struct registry *registry;
    struct scenario *scenario;
    struct plan *plan;
};

static void visit_clear(struct visit *visit)
{
    plan_free(visit->plan);
    scenario_free(visit->scenario);
    registry_free(visit->registry);
}

static int time_read(const char *text, struct visit *visit, struct vmtp_error *err)
{
    if (duration_parse(text, &visit->look_ns) < 0 || visit->look_ns < LOOK_LEAST_NS ||
        visit->look_ns > LOOK_MOST_NS)
        return vmtp_fail(err, -EINVAL, "--time: '%.40s' is no duration from 500ms to 1h", text);
    return 0;
}

static int option_take(struct visit *visit, int option, struct vmtp_error *err)
{
    switch (option) {
    case 't':
        return time_read(optarg, visit, err);
    case 's':
        visit->scenario_file = optarg;
        return 0;
    case 'k':
        visit->key = optarg;
        return 0;
    case 'J':
        visit->jump = optarg;
        return 0;
    case 'T':
        visit->trust = optarg;
        return 0;
    case 'j':
        visit->json = true;
        return 0;
    case 'n':
        visit->no_progress = true;
        return 0;
    default:
        return -EINVAL;
    }
}

static int arguments_read(struct cli *cli, struct visit *visit)
{
    static const struct option options[] = { { "time", required_argument, NULL, 't' },
                                             { "scenario", required_argument, NULL, 's' },
                                             { "private-key", required_argument, NULL, 'k' },
                                             { "host-keys", required_argument, NULL, 'T' },
                                             { "jump", required_argument, NULL, 'J' },
                                             { "json", no_argument, NULL, 'j' },
                                             { "no-progress", no_argument, NULL, 'n' },
                                             { 0 } };
    struct vmtp_error err = { 0 };
    int option;

    while ((option = getopt_long(cli->argc, cli->argv, "", options, NULL)) != -1)
        if (option_take(visit, option, &err) < 0)
            return err.code ? cli_error(cli, EXIT_USAGE, &err) : cli_usage(cli);
    visit->hosts = cli->argv + optind;
    visit->host_count = cli->argc - optind;
    return visit->scenario_file && visit->host_count ? cli_usage(cli) : EXIT_PASS;
}

/* Of "root@[fd77::1]:22" the host; an IPv6 address may be bare. */
static size_t host_find(const char *spec, const char **ret)
{
    const char *at = strrchr(spec, '@'), *host = at ? at + 1 : spec;

    *ret = *host == '[' ? host + 1 : host;
    if (*host == '[')
        return strcspn(*ret, "]");
    return strchr(host, ':') == strrchr(host, ':') ? strcspn(host, ":") : strlen(host);
}

/* What it is called: fd77--1. */
static void host_name(const char *spec, int number, char ret[NAME_SIZE])
{
    const char *host;
    size_t len = host_find(spec, &host), n = 0;

    for (; n < len && n < NAME_SIZE - 8; n++)
        ret[n] = isalnum((unsigned char)host[n]) || host[n] == '.' ? host[n] : '-';
    ret[n] = '\0';
    if (!isalnum((unsigned char)*ret))
        snprintf(ret, NAME_SIZE, "host-%d", number);
}

/* The same machine may be given twice, with another user or port. */
static void name_make(char *const *hosts, int index, char ret[NAME_SIZE])
{
    char other[NAME_SIZE];

    host_name(hosts[index], index + 1, ret);
    for (int i = 0; i < index; i++) {
        host_name(hosts[i], i + 1, other);
        if (strcmp(other, ret) == 0) {
            snprintf(ret + strlen(ret), NAME_SIZE - strlen(ret), "-%d", index + 1);
            return;
        }
    }
}

static void cloud_write(const struct visit *visit, struct draft *draft)
{
    const char *const options[][2] = { { "key", visit->key },
                                       { "jump", visit->jump },
                                       { "host-keys", visit->trust } };

    draft_printf(draft, "cloud:\n  hosts:\n    agent: auto\n");
    for (size_t i = 0; i < COUNT(options); i++)
        if (options[i][1]) {
            draft_printf(draft, "    %s: ", options[i][0]);
            draft_text(draft, options[i][1]);
            draft_printf(draft, "\n");
        }
}

/* The scenario that was not written: places, and all that can watch them. */
static void scenario_write(const struct visit *visit, struct draft *draft)
{
    static const char *const monitors[] = { "host", "clock" };
    char name[NAME_SIZE];

    draft_printf(draft, "vmtp: 1\nname: doctor\n");
    if (visit->host_count)
        cloud_write(visit, draft);
    else
        draft_printf(draft, "cloud: local\n");
    draft_printf(draft, "endpoints:\n");
    if (!visit->host_count)
        draft_printf(draft, "  localhost: {}\n");
    for (int i = 0; i < visit->host_count; i++) {
        name_make(visit->hosts, i, name);
        draft_printf(draft, "  \"%s\": { ssh: ", name);
        draft_text(draft, visit->hosts[i]);
        draft_printf(draft, " }\n");
    }
    draft_printf(draft, "monitors: [");
    for (size_t i = 0; i < COUNT(monitors); i++)
        if (registry_find(visit->registry, VMTP_MONITOR, monitors[i]))
            draft_printf(draft, "%s, ", monitors[i]);
    draft_printf(draft, "]\n");
}

static int scenario_make(struct visit *visit, struct vmtp_error *err)
{
    struct draft draft = DRAFT;
    int r;

    if (visit->scenario_file)
        return scenario_load(visit->scenario_file, visit->registry, &terminal_prompt,
                             &visit->scenario, err);
    scenario_write(visit, &draft);
    r = draft.r < 0
            ? vmtp_fail(err, draft.r, "doctor: %s", strerror(-draft.r))
            : scenario_parse_endpoints(buf_text(&draft.text), draft.text.len, visit->registry,
                                       &terminal_prompt, &visit->scenario, err);
    buf_clear(&draft.text);
    return r;
}

static int visit_load(struct cli *cli, struct visit *visit)
{
    struct vmtp_error err = { 0 };
    int status = arguments_read(cli, visit);

    status = status == EXIT_PASS ? cli_registry(cli, &visit->registry) : status;
    if (status != EXIT_PASS)
        return status;
    if (scenario_make(visit, &err) < 0 ||
        ask_plan(visit->scenario, &cli->log, &visit->plan, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    return EXIT_PASS;
}

static int report(const struct visit *visit, const json_t *document)
{
    _cleanup_(buf_clear) struct buf text = BUF(TEXT_MAX);
    struct style style = style_of(stdout);
    _free_ char *json = visit->json ? document_text(document) : NULL;
    int r = visit->json ? (json ? buf_printf(&text, "%s\n", json) : -ENOMEM)
                        : doctor_format(document, &style, &text);

    fputs(buf_text(&text), stdout);
    return r;
}

/* An endpoint of which nothing could be learnt is what a measurement would lack. */
static enum exit_status status_of(const json_t *document)
{
    const char *worst = doctor_worst(document);

    if (!*worst)
        return EXIT_INFRA;
    if (strcmp(worst, "unknown") == 0)
        return EXIT_UNDECIDED;
    return strcmp(worst, "bad") == 0 ? EXIT_FAIL : EXIT_PASS;
}

static int carried_out(struct cli *cli, const struct visit *visit, struct run *run)
{
    _cleanup_(outcome_clear) struct outcome outcome = { 0 };
    struct vmtp_error err = { 0 };
    int r = run_watched(run, !visit->no_progress, &outcome, &err);

    if (run->unclean)
        fprintf(stderr, "vmtp: run %s is kept in %s\n", run->id, run->folder);
    else
        run_folder_remove(run->folder, NULL);
    if (r < 0 || !outcome.document)
        return cli_error(cli, run_cancelled(run) ? EXIT_INTERRUPTED : EXIT_INFRA, &err);
    r = report(visit, outcome.document);
    if (r < 0) {
        vmtp_fail(&err, r, "doctor: %s", strerror(-r));
        return cli_error(cli, EXIT_INFRA, &err);
    }
    return status_of(outcome.document);
}

int cmd_doctor(struct cli *cli)
{
    _cleanup_(visit_clear) struct visit visit = { .look_ns = LOOK_NS };
    _cleanup_(run_freep) struct run *run = NULL;
    struct vmtp_error err = { 0 };
    int status = visit_load(cli, &visit);
    const struct means means = { .registry = visit.registry,
                                 .log = &cli->log,
                                 .prompt = terminal_prompt };

    if (status != EXIT_PASS)
        return status;
    if (run_new(visit.plan, &means, &run, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    run->look_ns = visit.look_ns;
    run->sinks_later = true;
    return carried_out(cli, &visit, run);
}
