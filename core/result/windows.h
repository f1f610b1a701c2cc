/* SPDX-License-Identifier: Apache-2.0
 *
 * The trials of a run that is read from its journal, by when they were: so that what monitors saw
 * is looked through for those of about its time only, and there may be thousands.
 *
 * One thread.
 */
#ifndef VMTP_RESULT_WINDOWS_H
#define VMTP_RESULT_WINDOWS_H

#include "sightings.h"

struct windows {
    struct window *windows;
    size_t count, room;
    size_t opened; /* so many of them can have been watched by now */
};

int windows_add(struct windows *windows, const struct window *window);
/* All are there: from now on they are given to sightings. */
void windows_sort(struct windows *windows);
/* What comes next was seen at time_ns, or a little before. */
int windows_move(struct windows *windows, struct sightings *sightings, uint64_t time_ns);
void windows_clear(struct windows *windows);

#endif
