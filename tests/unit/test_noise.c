/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/report/noise.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/report/noise.h"

#include "core/base/attr.h"
#include "core/report/cells.h"
#include "core/report/table.h"

#include <math.h>

/* Of four runs that had these figures; a figure of 0: the flow failed. */
static json_t *noise_of(const char *metric, const char *unit, const double *figures)
{
    json_t *documents[4], *noise = NULL;
    char name[] = "r", *names[] = { name, name, name, name };
    struct vmtp_error err = { 0 };

    for (size_t i = 0; i < 4; i++)
        documents[i] = json_pack("{s:[{s:s, s:s, s:{s:{s:s, s:s, s:f}}}]}", "results", "key",
                                 "flow=a", "status", figures[i] > 0 ? "ok" : "failed", "metrics",
                                 metric, "unit", unit, "kind", "gauge", "value", figures[i]);
    assert_int_equal(noise_make(&(struct side){ documents, names, 4 }, &noise, &err), 0);
    for (size_t i = 0; i < 4; i++)
        json_decref(documents[i]);
    return noise;
}

static double field(const json_t *noise, const char *name)
{
    return json_number_value(
        json_object_get(json_array_get(json_object_get(noise, "rows"), 0), name));
}

static void the_floor_is_what_two_runs_differ_by(void **state)
{
    static const double figures[] = { 98, 100, 102, 100 };
    json_t *noise = noise_of("goodput", "bit/s", figures);
    double spread = sqrt(8.0 / 3) / 100;

    (void)state;
    assert_true(noise_is(noise));
    assert_true(fabs(field(noise, "spread") - spread) < 1e-12);
    assert_true(fabs(field(noise, "floor") - 3.18 * sqrt(2) * spread) < 0.01 * spread * 5);
    assert_true(noise_floor(noise, "flow=a", "goodput", 1, 1) == field(noise, "floor"));
    assert_true(fabs(noise_floor(noise, "flow=a", "goodput", 4, 4) * 2 - field(noise, "floor")) <
                1e-12);
    assert_true(isnan(noise_floor(noise, "flow=a", "mss", 1, 1)));
    assert_true(isnan(noise_floor(noise, "flow=b", "goodput", 1, 1)));
    assert_true(isnan(noise_floor(NULL, "flow=a", "goodput", 1, 1)));
    json_decref(noise);
}

static void shares_differ_by_points(void **state)
{
    static const double figures[] = { 0.1, 0.2, 0.3, 0.2 };
    json_t *noise = noise_of("cpu_client", "ratio", figures);

    (void)state;
    assert_true(fabs(field(noise, "spread") - sqrt(0.02 / 3)) < 1e-12);
    json_decref(noise);
}

static void a_flow_that_failed_too_often_has_none(void **state)
{
    static const double twice[] = { 98, 0, 0, 100 }, once[] = { 98, 0, 102, 100 };
    json_t *none = noise_of("goodput", "bit/s", twice), *some = noise_of("goodput", "bit/s", once);

    (void)state;
    assert_int_equal(json_array_size(json_object_get(none, "rows")), 0);
    assert_true(field(some, "n") == 3);
    json_decref(none);
    json_decref(some);
}

static void two_runs_are_too_few(void **state)
{
    json_t *documents[] = { NULL, NULL }, *noise = NULL;
    char name[] = "r", *names[] = { name, name };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(noise_make(&(struct side){ documents, names, 2 }, &noise, &err), -EINVAL);
    assert_string_equal(err.text, "noise: 2 runs, and 3 are the least");
}

static void a_person_reads_what_change_can_be_seen(void **state)
{
    static const struct style style = { .utf8 = true, .width = 100 };
    static const double figures[] = { 98e6, 100e6, 102e6, 100e6 };
    json_t *noise = noise_of("goodput", "bit/s", figures);
    _cleanup_(buf_clear) struct buf text = BUF(1 << 16);

    (void)state;
    assert_int_equal(noise_format(noise, false, &style, &text), 0);
    assert_string_equal(strstr(buf_text(&text), "  result"),
                        "  result  metric       median  run to run  chance  seen, 1 run  4 runs\n"
                        "  flow=a  goodput  100.0 Mb/s      1.63 %  7.30 %       9.56 %  6.33 %\n");
    json_decref(noise);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_floor_is_what_two_runs_differ_by),
        cmocka_unit_test(shares_differ_by_points),
        cmocka_unit_test(a_flow_that_failed_too_often_has_none),
        cmocka_unit_test(two_runs_are_too_few),
        cmocka_unit_test(a_person_reads_what_change_can_be_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
