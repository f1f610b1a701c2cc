/* SPDX-License-Identifier: Apache-2.0
 *
 * One row of a comparison: what one quantity of one result did from OLD to NEW.
 *
 * Where there are runs enough on both sides a run counts as one value, for trials of one run share
 * its conditions; else each trial does, and the row says so.
 */
#ifndef VMTP_REPORT_SHIFT_ROW_H
#define VMTP_REPORT_SHIFT_ROW_H

#include "evidence.h"

struct shift_row {
    const char *key, *name; /* of the result; of the quantity, "rtt.p50" */
    struct evidence old, now;
    double gate;         /* NAN: none */
    const json_t *noise; /* vmtp.noise/1; NULL: not known */
};

/* Judge it and put it behind the rows.  -ENOMEM. */
int shift_row_add(const struct shift_row *row, json_t *rows);
/* Does the row's interval leave out 0? */
bool shift_row_moved(const json_t *row);

#endif
