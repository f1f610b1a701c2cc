/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU time and stalls of a job.  What was used between two moments is read when both lie behind:
 * intervals that were slept through share it evenly.
 *
 * A thread that neither had the CPU nor wanted it was waiting for data, or for a place to put it:
 * that needs no clock around each system call.  Two cases must be told apart from it.  A process
 * that was stopped waits for nothing; the observer sees that.  One that spins uses CPU time without
 * work; the job counts that as idle.
 */
#include "meter.h"

#include "clock.h"
#include "runqueue.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t delay_by(const struct meter *m)
{
    int fd = m->page ? m->schedstat_fd : runqueue_open();
    uint64_t ns = runqueue_wait(fd);

    if (!m->page && fd >= 0)
        close(fd);
    return ns;
}

static struct page used_by(const struct meter *m)
{
    struct page p = {
        .cpu_ns = clock_cpu(),
        .thread_ns = clock_read(CLOCK_THREAD_CPUTIME_ID),
        .delay_ns = delay_by(m),
        .idle_ns = m->idle_ns,
    };

    if (m->observer)
        p.seen = observer_read(m->observer);
    return p;
}

/* One of so many equal parts of what was used since. */
static struct page part_since(const struct page *now, const struct page *then, uint64_t parts)
{
    return (struct page){
        .cpu_ns = (now->cpu_ns - then->cpu_ns) / parts,
        .thread_ns = (now->thread_ns - then->thread_ns) / parts,
        .delay_ns = (now->delay_ns - then->delay_ns) / parts,
        .idle_ns = (now->idle_ns - then->idle_ns) / parts,
        .seen = { .looked_ns = (now->seen.looked_ns - then->seen.looked_ns) / parts,
                  .filled_ns = (now->seen.filled_ns - then->seen.filled_ns) / parts,
                  .held_ns = (now->seen.held_ns - then->seen.held_ns) / parts },
    };
}

static uint64_t page_end(const struct meter *m, uint32_t passed)
{
    return m->start_ns + (passed + 1 == m->count ? m->duration_ns : (passed + 1) * m->interval_ns);
}

int meter_init(struct meter *m, const struct params *p)
{
    struct window shape; /* only for its borders */
    int r = window_init(&shape, p->duration_ns, p->interval_ns);

    memset(m, 0, sizeof *m);
    m->schedstat_fd = -1;
    m->next_ns = UINT64_MAX;
    if (r)
        return r;
    m->duration_ns = shape.duration_ns;
    m->interval_ns = shape.interval_ns;
    m->count = shape.count;
    window_free(&shape);
    m->page = calloc(m->count, sizeof *m->page);
    m->schedstat_fd = runqueue_open();
    return m->page ? 0 : -ENOMEM;
}

void meter_free(struct meter *m)
{
    if (m->count && m->schedstat_fd >= 0)
        close(m->schedstat_fd);
    free(m->page);
    m->page = NULL;
    m->count = 0;
}

void meter_begin(struct meter *m, uint64_t start_ns, uint64_t now_ns)
{
    m->begun = true;
    m->start_ns = start_ns;
    m->begin_ns = m->from_ns = now_ns;
    m->first = m->last = used_by(m);
    m->next_ns = m->page ? page_end(m, 0) : UINT64_MAX;
}

/* Close the intervals up to this one. */
static void close_pages(struct meter *m, uint32_t to, uint64_t now_ns)
{
    uint64_t parts = to - m->passed;
    struct page now = used_by(m), part = part_since(&now, &m->last, parts);

    part.elapsed_ns = (now_ns - m->from_ns) / parts;
    while (m->passed < to)
        m->page[m->passed++] = part;
    m->last = now;
    m->from_ns = now_ns;
    m->next_ns = m->passed < m->count ? page_end(m, m->passed) : UINT64_MAX;
}

void meter_pass(struct meter *m, uint64_t now_ns)
{
    uint32_t to = m->passed;

    while (to < m->count && page_end(m, to) <= now_ns)
        to++;
    if (to > m->passed && m->begun && !m->ended)
        close_pages(m, to, now_ns);
}

void meter_end(struct meter *m, uint64_t now_ns)
{
    struct page now;

    if (!m->begun || m->ended)
        return;
    meter_pass(m, now_ns);
    /* All may have come a little before the time is over. */
    if (m->passed + 1 == m->count && now_ns - m->from_ns > m->interval_ns / 2)
        close_pages(m, m->count, now_ns);
    now = used_by(m);
    m->whole = part_since(&now, &m->first, 1);
    m->whole.elapsed_ns = now_ns - m->begin_ns;
    m->ended = true;
    m->end_ns = now_ns;
    m->next_ns = UINT64_MAX;
}

void share_add(struct json_writer *w, const char *key, double part, double whole)
{
    if (whole > 0)
        json_add_real(w, key, fmin(fmax(part / whole, 0), 1));
}

/* Neither running nor kept from it: the thread slept because it had nothing to read. */
static double reading(const struct page *p)
{
    double asleep = (double)p->elapsed_ns - (double)p->thread_ns - (double)p->delay_ns;

    return (double)p->elapsed_ns - fmax(asleep - (double)p->seen.held_ns, 0);
}

static void add_page(struct json_writer *w, const struct job *j, const struct meter *m,
                     const struct page *p)
{
    double elapsed = (double)p->elapsed_ns;

    if (!p->elapsed_ns)
        return;
    json_add_real(w, "cpu", (double)p->cpu_ns / elapsed);
    if (!m->spins)
        share_add(w, "thread", fmin((double)p->thread_ns, elapsed - (double)p->idle_ns), elapsed);
    if (m->schedstat_fd >= 0)
        share_add(w, "delay", (double)p->delay_ns, elapsed);
    if (!j->sends && !m->spins && m->schedstat_fd >= 0)
        share_add(w, "reading", reading(p), elapsed);
    share_add(w, "fill", (double)p->seen.filled_ns, (double)p->seen.looked_ns);
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
    json_add_uint(w, "window_ns", m->whole.elapsed_ns);
    json_add_uint(w, "cpu_ns", m->whole.cpu_ns);
    json_add_uint(w, "runqueue_ns", m->whole.delay_ns);
    json_add_uint(w, "stall_ns", m->stall_ns);
    if (m->page)
        add_page(w, j, m, &m->whole);
}

void interval_begin(struct json_writer *w, char *buf, size_t size, const struct job *j,
                    const struct meter *m, uint32_t n)
{
    output_begin(w, buf, size, "interval");
    add_job(w, j);
    json_add_uint(w, "n", n);
    if (n < m->passed)
        add_page(w, j, m, &m->page[n]);
}

void intervals_send(const struct job *j, const struct window *window, const struct meter *m)
{
    char buf[INTERVAL_BYTES];
    struct json_writer w;

    for (uint32_t i = 0; i < window->count; i++) {
        interval_begin(&w, buf, sizeof buf, j, m, i);
        json_add_uint(&w, "bytes", window->interval[i].bytes);
        json_add_uint(&w, "elapsed_ns", window->interval[i].elapsed_ns);
        output_send(j->t->out, &w);
    }
}

void pages_send(const struct job *j, const struct meter *m)
{
    char buf[INTERVAL_BYTES];
    struct json_writer w;

    for (uint32_t i = 0; i < m->passed; i++) {
        interval_begin(&w, buf, sizeof buf, j, m, i);
        output_send(j->t->out, &w);
    }
}
