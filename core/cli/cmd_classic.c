/* SPDX-License-Identifier: Apache-2.0 */
#include "../base/clock.h"
#include "../base/fd.h"
#include "../classic/document.h"
#include "../classic/report.h"
#include "../classic/request.h"
#include "../engine/ask.h"
#include "../engine/outcome.h"
#include "cli.h"
#include "diary.h"
#include "prompt.h"
#include "watch.h"

#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>

#define DOCUMENT_MAX (64 * 1024 * 1024)

/* From the command line to a run: what there is of it, to be freed whatever happens. */
struct classic {
    struct wish *wish;
    struct settings *settings;
    struct credentials *credentials;
    struct registry *registry;
    struct classic_request *request;
    struct scenario *scenario;
    struct plan *plan;
    struct run *run;
    struct diary *diary;
};

static void classic_clear(struct classic *classic)
{
    run_free(classic->run);
    plan_free(classic->plan);
    scenario_free(classic->scenario);
    request_free(classic->request);
    registry_free(classic->registry);
    credentials_free(classic->credentials);
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

/* Secrets of the command line are known; the person is asked for the others. */
static int secret_ask(void *arg, const char *what, char *ret, size_t len, struct vmtp_error *err)
{
    const struct classic_request *request = arg;

    for (size_t i = 0; i < request->secret_count; i++) {
        if (strcmp(request->secrets[i].what, what) != 0)
            continue;
        if ((size_t)snprintf(ret, len, "%s", request->secrets[i].value) >= len)
            return vmtp_fail(err, -E2BIG, "longer than %zu bytes", len - 1);
        return 0;
    }
    return terminal_prompt.ask(terminal_prompt.arg, what, ret, len, err);
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

    r = r < 0 ? r : credentials_read(wish, &classic->credentials, err);
    r = r < 0 ? r : json_file_check(wish->json_file, err);
    r = r < 0 ? r
              : request_make(wish, classic->settings, classic->credentials, classic->registry,
                             &classic->request, err);
    for (size_t i = 0; r == 0 && i < classic->request->warning_count; i++)
        log_line(&cli->log, VMTP_WARN, "%s", classic->request->warnings[i]);
    return r;
}

static int run_prepare(struct cli *cli, struct classic *classic, struct vmtp_error *err)
{
    const struct prompt prompt = { secret_ask, classic->request };
    const char *text = classic->request->scenario;
    int r;

    log_line(&cli->log, VMTP_DEBUG, "as a scenario:");
    log_text(&cli->log, VMTP_DEBUG, text);
    r = scenario_parse(text, strlen(text), "command line", classic->registry, &prompt,
                       &classic->scenario, err);
    r = r < 0 ? r : ask_plan(classic->scenario, &cli->log, &classic->plan, err);
    return r < 0 ? r
                 : run_new(classic->plan, classic->registry, &cli->log, NULL, &classic->run, err);
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

static int report(struct cli *cli, const struct classic *classic, const json_t *result,
                  struct vmtp_error *err)
{
    _cleanup_(json_decrefp) json_t *document = NULL;
    int r = classic_document(classic->request, result, &document, err);

    if (r < 0)
        return fail(cli, classic, EXIT_FAIL, err);
    r = document_save(classic, document, err);
    classic_report(stderr, document);
    diary_report(classic->diary, document);
    if (r < 0)
        return fail(cli, classic, EXIT_FAIL, err);
    if (classic->wish->json_file)
        log_line(&cli->log, VMTP_INFO, "results are in %s", classic->wish->json_file);
    return classic_status(document);
}

static int measure(struct cli *cli, struct classic *classic, struct vmtp_error *err)
{
    _cleanup_(outcome_clear) struct outcome outcome = { 0 };
    struct watch *watch = NULL;
    int kept, status;

    if (run_prepare(cli, classic, err) < 0 || watch_start(classic->run, true, &watch, err) < 0)
        return fail(cli, classic, EXIT_FAIL, err);
    kept = run_carry_out(classic->run, &outcome, err);
    watch_stop(watch);
    if (!outcome.document)
        return fail(cli, classic, EXIT_FAIL, err);
    status = report(cli, classic, outcome.document, err);
    log_line(&cli->log, VMTP_INFO, "run %s is kept in %s", classic->run->id, classic->run->folder);
    return kept < 0 && status == EXIT_PASS ? EXIT_FAIL : status;
}

static int run(struct cli *cli, struct classic *classic)
{
    struct vmtp_error err = { 0 };
    int status = EXIT_PASS;

    cli->plugin_path = classic->wish->plugin_path;
    cli->debug = classic->wish->given[FLAG_DEBUG];
    if (diary_open(classic->wish->log_file, cli->debug, &classic->diary, &cli->log, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    if (cli_registry(cli, &classic->registry) != EXIT_PASS)
        return EXIT_FAIL;
    if (request_read(cli, classic, &err) < 0)
        return fail(cli, classic, EXIT_USAGE, &err);
    if (classic->request->scenario)
        status = measure(cli, classic, &err);
    if (classic->request->unmet) {
        log_line(&cli->log, VMTP_WARN, "%s", classic->request->unmet);
        status = status == EXIT_PASS ? EXIT_FAIL : status;
    }
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
