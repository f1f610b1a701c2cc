/* SPDX-License-Identifier: Apache-2.0
 *
 * Thresholds: { flow: bulk, metric: goodput, expect: ">= 900M" }.
 */
#include "loader.h"

#include "../base/text.h"
#include "../base/units.h"

/* What the core makes of sent, received and lost_socket; a share of what was sent if written with
 * a percent sign. */
static const char *const losses[] = { "loss",
                                      "loss.sender",
                                      "loss.nic_sender",
                                      "loss.network",
                                      "loss.nic_receiver",
                                      "loss.softnet",
                                      "loss.reassembly",
                                      "loss.socket",
                                      NULL };
static const char *const statistics[] = { "p50", "p90", "p95",  "p99", "p99.9",
                                          "min", "max", "mean", NULL };

static bool is_one_of(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

/* "rtt.p99": the metric's name goes up to the first dot. */
static const struct vmtp_metric *metric_find(const struct component *tool, const char *name)
{
    size_t len = strcspn(name, ".");

    for (uint32_t i = 0; i < tool->table.metrics.count; i++) {
        const struct vmtp_metric *metric = component_metric(tool, i);

        if (strlen(metric->name) == len && strncmp(metric->name, name, len) == 0)
            return metric;
    }
    return NULL;
}

/* Have all of the flow's tools what a loss is made of? */
static bool has_loss(const struct component *tool)
{
    return metric_find(tool, VMTP_SENT) && metric_find(tool, VMTP_RECEIVED);
}

static int statistic_check(struct loader *loader, const struct node *node,
                           const struct vmtp_metric *metric)
{
    const char *statistic = strchr(node->text, '.');

    if (metric->kind != VMTP_DISTRIBUTION && statistic)
        return node_fail(loader->err, node, "'%s' is one figure: write it without '%.20s'",
                         metric->name, statistic);
    if (metric->kind == VMTP_DISTRIBUTION && !(statistic && is_one_of(statistics, statistic + 1)))
        return node_fail(loader->err, node,
                         "'%s' is a distribution: write %s.p50, p90, p95, p99, p99.9, min, max or "
                         "mean",
                         metric->name, metric->name);
    return 0;
}

static int metric_unknown(struct loader *loader, const struct node *node, const char *flow)
{
    struct nearest nearest = { .word = node->text };

    for (size_t f = 0; f < loader->scenario->flow_count; f++) {
        const struct flow_spec *spec = &loader->scenario->flows[f];

        for (size_t v = 0; v < spec->variant_count; v++)
            for (uint32_t i = 0; i < spec->variants[v].tool->table.metrics.count; i++)
                nearest_offer(&nearest, component_metric(spec->variants[v].tool, i)->name);
    }
    return node_fail(loader->err, node, "no tool of %s%s has a metric '%.60s'%s",
                     *flow ? "flow " : "any flow", flow, node->text, nearest_hint(&nearest).text);
}

static int metric_read(struct loader *loader, const struct node *node, struct threshold *ret)
{
    const struct vmtp_metric *found = NULL;
    bool loss = false;
    int r = text_check(loader, node, "the name of a metric");

    if (r < 0)
        return r;
    for (size_t f = 0; f < loader->scenario->flow_count; f++) {
        const struct flow_spec *spec = &loader->scenario->flows[f];

        if (*ret->flow && strcmp(ret->flow, spec->name) != 0)
            continue;
        for (size_t v = 0; v < spec->variant_count && !found; v++) {
            found = metric_find(spec->variants[v].tool, node->text);
            loss = loss || has_loss(spec->variants[v].tool);
        }
    }
    ret->metric = node->text;
    if (!found && loss && is_one_of(losses, node->text)) {
        ret->unit = "packets";
        return 0;
    }
    if (!found)
        return metric_unknown(loader, node, ret->flow);
    ret->unit = found->unit;
    return statistic_check(loader, node, found);
}

static const struct {
    const char *sign;
    enum comparison comparison;
} comparisons[] = { /* the longer ones first */
                    { ">=", AT_LEAST }, { "<=", AT_MOST },  { "==", EQUAL },
                    { ">", MORE_THAN }, { "<", LESS_THAN }, { "=", EQUAL }
};

static int value_read(struct threshold *ret, const char *text)
{
    uint64_t whole = 0;
    int r;

    if (strcmp(ret->unit, "bit/s") == 0 || strcmp(ret->unit, "bytes") == 0) {
        r = ret->unit[1] == 'i' ? rate_parse(text, &whole) : size_parse(text, &whole);
        ret->value = (double)whole;
        return r;
    }
    if (strcmp(ret->unit, "s") == 0) {
        r = duration_parse(text, &whole);
        ret->value = (double)whole / 1e9;
        return r;
    }
    if (strncmp(ret->metric, "loss", 4) == 0 && strchr(text, '%'))
        ret->unit = "ratio";
    return strcmp(ret->unit, "ratio") == 0 ? share_parse(text, &ret->value)
                                           : real_parse(text, &ret->value);
}

static int expect_read(struct loader *loader, const struct node *node, struct threshold *ret)
{
    const char *text = node->text;
    int r = text_check(loader, node, "a comparison, as \">= 900M\",");

    if (r < 0)
        return r;
    ret->expect = text;
    for (size_t i = 0; i < COUNT(comparisons) && !ret->comparison; i++) {
        size_t len = strlen(comparisons[i].sign);

        if (strncmp(text, comparisons[i].sign, len) == 0) {
            ret->comparison = comparisons[i].comparison;
            text += len;
        }
    }
    if (!ret->comparison)
        return node_fail(loader->err, node,
                         "'%.60s' begins with none of >=, <=, >, <, ==", node->text);
    text += strspn(text, " ");
    if (value_read(ret, text) < 0)
        return node_fail(loader->err, node, "'%.60s' is no value in %s", text,
                         strcmp(ret->unit, "bit/s") == 0   ? "bit/s, as 900M"
                         : strcmp(ret->unit, "s") == 0     ? "units of time, as 400us"
                         : strcmp(ret->unit, "ratio") == 0 ? "percent or a ratio, as 2% or 0.02"
                                                           : ret->unit);
    return 0;
}

static int flow_read(struct loader *loader, const struct node *node, struct threshold *ret)
{
    struct nearest nearest = { .word = node->text };
    int r = text_check(loader, node, "the name of a flow");

    if (r < 0)
        return r;
    for (size_t i = 0; i < loader->scenario->flow_count; i++) {
        if (strcmp(loader->scenario->flows[i].name, node->text) == 0) {
            ret->flow = node->text;
            return 0;
        }
        nearest_offer(&nearest, loader->scenario->flows[i].name);
    }
    return node_fail(loader->err, node, "there is no flow '%.60s'%s", node->text,
                     nearest_hint(&nearest).text);
}

static int threshold_read(struct loader *loader, const struct node *node, struct threshold *ret)
{
    static const char *const known[] = { "flow", "metric", "expect", NULL };
    const struct node *flow = node_get(node, "flow");
    const struct node *metric = node_get(node, "metric"), *expect = node_get(node, "expect");
    int r = keys_check(loader, node, known);

    if (r == 0 && !(metric && expect))
        r = node_fail(loader->err, node, "a threshold needs a metric and what to expect of it");
    ret->flow = "";
    if (r == 0 && flow)
        r = flow_read(loader, flow, ret);
    r = r < 0 ? r : metric_read(loader, metric, ret);
    return r < 0 ? r : expect_read(loader, expect, ret);
}

int thresholds_read(struct loader *loader, const struct node *node)
{
    struct scenario *scenario = loader->scenario;
    int r;

    if (!node)
        return 0;
    r = list_check(loader, node, "thresholds");
    if (r < 0)
        return r;
    scenario->thresholds = arena_array(loader->arena, node->count + 1, sizeof(struct threshold));
    if (!scenario->thresholds)
        return loader_no_memory(loader);
    for (const struct node *child = node->first; child; child = child->next) {
        r = threshold_read(loader, child, &scenario->thresholds[scenario->threshold_count++]);
        if (r < 0)
            return r;
    }
    return 0;
}
