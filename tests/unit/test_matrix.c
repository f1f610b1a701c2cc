/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/scenario/matrix.c, dimension.c and exclude.c: what multiplies, and what is taken
 * out again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/scenario/matrix.h"
#include "tests/fakes/components.h"

#define HEAD                                                                                       \
    "vmtp: 1\ncloud: fake\nendpoints: {a: , b: , c: }\n"                                           \
    "flows:\n - name: f\n"

static struct scenario *parse(const char *flow)
{
    _cleanup_(buf_clear) struct buf text = BUF(100000);
    struct scenario *scenario = NULL;
    struct vmtp_error err = { 0 };

    assert_int_equal(buf_printf(&text, "%s%s\n", HEAD, flow), 0);
    if (scenario_parse(buf_text(&text), text.len, "s", fake_registry(), NULL, &scenario, &err) < 0)
        fail_msg("%s", err.text);
    return scenario;
}

static void refused(const char *flow, const char *why)
{
    _cleanup_(buf_clear) struct buf text = BUF(100000);
    struct scenario *scenario = NULL;
    struct vmtp_error err = { 0 };

    assert_int_equal(buf_printf(&text, "%s%s\n", HEAD, flow), 0);
    if (scenario_parse(buf_text(&text), text.len, "s", fake_registry(), NULL, &scenario, &err) == 0)
        fail_msg("was not refused: '%s'", why);
    assert_null(scenario);
    assert_string_equal(err.text, why);
}

/* The keys of all variants are these, in this order. */
static void keys_are(const struct scenario *s, const char *const *keys, size_t count)
{
    const struct flow_spec *flow = &s->flows[0];

    for (size_t i = 0; i < count && i < flow->variant_count; i++)
        assert_string_equal(variant_key(s->arena, flow->name, &flow->variants[i]), keys[i]);
    assert_int_equal(flow->variant_count, count);
}

static void multiplies_lists_the_last_one_fastest(void **state)
{
    static const char *const keys[] = {
        "flow=f,path=same-network,placement=intra-node,protocol=tcp",
        "flow=f,path=same-network,placement=intra-node,protocol=udp",
        "flow=f,path=same-network,placement=inter-node,protocol=tcp",
        "flow=f,path=same-network,placement=inter-node,protocol=udp",
        "flow=f,path=different-network,placement=intra-node,protocol=tcp",
        "flow=f,path=different-network,placement=intra-node,protocol=udp",
        "flow=f,path=different-network,placement=inter-node,protocol=tcp",
        "flow=f,path=different-network,placement=inter-node,protocol=udp",
    };
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: [same-network, different-network]\n"
              "   placement: [intra-node, inter-node]\n"
              "   tool: {fake: {protocol: [tcp, udp], length: 1400, count: 9}}");
    const struct variant *last = &s->flows[0].variants[7];

    (void)state;
    keys_are(s, keys, COUNT(keys));
    assert_int_equal(last->label_count, 3);
    assert_string_equal(last->labels[0].name, "path");
    assert_string_equal(last->labels[0].value, "different-network");
    assert_string_equal(last->labels[2].name, "protocol");
    assert_int_equal(((const struct fake_options *)last->opt)->protocol, 2);
    assert_int_equal(((const struct fake_options *)last->opt)->count, 9);
}

static void names_only_what_multiplied(void **state)
{
    static const char *const one[] = { "flow=f,path=same-network" };
    static const char *const two[] = { "flow=f,from=a,to=b" };
    static const char *const three[] = { "flow=f,path=floating-ip,placement=inter-node,family=ipv4",
                                         "flow=f,path=floating-ip,placement=inter-node,"
                                         "family=ipv6" };
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: [same-network]\n   family: [ipv6]\n   tool: {fake: {protocol: [udp], "
              "length: 1K}}");
    _cleanup_(scenario_freep) struct scenario *t =
        parse("   from: a\n   to: b\n   tool: [{fake: {count: 2}}]");
    _cleanup_(scenario_freep) struct scenario *u =
        parse("   path: floating-ip\n   placement: inter-node\n   family: [ipv4, ipv6]\n   tool: "
              "fake");

    (void)state;
    keys_are(s, one, COUNT(one));
    assert_int_equal(s->flows[0].variants[0].family, 6);
    assert_int_equal(s->flows[0].variants[0].label_count, 0);
    keys_are(t, two, COUNT(two));
    keys_are(u, three, COUNT(three));
}

static void multiplies_tools_each_with_its_options(void **state)
{
    static const char *const keys[] = {
        "flow=f,path=same-network,tool=fake,rate=1G",
        "flow=f,path=same-network,tool=fake,rate=2G",
        "flow=f,path=same-network,tool=echo",
    };
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: same-network\n"
              "   tool: [{fake: {rate: [1000M, 2G]}}, {echo: {count: 3}}]");

    (void)state;
    keys_are(s, keys, COUNT(keys));
    assert_string_equal(s->flows[0].variants[2].tool->table.name, "echo");
}

static void leaves_out_flows_from_an_endpoint_to_itself(void **state)
{
    static const char *const keys[] = { "flow=f,from=a,to=b", "flow=f,from=b,to=a" };
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   from: [a, b]\n   to: [a, b]\n   tool: fake");

    (void)state;
    keys_are(s, keys, COUNT(keys));
}

static void takes_a_list_for_a_list(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: same-network\n   tool: {fake: {sizes: [1, 2, 3]}}");

    (void)state;
    assert_int_equal(s->flows[0].variant_count, 1);
    assert_int_equal(((const struct fake_options *)s->flows[0].variants[0].opt)->sizes.count, 3);
}

static void takes_out_what_is_excluded(void **state)
{
    static const char *const keys[] = {
        "flow=f,path=same-network,placement=intra-node,rate=1G",
        "flow=f,path=same-network,placement=inter-node,rate=1G",
        "flow=f,path=same-network,placement=inter-node,rate=2G",
        "flow=f,path=floating-ip,placement=inter-node,rate=1G",
        "flow=f,path=floating-ip,placement=inter-node,rate=2G",
    };
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: [same-network, floating-ip]\n"
              "   placement: [intra-node, inter-node]\n"
              "   tool: {fake: {rate: [1G, 2G]}}\n"
              "   exclude:\n"
              "     - {path: floating-ip, placement: intra-node}\n"
              "     - {path: [same-network], placement: intra-node, rate: 2000M}\n");

    (void)state;
    keys_are(s, keys, COUNT(keys));
    assert_int_equal(s->warning_count, 0);
}

static void excludes_tools_and_options_that_only_one_has(void **state)
{
    static const char *const keys[] = { "flow=f,path=same-network,tool=fake,protocol=tcp",
                                        "flow=f,path=same-network,tool=echo" };
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: [same-network, different-network]\n"
              "   tool: [{fake: {protocol: [tcp, udp], length: 1K}}, {echo: {count: 1}}]\n"
              "   exclude: [{protocol: udp}, {path: different-network, tool: [echo, fake]}]");

    (void)state;
    assert_int_equal(s->flows[0].variants[0].label_count, 3);
    keys_are(s, keys, COUNT(keys));
}

static void checks_only_what_is_left(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: same-network\n"
              "   tool: {fake: {protocol: [tcp, udp], length: [1K, 1M]}}\n"
              "   exclude: [{protocol: udp, length: 1M}]");

    (void)state;
    assert_int_equal(s->flows[0].variant_count, 3);
}

static void warns_of_exclusions_without_effect(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: [same-network, floating-ip]\n   tool: fake\n"
              "   exclude: [{path: floating-ip}, {path: floating-ip, tool: fake}]");

    (void)state;
    assert_int_equal(s->warning_count, 1);
    assert_string_equal(s->warnings[0], "s:8:35: flows[0].exclude[1]: takes nothing out");
}

static void refuses_exclusions_it_does_not_understand(void **state)
{
#define EXCLUDE(text)                                                                              \
    "   path: [same-network, floating-ip]\n   tool: {fake: {protocol: tcp}}\n   exclude: " text
    (void)state;
    refused(EXCLUDE("[{pth: floating-ip}]"), "s:8:15: flows[0].exclude[0].pth: this flow has no "
                                             "dimension 'pth'; did you mean 'path'?");
    refused(EXCLUDE("[{path: floating}]"),
            "s:8:21: flows[0].exclude[0].path: no 'path' is 'floating' in this flow; did "
            "you mean 'floating-ip'?");
    refused(EXCLUDE("[{protocol: tpc}]"), "s:8:25: flows[0].exclude[0].protocol: no 'protocol' is "
                                          "'tpc' in this flow; did you mean 'tcp'?");
    refused(EXCLUDE("[{placement: x}]"), "s:8:15: flows[0].exclude[0].placement: this flow has no "
                                         "dimension 'placement'");
    refused(EXCLUDE("[{}]"), "s:8:14: flows[0].exclude[0]: an empty map where a map of dimensions "
                             "and values is wanted");
    refused(EXCLUDE("[path]"), "s:8:14: flows[0].exclude[0]: a value where a map of dimensions and "
                               "values is wanted");
    refused(EXCLUDE("{path: x}"), "s:8:13: flows[0].exclude: a map where a list of maps is wanted");
    refused(EXCLUDE("[{path: [same-network, floating-ip]}]"),
            "s:5:4: flows[0]: nothing is left of this flow");
}

static void refuses_lists_that_make_no_sense(void **state)
{
    (void)state;
    refused("   path: []\n   tool: fake",
            "s:6:10: flows[0].path: an empty list: write at least one value");
    refused("   path: [same-network, same-network]\n   tool: fake",
            "s:6:25: flows[0].path[1]: 'same-network' stands there twice");
}

static void refuses_the_same_value_in_two_writings(void **state)
{
    (void)state;
    refused("   path: same-network\n   tool: {fake: {rate: [1G, 1000M]}}",
            "s:7:29: flows[0].tool.fake.rate[1]: '1000M' stands there twice");
    refused("   path: same-network\n   tool: {fake: {rate: [1G, fast]}}",
            "s:7:29: flows[0].tool.fake.rate[1]: 'fast' is not a rate: write bit/s, or a number "
            "with K, M, G or T, as 10G");
    refused("   path: same-network\n   tool: []",
            "s:7:10: flows[0].tool: an empty list: write at least one tool");
    refused("   path: same-network\n   tool: [{fake: {rate: 1G}}, {fake: {rate: 2G}}]",
            "s:5:4: flows[0]: two combinations have the same key "
            "'flow=f,path=same-network,tool=fake': give the option that differs as a list, or "
            "write two flows");
}

static void pairs_belong_to_a_path(void **state)
{
    (void)state;
    refused("   path: same-network\n   pairs: 0\n   tool: fake",
            "s:7:11: flows[0].pairs: 0 is out of range: 1 to 1000");
    refused("   path: same-network\n   pairs: [1, 02]\n   tool: fake",
            "s:7:15: flows[0].pairs[1]: '02' begins with a 0");
    refused("   path: same-network\n   pairs: some\n   tool: fake",
            "s:7:11: flows[0].pairs: 'some' is not a whole number");
    refused("   from: a\n   to: b\n   pairs: 2\n   tool: fake",
            "s:8:4: flows[0].pairs: pairs belong to a path: between endpoints that have names, "
            "write lists of from and to, and run: { parallel: yes }");
}

static void refuses_placements_a_path_does_not_have(void **state)
{
    (void)state;
    refused("   path: [same-network, floating-ip]\n   placement: [intra-node, inter-node]\n"
            "   tool: fake",
            "s:7:16: flows[0].placement[0]: path 'floating-ip' has no placement 'intra-node'; did "
            "you mean 'inter-node'? (it has: inter-node)");
}

static void refuses_more_than_anybody_wants(void **state)
{
    _cleanup_(buf_clear) struct buf text = BUF(100000);

    (void)state;
    assert_int_equal(buf_add_text(&text, "   path: [same-network, floating-ip]\n"
                                         "   tool: {fake: {time: [1s, 2s, 3s, 4s, 5s, 6s], "
                                         "count: [1"),
                     0);
    for (int i = 2; i <= 900; i++)
        assert_int_equal(buf_printf(&text, ", %d", i), 0);
    assert_int_equal(buf_add_text(&text, "]}}"), 0);
    refused(buf_text(&text),
            "s:5:4: flows[0]: the scenario would have more than 10000 combinations");
}

static void escapes_what_could_be_mistaken_in_a_key(void **state)
{
    static const char *const keys[] = { "flow=f,path=same-network,label=a%2cb%3d%25",
                                        "flow=f,path=same-network,label=c%20d%0a" };
    _cleanup_(scenario_freep) struct scenario *s =
        parse("   path: same-network\n   tool: {fake: {label: ['a,b=%', \"c d\\n\"]}}");

    (void)state;
    keys_are(s, keys, COUNT(keys));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiplies_lists_the_last_one_fastest),
        cmocka_unit_test(names_only_what_multiplied),
        cmocka_unit_test(multiplies_tools_each_with_its_options),
        cmocka_unit_test(leaves_out_flows_from_an_endpoint_to_itself),
        cmocka_unit_test(takes_a_list_for_a_list),
        cmocka_unit_test(takes_out_what_is_excluded),
        cmocka_unit_test(excludes_tools_and_options_that_only_one_has),
        cmocka_unit_test(checks_only_what_is_left),
        cmocka_unit_test(warns_of_exclusions_without_effect),
        cmocka_unit_test(refuses_exclusions_it_does_not_understand),
        cmocka_unit_test(refuses_lists_that_make_no_sense),
        cmocka_unit_test(refuses_the_same_value_in_two_writings),
        cmocka_unit_test(pairs_belong_to_a_path),
        cmocka_unit_test(refuses_placements_a_path_does_not_have),
        cmocka_unit_test(refuses_more_than_anybody_wants),
        cmocka_unit_test(escapes_what_could_be_mistaken_in_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
