/* SPDX-License-Identifier: Apache-2.0 */
#include "../base/clock.h"
#include "../base/units.h"
#include "../report/summary.h"
#include "../report/table.h"
#include "../result/ledger.h"
#include "reading.h"

#include <getopt.h>

#define STORES_MAX 16
#define TEXT_MAX   (256u << 20)

struct wish {
    struct vmtp_question question;
    const char *stores[STORES_MAX];
    size_t store_count;
    bool json;
};

/* ---- what is asked for ---- */

static int option_read(struct wish *wish, int option, struct vmtp_error *err)
{
    static const char since[] = "--since", until[] = "--until";
    const char *name = option == 's' ? since : until;
    uint64_t *wall_ns =
        option == 's' ? &wish->question.since_wall_ns : &wish->question.until_wall_ns;

    switch (option) {
    case 'f':
        if (wish->store_count == STORES_MAX)
            return vmtp_fail(err, -E2BIG, "--from: more than %d", STORES_MAX);
        wish->stores[wish->store_count++] = optarg;
        return 0;
    case 'p':
        wish->question.protocol = optarg;
        return 0;
    case 'e':
        wish->question.encapsulation = optarg;
        return 0;
    case 'j':
        wish->json = true;
        return 0;
    case 'n':
        return uint_parse(optarg, &wish->question.most) == 0 && wish->question.most
                   ? 0
                   : vmtp_fail(err, -EINVAL, "--last: '%.40s' is no whole number above 0", optarg);
    default:
        return clock_parse(optarg, wall_ns) == 0
                   ? 0
                   : vmtp_fail(err, -EINVAL,
                               "%s: '%.40s' is no date: write it as 2026-11-21 or "
                               "2026-11-21T02:40",
                               name, optarg);
    }
}

/* EXIT_PASS, or what the program ends with. */
static int wish_read(struct cli *cli, struct wish *ret)
{
    static const struct option options[] = {
        { "from", required_argument, NULL, 'f' },
        { "protocol", required_argument, NULL, 'p' },
        { "since", required_argument, NULL, 's' },
        { "encapsulation", required_argument, NULL, 'e' },
        { "until", required_argument, NULL, 'u' },
        { "last", required_argument, NULL, 'n' },
        { "json", no_argument, NULL, 'j' },
        { 0 },
    };
    struct vmtp_error err = { 0 };
    int option;

    *ret = (struct wish){
        .question = { .size = sizeof ret->question, .run = "", .protocol = "", .encapsulation = "" }
    };
    while ((option = getopt_long(cli->argc, cli->argv, "", options, NULL)) != -1) {
        if (option == '?')
            return cli_usage(cli);
        if (option_read(ret, option, &err) < 0)
            return cli_error(cli, EXIT_USAGE, &err);
    }
    return EXIT_PASS;
}

/* ---- the documents ---- */

static uint64_t started_of(const json_t *document)
{
    const json_t *started = json_object_get(json_object_get(document, "run"), "started");
    uint64_t wall_ns = 0;

    if (json_is_string(started))
        (void)clock_parse(json_string_value(started), &wall_ns);
    return wall_ns;
}

static bool answers(const json_t *document, const struct vmtp_question *question)
{
    const json_t *facts = json_object_get(json_object_get(document, "cloud"), "facts");
    const char *encapsulation = json_string_value(json_object_get(facts, "encapsulation"));
    uint64_t wall_ns = started_of(document);

    if (question->since_wall_ns && wall_ns < question->since_wall_ns)
        return false;
    if (question->until_wall_ns && wall_ns >= question->until_wall_ns)
        return false;
    return !*question->encapsulation ||
           (encapsulation && strcasecmp(encapsulation, question->encapsulation) == 0);
}

/* What is not asked for goes at once: documents are large, and many. */
static int documents_thin(struct reading *reading, size_t first, const struct wish *wish)
{
    size_t kept = first;
    int r = 0;

    for (size_t i = first; i < reading->count; i++) {
        json_t *document = reading->documents[i], *picked = NULL, *result;
        size_t k;

        if (r == 0 && answers(document, &wish->question))
            picked = summary_pick(document, wish->question.protocol, &r);
        json_array_foreach(json_object_get(picked, "results"), k, result)
        {
            if (!wish->json)
                json_object_del(result, "trials");
        }
        json_decref(document);
        reading->documents[kept] = picked;
        if (picked) {
            char *name = reading->names[i];

            reading->names[i] = NULL;
            reading->names[kept++] = name;
        } else {
            free(reading->names[i]);
        }
    }
    reading->count = kept;
    return r;
}

static int one_add(struct reading *reading, const struct wish *wish, const char *name,
                   struct vmtp_error *err)
{
    size_t first = reading->count;
    int r = reading_add(reading, name, err);

    if (r == 0 && documents_thin(reading, first, wish) < 0)
        return vmtp_fail(err, -ENOMEM, "%s: out of memory", name);
    return r;
}

/* A run that can't be read keeps nobody from the others. */
static int runs_add(struct cli *cli, struct reading *reading, const struct wish *wish,
                    struct vmtp_error *err)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    const char **ids;
    size_t count;
    int r = arena ? run_list(arena, &ids, &count, err) : vmtp_fail(err, -ENOMEM, "out of memory");

    for (size_t i = 0; r == 0 && i < count; i++) {
        struct vmtp_error why = { 0 };

        if (one_add(reading, wish, ids[i], &why) < 0)
            log_line(&cli->log, VMTP_WARN, "run %s is passed over: %s", ids[i], why.text);
    }
    return r;
}

static int stores_add(struct cli *cli, struct reading *reading, const struct wish *wish,
                      struct vmtp_error *err)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    int r = 0;

    if (wish->store_count && cli_registry(cli, &registry) != EXIT_PASS)
        return vmtp_fail(err, -EIO, "no plugins");
    for (size_t i = 0; i < wish->store_count && r == 0; i++) {
        size_t first = reading->count;

        r = reading_recall(reading, registry, &cli->log, wish->stores[i], &wish->question, err);
        if (r == 0 && documents_thin(reading, first, wish) < 0)
            r = vmtp_fail(err, -ENOMEM, "out of memory");
    }
    return r;
}

/* EXIT_PASS, or what the program ends with: a store that does not answer is not the person's
 * mistake, a file that is not there is. */
static int reading_fill(struct cli *cli, struct reading *reading, const struct wish *wish)
{
    struct vmtp_error err = { 0 };
    int r = stores_add(cli, reading, wish, &err);

    if (r == 0 && !wish->store_count && optind == cli->argc)
        r = runs_add(cli, reading, wish, &err);
    if (r < 0)
        return cli_error(cli, r == -EINVAL ? EXIT_USAGE : EXIT_INFRA, &err);
    for (int i = optind; i < cli->argc; i++)
        if (one_add(reading, wish, cli->argv[i], &err) < 0)
            return cli_error(cli, EXIT_USAGE, &err);
    return EXIT_PASS;
}

/* ---- what is shown ---- */

static int by_start(const void *a, const void *b)
{
    uint64_t one = started_of(*(json_t *const *)a), other = started_of(*(json_t *const *)b);

    return one < other ? -1 : one > other;
}

static int json_print(json_t *const *documents, size_t count)
{
    _cleanup_(json_decrefp) json_t *all = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append(all, documents[i]);
    if (!all || json_dumpf(all, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
        return -EIO;
    return putchar('\n') == EOF ? -EIO : 0;
}

static int tables_print(json_t *const *documents, size_t count)
{
    struct style style = style_of(stdout);
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        _cleanup_(buf_clear) struct buf text = BUF(TEXT_MAX);

        r = summary_format(documents[i], &style, &text);
        if (r == 0 && fputs(buf_text(&text), stdout) < 0)
            break; /* main() says why */
    }
    return r;
}

/* The oldest first: what one asked for last stands last. */
static int reading_print(struct cli *cli, struct reading *reading, const struct wish *wish)
{
    size_t most = wish->question.most, count = reading->count, skip;
    struct vmtp_error err = { 0 };
    int r;

    qsort(reading->documents, count, sizeof *reading->documents, by_start);
    skip = most && most < count ? count - most : 0;
    r = wish->json ? json_print(reading->documents + skip, count - skip)
                   : tables_print(reading->documents + skip, count - skip);
    if (r == -ENOMEM) {
        vmtp_fail(&err, r, "out of memory");
        return cli_error(cli, EXIT_INFRA, &err);
    }
    if (!count)
        log_line(&cli->log, VMTP_WARN, "there are no such results");
    return EXIT_PASS;
}

int cmd_summary(struct cli *cli)
{
    _cleanup_(reading_clear) struct reading reading = { 0 };
    struct wish wish;
    int status = wish_read(cli, &wish);

    if (status == EXIT_PASS)
        status = reading_fill(cli, &reading, &wish);
    return status == EXIT_PASS ? reading_print(cli, &reading, &wish) : status;
}
