/* SPDX-License-Identifier: Apache-2.0 */
#include "baseline.h"

#include <getopt.h>

struct wish {
    char **files;       /* argc long; OLD and then NEW */
    size_t count, olds; /* of these, so many are OLD */
    bool to;            /* was there a --to? */
    struct baseline baseline;
    struct reading now;
    struct showing showing;
};

static void wish_clear(struct wish *wish)
{
    free(wish->files);
    baseline_clear(&wish->baseline);
    reading_clear(&wish->now);
}

/* 1: the arguments are not as they should be. */
static int option_take(struct wish *wish, int option, char *value, struct vmtp_error *err)
{
    switch (option) {
    case 1: /* no option */
        wish->files[wish->count++] = value;
        wish->olds += !wish->to;
        return 0;
    case 't':
        wish->to = true;
        return 0;
    case 'g':
        return gates_parse(&wish->baseline.gates, value, err);
    case 'n':
        return baseline_noise(&wish->baseline, value, err);
    case 'a':
        wish->showing.all = true;
        return 0;
    case 'j':
        wish->showing.json = true;
        return 0;
    case 'm':
        wish->showing.markdown = true;
        return 0;
    default:
        return 1;
    }
}

static int arguments_read(const struct cli *cli, struct wish *wish, struct vmtp_error *err)
{
    static const struct option options[] = {
        { "to", no_argument, NULL, 't' },
        { "gate", required_argument, NULL, 'g' },
        { "noise", required_argument, NULL, 'n' },
        { "all", no_argument, NULL, 'a' },
        { "json", no_argument, NULL, 'j' },
        { "markdown", no_argument, NULL, 'm' },
        { 0 },
    };
    int option, r = 0;

    wish->files = calloc((size_t)cli->argc + 1, sizeof *wish->files);
    if (!wish->files)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    while (r == 0 && (option = getopt_long(cli->argc, cli->argv, "-", options, NULL)) != -1)
        r = option_take(wish, option, optarg, err);
    for (; r == 0 && optind < cli->argc; optind++) /* behind a "--" */
        r = option_take(wish, 1, cli->argv[optind], err);
    if (!wish->to && wish->count == 2)
        wish->olds = 1;
    if (r == 0 && (wish->olds == 0 || wish->olds == wish->count || (!wish->to && wish->count != 2)))
        return 1;
    return r;
}

static int files_read(struct wish *wish, struct vmtp_error *err)
{
    int r = 0;

    for (size_t i = 0; i < wish->count && r == 0; i++)
        r = reading_add(i < wish->olds ? &wish->baseline.old : &wish->now, wish->files[i], err);
    return r;
}

static int compare(const struct cli *cli, struct wish *wish)
{
    const struct side now = { wish->now.documents, wish->now.names, wish->now.count };
    _cleanup_(json_decrefp) json_t *comparison = NULL;
    struct vmtp_error err = { 0 };

    if (baseline_compare(&wish->baseline, &now, &comparison, &err) < 0 ||
        comparison_print(comparison, &wish->showing, stdout, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    return compare_status(comparison);
}

int cmd_compare(struct cli *cli)
{
    _cleanup_(wish_clear) struct wish wish = { .baseline = BASELINE };
    struct vmtp_error err = { 0 };
    int r = arguments_read(cli, &wish, &err);

    if (r > 0)
        return cli_usage(cli);
    if (r == 0)
        r = files_read(&wish, &err);
    return r < 0 ? cli_error(cli, EXIT_USAGE, &err) : compare(cli, &wish);
}
