/* SPDX-License-Identifier: Apache-2.0
 *
 * The observer's rounds.  SO_MEMINFO takes no lock, so that a look sees the buffer also while the
 * job reads from it.  What is in it out of order waits for the network and not for the program:
 * TCP says with FIONREAD how much is in order.
 */
#include "observer.h"

#include "clock.h"
#include "runqueue.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

#define LOOK_MS    17  /* no divisor of the periods of schedulers, timers and intervals */
#define AT_ONCE    16u /* sockets of one look */
#define OVERHEAD   4u  /* bytes of buffer that one byte of payload takes, at most */
#define LONGEST_NS (3600 * NS_PER_S)

struct memory {
    uint64_t used, room;
};

static struct memory memory_of(int fd)
{
    uint32_t info[SK_MEMINFO_VARS] = { 0 };
    socklen_t len = sizeof info;

    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0)
        return (struct memory){ 0, 0 };
    return (struct memory){ info[SK_MEMINFO_RMEM_ALLOC], info[SK_MEMINFO_RCVBUF] };
}

static bool is_stream(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;

    return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) && type == SOCK_STREAM;
}

/* What is there out of order, after all that is in order was seen. */
static uint64_t out_of_order(int fd)
{
    int waiting = 0;
    uint64_t used;

    if (ioctl(fd, FIONREAD, &waiting) < 0 || waiting < 0)
        return 0;
    used = memory_of(fd).used;
    return used > (uint64_t)waiting * OVERHEAD ? used - (uint64_t)waiting * OVERHEAD : 0;
}

static struct memory waiting_in(int fd, bool stream)
{
    struct memory m = memory_of(fd);
    uint64_t apart;

    if (!stream || m.used * 4 < m.room)
        return m;
    apart = out_of_order(fd);
    m.used = m.used > apart ? m.used - apart : 0;
    return m;
}

void observer_look(struct observer *o)
{
    uint32_t n = o->count < AT_ONCE ? o->count : AT_ONCE;
    uint32_t at = atomic_fetch_add_explicit(&o->at, n, memory_order_relaxed);
    struct memory sum = { 0, 0 };
    uint64_t now, ns;

    for (uint32_t i = 0; i < n; i++) {
        struct memory m = waiting_in(o->fd[(at + i) % o->count], o->stream);

        sum.used += m.used;
        sum.room += m.room;
    }
    now = clock_now();
    ns = now - atomic_exchange_explicit(&o->last_ns, now, memory_order_relaxed);
    if (!sum.room || ns > LONGEST_NS) /* the other thread was faster */
        return;
    atomic_fetch_add_explicit(&o->looked_ns, ns, memory_order_relaxed);
    atomic_fetch_add_explicit(
        &o->filled_ns,
        sum.used < sum.room ? (uint64_t)((double)ns * (double)sum.used / (double)sum.room) : ns,
        memory_order_relaxed);
}

/* Longer asleep than it should be, and not for want of a CPU: nothing of the process ran. */
static void note_held(struct observer *o, uint64_t slept_ns, uint64_t delay_ns)
{
    uint64_t due_ns = LOOK_MS * NS_PER_MS + delay_ns;

    if (slept_ns > due_ns + OBSERVER_LATE_NS)
        atomic_fetch_add_explicit(&o->held_ns, slept_ns - due_ns, memory_order_relaxed);
}

static void *observer_main(void *arg)
{
    struct observer *o = arg;
    struct pollfd p = { .fd = o->wake_fd, .events = POLLIN };
    int schedstat_fd = runqueue_open();

    prctl(PR_SET_TIMERSLACK, 1);
    for (;;) {
        uint64_t before = clock_now(), delay = runqueue_wait(schedstat_fd);

        if (poll(&p, 1, LOOK_MS) > 0)
            break;
        note_held(o, clock_now() - before, runqueue_wait(schedstat_fd) - delay);
        observer_look(o);
    }
    if (schedstat_fd >= 0)
        close(schedstat_fd);
    return NULL;
}

int observer_start(struct observer *o, const int *fd, uint32_t count)
{
    int r;

    memset(o, 0, sizeof *o);
    o->fd = fd;
    o->count = count;
    o->stream = is_stream(fd[0]);
    atomic_store(&o->last_ns, clock_now());
    o->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (o->wake_fd < 0)
        return -errno;
    r = pthread_create(&o->thread, NULL, observer_main, o);
    if (r) {
        close(o->wake_fd);
        return -r;
    }
    o->started = true;
    return 0;
}

void observer_stop(struct observer *o)
{
    if (!o->started)
        return;
    (void)eventfd_write(o->wake_fd, 1);
    pthread_join(o->thread, NULL);
    close(o->wake_fd);
    o->started = false;
}

struct observation observer_read(struct observer *o)
{
    return (struct observation){
        .looked_ns = atomic_load_explicit(&o->looked_ns, memory_order_relaxed),
        .filled_ns = atomic_load_explicit(&o->filled_ns, memory_order_relaxed),
        .held_ns = atomic_load_explicit(&o->held_ns, memory_order_relaxed),
    };
}
