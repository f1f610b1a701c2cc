/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "../base/clock.h"
#include "stage.h"

#include <sys/random.h>

#define WARMUP_LEAST_NS (200 * NS_PER_MS)
#define WARMUP_MOST_NS  (2 * NS_PER_S)
#define NEEDS_MAX       64
#define EXPLAIN_MOST_NS                                                                            \
    (300 * NS_PER_S)         /* of a flow, unless the person wants to know at any price */
#define SEED_MOST 0x7fffffff /* a drawn one is short enough to be typed again */

static int no_memory(struct vmtp_error *err)
{
    return vmtp_fail(err, -ENOMEM, "plan: out of memory");
}

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t product;

    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* Slow start and the filling of buffers take about a fifth of a short trial, and no longer in a
 * long one. */
static uint64_t warmup_of(const struct flow_spec *spec)
{
    uint64_t warmup_ns = spec->duration_ns / 5;

    if (spec->warmup_ns != WARMUP_AUTO)
        return spec->warmup_ns;
    if (warmup_ns < WARMUP_LEAST_NS)
        return WARMUP_LEAST_NS;
    return warmup_ns > WARMUP_MOST_NS ? WARMUP_MOST_NS : warmup_ns;
}

/* Long enough for a load that is too high to fill the path's queue. */
static uint64_t search_warmup_of(const struct planned_flow *flow)
{
    const struct search_spec *search = flow->spec->search;
    uint64_t warmup_ns = search ? search->trial_ns / 2 : 0;

    return warmup_ns < flow->warmup_ns ? warmup_ns : flow->warmup_ns;
}

static int route_resolve(struct plan *plan, struct planned_flow *flow, struct vmtp_error *err)
{
    const struct section *cloud = &plan->scenario->cloud;
    const struct vmtp_cloud *ops = &cloud->component->ops.cloud;
    struct vmtp_route *route = &flow->route;
    char from[64] = "", to[64] = "";

    if (!*route->placement && ops->placements) {
        const char *const *placements = ops->placements(cloud->opt, route->path);

        route->placement = placements && placements[0] ? placements[0] : "";
    }
    if (!ops->resolve)
        return vmtp_fail(err, -EINVAL, "%.200s: cloud '%s' offers no paths", flow->key,
                         cloud->component->table.name);
    if (ops->resolve(cloud->opt, route->path, route->placement, flow->pair ? flow->pair : 1, from,
                     to, err) < 0)
        return vmtp_wrap(err, "%.200s", flow->key);
    route->from = arena_strndup(plan->arena, from, strnlen(from, sizeof from));
    route->to = arena_strndup(plan->arena, to, strnlen(to, sizeof to));
    return route->from && route->to ? 0 : no_memory(err);
}

static int flow_plan(struct plan *plan, const struct member *member, struct planned_flow *flow,
                     struct vmtp_error *err)
{
    const struct variant *variant = member->variant;

    flow->key = member->key;
    flow->spec = member->spec;
    flow->variant = variant;
    flow->labels = member->labels;
    flow->label_count = member->label_count;
    flow->pair = member->pair;
    flow->whole = member->whole;
    flow->warmup_ns = warmup_of(member->spec);
    flow->search_warmup_ns = search_warmup_of(flow);
    flow->route = (struct vmtp_route){ .size = sizeof flow->route,
                                       .path = variant->path,
                                       .placement = variant->placement,
                                       .from = variant->from,
                                       .to = variant->to,
                                       .family = variant->family };
    return *variant->path ? route_resolve(plan, flow, err) : 0;
}

/* What is against a rate search, beside what the tool's plan() says; NULL: nothing. */
static const char *search_reason(struct plan *plan, const struct planned_flow *flow,
                                 bool beside_others)
{
    const struct component *tool = flow->variant->tool;

    if (!flow->spec->search)
        return NULL;
    if (beside_others)
        return "a rate search needs the path for itself, but other flows run at the same time";
    if (tool->ops.tool.rated)
        return NULL;
    return arena_printf(plan->arena,
                        "a rate search needs a tool that sends at a rate, and '%s' "
                        "does not",
                        tool->table.name);
}

/* With a search, options that can't be searched with are the tool's reason, not an error of the
 * whole scenario: others of a list of values may do. */
static int tool_ask(struct plan *plan, const struct plan_tools *tools, struct planned_flow *flow,
                    struct vmtp_cost *ret, struct vmtp_error *err)
{
    const struct search_spec *search = flow->spec->search;
    struct vmtp_trial trial = { .size = sizeof trial,
                                .number = 1,
                                .warmup_ns = flow->warmup_ns,
                                .duration_ns = flow->spec->duration_ns,
                                .interval_ns = flow->spec->interval_ns,
                                .rate_bps = search ? search->min_bps : 0 };
    struct vmtp_error why = { 0 };
    int r = tools->ask(tools->arg, plan, flow, &trial, ret, &flow->reason, &why);

    if (r < 0 && (!search || r == -ENOMEM)) {
        *err = why;
        return vmtp_wrap(err, "%.200s", flow->key);
    }
    if (search)
        ret->bytes = 0; /* that of the least rate is not what it will take */
    if (r < 0)
        flow->reason = arena_printf(plan->arena, "a rate search: %s", why.text);
    return r < 0 && !flow->reason ? no_memory(err) : 0;
}

static int flow_ask(struct plan *plan, const struct plan_tools *tools, struct planned_flow *flow,
                    bool beside_others, struct vmtp_error *err)
{
    struct vmtp_cost cost = { .size = sizeof cost };
    int r = 0;

    flow->reason = search_reason(plan, flow, beside_others);
    if (tools && !flow->reason)
        r = tool_ask(plan, tools, flow, &cost, err);
    flow->extra_ns = cost.extra_ns;
    flow->slack_ns = cost.slack_ns;
    flow->bytes = cost.bytes;
    flow->port = cost.port;
    if (r == 0 && !flow->reason && cost.alone && beside_others) {
        flow->reason = arena_printf(plan->arena,
                                    "tool '%s' needs the path for itself as it is used here, but "
                                    "other flows run at the same time",
                                    flow->variant->tool->table.name);
        return flow->reason ? 0 : no_memory(err);
    }
    return r;
}

/* Neither the flow's own tool can nor the one that stands in; what is against both is said once. */
static int reasons_join(struct plan *plan, struct planned_flow *flow,
                        const struct planned_flow *other, struct vmtp_error *err)
{
    if (strcmp(flow->reason, other->reason) == 0)
        return 0;
    flow->reason = arena_printf(plan->arena, "%s; otherwise %s: %s", flow->reason,
                                other->variant->tool->table.name, other->reason);
    return flow->reason ? 0 : no_memory(err);
}

/* The same with the tool that stands in: at once, if the flow's own can't run at all. */
static int otherwise_plan(struct plan *plan, const struct plan_tools *tools,
                          struct planned_flow *flow, bool beside_others, struct vmtp_error *err)
{
    const struct variant *tool = flow->spec->otherwise;
    struct planned_flow *other = arena_alloc(plan->arena, sizeof *other);
    struct variant *variant = arena_alloc(plan->arena, sizeof *variant);
    int r;

    if (!other || !variant)
        return no_memory(err);
    *variant = *flow->variant;
    variant->tool = tool->tool;
    variant->opt = tool->opt;
    variant->options = tool->options;
    variant->option_count = tool->option_count;
    *other = *flow;
    other->variant = variant;
    r = flow_ask(plan, tools, other, beside_others, err);
    if (r < 0 || (other->reason && !flow->reason))
        return r;
    if (other->reason)
        return reasons_join(plan, flow, other, err);
    if (flow->reason) {
        other->instead = flow->reason;
        *flow = *other;
    } else {
        flow->otherwise = other;
    }
    return 0;
}

/* Would the two, or the tool that stands in for one of them, listen at one port of one endpoint?
 * The port; 0: no. */
static uint32_t port_shared(const struct planned_flow *flow, const struct planned_flow *other)
{
    const struct planned_flow *ones[] = { flow, flow->otherwise };
    const struct planned_flow *others[] = { other, other->otherwise };

    if (flow->reason || other->reason || strcmp(other->route.to, flow->route.to) != 0)
        return 0;
    for (size_t i = 0; i < COUNT(ones); i++)
        for (size_t j = 0; j < COUNT(others); j++)
            if (ones[i] && others[j] && ones[i]->port && ones[i]->port == others[j]->port)
                return ones[i]->port;
    return 0;
}

/* Two servers can't listen at one port of one endpoint. */
static int ports_check(struct plan *plan, const struct stage *stage, struct vmtp_error *err)
{
    for (size_t i = 0; i < stage->flow_count; i++) {
        struct planned_flow *flow = stage->flows[i];

        for (size_t j = 0; j < i && !flow->reason; j++) {
            const struct planned_flow *other = stage->flows[j];
            uint32_t port = port_shared(flow, other);

            if (!port)
                continue;
            flow->reason = arena_printf(plan->arena,
                                        "port %u of endpoint '%s' is taken at the same time by %s",
                                        port, flow->route.to, other->key);
            if (!flow->reason)
                return no_memory(err);
        }
    }
    return 0;
}

static void repeat_join(struct repeat *repeat, const struct repeat *more)
{
    if (more->min > repeat->min)
        repeat->min = more->min;
    if (more->max > repeat->max)
        repeat->max = more->max;
    if (more->until > 0 && (repeat->until <= 0 || more->until < repeat->until))
        repeat->until = more->until;
}

uint64_t planned_trial_ns(const struct planned_flow *flow)
{
    return add(add(flow->warmup_ns, flow->spec->duration_ns), flow->extra_ns);
}

uint64_t planned_longer_ns(const struct planned_flow *flow)
{
    return add(planned_trial_ns(flow), flow->spec->duration_ns);
}

/* That one trial with twice the streams and one of twice the duration may take.  They tell nothing
 * of a flow beside others, and a search has a limit of its own. */
static uint64_t explain_of(const struct plan *plan, const struct stage *stage)
{
    const struct planned_flow *flow = stage->flows[0];
    enum explain explain = plan->scenario->explain;
    uint64_t both_ns, own_ns;

    if (stage->flow_count > 1 || flow->reason || flow->spec->search || explain == EXPLAIN_NO ||
        !flow->variant->tool->ops.tool.streamed)
        return 0;
    both_ns = add(planned_trial_ns(flow), planned_longer_ns(flow));
    own_ns = times(planned_trial_ns(flow), stage->repeat.max);
    if (explain == EXPLAIN_YES)
        return both_ns;
    own_ns = own_ns < EXPLAIN_MOST_NS ? own_ns : EXPLAIN_MOST_NS;
    return both_ns < own_ns ? both_ns : own_ns;
}

/* Each of the tries takes so long. */
static uint64_t search_trial_of(const struct planned_flow *flow)
{
    return add(add(flow->search_warmup_ns, flow->spec->search->trial_ns), flow->extra_ns);
}

/* At the least: two trials to find the place, and at both bounds as many as must agree. */
static uint64_t search_least_of(const struct planned_flow *flow)
{
    const struct search_spec *search = flow->spec->search;
    double share = search->exceed > 0.5 ? search->exceed : 1 - search->exceed;
    uint64_t each = (uint64_t)((double)search->sum_ns * share) / search->trial_ns + 1;

    return times(search_trial_of(flow), 2 + 2 * each);
}

/* Adds to the plan what the stage will take. */
static void stage_count_up(struct plan *plan, struct stage *stage)
{
    uint64_t longest_ns = 0;

    for (size_t i = 0; i < stage->flow_count; i++) {
        const struct planned_flow *flow = stage->flows[i];
        uint64_t trial_ns = planned_trial_ns(flow);

        repeat_join(&stage->repeat, &flow->spec->repeat);
        if (!flow->reason && trial_ns > longest_ns)
            longest_ns = trial_ns;
    }
    for (size_t i = 0; i < stage->flow_count; i++) {
        const struct planned_flow *flow = stage->flows[i];

        if (flow->reason)
            continue;
        plan->bytes = add(plan->bytes, times(flow->bytes, stage->repeat.max));
        plan->bytes_unbounded = plan->bytes_unbounded || flow->bytes == 0;
    }
    plan->least_ns = add(plan->least_ns, times(longest_ns, stage->repeat.min));
    stage->explain_ns = explain_of(plan, stage);
    plan->most_ns = add(plan->most_ns, times(longest_ns, stage->repeat.max));
    plan->most_ns = add(plan->most_ns, stage->explain_ns);
    if (stage->flows[0]->spec->search && !stage->flows[0]->reason) { /* is alone */
        plan->least_ns = add(plan->least_ns, search_least_of(stage->flows[0]));
        plan->most_ns = add(plan->most_ns, stage->flows[0]->spec->search->time_ns);
    }
}

static int stage_plan(struct plan *plan, const struct drafts *drafts, size_t s,
                      const struct plan_tools *tools, struct vmtp_error *err)
{
    const struct draft *draft = &drafts->stages[s];
    struct stage *stage = &plan->stages[s];
    int r = 0;

    stage->flow_count = draft->count;
    stage->flows = arena_array(plan->arena, draft->count, sizeof *stage->flows);
    if (!stage->flows)
        return no_memory(err);
    for (size_t i = 0; r == 0 && i < draft->count; i++) {
        struct planned_flow *flow = &plan->flows[draft->first + i];

        stage->flows[i] = flow;
        r = flow_plan(plan, &drafts->members[draft->first + i], flow, err);
        r = r < 0 ? r : flow_ask(plan, tools, flow, draft->count > 1, err);
        if (r == 0 && flow->spec->otherwise)
            r = otherwise_plan(plan, tools, flow, draft->count > 1, err);
    }
    r = r < 0 ? r : ports_check(plan, stage, err);
    if (r == 0)
        stage_count_up(plan, stage);
    return r;
}

static const struct endpoint_spec *endpoint_find(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->endpoint_count; i++)
        if (strcmp(scenario->endpoints[i].name, name) == 0)
            return &scenario->endpoints[i];
    return NULL;
}

static int want_add(struct plan *plan, const struct planned_flow *flow, const char *name,
                    struct vmtp_want *wants, struct vmtp_error *err)
{
    const struct endpoint_spec *spec = endpoint_find(plan->scenario, name);

    if (spec && *flow->route.path)
        return key_fail(err, flow->spec->node,
                        "the cloud makes an endpoint '%s' for path '%s': call the one under "
                        "endpoints: something else",
                        name, flow->route.path);
    for (uint32_t i = 0; i < plan->wants.count; i++)
        if (strcmp(wants[i].name, name) == 0)
            return 0;
    wants[plan->wants.count++] =
        (struct vmtp_want){ .size = sizeof *wants, .name = name, .opt = spec ? spec->opt : NULL };
    return 0;
}

static bool same_route(const struct vmtp_route *one, const struct vmtp_route *other)
{
    return one->family == other->family && strcmp(one->from, other->from) == 0 &&
           strcmp(one->to, other->to) == 0 && strcmp(one->path, other->path) == 0 &&
           strcmp(one->placement, other->placement) == 0;
}

static void route_add(struct plan *plan, const struct vmtp_route *route, struct vmtp_route *routes)
{
    for (uint32_t i = 0; i < plan->routes.count; i++)
        if (same_route(&routes[i], route))
            return;
    routes[plan->routes.count++] = *route;
}

/* Of a scenario without flows, all of its endpoints. */
static void all_want(struct plan *plan, struct vmtp_want *wants)
{
    const struct scenario *scenario = plan->scenario;

    for (size_t i = 0; i < scenario->endpoint_count; i++)
        wants[plan->wants.count++] = (struct vmtp_want){ .size = sizeof *wants,
                                                         .name = scenario->endpoints[i].name,
                                                         .opt = scenario->endpoints[i].opt };
}

/* What the cloud has to make, once each, in the order in which it is first needed. */
static int wants_gather(struct plan *plan, struct vmtp_error *err)
{
    size_t most = 2 * plan->flow_count + plan->scenario->endpoint_count + 1;
    struct vmtp_want *wants = arena_array(plan->arena, most, sizeof *wants);
    struct vmtp_route *routes = arena_array(plan->arena, plan->flow_count + 1, sizeof *routes);
    int r = 0;

    if (!wants || !routes)
        return no_memory(err);
    plan->wants = (struct vmtp_table){ .rows = wants, .stride = sizeof *wants };
    plan->routes = (struct vmtp_table){ .rows = routes, .stride = sizeof *routes };
    if (plan->scenario->flow_count == 0)
        all_want(plan, wants);
    for (size_t i = 0; r == 0 && i < plan->flow_count; i++) {
        const struct planned_flow *flow = &plan->flows[i];

        if (flow->reason)
            continue;
        r = want_add(plan, flow, flow->route.from, wants, err);
        r = r < 0 ? r : want_add(plan, flow, flow->route.to, wants, err);
        if (r == 0)
            route_add(plan, &flow->route, routes);
    }
    return r;
}

/* And what that will be in the end: servers, networks. */
static int needs_ask(struct plan *plan, struct vmtp_error *err)
{
    const struct section *cloud = &plan->scenario->cloud;
    const struct vmtp_cloud *ops = &cloud->component->ops.cloud;
    int r;

    if (!ops->needs)
        return 0;
    plan->needs = arena_array(plan->arena, NEEDS_MAX, sizeof *plan->needs);
    if (!plan->needs)
        return no_memory(err);
    for (size_t i = 0; i < NEEDS_MAX; i++)
        plan->needs[i].size = sizeof *plan->needs;
    r = ops->needs(cloud->opt, &plan->wants, &plan->routes, plan->needs, NEEDS_MAX, err);
    if (r < 0)
        return vmtp_wrap(err, "cloud %s", cloud->component->table.name);
    plan->need_count = (size_t)r < NEEDS_MAX ? (size_t)r : NEEDS_MAX;
    return 0;
}

static int plan_fill(struct plan *plan, const struct plan_tools *tools, struct vmtp_error *err)
{
    struct drafts drafts = { .arena = plan->arena };
    int r = drafts_make(plan->scenario, &drafts, err);

    if (r < 0)
        return r;
    plan->flow_count = drafts.member_count;
    plan->stage_count = drafts.stage_count;
    plan->flows = arena_array(plan->arena, plan->flow_count + 1, sizeof *plan->flows);
    plan->stages = arena_array(plan->arena, plan->stage_count + 1, sizeof *plan->stages);
    if (!plan->flows || !plan->stages)
        return no_memory(err);
    for (size_t s = 0; r == 0 && s < plan->stage_count; s++)
        r = stage_plan(plan, &drafts, s, tools, err);
    r = r < 0 ? r : wants_gather(plan, err);
    return r < 0 ? r : needs_ask(plan, err);
}

static uint64_t seed_make(const struct scenario *scenario)
{
    uint64_t seed = 0;

    if (scenario->has_seed)
        return scenario->seed;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) < (ssize_t)sizeof seed)
        seed = clock_wall_ns();
    return seed & SEED_MOST;
}

int plan_make(const struct scenario *scenario, const struct plan_tools *tools, struct plan **ret,
              struct vmtp_error *err)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct plan *plan = arena ? arena_alloc(arena, sizeof *plan) : NULL;
    int r;

    if (!plan)
        return no_memory(err);
    plan->arena = arena;
    plan->scenario = scenario;
    plan->seed = seed_make(scenario);
    r = plan_fill(plan, tools, err);
    if (r < 0)
        return r;
    *ret = plan;
    TAKE(arena);
    return 0;
}

void plan_free(struct plan *plan)
{
    if (plan)
        arena_free(plan->arena);
}
