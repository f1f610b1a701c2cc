/* SPDX-License-Identifier: Apache-2.0
 *
 * One trial in the probe: its connections, its thread, and what its jobs share.
 *
 * The control thread makes it, tells it to start and to stop, and frees it after its thread has
 * been joined.  The trial's thread sets up the connections, waits for the start and runs a job
 * for each direction (the second in a thread of its own).  All that both sides touch is atomic;
 * wake_fd becomes readable with each change.
 */
#ifndef PROBE_TRIAL_H
#define PROBE_TRIAL_H

#include "clock_span.h"
#include "output.h"
#include "params.h"

#include <stdatomic.h>

enum direction { UP, DOWN };

struct trial {
    struct params p;
    struct output *out;
    pthread_t thread;
    int wake_fd;
    atomic_bool stop;
    atomic_bool running;       /* the jobs run: the connections no longer change */
    _Atomic uint64_t start_ns; /* 0: not yet told */
    _Atomic uint64_t rtt_ns;   /* of the handshake, as the client saw it */
    _Atomic uint64_t sent[2];  /* by the other end, in each direction, plus 1; 0: not yet told */
    struct clock_span clock;   /* of datagrams, prepared */
    int listen_fd;
    int *fd[2]; /* the connections of each direction; -1: not there */
};

/* The traffic of one direction at this end.  A job sends its own results. */
struct job {
    struct trial *t;
    enum direction dir;
    bool sends;
    int *fd;
    uint32_t count;
    uint64_t start_ns;
    pthread_t thread;
    int result;
    struct vmtp_error err;
};

int trial_start(struct trial **ret, const struct params *, struct output *, struct vmtp_error *);
/* [control] It starts so much from now. */
void trial_go(struct trial *, uint64_t delay_ns, uint64_t rtt_ns);
/* [control] */
void trial_set_sent(struct trial *, enum direction, uint64_t sent);
/* [control] Stop, join and free; NULL is fine. */
struct trial *trial_free(struct trial *);

/* [trial] Has the time come to start or to stop? */
static inline bool trial_waits(const struct trial *t)
{
    return !atomic_load(&t->stop) && !atomic_load(&t->start_ns);
}

static inline bool trial_stopped(const struct trial *t)
{
    return atomic_load_explicit(&t->stop, memory_order_relaxed);
}

static inline const char *direction_name(enum direction dir)
{
    return dir == UP ? "up" : "down";
}

/* [trial] The client's part of the handshake: all connections open, or an error. */
int trial_connect(struct trial *, struct vmtp_error *);
/* [trial] The server's: says its port, then takes connections until the start. */
int trial_accept(struct trial *, struct vmtp_error *);

/* [job] */
int tcp_send(struct job *);
int tcp_receive(struct job *);
int udp_send(struct job *);
int udp_receive(struct job *);
int latency_ask(struct job *);
int latency_answer(struct job *);

#endif
