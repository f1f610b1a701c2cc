/* SPDX-License-Identifier: Apache-2.0
 *
 * The turnstile that a monitor's calls to the host go through.
 *
 * A monitor that does not stop is left alone with its thread, and the run goes on without it: from
 * then on its calls are refused, so that it can't come across anything that is being taken down.
 * For that it has copies of the endpoints, it is known how many of its calls are in, and the
 * processes that it has are the run's to stop.  What one monitor tells is bounded here too.  [any]
 */
#ifndef VMTP_ENGINE_TURNSTILE_H
#define VMTP_ENGINE_TURNSTILE_H

#include "lent.h"

struct turnstile;

int turnstile_new(const struct fleet *fleet, const struct lent *lent, struct turnstile **ret);
/* Nobody may be inside.  NULL is fine. */
void turnstile_free(struct turnstile *turnstile);

/* What a monitor is lent instead of context_host. */
extern const struct vmtp_host turnstile_host;

/* A call may be made: turnstile_leave() follows.  false: no more. */
bool turnstile_enter(struct turnstile *turnstile);
void turnstile_leave(struct turnstile *turnstile);
/* Refuse calls from now on; processes are stopped once nobody is inside any more.  false: somebody
 * still is at deadline_ns. */
bool turnstile_shut(struct turnstile *turnstile, uint64_t deadline_ns, int hurry_fd);

/* It has told something of this subject. */
void turnstile_tell(struct turnstile *turnstile, const char *subject);
/* Readable once it has told something of each endpoint, or of what is none. */
int turnstile_told_fd(const struct turnstile *turnstile);

/* When a process of it was last being stopped: that may take longer than to end; 0: never. */
uint64_t turnstile_stopping_ns(struct turnstile *turnstile);

/* Tools come first: one found no room for a process at this endpoint since then.  What the monitor
 * has there is told to have ended, which it sees when it next listens, and it gets nothing there
 * again.  true: it had something there, and has not by deadline_ns; *ret_first: this made it so. */
bool turnstile_yield(struct turnstile *turnstile, const char *endpoint, uint64_t since_ns,
                     uint64_t deadline_ns, bool *ret_first);

/* May it tell one more figure or event? */
bool turnstile_admits(struct turnstile *turnstile, uint64_t now_ns);
/* Is this event one of the first, which are listed? */
bool turnstile_lists(struct turnstile *turnstile);
/* One was dropped: true for the first. */
bool turnstile_drop(struct turnstile *turnstile);
uint64_t turnstile_dropped(struct turnstile *turnstile);

#endif
