/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/report/differences.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/report/differences.h"

#include "core/base/attr.h"

#define RESULT(key, options)                                                                       \
    "{\"key\":\"" key "\",\"tool\":\"native\",\"options\":{" options "},\"reach\":{\"mtu\":1500}}"

/* Each side has one document. */
static json_t *differences(const char *old, const char *now)
{
    json_t *was = json_loads(old, 0, NULL), *is = json_loads(now, 0, NULL), *notes = json_array();

    assert_non_null(was);
    assert_non_null(is);
    assert_int_equal(
        differences_add(&(struct side){ &was, NULL, 1 }, &(struct side){ &is, NULL, 1 }, notes), 0);
    json_decref(was);
    json_decref(is);
    return notes;
}

/* texts: separated by a bar; "": there is no difference. */
static void differ(const char *old, const char *now, const char *texts)
{
    json_t *notes = differences(old, now), *note;
    char all[2000] = "";
    size_t i, len = 0;

    json_array_foreach(notes, i, note) len += (size_t)snprintf(
        all + len, sizeof all - len, "%s%s", i ? "|" : "", json_string_value(note));
    assert_string_equal(all, texts);
    json_decref(notes);
}

static void the_same_has_no_differences(void **state)
{
    static const char *const same =
        "{\"run\":{\"version\":\"1\"},\"endpoints\":{\"a\":{\"kernel\":\"6\",\"cpus\":2}},"
        "\"results\":[" RESULT("k", "\"rate\":\"0\"") "]}";

    (void)state;
    differ(same, same, "");
}

static void what_has_changed_is_told_with_both_sides(void **state)
{
    (void)state;
    differ(
        "{\"run\":{\"version\":\"1\"},\"cloud\":{\"name\":\"hosts\",\"facts\":{\"release\":\"x\"}},"
        "\"endpoints\":{\"a\":{\"kernel\":\"6\",\"sysctl\":{\"tcp_ecn\":2}}}}",
        "{\"run\":{\"version\":\"2\"},\"cloud\":{\"name\":\"fabric\",\"facts\":{\"release\":\"y\"}}"
        ","
        "\"endpoints\":{\"b\":{\"kernel\":\"7\",\"sysctl\":{\"tcp_ecn\":1}}}}",
        "version of vmtp: 1 in OLD, 2 in NEW|cloud: hosts in OLD, fabric in NEW|"
        "release: x in OLD, y in NEW|kernel: 6 in OLD, 7 in NEW|"
        "sysctl.tcp_ecn: 2 in OLD, 1 in NEW");
}

static void several_are_told_as_one_and_a_number(void **state)
{
    (void)state;
    differ("{\"endpoints\":{\"a\":{\"kernel\":\"6\"},\"b\":{\"kernel\":\"6\"}}}",
           "{\"endpoints\":{\"a\":{\"kernel\":\"6\"},\"b\":{\"kernel\":\"7\"}}}",
           "kernel: 6 in OLD, 6 and 1 more in NEW");
}

static void only_results_of_both_sides_count(void **state)
{
    (void)state;
    differ("{\"results\":[" RESULT("k", "\"rate\":\"0\"") "," RESULT("old", "\"rate\":\"7\"") "]}",
           "{\"results\":[" RESULT("k", "\"rate\":\"1\"") "," RESULT("new", "\"rate\":\"8\"") "]}",
           "native.rate: 0 in OLD, 1 in NEW");
}

static void what_one_side_does_not_tell_is_no_difference(void **state)
{
    (void)state;
    differ("{\"endpoints\":{\"a\":{\"kernel\":\"6\"},\"b\":null}}",
           "{\"endpoints\":{\"a\":{\"kernel\":\"\",\"cpus\":2}}}", "");
}

static void addresses_and_clocks_are_never_the_same_and_not_told(void **state)
{
    (void)state;
    differ("{\"endpoints\":{\"a\":{\"address\":\"x\",\"clock\":{\"max_error_s\":1}}}}",
           "{\"endpoints\":{\"a\":{\"address\":\"y\",\"clock\":{\"max_error_s\":2}}}}", "");
}

static void a_document_of_nonsense_has_none(void **state)
{
    (void)state;
    differ("{\"run\":7,\"cloud\":[],\"endpoints\":\"x\",\"results\":{\"a\":1}}",
           "{\"results\":[1,{\"key\":3},{\"options\":[]}]}", "");
}

static void of_very_many_the_first_are_told_and_the_number(void **state)
{
    json_t *old = json_object(), *now = json_object(), *notes;
    char *was, *is, name[20];

    (void)state;
    for (int i = 0; i < 25; i++) {
        snprintf(name, sizeof name, "fact %d", i);
        json_object_set_new(old, name, json_string("x"));
        json_object_set_new(now, name, json_string("y"));
    }
    old = json_pack("{s:{s:o}}", "endpoints", "a", old);
    now = json_pack("{s:{s:o}}", "endpoints", "a", now);
    was = json_dumps(old, 0);
    is = json_dumps(now, 0);
    notes = differences(was, is);
    assert_int_equal(json_array_size(notes), 21);
    assert_string_equal(json_string_value(json_array_get(notes, 20)),
                        "5 more things differ between OLD and NEW");
    free(was);
    free(is);
    json_decref(old);
    json_decref(now);
    json_decref(notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_has_no_differences),
        cmocka_unit_test(what_has_changed_is_told_with_both_sides),
        cmocka_unit_test(several_are_told_as_one_and_a_number),
        cmocka_unit_test(only_results_of_both_sides_count),
        cmocka_unit_test(what_one_side_does_not_tell_is_no_difference),
        cmocka_unit_test(addresses_and_clocks_are_never_the_same_and_not_told),
        cmocka_unit_test(a_document_of_nonsense_has_none),
        cmocka_unit_test(of_very_many_the_first_are_told_and_the_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
