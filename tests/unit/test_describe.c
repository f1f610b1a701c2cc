/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/plugin/describe.c and schema.c: tables as people and editors see them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plugin/describe.h"
#include "tests/fakes/components.h"

#include <jansson.h>

static char *described(int (*describe)(const struct component *, FILE *), enum vmtp_kind kind,
                       const char *name)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    assert_int_equal(describe(registry_find(fake_registry(), kind, name), out), 0);
    fclose(out);
    return text;
}

static void lines_up_columns(void **state)
{
    _free_ char *text = described(describe_text, VMTP_TOOL, "echo");
    _free_ char *fake = described(describe_text, VMTP_TOOL, "fake");

    (void)state;
    assert_string_equal(text, "tool echo: Echoes nothing\n"
                              "\n"
                              "options\n"
                              "  option  type   default     values  is\n"
                              "  count   count  (required)          How many\n"
                              "  port    port                       Where the server listens\n"
                              "\n"
                              "metrics\n"
                              "  metric  unit  kind          is\n"
                              "  rtt     s     distribution  There and back\n");
    assert_non_null(strstr(fake, "tcp, udp"));
    assert_non_null(strstr(fake, "1ms to 1m"));
    assert_non_null(strstr(fake, "list of size  [64, 1K]  1 to 64K"));
    assert_non_null(strstr(fake, "secret"));
    assert_non_null(strstr(fake, "Deprecated: Write label instead"));
}

static void shows_the_options_of_endpoints(void **state)
{
    _free_ char *text = described(describe_text, VMTP_CLOUD, "hosts");

    (void)state;
    assert_string_equal(text, "cloud hosts: Machines that exist\n"
                              "\n"
                              "options of an endpoint\n"
                              "  option  type    default     values  is\n"
                              "  ssh     string  (required)          USER@HOST\n");
}

static void writes_markdown_tables(void **state)
{
    _free_ char *text = described(describe_markdown, VMTP_TOOL, "echo");

    (void)state;
    assert_string_equal(text, "\n"
                              "| option | type | default | values | is |\n"
                              "| --- | --- | --- | --- | --- |\n"
                              "| count | count | (required) |  | How many |\n"
                              "| port | port |  |  | Where the server listens |\n"
                              "\n"
                              "| metric | unit | kind | is |\n"
                              "| --- | --- | --- | --- |\n"
                              "| rtt | s | distribution | There and back |\n");
}

static const json_t *property(const json_t *schema, const char *name)
{
    return json_object_get(json_object_get(schema, "properties"), name);
}

static void writes_a_schema(void **state)
{
    _free_ char *text = described(describe_schema, VMTP_TOOL, "fake");
    json_t *schema = json_loads(text, 0, NULL);
    const json_t *sizes = property(schema, "sizes"), *count = property(schema, "count");
    const json_t *several = json_array_get(json_object_get(count, "anyOf"), 0);
    const json_t *one = json_array_get(json_object_get(count, "anyOf"), 1);

    (void)state;
    assert_non_null(schema);
    assert_string_equal(json_string_value(json_object_get(schema, "title")), "fake");
    assert_string_equal(json_string_value(json_object_get(several, "type")), "array");
    assert_int_equal(json_integer_value(json_object_get(one, "maximum")), 1000);
    assert_int_equal(json_integer_value(json_object_get(count, "default")), 4);
    assert_string_equal(json_string_value(json_object_get(sizes, "type")), "array");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(sizes, "default"), 0)), 64);
    assert_true(json_is_true(json_object_get(property(schema, "old"), "deprecated")));
    json_decref(schema);
}

static void says_what_is_required(void **state)
{
    _free_ char *text = described(describe_schema, VMTP_TOOL, "echo");
    json_t *schema = json_loads(text, 0, NULL);

    (void)state;
    assert_string_equal(json_string_value(json_array_get(json_object_get(schema, "required"), 0)),
                        "count");
    json_decref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_up_columns),       cmocka_unit_test(shows_the_options_of_endpoints),
        cmocka_unit_test(writes_markdown_tables), cmocka_unit_test(writes_a_schema),
        cmocka_unit_test(says_what_is_required),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
