/* SPDX-License-Identifier: Apache-2.0
 *
 * A grid of texts, laid out in columns as wide as what is in them, to fit a width; and what a
 * stream takes of colours and letters.
 *
 * Made, filled row by row and formatted by one thread; everything is in the caller's arena.
 */
#ifndef VMTP_REPORT_GRID_H
#define VMTP_REPORT_GRID_H

#include "../base/arena.h"
#include "../base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum colour { COLOUR_NONE = 0, COLOUR_DIM, COLOUR_GREEN, COLOUR_YELLOW, COLOUR_RED };

/* How to write. */
struct style {
    bool utf8, colour;
    bool frame; /* a line around each cell */
    size_t width;
};

struct cell {
    const char *text; /* NULL: absent, shown as a dash; "": nothing */
    enum colour colour;
};

struct column {
    const char *name;
    bool right;  /* numbers */
    bool extra;  /* left out first, from the right, where the grid is too wide */
    bool shrink; /* cut where it is too wide even so */
    size_t wrap; /* a cell goes on in another line behind so many columns; 0: it has but one line */
};

struct grid;

/* NULL: out of memory. */
struct grid *grid_new(struct arena *arena, const struct column *columns, size_t count);
/* The cells of a new row, all absent; NULL: out of memory. */
struct cell *grid_row(struct grid *grid);
/* A header and the rows, indented; columns without anything in any row are left out. */
int grid_format(const struct grid *grid, const struct style *style, struct buf *ret);
/* The same as a table of Markdown, whatever stands in the cells; NULL cells are empty. */
int grid_markdown(const struct grid *grid, struct buf *ret);
/* Text that means nothing to Markdown. */
int markdown_add(struct buf *ret, const char *text);

/* Text in a colour, if the style has colours. */
int colour_add(struct buf *ret, const struct style *style, enum colour colour, const char *text);
/* Marks of ours that plain ASCII lacks; what else is not ASCII becomes '?'. */
int ascii_mend(struct buf *buf);

/* What the stream takes: colours on a terminal unless NO_COLOR is set, UTF-8 by the locale, the
 * terminal's width or that of a file. */
struct style style_of(FILE *stream);

#endif
