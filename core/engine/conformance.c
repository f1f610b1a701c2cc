/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance.h"

#include "../plugin/instance.h"
#include "../plugin/option.h"
#include "reasons.h"

#include <math.h>
#include <sys/eventfd.h>

struct test {
    const struct component *component;
    void (*say)(void *arg, bool passed, const char *phrase);
    void *arg;
    size_t failed;
    int cancel_fd;
    bool bad_figure; /* something was emitted that is no figure of the table */
};

/* What a parser may meet: nothing, words, numbers too large, what is no text. */
static const char *const garbage[] = {
    "",
    " ",
    "\t",
    "-",
    "=",
    "{",
    "{}",
    "[1]",
    "null",
    "nan",
    "inf",
    "-1",
    "error: no route",
    "99999999999999999999999999",
    "a=1 b=2 c=",
    "[  5]   0.00-1.00   sec  1.10 GBytes",
    "\xff\xfe\x80",
    "%s%n%d",
    "rate_Mbps=",
    "{\"end\":{}}",
    "{\"end\":{\"sum\":[]}}",
};

_printf_(3, 4) static void verdict(struct test *test, bool passed, const char *fmt, ...)
{
    char phrase[1200];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(phrase, sizeof phrase, fmt, ap);
    va_end(ap);
    test->failed += !passed;
    test->say(test->arg, passed, phrase);
}

/* ---- the host ---- */

static struct test *test_of(struct vmtp_self *self)
{
    return instance_owner(self);
}

static void no_log(struct vmtp_self *self, int level, const char *fmt, va_list ap)
{
    (void)self, (void)level, (void)fmt, (void)ap;
}

static int cancelled_fd(struct vmtp_self *self)
{
    return test_of(self)->cancel_fd;
}

static uint64_t no_deadline(struct vmtp_self *self)
{
    (void)self;
    return 0;
}

static int cancelled_pause(struct vmtp_self *self, uint64_t until_ns)
{
    (void)self, (void)until_ns;
    return -ECANCELED;
}

static void no_progress(struct vmtp_self *self, double part, const char *doing)
{
    (void)self, (void)part, (void)doing;
}

static int take_sample(struct vmtp_self *self, const struct vmtp_sample *sample)
{
    struct test *test = test_of(self);

    if (!component_metric(test->component, sample->metric) || !isfinite(sample->value))
        test->bad_figure = true;
    return 0;
}

static int take_histogram(struct vmtp_self *self, uint32_t metric, const struct vmtp_histogram *h)
{
    struct test *test = test_of(self);

    (void)h;
    if (!component_metric(test->component, metric))
        test->bad_figure = true;
    return 0;
}

static int take_event(struct vmtp_self *self, const struct vmtp_event *event)
{
    (void)self, (void)event;
    return 0;
}

static int no_fact(struct vmtp_self *self, const char *name, const char *value)
{
    (void)self, (void)name, (void)value;
    return 0;
}

static int nobody_ask(struct vmtp_self *self, const char *what, char *ret, size_t len,
                      struct vmtp_error *err)
{
    (void)self, (void)what, (void)ret, (void)len;
    return vmtp_fail(err, -ENXIO, "there is nobody to ask for it");
}

static const struct vmtp_host test_host = {
    .size = sizeof test_host,
    .abi_minor = VMTP_ABI_MINOR,
    .log = no_log,
    .alloc = instance_alloc,
    .cancel_fd = cancelled_fd,
    .deadline_ns = no_deadline,
    .pause = cancelled_pause,
    .progress = no_progress,
    .emit = take_sample,
    .emit_histogram = take_histogram,
    .emit_event = take_event,
    .fact = no_fact,
    .ask = nobody_ask,
};

/* ---- what is tried ---- */

static void try_commands(struct test *test, struct instance *instance)
{
    const struct vmtp_tool *tool = &test->component->ops.tool;
    struct vmtp_endpoint ends[] = { { sizeof *ends, "a", "192.0.2.1", "", NULL },
                                    { sizeof *ends, "b", "192.0.2.2", "", NULL } };
    struct vmtp_flow flow = {
        sizeof flow, "flow=test", "", &ends[0], &ends[1], "192.0.2.2", 4, 1500
    };
    struct vmtp_trial trial = {
        .size = sizeof trial, .number = 1, .duration_ns = 1000000000, .interval_ns = 100000000
    };

    for (enum vmtp_role role = VMTP_CLIENT; tool->command && role <= VMTP_SERVER; role++) {
        struct vmtp_argv argv = { 0 };
        struct vmtp_error err = { 0 };
        int r = tool->command(&instance->self, &flow, &trial, role, &argv, &err);

        verdict(test, r < 0 ? err.code == r : argv.count <= VMTP_ARGV_MAX, "command() of the %s %s",
                role == VMTP_CLIENT ? "client" : "server",
                r < 0 ? err.text : "stays within its words");
    }
    for (size_t i = 0; tool->parse && i < COUNT(garbage); i++) {
        struct vmtp_error err = { 0 };
        int r = tool->parse(&instance->self, &flow, VMTP_CLIENT, 1, garbage[i], &err);

        if (r < 0 && err.code != r)
            verdict(test, false, "parse() returned %d for '%s' without saying why", r, garbage[i]);
    }
    if (tool->parse)
        verdict(test, !test->bad_figure, "what parse() emits stands in the metrics table");
}

static void try_tool(struct test *test, struct instance *instance)
{
    const struct vmtp_tool *tool = &test->component->ops.tool;
    struct vmtp_flow flow = { .size = sizeof flow, .key = "flow=test", .path = "", .family = 4 };
    struct vmtp_trial trial = {
        .size = sizeof trial, .number = 1, .duration_ns = 1000000000, .interval_ns = 100000000
    };
    struct vmtp_cost cost = { .size = sizeof cost };
    struct vmtp_error err = { 0 };
    struct reasons reasons;

    reasons_init(&reasons);
    if (tool->can_run) {
        tool->can_run(&instance->self, &flow, NULL, NULL, &reasons.table);
        verdict(test, true, "can_run() answers before anything is deployed%s%s",
                reasons.text[0] ? ": " : "", reasons.text);
    }
    if (tool->plan) {
        int r = tool->plan(&instance->self, &flow, &trial, &cost, &err);

        verdict(test, r == 0 && cost.port <= 65535, "plan() says what a trial costs%s%s",
                r < 0 ? ": " : "", r < 0 ? err.text : "");
    }
    try_commands(test, instance);
}

/* Two endpoints, or the reason why not; and others for the second pair. */
static void try_route(struct test *test, const void *opt, const char *path, const char *placement)
{
    char from[2][64] = { "", "" }, to[2][64] = { "", "" };
    struct vmtp_error err = { 0 };
    bool good = true;

    for (uint32_t pair = 1; good && pair <= 2; pair++) {
        char *client = from[pair - 1], *server = to[pair - 1];
        int r =
            test->component->ops.cloud.resolve(opt, path, placement, pair, client, server, &err);

        good =
            r < 0 ? pair == 2 && err.code == r : *client && *server && strcmp(client, server) != 0;
    }
    good = good && strcmp(from[0], from[1]) != 0 && strcmp(to[0], to[1]) != 0;
    verdict(test, good, "resolve() gives each pair of path %s%s%s two endpoints of its own%s%s",
            path, *placement ? ", " : "", placement, good || !err.code ? "" : ": ",
            good || !err.code ? "" : err.text);
}

static void try_cloud(struct test *test, const void *opt)
{
    const struct vmtp_cloud *cloud = &test->component->ops.cloud;
    struct vmtp_table paths = { 0 };
    struct vmtp_error err = { 0 };
    int r = cloud->paths ? cloud->paths(opt, &paths, &err) : 0;

    verdict(test, r == 0, "says which paths it offers%s%s", r < 0 ? ": " : "", err.text);
    for (uint32_t i = 0; r == 0 && i < paths.count; i++) {
        const struct vmtp_path *path = table_row(&paths, i);
        const char *const *placements =
            cloud->placements ? cloud->placements(opt, path->name) : NULL;

        if (!placements || !*placements)
            try_route(test, opt, path->name, "");
        for (; placements && *placements; placements++)
            try_route(test, opt, path->name, *placements);
    }
}

static bool has_required(const struct vmtp_table *options)
{
    for (uint32_t i = 0; i < options->count; i++)
        if (((const struct vmtp_option *)table_row(options, i))->flags & VMTP_REQUIRED)
            return true;
    return false;
}

static void try_instance(struct test *test, const void *opt)
{
    struct instance *instance = NULL;
    struct vmtp_error err = { 0 };
    int r = instance_open(test->component, opt, &test_host, test, &instance, &err);

    verdict(test, r == 0, "opens with its default options%s%s", r < 0 ? ": " : "",
            r < 0 ? err.text : "");
    if (r < 0)
        return;
    if (test->component->table.kind == VMTP_TOOL)
        try_tool(test, instance);
    instance_close(instance);
    verdict(test, true, "closes");
}

static void try_component(struct test *test, struct arena *arena)
{
    const struct vmtp_component *table = &test->component->table;
    static const struct node nowhere = { .kind = NODE_MAP, .file = "defaults", .text = "" };
    struct vmtp_error err = { 0 };
    void *opt = NULL;

    verdict(test, true, "its tables are in order");
    if (has_required(&table->options)) {
        verdict(test, true, "has required options: nothing more can be tried");
        return;
    }
    if (options_fill(&table->options, table->opt_size, NULL, &nowhere, NULL, arena, &opt, &err) <
            0 ||
        (table->check && table->check(opt, &err) < 0)) {
        verdict(test, false, "its default options are good: %s", err.text);
        return;
    }
    verdict(test, true, "its default options are good");
    if (table->kind == VMTP_CLOUD)
        try_cloud(test, opt);
    try_instance(test, opt);
}

size_t conformance_test(const struct component *component,
                        void (*say)(void *arg, bool passed, const char *phrase), void *arg)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct test test = { .component = component, .say = say, .arg = arg };
    _close_ int cancel_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

    test.cancel_fd = cancel_fd;
    if (arena && cancel_fd >= 0)
        try_component(&test, arena);
    else
        verdict(&test, false, "could be tried: out of memory");
    return test.failed;
}
