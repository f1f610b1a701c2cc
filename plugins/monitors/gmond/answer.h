/* SPDX-License-Identifier: Apache-2.0
 *
 * The XML that gmond and gmetad answer with, piece by piece, as reports of hosts.
 *
 * Every host of every cluster and grid, once it came whole; what is behind a place that can't be
 * read is lost, and the rest holds.  Nothing grows with what the server sends.  One thread at a
 * time.
 */
#ifndef GMOND_ANSWER_H
#define GMOND_ANSWER_H

#include "report.h"

#include <vmtp/error.h>

#define ANSWER_MAX       (64u << 20) /* bytes, unpacked */
#define ANSWER_TOKEN_MAX (1u << 20)  /* of a tag with all its attributes */
#define ANSWER_DEPTH_MAX 16          /* gmetad nests a GRID for each gmetad below it */

struct answer;

/* report() gets each host; borrowed. */
int answer_new(void (*report)(void *arg, const struct report *report), void *arg,
               struct answer **ret);
/* 1: it is whole, whatever may come behind it.  -EPROTO: it is not what gmond sends; -EFBIG: too
 * much of it. */
int answer_feed(struct answer *answer, const char *data, size_t len, struct vmtp_error *err);
/* Nothing more comes.  -EPROTO: it ended in the middle. */
int answer_end(struct answer *answer, struct vmtp_error *err);
void answer_free(struct answer *answer);

#endif
