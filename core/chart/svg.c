/* SPDX-License-Identifier: Apache-2.0 */
#include "svg.h"

#include <math.h>

#define STRETCH      1000.0 /* units of x of what is stretched */
#define AXIS_LETTERS 44     /* of texts beside each other for which there is room */

static const char *const anchors[] = { "start", "middle", "end" };

void svg_begin(struct markup *markup, double height, const char *label)
{
    markup_add(markup, "<svg width=\"100%%\" height=\"%.0f\" role=\"img\" aria-label=\"%s\">\n",
               height, label);
}

void svg_end(struct markup *markup)
{
    markup_add(markup, "</svg>\n");
}

/* Ends the element that has been begun. */
static void tip_end(struct markup *markup, const char *element, const char *tip)
{
    if (tip)
        markup_add(markup, "><title>%s</title></%s>\n", tip, element);
    else
        markup_add(markup, "/>\n");
}

void svg_line(struct markup *markup, struct point from, struct point to, const char *class)
{
    markup_add(markup, "<line class=\"%s\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"%.2f%%\" y2=\"%.1f\"/>\n",
               class, from.x * 100, from.y, to.x * 100, to.y);
}

void svg_box(struct markup *markup, struct point at, struct point size, const char *class,
             const char *tip)
{
    markup_add(markup,
               "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" height=\"%.1f\"", class,
               at.x * 100, at.y, size.x * 100, size.y);
    tip_end(markup, "rect", tip);
}

void svg_dot(struct markup *markup, struct point at, double radius, const char *class,
             const char *tip)
{
    markup_add(markup, "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%.1f\"", class,
               at.x * 100, at.y, radius);
    tip_end(markup, "circle", tip);
}

void svg_text(struct markup *markup, struct point at, enum anchor anchor, const char *class,
              const char *text)
{
    markup_add(markup, "<text class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
               class, at.x * 100, at.y, anchors[anchor], text);
}

/* ---- many points ---- */

/* A path of its own, which is stretched to the width; its strokes are not. */
static void path_begin(struct markup *markup, double height, const char *kind, const char *class)
{
    markup_add(markup,
               "<svg viewBox=\"0 0 %.0f %.1f\" height=\"%.1f\" preserveAspectRatio=\"none\">"
               "<path class=\"%s %s\" d=\"",
               STRETCH, height, height, kind, class);
}

static void path_end(struct markup *markup)
{
    markup_add(markup, "\"/></svg>\n");
}

void svg_curve(struct markup *markup, double height, const struct point *points, size_t count,
               const char *class)
{
    path_begin(markup, height, "curve", class);
    for (size_t i = 0; i < count; i++)
        if (!isnan(points[i].y))
            markup_add(markup, "%s%.1f %.1f", i && !isnan(points[i - 1].y) ? "L" : "M",
                       points[i].x * STRETCH, points[i].y);
    path_end(markup);
}

void svg_steps(struct markup *markup, double height, const struct point *points, size_t count,
               const char *class)
{
    path_begin(markup, height, "curve", class);
    for (size_t i = 0; i < count; i++)
        markup_add(markup, i ? "H%.1fV%.1f" : "M%.1f %.1f", points[i].x * STRETCH, points[i].y);
    path_end(markup);
}

/* A line of no length with round ends is a dot, which stays round when it is stretched. */
void svg_dots(struct markup *markup, double height, const struct point *points, size_t count,
              const char *class)
{
    path_begin(markup, height, "dots", class);
    for (size_t i = 0; i < count; i++)
        markup_add(markup, "M%.1f %.1fh0", points[i].x * STRETCH, points[i].y);
    path_end(markup);
}

void svg_whiskers(struct markup *markup, double height, const struct whisker *whiskers,
                  size_t count, const char *class)
{
    path_begin(markup, height, "whiskers", class);
    for (size_t i = 0; i < count; i++)
        markup_add(markup, "M%.1f %.1fV%.1f", whiskers[i].x * STRETCH, whiskers[i].low,
                   whiskers[i].high);
    path_end(markup);
}

/* ---- axes ---- */

void svg_axis_x(struct markup *markup, const struct axis *axis, double top, double bottom)
{
    size_t letters = 0, every;

    for (size_t i = 0; i < axis->tick_count; i++)
        letters += strlen(axis_text(axis, axis->ticks[i]).text) + 1;
    every = 1 + letters / AXIS_LETTERS;
    for (size_t i = 0; i < axis->tick_count; i++) {
        double x = axis_at(axis, axis->ticks[i]);

        svg_line(markup, (struct point){ x, top }, (struct point){ x, bottom }, "grid");
        if (i % every != 0)
            continue;
        svg_text(markup, (struct point){ x, bottom + 15 },
                 x < 0.01   ? ANCHOR_START
                 : x > 0.99 ? ANCHOR_END
                            : ANCHOR_MIDDLE,
                 i / every % 2 ? "tick odd" : "tick", axis_text(axis, axis->ticks[i]).text);
    }
}

void svg_axis_y(struct markup *markup, const struct axis *axis, double top, double bottom)
{
    for (size_t i = 0; i < axis->tick_count; i++) {
        double y = svg_y(axis, axis->ticks[i], top, bottom);

        svg_line(markup, (struct point){ 0, y }, (struct point){ 1, y }, "grid");
        svg_text(markup, (struct point){ 0, y - 3 }, ANCHOR_START, "tick",
                 axis_text(axis, axis->ticks[i]).text);
    }
}

double svg_y(const struct axis *axis, double value, double top, double bottom)
{
    return bottom - axis_at(axis, value) * (bottom - top);
}
