/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan as a person reads it.
 */
#include "../base/units.h"
#include "plan.h"

#include <inttypes.h>

static void print_search(const struct search_spec *search, FILE *out)
{
    fprintf(out, "      searches the rate for a loss of at most");
    for (size_t i = 0; i < search->loss_count; i++)
        fprintf(out, "%s %s", i ? "," : "", share_exact(search->losses[i]).text);
    fprintf(out, ": trials of %s for at most %s\n", duration_text(search->trial_ns).text,
            duration_text(search->time_ns).text);
}

static void print_flow(const struct planned_flow *flow, FILE *out)
{
    const struct vmtp_route *route = &flow->route;

    fprintf(out, "  %s\n      %s -> %s, IPv%" PRIu32 ", %s, warm-up %s, duration %s\n", flow->key,
            route->from, route->to, route->family, flow->variant->tool->table.name,
            duration_text(flow->warmup_ns).text, duration_text(flow->spec->duration_ns).text);
    if (flow->spec->search)
        print_search(flow->spec->search, out);
    if (flow->reason)
        fprintf(out, "      skipped: %s\n", flow->reason);
    if (flow->instead)
        fprintf(out, "      instead of the tool it names: %s\n", flow->instead);
    if (flow->otherwise)
        fprintf(out, "      otherwise: %s\n", flow->otherwise->variant->tool->table.name);
}

static void print_stage(const struct stage *stage, size_t number, FILE *out)
{
    const struct repeat *repeat = &stage->repeat;

    fprintf(out, "\nstage %zu: ", number);
    if (repeat->min == repeat->max)
        fprintf(out, "%u trial%s", repeat->min, repeat->min == 1 ? "" : "s");
    else
        fprintf(out, "%u to %u trials", repeat->min, repeat->max);
    if (repeat->until > 0 && repeat->min < repeat->max)
        fprintf(out, ", until the interval is within %s", share_text(repeat->until).text);
    fprintf(out, "%s", stage->flow_count > 1 ? ", at the same time" : "");
    if (stage->explain_ns)
        fprintf(out, ", and if it is not known what limits it up to %s more",
                duration_text(stage->explain_ns).text);
    fputc('\n', out);
    for (size_t i = 0; i < stage->flow_count; i++)
        print_flow(stage->flows[i], out);
}

/* "takes: 5 servers, 1 router" */
static void print_needs(const struct plan *plan, FILE *out)
{
    for (size_t i = 0; i < plan->need_count; i++) {
        const struct vmtp_need *need = &plan->needs[i];
        size_t len = strlen(need->kind);
        const char *more = len && need->kind[len - 1] == 's' ? "es" : "s";

        fprintf(out, "%s %" PRIu64 " %s%s", i ? "," : "takes:", need->count, need->kind,
                need->count == 1 ? "" : more);
    }
    if (plan->need_count)
        fputc('\n', out);
}

static void print_monitors(const struct scenario *scenario, FILE *out)
{
    for (size_t i = 0; i < scenario->monitor_count; i++)
        fprintf(out, "%s %s", i ? "," : "monitors:", scenario->monitors[i].component->table.name);
    if (scenario->monitor_count)
        fputc('\n', out);
}

void plan_print(const struct plan *plan, FILE *out)
{
    const struct scenario *scenario = plan->scenario;

    fprintf(out, "%s: %zu flows in %zu stages on cloud %s, order %s, seed %" PRIu64 "\n",
            scenario->name, plan->flow_count, plan->stage_count,
            scenario->cloud.component->table.name,
            scenario->order == ORDER_WRITTEN ? "written" : "shuffled", plan->seed);
    fprintf(out, "takes %s", duration_text(plan->least_ns).text);
    if (plan->most_ns > plan->least_ns)
        fprintf(out, " to %s", duration_text(plan->most_ns).text);
    if (plan->bytes)
        fprintf(out, ", up to %s%s", size_text(plan->bytes).text,
                plan->bytes_unbounded ? " and what the paths carry" : "");
    fprintf(out, "\nendpoints:");
    for (uint32_t i = 0; i < plan->wants.count; i++)
        fprintf(out, "%s %s", i ? "," : "",
                ((const struct vmtp_want *)table_row(&plan->wants, i))->name);
    fputc('\n', out);
    print_needs(plan, out);
    print_monitors(scenario, out);
    for (size_t i = 0; i < plan->stage_count; i++)
        print_stage(&plan->stages[i], i + 1, out);
}
