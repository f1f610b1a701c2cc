/* SPDX-License-Identifier: Apache-2.0
 *
 * flows: each with its name, its times, its repetition; the rest is the matrix's.
 */
#include "loader.h"

#include "../base/clock.h"
#include "../base/text.h"
#include "../base/units.h"

#define REPEAT_MAX   10000
#define HOUR_NS      (3600 * NS_PER_S)
#define DAY_NS       (24 * HOUR_NS)
#define DURATION_NS  (5 * NS_PER_S)
#define INTERVAL_NS  (100 * NS_PER_MS)
#define REPEAT_LEAST 6 /* the smallest number of trials whose median has a 95 % interval */
#define REPEAT_MOST  20
#define REPEAT_UNTIL 0.02

static int until_read(struct loader *loader, const struct node *node, double *ret)
{
    double value = 0;
    int r = text_check(loader, node, "a share, as 2%,");

    if (r < 0)
        return r;
    if (strcmp(node->text, "none") != 0 &&
        (share_parse(node->text, &value) < 0 || !(value > 0 && value < 1)))
        return node_fail(loader->err, node, "'%.40s' is neither none nor a share, as 2%% or 0.02",
                         node->text);
    *ret = value;
    return 0;
}

static int repeat_map_read(struct loader *loader, const struct node *node, struct repeat *ret)
{
    static const char *const known[] = { "min", "max", "until", NULL };
    const struct node *min = node_get(node, "min"), *max = node_get(node, "max");
    const struct node *until = node_get(node, "until");
    uint64_t least = REPEAT_LEAST, most = REPEAT_MOST;
    int r = keys_check(loader, node, known);

    r = r < 0 ? r : count_read(loader, min, 1, REPEAT_MAX, &least);
    r = r < 0 ? r : count_read(loader, max, 1, REPEAT_MAX, &most);
    if (r == 0 && until)
        r = until_read(loader, until, &ret->until);
    if (r < 0)
        return r;
    if (!max && most < least)
        most = least;
    if (!min && least > most)
        least = most;
    if (least > most)
        return node_fail(loader->err, min, "min is more than max");
    ret->min = (uint32_t)least;
    ret->max = (uint32_t)most;
    return 0;
}

/* A search has tried its answer many times: one more trial, the one that verifies it, will do. */
static int repeat_read(struct loader *loader, const struct node *node, bool searches,
                       struct repeat *ret)
{
    uint64_t n = 0;
    int r;

    *ret = (struct repeat){ REPEAT_LEAST, REPEAT_MOST, REPEAT_UNTIL };
    if (!node && searches)
        *ret = (struct repeat){ 1, 1, 0 };
    if (!node)
        return 0;
    if (node->kind == NODE_MAP)
        return repeat_map_read(loader, node, ret);
    r = count_read(loader, node, 1, REPEAT_MAX, &n);
    if (r == 0)
        *ret = (struct repeat){ (uint32_t)n, (uint32_t)n, 0 };
    return r;
}

static int times_read(struct loader *loader, const struct node *node, struct flow_spec *flow)
{
    const struct node *warmup = node_get(node, "warmup");
    int r;

    flow->duration_ns = DURATION_NS;
    flow->interval_ns = INTERVAL_NS;
    flow->warmup_ns = WARMUP_AUTO;
    r = duration_read(loader, node_get(node, "duration"), 10 * NS_PER_MS, DAY_NS,
                      &flow->duration_ns);
    r = r < 0 ? r
              : duration_read(loader, node_get(node, "interval"), NS_PER_MS, HOUR_NS,
                              &flow->interval_ns);
    if (r == 0 && warmup && !(warmup->kind == NODE_SCALAR && strcmp(warmup->text, "auto") == 0))
        r = duration_read(loader, warmup, 0, HOUR_NS, &flow->warmup_ns);
    return r;
}

static int name_unique(struct loader *loader, const struct node *node, const char *name)
{
    const struct scenario *scenario = loader->scenario;

    for (size_t i = 0; i < scenario->flow_count; i++)
        if (strcmp(scenario->flows[i].name, name) == 0)
            return node_fail(loader->err, node, "a flow of the name '%s' stands in line %u", name,
                             scenario->flows[i].node->line);
    return 0;
}

static int flow_read(struct loader *loader, const struct node *node, struct flow_spec *ret)
{
    static const char *const known[] = { "name",   "stage",    "path",    "placement", "family",
                                         "from",   "to",       "tool",    "duration",  "warmup",
                                         "repeat", "interval", "exclude", "otherwise", "search",
                                         "pairs",  NULL };
    const struct node *name = node_get(node, "name"), *stage = node_get(node, "stage");
    int r = keys_check(loader, node, known);

    if (r == 0 && !name)
        r = node_fail(loader->err, node, "the flow has no name");
    r = r < 0 ? r : name_read(loader, name, "a name", &ret->name);
    r = r < 0 ? r : name_unique(loader, name, ret->name);
    ret->stage = "";
    if (r == 0 && stage)
        r = name_read(loader, stage, "the name of a stage", &ret->stage);
    ret->node = node;
    r = r < 0 ? r : times_read(loader, node, ret);
    r = r < 0 ? r : search_read(loader, node_get(node, "search"), &ret->search);
    r = r < 0 ? r : repeat_read(loader, node_get(node, "repeat"), ret->search, &ret->repeat);
    return r < 0 ? r : variants_make(loader, node, ret);
}

int flows_read(struct loader *loader, const struct node *node)
{
    struct scenario *scenario = loader->scenario;
    int r = list_check(loader, node, "flows");

    if (r == 0 && node->count == 0)
        r = node_fail(loader->err, node, "an empty list: write at least one flow");
    if (r < 0)
        return r;
    scenario->flows = arena_array(loader->arena, node->count, sizeof *scenario->flows);
    if (!scenario->flows)
        return loader_no_memory(loader);
    for (const struct node *child = node->first; child; child = child->next) {
        r = flow_read(loader, child, &scenario->flows[scenario->flow_count]);
        if (r < 0)
            return r;
        scenario->flow_count++;
    }
    return 0;
}
