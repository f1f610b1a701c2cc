/* SPDX-License-Identifier: Apache-2.0 */
#include "grid.h"

#include "../base/text.h"

#include <errno.h>
#include <langinfo.h>
#include <sys/ioctl.h>

#define INDENT     2
#define GAP        2
#define FILE_WIDTH 160 /* of a line in a file or a pipe */
#define LEAST      8   /* a column is not cut below this */

struct grid {
    struct arena *arena;
    const struct column *columns;
    size_t column_count;
    struct cell **rows;
    size_t row_count, room;
};

struct grid *grid_new(struct arena *arena, const struct column *columns, size_t count)
{
    struct grid *grid = arena_alloc(arena, sizeof *grid);

    if (grid)
        *grid = (struct grid){ .arena = arena, .columns = columns, .column_count = count };
    return grid;
}

struct cell *grid_row(struct grid *grid)
{
    struct cell *row = arena_array(grid->arena, grid->column_count + 1, sizeof *row);

    if (grid->row_count == grid->room) {
        size_t room = grid->room ? grid->room * 2 : 16;
        struct cell **rows = arena_array(grid->arena, room, sizeof *rows);

        if (!rows)
            return NULL;
        if (grid->row_count)
            memcpy(rows, grid->rows, grid->row_count * sizeof *rows);
        grid->rows = rows;
        grid->room = room;
    }
    if (row)
        grid->rows[grid->row_count++] = row;
    return row;
}

int colour_add(struct buf *ret, const struct style *style, enum colour colour, const char *text)
{
    static const char *const codes[] = {
        [COLOUR_DIM] = "2",
        [COLOUR_GREEN] = "32",
        [COLOUR_YELLOW] = "33",
        [COLOUR_RED] = "31",
    };

    if (!style->colour || colour == COLOUR_NONE)
        return buf_add_text(ret, text);
    return buf_printf(ret, "\033[%sm%s\033[0m", codes[colour], text);
}

int ascii_mend(struct buf *buf)
{
    _cleanup_(buf_clear) struct buf mended = BUF(buf->max);
    int r = 0;

    for (const char *at = buf_text(buf); *at && r == 0; at++) {
        bool plus_minus = (unsigned char)at[0] == 0xc2 && (unsigned char)at[1] == 0xb1;

        if (plus_minus)
            r = buf_add_text(&mended, "+-"), at++;
        else
            r = buf_add(&mended, (unsigned char)*at < 0x80 ? at : "?", 1);
    }
    if (r == 0) {
        buf->len = 0;
        r = buf_add(buf, buf_text(&mended), mended.len);
    }
    return r;
}

static size_t width_of(FILE *stream)
{
    struct winsize size;

    return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : FILE_WIDTH;
}

struct style style_of(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");

    return (struct style){
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .colour = isatty(fileno(stream)) && !(no_colour && *no_colour),
        .width = width_of(stream),
    };
}

static const char *shown(const struct cell *cell, const struct style *style)
{
    return cell->text ? cell->text : style->utf8 ? "–" : "-";
}

/* How many bytes of the text are its first line: up to a space, if there is one in time. */
static size_t line_len(const char *text, size_t wrap)
{
    size_t at = 0, space = 0, width = 0;

    if (!wrap)
        return strlen(text);
    while (text[at]) {
        size_t next = at + 1;
        char letter[8];

        while (((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        snprintf(letter, sizeof letter, "%.*s", (int)(next - at), text + at);
        width += text_width(letter);
        if (width > wrap)
            return space ? space : at ? at : next;
        at = next;
        if (text[at] == ' ')
            space = at;
    }
    return at;
}

/* Take the first line away, and the spaces behind it. */
static struct cell line_take(struct arena *arena, const char **text, size_t wrap)
{
    size_t len = line_len(*text, wrap);
    struct cell line = { .text = arena_strndup(arena, *text, len) };

    *text += len;
    if (**text)
        *text += strspn(*text, " ");
    return line;
}

static size_t widest_line(struct arena *arena, const char *text, size_t wrap)
{
    size_t widest = 0;

    do {
        struct cell line = line_take(arena, &text, wrap);
        size_t width = line.text ? text_width(line.text) : 0;

        widest = width > widest ? width : widest;
    } while (*text);
    return widest;
}

/* 0: nothing is in it. */
static size_t column_width(const struct grid *grid, size_t at, const struct style *style)
{
    size_t width = text_width(grid->columns[at].name);
    bool filled = false;

    for (size_t i = 0; i < grid->row_count; i++) {
        const struct cell *cell = &grid->rows[i][at];
        size_t mine = widest_line(grid->arena, shown(cell, style), grid->columns[at].wrap);

        filled = filled || (cell->text && *cell->text);
        width = mine > width ? mine : width;
    }
    return filled ? width : 0;
}

static size_t widths_total(const struct grid *grid, const size_t *widths)
{
    size_t total = INDENT;

    for (size_t i = 0; i < grid->column_count; i++)
        total += widths[i] ? widths[i] + GAP : 0;
    return total;
}

/* Leave out what may be, from the right, until all fit. */
static void extras_drop(const struct grid *grid, size_t *widths, size_t limit)
{
    for (size_t i = grid->column_count; i > 0 && widths_total(grid, widths) > limit + GAP; i--)
        if (grid->columns[i - 1].extra)
            widths[i - 1] = 0;
}

/* Narrow the widest column that may be, until all fit or none is left. */
static void widths_shrink(const struct grid *grid, size_t *widths, size_t limit)
{
    for (;;) {
        size_t widest = SIZE_MAX;

        for (size_t i = 0; i < grid->column_count; i++)
            if (grid->columns[i].shrink && widths[i] > LEAST &&
                (widest == SIZE_MAX || widths[i] > widths[widest]))
                widest = i;
        if (widths_total(grid, widths) <= limit + GAP || widest == SIZE_MAX)
            return;
        widths[widest]--;
    }
}

/* As much of the text as fits, and a sign that there was more. */
static int cut_add(struct buf *ret, const struct style *style, const char *text, size_t width,
                   enum colour colour)
{
    _free_ char *copy = strdup(text);
    size_t len = strlen(text);

    if (!copy)
        return -ENOMEM;
    while (len && text_width(copy) > width - 1) {
        do
            len--;
        while (len && ((unsigned char)copy[len] & 0xc0) == 0x80);
        copy[len] = '\0';
    }
    colour_add(ret, style, colour, copy);
    return buf_add_text(ret, style->utf8 ? "…" : "~");
}

static int spaces_add(struct buf *ret, size_t count)
{
    return buf_printf(ret, "%*s", (int)count, "");
}

static int cell_add(struct buf *ret, const struct style *style, const struct column *column,
                    const struct cell *cell, size_t width)
{
    const char *text = shown(cell, style);
    size_t mine = text_width(text);

    if (mine > width)
        return cut_add(ret, style, text, width, cell->colour);
    if (column->right)
        spaces_add(ret, width - mine);
    colour_add(ret, style, cell->colour, text);
    return column->right ? 0 : spaces_add(ret, width - mine);
}

static int line_add(struct buf *ret, const struct grid *grid, const struct style *style,
                    const struct cell *line, const size_t *widths)
{
    bool first = true;
    int r = 0;

    for (size_t i = 0; i < grid->column_count; i++) {
        if (!widths[i])
            continue;
        if (style->frame)
            buf_add_text(ret, first ? "| " : " | ");
        else
            spaces_add(ret, first ? INDENT : GAP);
        r = cell_add(ret, style, &grid->columns[i], &line[i], widths[i]);
        if (r < 0)
            return r;
        first = false;
    }
    if (style->frame)
        return buf_add_text(ret, " |\n");
    while (ret->len && ret->data[ret->len - 1] == ' ')
        ret->data[--ret->len] = '\0';
    return buf_add_text(ret, "\n");
}

/* In as many lines as its longest cell takes. */
static int row_add(struct buf *ret, const struct grid *grid, const struct style *style,
                   const struct cell *row, const size_t *widths)
{
    const char **rest = arena_array(grid->arena, grid->column_count + 1, sizeof *rest);
    struct cell *line = arena_array(grid->arena, grid->column_count + 1, sizeof *line);
    bool more = true;
    int r = rest && line ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < grid->column_count; i++)
        rest[i] = shown(&row[i], style);
    while (r == 0 && more) {
        more = false;
        for (size_t i = 0; i < grid->column_count; i++) {
            line[i] = line_take(grid->arena, &rest[i], grid->columns[i].wrap);
            line[i].colour = row[i].colour;
            more = more || *rest[i];
            r = line[i].text ? r : -ENOMEM;
        }
        r = r == 0 ? line_add(ret, grid, style, line, widths) : r;
    }
    return r;
}

/* "+------+----+" */
static int rule_add(struct buf *ret, const struct grid *grid, const struct style *style,
                    const size_t *widths)
{
    if (!style->frame)
        return 0;
    for (size_t i = 0; i < grid->column_count; i++) {
        buf_add_text(ret, i ? "" : "+");
        for (size_t dashes = widths[i] ? widths[i] + 2 : 0; dashes; dashes--)
            buf_add_text(ret, "-");
        buf_add_text(ret, widths[i] ? "+" : "");
    }
    return buf_add_text(ret, "\n");
}

int grid_format(const struct grid *grid, const struct style *style, struct buf *ret)
{
    size_t *widths = arena_array(grid->arena, grid->column_count + 1, sizeof *widths);
    struct cell *header = arena_array(grid->arena, grid->column_count + 1, sizeof *header);
    int r;

    if (!widths || !header)
        return -ENOMEM;
    for (size_t i = 0; i < grid->column_count; i++) {
        widths[i] = column_width(grid, i, style);
        header[i] = (struct cell){ grid->columns[i].name, COLOUR_DIM };
    }
    extras_drop(grid, widths, style->width);
    widths_shrink(grid, widths, style->width);
    rule_add(ret, grid, style, widths);
    r = row_add(ret, grid, style, header, widths);
    rule_add(ret, grid, style, widths);
    for (size_t i = 0; i < grid->row_count && r == 0; i++)
        r = row_add(ret, grid, style, grid->rows[i], widths);
    return r == 0 ? rule_add(ret, grid, style, widths) : r;
}

/* ---- Markdown ---- */

static bool is_filled(const struct grid *grid, size_t at)
{
    for (size_t i = 0; i < grid->row_count; i++)
        if (grid->rows[i][at].text && *grid->rows[i][at].text)
            return true;
    return false;
}

int markdown_add(struct buf *ret, const char *text)
{
    int r = 0;

    for (; *text && r == 0; text++)
        if (strchr("\\|`*_<>[]&", *text))
            r = buf_printf(ret, "\\%c", *text);
        else
            r = buf_add(ret, (unsigned char)*text < ' ' ? " " : text, 1);
    return r;
}

static int markdown_row(const struct grid *grid, const struct cell *row, struct buf *ret)
{
    for (size_t i = 0; i < grid->column_count; i++) {
        if (!is_filled(grid, i))
            continue;
        buf_add_text(ret, "| ");
        markdown_add(ret, row ? row[i].text ? row[i].text : "" : grid->columns[i].name);
        buf_add_text(ret, " ");
    }
    return buf_add_text(ret, "|\n");
}

int grid_markdown(const struct grid *grid, struct buf *ret)
{
    int r = markdown_row(grid, NULL, ret);

    for (size_t i = 0; i < grid->column_count; i++)
        if (is_filled(grid, i))
            buf_add_text(ret, grid->columns[i].right ? "| ---: " : "| --- ");
    buf_add_text(ret, "|\n");
    for (size_t i = 0; i < grid->row_count && r == 0; i++)
        r = markdown_row(grid, grid->rows[i], ret);
    return r;
}
