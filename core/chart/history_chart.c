/* SPDX-License-Identifier: Apache-2.0
 *
 * Many runs of the same: for each key the medians with their intervals, from run to run.
 *
 * Each key has an axis of its own: what is looked for is change.
 */
#include "chart.h"
#include "group.h"
#include "svg.h"

#include <errno.h>
#include <math.h>

#define HEIGHT 84.0
#define LEFT   0.12 /* of the width, for the texts of the axis */
#define TOP    14.0
#define BOTTOM 78.0

/* The medians and intervals of a key in all documents that have it. */
struct course {
    struct point *middles;
    struct whisker *whiskers;
    size_t count, whisker_count;
    struct extent extent;
    const json_t *last; /* figure */
};

static bool course_make(const struct group *group, struct course *ret)
{
    struct arena *arena = group->page->cells.arena;
    size_t most = group->papers->count;

    ret->middles = arena_array(arena, most, sizeof *ret->middles);
    ret->whiskers = arena_array(arena, most, sizeof *ret->whiskers);
    if (!ret->middles || !ret->whiskers)
        markup_fail(&group->page->body, -ENOMEM);
    return ret->middles && ret->whiskers;
}

static void course_fill(const struct group *group, size_t key, struct course *course)
{
    for (size_t p = 0; p < group->papers->count; p++) {
        double low, high, along = ((double)p + 0.5) / (double)group->papers->count;
        double x = LEFT + (1 - LEFT) * along;
        const json_t *figure = NULL;

        if (!group_find(group, p, key, &figure) || !isfinite(figure_middle(figure)))
            continue;
        course->last = figure;
        course->middles[course->count++] = (struct point){ x, figure_middle(figure) };
        extent_add(&course->extent, figure_middle(figure));
        if (!figure_interval(figure, &low, &high))
            continue;
        course->whiskers[course->whisker_count++] = (struct whisker){ x, low, high };
        extent_add(&course->extent, low);
        extent_add(&course->extent, high);
    }
}

/* From values to places. */
static void course_place(struct course *course, const struct axis *axis)
{
    for (size_t i = 0; i < course->count; i++)
        course->middles[i].y = svg_y(axis, course->middles[i].y, TOP, BOTTOM);
    for (size_t i = 0; i < course->whisker_count; i++) {
        course->whiskers[i].low = svg_y(axis, course->whiskers[i].low, TOP, BOTTOM);
        course->whiskers[i].high = svg_y(axis, course->whiskers[i].high, TOP, BOTTOM);
    }
}

static void course_draw(struct markup *body, const struct course *course, const struct axis *axis,
                        const char *label)
{
    svg_begin(body, HEIGHT, label);
    svg_whiskers(body, HEIGHT, course->whiskers, course->whisker_count, "s0");
    svg_curve(body, HEIGHT, course->middles, course->count, "s0");
    svg_dots(body, HEIGHT, course->middles, course->count, "s0");
    svg_axis_y(body, axis, TOP, BOTTOM);
    svg_end(body);
}

static void key_add(const struct group *group, size_t key)
{
    struct page *page = group->page;
    struct course course = { 0 };
    struct axis axis;
    const char *last;

    if (!course_make(group, &course))
        return;
    course_fill(group, key, &course);
    if (course.count == 0)
        return;
    axis = axis_make(&course.extent, SCALE_FEW, group->unit);
    course_place(&course, &axis);
    last = cell_value(&page->cells, course.last, middle_field(course.last));
    markup_add(&page->body, "<div class=\"row\"><div class=\"name\">");
    group_label(group, group->samples[key]);
    markup_add(&page->body, "</div>\n");
    course_draw(&page->body, &course, &axis, group_words(group, group->samples[key], course.last));
    markup_add(&page->body,
               "<div class=\"figure\"><b>%s</b><small>%s</small><small>the last of %zu</small>"
               "</div></div>\n",
               last, figure_span(&page->cells, course.last), course.count);
}

static void group_add(const struct group *group, size_t number)
{
    if (number == 0)
        page_section(group->page, "history", "Over the runs",
                     "The median of each run with its 95 % interval, from left to right in the "
                     "order of the files; each row has its own axis.");
    group_heading(group, false);
    for (size_t i = 0; i < group->key_count; i++)
        key_add(group, i);
    group_table(group);
}

void history_chart(struct page *page, const struct papers *papers)
{
    if (papers->count > PAPERS_BESIDE)
        groups_each(page, papers, group_add);
}
