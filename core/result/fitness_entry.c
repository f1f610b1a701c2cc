/* SPDX-License-Identifier: Apache-2.0 */
#include "fitness_entry.h"

#include "fitness.h"
#include "json.h"

#include <math.h>

#define PATHS_MAX 256 /* of one endpoint: the rest says no more */

static const json_t *facts_of(const struct run_info *run, const char *name)
{
    for (size_t i = 0; i < run->endpoint_count; i++)
        if (strcmp(run->endpoints[i].name, name) == 0)
            return run->endpoints[i].facts;
    return NULL;
}

static double figure_of(const struct result *result, const char *metric)
{
    const struct figure *figure = result_figure(result, metric);

    return figure && !figure->histogram ? figure->value : NAN;
}

/* Of both directions at once it is not known which had how much. */
static bool is_down(const struct planned_flow *flow)
{
    for (size_t i = 0; i < flow->variant->option_count; i++)
        if (strcmp(flow->variant->options[i].name, "direction") == 0)
            return strcmp(flow->variant->options[i].value, "down") == 0;
    return false;
}

/* Connections share what is measured: each has a buffer of its own. */
static double connections_of(const struct planned_flow *flow)
{
    for (size_t i = 0; i < flow->variant->option_count; i++)
        if (strcmp(flow->variant->options[i].name, "connections") == 0) {
            double count = strtod(flow->variant->options[i].value, NULL);

            return count >= 1 ? count : 1;
        }
    return 1;
}

static struct fitness_path path_of(const struct run_info *run, const struct result *result,
                                   bool client)
{
    const struct planned_flow *flow = result->measurement->flow;
    const char *peer = client ? flow->route.to : flow->route.from;

    return (struct fitness_path){
        .peer = peer,
        .facts = facts_of(run, peer),
        .measured = result->status == RESULT_OK,
        .sends = client != is_down(flow),
        .mtu = result->measurement->reach.mtu,
        .goodput_bps = figure_of(result, VMTP_GOODPUT) / connections_of(flow),
        .rtt_s = figure_of(result, VMTP_CONNECT_RTT), /* TCP alone has one */
    };
}

/* Of a run without flows, all others: who looks at several machines wants to measure between them.
 */
static size_t others_take(const struct run_info *run, const char *name, struct fitness_path *paths)
{
    size_t count = 0;

    for (size_t i = 0; i < run->endpoint_count && count < PATHS_MAX; i++)
        if (strcmp(run->endpoints[i].name, name) != 0)
            paths[count++] = (struct fitness_path){ .peer = run->endpoints[i].name,
                                                    .facts = run->endpoints[i].facts,
                                                    .goodput_bps = NAN,
                                                    .rtt_s = NAN };
    return count;
}

static size_t paths_take(const struct run_info *run, const char *name,
                         struct result *const *results, struct fitness_path *paths)
{
    size_t count = 0;

    for (size_t i = 0; i < run->plan->flow_count && count < PATHS_MAX; i++) {
        const struct vmtp_route *route = &results[i]->measurement->flow->route;
        bool client = strcmp(route->from, name) == 0;

        if (strcmp(route->from, route->to) != 0 && (client || strcmp(route->to, name) == 0))
            paths[count++] = path_of(run, results[i], client);
    }
    return count;
}

json_t *fitness_entry(const struct run_info *run, const struct endpoint_facts *endpoint,
                      struct result *const *results, const json_t *watched)
{
    struct fitness_path paths[PATHS_MAX];
    size_t count;
    json_t *json;

    if (!endpoint->facts)
        return json_null();
    count = run->plan->flow_count ? paths_take(run, endpoint->name, results, paths)
                                  : others_take(run, endpoint->name, paths);
    json = json_copy(endpoint->facts);
    field_add(json, "fitness", fitness_make(endpoint->facts, watched, paths, count));
    return json;
}
