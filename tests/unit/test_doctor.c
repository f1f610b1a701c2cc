/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/report/doctor.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/report/doctor.h"

static const struct style wide = { .utf8 = true, .width = 72 };

static const char two[] =
    "{\"endpoints\":{"
    "\"a\":{\"os\":{\"name\":\"Debian\",\"version\":\"12\"},\"kernel\":\"6.1\",\"cpus\":4,"
    "\"virtualisation\":\"kvm\",\"fitness\":{\"uses\":{\"throughput\":\"good\","
    "\"high-speed-throughput\":\"fair\",\"loss-jitter\":\"unknown\",\"one-way-delay\":\"bad\","
    "\"storage\":\"good\"},\"checks\":["
    "{\"name\":\"cpus\",\"grade\":\"good\",\"value\":\"4\",\"uses\":{\"throughput\":\"good\"}},"
    "{\"name\":\"queues\",\"grade\":\"fair\",\"value\":\"1 of 4\",\"why\":\"one queue\","
    "\"mend\":\"ethtool -L eth0 combined 4\",\"uses\":{\"high-speed-throughput\":\"fair\"}},"
    "{\"name\":\"stalls\",\"grade\":\"unknown\",\"value\":\"unknown\",\"why\":\"not watched\","
    "\"uses\":{\"loss-jitter\":\"unknown\"}},"
    "{\"name\":\"clock-synchronised\",\"grade\":\"bad\",\"value\":\"no\","
    "\"why\":\"nothing keeps the clock right, so a one-way delay has no bound for its error\","
    "\"mend\":\"apt install chrony\",\"uses\":{\"one-way-delay\":\"bad\"}}]}},"
    "\"b\":null}}";

static const char two_text[] =
    "a, Debian 12, Linux 6.1, 4 CPUs, kvm\n"
    "\n"
    "  good for                 grade    because of\n"
    "  throughput               good\n"
    "  throughput of 10 Gb/s    fair     queues\n"
    "  loss and jitter          unknown  stalls\n"
    "  one-way delay            bad      clock-synchronised\n"
    "  storage of measurements  good\n"
    "\n"
    "  bad     clock-synchronised: no\n"
    "          nothing keeps the clock right, so a one-way delay has no bound\n"
    "          for its error\n"
    "          → apt install chrony\n"
    "  fair    queues: 1 of 4\n"
    "          one queue\n"
    "          → ethtool -L eth0 combined 4\n"
    "  unknown stalls: unknown\n"
    "          not watched\n"
    "\n"
    "b\n"
    "\n"
    "  nothing is known of it\n";

static json_t *parsed(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);

    if (!json)
        fail_msg("%s at %d", error.text, error.position);
    return json;
}

static void shows(const char *document, const struct style *style, const char *expected)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    json_t *json = parsed(document);

    assert_int_equal(doctor_format(json, style, &text), 0);
    assert_string_equal(buf_text(&text), expected);
    json_decref(json);
}

static void worst_is(const char *document, const char *expected)
{
    json_t *json = parsed(document);

    assert_string_equal(doctor_worst(json), expected);
    json_decref(json);
}

static void the_bad_come_first_and_commands_stand_in_lines_of_their_own(void **state)
{
    (void)state;
    shows(two, &wide, two_text);
}

static void without_utf8_it_is_ascii(void **state)
{
    const struct style ascii = { .width = 72 };
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    json_t *json = parsed(two);

    (void)state;
    assert_int_equal(doctor_format(json, &ascii, &text), 0);
    assert_non_null(strstr(buf_text(&text), "          -> apt install chrony\n"));
    json_decref(json);
}

static void a_command_is_never_cut(void **state)
{
    const struct style narrow = { .utf8 = true, .width = 20 };
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    json_t *json = parsed(two);

    (void)state;
    assert_int_equal(doctor_format(json, &narrow, &text), 0);
    assert_non_null(strstr(buf_text(&text), "→ ethtool -L eth0 combined 4\n"));
    json_decref(json);
}

static void a_document_may_hold_anything(void **state)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    static const char *const documents[] = {
        "{}",
        "{\"endpoints\":[]}",
        "{\"endpoints\":{\"a\":7,\"b\":{\"fitness\":[]},\"c\":{\"fitness\":{}}}}",
        "{\"endpoints\":{\"a\":{\"fitness\":{\"uses\":{\"storage\":7},\"checks\":{}}}}}",
        "{\"endpoints\":{\"a\\u001b[2J\":{\"os\":{\"name\":\"\\u001b[31m\"},\"fitness\":{\"uses\":"
        "{\"storage\":\"\\u001b[1m\"},\"checks\":[1,{\"grade\":\"bad\",\"name\":\"\\u001b\","
        "\"value\":\"\\n\",\"why\":\"\\u0007\",\"mend\":\"\\r\"}]}}}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        json_t *json = parsed(documents[i]);

        assert_int_equal(doctor_format(json, &wide, &text), 0);
        json_decref(json);
    }
    assert_null(strpbrk(buf_text(&text), "\033\007\r"));
}

#define GRADED(a, b)                                                                               \
    "{\"endpoints\":{\"a\":{\"fitness\":{\"uses\":{\"throughput\":\"" a                            \
    "\"}}},\"b\":{\"fitness\":{\"uses\":{\"storage\":\"" b "\"}}}}}"

static void the_worst_grade_is_that_of_all_endpoints(void **state)
{
    (void)state;
    worst_is(GRADED("good", "good"), "good");
    worst_is(GRADED("good", "fair"), "fair");
    worst_is(GRADED("unknown", "fair"), "unknown");
    worst_is(GRADED("bad", "unknown"), "bad");
}

static void an_endpoint_of_which_nothing_is_known_has_no_grade(void **state)
{
    (void)state;
    worst_is(two, "");
    worst_is("{}", "");
    worst_is("{\"endpoints\":{\"a\":{\"fitness\":{\"uses\":{}}}}}", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bad_come_first_and_commands_stand_in_lines_of_their_own),
        cmocka_unit_test(without_utf8_it_is_ascii),
        cmocka_unit_test(a_command_is_never_cut),
        cmocka_unit_test(a_document_may_hold_anything),
        cmocka_unit_test(the_worst_grade_is_that_of_all_endpoints),
        cmocka_unit_test(an_endpoint_of_which_nothing_is_known_has_no_grade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
