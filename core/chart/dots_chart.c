/* SPDX-License-Identifier: Apache-2.0
 *
 * Every repetition as a dot, with median, interval and ceiling; of several documents side by side,
 * one under the other for each key, with the shift against the first.
 *
 * Dots lie from top to bottom in the order in which they were measured, so that a drift is seen as
 * a slope.  A distribution is shown by its percentiles.
 */
#include "../result/shift.h"
#include "chart.h"
#include "group.h"
#include "svg.h"

#include <math.h>

#define DOTS_MAX   200  /* in a row */
#define HEIGHT     40.0 /* of a row */
#define HEIGHT_LOW 24.0 /* of one of several */
#define LEAD                                                                                       \
    "Each dot is a trial, the first at the top; one with a hole was disturbed or limited by the "  \
    "generator. The upright bar is the median, the band its 95 % interval, the dotted line what "  \
    "the path can carry."

/* ---- a drawing ---- */

/* What a row is drawn with. */
struct row {
    const struct group *group;
    const json_t *result, *figure;
    double height;
    size_t series;
};

static double at(const struct row *row, double value)
{
    return axis_at(&row->group->axis, value);
}

static void upright_draw(const struct row *row, double value, double gap, const char *class)
{
    svg_line(&row->group->page->body, (struct point){ at(row, value), gap },
             (struct point){ at(row, value), row->height - gap }, class);
}

static void bounds_draw(const struct row *row)
{
    static const char *const bands[SVG_SERIES] = {
        "interval s0", "interval s1", "interval s2", "interval s3",
        "interval s4", "interval s5", "interval s6", "interval s7",
    };
    const struct axis *axis = &row->group->axis;
    double low, high, ceiling = json_number_value(json_object_get(row->figure, "ceiling"));

    for (size_t i = 0; i < axis->tick_count; i++)
        upright_draw(row, axis->ticks[i], 0, "grid");
    if (figure_interval(row->figure, &low, &high))
        svg_box(&row->group->page->body, (struct point){ at(row, low), 2 },
                (struct point){ fmax(at(row, high) - at(row, low), 0), row->height - 4 },
                bands[row->series % SVG_SERIES], NULL);
    if (ceiling > 0)
        upright_draw(row, ceiling, 0, "ceiling");
    if (isfinite(figure_middle(row->figure)))
        upright_draw(row, figure_middle(row->figure), 1, "median");
}

/* Was the nth of the good trials disturbed, or limited by what sent? */
static bool is_doubtful(const json_t *result, size_t n)
{
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(result, "trials"), i, trial)
    {
        if (strcmp(json_text(trial, "status"), "ok") == 0 && n-- == 0)
            return json_array_size(json_object_get(trial, "marks")) > 0;
    }
    return false;
}

static void trials_draw(const struct row *row, const char *class)
{
    const json_t *trials = json_object_get(row->figure, "trials");
    size_t n = json_array_size(trials), count = n < DOTS_MAX ? n : DOTS_MAX, holes = 0;
    struct point points[DOTS_MAX], hollow[DOTS_MAX];
    struct markup *body = &row->group->page->body;

    for (size_t i = 0; i < count; i++) {
        double down = count > 1 ? (double)i / (double)(count - 1) : 0.5;

        points[i].x = at(row, json_number_value(json_array_get(trials, i)));
        points[i].y = 6 + (row->height - 12) * down;
        if (is_doubtful(row->result, i))
            hollow[holes++] = points[i];
    }
    svg_dots(body, row->height, points, count, class);
    if (holes)
        svg_dots(body, row->height, hollow, holes, "hole");
}

/* From the middle to the last percentile that is known, with a dot for each. */
static void percentiles_draw(const struct row *row, const char *class)
{
    struct markup *body = &row->group->page->body;
    struct point points[PERCENTILES];
    size_t count = 0;

    for (size_t i = 0; i < PERCENTILES; i++) {
        const json_t *value = json_object_get(row->figure, percentiles[i]);

        if (json_is_number(value))
            points[count++] = (struct point){ at(row, json_number_value(value)), row->height / 2 };
    }
    if (count > 1)
        svg_line(body, points[0], points[count - 1], "axis");
    svg_dots(body, row->height, points, count, class);
}

static void row_draw(const struct row *row)
{
    static const char *const classes[SVG_SERIES] = {
        "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"
    };
    const char *class = classes[row->series % SVG_SERIES];
    struct page *page = row->group->page;

    svg_begin(&page->body, row->height, group_words(row->group, row->result, row->figure));
    bounds_draw(row);
    if (figure_is_distribution(row->figure))
        percentiles_draw(row, class);
    else
        trials_draw(row, class);
    svg_end(&page->body);
}

/* ---- beside it ---- */

static size_t trials_read(const json_t *figure, double *ret)
{
    const json_t *trials = json_object_get(figure, "trials");
    size_t n = json_array_size(trials), count = n < DOTS_MAX ? n : DOTS_MAX;

    for (size_t i = 0; i < count; i++)
        ret[i] = json_number_value(json_array_get(trials, i));
    return count;
}

/* "+2.1", with as many digits as mean something, and never "-0.0". */
static const char *percent_text(struct page *page, double share)
{
    double percent = round(share * 1000) / 10;

    percent = percent > 0 || percent < 0 ? percent : 0;
    return cell_printf(&page->cells, fabs(percent) < 100 ? "%+.1f" : "%+.0f", percent);
}

/* "+2.1 % (-0.3 to +4.6)": how far it lies from the first; false: nothing says. */
static bool shift_add(struct page *page, const json_t *old, const json_t *now)
{
    double before[DOTS_MAX], after[DOTS_MAX];
    size_t old_n = trials_read(old, before), now_n = trials_read(now, after);
    struct shift shift;

    if (shift_find(before, old_n, after, now_n, true, &shift) < 0 || !isfinite(shift.value))
        return false;
    markup_add(&page->body, "<small>%s %%", percent_text(page, shift.value));
    if (shift.has_interval && isfinite(shift.interval.low) && isfinite(shift.interval.high))
        markup_add(&page->body, " (%s to %s)", percent_text(page, shift.interval.low),
                   percent_text(page, shift.interval.high));
    markup_add(&page->body, "</small>");
    return true;
}

static void texts_add(const struct row *row, const json_t *first)
{
    struct page *page = row->group->page;
    const char *p99 = cell_value(&page->cells, row->figure, "p99");

    markup_add(&page->body, "<div class=\"figure\"><b>%s</b>",
               cell_value(&page->cells, row->figure, middle_field(row->figure)));
    if (first && shift_add(page, first, row->figure))
        ; /* that is what they are side by side for */
    else if (p99)
        markup_add(&page->body, "<small>p99 %s</small>", p99);
    else
        markup_add(&page->body, "<small>%s</small>", figure_span(&page->cells, row->figure));
    markup_add(&page->body, "</div>");
}

static void row_add(const struct row *row, size_t paper, const json_t *first)
{
    const struct group *group = row->group;
    struct markup *body = &group->page->body;

    markup_add(body, "<div class=\"row%s\"><div class=\"name\">",
               group->papers->count > 1 ? " low" : "");
    if (group->papers->count == 1)
        group_label(group, row->result);
    else
        markup_cut(body, group->papers->list[paper].name, 48);
    markup_add(body, "</div>\n");
    row_draw(row);
    texts_add(row, first);
    markup_add(body, "</div>\n");
}

static void key_add(const struct group *group, size_t key)
{
    bool several = group->papers->count > 1;
    struct markup *body = &group->page->body;
    const json_t *first = NULL;

    if (several) {
        markup_add(body, "<div class=\"row head\"><div class=\"name\">");
        group_label(group, group->samples[key]);
        markup_add(body, "</div></div>\n");
    }
    for (size_t p = 0; p < group->papers->count; p++) {
        struct row row = { .group = group,
                           .height = several ? HEIGHT_LOW : HEIGHT,
                           .series = several ? p : 0 };

        row.result = group_find(group, p, key, &row.figure);
        if (!row.result)
            continue;
        row_add(&row, p, first);
        first = first ? first : row.figure;
    }
}

static void axis_add(const struct group *group)
{
    struct markup *body = &group->page->body;

    markup_add(body, "<div class=\"row axes%s\"><div class=\"name\"></div>\n",
               group->papers->count > 1 ? " low" : "");
    svg_begin(body, 20, "axis");
    svg_axis_x(body, &group->axis, 0, 3);
    svg_end(body);
    markup_add(body, "<div class=\"figure\"></div></div>\n");
}

static void group_add(const struct group *group, size_t number)
{
    if (number == 0)
        page_section(group->page, "dots",
                     group->papers->count == 1 ? "Every trial" : "Side by side", LEAD);
    group_heading(group, group->axis.log);
    for (size_t i = 0; i < group->key_count; i++)
        key_add(group, i);
    axis_add(group);
    group_table(group);
}

void dots_chart(struct page *page, const struct papers *papers)
{
    if (papers->count <= PAPERS_BESIDE)
        groups_each(page, papers, group_add);
}
