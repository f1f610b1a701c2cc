/* SPDX-License-Identifier: Apache-2.0
 *
 * Monitor host: what happens to the endpoints' machines, as vmtp-probe sees it there.  All of it
 * runs in the instance's worker thread.
 */
#include "../../common/clock.h"
#include "../../common/event.h"
#include "../../common/watch.h"
#include "metrics.h"
#include "neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <vmtp/plugin.h>

#define STALL_S    0.050 /* a longer one disturbs what is measured */
#define STEAL      0.02  /* over a second: likewise */
#define COST       0.01  /* of a CPU that watching may take */
#define SECOND     1.0
#define COST_SPAN  5.0 /* seconds */
#define EVENTS_MAX 1000
/* So often one of many endpoints is looked at: a hundred a second in all. */
#define SHARE_NS    (10 * NS_PER_MS)
#define INTERVAL_NS (10 * NS_PER_S) /* the longest */
#define VALUE_MAX   1e18

struct host_opt {
    uint64_t interval_ns;
};

static const struct vmtp_option host_options[] = {
    { VMTP_OPT_DURATION(struct host_opt, interval_ns), .name = "interval",
      .help = "time between two looks, at least", .def = "100ms", .min = 20000000,
      .max = 10000000000 },
};

/* A mean over some time. */
struct mean {
    double sum, span_s;
};

struct machine {
    struct mean steal, cost;
    bool settled;        /* the probe has found its pace */
    bool dear;           /* it was said what watching costs */
    uint64_t stalled_ns; /* when a stall was told last */
    uint32_t events;
};

struct host {
    struct vmtp_self *self;
    const struct vmtp_endpoint *const *endpoints;
    size_t count;
    struct neighbour *neighbours;
    struct machine *machines; /* by endpoint: what its probe told */
};

/* Adds a value for that long; true, with the mean, once there is as much as wanted. */
static bool mean_add(struct mean *m, double value, double span_s, double wanted_s, double *ret)
{
    m->sum += value * span_s;
    m->span_s += span_s;
    if (m->span_s < wanted_s * 0.99)
        return false;
    *ret = m->sum / m->span_s;
    *m = (struct mean){ 0 };
    return true;
}

/* ---- who looks at what ---- */

static void roles_tell(struct host *h, struct watch *watch)
{
    static const char *const words[] = {
        [ROLE_WHOLE] = "whole\n", [ROLE_NETWORK] = "network\n", [ROLE_IDLE] = "idle\n"
    };

    for (size_t i = 0; i < h->count; i++) {
        struct neighbour *n = &h->neighbours[i];
        enum role role = neighbours_role(h->neighbours, h->count, i);

        if (!n->boot[0] || n->mute || n->told == role)
            continue;
        n->told = role;
        watch_say(watch, i, words[role]);
    }
}

static void take_hello(struct host *h, const struct watch_line *line)
{
    const char *boot = json_string_value(json_object_get(line->json, "boot"));
    char alone[32];

    /* Without a name its machine is one of its own. */
    snprintf(alone, sizeof alone, "endpoint %zu", line->index);
    neighbours_meet(h->neighbours, h->count, line->index, boot && *boot ? boot : alone,
                    (uint64_t)watch_number(line->json, "net", 0, 1e15, 0));
    roles_tell(h, line->watch);
}

static void on_lost(void *arg, struct watch *watch, size_t index, bool gone)
{
    struct host *h = arg;

    (void)gone;
    neighbours_lose(h->neighbours, h->count, index);
    roles_tell(h, watch);
}

/* ---- figures ---- */

enum group { GROUP_MACHINE, GROUP_NETWORK };

/* Is the line's probe the one that looks at these for endpoint i? */
static bool is_for(const struct host *h, const struct watch_line *line, enum group group, size_t i)
{
    const struct neighbour *n = &h->neighbours[i];

    if (i == line->index)
        return (group == GROUP_MACHINE ? n->machine : n->network) == i;
    return n->boot[0] && !n->mute &&
           (group == GROUP_MACHINE ? n->machine : n->network) == line->index;
}

static void tell_all(struct host *h, const struct watch_line *line, uint32_t kind, const char *text)
{
    struct machine *m = &h->machines[line->index];

    if (m->events++ >= EVENTS_MAX)
        return;
    for (size_t i = 0; i < h->count; i++)
        if (is_for(h, line, GROUP_MACHINE, i))
            (void)event_emit_at(h->self, line->time_ns, h->endpoints[i]->name, kind, text);
}

static void judge_steal(struct host *h, const struct watch_line *line, double share, double span_s)
{
    double mean;
    char text[120];

    if (!mean_add(&h->machines[line->index].steal, share, span_s, SECOND, &mean) || mean <= STEAL)
        return;
    snprintf(text, sizeof text, "the hypervisor gave %.1f %% of this machine's CPU time to others",
             mean * 100);
    tell_all(h, line, VMTP_DISTURBED, text);
}

static void judge_stall(struct host *h, const struct watch_line *line, double stall_s)
{
    struct machine *m = &h->machines[line->index];
    char text[120];

    if (stall_s <= STALL_S || (m->stalled_ns && line->time_ns < m->stalled_ns + NS_PER_S))
        return;
    m->stalled_ns = line->time_ns;
    snprintf(text, sizeof text, "this machine stood still for %.0f ms", stall_s * 1e3);
    tell_all(h, line, VMTP_DISTURBED, text);
}

static void judge_cost(struct host *h, const struct watch_line *line, double cost, double span_s)
{
    struct machine *m = &h->machines[line->index];
    double mean;
    char text[160];

    if (!mean_add(&m->cost, cost, span_s, COST_SPAN, &mean))
        return;
    if (!m->settled || mean <= COST || m->dear) {
        m->settled = true;
        return;
    }
    m->dear = true;
    snprintf(text, sizeof text,
             "watching takes %.1f %% of a CPU here: a longer interval of monitor host takes less",
             mean * 100);
    (void)event_emit(h->self, line->endpoint->name, VMTP_NOTE, text);
}

static int emit(struct host *h, const struct watch_line *line, enum group group,
                const struct vmtp_sample *sample)
{
    int r = 0;

    for (size_t i = 0; i < h->count && r >= 0; i++) {
        struct vmtp_sample one = *sample;

        one.subject = h->endpoints[i]->name;
        if (is_for(h, line, group, i))
            r = h->self->host->emit(h->self, &one);
    }
    return r == -EINVAL ? 0 : r;
}

/* What else a figure is good for. */
static void judge(struct host *h, const struct watch_line *line, const char *key, double value,
                  double span_s)
{
    if (!strcmp(key, VMTP_CPU_STEAL))
        judge_steal(h, line, value, span_s);
    else if (!strcmp(key, VMTP_STALL))
        judge_stall(h, line, value);
    else if (!strcmp(key, "watch_cost"))
        judge_cost(h, line, value, span_s);
}

static int take_figure(struct host *h, const struct watch_line *line, enum group group,
                       const char *key, const json_t *json)
{
    const char *part = strchr(key, ' ');
    size_t len = part ? (size_t)(part - key) : strlen(key);
    int row = host_metric_find(key, len);
    double value = json_is_number(json) ? json_number_value(json) : NAN;
    struct vmtp_sample sample = { .size = sizeof sample,
                                  .metric = (uint32_t)row,
                                  .time_ns = line->time_ns,
                                  .value = value,
                                  .part = part ? part + 1 : NULL };

    if (row < 0 || !(value >= 0 && value <= VALUE_MAX))
        return 0;
    return emit(h, line, group, &sample);
}

static int take_group(struct host *h, const struct watch_line *line, enum group group,
                      const char *name)
{
    double span_s = watch_number(line->json, "span", 0, 3600, 0);
    const char *key;
    json_t *value;
    int r;

    json_object_foreach(json_object_get(line->json, name), key, value)
    {
        judge(h, line, key, json_number_value(value), span_s);
        r = take_figure(h, line, group, key, value);
        if (r < 0)
            return r;
    }
    return 0;
}

static int on_line(void *arg, const struct watch_line *line)
{
    struct host *h = arg;
    int r;

    if (!strcmp(line->event, "hello"))
        take_hello(h, line);
    if (strcmp(line->event, "figures") != 0)
        return 0;
    h->neighbours[line->index].mute = false;
    r = take_group(h, line, GROUP_MACHINE, "machine");
    return r < 0 ? r : take_group(h, line, GROUP_NETWORK, "network");
}

/* As the options say, or longer where there are many endpoints. */
static uint64_t interval_for(const struct host_opt *opt, size_t count)
{
    uint64_t least_ns = count < INTERVAL_NS / SHARE_NS ? count * SHARE_NS : INTERVAL_NS;

    return opt->interval_ns > least_ns ? opt->interval_ns : least_ns;
}

static int host_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints,
                    size_t count, struct vmtp_error *err)
{
    struct host h = { .self = self, .endpoints = endpoints, .count = count };
    char interval[32];
    const char *const argv[] = { "watch", interval, NULL };
    const struct watch_spec spec = { .argv = argv,
                                     .interval_ns = interval_for(self->opt, count),
                                     .line = on_line,
                                     .lost = on_lost,
                                     .arg = &h };
    int r = -ENOMEM;

    snprintf(interval, sizeof interval, "%llu", (unsigned long long)(spec.interval_ns / NS_PER_MS));
    h.neighbours = calloc(count, sizeof *h.neighbours);
    h.machines = calloc(count, sizeof *h.machines);
    if (h.neighbours && h.machines)
        r = watch_run(self, endpoints, count, &spec, err);
    else
        vmtp_fail(err, r, "out of memory");
    free(h.neighbours);
    free(h.machines);
    return r;
}

static const struct vmtp_monitor host_ops = { .size = sizeof host_ops, .run = host_run };

static const struct vmtp_component host = {
    .size = sizeof host,
    .kind = VMTP_MONITOR,
    .name = "host",
    .summary =
        "CPUs, stalls, drops and queues of the endpoints' machines, seen by vmtp's own probe",
    .options = VMTP_TABLE(host_options),
    .metrics = { host_metrics, HOST_METRICS, sizeof(struct vmtp_metric) },
    .opt_size = sizeof(struct host_opt),
    .ops = &host_ops,
};

VMTP_MODULE(.name = "host", .version = VMTP_VERSION, .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&host));
