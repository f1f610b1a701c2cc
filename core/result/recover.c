/* SPDX-License-Identifier: Apache-2.0 */
#include "recover.h"

#include "../base/clock.h"
#include "entry.h"
#include "journal.h"
#include "json.h"
#include "lines.h"
#include "sketch.h"
#include "witness.h"

#include <fcntl.h>
#include <math.h>

#define CUT         "the run ended within this trial"
#define NOT_BEGUN   "the run ended before it was begun"
#define METRICS_MAX 200 /* more in one table than any tool has */

/* A flow that the journal tells of. */
struct track {
    struct measurement *measurement;
    struct trial *trial; /* being read: its line of type "trial" is not there yet; owned */
    uint64_t first_ns;   /* wall-clock time of its first line */
};

struct recovery {
    json_t *head;  /* the line of type "run" */
    json_t *tools; /* name: metrics */
    json_t *flows; /* key: line of type "flow" */
    json_t *facts, *endpoints, *events;
    struct track *tracks; /* as flows */
    json_t *index;        /* key: which track */
    struct sketch *sketch;
    struct witness witness; /* of what was watched */
    uint64_t first_wall_ns, last_wall_ns;
};

/* ---- lines for it ---- */

json_t *recover_tool_line(const struct component *tool)
{
    json_t *metrics = json_array();

    for (uint32_t i = 0; i < tool->table.metrics.count; i++) {
        const struct vmtp_metric *metric = component_metric(tool, i);

        json_array_append_new(metrics, json_pack("[s, s, i, i]", metric->name, metric->unit,
                                                 (int)metric->kind, (int)metric->flags));
    }
    return json_pack("{s:s, s:o}", "name", tool->table.name, "metrics", metrics);
}

json_t *recover_flow_line(const struct planned_flow *flow)
{
    const struct variant *variant = flow->variant;
    const struct vmtp_route *route = &flow->route;
    json_t *line = json_object();

    field_add(line, "flow", text_json(flow->key));
    field_add(line, "name", text_json(flow->spec->name));
    field_add(line, "tool", text_json(variant->tool->table.name));
    field_add(line, "path", text_json(route->path));
    field_add(line, "placement", text_json(route->placement));
    field_add(line, "from", text_json(route->from));
    field_add(line, "to", text_json(route->to));
    field_add(line, "family", json_integer(route->family));
    field_add(line, "labels", entry_pairs(flow->labels, flow->label_count));
    field_add(line, "options", entry_pairs(variant->options, variant->option_count));
    field_add(line, "least", json_integer(flow->spec->repeat.min));
    if (flow->reason)
        field_add(line, "reason", text_json(flow->reason));
    return line;
}

/* ---- the first time through: what was planned ---- */

static int plan_line(void *arg, const json_t *line)
{
    struct recovery *recovery = arg;
    const char *type = json_text(line, "type");

    if (!recovery->first_wall_ns)
        recovery->first_wall_ns = journal_wall_ns(line);
    if (strcmp(type, "run") == 0)
        return json_object_update(recovery->head, (json_t *)line) < 0 ? -ENOMEM : 0;
    if (strcmp(type, "tool") == 0)
        field_add(recovery->tools, json_text(line, "name"),
                  json_incref(json_object_get(line, "metrics")));
    else if (strcmp(type, "flow") == 0)
        field_add(recovery->flows, json_text(line, "flow"), json_incref((json_t *)line));
    return 0;
}

static uint32_t metrics_read(const json_t *rows, struct vmtp_metric ret[METRICS_MAX])
{
    const json_t *row;
    uint32_t count = 0;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *name = json_string_value(json_array_get(row, 0));
        const char *unit = json_string_value(json_array_get(row, 1));
        json_int_t kind = json_integer_value(json_array_get(row, 2));

        if (count == METRICS_MAX || !name || !unit || kind < VMTP_GAUGE || kind > VMTP_DISTRIBUTION)
            continue;
        ret[count++] = (struct vmtp_metric){ name, unit, "", (uint32_t)kind,
                                             (uint32_t)json_integer_value(json_array_get(row, 3)) &
                                                 VMTP_LOWER_IS_BETTER };
    }
    return count;
}

static struct measurement *flow_sketch(struct recovery *recovery, const char *key,
                                       const json_t *line)
{
    struct vmtp_metric metrics[METRICS_MAX];
    json_int_t least = json_integer_value(json_object_get(line, "least"));
    struct sketch_flow flow = {
        .key = key,
        .name = json_text(line, "name"),
        .tool = json_text(line, "tool"),
        .path = json_text(line, "path"),
        .placement = json_text(line, "placement"),
        .from = json_text(line, "from"),
        .to = json_text(line, "to"),
        .family = json_integer_value(json_object_get(line, "family")) == 6 ? 6 : 4,
        .labels = json_object_get(line, "labels"),
        .options = json_object_get(line, "options"),
        .least = least > 0 && least < UINT32_MAX ? (uint32_t)least : 0,
        .reason = json_string_value(json_object_get(line, "reason")),
        .metrics = metrics,
    };

    flow.metric_count = metrics_read(json_object_get(recovery->tools, flow.tool), metrics);
    return sketch_flow(recovery->sketch, &flow);
}

static int flows_sketch(struct recovery *recovery)
{
    size_t count = json_object_size(recovery->flows), at = 0;
    const char *key;
    json_t *line;
    int r = sketch_new(count, &recovery->sketch);

    r = r < 0 ? r : witness_begin(&recovery->witness, recovery->first_wall_ns);
    recovery->tracks = calloc(count + 1, sizeof *recovery->tracks);
    if (r < 0 || !recovery->tracks)
        return -ENOMEM;
    json_object_foreach(recovery->flows, key, line)
    {
        recovery->tracks[at].measurement = flow_sketch(recovery, key, line);
        if (!recovery->tracks[at].measurement ||
            json_object_set_new(recovery->index, key, json_integer((json_int_t)at++)) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* ---- the second time: when trials were, so that what was watched then is theirs ---- */

static struct track *track_of(const struct recovery *recovery, const json_t *line)
{
    const json_t *index = json_object_get(recovery->index, json_text(line, "flow"));

    return index ? &recovery->tracks[json_integer_value(index)] : NULL;
}

static int window_line(void *arg, const json_t *line)
{
    struct recovery *recovery = arg;
    const struct track *track = track_of(recovery, line);

    if (strcmp(json_text(line, "type"), "trial") != 0 || !track)
        return 0;
    return witness_window(&recovery->witness, line, track->measurement);
}

/* ---- the third time: what was measured ---- */

/* Times of its points were the wall clock's so far. */
static void trial_rebase(struct trial *trial, uint64_t start_wall_ns)
{
    trial->wall_ns = start_wall_ns;
    for (size_t i = 0; i < trial->metrics; i++)
        for (size_t k = 0; k < trial->series[i].count; k++) {
            uint64_t *time_ns = &trial->series[i].points[k].time_ns;

            *time_ns = *time_ns > start_wall_ns ? *time_ns - start_wall_ns : 0;
        }
    for (size_t i = 0; i < trial->event_count; i++) {
        uint64_t *time_ns = &trial->events[i].time_ns;

        *time_ns = *time_ns > start_wall_ns ? *time_ns - start_wall_ns : 0;
    }
}

/* No line says that it ended. */
static int track_cut(struct track *track)
{
    struct trial *trial = TAKE(track->trial);
    int r;

    if (!trial)
        return 0;
    trial_rebase(trial, track->first_ns);
    r = trial_fail(trial, -EIO, CUT);
    if (r < 0) {
        trial_free(trial);
        return r;
    }
    return measurement_add(track->measurement, trial);
}

/* The trial that a line is of; NULL: it is of none, or (*ret_r) out of memory. */
static struct trial *trial_of(struct recovery *recovery, const json_t *line,
                              struct track **ret_track, int *ret_r)
{
    json_int_t number = json_integer_value(json_object_get(line, "trial"));
    struct track *track = *ret_track = track_of(recovery, line);

    if (!track || number < 1 || number > UINT32_MAX)
        return NULL;
    if (track->trial && track->trial->number == (uint32_t)number)
        return track->trial;
    *ret_r = track_cut(track);
    if (*ret_r < 0)
        return NULL;
    *ret_r = trial_new((uint32_t)number,
                       track->measurement->flow->variant->tool->table.metrics.count, &track->trial);
    track->first_ns = journal_wall_ns(line);
    return track->trial;
}

static uint32_t metric_of(const struct track *track, const char *name)
{
    const struct component *tool = track->measurement->flow->variant->tool;
    uint32_t i = 0;

    while (i < tool->table.metrics.count && strcmp(component_metric(tool, i)->name, name) != 0)
        i++;
    return i; /* which a trial refuses, if there is none */
}

static int sample_take(struct track *track, struct trial *trial, const json_t *line)
{
    struct vmtp_record record;
    uint32_t metric;
    int r;

    if (journal_record(line, &record) < 0 || *record.subject)
        return 0;
    metric = metric_of(track, record.metric);
    r = record.final ? trial_add_final(trial, metric, record.value)
                     : trial_add_point(trial, metric, record.wall_ns, record.value);
    return r == -ENOMEM ? r : 0;
}

static int histogram_take(struct track *track, struct trial *trial, const json_t *line)
{
    _cleanup_(histogram_freep) struct histogram *histogram = NULL;
    struct vmtp_histogram view;
    int r = histogram_from_json(json_object_get(line, "histogram"), &histogram);

    if (r == 0) {
        view = histogram_view(histogram);
        r = trial_add_histogram(trial, metric_of(track, json_text(line, "metric")), &view);
    }
    return r == -ENOMEM ? r : 0;
}

static int event_take(struct trial *trial, const json_t *line)
{
    int r = trial_add_event(trial, event_find(json_text(line, "kind")), journal_wall_ns(line),
                            json_text(line, "subject"), json_text(line, "text"));

    return r == -ENOMEM ? r : 0;
}

/* It was to tell what limits the flow. */
static int probe_take(struct measurement *measurement, struct trial *trial, const json_t *line)
{
    bool wider = strcmp(json_text(line, "probe"), "wider") == 0;
    struct trial **to = wider ? &measurement->wider : &measurement->longer;

    measurement->probed++;
    if (strcmp(json_text(line, "status"), "ok") != 0 || *to)
        trial_free(trial);
    else
        *to = trial;
    return 0;
}

/* The trial has ended. */
static int end_take(struct recovery *recovery, struct track *track, const json_t *line)
{
    struct trial *trial = TAKE(track->trial);
    struct measurement *measurement = track->measurement;
    const char *version = json_text(line, "tool_version");
    json_int_t rate = json_integer_value(json_object_get(line, "rate"));
    json_int_t streams = json_integer_value(json_object_get(line, "streams"));
    uint64_t start_wall_ns = track->first_ns;

    if (json_is_true(json_object_get(line, "search"))) {
        measurement->searched++;
        trial_free(trial);
        return 0;
    }
    (void)clock_parse(json_text(line, "started"), &start_wall_ns);
    trial_rebase(trial, start_wall_ns);
    trial->warmup_ns = journal_ns(line, "warmup");
    trial->duration_ns = journal_ns(line, "duration");
    trial->rate_bps = rate > 0 ? (uint64_t)rate : 0;
    trial->streams = streams > 0 && streams < UINT32_MAX ? (uint32_t)streams : 0;
    if (*version && !measurement->tool_version)
        measurement->tool_version = sketch_text(recovery->sketch, version);
    if (*json_text(line, "probe"))
        return probe_take(measurement, trial, line);
    if (strcmp(json_text(line, "status"), "ok") != 0 &&
        trial_fail(trial, -EIO, json_text(line, "error")) < 0) {
        trial_free(trial);
        return -ENOMEM;
    }
    return measurement_add(measurement, trial);
}

static int trial_line(struct recovery *recovery, const char *type, const json_t *line)
{
    struct track *track = NULL;
    int r = 0;
    struct trial *trial = trial_of(recovery, line, &track, &r);

    if (!trial)
        return r;
    if (strcmp(type, "sample") == 0)
        return sample_take(track, trial, line);
    if (strcmp(type, "histogram") == 0)
        return histogram_take(track, trial, line);
    if (strcmp(type, "trial-event") == 0)
        return event_take(trial, line);
    return end_take(recovery, track, line);
}

/* subject "": the run. */
static void event_add(struct recovery *recovery, uint64_t wall_ns, const char *kind,
                      const char *subject, const char *text)
{
    json_t *event = json_object();

    field_add(event, "time", moment_json(wall_ns));
    field_add(event, "kind", text_json(kind));
    if (*subject)
        field_add(event, "subject", text_json(subject));
    field_add(event, "text", text_json(text));
    json_array_append_new(recovery->events, event);
}

static int whole_line(struct recovery *recovery, const char *type, const json_t *line)
{
    json_t *facts = json_object_get(line, "facts");
    const char *name = json_text(line, "name");

    if (strcmp(type, "fact") == 0)
        field_add(recovery->facts, name, text_json(json_text(line, "value")));
    else if (strcmp(type, "endpoint") == 0 && json_is_object(facts))
        field_add(recovery->endpoints, name, json_incref(facts));
    else if (strcmp(type, "monitor") == 0)
        witness_monitor(&recovery->witness, line);
    else if (strcmp(type, "event") == 0)
        event_add(recovery, journal_wall_ns(line), json_text(line, "kind"),
                  json_text(line, "subject"), json_text(line, "text"));
    if (strcmp(type, "event") == 0 || strcmp(type, "mark") == 0)
        return witness_event(&recovery->witness, line);
    return 0;
}

static int measured_line(void *arg, const json_t *line)
{
    static const char *const of_trials[] = { "sample", "histogram", "trial-event", "trial" };
    const char *type = json_text(line, "type");
    struct recovery *recovery = arg;
    uint64_t wall_ns = journal_wall_ns(line);

    if (wall_ns > recovery->last_wall_ns)
        recovery->last_wall_ns = wall_ns;
    if (strcmp(type, "sample") == 0 && !*json_text(line, "flow"))
        return witness_sample(&recovery->witness, line);
    for (size_t i = 0; i < COUNT(of_trials); i++)
        if (strcmp(of_trials[i], type) == 0)
            return trial_line(recovery, type, line);
    return whole_line(recovery, type, line);
}

static int tracks_end(struct recovery *recovery)
{
    int r = 0;

    for (size_t i = 0; i < json_object_size(recovery->flows) && r == 0; i++) {
        struct measurement *measurement = recovery->tracks[i].measurement;

        r = track_cut(&recovery->tracks[i]);
        if (!measurement->trial_count && !measurement->searched && !measurement->reason)
            measurement->reason = NOT_BEGUN;
    }
    return r;
}

/* ---- the whole ---- */

static int document_of(struct recovery *recovery, json_t **ret, struct vmtp_error *err)
{
    _cleanup_(json_decrefp) json_t *monitors = witness_monitors(&recovery->witness);
    json_int_t seed = json_integer_value(json_object_get(recovery->head, "seed"));
    const struct sketch_head head = {
        .id = json_text(recovery->head, "run"),
        .name = json_text(recovery->head, "name"),
        .version = json_text(recovery->head, "version"),
        .scenario_sha256 = json_text(recovery->head, "scenario_sha256"),
        .cloud = json_text(recovery->head, "cloud"),
        .seed = seed > 0 ? (uint64_t)seed : 0,
        .started_wall_ns = recovery->first_wall_ns,
        .ended_wall_ns = recovery->last_wall_ns,
        .facts = recovery->facts,
        .endpoints = recovery->endpoints,
        .events = recovery->events,
        .monitors = monitors,
        .sightings = recovery->witness.sightings,
    };

    event_add(recovery, recovery->last_wall_ns, "recovered", "",
              "the run has no result document: this is what its journal has of it");
    return sketch_document(recovery->sketch, &head, ret, err);
}

static int pass(int fd, const char *file, int (*line)(void *arg, const json_t *line),
                struct recovery *recovery, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int r = lseek(fd, 0, SEEK_SET) < 0 ? -errno : lines_read(fd, file, line, recovery, NULL, &why);

    if (r == -EBADMSG && line == measured_line)
        event_add(recovery, recovery->last_wall_ns, "damaged", "", why.text);
    if (r == 0 || r == -EBADMSG)
        return 0;
    return vmtp_fail(err, r, "%s", why.text[0] ? why.text : strerror(-r));
}

static int recover(struct recovery *recovery, int fd, const char *file, json_t **ret,
                   struct vmtp_error *err)
{
    int r = pass(fd, file, plan_line, recovery, err);

    if (r < 0)
        return r;
    if (!*json_text(recovery->head, "run"))
        return vmtp_fail(err, -EINVAL, "%s: no journal of a run: no line of type 'run'", file);
    r = flows_sketch(recovery);
    if (r < 0)
        return vmtp_fail(err, r, "%s: %s", file, strerror(-r));
    r = pass(fd, file, window_line, recovery, err);
    windows_sort(&recovery->witness.windows);
    r = r < 0 ? r : pass(fd, file, measured_line, recovery, err);
    if (r == 0 && (tracks_end(recovery) < 0 || witness_end(&recovery->witness) < 0))
        r = vmtp_fail(err, -ENOMEM, "%s: out of memory", file);
    return r < 0 ? r : document_of(recovery, ret, err);
}

static void recovery_clear(struct recovery *recovery)
{
    for (size_t i = 0; recovery->tracks && i < json_object_size(recovery->flows); i++)
        trial_free(recovery->tracks[i].trial);
    free(recovery->tracks);
    sketch_free(recovery->sketch);
    witness_clear(&recovery->witness);
    json_decref(recovery->head);
    json_decref(recovery->tools);
    json_decref(recovery->flows);
    json_decref(recovery->facts);
    json_decref(recovery->endpoints);
    json_decref(recovery->events);
    json_decref(recovery->index);
}

int journal_recover(const char *file, json_t **ret, struct vmtp_error *err)
{
    _cleanup_(recovery_clear) struct recovery recovery = { .head = json_object(),
                                                           .tools = json_object(),
                                                           .flows = json_object(),
                                                           .facts = json_object(),
                                                           .endpoints = json_object(),
                                                           .events = json_array(),
                                                           .index = json_object() };
    _close_ int fd = open(file, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return vmtp_fail(err, -errno, "%s: %s", file, strerror(errno));
    if (!recovery.head || !recovery.tools || !recovery.flows || !recovery.facts ||
        !recovery.endpoints || !recovery.events || !recovery.index)
        return vmtp_fail(err, -ENOMEM, "%s: out of memory", file);
    return recover(&recovery, fd, file, ret, err);
}
