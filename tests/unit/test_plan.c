/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/scenario/plan.c and stage.c: what runs when, with whom, and what it costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/scenario/plan.h"
#include "tests/fakes/components.h"

#define HEAD "vmtp: 1\nname: test\ncloud: fake\nrun: {seed: 7}\n"

struct planned {
    struct scenario *scenario;
    struct plan *plan;
};

static void planned_clear(struct planned *planned)
{
    plan_free(planned->plan);
    scenario_free(planned->scenario);
}
#define _planned_ _cleanup_(planned_clear)

/* Every trial takes 100 ms more; `port` and `count` (bytes) are options of both tools. */
static int ask(void *arg, const struct plan *plan, const struct planned_flow *flow,
               const struct vmtp_trial *trial, struct vmtp_cost *ret, const char **ret_reason,
               struct vmtp_error *err)
{
    (void)arg;
    (void)plan;
    assert_int_equal(trial->number, 1);
    ret->extra_ns = 100000000;
    for (size_t i = 0; i < flow->variant->option_count; i++) {
        const struct vmtp_pair *option = &flow->variant->options[i];

        if (strcmp(option->name, "port") == 0)
            ret->port = (uint32_t)strtoul(option->value, NULL, 10);
        if (strcmp(option->name, "label") == 0 && strcmp(option->value, "alone") == 0)
            ret->alone = 1;
        if (strcmp(option->name, "label") == 0 && strcmp(option->value, "bounded") == 0)
            ret->bytes = 1000;
        if (strcmp(option->name, "label") == 0 && strcmp(option->value, "never") == 0)
            *ret_reason = "it never can";
        if (strcmp(option->name, "label") == 0 && strcmp(option->value, "fixed") == 0 &&
            trial->rate_bps)
            return vmtp_fail(err, -EINVAL, "its rate is fixed");
        if (strcmp(option->name, "label") == 0 && strcmp(option->value, "fail") == 0)
            return vmtp_fail(err, -EINVAL, "no cost");
    }
    return 0;
}

static int try_plan(const char *text, struct planned *ret, struct vmtp_error *err)
{
    static const struct plan_tools tools = { .ask = ask };

    if (scenario_parse(text, strlen(text), "s", fake_registry(), NULL, &ret->scenario, err) < 0)
        fail_msg("%s", err->text);
    return plan_make(ret->scenario, &tools, &ret->plan, err);
}

static struct planned plan_of(const char *text)
{
    struct planned planned = { 0 };
    struct vmtp_error err = { 0 };

    if (try_plan(text, &planned, &err) < 0)
        fail_msg("%s", err.text);
    return planned;
}

static void refused(const char *text, const char *why)
{
    _planned_ struct planned planned = { 0 };
    struct vmtp_error err = { 0 };

    assert_int_equal(try_plan(text, &planned, &err), -EINVAL);
    assert_string_equal(err.text, why);
}

static void resolves_paths_and_counts_time(void **state)
{
    _planned_ struct planned planned = plan_of(
        HEAD "flows:\n - {name: f, path: [same-network, floating-ip], tool: fake, duration: 1s,\n"
             "    repeat: {min: 2, max: 5}}\n");
    const struct plan *plan = planned.plan;
    const struct vmtp_want *wants = plan->wants.rows;

    (void)state;
    assert_int_equal(plan->seed, 7);
    assert_int_equal(plan->stage_count, 2);
    assert_int_equal(plan->flow_count, 2);
    assert_string_equal(plan->flows[0].route.placement, "intra-node");
    assert_string_equal(plan->flows[0].route.to, "s-intra-node");
    assert_string_equal(plan->flows[1].route.placement, "inter-node");
    assert_string_equal(plan->flows[1].key, "flow=f,path=floating-ip");
    assert_int_equal(plan->flows[0].warmup_ns, 200000000);
    assert_int_equal(plan->least_ns, 2 * 2 * 1300000000ull);
    assert_int_equal(plan->most_ns, 2 * 5 * 1300000000ull);
    assert_true(plan->bytes_unbounded);
    assert_int_equal(plan->wants.count, 3);
    assert_string_equal(wants[0].name, "client");
    assert_null(wants[0].opt);
    assert_int_equal(plan->routes.count, 2);
    assert_ptr_equal(plan->stages[1].flows[0], &plan->flows[1]);
}

static void works_out_the_warm_up(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows:\n"
                     " - {name: a, path: same-network, tool: fake, duration: 300ms}\n"
                     " - {name: b, path: same-network, tool: fake, duration: 5s}\n"
                     " - {name: c, path: same-network, tool: fake, duration: 60s}\n"
                     " - {name: d, path: same-network, tool: fake, warmup: 0}\n");

    (void)state;
    assert_int_equal(planned.plan->flows[0].warmup_ns, 200000000);
    assert_int_equal(planned.plan->flows[1].warmup_ns, 1000000000);
    assert_int_equal(planned.plan->flows[2].warmup_ns, 2000000000);
    assert_int_equal(planned.plan->flows[3].warmup_ns, 0);
    assert_int_equal(planned.plan->routes.count, 1);
}

static void gives_endpoints_their_options(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "endpoints: {a: {network: x}, b: , unused: }\n"
                     "flows: [{name: f, from: b, to: a, tool: {fake: {label: bounded}}}]\n");
    const struct vmtp_want *wants = planned.plan->wants.rows;

    (void)state;
    assert_int_equal(planned.plan->wants.count, 2);
    assert_string_equal(wants[0].name, "b");
    assert_string_equal(wants[1].name, "a");
    assert_ptr_equal(wants[1].opt, planned.scenario->endpoints[0].opt);
    assert_int_equal(planned.plan->bytes, 20 * 1000);
    assert_false(planned.plan->bytes_unbounded);
}

static void runs_flows_of_one_stage_where_they_meet(void **state)
{
    static const char *const keys[] = {
        "flow=bulk,path=same-network,protocol=tcp",
        "flow=echo,path=same-network,bulk.protocol=tcp",
        "flow=bulk,path=same-network,protocol=udp",
        "flow=echo,path=same-network,bulk.protocol=udp",
        "flow=bulk,path=floating-ip,protocol=tcp",
        "flow=echo,path=floating-ip,bulk.protocol=tcp",
        "flow=bulk,path=floating-ip,protocol=udp",
        "flow=echo,path=floating-ip,bulk.protocol=udp",
        "flow=idle,path=same-network",
    };
    _planned_ struct planned planned =
        plan_of(HEAD "flows:\n"
                     " - {name: bulk, stage: s, path: [same-network, floating-ip], repeat: 3,\n"
                     "    tool: {fake: {protocol: [tcp, udp], length: 1K}}}\n"
                     " - {name: idle, path: same-network, tool: {echo: {count: 1}}}\n"
                     " - {name: echo, stage: s, path: [floating-ip, same-network], duration: 2s,\n"
                     "    tool: {echo: {count: 1}}, repeat: {min: 2, max: 9, until: 5%}}\n");
    const struct plan *plan = planned.plan;

    (void)state;
    assert_int_equal(plan->stage_count, 5);
    assert_int_equal(plan->flow_count, COUNT(keys));
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_string_equal(plan->flows[i].key, keys[i]);
    assert_int_equal(plan->stages[0].flow_count, 2);
    assert_int_equal(plan->stages[0].repeat.min, 3);
    assert_int_equal(plan->stages[0].repeat.max, 9);
    assert_true(plan->stages[0].repeat.until == 0.05);
    assert_int_equal(plan->stages[4].flow_count, 1);
    assert_int_equal(plan->flows[3].label_count, 2);
    assert_string_equal(plan->flows[3].labels[0].name, "path");
    assert_string_equal(plan->flows[3].labels[1].name, "bulk.protocol");
    assert_string_equal(plan->flows[3].labels[1].value, "udp");
}

static void lets_flows_of_one_place_each_meet_anywhere(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows:\n"
                     " - {name: a, stage: s, path: same-network, tool: fake}\n"
                     " - {name: b, stage: s, path: floating-ip, tool: fake}\n");

    (void)state;
    assert_int_equal(planned.plan->stage_count, 1);
    assert_int_equal(planned.plan->stages[0].flow_count, 2);
}

static void refuses_stages_whose_flows_do_not_meet(void **state)
{
    (void)state;
    refused(HEAD "flows:\n"
                 " - {name: a, stage: s, path: [same-network, floating-ip], tool: fake}\n"
                 " - {name: b, stage: s, path: same-network, tool: fake}\n",
            "s:7:4: flows[1]: stage 's': flow 'a' runs on floating-ip over IPv4, where 'b' does "
            "not run: flows of one stage need the same paths, placements, endpoints and families");
}

static void runs_everything_at_once_when_parallel(void **state)
{
    _planned_ struct planned planned =
        plan_of("vmtp: 1\ncloud: fake\nrun: {parallel: yes}\nflows:\n"
                " - {name: a, path: [same-network, floating-ip], tool: fake}\n"
                " - {name: b, stage: x, path: same-network, tool: fake}\n");

    (void)state;
    assert_int_equal(planned.plan->stage_count, 1);
    assert_int_equal(planned.plan->stages[0].flow_count, 3);
}

static void says_why_a_flow_can_not_be_run(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "endpoints: {x: , y: }\nflows:\n"
                     " - {name: a, stage: s, path: same-network, tool: {fake: {label: alone}}}\n"
                     " - {name: b, stage: s, path: same-network, tool: {fake: {port: 5001}}}\n"
                     " - {name: c, stage: s, path: same-network, tool: {fake: {port: 5001}}}\n"
                     " - {name: d, from: x, to: y, tool: {fake: {label: never}}}\n");
    const struct plan *plan = planned.plan;

    (void)state;
    assert_string_equal(plan->flows[0].reason,
                        "tool 'fake' needs the path for itself as it is used here, but other flows "
                        "run at the same time");
    assert_null(plan->flows[1].reason);
    assert_string_equal(plan->flows[2].reason,
                        "port 5001 of endpoint 's-intra-node' is taken at the same time by "
                        "flow=b,path=same-network");
    assert_string_equal(plan->flows[3].reason, "it never can");
    assert_int_equal(plan->wants.count, 2); /* nothing is deployed for d */
    assert_int_equal(plan->least_ns, 6 * 6100000000ull);
}

static void hands_on_what_the_tool_says(void **state)
{
    (void)state;
    refused(HEAD "flows: [{name: f, path: same-network, tool: {fake: {label: fail}}}]\n",
            "flow=f,path=same-network: no cost");
}

static void without_flows_all_endpoints_are_wanted(void **state)
{
    static const char text[] = HEAD "endpoints: { one: {}, other: {} }\n";
    _planned_ struct planned planned = { 0 };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(scenario_parse_endpoints(text, strlen(text), fake_registry(), NULL,
                                              &planned.scenario, &err),
                     0);
    assert_int_equal(plan_make(planned.scenario, NULL, &planned.plan, &err), 0);
    assert_int_equal(planned.plan->flow_count, 0);
    assert_int_equal(planned.plan->wants.count, 2);
    assert_string_equal(((const struct vmtp_want *)table_row(&planned.plan->wants, 1))->name,
                        "other");
}

static void refuses_endpoints_that_the_cloud_makes_itself(void **state)
{
    (void)state;
    refused(HEAD "endpoints: {client: }\nflows: [{name: f, path: same-network, tool: fake}]\n",
            "s:6:9: flows[0]: the cloud makes an endpoint 'client' for path 'same-network': call "
            "the one under endpoints: something else");
}

static void draws_a_seed_when_there_is_none(void **state)
{
    _planned_ struct planned one =
        plan_of("vmtp: 1\ncloud: fake\nflows: [{name: f, path: same-network, tool: fake}]\n");
    struct plan *other = NULL;

    (void)state;
    assert_int_equal(plan_make(one.scenario, NULL, &other, NULL), 0);
    assert_true(one.plan->seed != other->seed); /* wrong once in 2^31 */
    plan_free(other);
}

static void prints_itself(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows:\n"
                     " - {name: f, path: same-network, duration: 1s, tool: {fake: {label: "
                     "bounded}}}\n"
                     " - {name: g, path: same-network, duration: 1s, tool: {fake: {label: "
                     "never}}, repeat: 3}\n");
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    plan_print(planned.plan, out);
    fclose(out);
    assert_string_equal(text,
                        "test: 2 flows in 2 stages on cloud fake, order shuffled, seed 7\n"
                        "takes 7.80 s to 26.0 s, up to 19.5 KiB\n"
                        "endpoints: client, s-intra-node\n"
                        "takes: 2 servers, 1 bus, 1 bus stop\n"
                        "monitors: host\n"
                        "\n"
                        "stage 1: 6 to 20 trials, until the interval is within 2.00 %\n"
                        "  flow=f,path=same-network\n"
                        "      client -> s-intra-node, IPv4, fake, warm-up 200 ms, duration 1.00 "
                        "s\n"
                        "\n"
                        "stage 2: 3 trials\n"
                        "  flow=g,path=same-network\n"
                        "      client -> s-intra-node, IPv4, fake, warm-up 200 ms, duration 1.00 "
                        "s\n"
                        "      skipped: it never can\n");
    free(text);
}

static void says_why_a_rate_can_not_be_searched_for(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows:\n"
                     " - {name: a, path: same-network, search: yes, tool: {echo: {count: 1}}}\n"
                     " - {name: b, path: same-network, search: yes, tool: {fake: {label: fixed}}}\n"
                     " - {name: c, stage: s, path: same-network, search: yes, tool: fake}\n"
                     " - {name: d, stage: s, path: same-network, tool: fake}\n"
                     " - {name: e, path: same-network, tool: {fake: {label: fixed}}}\n");
    const struct plan *plan = planned.plan;

    (void)state;
    assert_string_equal(plan->flows[0].reason,
                        "a rate search needs a tool that sends at a rate, and 'echo' does not");
    assert_string_equal(plan->flows[1].reason, "a rate search: its rate is fixed");
    assert_string_equal(
        plan->flows[2].reason,
        "a rate search needs the path for itself, but other flows run at the same time");
    assert_null(plan->flows[3].reason);
    assert_null(plan->flows[4].reason);
}

static void plans_the_tool_that_stands_in(void **state)
{
    _planned_ struct planned planned = plan_of(
        HEAD "flows:\n"
             " - {name: a, path: same-network, tool: fake, otherwise: {echo: {count: 1}}}\n"
             " - {name: b, path: same-network, tool: {fake: {label: never}}, otherwise: {echo: "
             "{count: 1}}}\n"
             " - {name: c, path: same-network, tool: fake, otherwise: {fake: {label: never}}}\n"
             " - {name: d, path: same-network, search: yes, tool: {echo: {count: 1}},\n"
             "    otherwise: {fake: {label: fixed}}}\n"
             " - {name: e, path: same-network, search: yes, tool: {echo: {count: 1}}, otherwise: "
             "{echo: {count: 1}}}\n");
    const struct planned_flow *flows = planned.plan->flows;

    (void)state;
    assert_string_equal(flows[0].otherwise->variant->tool->table.name, "echo");
    assert_null(flows[0].instead);
    assert_string_equal(flows[1].variant->tool->table.name, "echo");
    assert_string_equal(flows[1].instead, "it never can");
    assert_null(flows[1].reason);
    assert_null(flows[2].otherwise);
    assert_null(flows[2].reason);
    assert_string_equal(flows[3].reason,
                        "a rate search needs a tool that sends at a rate, and 'echo' does not; "
                        "otherwise fake: a rate search: its rate is fixed");
    assert_string_equal(flows[4].reason,
                        "a rate search needs a tool that sends at a rate, and 'echo' does not");
}

static void counts_the_time_of_a_search(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows: [{name: f, path: same-network, duration: 1s, tool: {fake: {label:\n"
                     "  bounded}}, search: {loss: [5%, 0.1%], time: 3m}}]\n");
    const struct plan *plan = planned.plan;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_int_equal(plan->flows[0].search_warmup_ns, 200000000);
    /* ten trials of 2.3 s, one of 1.3 s */
    assert_int_equal(plan->least_ns, 10 * 2300000000ull + 1300000000ull);
    assert_int_equal(plan->most_ns, 180 * 1000000000ull + 1300000000ull);
    assert_true(plan->bytes_unbounded);
    plan_print(plan, out);
    fclose(out);
    assert_non_null(strstr(text,
                           "      searches the rate for a loss of at most 5 %, 0.1 %: trials of "
                           "2.00 s for at most 3 min 0 s\n"));
    free(text);
}

static void runs_pairs_at_the_same_moment(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows: [{name: f, path: same-network, pairs: [1, 3], tool: fake},\n"
                     "        {name: g, path: same-network, tool: fake}]\n");
    const struct plan *plan = planned.plan;

    (void)state;
    assert_int_equal(plan->stage_count, 3);
    assert_int_equal(plan->stages[0].flow_count, 1);
    assert_int_equal(plan->stages[1].flow_count, 3);
    assert_string_equal(plan->flows[0].key, "flow=f,path=same-network,pairs=1,pair=1");
    assert_string_equal(plan->flows[3].key, "flow=f,path=same-network,pairs=3,pair=3");
    assert_string_equal(plan->flows[3].whole, "flow=f,path=same-network,pairs=3");
    assert_int_equal(plan->flows[3].pair, 3);
    assert_string_equal(plan->flows[3].route.from, "client-3");
    assert_string_equal(plan->flows[3].route.to, "s-intra-node-3");
    assert_string_equal(plan->flows[4].key, "flow=g,path=same-network");
    assert_int_equal(plan->flows[4].pair, 0);
    assert_null(plan->flows[4].whole);
    assert_int_equal(plan->wants.count, 6); /* pair 1 is the same for all */
}

static void pairs_meet_the_other_flows_of_their_stage(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows: [{name: f, stage: s, path: same-network, pairs: [1, 2], tool: fake},\n"
                     "        {name: g, stage: s, path: same-network, tool: fake}]\n");
    const struct plan *plan = planned.plan;

    (void)state;
    assert_int_equal(plan->stage_count, 2);
    assert_int_equal(plan->stages[1].flow_count, 3);
    assert_string_equal(plan->flows[1].key, "flow=g,path=same-network,f.pairs=1");
    assert_string_equal(plan->flows[3].key, "flow=f,path=same-network,pairs=2,pair=2");
    assert_string_equal(plan->flows[4].key, "flow=g,path=same-network,f.pairs=2");
}

static void refuses_pairs_that_there_is_no_room_for(void **state)
{
    (void)state;
    refused(HEAD "flows: [{name: f, path: same-network, pairs: 101, tool: fake}]\n",
            "flow=f,path=same-network,pairs=101,pair=101: there is room for 100 pairs");
    refused(HEAD "flows: [{name: f, path: same-network, pairs: 1000, tool: {fake: {count:\n"
                 " [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}}}]\n",
            "the scenario would take more than 10000 measurements");
}

static void a_search_runs_in_one_pair_only(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows: [{name: f, path: same-network, pairs: [1, 2], tool: fake, search: "
                     "yes}]\n");

    (void)state;
    assert_null(planned.plan->flows[0].reason);
    assert_string_equal(planned.plan->flows[1].reason,
                        "a rate search needs the path for itself, but other flows run at the same "
                        "time");
}

static void says_what_the_cloud_will_make(void **state)
{
    _planned_ struct planned planned =
        plan_of(HEAD "flows: [{name: f, path: same-network, pairs: 3, tool: fake}]\n");
    _planned_ struct planned many = { 0 };
    struct vmtp_error err = { 0 };
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    plan_print(planned.plan, out);
    fclose(out);
    assert_non_null(strstr(text, "\ntakes: 6 servers, 3 buses, 1 bus stop\n"));
    free(text);
    assert_int_equal(try_plan(HEAD
                              "flows: [{name: f, path: same-network, pairs: 11, tool: fake}]\n",
                              &many, &err),
                     -EDQUOT);
    assert_string_equal(err.text, "cloud fake: the quota is 20 servers");
}

static void one_port_is_not_for_two_stand_ins(void **state)
{
    _planned_ struct planned planned =
        plan_of("vmtp: 1\ncloud: fake\nendpoints: {a: , b: }\nrun: {parallel: yes}\nflows:\n"
                " - {name: f, from: a, to: b, tool: fake, otherwise: {echo: {count: 1, port: 7}}}\n"
                " - {name: g, from: a, to: b, tool: {fake: {port: 7}}}\n");

    (void)state;
    assert_null(planned.plan->flows[0].reason);
    assert_string_equal(planned.plan->flows[1].reason,
                        "port 7 of endpoint 'b' is taken at the same time by flow=f,from=a,to=b");
}

static void a_mesh_is_every_endpoint_to_every_other(void **state)
{
    _planned_ struct planned planned =
        plan_of("vmtp: 1\ncloud: fake\nendpoints: {a: , b: , c: }\nrun: {parallel: yes}\n"
                "flows: [{name: f, from: [a, b, c], to: [a, b, c], tool: fake}]\n");

    (void)state;
    assert_int_equal(planned.plan->stage_count, 1);
    assert_int_equal(planned.plan->flow_count, 6);
    assert_int_equal(planned.plan->wants.count, 3);
    assert_string_equal(planned.plan->flows[5].key, "flow=f,from=c,to=b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves_paths_and_counts_time),
        cmocka_unit_test(works_out_the_warm_up),
        cmocka_unit_test(gives_endpoints_their_options),
        cmocka_unit_test(runs_flows_of_one_stage_where_they_meet),
        cmocka_unit_test(lets_flows_of_one_place_each_meet_anywhere),
        cmocka_unit_test(refuses_stages_whose_flows_do_not_meet),
        cmocka_unit_test(runs_everything_at_once_when_parallel),
        cmocka_unit_test(says_why_a_flow_can_not_be_run),
        cmocka_unit_test(hands_on_what_the_tool_says),
        cmocka_unit_test(without_flows_all_endpoints_are_wanted),
        cmocka_unit_test(refuses_endpoints_that_the_cloud_makes_itself),
        cmocka_unit_test(draws_a_seed_when_there_is_none),
        cmocka_unit_test(prints_itself),
        cmocka_unit_test(says_why_a_rate_can_not_be_searched_for),
        cmocka_unit_test(plans_the_tool_that_stands_in),
        cmocka_unit_test(counts_the_time_of_a_search),
        cmocka_unit_test(runs_pairs_at_the_same_moment),
        cmocka_unit_test(pairs_meet_the_other_flows_of_their_stage),
        cmocka_unit_test(refuses_pairs_that_there_is_no_room_for),
        cmocka_unit_test(a_search_runs_in_one_pair_only),
        cmocka_unit_test(says_what_the_cloud_will_make),
        cmocka_unit_test(one_port_is_not_for_two_stand_ins),
        cmocka_unit_test(a_mesh_is_every_endpoint_to_every_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
