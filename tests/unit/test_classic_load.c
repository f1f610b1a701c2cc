/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's "cpu_load", made of what monitor gmond saw in a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/classic/load.h"

#include <stdlib.h>
#include <string.h>

/* Two trials, from second 10 to 15.5 and from 20 to 25.5 of the run. */
#define RUN                                                                                        \
    "\"run\":{\"started\":\"2026-11-21T02:40:00.500Z\"},\"results\":[{\"trials\":["                \
    "{\"started\":\"2026-11-21T02:40:10.500Z\",\"warmup\":0.5,\"duration\":5},"                    \
    "{\"started\":\"2026-11-21T02:40:20.500Z\",\"warmup\":0.5,\"duration\":5}]}]"
#define FIRST(address, at, value)                                                                  \
    "\"cpu_load_first\":{\"parts\":{\"" address "\":{\"series\":[[" at "," value "]]}}}"
#define SERIES                                                                                     \
    "\"cpu_load\":{\"series\":[[0.2,0.031],[10,0.5],[10.1,1.239],[15.5,1.2],[16,9],[22,1.5]]}"

static void loads_are(const char *watched, int trial, const char *wanted)
{
    char text[4096];
    json_t *document, *loads;
    const json_t *result;
    char *got;

    snprintf(text, sizeof text, "{" RUN ",\"watched\":%s}", watched);
    document = json_loads(text, 0, NULL);
    assert_non_null(document);
    result = json_array_get(json_object_get(document, "results"), 0);
    loads = load_json(document, result,
                      trial < 0 ? NULL
                                : json_array_get(json_object_get(result, "trials"), (size_t)trial));
    got = loads ? json_dumps(loads, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9))
                : strdup("nothing");
    assert_string_equal(got, wanted);
    free(got);
    json_decref(loads);
    json_decref(document);
}

static void a_host_has_its_baseline_and_the_samples_of_the_trial(void **state)
{
    (void)state;
    loads_are("{\"h\":{" FIRST("10.0.0.11", "0.2", "0.031") "," SERIES "}}", 0,
              "{\"10.0.0.11\":[0.03,1.24,1.2]}");
    loads_are("{\"h\":{" FIRST("10.0.0.11", "0.2", "0.031") "," SERIES "}}", 1,
              "{\"10.0.0.11\":[0.03,1.5]}");
}

static void a_test_has_those_of_all_its_trials(void **state)
{
    (void)state;
    loads_are("{\"h\":{" FIRST("10.0.0.11", "0.2", "0.031") "," SERIES "}}", -1,
              "{\"10.0.0.11\":[0.03,1.24,1.2,1.5]}");
}

static void a_baseline_may_stand_alone(void **state)
{
    (void)state;
    loads_are("{\"h\":{" FIRST("10.0.0.11", "0", "0") "}}", 0, "{\"10.0.0.11\":[0.0]}");
}

static void a_host_that_came_later_has_no_baseline(void **state)
{
    (void)state;
    loads_are("{\"h\":{" FIRST("10.0.0.11", "10.2", "1") "," SERIES "}}", 0, "nothing");
    loads_are("{\"h\":{" FIRST("10.0.0.11", "10.2", "1") "," SERIES "}}", 1,
              "{\"10.0.0.11\":[1.0,1.5]}");
}

static void a_host_of_two_endpoints_is_one(void **state)
{
    (void)state;
    loads_are("{\"a\":{" FIRST("10.0.0.11", "0.2", "0.5") "},\"b\":{" FIRST(
                  "10.0.0.11", "0.2", "0.5") "},\"c\":{" FIRST("fd77::1", "0.2", "0.25") "}}",
              0, "{\"10.0.0.11\":[0.5],\"fd77::1\":[0.25]}");
}

static void a_host_without_an_address_is_called_by_its_name(void **state)
{
    (void)state;
    loads_are("{\"h\":{\"cpu_load_first\":{\"series\":[[0.2,0.5]]}," SERIES "}}", 0,
              "{\"h\":[0.5,1.24,1.2]}");
}

static void other_monitors_and_other_forms_are_nothing(void **state)
{
    (void)state;
    loads_are("{}", 0, "nothing");
    loads_are("{\"h\":{\"cpu_busy\":{\"series\":[[0,1]]}},\"x\":5,\"y\":{\"cpu_load_first\":[]},"
              "\"z\":{\"cpu_load_first\":{\"parts\":{\"a\":7,\"b\":{\"series\":[5]}}}}}",
              0, "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_has_its_baseline_and_the_samples_of_the_trial),
        cmocka_unit_test(a_test_has_those_of_all_its_trials),
        cmocka_unit_test(a_baseline_may_stand_alone),
        cmocka_unit_test(a_host_that_came_later_has_no_baseline),
        cmocka_unit_test(a_host_of_two_endpoints_is_one),
        cmocka_unit_test(a_host_without_an_address_is_called_by_its_name),
        cmocka_unit_test(other_monitors_and_other_forms_are_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
