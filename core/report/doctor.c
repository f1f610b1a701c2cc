/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor.h"

#include "../base/text.h"
#include "cells.h"

#include <errno.h>

#define NAMES_MAX  160 /* of checks in one cell */
#define WHY_INDENT 10

/* From the worst to the best: what is not known may be anything. */
static const char *const grades[] = { "bad", "unknown", "fair", "good" };

static const struct {
    const char *name, *title;
} uses[] = {
    { "throughput", "throughput" },           { "high-speed-throughput", "throughput of 10 Gb/s" },
    { "loss-jitter", "loss and jitter" },     { "one-way-delay", "one-way delay" },
    { "storage", "storage of measurements" },
};

enum { USE, GRADE, BECAUSE, COLUMNS };

static const struct column columns[COLUMNS] = {
    [USE] = { .name = "good for" },
    [GRADE] = { .name = "grade" },
    [BECAUSE] = { .name = "because of", .wrap = 60 },
};

static enum colour colour_of(const char *grade)
{
    static const enum colour colours[] = { COLOUR_RED, COLOUR_DIM, COLOUR_YELLOW, COLOUR_GREEN };

    for (size_t i = 0; i < COUNT(grades); i++)
        if (strcmp(grades[i], grade) == 0)
            return colours[i];
    return COLOUR_NONE;
}

static bool is_grade(const json_t *object, const char *name, const char *grade)
{
    return strcmp(json_text(object, name), grade) == 0;
}

/* The checks that have given the use its grade. */
static const char *because(struct table *table, const json_t *checks, const char *use,
                           const char *grade)
{
    char names[NAMES_MAX] = "";
    const json_t *check;
    size_t i;

    if (strcmp(grade, "good") == 0)
        return "";
    json_array_foreach(checks, i, check)
    {
        size_t len = strlen(names);

        if (is_grade(json_object_get(check, "uses"), use, grade) && len < sizeof names - 40)
            snprintf(names + len, sizeof names - len, "%s%.30s", len ? ", " : "",
                     json_text(check, "name"));
    }
    return cell_plain(table, names);
}

static int uses_format(struct table *table, const json_t *fitness, struct buf *ret)
{
    struct grid *grid = grid_new(table->arena, columns, COLUMNS);

    for (size_t i = 0; grid && i < COUNT(uses); i++) {
        const char *grade = json_text(json_object_get(fitness, "uses"), uses[i].name);
        struct cell *row = *grade ? grid_row(grid) : NULL;

        if (*grade && !row)
            return -ENOMEM;
        if (!row)
            continue;
        row[USE].text = uses[i].title;
        row[GRADE] = (struct cell){ cell_plain(table, grade), colour_of(grade) };
        row[BECAUSE].text = because(table, json_object_get(fitness, "checks"), uses[i].name, grade);
    }
    return grid ? grid_format(grid, table->style, ret) : -ENOMEM;
}

/* Words in lines that fit, each of them indented. */
static int words_add(struct buf *ret, const char *text, size_t width)
{
    size_t at = 0;
    int r = 0;

    while (*text && r == 0) {
        size_t len = strcspn(text, " ");

        if (at == 0 || at + 1 + len > width) {
            r = buf_printf(ret, "%s%*s", at ? "\n" : "", WHY_INDENT, "");
            at = 0;
        }
        r = r < 0 ? r : buf_printf(ret, "%s%.*s", at ? " " : "", (int)len, text);
        at += len + (at > 0);
        text += len;
        text += strspn(text, " ");
    }
    return r < 0 ? r : buf_add_text(ret, "\n");
}

static int check_format(struct table *table, const json_t *check, struct buf *ret)
{
    const char *grade = cell_plain(table, json_text(check, "grade"));
    const char *mend = cell_plain(table, json_text(check, "mend"));
    size_t width = table->style->width > WHY_INDENT + 40 ? table->style->width : WHY_INDENT + 40;
    int r = buf_add_text(ret, "  ");

    if (table->failed)
        return -ENOMEM;
    r = r < 0 ? r : colour_add(ret, table->style, colour_of(grade), grade);
    r = r < 0 ? r
              : buf_printf(ret, "%*s%s: %s\n", (int)(WHY_INDENT - 2 - strlen(grade)), "",
                           cell_plain(table, json_text(check, "name")),
                           cell_plain(table, json_text(check, "value")));
    if (r == 0 && *json_text(check, "why"))
        r = words_add(ret, cell_plain(table, json_text(check, "why")), width - WHY_INDENT);
    if (r == 0 && *mend)
        r = buf_printf(ret, "%*s%s %s\n", WHY_INDENT, "", table->style->utf8 ? "→" : "->", mend);
    return r;
}

/* The bad ones first. */
static int checks_format(struct table *table, const json_t *checks, struct buf *ret)
{
    static const char *const order[] = { "bad", "fair", "unknown" };
    const json_t *check;
    bool first = true;
    int r = 0;
    size_t i;

    for (size_t g = 0; g < COUNT(order); g++)
        json_array_foreach(checks, i, check)
        {
            if (r < 0 || !is_grade(check, "grade", order[g]))
                continue;
            r = first ? buf_add_text(ret, "\n") : 0;
            first = false;
            r = r < 0 ? r : check_format(table, check, ret);
        }
    return r;
}

/* "Debian GNU/Linux 12, kernel 6.1.0-9, 4 CPUs, kvm" */
static int head_format(struct table *table, const char *name, const json_t *facts, struct buf *ret)
{
    const json_t *os = json_object_get(facts, "os");
    const char *kind = json_text(facts, "virtualisation");
    long long cpus = json_integer_value(json_object_get(facts, "cpus"));
    int r = buf_printf(ret, "%s", cell_plain(table, name));

    if (r == 0 && *json_text(os, "name"))
        r = buf_printf(ret, ", %s %s", cell_plain(table, json_text(os, "name")),
                       cell_plain(table, json_text(os, "version")));
    if (r == 0 && *json_text(facts, "kernel"))
        r = buf_printf(ret, ", Linux %s", cell_plain(table, json_text(facts, "kernel")));
    if (r == 0 && cpus > 0)
        r = buf_printf(ret, ", %lld %s", cpus, cpus == 1 ? "CPU" : "CPUs");
    if (r == 0 && *kind)
        r = buf_printf(ret, ", %s",
                       strcmp(kind, "none") == 0 ? "no hypervisor" : cell_plain(table, kind));
    return r < 0 ? r : buf_add_text(ret, "\n\n");
}

static int endpoint_format(struct table *table, const char *name, const json_t *facts,
                           struct buf *ret)
{
    const json_t *fitness = json_object_get(facts, "fitness");
    int r = head_format(table, name, facts, ret);

    if (r < 0 || table->failed)
        return -ENOMEM;
    if (!json_is_object(fitness))
        return buf_add_text(ret, "  nothing is known of it\n");
    r = uses_format(table, fitness, ret);
    return r < 0 ? r : checks_format(table, json_object_get(fitness, "checks"), ret);
}

int doctor_format(const json_t *document, const struct style *style, struct buf *ret)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct table table = { .arena = arena, .style = style };
    bool first = true;
    const char *name;
    json_t *facts;
    int r = arena ? 0 : -ENOMEM;

    json_object_foreach(json_object_get(document, "endpoints"), name, facts)
    {
        if (r == 0 && !first)
            r = buf_add_text(ret, "\n");
        first = false;
        r = r < 0 ? r : endpoint_format(&table, name, facts, ret);
    }
    if (r == 0 && !style->utf8)
        r = ascii_mend(ret);
    return r < 0 || table.failed ? -ENOMEM : 0;
}

const char *doctor_worst(const json_t *document)
{
    size_t worst = COUNT(grades);
    const char *name;
    json_t *facts;

    json_object_foreach(json_object_get(document, "endpoints"), name, facts)
    {
        const json_t *given = json_object_get(json_object_get(facts, "fitness"), "uses");

        if (json_object_size(given) == 0)
            return "";
        for (size_t u = 0; u < COUNT(uses); u++)
            for (size_t g = 0; g < worst; g++)
                if (is_grade(given, uses[u].name, grades[g]))
                    worst = g;
    }
    return worst < COUNT(grades) ? grades[worst] : "";
}
