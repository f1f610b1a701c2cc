/* SPDX-License-Identifier: Apache-2.0
 *
 * What more pairs at the same time come to: the sum of their goodput, what the slowest and the
 * fastest of them got, and what it would be if each new pair brought as much as the first.
 */
#include "../report/cells.h"
#include "chart.h"
#include "pick.h"
#include "svg.h"

#include <math.h>

#define STEPS_MAX   PICKS_MAX
#define EVEN_POINTS 24
#define TOP         14.0
#define BOTTOM      210.0

/* One flow with more and more pairs. */
struct climb {
    struct page *page;
    const struct pick *steps[STEPS_MAX]; /* by rising number of pairs */
    size_t count;
    struct axis pairs, rate;
};

enum figure { SUM, SLOWEST, FASTEST, EVEN };

static bool has_sum(const struct pick *pick)
{
    const json_t *metrics = json_object_get(pick->entry, "metrics");

    return number_of(pick->entry, "pairs") >= 1 && json_object_get(metrics, "goodput");
}

static double pairs_of(const struct pick *pick)
{
    return number_of(pick->entry, "pairs");
}

static double figure_of(const struct climb *climb, size_t i, enum figure figure)
{
    static const char *const ends[] = { [SLOWEST] = "slowest", [FASTEST] = "fastest" };
    const json_t *entry = climb->steps[i]->entry;
    const struct pick *first = climb->steps[0];

    if (figure == EVEN)
        return figure_middle(json_object_get(json_object_get(first->entry, "metrics"), "goodput")) *
               pairs_of(climb->steps[i]) / pairs_of(first);
    if (figure == SUM)
        return figure_middle(json_object_get(json_object_get(entry, "metrics"), "goodput"));
    return number_of(json_object_get(entry, ends[figure]), "goodput");
}

/* ---- which aggregates are one flow ---- */

static bool is_same_flow(const struct pick *one, const struct pick *other)
{
    static const char *const steps[] = { "pairs", NULL };

    return one->paper == other->paper && entries_alike(one->entry, other->entry, steps);
}

static void step_add(struct climb *climb, const struct pick *pick)
{
    size_t at = climb->count++;

    for (; at > 0 && pairs_of(climb->steps[at - 1]) > pairs_of(pick); at--)
        climb->steps[at] = climb->steps[at - 1];
    climb->steps[at] = pick;
}

/* By doublings, with room for the texts of the other axis. */
static struct axis pairs_axis(double least, double most)
{
    return (struct axis){ .low = least / pow(most / least, 0.2),
                          .high = most * pow(most / least, 0.12),
                          .log = true };
}

/* Empty, unless this pick is the first of a flow that has several. */
static struct climb climb_make(struct page *page, const struct picks *picks, size_t at)
{
    struct climb climb = { .page = page };
    struct extent rate = { 0 };

    for (size_t i = 0; i < picks->count; i++)
        if (is_same_flow(&picks->list[at], &picks->list[i])) {
            if (i < at)
                return (struct climb){ 0 };
            step_add(&climb, &picks->list[i]);
        }
    if (climb.count < 2 || pairs_of(climb.steps[0]) >= pairs_of(climb.steps[climb.count - 1]))
        return (struct climb){ 0 };
    climb.pairs = pairs_axis(pairs_of(climb.steps[0]), pairs_of(climb.steps[climb.count - 1]));
    for (size_t i = 0; i < climb.count; i++) {
        extent_add(&rate, figure_of(&climb, i, SUM));
        extent_add(&rate, figure_of(&climb, i, FASTEST));
    }
    climb.rate = axis_make(&rate, SCALE_ZERO, "bit/s");
    return climb;
}

/* ---- the drawing ---- */

static struct point place_of(const struct climb *climb, size_t i, enum figure figure)
{
    return (struct point){ axis_at(&climb->pairs, pairs_of(climb->steps[i])),
                           svg_y(&climb->rate, figure_of(climb, i, figure), TOP, BOTTOM) };
}

/* As far as it is on the axis. */
static void even_draw(const struct climb *climb)
{
    struct point points[EVEN_POINTS];
    double first = pairs_of(climb->steps[0]), last = pairs_of(climb->steps[climb->count - 1]);
    size_t n = 0;

    while (n < EVEN_POINTS) {
        double times = pow(last / first, (double)n / (EVEN_POINTS - 1));
        double rate = figure_of(climb, 0, SUM) * times;

        if (!(rate <= climb->rate.high))
            break;
        points[n++] = (struct point){ axis_at(&climb->pairs, first * times),
                                      svg_y(&climb->rate, rate, TOP, BOTTOM) };
    }
    svg_curve(&climb->page->body, BOTTOM, points, n, "even");
}

static void figure_draw(const struct climb *climb, enum figure figure, const char *class,
                        const char *what)
{
    struct point points[STEPS_MAX];
    struct markup *body = &climb->page->body;
    size_t n = 0;

    for (size_t i = 0; i < climb->count; i++)
        if (!isnan(figure_of(climb, i, figure)))
            points[n++] = place_of(climb, i, figure);
    svg_curve(body, BOTTOM, points, n, class);
    for (size_t i = 0; i < climb->count; i++) {
        double value = figure_of(climb, i, figure);

        if (!isnan(value))
            svg_dot(body, place_of(climb, i, figure), 4, class,
                    cell_printf(&climb->page->cells, "%s of %.0f pairs: %s", what,
                                pairs_of(climb->steps[i]), rate_text(value).text));
    }
}

static void pairs_draw(const struct climb *climb)
{
    struct markup *body = &climb->page->body;

    for (size_t i = 0; i < climb->count; i++) {
        double pairs = pairs_of(climb->steps[i]), x = axis_at(&climb->pairs, pairs);

        svg_line(body, (struct point){ x, TOP }, (struct point){ x, BOTTOM }, "grid");
        svg_text(body, (struct point){ x, BOTTOM + 15 }, ANCHOR_MIDDLE, i % 2 ? "tick odd" : "tick",
                 cell_printf(&climb->page->cells, pairs > 1 ? "%.0f pairs" : "%.0f pair", pairs));
    }
}

static void climb_draw(const struct climb *climb, const char *name)
{
    struct markup *body = &climb->page->body;

    svg_begin(body, BOTTOM + 24,
              cell_printf(&climb->page->cells, "Goodput by pairs, %.200s", name));
    pairs_draw(climb);
    svg_axis_y(body, &climb->rate, TOP, BOTTOM);
    even_draw(climb);
    figure_draw(climb, FASTEST, "s2", "fastest");
    figure_draw(climb, SLOWEST, "s1", "slowest");
    figure_draw(climb, SUM, "s0", "sum");
    svg_end(body);
}

static void rate_add(struct markup *body, double rate)
{
    markup_add(body, "<td class=\"num\">%s</td>", isnan(rate) ? "–" : rate_text(rate).text);
}

static void table_add(const struct climb *climb)
{
    struct markup *body = &climb->page->body;

    markup_add(body,
               "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Pairs\">"
               "<table>\n<tr><th scope=\"col\" class=\"num\">Pairs</th>"
               "<th scope=\"col\" class=\"num\"><span class=\"key s0\"><b>sum</b></span></th>"
               "<th scope=\"col\" class=\"num\">of so many alone</th>"
               "<th scope=\"col\" class=\"num\"><span class=\"key s1\"><b>slowest</b></span></th>"
               "<th scope=\"col\" class=\"num\"><span class=\"key s2\"><b>fastest</b></span></th>"
               "<th scope=\"col\" class=\"num\">fairness</th></tr>\n");
    for (size_t i = 0; i < climb->count; i++) {
        double fairness = number_of(climb->steps[i]->entry, "fairness");
        double of_even = figure_of(climb, i, SUM) / figure_of(climb, i, EVEN);

        markup_add(body, "<tr><td class=\"num\">%.0f</td>", pairs_of(climb->steps[i]));
        rate_add(body, figure_of(climb, i, SUM));
        markup_add(body, "<td class=\"num\">%s</td>",
                   isfinite(of_even) ? share_text(of_even).text : "–");
        rate_add(body, figure_of(climb, i, SLOWEST));
        rate_add(body, figure_of(climb, i, FASTEST));
        if (isnan(fairness))
            markup_add(body, "<td class=\"num\">–</td></tr>\n");
        else
            markup_add(body, "<td class=\"num\">%.3f</td></tr>\n", fairness);
    }
    markup_add(body, "</table></div>\n");
}

void scaling_chart(struct page *page, const struct papers *papers)
{
    struct picks picks = picks_make(papers, "aggregates", PICKS_MAX, has_sum);
    bool begun = false;

    for (size_t i = 0; i < picks.count; i++) {
        struct climb climb = climb_make(page, &picks, i);
        const char *name = pick_name(page, &picks, climb.count ? climb.steps[0] : &picks.list[i]);

        if (!climb.count || !name)
            continue;
        if (!begun)
            page_section(page, "scaling", "Scaling",
                         "Pairs that sent at the same time: what they got together, and what the "
                         "slowest and the fastest of them got. The dotted line is what it would be "
                         "if each new pair brought as much as the first.");
        begun = true;
        page_heading(page, name);
        climb_draw(&climb, name);
        table_add(&climb);
    }
    if (begun)
        picks_left(page, &picks);
}
