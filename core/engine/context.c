/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "../result/entry.h"
#include "../result/json.h"
#include "fleet.h"
#include "helper.h"
#include "monitors.h"
#include "process.h"
#include "program.h"
#include "start.h"
#include "turnstile.h"

#include <math.h>

#define ROOM_NS    (100 * NS_PER_MS) /* and twice that, and so on */
#define ROOM_TRIES 5
#define READY_NS   (120 * NS_PER_S) /* for the flows beside it: the slowest prepare() and set-up */

static struct context *context_of(struct vmtp_self *self)
{
    return instance_owner(self);
}

uint64_t context_deadline(const struct context *context, uint64_t deadline_ns)
{
    uint64_t step_ns = atomic_load(&context->deadline_ns);

    if (!deadline_ns || (step_ns && step_ns < deadline_ns))
        return step_ns;
    return deadline_ns;
}

void context_step(struct context *context, uint64_t limit_ns)
{
    atomic_store(&context->deadline_ns, limit_ns ? clock_now_ns() + limit_ns : 0);
}

_printf_(3, 0) static void host_log(struct vmtp_self *self, int level, const char *fmt, va_list ap)
{
    struct context *context = context_of(self);

    log_vline(context->run->log, (enum vmtp_level)level, context->name, fmt, ap);
}

static int host_cancel_fd(struct vmtp_self *self)
{
    return context_of(self)->cancel_fd;
}

static uint64_t host_deadline_ns(struct vmtp_self *self)
{
    return context_deadline(context_of(self), 0);
}

static int host_pause(struct vmtp_self *self, uint64_t until_ns)
{
    struct context *context = context_of(self);
    uint64_t end_ns = context_deadline(context, until_ns ? until_ns : 1);
    int r = fd_poll(NULL, 0, end_ns, context->cancel_fd);

    return r < 0 ? r : end_ns < until_ns ? -ETIMEDOUT : 0;
}

static void host_progress(struct vmtp_self *self, double part, const char *doing)
{
    struct context *context = context_of(self);

    if (part >= 0 && part <= 1 && doing)
        run_doing(context->run, "%s: %s", context->name, doing);
}

/* ---- what was measured ---- */

static struct vmtp_record record_of(const struct context *context, const struct vmtp_metric *metric,
                                    const struct vmtp_sample *sample, uint64_t time_ns)
{
    const struct measurement *measurement = context->measurement;

    return (struct vmtp_record){
        .size = sizeof(struct vmtp_record),
        .run = context->run->id,
        .flow = measurement ? measurement->flow->key : "",
        .subject = sample->subject ? sample->subject : "",
        .metric = metric->name,
        .unit = metric->unit,
        .kind = metric->kind,
        .trial = context->trial ? context->trial->number : 0,
        .final = sample->final,
        .wall_ns = clock_to_wall_ns(time_ns),
        .value = sample->value,
        .part = sample->part ? sample->part : "",
    };
}

/* More than is kept.  Said once, and counted. */
static void sighting_dropped(const struct context *context)
{
    if (turnstile_drop(context->turnstile))
        run_note(context->run, "monitor-dropped",
                 "monitor %s tells more than can be kept: the rest is dropped and counted",
                 context->name);
}

/* What a monitor saw: kept for the trials of its subject and the whole run, and in the journal. */
static int sighting_add(struct context *context, const struct vmtp_metric *metric,
                        const struct vmtp_sample *sample, uint64_t time_ns)
{
    struct vmtp_record record = record_of(context, metric, sample, time_ns);
    const struct sighting sighting = { .monitor = context->name,
                                       .subject = record.subject,
                                       .part = record.part,
                                       .metric = metric->name,
                                       .unit = metric->unit,
                                       .kind = metric->kind,
                                       .rank = (uint32_t)context->monitor,
                                       .time_ns = time_ns,
                                       .value = sample->value };
    int r = turnstile_admits(context->turnstile, clock_now_ns())
                ? sightings_add(context->run->sightings, &sighting)
                : -ENOSPC;

    if (r == -ENOSPC)
        sighting_dropped(context);
    turnstile_tell(context->turnstile, record.subject);
    record.final = 0;
    return r < 0 ? r : run_journal_watched(context->run, &record, context->name);
}

static int trial_add(struct context *context, const struct vmtp_sample *sample, uint64_t time_ns)
{
    struct trial *trial = context->trial;
    uint64_t since_ns = time_ns > trial->start_ns ? time_ns - trial->start_ns : 0;
    int r;

    pthread_mutex_lock(&context->run->lock);
    if (sample->final)
        r = trial_add_final(trial, sample->metric, sample->value);
    else
        r = trial_add_point(trial, sample->metric, since_ns, sample->value);
    pthread_mutex_unlock(&context->run->lock);
    return r;
}

static int host_emit(struct vmtp_self *self, const struct vmtp_sample *given)
{
    struct context *context = context_of(self);
    const struct vmtp_metric *metric;
    struct vmtp_sample sample = { 0 };
    uint64_t time_ns, now_ns = clock_now_ns();
    struct vmtp_record record;
    int r = 0;

    if (context->component->table.kind == VMTP_SINK || context->component->table.kind == VMTP_CLOUD)
        return -EINVAL; /* they measure nothing, and in a replay or reap there is no journal */
    memcpy(&sample, given, given->size < sizeof sample ? given->size : sizeof sample);
    metric = component_metric(context->component, sample.metric);
    if (!metric || !isfinite(sample.value))
        return -EINVAL;
    if (context->measurement && !context->trial)
        return -EINVAL; /* a tool measures in its trials only */
    time_ns = sample.time_ns ? sample.time_ns : now_ns;
    if (context->turnstile)
        return sighting_add(context, metric, &sample, time_ns < now_ns ? time_ns : now_ns);
    if (context->trial && !sample.subject)
        r = trial_add(context, &sample, time_ns);
    record = record_of(context, metric, &sample, time_ns);
    return r < 0 ? r : run_journal_record(context->run, &record);
}

static int histogram_journal(struct context *context, uint32_t row,
                             const struct vmtp_histogram *given)
{
    const struct vmtp_metric *metric = component_metric(context->component, row);
    _cleanup_(histogram_freep) struct histogram *histogram = NULL;
    int r = histogram_new(given->scale, &histogram);

    if (r == 0)
        r = histogram_merge(histogram, given);
    if (r < 0)
        return r;
    return run_journal(context->run, "histogram",
                       json_pack("{s:s, s:I, s:s, s:s, s:o}", "flow",
                                 context->measurement->flow->key, "trial",
                                 (json_int_t)context->trial->number, "metric", metric->name, "unit",
                                 metric->unit, "histogram", histogram_to_json(histogram)));
}

static int host_emit_histogram(struct vmtp_self *self, uint32_t metric,
                               const struct vmtp_histogram *histogram)
{
    struct context *context = context_of(self);
    int r;

    if (!context->trial)
        return -EINVAL;
    pthread_mutex_lock(&context->run->lock);
    r = trial_add_histogram(context->trial, metric, histogram);
    pthread_mutex_unlock(&context->run->lock);
    return r < 0 ? r : histogram_journal(context, metric, histogram);
}

/* What a monitor has to say is of the run, and of the trials that it marks. */
static int sighting_event(struct context *context, const struct vmtp_event *event)
{
    uint64_t now_ns = clock_now_ns();
    uint64_t time_ns = event->time_ns && event->time_ns < now_ns ? event->time_ns : now_ns;
    const char *subject = event->subject ? event->subject : "";
    bool listed;

    if (!event->text || event->kind < VMTP_NOTE || event->kind > VMTP_LOST_CONNECTION)
        return -EINVAL;
    turnstile_tell(context->turnstile, subject);
    listed = turnstile_lists(context->turnstile);
    if (!listed && (event->kind == VMTP_NOTE || !turnstile_admits(context->turnstile, now_ns))) {
        sighting_dropped(context);
        return -ENOSPC;
    }
    run_tell(context->run, context->name,
             &(struct run_event){ .wall_ns = clock_to_wall_ns(time_ns),
                                  .kind = event_name(event->kind),
                                  .subject = subject,
                                  .text = event->text },
             listed);
    if (event->kind == VMTP_NOTE)
        return 0;
    return sightings_event(context->run->sightings, event->kind, time_ns, subject, event->text);
}

static int host_emit_event(struct vmtp_self *self, const struct vmtp_event *given)
{
    struct context *context = context_of(self);
    struct trial *trial = context->trial;
    struct vmtp_event event = { 0 };
    uint64_t time_ns;
    int r;

    memcpy(&event, given, given->size < sizeof event ? given->size : sizeof event);
    if (context->turnstile)
        return sighting_event(context, &event);
    if (!event.text || !trial)
        return -EINVAL;
    time_ns = event.time_ns ? event.time_ns : clock_now_ns();
    time_ns = time_ns > trial->start_ns ? time_ns - trial->start_ns : 0;
    pthread_mutex_lock(&context->run->lock);
    r = trial_add_event(trial, event.kind, time_ns, event.subject, event.text);
    pthread_mutex_unlock(&context->run->lock);
    if (r < 0)
        return r;
    return run_journal(
        context->run, "trial-event",
        json_pack("{s:s, s:I, s:s, s:s, s:o}", "flow", context->measurement->flow->key, "trial",
                  (json_int_t)trial->number, "kind", event_name(event.kind), "subject",
                  event.subject ? event.subject : "", "text", text_json(event.text)));
}

/* What monitors see from now on is of this trial too. */
static int window_open(const struct context *context)
{
    const struct trial *trial = context->trial;
    const struct window window = { .measurement = context->measurement,
                                   .number = trial->number,
                                   .start_ns = trial->start_ns,
                                   .warmup_ns = trial->warmup_ns,
                                   .duration_ns = trial->duration_ns };

    return sightings_open(context->run->sightings, &window);
}

static int host_ready(struct vmtp_self *self, uint64_t *ret_start_ns, struct vmtp_error *err)
{
    struct context *context = context_of(self);
    uint64_t step_ns = atomic_load(&context->deadline_ns), came_ns;
    int r;

    if (!context->trial || context->started)
        return vmtp_fail(err, -EINVAL, "ready() is for once in a trial");
    context->started = true;
    came_ns = clock_now_ns();
    r = start_wait(context->start, came_ns + READY_NS, context->cancel_fd, ret_start_ns);
    if (r < 0)
        return vmtp_fail(err, r, "waiting for the flows beside it: %s", strerror(-r));
    /* What the others took is not this flow's: its step is longer by that, its trial begins now. */
    if (step_ns)
        atomic_store(&context->deadline_ns, step_ns + (clock_now_ns() - came_ns));
    pthread_mutex_lock(&context->run->lock);
    context->trial->start_ns = *ret_start_ns;
    context->trial->wall_ns = clock_to_wall_ns(*ret_start_ns);
    pthread_mutex_unlock(&context->run->lock);
    return window_open(context) < 0 ? vmtp_fail(err, -ENOMEM, "out of memory") : 0;
}

/* ---- processes and files ---- */

static int no_endpoints(struct vmtp_error *err)
{
    return vmtp_fail(err, -EINVAL, "there are no endpoints before the cloud has been deployed");
}

const char *context_program(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                            const char *name)
{
    struct fleet *fleet = context_of(self)->fleet;

    return fleet ? program_path(fleet, endpoint, name) : name;
}

/* The same words with the program's path in front.  NULL: out of memory. */
static const char **argv_resolve(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                                 const char *const *argv, struct vmtp_error *err)
{
    const char **resolved;
    size_t count = 0;

    while (argv[count])
        count++;
    resolved = count ? calloc(count + 1, sizeof *resolved) : NULL;
    if (!resolved) {
        vmtp_fail(err, count ? -ENOMEM : -EINVAL, count ? "out of memory" : "an empty command");
        return NULL;
    }
    memcpy(resolved, argv, count * sizeof *resolved);
    resolved[0] = context_program(self, endpoint, argv[0]);
    return resolved;
}

/* What is said where one process or connection more is one too many: by a server, a firewall, a
 * shell, the kernel. */
static bool wants_room(int code)
{
    static const int codes[] = { EAGAIN, EACCES, ECONNREFUSED, ECONNRESET, ETIMEDOUT,
                                 EBUSY,  EMFILE, ENFILE,       EPERM };

    for (size_t i = 0; i < COUNT(codes); i++)
        if (code == -codes[i])
            return true;
    return false;
}

/* A tool's call has failed with r, which monitors may mend. */
static bool room_made(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                      uint64_t since_ns, int r, const struct vmtp_error *why)
{
    const struct context *context = context_of(self);

    return context->measurement && context->fleet->monitors && wants_room(r) &&
           monitors_yield(context->fleet->monitors, endpoint->name, since_ns, why->text);
}

/* A call that starts something at an endpoint. */
struct starting {
    struct fleet *fleet;
    const struct vmtp_endpoint *endpoint;
    int (*call)(struct starting *starting, struct vmtp_error *err);
    const struct vmtp_spawn *spawn;
    struct vmtp_process *process; /* the result of it */
    const char *from;
    char *path;
    size_t len;
};

/* Again where monitors made room: at once, and a few times more, for a server takes a moment to see
 * that somebody has gone. */
static int start_it(struct vmtp_self *self, struct starting *starting, struct vmtp_error *err)
{
    struct context *context = context_of(self);
    uint64_t since_ns = clock_now_ns(), wait_ns = ROOM_NS;
    struct vmtp_error why = { 0 };
    int r = starting->call(starting, &why);

    if (r < 0 && room_made(self, starting->endpoint, since_ns, r, &why))
        for (int i = 0; i < ROOM_TRIES && wants_room(r); i++) {
            if (i && fd_poll(NULL, 0, clock_now_ns() + wait_ns, context->cancel_fd) < 0)
                break;
            wait_ns *= i ? 2 : 1;
            why = (struct vmtp_error){ 0 };
            r = starting->call(starting, &why);
        }
    return r < 0 ? vmtp_fail(err, r, "%s", why.text) : r;
}

static int call_spawn(struct starting *starting, struct vmtp_error *err)
{
    return process_spawn(starting->fleet->cloud, starting->endpoint, starting->spawn,
                         &starting->process, err);
}

static int host_spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                      const struct vmtp_spawn *spawn, struct vmtp_process **ret,
                      struct vmtp_error *err)
{
    struct vmtp_spawn resolved = { .size = sizeof resolved };
    struct starting starting = { .fleet = context_of(self)->fleet,
                                 .endpoint = endpoint,
                                 .call = call_spawn,
                                 .spawn = &resolved };
    _free_ const char **argv = NULL;
    int r;

    if (!starting.fleet)
        return no_endpoints(err);
    argv = argv_resolve(self, endpoint, spawn->argv, err);
    if (!argv)
        return err ? err->code : -ENOMEM;
    resolved.argv = argv;
    r = start_it(self, &starting, err);
    if (r >= 0)
        *ret = starting.process;
    return r;
}

static int host_process_write(struct vmtp_self *self, struct vmtp_process *process,
                              const void *data, size_t len, uint64_t deadline_ns,
                              struct vmtp_error *err)
{
    struct context *context = context_of(self);

    return process_write(process, data, len, context_deadline(context, deadline_ns),
                         context->cancel_fd, err);
}

static int host_process_line(struct vmtp_self *self, struct vmtp_process *process,
                             struct vmtp_line *ret, uint64_t deadline_ns, struct vmtp_error *err)
{
    struct context *context = context_of(self);

    return process_line(process, ret, context_deadline(context, deadline_ns), context->cancel_fd,
                        err);
}

static int host_process_stop(struct vmtp_self *self, struct vmtp_process *process,
                             uint64_t grace_ns, struct vmtp_error *err)
{
    return process_stop(process, grace_ns, context_of(self)->run->hurry_fd, err);
}

static int host_exec(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                     const struct vmtp_exec *exec, struct vmtp_error *err)
{
    const struct context *context = context_of(self);
    const struct vmtp_spawn spawn = { .size = sizeof spawn, .argv = exec->argv };
    struct vmtp_process *process;
    int r = host_spawn(self, endpoint, &spawn, &process, err);

    return r < 0 ? r
                 : process_see_through(process, exec, context_deadline(context, exec->deadline_ns),
                                       context->cancel_fd, err);
}

static int call_put(struct starting *starting, struct vmtp_error *err)
{
    return fleet_put(starting->fleet, starting->endpoint, starting->from, starting->path,
                     starting->len, err);
}

static int host_put(struct vmtp_self *self, const struct vmtp_endpoint *endpoint, const char *from,
                    char *ret_path, size_t len, struct vmtp_error *err)
{
    struct starting starting = { .fleet = context_of(self)->fleet,
                                 .endpoint = endpoint,
                                 .call = call_put,
                                 .from = from,
                                 .path = ret_path,
                                 .len = len };

    return starting.fleet ? start_it(self, &starting, err) : no_endpoints(err);
}

static int host_helper(struct vmtp_self *self, const char *name, char *ret_path, size_t len,
                       struct vmtp_error *err)
{
    (void)self;
    return helper_find(name, ret_path, len, err);
}

/* ---- for clouds ---- */

static int host_endpoint(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                         struct vmtp_error *err)
{
    struct context *context = context_of(self);

    if (context->component->table.kind != VMTP_CLOUD)
        return vmtp_fail(err, -EINVAL, "only clouds make endpoints");
    return fleet_add(context->fleet, endpoint, err);
}

/* NULL, with the error: whoever asks is no cloud. */
static struct ledger *ledger_of(struct vmtp_self *self, struct vmtp_error *err)
{
    const struct context *context = context_of(self);

    if (context->component->table.kind == VMTP_CLOUD)
        return context->run->ledger;
    vmtp_fail(err, -EINVAL, "only clouds own what outlives a run");
    return NULL;
}

static int host_owns(struct vmtp_self *self, const char *kind, const char *id,
                     struct vmtp_error *err)
{
    struct ledger *ledger = ledger_of(self, err);

    return ledger ? ledger_add(ledger, kind, id, err) : -EINVAL;
}

static int host_freed(struct vmtp_self *self, const char *kind, const char *id,
                      struct vmtp_error *err)
{
    struct ledger *ledger = ledger_of(self, err);

    return ledger ? ledger_drop(ledger, kind, id, err) : -EINVAL;
}

static int host_version(struct vmtp_self *self, const char *text)
{
    struct context *context = context_of(self);
    struct measurement *measurement = context->measurement;
    struct run *run = context->run;

    if (!measurement || !text)
        return -EINVAL;
    pthread_mutex_lock(&run->lock);
    if (!measurement->tool_version || strcmp(measurement->tool_version, text) != 0)
        measurement->tool_version = arena_strdup(run->arena, text);
    pthread_mutex_unlock(&run->lock);
    return measurement->tool_version ? 0 : -ENOMEM;
}

static int host_fact(struct vmtp_self *self, const char *name, const char *value)
{
    const struct context *context = context_of(self);

    if (context->component->table.kind != VMTP_CLOUD || !name || !value)
        return -EINVAL;
    return run_fact(context->run, name, value);
}

static int host_ask(struct vmtp_self *self, const char *what, char *ret, size_t len,
                    struct vmtp_error *err)
{
    const struct context *context = context_of(self);

    if (context->component->table.kind != VMTP_CLOUD)
        return vmtp_fail(err, -EINVAL, "only clouds ask the person");
    return run_ask(context->run, what, ret, len, err);
}

const struct vmtp_host context_host = {
    .size = sizeof context_host,
    .abi_minor = VMTP_ABI_MINOR,
    .log = host_log,
    .alloc = instance_alloc,
    .cancel_fd = host_cancel_fd,
    .deadline_ns = host_deadline_ns,
    .pause = host_pause,
    .progress = host_progress,
    .emit = host_emit,
    .emit_histogram = host_emit_histogram,
    .emit_event = host_emit_event,
    .ready = host_ready,
    .spawn = host_spawn,
    .process_write = host_process_write,
    .process_line = host_process_line,
    .process_stop = host_process_stop,
    .exec = host_exec,
    .put = host_put,
    .helper = host_helper,
    .endpoint = host_endpoint,
    .owns = host_owns,
    .freed = host_freed,
    .version = host_version,
    .fact = host_fact,
    .ask = host_ask,
};
