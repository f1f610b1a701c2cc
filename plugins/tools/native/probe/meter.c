/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU time and stalls of a job.  The run-queue wait comes from /proc/thread-self/schedstat
 * (field 2, ns): it says what a blocking loop can't see itself, that it was ready to run but
 * had no CPU.
 */
#include "meter.h"

#include "clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static uint64_t runqueue_wait(void)
{
    char buf[96], *end;
    int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf - 1);

    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return 0;
    buf[n] = 0;
    (void)strtoull(buf, &end, 10);
    return strtoull(end, NULL, 10);
}

void meter_begin(struct meter *m, uint64_t now_ns)
{
    m->begun = true;
    m->begin_ns = now_ns;
    m->runqueue_ns = runqueue_wait();
    m->cpu_ns = clock_cpu();
}

void meter_end(struct meter *m, uint64_t now_ns)
{
    if (!m->begun || m->ended)
        return;
    m->ended = true;
    m->end_ns = now_ns;
    m->cpu_ns = clock_cpu() - m->cpu_ns;
    m->runqueue_ns = runqueue_wait() - m->runqueue_ns;
}

static void add_job(struct json_writer *w, const struct job *j)
{
    json_add_text(w, "dir", direction_name(j->dir));
    json_add_text(w, "side", j->sends ? "tx" : "rx");
}

void result_begin(struct json_writer *w, char *buf, size_t size, const struct job *j,
                  const struct meter *m)
{
    output_begin(w, buf, size, "result");
    add_job(w, j);
    if (!m->ended)
        return;
    json_add_uint(w, "window_ns", m->end_ns - m->begin_ns);
    json_add_uint(w, "cpu_ns", m->cpu_ns);
    json_add_uint(w, "runqueue_ns", m->runqueue_ns);
    json_add_uint(w, "stall_ns", m->stall_ns);
}

void interval_begin(struct json_writer *w, char *buf, size_t size, const struct job *j, uint32_t n)
{
    output_begin(w, buf, size, "interval");
    add_job(w, j);
    json_add_uint(w, "n", n);
}

void intervals_send(const struct job *j, const struct window *window)
{
    char buf[512];
    struct json_writer w;

    for (uint32_t i = 0; i < window->count; i++) {
        interval_begin(&w, buf, sizeof buf, j, i);
        json_add_uint(&w, "bytes", window->interval[i].bytes);
        json_add_uint(&w, "elapsed_ns", window->interval[i].elapsed_ns);
        output_send(j->t->out, &w);
    }
}
