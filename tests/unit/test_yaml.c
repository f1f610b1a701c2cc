/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/base/yaml.c: trees with positions, and everything that is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/yaml.h"

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

    if (yaml_parse(text, strlen(text), "f.yaml", arena, &root, &err) < 0)
        fail_msg("%s", err.text);
    return root;
}

static void refused_bytes(const char *text, size_t len, const char *why)
{
    struct vmtp_error err = { 0 };
    const struct node *root = NULL;

    assert_int_equal(yaml_parse(text, len, "f.yaml", arena, &root, &err), -EINVAL);
    assert_null(root);
    if (!strstr(err.text, why))
        fail_msg("'%s' does not say '%s'", err.text, why);
}

static void refused(const char *text, const char *why)
{
    refused_bytes(text, strlen(text), why);
}

static void knows_where_everything_was_written(void **state)
{
    const struct node *root =
        parse("vmtp: 1\nflows:\n  - name: bulk\n    tool: {native: {rate: 1G}}\n");
    const struct node *flow = node_get(root, "flows")->first;
    const struct node *rate = node_get(node_get(node_get(flow, "tool"), "native"), "rate");
    char path[64];

    (void)state;
    assert_int_equal(root->kind, NODE_MAP);
    assert_int_equal(root->count, 2);
    assert_string_equal(rate->text, "1G");
    assert_int_equal(rate->line, 4);
    assert_int_equal(rate->column, 27);
    assert_int_equal(rate->key_column, 21);
    node_path(rate, path, sizeof path);
    assert_string_equal(path, "flows[0].tool.native.rate");
    node_path(root, path, sizeof path);
    assert_string_equal(path, "");
}

static void puts_the_position_in_front_of_an_error(void **state)
{
    const struct node *root = parse("a:\n  - b: [x, y]\n");
    const struct node *b = node_get(node_get(root, "a")->first, "b");
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(node_fail(&err, b->first->next, "no '%s'", "y"), -EINVAL);
    assert_string_equal(err.text, "f.yaml:2:12: a[0].b[1]: no 'y'");
    key_fail(&err, b, "no");
    assert_string_equal(err.text, "f.yaml:2:5: a[0].b: no");
    node_fail(&err, root, "no");
    assert_string_equal(err.text, "f.yaml:1:1: no");
}

static void tells_strings_from_nothing(void **state)
{
    const struct node *root = parse("a: \nb: ~\nc: ''\nd: no\ne: \"null\"\nf: Null\n");

    (void)state;
    assert_true(node_is_null(node_get(root, "a")));
    assert_true(node_is_null(node_get(root, "b")));
    assert_false(node_is_null(node_get(root, "c")));
    assert_false(node_is_null(node_get(root, "d")));
    assert_false(node_is_null(node_get(root, "e")));
    assert_true(node_is_null(node_get(root, "f")));
    assert_null(node_get(root, "g"));
    assert_null(node_get(NULL, "g"));
    assert_null(node_get(node_get(root, "a"), "g"));
    assert_string_equal(node_noun(node_get(root, "a")), "nothing");
}

static void writes_aliases_out(void **state)
{
    const struct node *root = parse("a: &x {p: [1, 2]}\nb: *x\nc: &x 3\nd: *x\n");
    char path[64];

    (void)state;
    assert_string_equal(node_get(node_get(root, "b"), "p")->first->next->text, "2");
    node_path(node_get(node_get(root, "b"), "p")->first, path, sizeof path);
    assert_string_equal(path, "b.p[0]");
    assert_string_equal(node_get(root, "d")->text, "3");
    assert_null(parse("a: &x 1\nb: [*x]\n")->first->next->first->key);
}

static void refuses_what_is_no_plain_yaml(void **state)
{
    (void)state;
    refused("", "f.yaml:1:1: empty");
    refused("a: 1\na: 2\n", "f.yaml:2:1: a: key 'a' is there already, in line 1");
    refused("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document");
    refused("a: &x 1\nb: {<<: *x}\n", "f.yaml:2:5: merge keys");
    refused("a: !!str 1\n", "tag 'tag:yaml.org,2002:str' is not supported");
    refused("a: !x [1]\n", "tag '!x'");
    refused("? [a]\n: 1\n", "a key must be a plain word");
    refused("a: [1, 2\nb: 3\n", "f.yaml:2:");
    refused("\ta: 1\n", "f.yaml:1:1: found character that cannot start any token");
    refused("a: \"\\0\"\n", "NUL in a value");
}

static void refuses_bytes_that_are_no_text(void **state)
{
    (void)state;
    refused("a: 1\nb: x\xff\n", "f.yaml:2:5: byte 0xff is not UTF-8");
    refused("\xc3\xa4: \xc3\xa4\xc0\x80\n", "f.yaml:1:5: byte 0xc0");
    refused("a: \xed\xa0\x80\n", "not UTF-8");
    refused_bytes("a: 1\nb\0: 2\n", 11, "f.yaml:2:2: NUL byte");
    refused("a: \x01\n", "f.yaml:1:4: control characters are not allowed");
}

static void refuses_aliases_without_end(void **state)
{
    (void)state;
    refused("a: *x\n", "f.yaml:1:4: alias *x has no anchor above it");
    refused("a: &x [*x]\n", "alias *x lies within its own anchor");
    refused("a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
            "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
            "e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
            "more than 100000 values");
}

static char *repeated(const char *text, size_t n)
{
    size_t len = strlen(text);
    char *all = arena_alloc(arena, n * len + 1);

    assert_non_null(all);
    for (size_t i = 0; i < n; i++)
        memcpy(all + i * len, text, len);
    return all;
}

static void refuses_great_things_fast(void **state)
{
    uint64_t start_ns = clock_now_ns();
    char *large;

    (void)state;
    refused(repeated("[", 10000), "more than 64 levels deep");
    refused(repeated("- ", 10000), "more than 64 levels deep");
    refused(repeated("{a: ", 10000), "more than 64 levels deep");
    refused(repeated("- a\n", 100001), "more than 100000 values");
    large = repeated("- a\n", 300000);
    refused(large, "larger than 1048576 bytes");
    assert_true(clock_now_ns() - start_ns < 5 * NS_PER_S);
}

static void reads_deep_things_within_the_limit(void **state)
{
    char text[2 * YAML_DEPTH_MAX + 1] = { 0 };

    (void)state;
    memset(text, '[', YAML_DEPTH_MAX);
    memset(text + YAML_DEPTH_MAX, ']', YAML_DEPTH_MAX);
    assert_int_equal(parse(text)->kind, NODE_LIST);
}

static void reads_files_and_says_which_is_missing(void **state)
{
    struct vmtp_error err = { 0 };
    const char *text = NULL;
    size_t len = 0;

    (void)state;
    assert_int_equal(yaml_read("/nowhere/x.yaml", arena, &text, &len, &err), -ENOENT);
    assert_string_equal(err.text, "/nowhere/x.yaml: No such file or directory");
    assert_int_equal(yaml_read("/dev/zero", arena, &text, &len, &err), -EMSGSIZE);
    assert_int_equal(yaml_read("/dev/null", arena, &text, &len, &err), 0);
    assert_int_equal(len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knows_where_everything_was_written, setup, teardown),
        cmocka_unit_test_setup_teardown(puts_the_position_in_front_of_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_strings_from_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_aliases_out, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_plain_yaml, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_bytes_that_are_no_text, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_aliases_without_end, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_great_things_fast, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_deep_things_within_the_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_files_and_says_which_is_missing, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
