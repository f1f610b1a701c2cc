/* SPDX-License-Identifier: Apache-2.0
 *
 * How long answers took, all of them: for each flow that measured it the share of answers that came
 * within a time, on a scale that leaves room for the rare ones.  A flow that was measured while
 * another one sent bulk traffic is loaded, any other idle.
 */
#include "../report/cells.h"
#include "../result/histogram.h"
#include "chart.h"
#include "pick.h"
#include "svg.h"

#include <math.h>

#define CURVES_MAX SVG_SERIES /* of a document: what one drawing can tell apart */
#define POINTS_MAX 110        /* of a curve, about */
#define HEIGHT     260.0
#define TOP        10.0

/* One flow's answers. */
struct curve {
    const struct pick *pick;
    struct histogram *histogram;
    bool loaded;
};

/* What one document has. */
struct drawing {
    struct page *page;
    const struct picks *picks;
    struct curve curves[CURVES_MAX];
    size_t count;
    struct axis time, nines;
};

static const json_t *rtt_of(const struct pick *pick)
{
    return json_object_get(json_object_get(pick->entry, "metrics"), "rtt");
}

static bool has_answers(const struct pick *pick)
{
    return json_is_object(json_object_get(rtt_of(pick), "histogram"));
}

/* ---- idle or loaded ---- */

/* Flows of one stage start together. */
static bool starts_with(const json_t *trials, const json_t *others)
{
    const char *started = json_text(json_array_get(trials, 0), "started");
    const json_t *other;
    size_t i;

    json_array_foreach(others, i, other)
    {
        if (*started && strcmp(started, json_text(other, "started")) == 0)
            return true;
    }
    return false;
}

static bool is_loaded(const struct pick *pick)
{
    const json_t *trials = json_object_get(pick->entry, "trials"), *other;
    size_t i;

    json_array_foreach(json_object_get(pick->paper->document, "results"), i, other)
    {
        bool sends = json_object_get(json_object_get(other, "metrics"), "goodput");

        if (sends && other != pick->entry && starts_with(trials, json_object_get(other, "trials")))
            return true;
    }
    return false;
}

/* ---- the scale: 90 %, 99 %, 99.9 % are as far from each other ---- */

static double nines_of(double share)
{
    return -log10(1 - share);
}

/* The rarest share that so many values can tell of: fewer than three lie beyond it. */
static double share_most(const struct histogram *histogram)
{
    return histogram->n > 6 ? 1 - 3 / (double)histogram->n : 0.5;
}

static void axes_make(struct drawing *drawing)
{
    struct extent time = { 0 };
    double most = 2;

    for (size_t i = 0; i < drawing->count; i++) {
        const struct histogram *histogram = drawing->curves[i].histogram;
        double nines = nines_of(share_most(histogram));

        extent_add(&time, histogram_min(histogram) / 2); /* room for the shares */
        extent_add(&time, histogram_max(histogram));
        most = fmax(most, nines);
    }
    drawing->time = axis_make(&time, SCALE_LOG, "s");
    drawing->nines = (struct axis){ .high = most, .unit = "ratio" };
}

/* A line at 0, 50, 90, 99, 99.9 ... %. */
static void shares_draw(const struct drawing *drawing)
{
    static const struct {
        double share;
        const char *text;
    } ticks[] = { { 0, "0 %" },           { 0.5, "50 %" },     { 0.9, "90 %" },
                  { 0.99, "99 %" },       { 0.999, "99.9 %" }, { 0.9999, "99.99 %" },
                  { 0.99999, "99.999 %" } };
    struct markup *body = &drawing->page->body;

    for (size_t i = 0; i < COUNT(ticks) && nines_of(ticks[i].share) <= drawing->nines.high; i++) {
        double y = svg_y(&drawing->nines, nines_of(ticks[i].share), TOP, HEIGHT);

        svg_line(body, (struct point){ 0, y }, (struct point){ 1, y }, "grid");
        svg_text(body, (struct point){ 0, y - 3 }, ANCHOR_START, "tick halo", ticks[i].text);
    }
}

/* ---- curves ---- */

static struct point place_of(const struct drawing *drawing, double time, double share)
{
    return (struct point){ axis_at(&drawing->time, time),
                           svg_y(&drawing->nines, nines_of(share), TOP, HEIGHT) };
}

/* From the least value up; buckets nearer to each other than one can see are passed over. */
static size_t curve_trace(const struct drawing *drawing, const struct histogram *histogram,
                          struct point *points)
{
    double n = (double)histogram->n, most = share_most(histogram);
    uint64_t below = 0;
    size_t count = 0;

    points[count++] = place_of(drawing, histogram_min(histogram), 0);
    for (size_t i = 0; i < histogram->count && count < POINTS_MAX; i++) {
        struct point at;

        below += histogram->buckets[i].count;
        at = place_of(drawing, histogram_at_rank(histogram, below), fmin((double)below / n, most));
        if (hypot((at.x - points[count - 1].x) * 700, at.y - points[count - 1].y) >= 4)
            points[count++] = at;
        if ((double)below >= most * n)
            break;
    }
    return count;
}

/* Its letter, at a height of its own, so that letters do not meet. */
static void letter_draw(const struct drawing *drawing, size_t i)
{
    const struct histogram *histogram = drawing->curves[i].histogram;
    double nines = 0.3 + 1.2 * (double)i / (double)drawing->count, share = 1 - pow(10, -nines);
    uint64_t rank = (uint64_t)ceil(share * (double)histogram->n);
    struct point at;
    const char letter[] = { (char)('A' + i), 0 };

    if (rank < 1)
        rank = 1;
    at = place_of(drawing, histogram_at_rank(histogram, rank), share);
    at.y += 4;
    svg_text(&drawing->page->body, at, ANCHOR_MIDDLE, "halo", letter);
}

static void curve_draw(const struct drawing *drawing, size_t i)
{
    struct point points[POINTS_MAX];
    size_t count = curve_trace(drawing, drawing->curves[i].histogram, points);
    const char class[] = { 's', (char)('0' + i), 0 };

    svg_curve(&drawing->page->body, HEIGHT, points, count, class);
}

static void curves_draw(const struct drawing *drawing)
{
    struct markup *body = &drawing->page->body;

    svg_begin(body, HEIGHT + 22, "Share of answers that came within a time, for each flow");
    svg_axis_x(body, &drawing->time, TOP, HEIGHT);
    shares_draw(drawing);
    for (size_t i = 0; i < drawing->count; i++)
        curve_draw(drawing, i);
    for (size_t i = 0; i < drawing->count; i++)
        letter_draw(drawing, i);
    svg_end(body);
}

/* ---- the table, which is the key too ---- */

static void curve_row(const struct drawing *drawing, size_t i)
{
    static const char *const shares[] = { "p50", "p90", "p99", "p99.9", "max" };
    const struct curve *curve = &drawing->curves[i];
    const char *name = pick_name(drawing->page, drawing->picks, curve->pick);
    struct markup *body = &drawing->page->body;

    markup_add(body,
               "<tr><th scope=\"row\"><span class=\"key s%zu\"><b>%s</b></span> %s</th><td>%s</td>",
               i, (const char[]){ (char)('A' + i), 0 }, name, curve->loaded ? "loaded" : "idle");
    for (size_t k = 0; k < COUNT(shares); k++) {
        const char *text = cell_value(&drawing->page->cells, rtt_of(curve->pick), shares[k]);

        markup_add(body, "<td class=\"num\">%s</td>", text ? text : "–");
    }
    markup_add(body, "<td class=\"num\">%.0f</td></tr>\n", (double)curve->histogram->n);
}

static void table_add(const struct drawing *drawing)
{
    struct markup *body = &drawing->page->body;

    markup_add(body,
               "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Latencies\">"
               "<table>\n<tr><th scope=\"col\">Flow</th><th scope=\"col\">Line</th>"
               "<th scope=\"col\" class=\"num\">p50</th><th scope=\"col\" class=\"num\">p90</th>"
               "<th scope=\"col\" class=\"num\">p99</th><th scope=\"col\" class=\"num\">p99.9</th>"
               "<th scope=\"col\" class=\"num\">worst</th>"
               "<th scope=\"col\" class=\"num\">answers</th></tr>\n");
    for (size_t i = 0; i < drawing->count; i++)
        curve_row(drawing, i);
    markup_add(body, "</table></div>\n");
}

/* ---- all of it ---- */

/* What is no histogram, or an empty one, is passed over. */
static void curve_add(struct drawing *drawing, const struct pick *pick)
{
    struct curve *curve = &drawing->curves[drawing->count];
    int r = histogram_from_json(json_object_get(rtt_of(pick), "histogram"), &curve->histogram);

    if (r < 0 || !curve->histogram->n) {
        if (r == 0)
            histogram_free(curve->histogram);
        return;
    }
    curve->pick = pick;
    curve->loaded = is_loaded(pick);
    drawing->count++;
}

/* Begins with the pick at *at, and moves it behind the document's last. */
static void document_draw(struct page *page, const struct picks *picks, size_t *at)
{
    struct drawing drawing = { .page = page, .picks = picks };

    do
        curve_add(&drawing, &picks->list[(*at)++]);
    while (*at < picks->count && pick_follows(picks, *at));
    if (drawing.count) {
        axes_make(&drawing);
        if (picks->several)
            page_heading(page, picks->list[*at - 1].paper->name);
        curves_draw(&drawing);
        table_add(&drawing);
    }
    for (size_t i = 0; i < drawing.count; i++)
        histogram_free(drawing.curves[i].histogram);
}

void latency_chart(struct page *page, const struct papers *papers)
{
    struct picks picks = picks_make(papers, "results", CURVES_MAX, has_answers);
    size_t at = 0;

    if (!picks.count)
        return;
    page_section(page, "latency", "Latency",
                 "The share of answers that came within a time: the higher on a curve, the rarer "
                 "such a delay. Loaded: measured while another flow sent as fast as it could.");
    while (at < picks.count)
        document_draw(page, &picks, &at);
    picks_left(page, &picks);
}
