/* SPDX-License-Identifier: Apache-2.0 */
#include "front.h"

#include "../base/units.h"
#include "../engine/ask.h"

struct wish {
    bool has_seed;
    uint64_t seed;
};

static int seed_read(const char *text, struct wish *wish, struct vmtp_error *err)
{
    wish->has_seed = uint_parse(text, &wish->seed) == 0;
    return wish->has_seed ? 0 : vmtp_fail(err, -EINVAL, "--seed: '%.40s' is no whole number", text);
}

static void options_join(const struct extras *extras, struct option *ret)
{
    size_t n = 0;

    ret[n++] = (struct option){ "seed", required_argument, NULL, 's' };
    ret[n++] = (struct option){ "no-progress", no_argument, NULL, 'n' };
    for (size_t i = 0; extras && i < EXTRAS_MAX && extras->options[i].name; i++)
        ret[n++] = extras->options[i];
    ret[n] = (struct option){ 0 };
}

static int arguments_read(struct cli *cli, const struct extras *extras, struct front *front,
                          struct wish *wish)
{
    struct option options[EXTRAS_MAX + 3];
    struct vmtp_error err = { 0 };
    int option, r = 0;

    options_join(extras, options);
    while ((option = getopt_long(cli->argc, cli->argv, "", options, NULL)) != -1) {
        if (option == 's')
            r = seed_read(optarg, wish, &err);
        else if (option == 'n')
            front->no_progress = true;
        else if (option == '?')
            return cli_usage(cli);
        else
            r = extras->take(extras->arg, option, optarg, &err);
        if (r < 0)
            return cli_error(cli, EXIT_USAGE, &err);
    }
    if (cli->argc - optind != 1)
        return cli_usage(cli);
    front->file = cli->argv[optind];
    return EXIT_PASS;
}

int front_load(struct cli *cli, const struct extras *extras, const struct prompt *prompt,
               struct front *ret)
{
    struct vmtp_error err = { 0 };
    struct wish wish = { 0 };
    int status = arguments_read(cli, extras, ret, &wish);

    if (status == EXIT_PASS)
        status = cli_registry(cli, &ret->registry);
    if (status != EXIT_PASS)
        return status;
    if (scenario_load(ret->file, ret->registry, prompt, &ret->scenario, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    if (wish.has_seed) {
        ret->scenario->has_seed = true;
        ret->scenario->seed = wish.seed;
    }
    if (ask_plan(ret->scenario, &cli->log, &ret->plan, &err) < 0)
        return cli_error(cli, EXIT_USAGE, &err);
    return EXIT_PASS;
}

FILE *front_stdout(const struct front *front)
{
    const struct scenario *scenario = front->scenario;

    for (size_t i = 0; i < scenario->sink_count; i++) {
        const struct vmtp_sink *sink = &scenario->sinks[i].component->ops.sink;

        if (sink->takes_stdout && sink->takes_stdout(scenario->sinks[i].opt))
            return stderr;
    }
    return stdout;
}

void front_clear(struct front *front)
{
    plan_free(front->plan);
    scenario_free(front->scenario);
    registry_free(front->registry);
}
