/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/scenario: what a person writes, read or refused.  The matrix has a test of its
 * own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/scenario/scenario.h"
#include "tests/fakes/components.h"

#define HEAD "vmtp: 1\ncloud: fake\n"
#define FLOW "flows: [{name: bulk, path: same-network, tool: fake}]\n"

static struct scenario *parse(const char *text)
{
    struct scenario *scenario = NULL;
    struct vmtp_error err = { 0 };

    if (scenario_parse(text, strlen(text), "dir/s.yaml", fake_registry(), NULL, &scenario, &err) <
        0)
        fail_msg("%s", err.text);
    return scenario;
}

static void refused(const char *text, const char *why)
{
    struct scenario *scenario = NULL;
    struct vmtp_error err = { 0 };
    int r = scenario_parse(text, strlen(text), "s", fake_registry(), NULL, &scenario, &err);

    if (r == 0)
        fail_msg("was not refused: '%s'", why);
    assert_int_equal(r, -EINVAL);
    assert_null(scenario);
    assert_string_equal(err.text, why);
}

static void reads_the_least_there_can_be(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s = parse(HEAD FLOW);
    const struct flow_spec *flow = &s->flows[0];

    (void)state;
    assert_string_equal(s->name, "s");
    assert_string_equal(s->cloud.component->table.name, "fake");
    assert_int_equal(s->flow_count, 1);
    assert_int_equal(flow->duration_ns, 5000000000);
    assert_int_equal(flow->interval_ns, 100000000);
    assert_true(flow->warmup_ns == WARMUP_AUTO);
    assert_int_equal(flow->repeat.min, 6);
    assert_int_equal(flow->repeat.max, 20);
    assert_true(flow->repeat.until == 0.02);
    assert_string_equal(flow->stage, "");
    assert_int_equal(flow->variant_count, 1);
    assert_int_equal(flow->variants[0].family, 4);
    assert_int_equal(flow->variants[0].label_count, 0);
    assert_int_equal(s->order, ORDER_SHUFFLED);
    assert_false(s->has_seed);
    assert_false(s->parallel);
    assert_false(s->stop_on_error);
    assert_false(s->keep);
    assert_int_equal(s->sink_count + s->threshold_count + s->endpoint_count, 0);
    assert_int_equal(s->monitor_count, 1);
    assert_string_equal(s->monitors[0].component->table.name, "host");
    assert_int_equal(s->explain, EXPLAIN_AUTO);
    assert_string_equal(s->text, HEAD FLOW);
    assert_int_equal(strlen(s->sha256), 64);
}

static void a_list_of_monitors_without_any_is_none(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s =
        parse(HEAD FLOW "monitors: []\nrun: {explain: no}\n");

    (void)state;
    assert_int_equal(s->monitor_count, 0);
    assert_int_equal(s->explain, EXPLAIN_NO);
}

static void reads_all_there_can_be(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s = parse(
        "vmtp: 1\nname: all of it\ncloud: {fake: {rate: 10G}}\n"
        "endpoints: {a: {network: left}, b: , c: {}}\n"
        "flows:\n"
        "  - {name: bulk, stage: s1, from: a, to: b, family: ipv6, tool: {fake: {port: 1}},\n"
        "     duration: 2s, warmup: 0, interval: 50ms, repeat: {min: 2, max: 4, until: 5%}}\n"
        "  - {name: echo, path: floating-ip, tool: {echo: {count: 3}}, repeat: 3}\n"
        "monitors: [{host: }, host]\n"
        "sinks: [json, {json: {}}]\n"
        "run: {order: written, seed: 7, parallel: no, on-error: stop, keep: yes, explain: yes}\n");
    const struct flow_spec *flow = &s->flows[0];

    (void)state;
    assert_string_equal(s->name, "all of it");
    assert_int_equal(s->endpoint_count, 3);
    assert_string_equal(s->endpoints[1].name, "b");
    assert_string_equal(*(const char **)s->endpoints[1].opt, "left");
    assert_string_equal(flow->stage, "s1");
    assert_int_equal(flow->duration_ns, 2000000000);
    assert_int_equal(flow->warmup_ns, 0);
    assert_int_equal(flow->interval_ns, 50000000);
    assert_int_equal(flow->repeat.min, 2);
    assert_int_equal(flow->repeat.max, 4);
    assert_true(flow->repeat.until == 0.05);
    assert_int_equal(flow->variants[0].family, 6);
    assert_string_equal(flow->variants[0].from, "a");
    assert_string_equal(flow->variants[0].path, "");
    assert_int_equal(s->flows[1].repeat.min, 3);
    assert_int_equal(s->flows[1].repeat.max, 3);
    assert_true(s->flows[1].repeat.until == 0);
    assert_int_equal(s->monitor_count, 2);
    assert_int_equal(s->sink_count, 2);
    assert_int_equal(s->order, ORDER_WRITTEN);
    assert_int_equal(s->explain, EXPLAIN_YES);
    assert_true(s->stop_on_error);
    assert_true(s->keep);
    assert_true(s->has_seed);
    assert_int_equal(s->seed, 7);
}

static void takes_yes_and_true_for_parallel(void **state)
{
    static const char *const words[] = { "yes", "true", "no", "false" };

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        char text[200];

        snprintf(text, sizeof text, HEAD FLOW "run: {parallel: %s}\n", words[i]);
        _cleanup_(scenario_freep) struct scenario *s = parse(text);
        assert_int_equal(s->parallel, i < 2);
        assert_int_equal(s->order, ORDER_SHUFFLED);
    }
    refused(HEAD FLOW "run: {parallel: maybe}\n",
            "s:4:17: run.parallel: 'maybe' is none of false, no, true, yes");
    refused(HEAD FLOW "run: {on-error: stopp}\n",
            "s:4:17: run.on-error: 'stopp' is none of continue, stop; did you mean 'stop'?");
    refused(HEAD FLOW "run: {keep: maybe}\n",
            "s:4:13: run.keep: 'maybe' is none of false, no, true, yes");
}

static void shows_every_option_but_no_secret(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s =
        parse(HEAD "flows: [{name: f, path: same-network, tool: {fake: {token: geheim, rate: "
                   "1000M}}}]\n");
    const struct variant *variant = &s->flows[0].variants[0];

    (void)state;
    assert_int_equal(variant->option_count, fake_table.count);
    for (size_t i = 0; i < variant->option_count; i++) {
        assert_string_not_equal(variant->options[i].value, "geheim");
        if (strcmp(variant->options[i].name, "rate") == 0)
            assert_string_equal(variant->options[i].value, "1G");
    }
}

static void fits_repetitions_together(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s =
        parse(HEAD "flows:\n"
                   " - {name: a, path: same-network, tool: fake, repeat: {max: 3}}\n"
                   " - {name: b, path: same-network, tool: fake, repeat: {min: 30}}\n"
                   " - {name: c, path: same-network, tool: fake, repeat: {until: none}}\n");

    (void)state;
    assert_int_equal(s->flows[0].repeat.min, 3);
    assert_int_equal(s->flows[0].repeat.max, 3);
    assert_int_equal(s->flows[1].repeat.max, 30);
    assert_true(s->flows[2].repeat.until == 0);
}

static void refuses_what_is_not_whole(void **state)
{
    (void)state;
    refused("[1]", "s:1:1: a list where a map is wanted");
    refused("cloud: fake\n",
            "s:1:1: no key 'vmtp': begin with 'vmtp: 1', the version of the format");
    refused("vmtp: 2\n", "s:1:7: vmtp: version '2' of the format is not known (known: 1)");
    refused("vmtp: 1\n", "s:1:1: no key 'cloud': name exactly one, as 'cloud: local'");
    refused(HEAD, "s:1:1: no key 'flows': there is nothing to measure");
    refused(HEAD "flows: []\n", "s:3:8: flows: an empty list: write at least one flow");
    refused(HEAD "flows: {}\n", "s:3:8: flows: a map where a list of flows is wanted");
    refused(HEAD "flosw: []\n", "s:3:1: flosw: there is no key 'flosw' here; did you mean "
                                "'flows'?");
    refused(HEAD "flows: [{}]\n", "s:3:9: flows[0]: the flow has no name");
    refused(HEAD "flows: [{name: a b}]\n",
            "s:3:16: flows[0].name: 'a b' can't be a name: letters, digits, '.', '_' and '-', at "
            "most 63");
    refused(HEAD "flows: [{name: a, tool: fake}]\n",
            "s:3:9: flows[0]: the flow does not say between what: write path, or from and to");
    refused(HEAD "flows: [{name: a, path: same-network}]\n", "s:3:9: flows[0]: the flow has no "
                                                             "tool");
    refused(HEAD "flows: [{name: a, path: same-network, tool: fake, durration: 1s}]\n",
            "s:3:51: flows[0].durration: there is no key 'durration' here; did you mean "
            "'duration'?");
    refused(HEAD FLOW "run: {seed: -1}\n", "s:4:13: run.seed: '-1' is not a whole number");
    refused(HEAD FLOW "run: {order: random}\n",
            "s:4:14: run.order: 'random' is none of shuffled, written");
}

static void refuses_times_out_of_range(void **state)
{
    (void)state;
    refused(HEAD "flows: [{name: a, path: same-network, tool: fake, duration: 5}]\n",
            "s:3:61: flows[0].duration: '5' is not a duration: write a number with ns, us, ms, s, "
            "m or h");
    refused(HEAD "flows: [{name: a, path: same-network, tool: fake, duration: 1ms}]\n",
            "s:3:61: flows[0].duration: '1ms' is out of range: 10ms to 24h");
    refused(HEAD "flows: [{name: a, path: same-network, tool: fake, warmup: never}]\n",
            "s:3:59: flows[0].warmup: 'never' is not a duration: write a number with ns, us, ms, "
            "s, m or h");
    refused(HEAD "flows: [{name: a, path: same-network, tool: fake, repeat: 0}]\n",
            "s:3:59: flows[0].repeat: 0 is out of range: 1 to 10000");
    refused(HEAD "flows: [{name: a, path: same-network, tool: fake, repeat: {min: 3, max: 2}}]\n",
            "s:3:65: flows[0].repeat.min: min is more than max");
    refused(HEAD "flows: [{name: a, path: same-network, tool: fake, repeat: {until: 200%}}]\n",
            "s:3:67: flows[0].repeat.until: '200%' is neither none nor a share, as 2% or 0.02");
}

static void refuses_components_there_are_not(void **state)
{
    (void)state;
    refused("vmtp: 1\ncloud: fabric\n",
            "s:2:8: cloud: there is no cloud 'fabric' (there are: fake, hosts)");
    refused("vmtp: 1\ncloud: {hots: {}}\n", "s:2:9: cloud.hots: there is no cloud 'hots'; did you "
                                            "mean 'hosts'? (there are: fake, hosts)");
    refused("vmtp: 1\ncloud: {fake: {}, hosts: {}}\n",
            "s:2:8: cloud: 2 keys where the name of one cloud is wanted, as NAME: {options}");
    refused("vmtp: 1\ncloud:\n",
            "s:2:7: cloud: nothing where a cloud is wanted, as NAME: {options}");
    refused("vmtp: 1\ncloud: {fake: {rat: 1G}}\n",
            "s:2:16: cloud.fake.rat: there is no option 'rat'; did you mean 'rate'?");
    refused("vmtp: 1\ncloud: {fake: {rate: [1G, 2G]}}\n",
            "s:2:22: cloud.fake.rate: a list where one rate is wanted");
    refused(HEAD "flows: [{name: a, path: same-network, tool: broken}]\n",
            "s:3:45: flows[0].tool: tool 'broken' could not be loaded: made for ABI 7");
    refused(HEAD FLOW "sinks: [csv]\n",
            "s:4:9: sinks[0]: there is no sink 'csv' (there are: json)");
}

static void refuses_places_there_are_not(void **state)
{
    (void)state;
    refused(HEAD "flows: [{name: a, path: same-netwrok, tool: fake}]\n",
            "s:3:25: flows[0].path: cloud 'fake' offers no path 'same-netwrok' here; did you mean "
            "'same-network'? (it offers: same-network, different-network, floating-ip)");
    refused(HEAD "flows: [{name: a, path: same-network, placement: inter, tool: fake}]\n",
            "s:3:50: flows[0].placement: path 'same-network' has no placement 'inter' (it has: "
            "intra-node, inter-node)");
    refused("vmtp: 1\ncloud: hosts\nflows: [{name: a, path: x, tool: fake}]\n",
            "s:3:19: flows[0].path: cloud 'hosts' offers no paths: name two endpoints with from "
            "and to");
    refused(HEAD "endpoints: {left: {}}\nflows: [{name: a, from: left, to: lfet, tool: fake}]\n",
            "s:4:35: flows[0].to: there is no endpoint 'lfet' under endpoints:; did you mean "
            "'left'?");
    refused(HEAD "endpoints: {l: {}}\nflows: [{name: a, path: same-network, from: l, tool: fake}]"
                 "\n",
            "s:4:39: flows[0].from: the flow names a path already: from and to belong to flows "
            "without one");
    refused("vmtp: 1\ncloud: hosts\nendpoints: {a: {}}\n" FLOW,
            "s:3:13: endpoints.a: option 'ssh' is required: USER@HOST");
    refused(HEAD "endpoints: {a b: {}}\n" FLOW,
            "s:3:13: endpoints.a b: 'a b' can't be a name: letters, digits, '.', '_' and '-', at "
            "most 63");
}

static void lets_a_component_check_across_its_options(void **state)
{
    (void)state;
    refused(HEAD "flows: [{name: a, path: same-network, tool: {fake: {protocol: udp, length: 1M}}}]"
                 "\n",
            "s:3:46: flows[0].tool.fake: a datagram holds at most 65507 bytes: give a length");
}

static void warns_of_deprecated_options(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s =
        parse(HEAD "flows: [{name: a, path: same-network, tool: {fake: {old: x}}}]\n");

    (void)state;
    assert_int_equal(s->warning_count, 1);
    assert_string_equal(s->warnings[0], "dir/s.yaml:3:53: flows[0].tool.fake.old: option 'old' is "
                                        "deprecated: Write label instead");
}

static void reads_thresholds_in_their_units(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s =
        parse(HEAD FLOW "thresholds:\n"
                        " - {flow: bulk, metric: goodput, expect: '>= 900M'}\n"
                        " - {metric: rtt.p99, expect: '<400us'}\n"
                        " - {metric: cpu_client, expect: '<= 50%'}\n"
                        " - {metric: loss.network, expect: '== 0'}\n"
                        " - {metric: loss, expect: '< 0.1%'}\n"
                        " - {metric: sent, expect: '> 100'}\n");
    static const struct threshold want[] = {
        { "bulk", "goodput", NULL, AT_LEAST, 9e8, "bit/s" },
        { "", "rtt.p99", NULL, LESS_THAN, 400e-6, "s" },
        { "", "cpu_client", NULL, AT_MOST, 0.5, "ratio" },
        { "", "loss.network", NULL, EQUAL, 0, "packets" },
        { "", "loss", NULL, LESS_THAN, 0.001, "ratio" },
        { "", "sent", NULL, MORE_THAN, 100, "packets" },
    };

    (void)state;
    assert_int_equal(s->threshold_count, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        const struct threshold *got = &s->thresholds[i];

        assert_string_equal(got->flow, want[i].flow);
        assert_string_equal(got->metric, want[i].metric);
        assert_string_equal(got->unit, want[i].unit);
        assert_int_equal(got->comparison, want[i].comparison);
        assert_float_equal(got->value, want[i].value, 1e-12);
    }
    assert_string_equal(s->thresholds[0].expect, ">= 900M");
}

static void refuses_thresholds_that_mean_nothing(void **state)
{
#define THRESHOLD(text) HEAD FLOW "thresholds: [{" text "}]\n"
    (void)state;
    refused(THRESHOLD("metric: goodput"),
            "s:4:14: thresholds[0]: a threshold needs a metric and what to expect of it");
    refused(THRESHOLD("flow: bluk, metric: goodput, expect: '> 1'"),
            "s:4:21: thresholds[0].flow: there is no flow 'bluk'; did you mean 'bulk'?");
    refused(THRESHOLD("metric: godput, expect: '> 1'"),
            "s:4:23: thresholds[0].metric: no tool of any flow has a metric 'godput'; did you mean "
            "'goodput'?");
    refused(THRESHOLD("metric: rtt, expect: '> 1ms'"),
            "s:4:23: thresholds[0].metric: 'rtt' is a distribution: write rtt.p50, p90, p95, p99, "
            "p99.9, min, max or mean");
    refused(THRESHOLD("metric: goodput.p50, expect: '> 1'"),
            "s:4:23: thresholds[0].metric: 'goodput' is one figure: write it without '.p50'");
    refused(THRESHOLD("metric: goodput, expect: 900M"),
            "s:4:40: thresholds[0].expect: '900M' begins with none of >=, <=, >, <, ==");
    refused(THRESHOLD("metric: goodput, expect: '> fast'"),
            "s:4:40: thresholds[0].expect: 'fast' is no value in bit/s, as 900M");
    refused(THRESHOLD("metric: rtt.p99, expect: '< 5'"),
            "s:4:40: thresholds[0].expect: '5' is no value in units of time, as 400us");
}

static void refuses_twins(void **state)
{
    (void)state;
    refused(HEAD "flows:\n - {name: a, path: same-network, tool: fake}\n"
                 " - {name: a, path: same-network, tool: fake}\n",
            "s:5:11: flows[1].name: a flow of the name 'a' stands in line 4");
}

#define SEARCH(map) "flows: [{name: bulk, path: same-network, tool: fake, search: " map "}]\n"

static void reads_a_search_with_its_defaults(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s = parse(HEAD SEARCH("yes"));
    const struct search_spec *search = s->flows[0].search;

    (void)state;
    assert_int_equal(search->loss_count, 4);
    assert_true(search->losses[0] == 0 && search->losses[1] == 0.0001);
    assert_true(search->losses[2] == 0.001 && search->losses[3] == 0.01);
    assert_true(search->width == 0.02 && search->exceed == 0.5);
    assert_int_equal(search->trial_ns, 2000000000);
    assert_int_equal(search->sum_ns, 14000000000);
    assert_int_equal(search->min_bps, 100000);
    assert_int_equal(search->max_bps, 0);
    assert_int_equal(search->time_ns, 600000000000);
    assert_int_equal(s->flows[0].repeat.min, 1);
    assert_int_equal(s->flows[0].repeat.max, 1);
}

static void reads_all_of_a_search(void **state)
{
    _cleanup_(scenario_freep) struct scenario *s = parse(
        HEAD "flows:\n"
             " - {name: a, path: same-network, tool: fake, repeat: 7, search: {loss: [5%, 0],\n"
             "    width: 1%, trial: 60s, exceed: 0, min: 1M, max: 10G}}\n"
             " - {name: b, path: same-network, tool: fake, search: {loss: 2%, trial: 1s,\n"
             "    sum: 3s, time: 30s}}\n"
             " - {name: c, path: same-network, tool: fake, search: no}\n");
    const struct search_spec *a = s->flows[0].search, *b = s->flows[1].search;

    (void)state;
    assert_int_equal(a->loss_count, 2);
    assert_true(a->losses[0] == 0.05 && a->losses[1] == 0);
    assert_true(a->width == 0.01 && a->exceed == 0);
    assert_int_equal(a->trial_ns, 60000000000);
    assert_int_equal(a->sum_ns, 60000000000);
    assert_int_equal(a->min_bps, 1000000);
    assert_int_equal(a->max_bps, 10000000000);
    assert_int_equal(s->flows[0].repeat.min, 7);
    assert_int_equal(b->loss_count, 1);
    assert_true(b->losses[0] == 0.02);
    assert_int_equal(b->sum_ns, 3000000000);
    assert_int_equal(b->time_ns, 30000000000);
    assert_null(s->flows[2].search);
    assert_int_equal(s->flows[2].repeat.min, 6);
}

static void refuses_searches_that_can_not_be(void **state)
{
    (void)state;
    refused(HEAD SEARCH("maybe"),
            "s:3:62: flows[0].search: 'maybe' is none of false, no, true, yes");
    refused(HEAD SEARCH("[5%]"), "s:3:62: flows[0].search: a list where a word is wanted");
    refused(HEAD SEARCH("{los: 5%}"),
            "s:3:63: flows[0].search.los: there is no key 'los' here; did you mean 'loss'?");
    refused(HEAD SEARCH("{loss: x}"),
            "s:3:69: flows[0].search.loss: 'x' is not a share, as 2% or 0.02");
    refused(HEAD SEARCH("{loss: 100%}"),
            "s:3:69: flows[0].search.loss: '100%' can't be a goal: 0 to less than 100%");
    refused(HEAD SEARCH("{loss: []}"),
            "s:3:69: flows[0].search.loss: 0 goals where 1 to 8 are wanted");
    refused(HEAD SEARCH("{loss: [1%, 0.01]}"),
            "s:3:74: flows[0].search.loss[1]: the goal '0.01' stands there twice");
    refused(HEAD SEARCH("{width: 0}"),
            "s:3:70: flows[0].search.width: '0' is out of range: 0.10 % to 50.0 %");
    refused(HEAD SEARCH("{exceed: 100%}"),
            "s:3:71: flows[0].search.exceed: '100%' is out of range: 0.00 % to 90.0 %");
    refused(HEAD SEARCH("{trial: 1ms}"),
            "s:3:70: flows[0].search.trial: '1ms' is out of range: 10ms to 1h");
    refused(HEAD SEARCH("{trial: 5s, sum: 4s}"),
            "s:3:79: flows[0].search.sum: sum is less than one trial takes");
    refused(HEAD SEARCH("{time: 13s}"),
            "s:3:69: flows[0].search.time: time is less than the sum that one bound takes");
    refused(HEAD SEARCH("{min: fast}"),
            "s:3:68: flows[0].search.min: 'fast' is not a rate: write bit/s, as 100K or 2.5G");
    refused(HEAD SEARCH("{max: 20T}"),
            "s:3:68: flows[0].search.max: '20T' is out of range: 1K to 10T");
    refused(HEAD SEARCH("{min: 1M, max: 1M}"),
            "s:3:77: flows[0].search.max: max is not more than min");
}

static void what_nobody_has_written_has_no_positions(void **state)
{
    const char *text = "vmtp: 1\nname: n\ncloud: { fake: { typo: 1 } }\n" FLOW;
    struct scenario *s = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(scenario_parse(text, strlen(text), "", fake_registry(), NULL, &s, &err),
                     -EINVAL);
    assert_string_equal(err.text, "cloud.fake.typo: there is no option 'typo'");
}

static void reads_a_sink_by_itself(void **state)
{
    struct scenario *s = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(scenario_parse_sink("json: {}", "--sink", fake_registry(), NULL, &s, &err), 0);
    assert_int_equal(s->sink_count, 1);
    assert_string_equal(s->sinks[0].component->table.name, "json");
    scenario_free(TAKE(s));
    assert_int_equal(scenario_parse_sink("jsn: {}", "--sink", fake_registry(), NULL, &s, &err),
                     -EINVAL);
    assert_string_equal(err.text, "--sink:1:1: jsn: there is no sink 'jsn'; did you mean 'json'? "
                                  "(there are: json)");
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_least_there_can_be),
        cmocka_unit_test(a_list_of_monitors_without_any_is_none),
        cmocka_unit_test(reads_all_there_can_be),
        cmocka_unit_test(takes_yes_and_true_for_parallel),
        cmocka_unit_test(shows_every_option_but_no_secret),
        cmocka_unit_test(fits_repetitions_together),
        cmocka_unit_test(refuses_what_is_not_whole),
        cmocka_unit_test(refuses_times_out_of_range),
        cmocka_unit_test(refuses_components_there_are_not),
        cmocka_unit_test(refuses_places_there_are_not),
        cmocka_unit_test(lets_a_component_check_across_its_options),
        cmocka_unit_test(warns_of_deprecated_options),
        cmocka_unit_test(reads_thresholds_in_their_units),
        cmocka_unit_test(refuses_thresholds_that_mean_nothing),
        cmocka_unit_test(refuses_twins),
        cmocka_unit_test(reads_a_search_with_its_defaults),
        cmocka_unit_test(reads_all_of_a_search),
        cmocka_unit_test(refuses_searches_that_can_not_be),
        cmocka_unit_test(what_nobody_has_written_has_no_positions),
        cmocka_unit_test(reads_a_sink_by_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
