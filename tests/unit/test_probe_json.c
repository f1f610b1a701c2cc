/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe's JSON: what it reads, what it refuses, what it writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"

static int parse(struct json_object *o, const char *text)
{
    return json_parse(o, text, strlen(text));
}

static void reads_a_command(void **state)
{
    struct json_object o;
    uint64_t n = 0;

    (void)state;
    assert_int_equal(
        parse(&o, " {\"op\":\"go\", \"delay_ns\" : 1000,\"spin\":true,\"x\":null}\r\n"), 0);
    assert_string_equal(json_text(&o, "op"), "go");
    assert_int_equal(json_uint(&o, "delay_ns", 0, 5000, &n), 0);
    assert_int_equal(n, 1000);
    assert_true(json_flag(&o, "spin"));
    assert_false(json_flag(&o, "op"));
    assert_null(json_text(&o, "delay_ns"));
    assert_null(json_text(&o, "nothing"));
}

static void reads_an_empty_object(void **state)
{
    struct json_object o;

    (void)state;
    assert_int_equal(parse(&o, "{}"), 0);
    assert_int_equal(o.count, 0);
}

static void knows_escapes(void **state)
{
    struct json_object o;

    (void)state;
    assert_int_equal(parse(&o, "{\"a\":\"\\\"\\\\\\/\\n\\u0041\\u20ac\"}"), 0);
    assert_string_equal(json_text(&o, "a"), "\"\\/\nA?");
}

static void refuses_what_is_not_a_flat_object(void **state)
{
    static const char *const bad[] = {
        "",
        "x",
        "[]",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1}x",
        "{\"a\":{}}",
        "{\"a\":[1]}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"x",
        "{\"a\":\"\\q\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":tru}",
        "{\"a\":\"\n\"}",
        "{a:1}",
        "{\"a\":\"\\",
    };
    struct json_object o;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(parse(&o, bad[i]), -EPROTO);
}

static void refuses_what_is_too_long(void **state)
{
    struct json_object o;
    char text[1024], *p = text;

    (void)state;
    p += snprintf(p, sizeof text, "{\"a\":\"");
    memset(p, 'x', JSON_TEXT_MAX);
    memcpy(p + JSON_TEXT_MAX, "\"}", 3);
    assert_int_equal(parse(&o, text), -E2BIG);
    p = text + snprintf(text, sizeof text, "{\"k0\":1");
    for (int i = 1; i <= JSON_FIELDS_MAX; i++)
        p += snprintf(p, sizeof text - (size_t)(p - text), ",\"k%d\":1", i);
    memcpy(p, "}", 2);
    assert_int_equal(parse(&o, text), -E2BIG);
}

static void bounds_numbers(void **state)
{
    struct json_object o;
    uint64_t n = 7;

    (void)state;
    assert_int_equal(parse(&o, "{\"a\":18446744073709551615,\"b\":-1,\"c\":1.5,\"d\":\"3\","
                               "\"e\":18446744073709551616,\"f\":9}"),
                     0);
    assert_int_equal(json_uint(&o, "b", 0, 10, &n), -EINVAL);
    assert_int_equal(json_uint(&o, "c", 0, 10, &n), -EINVAL);
    assert_int_equal(json_uint(&o, "d", 0, 10, &n), -EINVAL);
    assert_int_equal(json_uint(&o, "e", 0, UINT64_MAX, &n), -ERANGE);
    assert_int_equal(json_uint(&o, "f", 0, 8, &n), -ERANGE);
    assert_int_equal(json_uint(&o, "g", 0, 8, &n), -ENOENT);
    assert_int_equal(n, 7);
    assert_int_equal(json_uint(&o, "a", 0, UINT64_MAX, &n), 0);
    assert_true(n == UINT64_MAX);
}

static void writes_nested_objects(void **state)
{
    char buf[256];
    struct json_writer w;

    (void)state;
    json_begin(&w, buf, sizeof buf);
    json_add_text(&w, "a", "x\"\\\n\x80");
    json_open(&w, "b");
    json_add_uint(&w, "c", 5);
    json_add_flag(&w, "d", true);
    json_close(&w);
    json_add_real(&w, "e", 0.25);
    json_add_real(&w, "absent", 1.0 / 0.0);
    assert_true(json_end(&w) > 0);
    assert_string_equal(buf, "{\"a\":\"x\\\"\\\\\\u000a\\u0080\",\"b\":{\"c\":5,\"d\":true},"
                             "\"e\":0.25}\n");
}

static void says_when_the_buffer_is_full(void **state)
{
    char buf[16];
    struct json_writer w;

    (void)state;
    json_begin(&w, buf, sizeof buf);
    json_add_text(&w, "key", "much too long for this");
    assert_int_equal(json_end(&w), 0);
}

/* Every prefix and every single-byte change of a good line: no crash, no overrun (sanitizers). */
static void survives_damage(void **state)
{
    static const char good[] = "{\"op\":\"setup\",\"n\":12,\"t\":\"\\u00e9\\n\",\"f\":false}";
    struct json_object o;

    (void)state;
    for (size_t len = 0; len < sizeof good - 1; len++)
        assert_int_not_equal(json_parse(&o, good, len), 0);
    for (size_t at = 0; at < sizeof good - 1; at++) {
        for (int ch = 0; ch < 256; ch++) {
            char bad[sizeof good];

            memcpy(bad, good, sizeof good);
            bad[at] = (char)ch;
            (void)json_parse(&o, bad, sizeof good - 1);
            assert_true(o.count <= JSON_FIELDS_MAX);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_command),
        cmocka_unit_test(reads_an_empty_object),
        cmocka_unit_test(knows_escapes),
        cmocka_unit_test(refuses_what_is_not_a_flat_object),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(bounds_numbers),
        cmocka_unit_test(writes_nested_objects),
        cmocka_unit_test(says_when_the_buffer_is_full),
        cmocka_unit_test(survives_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
