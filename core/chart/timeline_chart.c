/* SPDX-License-Identifier: Apache-2.0
 *
 * How goodput went while it was measured: each trial a thin line, their median a thick one, and
 * below, on the same axis of time, whatever else the tool told of each interval.  A band has what
 * limited it; what disturbed a trial is marked where it happened.
 */
#include "../report/cells.h"
#include "../result/stats.h"
#include "chart.h"
#include "pick.h"
#include "spans.h"
#include "svg.h"

#include <math.h>

#define TIMELINES_MAX 8   /* of a document */
#define LEAST         4   /* points that a timeline takes */
#define TRIALS_MAX    24  /* that are drawn */
#define POINTS_MAX    480 /* of a strip, about */
#define SLOTS_MAX     120 /* into which its time is divided */
#define STRIPS_MAX    5
#define MARKS_MAX     24
#define TIP_MAX       600
#define HEIGHT_FIRST  150.0
#define HEIGHT_OTHER  46.0
#define GAP           10.0

/* One metric's part of a drawing. */
struct strip {
    const char *name, *unit;
    struct axis axis;
    double most, top, bottom;
    bool flat; /* 0 all the time: said, and not drawn */
};

/* What is drawn of one result. */
struct timeline {
    struct page *page;
    const json_t *result, *trials;
    size_t trial_count, slots;
    struct axis time;
    struct strip strips[STRIPS_MAX];
    size_t strip_count;
    double ceiling, height;
};

/* ---- the series of trials ---- */

static const json_t *series_of(const json_t *trial, const char *name)
{
    return json_object_get(json_object_get(trial, "series"), name);
}

/* One interval: its middle and its end in seconds of the measured time, and the value. */
struct sample {
    double middle, end, value;
};

static bool sample_of(const json_t *trial, const json_t *series, size_t i, struct sample *ret)
{
    const json_t *pair = json_array_get(series, i), *before = json_array_get(series, i - 1);
    double warmup = number_of(trial, "warmup"), end = json_number_value(json_array_get(pair, 0));
    double begin = i ? json_number_value(json_array_get(before, 0)) : isnan(warmup) ? 0 : warmup;

    ret->end = end - (isnan(warmup) ? 0 : warmup);
    ret->middle = ret->end - fmax(end - begin, 0) / 2;
    ret->value = json_number_value(json_array_get(pair, 1));
    return json_is_number(json_array_get(pair, 0)) && json_is_number(json_array_get(pair, 1));
}

static bool has_timeline(const struct pick *pick)
{
    const json_t *trial;
    size_t i;

    if (result_is_pair(pick->entry))
        return false; /* there are many, and their sum has a chart of its own */
    json_array_foreach(json_object_get(pick->entry, "trials"), i, trial)
    {
        if (json_array_size(series_of(trial, "goodput")) >= LEAST)
            return true;
    }
    return false;
}

static void trial_extent(const json_t *trial, const char *name, struct extent *time,
                         struct extent *value)
{
    const json_t *series = series_of(trial, name);
    struct sample sample;

    for (size_t i = 0; i < json_array_size(series); i++) {
        if (!sample_of(trial, series, i, &sample))
            continue;
        extent_add(time, sample.end);
        extent_add(value, sample.value);
    }
}

static void extents_find(const struct timeline *timeline, const char *name, struct extent *time,
                         struct extent *value)
{
    for (size_t i = 0; i < timeline->trial_count; i++)
        trial_extent(json_array_get(timeline->trials, i), name, time, value);
}

/* ---- what is to be drawn ---- */

static void strip_add(struct timeline *timeline, const json_t *metrics, const char *name)
{
    bool first = timeline->strip_count == 0;
    struct strip *strip = &timeline->strips[timeline->strip_count];
    struct extent time = { 0 }, value = { 0 };

    extents_find(timeline, name, &time, &value);
    if (!value.any)
        return;
    strip->name = name;
    strip->unit = json_text(json_object_get(metrics, name), "unit");
    strip->most = value.high;
    if (first && timeline->ceiling < 1.5 * value.high)
        extent_add(&value, timeline->ceiling);
    strip->axis = axis_make(&value, SCALE_ZERO, strip->unit);
    strip->top = timeline->height + (first ? 16 : GAP + 14);
    strip->flat = !first && value.low == 0 && value.high == 0;
    strip->bottom = strip->top + (first ? HEIGHT_FIRST : strip->flat ? 0 : HEIGHT_OTHER);
    timeline->height = strip->bottom;
    timeline->strip_count++;
}

static void strips_add(struct timeline *timeline, const json_t *metrics)
{
    const json_t *series = json_object_get(json_array_get(timeline->trials, 0), "series");
    const char *name;
    json_t *values;

    strip_add(timeline, metrics, "goodput");
    json_object_foreach((json_t *)series, name, values)
    {
        if (timeline->strip_count < STRIPS_MAX && strcmp(name, "goodput") != 0)
            strip_add(timeline, metrics, name);
    }
}

static struct timeline timeline_make(struct page *page, const json_t *result)
{
    const json_t *metrics = json_object_get(result, "metrics");
    struct timeline timeline = {
        .page = page,
        .result = result,
        .trials = json_object_get(result, "trials"),
        .ceiling = number_of(json_object_get(metrics, "goodput"), "ceiling"),
    };
    struct extent time = { .any = true }, value = { 0 };

    timeline.trial_count = json_array_size(timeline.trials);
    if (timeline.trial_count > TRIALS_MAX)
        timeline.trial_count = TRIALS_MAX;
    timeline.slots = POINTS_MAX / (2 * timeline.trial_count);
    if (timeline.slots > SLOTS_MAX)
        timeline.slots = SLOTS_MAX;
    extents_find(&timeline, "goodput", &time, &value);
    timeline.time = axis_make(&time, SCALE_ZERO, "s");
    strips_add(&timeline, metrics);
    return timeline;
}

/* ---- curves ---- */

struct curve {
    struct point *points;
    size_t count;
};

/* Part of a trial's time: its lowest and its highest value, so that no dip is lost. */
struct slot {
    struct point low, high;
    double sum;
    size_t n;
};

static size_t slot_at(const struct timeline *timeline, double time)
{
    size_t at = (size_t)(axis_at(&timeline->time, time) * (double)timeline->slots);

    return at < timeline->slots ? at : timeline->slots - 1;
}

static void slots_fill(const struct timeline *timeline, const char *name, size_t trial_at,
                       struct slot *slots)
{
    const json_t *trial = json_array_get(timeline->trials, trial_at);
    const json_t *series = series_of(trial, name);
    struct sample sample;

    for (size_t i = 0; i < json_array_size(series); i++) {
        struct slot *slot;
        struct point at;

        if (!sample_of(trial, series, i, &sample))
            continue;
        at = (struct point){ sample.middle, sample.value };
        slot = &slots[slot_at(timeline, at.x)];
        if (!slot->n || at.y < slot->low.y)
            slot->low = at;
        if (!slot->n || at.y > slot->high.y)
            slot->high = at;
        slot->sum += at.y;
        slot->n++;
    }
}

static void curve_add(const struct timeline *timeline, const struct strip *strip, struct point at,
                      struct curve *curve)
{
    curve->points[curve->count++] =
        (struct point){ axis_at(&timeline->time, at.x),
                        svg_y(&strip->axis, at.y, strip->top, strip->bottom) };
}

static void trial_trace(const struct timeline *timeline, const struct strip *strip,
                        const struct slot *slots, struct curve *curve)
{
    for (size_t i = 0; i < timeline->slots; i++) {
        const struct slot *slot = &slots[i];
        bool falls = slot->high.x < slot->low.x;

        if (slot->n > 1)
            curve_add(timeline, strip, falls ? slot->high : slot->low, curve);
        if (slot->n > 0)
            curve_add(timeline, strip, falls ? slot->low : slot->high, curve);
    }
    curve->points[curve->count++].y = NAN; /* the next trial begins anew */
}

/* Where at least half of the trials have something to say. */
static void median_trace(const struct timeline *timeline, const struct strip *strip,
                         const struct slot *slots, struct curve *curve)
{
    for (size_t i = 0; i < timeline->slots; i++) {
        double values[TRIALS_MAX], time = 0;
        size_t n = 0;

        for (size_t k = 0; k < timeline->trial_count; k++) {
            const struct slot *slot = &slots[k * timeline->slots + i];

            if (!slot->n)
                continue;
            time += (slot->low.x + slot->high.x) / 2;
            values[n++] = slot->sum / (double)slot->n;
        }
        if (2 * n >= timeline->trial_count && n > 0)
            curve_add(timeline, strip, (struct point){ time / (double)n, stats_median(values, n) },
                      curve);
    }
}

static void curves_draw(const struct timeline *timeline, const struct strip *strip)
{
    struct arena *arena = timeline->page->cells.arena;
    size_t cells = timeline->trial_count * timeline->slots;
    struct slot *slots = arena_array(arena, cells, sizeof *slots);
    struct curve each = { arena_array(arena, 2 * cells + TRIALS_MAX, sizeof *each.points), 0 };
    struct curve median = { arena_array(arena, timeline->slots, sizeof *median.points), 0 };
    bool many = timeline->trial_count > 2;

    if (!slots || !each.points || !median.points) {
        timeline->page->cells.failed = true;
        return;
    }
    for (size_t i = 0; i < timeline->trial_count; i++) {
        slots_fill(timeline, strip->name, i, slots + i * timeline->slots);
        trial_trace(timeline, strip, slots + i * timeline->slots, &each);
    }
    svg_curve(&timeline->page->body, timeline->height, each.points, each.count,
              many ? "s0 thin" : "s0");
    if (!many)
        return;
    median_trace(timeline, strip, slots, &median);
    svg_curve(&timeline->page->body, timeline->height, median.points, median.count, "s0");
}

/* ---- around them ---- */

static const char *strip_title(const struct timeline *timeline, const struct strip *strip)
{
    struct number most = axis_text(&strip->axis, strip->most);

    if (strip->flat)
        return cell_printf(&timeline->page->cells, "%.40s: always 0", strip->name);
    return cell_printf(&timeline->page->cells, "%.24s, at most %.24s", strip->name, most.text);
}

static void strip_draw(const struct timeline *timeline, size_t i)
{
    const struct strip *strip = &timeline->strips[i];
    struct markup *body = &timeline->page->body;

    if (i == 0) {
        svg_axis_y(body, &strip->axis, strip->top, strip->bottom);
    } else {
        svg_line(body, (struct point){ 0, strip->bottom }, (struct point){ 1, strip->bottom },
                 "grid");
        svg_text(body, (struct point){ 0, strip->top - 3 }, ANCHOR_START, "tick",
                 strip_title(timeline, strip));
    }
    if (!strip->flat)
        curves_draw(timeline, strip);
}

static void ceiling_draw(const struct timeline *timeline)
{
    const struct strip *strip = &timeline->strips[0];
    double y = svg_y(&strip->axis, timeline->ceiling, strip->top, strip->bottom);

    if (isnan(timeline->ceiling) || timeline->ceiling > strip->axis.high)
        return;
    svg_line(&timeline->page->body, (struct point){ 0, y }, (struct point){ 1, y }, "ceiling");
    svg_text(&timeline->page->body, (struct point){ 1, y - 4 }, ANCHOR_END, "label halo",
             "ceiling");
}

/* What happened in a trial and may have changed its figures: notes have not. */
static bool event_time(const json_t *trial, const json_t *event, double *ret)
{
    *ret = number_of(event, "t") - number_of(trial, "warmup");
    return !isnan(*ret) && strcmp(json_text(event, "kind"), "note") != 0;
}

static void mark_draw(const struct timeline *timeline, double x, const char *tip)
{
    struct markup *body = &timeline->page->body;

    svg_line(body, (struct point){ x, 6 }, (struct point){ x, timeline->height }, "happened");
    svg_dot(body, (struct point){ x, 6 }, 4, "mark", tip);
}

/* What is told when a trial is over is of all of it: one mark at the end has it for all trials. */
static void marks_draw(const struct timeline *timeline)
{
    _cleanup_(buf_clear) struct buf last = BUF(TIP_MAX);
    const json_t *event;
    size_t k, marks = 0;
    double time;

    for (size_t i = 0; i < timeline->trial_count; i++) {
        const json_t *trial = json_array_get(timeline->trials, i);

        json_array_foreach(json_object_get(trial, "events"), k, event)
        {
            const char *text = json_text(event, "text");

            if (!event_time(trial, event, &time))
                continue;
            if (time >= number_of(trial, "duration"))
                buf_printf(&last, "%strial %.0f: %.120s", last.len ? "\n" : "",
                           number_of(trial, "number"), text);
            else if (marks++ < MARKS_MAX)
                mark_draw(timeline, axis_at(&timeline->time, time),
                          cell_printf(&timeline->page->cells, "trial %.0f at %s: %.120s",
                                      number_of(trial, "number"), seconds_text(time).text, text));
        }
    }
    if (last.len)
        mark_draw(timeline, 1, buf_text(&last));
}

static void timeline_draw(const struct timeline *timeline, const char *name)
{
    struct markup *body = &timeline->page->body;
    const char *label = cell_printf(&timeline->page->cells, "Goodput over time of %.200s", name);

    svg_begin(body, timeline->height + 22, label);
    svg_axis_x(body, &timeline->time, timeline->strips[0].top, timeline->height);
    for (size_t i = 0; i < timeline->strip_count; i++)
        strip_draw(timeline, i);
    ceiling_draw(timeline);
    spans_draw(timeline->page, timeline->result, &timeline->time,
               timeline->strips[0].bottom - SPANS_HEIGHT);
    marks_draw(timeline);
    svg_end(body);
}

/* ---- the table beside it ---- */

static void figure_add(struct markup *body, const struct strip *strip, const struct extent *value)
{
    if (value->any)
        markup_add(body, "<td class=\"num\">%s to %s</td>",
                   axis_text(&strip->axis, value->low).text,
                   axis_text(&strip->axis, value->high).text);
    else
        markup_add(body, "<td class=\"num\">–</td>");
}

static void trial_row(const struct timeline *timeline, const json_t *trial)
{
    struct markup *body = &timeline->page->body;
    const json_t *event;
    size_t i;

    markup_add(body, "<tr><td class=\"num\">%.0f</td>", number_of(trial, "number"));
    for (i = 0; i < timeline->strip_count; i++) {
        struct extent time = { 0 }, value = { 0 };

        trial_extent(trial, timeline->strips[i].name, &time, &value);
        figure_add(body, &timeline->strips[i], &value);
    }
    if (spans_known(timeline->result))
        spans_cell(timeline->page, timeline->result, trial);
    markup_add(body, "<td>");
    json_array_foreach(json_object_get(trial, "events"), i, event)
    {
        markup_add(body, i ? "; " : "");
        markup_cut(body, json_text(event, "text"), 80);
    }
    markup_add(body, "</td></tr>\n");
}

static void table_add(const struct timeline *timeline)
{
    struct markup *body = &timeline->page->body;

    page_table_begin(timeline->page, "Lowest and highest interval of each trial");
    markup_add(body, "<tr><th scope=\"col\" class=\"num\">Trial</th>");
    for (size_t i = 0; i < timeline->strip_count; i++) {
        markup_add(body, "<th scope=\"col\" class=\"num\">");
        markup_cut(body, timeline->strips[i].name, 40);
        markup_add(body, "</th>");
    }
    if (spans_known(timeline->result))
        markup_add(body, "<th scope=\"col\">Limited by</th>");
    markup_add(body, "<th scope=\"col\">Events</th></tr>\n");
    for (size_t i = 0; i < timeline->trial_count; i++)
        trial_row(timeline, json_array_get(timeline->trials, i));
    page_table_end(timeline->page);
}

void timeline_chart(struct page *page, const struct papers *papers)
{
    struct picks picks = picks_make(papers, "results", TIMELINES_MAX, has_timeline);

    if (!picks.count)
        return;
    page_section(
        page, "timeline", "Over time",
        "Goodput while it was measured: each trial a thin line, their median a thick one. "
        "The band below it has what limited it: its table says so too. Then comes what else "
        "was told of each interval; a dot marks what disturbed trials.");
    for (size_t i = 0; i < picks.count; i++) {
        struct timeline timeline = timeline_make(page, picks.list[i].entry);
        const char *name = pick_name(page, &picks, &picks.list[i]);

        if (!name)
            return;
        page_heading(page, name);
        timeline_draw(&timeline, name);
        table_add(&timeline);
    }
    picks_left(page, &picks);
}
