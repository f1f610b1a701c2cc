/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_watch.h"

#include "clock.h"
#include "clock_jump.h"
#include "clock_state.h"
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define INTERVAL_MIN_MS 100
#define INTERVAL_MAX_MS 60000
#define LINE_BYTES      2048

struct watch {
    struct output out;
    struct clock_asker asker;
    struct clock_state state;
    struct clock_jump jump;
    int set_fd; /* readable once somebody sets the clock; -1: the kernel does not tell */
};

/* A timer that never comes, and is cancelled when the clock is set (timerfd_create(2)). */
static void set_arm(int fd)
{
    struct itimerspec never = { .it_value = { .tv_sec = (time_t)1 << 40 } };

    (void)timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static bool set_take(int fd)
{
    uint64_t count;

    if (fd < 0 || read(fd, &count, sizeof count) >= 0 || errno != ECANCELED)
        return false;
    set_arm(fd);
    return true;
}

static void say_step(struct watch *w, const struct clock_look *look, int64_t size_ns)
{
    char buf[256];
    struct json_writer json;

    output_begin(&json, buf, sizeof buf, "step");
    json_add_uint(&json, "t", look->monotonic_ns);
    json_add_real(&json, "size_s", (double)size_ns * 1e-9);
    json_add_real(&json, "within_s", (double)look->within_ns * 1e-9);
    output_send(&w->out, &json);
}

static void look(struct watch *w, struct clock_look *ret)
{
    bool told = set_take(w->set_fd);
    int64_t size_ns;

    clock_look(ret);
    if (clock_jump_see(&w->jump, ret, told, &size_ns))
        say_step(w, ret, size_ns);
}

static void say_state(struct watch *w)
{
    char buf[LINE_BYTES];
    struct json_writer json;
    struct clock_look now;

    clock_state_read(&w->asker, &w->state);
    look(w, &now);
    output_begin(&json, buf, sizeof buf, "clock");
    json_add_uint(&json, "t", now.monotonic_ns);
    clock_state_add(&json, &w->state);
    json_add_real(&json, "drift", clock_jump_drift(&w->jump, &now));
    json_add_uint(&json, "steps", w->jump.steps);
    output_send(&w->out, &json);
}

/* Until then, a step, or the end of stdin (false). */
static bool rest(struct watch *w, uint64_t until_ns)
{
    struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                            { .fd = w->set_fd, .events = POLLIN } };
    uint64_t now_ns = clock_now();
    char dropped[256];

    if (poll(fds, 2, now_ns < until_ns ? (int)((until_ns - now_ns) / NS_PER_MS) + 1 : 0) < 0)
        return errno == EINTR;
    if (fds[0].revents && read(STDIN_FILENO, dropped, sizeof dropped) <= 0)
        return false;
    if (fds[1].revents)
        look(w, &(struct clock_look){ 0 });
    return true;
}

int clock_watch(const char *interval)
{
    struct watch w = { .out = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = STDOUT_FILENO } };
    char *end;
    unsigned long ms = strtoul(interval, &end, 10);
    uint64_t next_ns = clock_now();

    if (interval[0] < '0' || interval[0] > '9' || *end || ms < INTERVAL_MIN_MS ||
        ms > INTERVAL_MAX_MS) {
        fprintf(stderr, "vmtp-probe clock: '%.40s' is no interval of %d to %d ms\n", interval,
                INTERVAL_MIN_MS, INTERVAL_MAX_MS);
        return 2;
    }
    w.set_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (w.set_fd >= 0)
        set_arm(w.set_fd);
    do {
        if (clock_now() >= next_ns) {
            say_state(&w);
            next_ns += ms * NS_PER_MS;
            if (next_ns < clock_now())
                next_ns = clock_now() + ms * NS_PER_MS; /* what was missed is not made up for */
        }
    } while (w.out.fd >= 0 && rest(&w, next_ns));
    if (w.set_fd >= 0)
        close(w.set_fd);
    return 0;
}
