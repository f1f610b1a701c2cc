/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks at the receive buffers of a job's sockets from outside of its loop: the job itself sees
 * them only when it has just emptied them.  And notices when the whole process stood still
 * (stopped, frozen, a machine that was paused), which no figure of CPU time tells.
 *
 * A thread of its own; the job starts and stops it, reads what it has seen at any time, and may
 * look itself.
 */
#ifndef PROBE_OBSERVER_H
#define PROBE_OBSERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Sums since its start. */
struct observation {
    uint64_t looked_ns; /* the time that lies between looks */
    uint64_t filled_ns; /* of it, by the share of the receive buffer that waits for the program */
    uint64_t held_ns;   /* the process stood still */
};

#define OBSERVER_LATE_NS 5000000u

struct observer {
    pthread_t thread;
    bool started, stream;
    int wake_fd;
    const int *fd;
    uint32_t count;
    _Atomic uint32_t at;
    _Atomic uint64_t last_ns, looked_ns, filled_ns, held_ns;
};

/* 0 or a negative errno; without it there is no observation, and that is no error.  The sockets
 * must outlive it. */
int observer_start(struct observer *, const int *fd, uint32_t count);
void observer_stop(struct observer *);
/* [job, observer] Look now; what is seen counts for the time since the last look. */
void observer_look(struct observer *);
/* [job] A call that lasted so long may be one during which the process stood still: then nobody
 * has looked before the job goes on to empty the buffer. */
static inline void observer_waited(struct observer *o, uint64_t ns)
{
    if (ns > OBSERVER_LATE_NS && o->started)
        observer_look(o);
}
struct observation observer_read(struct observer *);

#endif
