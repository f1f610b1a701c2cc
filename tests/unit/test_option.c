/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/plugin/option.c and value.c: tables that are refused, sections that are filled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pwd.h>
#include <unistd.h>

#include "core/plugin/option.h"
#include "tests/fakes/components.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct node *parse(const char *text)
{
    struct vmtp_error err = { 0 };
    const struct node *root = NULL;

    if (yaml_parse(text, strlen(text), "f", arena, &root, &err) < 0)
        fail_msg("%s", err.text);
    return root;
}

static const struct fake_options *filled(const char *text)
{
    struct vmtp_error err = { 0 };
    void *opt = NULL;

    if (options_fill(&fake_table, sizeof(struct fake_options), parse(text), NULL, NULL, arena, &opt,
                     &err) < 0)
        fail_msg("%s", err.text);
    return opt;
}

static void refused(const char *text, const char *why)
{
    struct vmtp_error err = { 0 };
    void *opt = NULL;

    assert_int_equal(options_fill(&fake_table, sizeof(struct fake_options), parse(text), NULL, NULL,
                                  arena, &opt, &err),
                     -EINVAL);
    assert_null(opt);
    assert_string_equal(err.text, why);
}

static void fills_in_defaults(void **state)
{
    const struct fake_options *opt = filled("{}");

    (void)state;
    assert_int_equal(opt->count, 4);
    assert_true(opt->gain == 0.5);
    assert_int_equal(opt->protocol, 1);
    assert_int_equal(opt->time_ns, 100000000);
    assert_int_equal(opt->length_bytes, 65536);
    assert_null(opt->label);
    assert_int_equal(opt->sizes.count, 2);
    assert_int_equal(((const uint64_t *)opt->sizes.items)[1], 1024);
    assert_null(opt->headers.pairs);
    assert_int_equal(filled("~")->count, 4);
}

static void fills_every_type(void **state)
{
    const struct fake_options *opt =
        filled("{verbose: true, offset: -3, count: 9, gain: 1.25, label: no, protocol: udp,\n"
               " time: 2s, length: 1K, rate: 2.5G, port: 5001, address: fe80::1%eth0,\n"
               " file: x.txt, token: geheim, sizes: [], headers: {b: 2, a: x}}");

    (void)state;
    assert_true(opt->verbose);
    assert_int_equal(opt->offset, -3);
    assert_int_equal(opt->count, 9);
    assert_true(opt->gain == 1.25);
    assert_string_equal(opt->label, "no");
    assert_int_equal(opt->protocol, 2);
    assert_int_equal(opt->time_ns, 2000000000);
    assert_int_equal(opt->length_bytes, 1024);
    assert_int_equal(opt->rate_bps, 2500000000);
    assert_int_equal(opt->port, 5001);
    assert_string_equal(opt->address, "fe80::1%eth0");
    assert_string_equal(opt->file, "x.txt");
    assert_string_equal(opt->token, "geheim");
    assert_int_equal(opt->sizes.count, 0);
    assert_null(opt->sizes.items);
    assert_string_equal(opt->headers.pairs[0].name, "b");
    assert_string_equal(opt->headers.pairs[1].value, "x");
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    refused("protcol: udp", "f:1:1: protcol: there is no option 'protcol'; did you mean "
                            "'protocol'?");
    refused("zebra: 1", "f:1:1: zebra: there is no option 'zebra'");
    refused("verbose: yes", "f:1:10: verbose: 'yes' is neither true nor false");
    refused("count: 0", "f:1:8: count: '0' is out of range: 1 to 1000");
    refused("offset: 11", "f:1:9: offset: '11' is out of range: -10 to 10");
    refused("gain: 2.5", "f:1:7: gain: '2.5' is out of range: 0 to 2");
    refused("time: 2m", "f:1:7: time: '2m' is out of range: 1ms to 1m");
    refused("time: 100", "f:1:7: time: '100' is not a duration: write a number with ns, us, ms, "
                         "s, m or h, as 250ms");
    refused("rate: 2T", "f:1:7: rate: '2T' is out of range: 0 to 1T");
    refused("rate: 99999999999T", "f:1:7: rate: '99999999999T' is beyond what a rate can be");
    refused("protocol: upd", "f:1:11: protocol: 'upd' is none of tcp, udp; did you mean 'udp'?");
    refused("port: 65536", "f:1:7: port: '65536' is not a port: write a number from 0 to 65535");
    refused("count: [1, 2]", "f:1:8: count: a list where one count is wanted");
    refused("count: {a: 1}", "f:1:8: count: a map where a count is wanted");
    refused("count:", "f:1:7: count: nothing where a count is wanted");
    refused("sizes: 64", "f:1:8: sizes: a value where a list is wanted");
    refused("sizes: [1, [2]]", "f:1:12: sizes[1]: a list where an item that is a size is wanted");
    refused("sizes: [0]", "f:1:9: sizes[0]: '0' is out of range: 1 to 64K");
    refused("headers: [a]", "f:1:10: headers: a list where a map of strings is wanted");
    refused("headers: {a: [b]}", "f:1:14: headers.a: a list where a string is wanted");
    refused("[1]", "f:1:1: a list where a map of options is wanted");
}

static void knows_addresses_by_their_form(void **state)
{
    static const char *const good[] = { "10.0.0.4",      "::1",  "fe80::1%eth0", "host",
                                        "a.b-c.example", "vm_1", "3com.com" };
    static const char *const bad[] = { "10.0.0.256", "1.2.3", "a..b",  "-a",   "a-",  "a b",
                                       ".",          "::1%",  "[::1]", "a/24", "a:80" };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_string_equal(filled(arena_printf(arena, "address: '%s'", good[i]))->address,
                            good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        refused(arena_printf(arena, "address: '%s'", bad[i]),
                arena_printf(arena,
                             "f:1:10: address: '%s' is not a address: write an IPv4 or IPv6 "
                             "address or a host name",
                             bad[i]));
}

static void expands_the_home_folder(void **state)
{
    char wanted[4096];

    (void)state;
    setenv("HOME", "/home/me", 1);
    assert_string_equal(filled("file: ~/x")->file, "/home/me/x");
    assert_string_equal(filled("file: '~x'")->file, "~x");
    unsetenv("HOME");
    snprintf(wanted, sizeof wanted, "%s/x", getpwuid(getuid())->pw_dir);
    assert_string_equal(filled("file: ~/x")->file, wanted);
}

static void takes_secrets_from_elsewhere(void **state)
{
    char path[] = "/tmp/vmtp-test-XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    setenv("VMTP_TEST_TOKEN", "from-env", 1);
    assert_string_equal(filled("token: {env: VMTP_TEST_TOKEN}")->token, "from-env");
    assert_int_equal(write(fd, "from-file\n", 10), 10);
    assert_string_equal(filled(arena_printf(arena, "token: {file: %s}", path))->token, "from-file");
    close(fd);
    unlink(path);
    unsetenv("VMTP_TEST_TOKEN");
    refused("token: {env: VMTP_TEST_TOKEN}",
            "f:1:14: token.env: environment variable 'VMTP_TEST_TOKEN' is not set");
    refused("token: {file: /nowhere/x}",
            "f:1:15: token.file: /nowhere/x: No such file or directory");
    refused("token: {evn: A}",
            "f:1:8: token: a secret is text, {env: NAME}, {file: PATH} or {prompt: WHAT}");
    refused("label: {env: A}", "f:1:8: label: a map where a string is wanted");
}

static void writes_values_as_they_would_be_read(void **state)
{
    const struct fake_options *opt =
        filled("{verbose: true, offset: -3, gain: 0.1, protocol: udp, time: 1500ms, length: "
               "1024,\n rate: 1000M, token: geheim, sizes: [64, 2048], headers: {a: x}}");
    static const char *const want[][2] = {
        { "verbose", "true" },   { "offset", "-3" },      { "count", "4" },     { "gain", "0.1" },
        { "label", "" },         { "protocol", "udp" },   { "time", "1500ms" }, { "length", "1K" },
        { "rate", "1G" },        { "port", "0" },         { "token", "***" },   { "old", "" },
        { "sizes", "[64, 2K]" }, { "headers", "{a: x}" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(want); i++)
        assert_string_equal(option_text(option_find(&fake_table, want[i][0]), opt, arena),
                            want[i][1]);
    assert_string_equal(option_text(option_find(&fake_table, "token"), filled("{}"), arena), "");
}

static void asks_for_what_is_required(void **state)
{
    static const struct vmtp_option rows[] = {
        { "count", "How many", VMTP_OPT_UINT(struct fake_options, count), .flags = VMTP_REQUIRED },
    };
    static const struct vmtp_table table = VMTP_TABLE(rows);
    const struct node *node = parse("tool: {fake: {}}");
    const struct node *section = node_get(node_get(node, "tool"), "fake");
    struct vmtp_error err = { 0 };
    void *opt = NULL;

    (void)state;
    assert_int_equal(options_fill(&table, sizeof(struct fake_options), NULL, node_get(node, "tool"),
                                  NULL, arena, &opt, &err),
                     -EINVAL);
    assert_string_equal(err.text, "f:1:1: tool: option 'count' is required: How many");
    assert_int_equal(
        options_fill(&table, sizeof(struct fake_options), section, NULL, NULL, arena, &opt, &err),
        -EINVAL);
    assert_string_equal(err.text, "f:1:8: tool.fake: option 'count' is required: How many");
}

static void never_tells_a_secret(void **state)
{
    static const struct vmtp_option rows[] = {
        { "pin", "A secret file", VMTP_OPT_PATH(struct fake_options, file), .flags = VMTP_SECRET },
    };
    static const struct vmtp_table table = VMTP_TABLE(rows);
    struct vmtp_error err = { 0 };
    char text[6000];
    void *opt = NULL;

    (void)state;
    snprintf(text, sizeof text, "pin: ~/geheim%05000d", 0);
    assert_int_equal(options_fill(&table, sizeof(struct fake_options), parse(text), NULL, NULL,
                                  arena, &opt, &err),
                     -EINVAL);
    assert_non_null(strstr(err.text, "is too long for a path"));
    assert_null(strstr(err.text, "geheim"));
}

static int answer(void *arg, const char *what, int cancel_fd, char *ret, size_t len,
                  struct vmtp_error *err)
{
    (void)cancel_fd;
    if (strcmp(what, "the PIN of the card") != 0)
        return vmtp_fail(err, -ENOTTY, "nobody knows");
    snprintf(ret, len, "%s", (const char *)arg);
    return 0;
}

static void asks_for_secrets(void **state)
{
    static const struct vmtp_option rows[] = {
        { "pin", "The PIN", VMTP_OPT_STRING(struct fake_options, token), .flags = VMTP_SECRET },
    };
    static const struct vmtp_table table = VMTP_TABLE(rows);
    char pin[] = "4711";
    const struct prompt prompt = { answer, pin };
    struct vmtp_error err = { 0 };
    void *opt = NULL;

    (void)state;
    assert_int_equal(options_fill(&table, sizeof(struct fake_options),
                                  parse("pin: {prompt: the PIN of the card}"), NULL, &prompt, arena,
                                  &opt, &err),
                     0);
    assert_string_equal(((struct fake_options *)opt)->token, "4711");
    assert_int_equal(options_fill(&table, sizeof(struct fake_options),
                                  parse("pin: {prompt: the PIN of the card}"), NULL, NULL, arena,
                                  &opt, &err),
                     0);
    assert_null(((struct fake_options *)opt)->token);
    assert_int_equal(options_fill(&table, sizeof(struct fake_options), parse("pin: {prompt: x}"),
                                  NULL, &prompt, arena, &opt, &err),
                     -ENOTTY);
    assert_string_equal(err.text, "f:1:15: pin.prompt: nobody knows");
}

#define ROW(...)                                                                                   \
    {                                                                                              \
        .name = "x", .help = "h", __VA_ARGS__                                                      \
    }

static void refuses_damaged_tables(void **state)
{
    static const struct vmtp_choice twice[] = { { "a", 1, "" }, { "a", 2, "" }, { NULL, 0, "" } };
    static const struct vmtp_choice none[] = { { NULL, 0, "" } };
    static const struct {
        struct vmtp_option row;
        const char *why;
    } cases[] = {
        { { .name = "X", .help = "h", .type = VMTP_BOOL }, "'X' is not a kebab-case name" },
        { { .help = "h", .type = VMTP_BOOL }, "'' is not a kebab-case name" },
        { { .name = "x", .type = VMTP_BOOL }, "it has no help" },
        { ROW(.type = 0), "does not know its type 0" },
        { ROW(.type = 99), "does not know its type 99" },
        { ROW(.type = VMTP_BOOL, .flags = 64), "does not know its flags 0x40" },
        { ROW(.type = VMTP_UINT, .offset = 64), "outside of its struct" },
        { ROW(.type = VMTP_UINT, .offset = 60), "outside of its struct" },
        { ROW(.type = VMTP_UINT, .offset = SIZE_MAX - 3), "outside of its struct" },
        { ROW(.type = VMTP_UINT, .offset = 4), "not aligned" },
        { ROW(.type = VMTP_ENUM), "it has no choices" },
        { ROW(.type = VMTP_ENUM, .choices = none), "it has no choices" },
        { ROW(.type = VMTP_ENUM, .choices = twice), "its choice 'a' stands there twice" },
        { ROW(.type = VMTP_LIST, .item = VMTP_MAP), "of no scalar type" },
        { ROW(.type = VMTP_LIST), "of no scalar type" },
        { ROW(.type = VMTP_BOOL, .min = 1, .max = 2), "a bool has no range" },
        { ROW(.type = VMTP_INT, .min = 2, .max = 1), "above its largest" },
        { ROW(.type = VMTP_INT, .def = "1", .flags = VMTP_REQUIRED), "required and yet" },
        { ROW(.type = VMTP_INT, .flags = VMTP_SECRET), "a secret must be a string" },
        { ROW(.type = VMTP_INT, .min = 1, .max = 2, .def = "3"), "its default: '3' is out of" },
        { ROW(.type = VMTP_DURATION, .def = "3"), "its default: '3' is not a duration" },
        { ROW(.type = VMTP_LIST, .item = VMTP_SIZE, .def = "[x]"), "'x' is not a size" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct vmtp_table table = { &cases[i].row, 1, sizeof(struct vmtp_option) };
        struct vmtp_error err = { 0 };

        assert_true(option_table_lint(&table, 64, &err) < 0);
        if (!strstr(err.text, cases[i].why))
            fail_msg("'%s' does not say '%s'", err.text, cases[i].why);
    }
}

static void refuses_rows_that_disturb_each_other(void **state)
{
    static const struct vmtp_option twice[] = { ROW(.type = VMTP_UINT),
                                                ROW(.type = VMTP_UINT, .offset = 8) };
    static const struct vmtp_option over[] = {
        ROW(.type = VMTP_LIST, .item = VMTP_UINT),
        { .name = "y", .help = "h", .type = VMTP_UINT, .offset = 8 }
    };
    struct vmtp_table table = VMTP_TABLE(twice), overlap = VMTP_TABLE(over);
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(option_table_lint(&table, 64, &err), -EINVAL);
    assert_string_equal(err.text, "option 'x': it stands there twice");
    assert_int_equal(option_table_lint(&overlap, 64, &err), -EINVAL);
    assert_string_equal(err.text, "option 'y': it overlaps with option 'x'");
    table.stride = 8;
    assert_int_equal(option_table_lint(&table, 64, &err), -EINVAL);
    table = (struct vmtp_table){ NULL, 3, sizeof *twice };
    assert_int_equal(option_table_lint(&table, 64, &err), -EINVAL);
    table = (struct vmtp_table){ twice, 1u << 31, sizeof *twice };
    assert_int_equal(option_table_lint(&table, 64, &err), -EINVAL);
    assert_int_equal(option_table_lint(&fake_table, sizeof(struct fake_options), &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fills_in_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(fills_every_type, setup, teardown),
        cmocka_unit_test_setup_teardown(says_what_is_wrong_and_where, setup, teardown),
        cmocka_unit_test_setup_teardown(knows_addresses_by_their_form, setup, teardown),
        cmocka_unit_test_setup_teardown(expands_the_home_folder, setup, teardown),
        cmocka_unit_test_setup_teardown(takes_secrets_from_elsewhere, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_values_as_they_would_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(asks_for_what_is_required, setup, teardown),
        cmocka_unit_test_setup_teardown(never_tells_a_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(asks_for_secrets, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_damaged_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_rows_that_disturb_each_other, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
