/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "../result/json.h"
#include "../result/recover.h"

#include <limits.h>
#include <sys/eventfd.h>

static int run_files(struct run *run, const char *state, struct vmtp_error *err)
{
    const struct scenario *scenario = run->plan->scenario;
    char path[PATH_MAX];
    int r;

    run_id_make(run->id);
    r = run_folder_make(state, run->id, &run->folder, err);
    if (r < 0)
        return r;
    snprintf(path, sizeof path, "%s/scenario.yaml", run->folder);
    r = file_replace(path, scenario->text, strlen(scenario->text), 0600, err);
    if (r == 0)
        r = ledger_create(run->folder, &run->ledger, err);
    if (r == 0)
        r = journal_create(run->folder, &run->journal, err);
    return r;
}

static bool is_first_with_tool(const struct plan *plan, size_t flow)
{
    for (size_t i = 0; i < flow; i++)
        if (plan->flows[i].variant->tool == plan->flows[flow].variant->tool)
            return false;
    return true;
}

/* The journal says all that it takes to make a document of it alone. */
static int plan_journal(struct run *run)
{
    const struct plan *plan = run->plan;
    int r = 0;

    for (size_t i = 0; i < plan->flow_count && r == 0; i++) {
        if (is_first_with_tool(plan, i))
            r = run_journal(run, "tool", recover_tool_line(plan->flows[i].variant->tool));
        if (r == 0)
            r = run_journal(run, "flow", recover_flow_line(&plan->flows[i]));
    }
    return r;
}

static int run_begin(struct run *run, struct vmtp_error *err)
{
    const struct scenario *scenario = run->plan->scenario;
    json_t *line =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "run", run->id, "name", scenario->name,
                  "version", VMTP_VERSION, "scenario_sha256", scenario->sha256, "seed",
                  (json_int_t)run->plan->seed, "cloud", scenario->cloud.component->table.name);
    int r = line ? run_journal(run, "run", line) : -ENOMEM;

    if (r == 0)
        r = plan_journal(run);
    if (r < 0)
        return vmtp_fail(err, r, "%s/journal.ndjson: %s", run->folder, strerror(-r));
    return 0;
}

/* Which of the scenario's monitors of that name it is. */
static size_t ordinal_of(const struct scenario *scenario, size_t index)
{
    size_t count = 1;

    for (size_t i = 0; i < index; i++)
        count += scenario->monitors[i].component == scenario->monitors[index].component;
    return count;
}

static int monitors_name(struct run *run)
{
    const struct scenario *scenario = run->plan->scenario;

    run->monitors = arena_array(run->arena, scenario->monitor_count + 1, sizeof *run->monitors);
    for (size_t i = 0; run->monitors && i < scenario->monitor_count; i++) {
        const char *name = scenario->monitors[i].component->table.name;
        size_t ordinal = ordinal_of(scenario, i);

        run->monitors[i].name =
            ordinal > 1 ? arena_printf(run->arena, "%s#%zu", name, ordinal) : name;
        if (!run->monitors[i].name)
            return -ENOMEM;
        run->monitor_count++;
    }
    return run->monitors ? 0 : -ENOMEM;
}

static int run_fill(struct run *run, struct vmtp_error *err)
{
    run->measurements = calloc(run->plan->flow_count + 1, sizeof *run->measurements);
    run->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    run->hurry_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!run->measurements)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (run->cancel_fd < 0 || run->hurry_fd < 0)
        return vmtp_fail(err, -errno, "eventfd: %s", strerror(errno));
    for (size_t i = 0; i < run->plan->flow_count; i++) {
        run->measurements[i].flow = &run->plan->flows[i];
        run->measurements[i].reason = run->plan->flows[i].reason;
        run->measurements[i].instead = run->plan->flows[i].instead;
    }
    run->started_wall_ns = clock_wall_ns();
    run->progress.started_ns = clock_now_ns();
    if (sightings_new(run->progress.started_ns, &run->sightings) < 0 || monitors_name(run) < 0)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return 0;
}

/* What all runs have, those that are dead too.  NULL: out of memory. */
static struct run *run_make(const struct means *means)
{
    struct run *run = calloc(1, sizeof *run);

    if (!run)
        return NULL;
    *run = (struct run){ .registry = means->registry,
                         .log = means->log,
                         .prompt = means->prompt,
                         .cancel_fd = -1,
                         .hurry_fd = -1 };
    pthread_mutex_init(&run->lock, NULL);
    pthread_mutex_init(&run->asking, NULL);
    run->arena = arena_new();
    run->facts = json_object();
    if (!run->arena || !run->facts)
        run_free(TAKE(run));
    return run;
}

int run_new(const struct plan *plan, const struct means *means, struct run **ret,
            struct vmtp_error *err)
{
    _cleanup_(run_freep) struct run *run = run_make(means);
    int r;

    if (!run)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    run->plan = plan;
    r = run_fill(run, err);
    if (r == 0)
        r = run_files(run, means->state, err);
    if (r == 0)
        r = run_begin(run, err);
    if (r < 0)
        return r;
    *ret = TAKE(run);
    return 0;
}

int run_reopen(const char *id, const struct means *means, struct run **ret, struct vmtp_error *err)
{
    _cleanup_(run_freep) struct run *run = run_make(means);
    int r;

    if (!run)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = run_folder_find(id, &run->folder, err);
    if (r < 0)
        return r;
    snprintf(run->id, sizeof run->id, "%.31s", strrchr(run->folder, '/') + 1);
    *ret = TAKE(run);
    return 0;
}

static const struct prompt *prompt_of(const struct run *run)
{
    return run->prompt.ask ? &run->prompt : NULL;
}

int run_scenario(const struct run *run, struct scenario **ret, struct vmtp_error *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/scenario.yaml", run->folder);
    return scenario_load(path, run->registry, prompt_of(run), ret, err);
}

int run_scenario_cloud(const struct run *run, struct scenario **ret, struct vmtp_error *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/scenario.yaml", run->folder);
    return scenario_load_cloud(path, run->registry, prompt_of(run), ret, err);
}

void run_free(struct run *run)
{
    if (!run || run->haunted)
        return;
    for (size_t i = 0; run->measurements && i < run->plan->flow_count; i++)
        measurement_clear(&run->measurements[i]);
    for (size_t i = 0; i < run->endpoint_count; i++)
        json_decref(run->endpoints[i].facts);
    free(run->measurements);
    sightings_free(run->sightings); /* behind the trials, which borrow of it */
    free(run->events);
    json_decref(run->facts);
    journal_free(run->journal);
    ledger_free(run->ledger);
    fd_close_at(&run->cancel_fd);
    fd_close_at(&run->hurry_fd);
    pthread_mutex_destroy(&run->asking);
    pthread_mutex_destroy(&run->lock);
    arena_free(run->arena);
    free(run->folder);
    free(run);
}

static void run_stop(struct run *run)
{
    atomic_store(&run->stopped, true);
    fd_raise(run->cancel_fd);
}

void run_cancel(struct run *run)
{
    if (atomic_fetch_add(&run->cancels, 1) == 0)
        run_stop(run);
    else
        fd_raise(run->hurry_fd);
}

bool run_cancelled(const struct run *run)
{
    return atomic_load(&run->stopped);
}

struct progress run_progress(struct run *run)
{
    struct progress progress;

    pthread_mutex_lock(&run->lock);
    progress = run->progress;
    pthread_mutex_unlock(&run->lock);
    return progress;
}

void run_doing(struct run *run, const char *fmt, ...)
{
    va_list ap;

    pthread_mutex_lock(&run->lock);
    va_start(ap, fmt);
    vsnprintf(run->progress.doing, sizeof run->progress.doing, fmt, ap);
    va_end(ap);
    pthread_mutex_unlock(&run->lock);
}

/* The first failure ends the run: what can't be kept is not worth measuring. */
static int journal_checked(struct run *run, int r)
{
    if (r >= 0 || r == -EMSGSIZE) /* one line that is too long is refused alone */
        return r < 0 ? r : 0;
    pthread_mutex_lock(&run->lock);
    run->journal_status = r;
    pthread_mutex_unlock(&run->lock);
    run_stop(run);
    return r;
}

/* Room for one more event; NULL: out of memory. */
static struct run_event *event_next(struct run *run)
{
    if (run->event_count == run->event_room) {
        size_t room = run->event_room ? 2 * run->event_room : 8;
        struct run_event *events = reallocarray(run->events, room, sizeof *events);

        if (!events)
            return NULL;
        run->events = events;
        run->event_room = room;
    }
    return &run->events[run->event_count];
}

static void event_add(struct run *run, const struct run_event *event)
{
    struct run_event *copy;

    pthread_mutex_lock(&run->lock);
    copy = event_next(run);
    if (copy) {
        *copy = (struct run_event){
            .wall_ns = event->wall_ns,
            .kind = arena_strdup(run->arena, event->kind),
            .subject = event->subject ? arena_strdup(run->arena, event->subject) : NULL,
            .text = arena_strdup(run->arena, event->text),
        };
        run->event_count += copy->kind && copy->text;
    }
    pthread_mutex_unlock(&run->lock);
}

void run_note(struct run *run, const char *kind, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    log_line(run->log, VMTP_WARN, "%s", text);
    run_journal(run, "event", json_pack("{s:s, s:o}", "kind", kind, "text", text_json(text)));
    event_add(run, &(struct run_event){ .wall_ns = clock_wall_ns(), .kind = kind, .text = text });
}

void run_tell(struct run *run, const char *monitor, const struct run_event *event, bool listed)
{
    json_t *line =
        json_pack("{s:s, s:o, s:o, s:o}", "kind", event->kind, "subject", text_json(event->subject),
                  "text", text_json(event->text), "monitor", text_json(monitor));

    journal_checked(
        run, line ? journal_add_at(run->journal, event->wall_ns, listed ? "event" : "mark", line)
                  : -ENOMEM);
    if (!listed)
        return;
    log_line(run->log, VMTP_INFO, "%s: %s%s%s", monitor, event->subject,
             *event->subject ? ": " : "", event->text);
    event_add(run, event);
}

void run_monitor(struct run *run, size_t index, const char *error, uint64_t dropped)
{
    struct monitor_state *monitor = &run->monitors[index];
    json_t *line = json_pack("{s:o, s:s}", "name", text_json(monitor->name), "status",
                             error ? "failed" : "ok");

    if (error)
        field_add(line, "error", text_json(error));
    if (dropped)
        field_add(line, "dropped", json_integer((json_int_t)dropped));
    run_journal(run, "monitor", line);
    pthread_mutex_lock(&run->lock);
    monitor->error = error ? arena_strdup(run->arena, error) : NULL;
    monitor->dropped = dropped;
    pthread_mutex_unlock(&run->lock);
}

int run_fact(struct run *run, const char *name, const char *value)
{
    int r;

    pthread_mutex_lock(&run->lock);
    r = json_object_set_new(run->facts, name, text_json(value)) < 0 ? -ENOMEM : 0;
    pthread_mutex_unlock(&run->lock);
    if (r < 0 || !run->journal) /* there is none of a run that is reaped */
        return r;
    return run_journal(run, "fact",
                       json_pack("{s:o, s:o}", "name", text_json(name), "value", text_json(value)));
}

int run_ask(struct run *run, const char *what, char *ret, size_t len, struct vmtp_error *err)
{
    int r;

    if (!run->prompt.ask)
        return vmtp_fail(err, -ENXIO, "there is nobody to ask for it");
    pthread_mutex_lock(&run->asking);
    r = run->prompt.ask(run->prompt.arg, what, run->cancel_fd, ret, len, err);
    pthread_mutex_unlock(&run->asking);
    if (r != -EINTR)
        return r;
    run_cancel(run);
    return vmtp_fail(err, -ECANCELED, "interrupted");
}

int run_journal(struct run *run, const char *type, json_t *line)
{
    return journal_checked(run, line ? journal_add(run->journal, type, line) : -ENOMEM);
}

int run_journal_record(struct run *run, const struct vmtp_record *record)
{
    return journal_checked(run, journal_add_record(run->journal, record));
}

int run_journal_watched(struct run *run, const struct vmtp_record *record, const char *monitor)
{
    return journal_checked(run, journal_add_watched(run->journal, record, monitor));
}

int run_journal_sync(struct run *run)
{
    return journal_checked(run, journal_sync(run->journal));
}

struct run_info run_info(struct run *run)
{
    if (!run->ended_wall_ns)
        run->ended_wall_ns = clock_wall_ns();
    return (struct run_info){
        .id = run->id,
        .started_wall_ns = run->started_wall_ns,
        .ended_wall_ns = run->ended_wall_ns,
        .plan = run->plan,
        .measurements = run->measurements,
        .endpoints = run->endpoints,
        .endpoint_count = run->endpoint_count,
        .events = run->events,
        .event_count = run->event_count,
        .facts = run->facts,
        .monitors = run->monitors,
        .monitor_count = run->monitor_count,
        .sightings = run->sightings,
        .frozen = true,
    };
}
