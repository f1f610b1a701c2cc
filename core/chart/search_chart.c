/* SPDX-License-Identifier: Apache-2.0
 *
 * What a search for a rate tried: each trial by the rate that was really sent and the share that
 * was lost, the goals as lines across, the bounds of each as a band.  Loss is drawn by powers of
 * ten, with a line of its own for none.
 */
#include "../report/cells.h"
#include "chart.h"
#include "pick.h"
#include "svg.h"

#include <math.h>

#define SEARCHES_MAX 6
#define TRIALS_MAX   150
#define FAR_ABOVE    0.5 /* lost: so far above the answer that it does not stretch the axis */
#define TOP          12.0
#define BOTTOM       190.0 /* of what was lost */
#define NONE         212.0 /* the line of trials that lost nothing */
#define HEIGHT       (NONE + 28)

struct search {
    struct page *page;
    const json_t *trials, *goals;
    struct axis rate, loss;
};

static bool has_search(const struct pick *pick)
{
    const json_t *search = json_object_get(pick->entry, "search");

    return json_array_size(json_object_get(search, "trials")) > 0;
}

static struct search search_make(struct page *page, const json_t *result)
{
    const json_t *found = json_object_get(result, "search"), *entry;
    struct search search = { .page = page,
                             .trials = json_object_get(found, "trials"),
                             .goals = json_object_get(found, "goals") };
    struct extent rate = { 0 }, all = { 0 }, loss = { .low = 1, .high = 1, .any = true };
    size_t i;

    json_array_foreach(search.trials, i, entry)
    {
        double lost = number_of(entry, "loss"), offered = number_of(entry, "offered");

        extent_add(&rate, lost < FAR_ABOVE ? offered : NAN);
        extent_add(&all, offered);
        extent_add(&loss, lost > 0 ? lost : NAN);
    }
    json_array_foreach(search.goals, i, entry)
    {
        double goal = number_of(entry, "loss");

        extent_add(&rate, number_of(entry, "upper"));
        extent_add(&loss, goal > 0 ? goal : NAN);
    }
    search.rate = axis_make(rate.any ? &rate : &all, SCALE_AUTO, "bit/s");
    search.loss = axis_make(&loss, SCALE_LOG, "ratio");
    return search;
}

static double loss_y(const struct search *search, double loss)
{
    return loss > 0 ? svg_y(&search->loss, loss, TOP, BOTTOM) : NONE;
}

/* Between the bounds of a goal: as narrow as the search made it, but to be seen. */
static void bounds_draw(const struct search *search, const json_t *goal, size_t i)
{
    double lower = number_of(goal, "lower"), upper = number_of(goal, "upper");
    double from = axis_at(&search->rate, lower), to = axis_at(&search->rate, upper);
    struct number low = rate_text(lower), high = rate_text(upper);
    const char class[] = { 'b', 'o', 'u', 'n', 'd', 's', ' ', 's', (char)('1' + i % 5), 0 };

    if (isnan(lower) || isnan(upper))
        return;
    svg_box(&search->page->body, (struct point){ from, TOP },
            (struct point){ fmax(to - from, 0.003), NONE - TOP + 6 }, class,
            cell_printf(&search->page->cells,
                        "goal %s: from %s, which holds it, to %s, which does not",
                        share_exact(number_of(goal, "loss")).text, low.text, high.text));
}

static void goals_draw(const struct search *search)
{
    struct markup *body = &search->page->body;
    const json_t *goal;
    size_t i;

    json_array_foreach(search->goals, i, goal)
    {
        double loss = number_of(goal, "loss"), y = loss_y(search, loss);
        const char class[] = { 'g', 'o', 'a', 'l', ' ', 's', (char)('1' + i % 5), 0 };

        if (!(loss >= 0 && loss <= 1))
            continue;
        bounds_draw(search, goal, i);
        svg_line(body, (struct point){ 0, y }, (struct point){ 1, y }, class);
        svg_text(body, (struct point){ 1, y - 4 }, ANCHOR_END, "label halo",
                 cell_printf(&search->page->cells, "goal %s", share_exact(loss).text));
    }
}

/* Of trials of this kind the dots. */
static void trials_draw(const struct search *search)
{
    const json_t *trial;
    size_t i;

    json_array_foreach(search->trials, i, trial)
    {
        double offered = number_of(trial, "offered"), loss = number_of(trial, "loss");
        bool limited = json_is_true(json_object_get(trial, "generator_limited"));
        bool verifying = json_is_true(json_object_get(trial, "verifying"));
        struct number rate = rate_text(offered), lost = share_text(loss);

        if (i >= TRIALS_MAX || isnan(offered) || isnan(loss))
            continue;
        svg_dot(&search->page->body,
                (struct point){ axis_at(&search->rate, offered), loss_y(search, loss) },
                verifying ? 6 : 4, limited ? "hollow s0" : "seen s0",
                cell_printf(&search->page->cells, "trial %.0f: %s sent, %s lost%s%s",
                            number_of(trial, "number"), rate.text, lost.text,
                            limited ? ", generator-limited" : "", verifying ? ", to verify" : ""));
    }
}

static void search_draw(const struct search *search, const char *name)
{
    struct markup *body = &search->page->body;

    svg_begin(body, HEIGHT, cell_printf(&search->page->cells, "Loss by rate sent, %.200s", name));
    svg_axis_x(body, &search->rate, TOP, NONE + 8);
    svg_axis_y(body, &search->loss, TOP, BOTTOM);
    svg_line(body, (struct point){ 0, NONE }, (struct point){ 1, NONE }, "grid");
    svg_text(body, (struct point){ 0, NONE - 3 }, ANCHOR_START, "tick", "nothing lost");
    goals_draw(search);
    trials_draw(search);
    svg_end(body);
}

/* ---- in words and figures ---- */

static void rate_add(struct markup *body, const json_t *object, const char *name)
{
    double rate = number_of(object, name);

    markup_add(body, "<td class=\"num\">%s</td>", isnan(rate) ? "–" : rate_text(rate).text);
}

static void goals_add(const struct search *search)
{
    struct markup *body = &search->page->body;
    const json_t *goal;
    size_t i;

    markup_add(body, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Answers\">"
                     "<table>\n<tr><th scope=\"col\">Goal</th><th scope=\"col\">Answer</th>"
                     "<th scope=\"col\" class=\"num\">holds it</th>"
                     "<th scope=\"col\" class=\"num\">does not</th>"
                     "<th scope=\"col\" class=\"num\">gets through</th>"
                     "<th scope=\"col\" class=\"num\">trials</th></tr>\n");
    json_array_foreach(search->goals, i, goal)
    {
        markup_add(body, "<tr><th scope=\"row\">%s lost</th><td>%s</td>",
                   share_exact(number_of(goal, "loss")).text, json_text(goal, "state"));
        rate_add(body, goal, "lower");
        rate_add(body, goal, "upper");
        rate_add(body, goal, "conditional_throughput");
        markup_add(body, "<td class=\"num\">%.0f</td></tr>\n", number_of(goal, "trials"));
    }
    markup_add(body, "</table></div>\n");
}

static void trials_add(const struct search *search)
{
    struct markup *body = &search->page->body;
    const json_t *trial;
    size_t i;

    page_table_begin(search->page, "Its trials");
    markup_add(body, "<tr><th scope=\"col\" class=\"num\">Trial</th>"
                     "<th scope=\"col\" class=\"num\">asked for</th>"
                     "<th scope=\"col\" class=\"num\">sent</th>"
                     "<th scope=\"col\" class=\"num\">lost</th><th scope=\"col\"></th></tr>\n");
    json_array_foreach(search->trials, i, trial)
    {
        double loss = number_of(trial, "loss");

        if (i >= TRIALS_MAX)
            break;
        markup_add(body, "<tr><td class=\"num\">%.0f</td>", number_of(trial, "number"));
        rate_add(body, trial, "rate");
        rate_add(body, trial, "offered");
        markup_add(body, "<td class=\"num\">%s</td><td>%s%s</td></tr>\n",
                   isnan(loss) ? "–" : share_text(loss).text,
                   json_is_true(json_object_get(trial, "verifying")) ? "to verify " : "",
                   json_is_true(json_object_get(trial, "generator_limited")) ? "generator-limited"
                                                                             : "");
    }
    page_table_end(search->page);
}

void search_chart(struct page *page, const struct papers *papers)
{
    struct picks picks = picks_make(papers, "results", SEARCHES_MAX, has_search);

    if (!picks.count)
        return;
    page_section(
        page, "search", "Searches",
        "Each dot is a trial: how much was sent, and what share of it was lost. A band is "
        "where the answer lies; a hollow dot, a trial in which the sender fell short of its "
        "rate; a large one, the trial of full length that verified it. What was far too much "
        "stands at the right edge.");
    for (size_t i = 0; i < picks.count; i++) {
        struct search search = search_make(page, picks.list[i].entry);
        const char *name = pick_name(page, &picks, &picks.list[i]);

        if (!name)
            return;
        page_heading(page, name);
        search_draw(&search, name);
        goals_add(&search);
        trials_add(&search);
    }
    picks_left(page, &picks);
}
