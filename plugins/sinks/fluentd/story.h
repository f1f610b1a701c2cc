/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run is in VMTP's log: a record that it began, one for each result, each warning and the
 * summary, and one that says how it ended.
 *
 * Made of a result document, or of VMTP's own.  The same document gives the same records, times
 * included, and each has an id of its own: whoever gets one twice can tell.  Pure.
 */
#ifndef FLUENTD_STORY_H
#define FLUENTD_STORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct story {
    const char *run;  /* the document's */
    json_t *log;      /* [wall clock in ns, record], in their order */
    json_t *results;  /* the same, of results; they stand in the log unless they are to go apart */
    json_t *rows;     /* of the summary */
    char began[40];   /* as records say it */
    uint64_t next_ns; /* of the next record: each is a microsecond behind the one before */
    size_t records, errors, warnings;
    size_t passed, failed, skipped;
};

/* -EINVAL: it is no result document; -ENOMEM. */
int story_make(const json_t *document, bool results_apart, struct story *ret);
void story_clear(struct story *story);

#endif
