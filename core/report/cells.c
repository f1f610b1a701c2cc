/* SPDX-License-Identifier: Apache-2.0 */
#include "cells.h"

#include "../base/buf.h"
#include "../base/text.h"

#include <errno.h>
#include <math.h>

const char *cell_keep(struct table *table, const char *text)
{
    char *copy = arena_strdup(table->arena, text);

    table->failed = table->failed || !copy;
    return copy;
}

const char *cell_printf(struct table *table, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return cell_keep(table, text);
}

const char *cell_plain(struct table *table, const char *text)
{
    _cleanup_(buf_clear) struct buf safe = BUF(1 << 20);

    if (!text || utf8_clean(text, strlen(text), &safe) < 0)
        table->failed = true;
    for (size_t i = 0; i < safe.len; i++)
        if (safe.data[i] == '\n' || safe.data[i] == '\t')
            safe.data[i] = ' ';
    return cell_keep(table, buf_text(&safe));
}

/* ---- figures ---- */

struct number figure_text(double value, const char *unit)
{
    struct number number;

    if (strcmp(unit, "bit/s") == 0)
        return rate_text(value);
    if (strcmp(unit, "s") == 0)
        return seconds_text(value);
    if (strcmp(unit, "ratio") == 0)
        return share_text(value);
    if (strcmp(unit, "bytes") == 0 && value >= 0 && value < 1e18)
        return size_text((uint64_t)value);
    snprintf(number.text, sizeof number.text, "%.6g %.16s", value, unit);
    return number;
}

/* NULL: there is none. */
const char *cell_value(struct table *table, const json_t *metric, const char *field)
{
    const json_t *value = json_object_get(metric, field);

    if (!json_is_number(value))
        return NULL;
    return cell_keep(table, figure_text(json_number_value(value), json_text(metric, "unit")).text);
}

/* "±0.2 %" of the median; where that says little, the interval itself. */
const char *cell_interval(struct table *table, const json_t *metric)
{
    const json_t *interval = json_object_get(metric, "ci95");
    double value = json_number_value(json_object_get(metric, "value"));
    double low = json_number_value(json_array_get(interval, 0));
    double high = json_number_value(json_array_get(interval, 1));
    const char *unit = json_text(metric, "unit");
    double half = (high - low) / 2 / fabs(value);

    if (json_array_size(interval) != 2)
        return NULL;
    if (isfinite(half) && half <= 0.1)
        return cell_printf(table, "%s%.2g %%", table->style->utf8 ? "±" : "+-", half * 100);
    return cell_printf(table, "[%s, %s]", figure_text(low, unit).text,
                       figure_text(high, unit).text);
}

const char *cell_share(struct table *table, const json_t *value)
{
    if (!json_is_number(value))
        return NULL;
    return cell_keep(table, share_text(json_number_value(value)).text);
}

/* A loss that rounds to nothing is still a loss. */
const char *cell_loss(struct table *table, const json_t *loss)
{
    const json_t *ratio = json_object_get(loss, "ratio");

    if (!json_is_number(ratio))
        return NULL;
    if (json_number_value(ratio) == 0)
        return "0";
    if (json_number_value(ratio) > 0.9995 && json_number_value(ratio) < 1)
        return "> 99.9 %"; /* not all of it */
    return cell_printf(table, "%.3g %%", json_number_value(ratio) * 100);
}

/* ---- notes ---- */

/* "1": the same note has the same number wherever it stands. */
static void note_refer(struct table *table, const char *note, struct buf *refs)
{
    size_t i = 0;

    while (i < table->note_count && strcmp(table->notes[i], note) != 0)
        i++;
    if (i == NOTES_MAX)
        return;
    if (i == table->note_count)
        table->notes[table->note_count++] = note;
    if (buf_printf(refs, "%s%zu", refs->len ? "," : "", i + 1) < 0)
        table->failed = true;
}

const char *cell_notes(struct table *table, const json_t *result)
{
    _cleanup_(buf_clear) struct buf refs = BUF(256);
    const json_t *notes = json_object_get(result, "notes"), *note;
    size_t i;

    if (*json_text(result, "error"))
        note_refer(table, json_text(result, "error"), &refs);
    if (*json_text(result, "reason"))
        note_refer(table, json_text(result, "reason"), &refs);
    json_array_foreach(notes, i, note)
        note_refer(table, json_string_value(note) ? json_string_value(note) : "", &refs);
    return cell_keep(table, buf_text(&refs));
}

/* ---- of one result ---- */

const char *cell_where(struct table *table, const json_t *result)
{
    const char *path = json_text(result, "path"), *placement = json_text(result, "placement");

    if (*path)
        return cell_printf(table, "%s%s%s", path, *placement ? "/" : "", placement);
    return cell_printf(table, "%s %s %s", json_text(result, "from"),
                       table->style->utf8 ? "→" : "->", json_text(result, "to"));
}

struct cell cell_verdict(const char *verdict)
{
    if (strcmp(verdict, "pass") == 0)
        return (struct cell){ verdict, COLOUR_GREEN };
    if (strcmp(verdict, "fail") == 0)
        return (struct cell){ verdict, COLOUR_RED };
    if (strcmp(verdict, "undecided") == 0)
        return (struct cell){ verdict, COLOUR_YELLOW };
    return (struct cell){ strcmp(verdict, "none") == 0 ? "" : verdict, COLOUR_NONE };
}

/* Of the main figure, or else of the distribution. */
const char *cell_count(struct table *table, const json_t *figure, const json_t *distribution)
{
    const json_t *n = json_object_get(figure, "n");

    n = n ? n : json_object_get(distribution, "n");
    return n ? cell_printf(table, "%lld", (long long)json_integer_value(n)) : NULL;
}
