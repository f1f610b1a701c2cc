/* SPDX-License-Identifier: Apache-2.0
 *
 * Drawings in a page.  x and widths are shares of the drawing's width, 0 to 1, and y and heights
 * are pixels, from above: a drawing is as wide as its place on a screen or sheet, while letters,
 * dots and lines keep their size.
 *
 * How things look is said by classes of style.css: the series "s0" to "s7" (a colour, and for
 * curves a dash too), "grid", "axis", "ceiling", "median", "interval", "mark".  There are no
 * colours here. One thread, as markup.
 */
#ifndef VMTP_CHART_SVG_H
#define VMTP_CHART_SVG_H

#include "axis.h"
#include "markup.h"

#define SVG_SERIES 8

struct point {
    double x, y;
};

/* An upright line. */
struct whisker {
    double x, low, high;
};

/* From where a text is drawn. */
enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

/* label: what it shows, for whoever can't see it. */
void svg_begin(struct markup *markup, double height, const char *label);
void svg_end(struct markup *markup);

/* tip: what is said of it on hover; NULL: nothing. */
void svg_line(struct markup *markup, struct point from, struct point to, const char *class);
void svg_box(struct markup *markup, struct point at, struct point size, const char *class,
             const char *tip);
void svg_dot(struct markup *markup, struct point at, double radius, const char *class,
             const char *tip);
void svg_text(struct markup *markup, struct point at, enum anchor anchor, const char *class,
              const char *text);

/* Many points at some ten bytes each: as a curve, as steps that keep a value until the next, as
 * dots, or as upright lines.  height is that of the drawing.  A curve is broken where a y is NAN.
 */
void svg_curve(struct markup *markup, double height, const struct point *points, size_t count,
               const char *class);
void svg_steps(struct markup *markup, double height, const struct point *points, size_t count,
               const char *class);
void svg_dots(struct markup *markup, double height, const struct point *points, size_t count,
              const char *class);
void svg_whiskers(struct markup *markup, double height, const struct whisker *whiskers,
                  size_t count, const char *class);

/* Lines across the drawing for the ticks of an axis, with their texts: of x below bottom, of y on
 * the lines at the left.  Where it is narrow, style.css leaves out every second text. */
void svg_axis_x(struct markup *markup, const struct axis *axis, double top, double bottom);
void svg_axis_y(struct markup *markup, const struct axis *axis, double top, double bottom);
/* The y of a value on an axis between top and bottom: its low end is at the bottom. */
double svg_y(const struct axis *axis, double value, double top, double bottom);

#endif
