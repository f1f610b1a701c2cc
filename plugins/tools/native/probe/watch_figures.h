/* SPDX-License-Identifier: Apache-2.0
 *
 * What one look of `vmtp-probe watch` found: figures by the names that the host monitor emits them
 * under, each of the whole machine (or of this network namespace) or of a part: "cpu3", "eth0".
 *
 * Owned by the watch; one thread.  Bounded: what does not fit is dropped.
 */
#ifndef PROBE_WATCH_FIGURES_H
#define PROBE_WATCH_FIGURES_H

#include "json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIGURES_MAX      256
#define FIGURE_PART_MAX  48
#define FIGURE_LINE_SIZE (FIGURES_MAX * 128) /* bytes that all of them take as JSON, at most */

enum figure_group {
    FIGURE_MACHINE, /* the same for every namespace of the machine */
    FIGURE_NETWORK, /* of the network namespace */
};

struct figure {
    enum figure_group group;
    const char *metric;         /* a constant */
    char part[FIGURE_PART_MAX]; /* "": all of it */
    double value;
};

struct figures {
    struct figure row[FIGURES_MAX];
    size_t count;
};

/* Names come from outside: what is no letter, digit or one of ._:@-/ becomes '?'. */
void figures_add(struct figures *, enum figure_group, const char *metric, const char *part,
                 double value);
/* A counter's, only if it moved. */
void figures_add_moved(struct figures *, enum figure_group, const char *metric, const char *part,
                       uint64_t moved);
/* One flat object, "metric" or "metric part": value. */
void figures_write(const struct figures *, enum figure_group, struct json_writer *,
                   const char *key);

/* A counter of the kernel's: how far it moved since it was seen last. */
struct counter {
    uint64_t last;
    bool known;
};

/* 0 for the first time, and where it shrank: it was reset. */
static inline uint64_t counter_moved(struct counter *c, uint64_t now)
{
    uint64_t moved = c->known && now >= c->last ? now - c->last : 0;

    c->last = now;
    c->known = true;
    return moved;
}

/* Of 32 bits, which wraps: less than half of the way round is forwards. */
static inline uint64_t counter_moved_32(struct counter *c, uint32_t now)
{
    uint32_t moved = c->known ? now - (uint32_t)c->last : 0;

    c->last = now;
    c->known = true;
    return moved <= UINT32_MAX / 2 ? moved : 0;
}

#endif
