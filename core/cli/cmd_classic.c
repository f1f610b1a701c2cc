/* SPDX-License-Identifier: Apache-2.0 */
#include "../base/clock.h"
#include "../base/fd.h"
#include "../classic/document.h"
#include "../classic/report.h"
#include "../classic/request.h"
#include "../engine/ask.h"
#include "../engine/outcome.h"
#include "../engine/sinks.h"
#include "cli.h"
#include "diary.h"
#include "prompt.h"
#include "watch.h"

#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>

#define DOCUMENT_MAX  (64 * 1024 * 1024)
#define NO_HYPERVISOR 5 /* VMTP's exit status */
#define ASKED_MAX     200
#define ANSWER_MAX    1024

/* One part of the request on its way to a result. */
struct attempt {
    struct scenario *scenario;
    struct plan *plan;
    struct run *run;
    struct outcome outcome;
};

/* From the command line to runs: what there is of it, to be freed whatever happens. */
struct classic {
    struct wish *wish;
    struct settings *settings;
    struct registry *registry;
    struct classic_request *request;
    struct attempt attempts[CLASSIC_PARTS_MAX]; /* as the request's parts */
    struct diary *diary;
};

static void attempt_clear(struct attempt *attempt)
{
    outcome_clear(&attempt->outcome);
    run_free(attempt->run);
    plan_free(attempt->plan);
    scenario_free(attempt->scenario);
    *attempt = (struct attempt){ 0 };
}

static void classic_clear(struct classic *classic)
{
    for (size_t i = 0; i < CLASSIC_PARTS_MAX; i++)
        attempt_clear(&classic->attempts[i]);
    request_free(classic->request);
    registry_free(classic->registry);
    settings_free(classic->settings);
    wish_free(classic->wish);
    diary_free(classic->diary);
}

/* Said to the person, and kept in the log file. */
static int fail(struct cli *cli, const struct classic *classic, enum exit_status status,
                const struct vmtp_error *err)
{
    diary_error(classic->diary, err);
    return cli_error(cli, status, err);
}

/* ---- what was asked for ---- */

/* --no-env: neither we nor a plugin shall know them.  No other thread runs yet. */
static int environment_forget(void)
{
    for (char **at = environ; at && *at;) {
        _free_ char *name = strndup(*at, strcspn(*at, "="));

        if (!name)
            return -ENOMEM;
        if (strncmp(name, "OS_", 3) == 0 && unsetenv(name) == 0)
            at = environ; /* the others have moved */
        else
            at++;
    }
    return 0;
}

/* Secrets of the command line are known; the person is asked for the others. */
static int secret_ask(void *arg, const char *what, int cancel_fd, char *ret, size_t len,
                      struct vmtp_error *err)
{
    const struct classic_request *request = arg;

    for (size_t i = 0; i < request->secret_count; i++) {
        if (strcmp(request->secrets[i].what, what) != 0)
            continue;
        if ((size_t)snprintf(ret, len, "%s", request->secrets[i].value) >= len)
            return vmtp_fail(err, -E2BIG, "longer than %zu bytes", len - 1);
        return 0;
    }
    return terminal_prompt.ask(terminal_prompt.arg, what, cancel_fd, ret, len, err);
}

/* Better known before the run than after it. */
static int json_file_check(const char *file, struct vmtp_error *err)
{
    char folder[PATH_MAX];
    struct stat st;

    if (!file)
        return 0;
    if (stat(file, &st) == 0 && S_ISDIR(st.st_mode))
        return vmtp_fail(err, -EISDIR, "--json %s: %s", file, strerror(EISDIR));
    if (access(file, W_OK) == 0)
        return 0;
    if (errno == ENOENT) {
        snprintf(folder, sizeof folder, "%s", file);
        if (access(dirname(folder), W_OK) == 0)
            return 0;
    }
    return vmtp_fail(err, -errno, "--json %s: %s", file, strerror(errno));
}

static int request_read(struct cli *cli, struct classic *classic, struct vmtp_error *err)
{
    const struct wish *wish = classic->wish;
    int r = settings_load(wish, getenv("HOME"), &classic->settings, err);

    r = r < 0 ? r : json_file_check(wish->json_file, err);
    r = r < 0 ? r
              : request_make(wish, classic->settings, classic->registry, &classic->request, err);
    for (size_t i = 0; r == 0 && i < classic->request->warning_count; i++)
        log_line(&cli->log, VMTP_WARN, "%s", classic->request->warnings[i]);
    return r;
}

/* ---- parts ---- */

/* What the cloud would ask for when it is deployed, with the parts before it measured already.
 * -ENOKEY: there is no answer. */
static int answer_get(struct classic_request *request, const struct section *section,
                      struct vmtp_error *err)
{
    const struct vmtp_cloud *cloud = &section->component->ops.cloud;
    char what[ASKED_MAX], answer[ANSWER_MAX];
    int r;

    if (!cloud->asks || cloud->asks(section->opt, what, sizeof what) <= 0)
        return 0;
    r = secret_ask(request, what, -1, answer, sizeof answer, err);
    if (r == -ENXIO)
        return vmtp_fail(err, -ENOKEY, "%s: there is no terminal to ask for it: write it behind -p",
                         what);
    if (r < 0)
        return vmtp_wrap(err, "%s", what);
    if (!*answer)
        return vmtp_fail(err, -ENOKEY, "%s: the answer is empty", what);
    r = request_keep_secret(request, what, answer, err);
    explicit_bzero(answer, sizeof answer);
    return r;
}

static int part_plan(struct cli *cli, struct classic *classic, size_t i, struct vmtp_error *err)
{
    const struct prompt prompt = { secret_ask, classic->request };
    const char *text = classic->request->parts[i]->scenario;
    struct attempt *attempt = &classic->attempts[i];
    int r;

    log_line(&cli->log, VMTP_DEBUG, "as a scenario:");
    log_text(&cli->log, VMTP_DEBUG, text);
    r = scenario_parse(text, strlen(text), "", classic->registry, &prompt, &attempt->scenario, err);
    r = r < 0 ? r : ask_plan(attempt->scenario, &cli->log, &attempt->plan, err);
    return r < 0 ? r : answer_get(classic->request, &attempt->scenario->cloud, err);
}

/* All of them before the first is measured.  Credentials that nobody asked for need not do. */
static int parts_plan(struct cli *cli, struct classic *classic, struct vmtp_error *err)
{
    struct classic_request *request = classic->request;
    int r = 0;

    for (size_t i = 0; i < request->part_count && r == 0;) {
        r = part_plan(cli, classic, i, err);
        if (r == -ENOKEY && request->parts[i]->lent) {
            struct vmtp_error why = *err;

            log_line(&cli->log, VMTP_WARN, "%s: nothing is measured between VMs", why.text);
            attempt_clear(&classic->attempts[i]);
            r = request_drop(request, i, why.text, err);
        } else {
            i++;
        }
    }
    return r;
}

static int part_carry_out(struct cli *cli, struct classic *classic, size_t i,
                          struct vmtp_error *err)
{
    const struct means means = { .registry = classic->registry,
                                 .log = &cli->log,
                                 .prompt = { secret_ask, classic->request } };
    struct attempt *attempt = &classic->attempts[i];
    struct watch *watch = NULL;
    int r = run_new(attempt->plan, &means, &attempt->run, err);

    r = r < 0 ? r : watch_start(attempt->run, true, &watch, err);
    if (r < 0)
        return r;
    attempt->run->sinks_later = true; /* until there is VMTP's document */
    r = run_carry_out(attempt->run, &attempt->outcome, err);
    watch_stop(watch);
    log_line(&cli->log, VMTP_INFO, "run %s is kept in %s", attempt->run->id, attempt->run->folder);
    return r;
}

/* In a cloud of one host there is nothing between two: as in VMTP, that is left out. */
static int part_measure(struct cli *cli, struct classic *classic, size_t i, struct vmtp_error *err)
{
    const struct classic_part *otherwise = classic->request->parts[i]->otherwise;
    int r = part_carry_out(cli, classic, i, err);

    if (r != -ENODEV || !otherwise)
        return r;
    log_line(&cli->log, VMTP_WARN, "%s: measured within one host alone", err->text);
    attempt_clear(&classic->attempts[i]);
    classic->request->parts[i] = otherwise;
    r = part_plan(cli, classic, i, err);
    return r < 0 ? r : part_carry_out(cli, classic, i, err);
}

/* ---- what came out ---- */

static int document_save(const struct classic *classic, const json_t *document,
                         struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf text = BUF(DOCUMENT_MAX);
    int r;

    if (!classic->wish->json_file)
        return 0;
    r = classic_document_format(document, &text);
    if (r < 0)
        return vmtp_fail(err, r, "--json %s: %s", classic->wish->json_file, strerror(-r));
    return file_store(classic->wish->json_file, buf_text(&text), text.len, 0644, err);
}

static int classic_keep(const struct run *run, const char *text, struct vmtp_error *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/classic.json", run->folder);
    return file_replace(path, text, strlen(text), 0644, err);
}

/* A person may break it off here too.  What fails is noted. */
static void sinks_watched(struct run *run, const char *text)
{
    struct vmtp_error err = { 0 };
    struct watch *watch = NULL;

    if (run->plan->scenario->sink_count == 0 || watch_start(run, true, &watch, &err) < 0)
        return;
    (void)sinks_feed(run, text, NULL);
    watch_stop(watch);
}

/* In every part's folder, from where vmtp replay sends it; to the sinks it goes once.  What fails
 * is told and loses no results, so the exit status is that of the measurement, as it was VMTP's. */
static void sinks_serve(struct cli *cli, const struct classic *classic, const json_t *document)
{
    _free_ char *text = document_text(document);
    struct run *first = NULL;

    for (size_t i = 0; i < CLASSIC_PARTS_MAX && text; i++) {
        const struct attempt *attempt = &classic->attempts[i];
        struct vmtp_error err = { 0 };

        if (!attempt->outcome.document)
            continue;
        first = first ? first : attempt->run;
        if (classic_keep(attempt->run, text, &err) < 0)
            log_line(&cli->log, VMTP_WARN, "%s", err.text);
    }
    if (first && text)
        sinks_watched(first, text);
}

static int report(struct cli *cli, const struct classic *classic, struct vmtp_error *err)
{
    _cleanup_(json_decrefp) json_t *document = NULL;
    const json_t *results[CLASSIC_PARTS_MAX];
    int r;

    for (size_t i = 0; i < CLASSIC_PARTS_MAX; i++)
        results[i] = classic->attempts[i].outcome.document;
    r = classic_document(classic->request, results, &document, err);
    if (r < 0)
        return fail(cli, classic, EXIT_FAIL, err);
    r = document_save(classic, document, err);
    classic_report(stderr, document);
    diary_report(classic->diary, document);
    sinks_serve(cli, classic, document);
    if (r < 0)
        return fail(cli, classic, EXIT_FAIL, err);
    if (classic->wish->json_file)
        log_line(&cli->log, VMTP_INFO, "results are in %s", classic->wish->json_file);
    return classic_status(document);
}

/* One part after the other.  After a person's stop, or an error that is to stop it all, no further
 * one begins. */
static int measure(struct cli *cli, struct classic *classic, struct vmtp_error *err)
{
    bool begun = false, stops = classic->wish->given[FLAG_STOP_ON_ERROR], stopped = false;
    int r = 0, status;

    for (size_t i = 0; i < classic->request->part_count && !stopped; i++) {
        struct attempt *attempt = &classic->attempts[i];
        int kept = part_measure(cli, classic, i, err);

        if (!attempt->outcome.document)
            fail(cli, classic, EXIT_FAIL, err);
        begun = begun || attempt->outcome.document;
        r = r < 0 ? r : kept;
        stopped = kept == -ECANCELED || (stops && (kept < 0 || attempt->outcome.status));
    }
    if (!begun)
        return r == -ENODEV ? NO_HYPERVISOR : EXIT_FAIL;
    status = report(cli, classic, err);
    if (r == -ENODEV)
        return NO_HYPERVISOR;
    return r < 0 && status == EXIT_PASS ? EXIT_FAIL : status;
}

static int run(struct cli *cli, struct classic *classic)
{
    struct vmtp_error err = { 0 };
    int status;

    cli->plugin_path = classic->wish->plugin_path;
    cli->debug = classic->wish->given[FLAG_DEBUG];
    if (classic->wish->given[FLAG_NO_ENV] && environment_forget() < 0)
        return EXIT_FAIL;
    if (diary_open(classic->wish->log_file, cli->debug, &classic->diary, &cli->log, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    if (cli_registry(cli, &classic->registry) != EXIT_PASS)
        return EXIT_FAIL;
    if (request_read(cli, classic, &err) < 0 || parts_plan(cli, classic, &err) < 0)
        return fail(cli, classic, EXIT_USAGE, &err);
    status = measure(cli, classic, &err);
    return status == EXIT_FAIL && classic->wish->given[FLAG_STOP_ON_ERROR] ? EXIT_USAGE : status;
}

int cmd_classic(struct cli *cli)
{
    _cleanup_(classic_clear) struct classic classic = { 0 };
    struct vmtp_error err = { 0 };

    if (wish_read(cli->argc, cli->argv, &classic.wish, &err) < 0) {
        flags_usage(stderr);
        fprintf(stderr, "vmtp: error: %s\n", err.text);
        return EXIT_USAGE;
    }
    switch (classic.wish->action) {
    case WISH_HELP:
        flags_help(stdout);
        return EXIT_PASS;
    case WISH_VERSION:
        puts(VMTP_VERSION);
        return EXIT_PASS;
    case WISH_SHOW_CONFIG:
        fputs(classic_defaults, stdout);
        return EXIT_PASS;
    default:
        return run(cli, &classic);
    }
}
