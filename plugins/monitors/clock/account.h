/* SPDX-License-Identifier: Apache-2.0
 *
 * One phrase on how a clock is kept, from the probe's line.  Whatever the line says, the phrase is
 * printable and fits.  Pure functions.
 */
#ifndef CLOCK_ACCOUNT_H
#define CLOCK_ACCOUNT_H

#include <jansson.h>
#include <stdbool.h>

#define ACCOUNT_BYTES 400
#define SENSIBLE_S    1e10 /* no clock is further off */

/* What makes it worth another phrase. */
struct account_key {
    char keeper[24], beside[24], source[32];
    bool synchronised, leap;
};

struct account_key account_key(const json_t *line);
bool account_key_equal(const struct account_key *a, const struct account_key *b);
/* "the clock is kept by chronyd from 192.0.2.1 (stratum 3), within 21 us; clock source tsc" */
void account_text(const json_t *line, char ret[ACCOUNT_BYTES]);
/* "the clock was set by +1.2 s"; NAN: it is not known by how much. */
void account_step(double size_s, char ret[ACCOUNT_BYTES]);

#endif
