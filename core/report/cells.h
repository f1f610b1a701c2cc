/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in the cells of the tables: figures, intervals, notes of a result, as text.
 *
 * A figure that is not there is NULL, which a grid shows as a dash.  Texts live in the table's
 * arena; where there was no memory for one, the table has failed.
 */
#ifndef VMTP_REPORT_CELLS_H
#define VMTP_REPORT_CELLS_H

#include "grid.h"

#include "../base/attr.h"
#include "../base/units.h"
#include "../result/json.h"

#include <jansson.h>

#define NOTES_MAX 99

struct table {
    struct arena *arena;
    const struct style *style;
    const char *notes[NOTES_MAX];
    size_t note_count;
    bool failed; /* out of memory */
};

const char *cell_keep(struct table *table, const char *text);
_printf_(2, 3) const char *cell_printf(struct table *table, const char *fmt, ...);
/* Of a file that may be anybody's: no line of theirs, and no terminal escape. */
const char *cell_plain(struct table *table, const char *text);

/* A figure in its metric's unit, as one reads it. */
struct number figure_text(double value, const char *unit);

/* Of a metric: a field of it, its interval; a share; a loss. */
const char *cell_value(struct table *table, const json_t *metric, const char *field);
const char *cell_interval(struct table *table, const json_t *metric);
const char *cell_share(struct table *table, const json_t *value);
const char *cell_loss(struct table *table, const json_t *loss);
/* Of how many trials (or values) the figure is, or else the distribution. */
const char *cell_count(struct table *table, const json_t *figure, const json_t *distribution);

/* Of a result: its path or its endpoints; its verdict; the numbers of its notes, "1,2", which the
 * table has from then on. */
const char *cell_where(struct table *table, const json_t *result);
struct cell cell_verdict(const char *verdict);
const char *cell_notes(struct table *table, const json_t *result);

#endif
