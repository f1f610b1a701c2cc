/* SPDX-License-Identifier: Apache-2.0 */
#include "flow.h"

#include "../base/clock.h"
#include "../result/json.h"
#include "../result/recover.h"
#include "command.h"
#include "facts.h"
#include "program.h"
#include "rate.h"
#include "reasons.h"

#define PREPARE_NS   (60 * NS_PER_S)
#define FINISH_NS    (10 * NS_PER_S)
#define TRIAL_NS     (20 * NS_PER_S) /* on top of what a trial is planned to take */
#define FAILURES_MAX 3               /* in a row: then the flow is given up */

static const struct vmtp_tool *tool_of(const struct flow *flow)
{
    return &flow->planned->variant->tool->ops.tool;
}

void flow_fail(struct flow *flow, const char *fmt, ...)
{
    va_list ap;

    if (flow->measurement->error)
        return;
    va_start(ap, fmt);
    if (vasprintf(&flow->measurement->error, fmt, ap) < 0)
        flow->measurement->error = NULL;
    va_end(ap);
    log_line(flow->context.run->log, VMTP_WARN, "%s: %s", flow->planned->key,
             flow->measurement->error ? flow->measurement->error : "out of memory");
}

uint32_t flow_streams(const struct flow *flow)
{
    const struct variant *variant = flow->planned->variant;

    for (size_t i = 0; i < variant->option_count; i++)
        if (strcmp(variant->options[i].name, "connections") == 0) {
            unsigned long count = strtoul(variant->options[i].value, NULL, 10);

            return count >= 1 && count <= UINT16_MAX ? (uint32_t)count : 1;
        }
    return 1;
}

bool flow_alive(const struct flow *flow)
{
    return flow->opened && !flow->measurement->error && !flow->measurement->reason;
}

static int flow_connect(struct flow *flow, struct fleet *fleet, struct vmtp_error *err)
{
    const struct vmtp_route *route = &flow->planned->route;
    struct vmtp_reach *reach = &flow->measurement->reach;
    int r;

    flow->table = (struct vmtp_flow){
        .size = sizeof flow->table,
        .key = flow->planned->key,
        .path = route->path,
        .client = fleet_find(fleet, route->from),
        .server = fleet_find(fleet, route->to),
        .address = reach->address,
        .family = route->family,
    };
    if (!flow->table.client || !flow->table.server)
        return vmtp_fail(err, -ENOENT, "endpoint %s is not there",
                         flow->table.client ? route->to : route->from);
    reach->size = sizeof *reach;
    r = fleet->cloud->component->ops.cloud.reach(&fleet->cloud->self, route, reach, err);
    reach->address[sizeof reach->address - 1] = '\0';
    reach->proof[sizeof reach->proof - 1] = '\0';
    flow->table.mtu = reach->mtu;
    return r;
}

static void reason_set(struct run *run, const char **to, const struct reasons *reasons)
{
    pthread_mutex_lock(&run->lock);
    if (reasons->text[0])
        *to = arena_strdup(run->arena, reasons->text);
    pthread_mutex_unlock(&run->lock);
}

/* What the tool has against it, now that the endpoints are known. */
static void flow_ask(struct flow *flow, struct reasons *reasons)
{
    struct run *run = flow->context.run;
    struct vmtp_facts client, server;

    reasons_init(reasons);
    if (!tool_of(flow)->can_run)
        return;
    facts_of(run, flow->table.client->name, &client);
    facts_of(run, flow->table.server->name, &server);
    tool_of(flow)->can_run(&flow->tool->self, &flow->table, &client, &server, &reasons->table);
    free((char *)client.json);
    free((char *)server.json);
}

/* An instance of the tool, if it can measure this; else its reasons. */
static int tool_open(struct flow *flow, struct reasons *reasons, struct vmtp_error *err)
{
    const struct variant *variant = flow->planned->variant;
    int r;

    reasons_init(reasons);
    flow->context.component = variant->tool;
    programs_provide(flow->context.fleet, tool_of(flow), &flow->table, &reasons->table);
    if (reasons->text[0])
        return 0;
    r = instance_open(variant->tool, variant->opt, &context_host, &flow->context, &flow->tool, err);
    if (r == 0)
        flow_ask(flow, reasons);
    if (r == 0 && reasons->text[0])
        instance_close(TAKE(flow->tool));
    return r;
}

/* The tool that stands in.  If it can't either, its reasons come behind those of the flow's own. */
static int otherwise_open(struct flow *flow, struct reasons *reasons, struct vmtp_error *err)
{
    const struct planned_flow *own = flow->planned;
    struct reasons others;
    int r;

    flow->planned = own->otherwise;
    r = tool_open(flow, &others, err);
    if (r < 0 || flow->tool) {
        reason_set(flow->context.run, &flow->measurement->instead, reasons);
        flow->measurement->flow = flow->planned;
        run_journal(flow->context.run, "tool", recover_tool_line(flow->planned->variant->tool));
        run_journal(flow->context.run, "flow", recover_flow_line(flow->planned));
        return r;
    }
    reasons->table.add(&reasons->table, "otherwise %s: %s",
                       flow->planned->variant->tool->table.name, others.text);
    flow->planned = own;
    return 0;
}

/* The flow's own tool, or the one that stands in for it. */
static int flow_choose(struct flow *flow, struct vmtp_error *err)
{
    struct reasons reasons;
    int r = tool_open(flow, &reasons, err);

    if (r == 0 && !flow->tool && flow->planned->otherwise)
        r = otherwise_open(flow, &reasons, err);
    if (r == 0 && !flow->tool)
        reason_set(flow->context.run, &flow->measurement->reason, &reasons);
    return r;
}

void flow_open(struct flow *flow, struct fleet *fleet, struct measurement *measurement)
{
    const struct planned_flow *planned = measurement->flow;
    struct vmtp_error err = { 0 };
    int r;

    *flow = (struct flow){
        .planned = planned,
        .measurement = measurement,
        .context = { .run = fleet->run,
                     .fleet = fleet,
                     .component = planned->variant->tool,
                     .name = planned->key,
                     .cancel_fd = fleet->run->cancel_fd,
                     .measurement = measurement },
    };
    r = flow_connect(flow, fleet, &err);
    if (r == 0)
        r = flow_choose(flow, &err);
    if (r == 0)
        r = rate_begin(flow, &err);
    if (r < 0)
        flow_fail(flow, "%s", err.text);
    flow->opened = flow->tool;
}

static void tool_finish(struct flow *flow)
{
    context_step(&flow->context, FINISH_NS);
    if (flow->prepared && tool_of(flow)->finish)
        tool_of(flow)->finish(&flow->tool->self, &flow->table);
}

void flow_close(struct flow *flow)
{
    if (!flow->opened)
        return;
    flow->opened = false;
    tool_finish(flow);
    instance_close(TAKE(flow->tool));
}

static int tool_prepare(struct flow *flow, struct vmtp_error *err)
{
    context_step(&flow->context, PREPARE_NS);
    return tool_of(flow)->prepare ? tool_of(flow)->prepare(&flow->tool->self, &flow->table, err)
                                  : 0;
}

/* Twice, if need be: a connection to an endpoint that was lost just then is there again. */
static int flow_prepare(struct flow *flow, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };

    if (flow->prepared)
        return 0;
    flow->prepared = true; /* finish() is called also after a failure */
    if (tool_prepare(flow, &why) >= 0)
        return 0;
    if (run_cancelled(flow->context.run))
        return vmtp_fail(err, -ECANCELED, "%s", why.text);
    log_line(flow->context.run->log, VMTP_DEBUG, "%s: %s: once more", flow->planned->key, why.text);
    tool_finish(flow);
    return tool_prepare(flow, err);
}

static int trial_run(struct flow *flow, const struct trial *trial, struct vmtp_error *err)
{
    const struct planned_flow *planned = flow->planned;
    struct vmtp_trial table = {
        .size = sizeof table,
        .number = trial->number,
        .warmup_ns = trial->warmup_ns,
        .duration_ns = trial->duration_ns,
        .interval_ns = planned->spec->interval_ns,
        .rate_bps = trial->rate_bps,
        .streams = trial->streams,
    };
    int r;

    context_step(&flow->context, table.warmup_ns + table.duration_ns + planned->extra_ns +
                                     planned->slack_ns + TRIAL_NS);
    if (tool_of(flow)->run)
        r = tool_of(flow)->run(&flow->tool->self, &flow->table, &table, err);
    else
        r = command_run(flow->tool, &flow->table, &table, planned->port, err);
    if (r < 0 && !err->code)
        vmtp_fail(err, r, "the tool returned %d without saying why", r);
    return r;
}

/* Something else than the options say is only asked for to learn what limits the flow. */
static void purpose_apply(const struct flow *flow, struct trial *trial)
{
    if (flow->purpose == PURPOSE_WIDER)
        trial->streams = 2 * flow_streams(flow);
    if (flow->purpose == PURPOSE_LONGER)
        trial->duration_ns *= 2;
}

static struct trial *trial_begin(struct flow *flow, uint64_t warmup_ns)
{
    const struct measurement *measurement = flow->measurement;
    uint32_t number =
        (uint32_t)measurement->trial_count + measurement->searched + measurement->probed + 1;
    struct trial *trial;

    if (trial_new(number, flow->context.component->table.metrics.count, &trial) < 0)
        return NULL;
    trial->start_ns = clock_now_ns();
    trial->wall_ns = clock_wall_ns();
    trial->warmup_ns = warmup_ns;
    trial->duration_ns = flow->planned->spec->duration_ns;
    rate_apply(flow, trial);
    purpose_apply(flow, trial);
    flow->begun_ns = trial->start_ns;
    return trial;
}

/* NULL: it is the flow's own. */
static const char *purpose_name(enum purpose purpose)
{
    return purpose == PURPOSE_WIDER ? "wider" : purpose == PURPOSE_LONGER ? "longer" : NULL;
}

static void trial_journal(struct flow *flow, const struct trial *trial, bool own)
{
    const char *probe = purpose_name(flow->purpose);
    const char *version = flow->measurement->tool_version;
    json_t *line =
        json_pack("{s:s, s:I, s:s, s:b, s:o*}", "flow", flow->planned->key, "trial",
                  (json_int_t)trial->number, "status", trial->status ? "failed" : "ok", "search",
                  !own, "error", trial->error ? text_json(trial->error) : NULL);

    field_add(line, "started", moment_json(trial->wall_ns));
    field_add(line, "warmup", seconds_json(trial->warmup_ns));
    field_add(line, "duration", seconds_json(trial->duration_ns));
    if (trial->rate_bps)
        field_add(line, "rate", json_integer((json_int_t)trial->rate_bps));
    if (trial->streams)
        field_add(line, "streams", json_integer(trial->streams));
    if (probe)
        field_add(line, "probe", json_string(probe));
    if (version)
        field_add(line, "tool_version", text_json(version));
    run_journal(flow->context.run, "trial", line);
}

static void trial_drop(struct flow *flow, struct trial *trial)
{
    flow->measurement->searched++;
    trial_free(trial);
}

/* It told what it could of what limits the flow, or not: the flow's figures are complete. */
static void probe_end(struct flow *flow, struct trial *trial, int r, const struct vmtp_error *err)
{
    struct measurement *measurement = flow->measurement;
    struct trial **to = flow->purpose == PURPOSE_WIDER ? &measurement->wider : &measurement->longer;

    measurement->probed++;
    if (r < 0) {
        trial_fail(trial, r, err->text);
        log_line(flow->context.run->log, VMTP_DEBUG, "%s: trial %u, %s: %s", flow->planned->key,
                 trial->number, purpose_name(flow->purpose), err->text);
    }
    trial_journal(flow, trial, true);
    if (r < 0 || *to)
        trial_free(trial);
    else
        *to = trial;
}

/* It was cut short by the person and says nothing of the path.  The journal has to know: some of
 * its figures are there. */
static void trial_cut(struct flow *flow, struct trial *trial, struct vmtp_error *err)
{
    trial_fail(trial, -ECANCELED, err->text);
    trial_journal(flow, trial, !rate_searching(flow->measurement));
    trial_free(trial);
}

/* Keep the trial, unless it was cut short; or unless it was one of a search, which has taken from
 * it what it needs. */
static void trial_end(struct flow *flow, struct trial *trial, int r, struct vmtp_error *err)
{
    struct run *run = flow->context.run;
    uint32_t number = trial->number;
    bool own;

    if (r < 0 && run_cancelled(run)) {
        trial_cut(flow, trial, err);
        return;
    }
    if (flow->purpose != PURPOSE_OWN) {
        probe_end(flow, trial, r, err);
        return;
    }
    r = rate_take(flow, trial, r, &own, err);
    if (r < 0) {
        trial_fail(trial, r, err->text);
        log_line(run->log, VMTP_WARN, "%s: trial %u: %s", flow->planned->key, trial->number,
                 err->text);
    }
    trial_journal(flow, trial, own);
    if (!own)
        trial_drop(flow, trial);
    else if (measurement_add(flow->measurement, trial) < 0)
        flow_fail(flow, "out of memory");
    flow->failures = r < 0 ? flow->failures + 1 : 0;
    if (r < 0 && run->plan->scenario->stop_on_error)
        flow_fail(flow, "trial %u failed: %s", number, err->text);
    else if (flow->failures >= FAILURES_MAX)
        flow_fail(flow, "%u trials in a row failed, the last: %s", flow->failures, err->text);
}

void flow_trial(struct flow *flow, struct start *start, uint64_t warmup_ns)
{
    struct context *context = &flow->context;
    struct trial *trial = NULL;
    struct vmtp_error err = { 0 };
    int r;

    context->start = start;
    context->started = false;
    r = flow_prepare(flow, &err);
    if (r < 0 && !run_cancelled(context->run))
        flow_fail(flow, "%s", err.code ? err.text : "the tool could not prepare, and says not why");
    if (r == 0)
        trial = trial_begin(flow, warmup_ns);
    if (r == 0 && !trial)
        flow_fail(flow, "out of memory");
    if (trial) {
        context->trial = trial;
        r = trial_run(flow, trial, &err);
        context->trial = NULL;
    }
    if (!context->started)
        start_leave(start);
    if (trial)
        trial_end(flow, trial, r, &err);
}
