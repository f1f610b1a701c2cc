/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/engine/conformance.c: what `vmtp plugins test` finds in good and bad components.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "core/engine/conformance.h"
#include "core/plugin/registry.h"
#include "tests/fakes/components.h"

/* What was said of a component. */
struct said {
    size_t passed, failed;
    char failures[4096];
};

static void say(void *arg, bool passed, const char *phrase)
{
    struct said *said = arg;
    size_t len = strlen(said->failures);

    if (passed) {
        said->passed++;
        return;
    }
    said->failed++;
    snprintf(said->failures + len, sizeof said->failures - len, "%s\n", phrase);
}

static struct said tested(const struct component *component)
{
    struct said said = { 0 };
    size_t failed = conformance_test(component, say, &said);

    assert_int_equal(failed, said.failed);
    return said;
}

static void expect_failure(const struct component *component, const char *phrase)
{
    struct said said = tested(component);

    if (said.failed != 1 || !strstr(said.failures, phrase))
        fail_msg("%zu failures, not only '%s':\n%s", said.failed, phrase, said.failures);
}

/* ---- a tool that keeps the contract, to be spoilt ---- */

static const struct vmtp_metric metrics[] = {
    { VMTP_GOODPUT, "bit/s", "Payload", VMTP_GAUGE, 0 },
};

static int no_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                      const struct vmtp_trial *trial, enum vmtp_role role, struct vmtp_argv *ret,
                      struct vmtp_error *err)
{
    (void)self, (void)flow, (void)trial, (void)role, (void)ret, (void)err;
    return 0;
}

static int long_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                        const struct vmtp_trial *trial, enum vmtp_role role, struct vmtp_argv *ret,
                        struct vmtp_error *err)
{
    (void)self, (void)flow, (void)trial, (void)err;
    ret->count = role == VMTP_CLIENT ? VMTP_ARGV_MAX + 1 : 0;
    return 0;
}

static int good_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                      uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    (void)flow, (void)role;
    if (!*text)
        return vmtp_fail(err, -EPROTO, "nothing there");
    return vmtp_emit(self, 0, time_ns, 1e9, false);
}

static int silent_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                        uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    (void)self, (void)flow, (void)role, (void)time_ns, (void)err;
    return strcmp(text, "null") == 0 ? -EPROTO : 0;
}

static int no_figure_parse(struct vmtp_self *self, const struct vmtp_flow *flow,
                           enum vmtp_role role, uint64_t time_ns, const char *text,
                           struct vmtp_error *err)
{
    (void)flow, (void)role, (void)text, (void)err;
    return vmtp_emit(self, 0, time_ns, NAN, false);
}

static int no_row_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                        uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    (void)flow, (void)role, (void)text, (void)err;
    return vmtp_emit(self, 1, time_ns, 1, false);
}

static int no_histogram_parse(struct vmtp_self *self, const struct vmtp_flow *flow,
                              enum vmtp_role role, uint64_t time_ns, const char *text,
                              struct vmtp_error *err)
{
    const struct vmtp_histogram histogram = { .size = sizeof histogram };

    (void)flow, (void)role, (void)time_ns, (void)text, (void)err;
    return self->host->emit_histogram(self, 7, &histogram);
}

static int port_plan(struct vmtp_self *self, const struct vmtp_flow *flow,
                     const struct vmtp_trial *trial, struct vmtp_cost *ret, struct vmtp_error *err)
{
    (void)self, (void)flow, (void)trial, (void)err;
    ret->port = 70000;
    return 0;
}

static struct component good_tool(void)
{
    return (struct component){
        .table = { .size = sizeof(struct vmtp_component),
                   .kind = VMTP_TOOL,
                   .name = "spoilt",
                   .summary = "Keeps the contract",
                   .metrics = VMTP_TABLE(metrics) },
        .ops.tool = { .size = sizeof(struct vmtp_tool),
                      .command = no_command,
                      .parse = good_parse },
    };
}

static void passes_a_tool_that_keeps_the_contract(void **state)
{
    struct component tool = good_tool();
    struct said said = tested(&tool);

    (void)state;
    if (said.failed)
        fail_msg("%s", said.failures);
    assert_true(said.passed >= 5);
}

static void passes_the_example_that_vendors_begin_from(void **state)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    struct vmtp_error err = { 0 };
    struct said said;

    (void)state;
    assert_int_equal(registry_load_file(BUILD "/tests/abi/good-today.so", &registry, &err), 0);
    assert_non_null(registry->components);
    said = tested(registry->components);
    if (said.failed)
        fail_msg("%s", said.failures);
}

static void finds_a_parser_that_fails_without_saying_why(void **state)
{
    struct component tool = good_tool();

    (void)state;
    tool.ops.tool.parse = silent_parse;
    expect_failure(&tool, "parse() returned -71 for 'null' without saying why");
}

static void finds_figures_that_are_none(void **state)
{
    struct component tool = good_tool();

    (void)state;
    tool.ops.tool.parse = no_figure_parse;
    expect_failure(&tool, "what parse() emits stands in the metrics table");
    tool.ops.tool.parse = no_row_parse;
    expect_failure(&tool, "what parse() emits stands in the metrics table");
    tool.ops.tool.parse = no_histogram_parse;
    expect_failure(&tool, "what parse() emits stands in the metrics table");
}

static void finds_a_command_that_is_too_long(void **state)
{
    struct component tool = good_tool();

    (void)state;
    tool.ops.tool.command = long_command;
    expect_failure(&tool, "command() of the client");
}

static void finds_a_port_that_can_not_be(void **state)
{
    struct component tool = good_tool();

    (void)state;
    tool.ops.tool.plan = port_plan;
    expect_failure(&tool, "plan() says what a trial costs");
}

/* ---- clouds ---- */

static int twin_resolve(const void *opt, const char *path, const char *placement, uint32_t pair,
                        char ret_from[64], char ret_to[64], struct vmtp_error *err)
{
    (void)opt, (void)path, (void)placement, (void)pair, (void)err;
    snprintf(ret_from, 64, "client");
    snprintf(ret_to, 64, "server");
    return 0;
}

static int single_resolve(const void *opt, const char *path, const char *placement, uint32_t pair,
                          char ret_from[64], char ret_to[64], struct vmtp_error *err)
{
    if (pair > 1)
        return vmtp_fail(err, -EINVAL, "there is one pair only");
    return twin_resolve(opt, path, placement, pair, ret_from, ret_to, err);
}

static int asking_open(struct vmtp_self *self, struct vmtp_error *err)
{
    char answer[8];
    int r = self->host->ask(self, "a word", answer, sizeof answer, err);

    if (r == 0)
        return vmtp_fail(err, -EPROTO, "somebody answered");
    return r == -ENXIO ? self->host->fact(self, "asked", "in vain") : r;
}

static void tries_every_path_of_a_cloud(void **state)
{
    struct component cloud = *registry_find(fake_registry(), VMTP_CLOUD, "fake");
    struct said said;

    (void)state;
    cloud.table.open = asking_open;
    said = tested(&cloud);
    if (said.failed)
        fail_msg("%s", said.failures);
    cloud.ops.cloud.resolve = single_resolve;
    assert_int_equal(tested(&cloud).failed, 0);
    cloud.ops.cloud.resolve = twin_resolve;
    said = tested(&cloud);
    assert_int_equal(said.failed, 5); /* three paths, two of them with two placements */
    assert_non_null(strstr(said.failures, "resolve() gives each pair of path floating-ip, "
                                          "inter-node two endpoints of its own"));
}

/* ---- options, open, close ---- */

struct options {
    uint64_t count;
};

static const struct vmtp_option required[] = {
    { "count", "A number", VMTP_OPT_UINT(struct options, count), .flags = VMTP_REQUIRED },
};
static const struct vmtp_option usual[] = {
    { "count", "A number", VMTP_OPT_UINT(struct options, count), .def = "7" },
};

static int no_open(struct vmtp_self *self, struct vmtp_error *err)
{
    (void)self;
    return vmtp_fail(err, -EIO, "out of order");
}

static int seven_open(struct vmtp_self *self, struct vmtp_error *err)
{
    const struct options *opt = self->opt;

    return opt->count == 7 ? 0 : vmtp_fail(err, -EINVAL, "%d", (int)opt->count);
}

static int no_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;

    return vmtp_fail(err, -EINVAL, "%d is a bad number", (int)o->count);
}

static void opens_with_the_default_options(void **state)
{
    struct component tool = good_tool();

    (void)state;
    tool.table.options = (struct vmtp_table)VMTP_TABLE(usual);
    tool.table.opt_size = sizeof(struct options);
    tool.table.open = seven_open;
    assert_int_equal(tested(&tool).failed, 0);
}

static void finds_defaults_that_the_component_itself_refuses(void **state)
{
    struct component tool = good_tool();

    (void)state;
    tool.table.options = (struct vmtp_table)VMTP_TABLE(usual);
    tool.table.opt_size = sizeof(struct options);
    tool.table.check = no_check;
    expect_failure(&tool, "its default options are good: 7 is a bad number");
}

static void tries_no_more_where_options_are_required(void **state)
{
    struct component tool = good_tool();

    (void)state;
    tool.table.options = (struct vmtp_table)VMTP_TABLE(required);
    tool.table.opt_size = sizeof(struct options);
    tool.table.open = no_open; /* not called */
    assert_int_equal(tested(&tool).failed, 0);
}

static void finds_a_component_that_does_not_open(void **state)
{
    struct component tool = good_tool();

    (void)state;
    tool.table.open = no_open;
    expect_failure(&tool, "opens with its default options: tool spoilt: out of order");
}

static void opens_and_closes_the_other_kinds(void **state)
{
    struct component sink = { .table = { .size = sizeof(struct vmtp_component),
                                         .kind = VMTP_SINK,
                                         .name = "drain",
                                         .summary = "Keeps nothing" } };
    struct said said = tested(&sink);

    (void)state;
    assert_int_equal(said.failed, 0);
    assert_int_equal(said.passed, 4); /* tables, defaults, opens, closes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_a_tool_that_keeps_the_contract),
        cmocka_unit_test(passes_the_example_that_vendors_begin_from),
        cmocka_unit_test(finds_a_parser_that_fails_without_saying_why),
        cmocka_unit_test(finds_figures_that_are_none),
        cmocka_unit_test(finds_a_command_that_is_too_long),
        cmocka_unit_test(finds_a_port_that_can_not_be),
        cmocka_unit_test(tries_every_path_of_a_cloud),
        cmocka_unit_test(opens_with_the_default_options),
        cmocka_unit_test(finds_defaults_that_the_component_itself_refuses),
        cmocka_unit_test(tries_no_more_where_options_are_required),
        cmocka_unit_test(finds_a_component_that_does_not_open),
        cmocka_unit_test(opens_and_closes_the_other_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
