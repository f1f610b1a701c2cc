/* SPDX-License-Identifier: Apache-2.0
 *
 * What figures are called in Ganglia.  tests/e2e/sinks_servers.sh has a real gmond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/sinks/ganglia/value.c"

static struct values values;

static int drop(void **state)
{
    (void)state;
    values_clear(&values);
    return 0;
}

/* Of one result with this key, from this endpoint, with one metric. */
static void make(const char *key, const char *from, const char *address, json_t *metric)
{
    json_t *document = json_pack("{s:{s:{s:s}}, s:[{s:s, s:s, s:s, s:{s:o}}]}", "endpoints", from,
                                 "address", address, "results", "key", key, "flow", "b", "from",
                                 from, "metrics", "goodput", metric);

    assert_non_null(document);
    values_clear(&values);
    assert_int_equal(values_make(document, &values), 0);
    json_decref(document);
}

static json_t *gauge(double value)
{
    return json_pack("{s:f, s:s, s:s}", "value", value, "stat", "median", "unit", "bit/s");
}

static void a_figure_is_a_metric_of_the_endpoint_that_sends(void **state)
{
    (void)state;
    make("flow=b,path=same-network,size=64K", "vm-1", "192.0.2.7", gauge(9.5e8));
    assert_int_equal(values.count, 1);
    assert_string_equal(values.items[0].name, "vmtp.b.same-network.64K.goodput.median");
    assert_string_equal(values.items[0].host, "192.0.2.7:vm-1");
    assert_string_equal(values.items[0].text, "950000000");
    assert_string_equal(values.items[0].units, "bit/s");
    assert_string_equal(values.items[0].title, "goodput median, b");
    assert_string_equal(values.items[0].about, "flow=b,path=same-network,size=64K");
}

static void a_distribution_has_a_metric_for_each_figure(void **state)
{
    (void)state;
    make("flow=b", "a", "192.0.2.7",
         json_pack("{s:s, s:f, s:f}", "unit", "s", "p50", 0.001, "p99", 0.002));
    assert_int_equal(values.count, 2);
    assert_string_equal(values.items[0].name, "vmtp.b.goodput.p50");
    assert_string_equal(values.items[1].name, "vmtp.b.goodput.p99");
}

static void what_is_not_known_is_not_sent(void **state)
{
    (void)state;
    make("flow=b", "a", "192.0.2.7", json_pack("{s:s}", "unit", "s"));
    assert_int_equal(values.count, 0);
}

static void ipv6_is_no_address_for_ganglia(void **state)
{
    (void)state;
    make("flow=b", "vm", "2001:db8::1", gauge(1));
    assert_string_equal(values.items[0].host, "vm:vm");
}

static void harmful_names_become_harmless(void **state)
{
    const struct value *value;

    (void)state;
    make("flow=</script>\"\xc3\xa9\n,x=a b", "h:\"\xc3\xa9", "192.0.2.7", gauge(1));
    value = &values.items[0];
    assert_string_equal(value->name, "vmtp.__script_____.a_b.goodput.median");
    assert_string_equal(value->host, "192.0.2.7:h____");
    assert_string_equal(value->about, "flow=_/script_____,x=a b");
}

static void endless_names_are_cut_and_stay_different(void **state)
{
    static char key[100001];
    char first[sizeof values.items->name];

    (void)state;
    memset(key, 'k', sizeof key - 1);
    make(key, "a", "192.0.2.7", gauge(1));
    memcpy(first, values.items[0].name, sizeof first);
    assert_int_equal(strlen(first), 100);
    key[99999] = 'l';
    make(key, "a", "192.0.2.7", gauge(1));
    assert_int_equal(strlen(values.items[0].name), 100);
    assert_string_not_equal(values.items[0].name, first);
    assert_in_range(strlen(values.items[0].about), 1, 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_figure_is_a_metric_of_the_endpoint_that_sends, drop),
        cmocka_unit_test_teardown(a_distribution_has_a_metric_for_each_figure, drop),
        cmocka_unit_test_teardown(what_is_not_known_is_not_sent, drop),
        cmocka_unit_test_teardown(ipv6_is_no_address_for_ganglia, drop),
        cmocka_unit_test_teardown(harmful_names_become_harmless, drop),
        cmocka_unit_test_teardown(endless_names_are_cut_and_stay_different, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
