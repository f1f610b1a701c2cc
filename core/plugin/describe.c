/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include "../base/text.h"
#include "value.h"

#define COLUMNS_MAX 5
#define WIDEST      28 /* of a column that others have to line up behind */

/* Cells row by row; the first row is the heading. */
struct grid {
    const char *title;
    const char **cells;
    size_t rows, columns;
};

static const char *text_or(const char *text, const char *other)
{
    return text && *text ? text : other;
}

/* The range, or the choices. */
static const char *values_text(const struct vmtp_option *option, struct arena *arena)
{
    uint32_t item = option->type == VMTP_LIST ? option->item : option->type;
    const char *least = NULL, *most = NULL, *all = "";

    if (item == VMTP_ENUM) {
        for (const struct vmtp_choice *choice = option->choices; all && choice->name; choice++)
            all = arena_printf(arena, "%s%s%s", all, *all ? ", " : "", choice->name);
        return all;
    }
    if (!value_range(option, arena, &least, &most))
        return "";
    return *most ? arena_printf(arena, "%s to %s", least, most)
                 : arena_printf(arena, "from %s", least);
}

static const char *type_text(const struct vmtp_option *option, struct arena *arena)
{
    if (option->type == VMTP_LIST)
        return arena_printf(arena, "list of %s", value_type(option->item)->name);
    return option->flags & VMTP_SECRET ? "secret" : value_type(option->type)->name;
}

static const char *help_text(const struct vmtp_option *option, struct arena *arena)
{
    return option->flags & VMTP_DEPRECATED ? arena_printf(arena, "Deprecated: %s", option->help)
                                           : option->help;
}

static int options_grid(const struct vmtp_table *table, const char *title, struct arena *arena,
                        struct grid *ret)
{
    static const char *const heading[] = { "option", "type", "default", "values", "is" };
    const char **cell;

    *ret = (struct grid){ .title = title, .rows = table->count + 1, .columns = COUNT(heading) };
    ret->cells = cell = arena_array(arena, ret->rows * ret->columns, sizeof *cell);
    if (!cell)
        return -ENOMEM;
    memcpy(cell, heading, sizeof heading);
    for (uint32_t i = 0; i < table->count; i++) {
        const struct vmtp_option *option = table_row(table, i);

        cell += ret->columns;
        cell[0] = option->name;
        cell[1] = type_text(option, arena);
        cell[2] = option->flags & VMTP_REQUIRED ? "(required)"
                  : !option->def                ? ""
                                                : text_or(option->def, "\"\"");
        cell[3] = values_text(option, arena);
        cell[4] = help_text(option, arena);
        if (!cell[1] || !cell[3] || !cell[4])
            return -ENOMEM;
    }
    return 0;
}

static int metrics_grid(const struct component *component, struct arena *arena, struct grid *ret)
{
    static const char *const heading[] = { "metric", "unit", "kind", "is" };
    static const char *const kinds[] = { "", "gauge", "counter", "distribution" };
    const char **cell;

    *ret = (struct grid){ .title = "metrics",
                          .rows = component->table.metrics.count + 1,
                          .columns = COUNT(heading) };
    ret->cells = cell = arena_array(arena, ret->rows * ret->columns, sizeof *cell);
    if (!cell)
        return -ENOMEM;
    memcpy(cell, heading, sizeof heading);
    for (uint32_t i = 0; i < component->table.metrics.count; i++) {
        const struct vmtp_metric *metric = component_metric(component, i);

        cell += ret->columns;
        cell[0] = metric->name;
        cell[1] = metric->unit;
        cell[2] = kinds[metric->kind <= VMTP_DISTRIBUTION ? metric->kind : 0];
        cell[3] = metric->help;
    }
    return 0;
}

typedef void print_function(const struct grid *grid, FILE *out);

static void print_text(const struct grid *grid, FILE *out)
{
    size_t widths[COLUMNS_MAX] = { 0 };

    for (size_t i = 0; i < grid->rows * grid->columns; i++) {
        size_t width = text_width(grid->cells[i]);

        if (width <= WIDEST && width > widths[i % grid->columns])
            widths[i % grid->columns] = width;
    }
    fprintf(out, "\n%s\n", grid->title);
    for (size_t i = 0; i < grid->rows * grid->columns; i++) {
        size_t column = i % grid->columns, width = text_width(grid->cells[i]);
        bool last = column + 1 == grid->columns;
        size_t pad = last || width > widths[column] ? 0 : widths[column] - width;

        fprintf(out, "  %s%*s%s", grid->cells[i], (int)pad, "", last ? "\n" : "");
    }
}

/* A bar would end the cell. */
static void print_cell(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '|' || *text == '<')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void print_markdown(const struct grid *grid, FILE *out)
{
    fputc('\n', out);
    for (size_t i = 0; i < grid->rows * grid->columns; i++) {
        bool last = i % grid->columns + 1 == grid->columns;

        fputs("| ", out);
        print_cell(grid->cells[i], out);
        fputs(last ? " |\n" : " ", out);
        if (last && i < grid->columns)
            for (size_t c = 0; c < grid->columns; c++)
                fputs(c + 1 == grid->columns ? "| --- |\n" : "| --- ", out);
    }
}

static int print_grids(const struct component *component, print_function *print, FILE *out)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    const struct vmtp_table *places = &component->ops.cloud.endpoint_options;
    struct grid grid;
    int r = arena ? 0 : -ENOMEM;

    if (r == 0 && component->table.options.count) {
        r = options_grid(&component->table.options, "options", arena, &grid);
        if (r == 0)
            print(&grid, out);
    }
    if (r == 0 && component->table.kind == VMTP_CLOUD && places->count) {
        r = options_grid(places, "options of an endpoint", arena, &grid);
        if (r == 0)
            print(&grid, out);
    }
    if (r == 0 && component->table.metrics.count) {
        r = metrics_grid(component, arena, &grid);
        if (r == 0)
            print(&grid, out);
    }
    return r;
}

int describe_text(const struct component *component, FILE *out)
{
    fprintf(out, "%s %s: %s\n", kind_name(component->table.kind), component->table.name,
            component->table.summary);
    if (component->path)
        fprintf(out, "version %s, from %s\n", text_or(component->version, "?"), component->path);
    return print_grids(component, print_text, out);
}

int describe_markdown(const struct component *component, FILE *out)
{
    return print_grids(component, print_markdown, out);
}
