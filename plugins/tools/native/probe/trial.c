/* SPDX-License-Identifier: Apache-2.0
 *
 * A trial's life: set up, wait for the start, run the jobs, close.  Every wait of its threads
 * sees stop within 20 ms even where shutting down the connections does not wake it, so
 * trial_free() does not keep the control thread.
 */
#include "trial.h"

#include "../protocol.h"
#include "clock.h"
#include "reassembly.h"
#include "socket.h"

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int (*job_function(const struct job *j))(struct job *)
{
    if (j->t->p.latency)
        return j->sends ? latency_ask : latency_answer;
    if (j->t->p.udp)
        return j->sends ? udp_send : udp_receive;
    return j->sends ? tcp_send : tcp_receive;
}

/* Stay on the nth of the CPUs that the probe may use. */
static void pin(uint64_t n)
{
    cpu_set_t may, one;

    CPU_ZERO(&one);
    if (!n || sched_getaffinity(0, sizeof may, &may) < 0)
        return;
    for (size_t cpu = 0; cpu < CPU_SETSIZE && n; cpu++)
        if (CPU_ISSET(cpu, &may) && !--n)
            CPU_SET(cpu, &one);
    if (!n)
        (void)sched_setaffinity(0, sizeof one, &one);
}

static void *job_main(void *arg)
{
    struct job *j = arg;

    prctl(PR_SET_TIMERSLACK, 1);
    pin(j->t->p.cpu);
    j->result = job_function(j)(j);
    if (j->result < 0 && !trial_stopped(j->t))
        output_error(j->t->out, &j->err);
    return NULL;
}

static void job_init(struct job *j, struct trial *t, enum direction dir)
{
    memset(j, 0, sizeof *j);
    j->t = t;
    j->dir = dir;
    j->sends = (dir == UP) != t->p.server;
    j->fd = t->fd[dir];
    j->count = (uint32_t)t->p.connections;
    j->start_ns = atomic_load(&t->start_ns);
    for (uint32_t i = 0; i < j->count && j->count == 1 && !t->p.udp && !t->p.latency; i++)
        socket_block(j->fd[i]);
}

static int run_jobs(struct trial *t, struct vmtp_error *err)
{
    struct job job[2];
    int count = 0, r;

    if (t->p.up)
        job_init(&job[count++], t, UP);
    if (t->p.down)
        job_init(&job[count++], t, DOWN);
    r = count > 1 ? pthread_create(&job[1].thread, NULL, job_main, &job[1]) : 0;
    if (r)
        return vmtp_fail(err, -r, "thread: %s", strerror(r));
    job_main(&job[0]);
    if (count > 1)
        pthread_join(job[1].thread, NULL);
    return 0;
}

/* The client waits here; the server does so while it takes connections. */
static void wait_start(struct trial *t)
{
    struct pollfd p = { .fd = t->wake_fd, .events = POLLIN };

    while (trial_waits(t))
        poll(&p, 1, 1000);
}

static void *trial_main(void *arg)
{
    struct trial *t = arg;
    struct vmtp_error err = { 0 };
    int r;

    prctl(PR_SET_TIMERSLACK, 1);
    r = reassembly_wait(t, &err);
    if (!r && t->p.udp && !t->p.latency)
        clock_span_prepare(&t->clock);
    if (!r)
        r = t->p.server ? trial_accept(t, &err) : trial_connect(t, &err);
    if (!r)
        wait_start(t);
    atomic_store(&t->running, true);
    if (!r && !trial_stopped(t))
        r = run_jobs(t, &err);
    if (r < 0 && !trial_stopped(t))
        output_error(t->out, &err);
    return NULL;
}

static void close_all(struct trial *t)
{
    for (int dir = UP; dir <= DOWN; dir++) {
        for (uint64_t i = 0; t->fd[dir] && i < t->p.connections; i++)
            if (t->fd[dir][i] >= 0)
                close(t->fd[dir][i]);
        free(t->fd[dir]);
    }
    if (t->listen_fd >= 0)
        close(t->listen_fd);
    if (t->wake_fd >= 0)
        close(t->wake_fd);
    free(t);
}

static int *no_connections(uint64_t count)
{
    int *fd = calloc(count, sizeof *fd);

    for (uint64_t i = 0; fd && i < count; i++)
        fd[i] = -1;
    return fd;
}

int trial_start(struct trial **ret, const struct params *p, struct output *out,
                struct vmtp_error *err)
{
    struct trial *t = calloc(1, sizeof *t);
    int r;

    if (!t)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    t->p = *p;
    t->out = out;
    t->listen_fd = -1;
    t->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    t->fd[UP] = no_connections(p->connections);
    t->fd[DOWN] = no_connections(p->connections);
    r = t->wake_fd < 0 || !t->fd[UP] || !t->fd[DOWN]
            ? ENOMEM
            : pthread_create(&t->thread, NULL, trial_main, t);
    if (r) {
        close_all(t);
        return vmtp_fail(err, -r, "trial: %s", strerror(r));
    }
    *ret = t;
    return 0;
}

static void wake(struct trial *t)
{
    (void)eventfd_write(t->wake_fd, 1);
}

void trial_go(struct trial *t, uint64_t delay_ns, uint64_t rtt_ns)
{
    atomic_store(&t->rtt_ns, rtt_ns);
    atomic_store(&t->start_ns, clock_now() + delay_ns);
    wake(t);
}

void trial_set_sent(struct trial *t, enum direction dir, uint64_t sent)
{
    atomic_store(&t->sent[dir], sent + 1);
}

/* Wake jobs that wait in recv(), send() or poll(). */
static void shutdown_all(struct trial *t)
{
    for (int dir = UP; dir <= DOWN; dir++)
        for (uint64_t i = 0; i < t->p.connections; i++)
            if (t->fd[dir][i] >= 0)
                (void)shutdown(t->fd[dir][i], SHUT_RDWR);
}

struct trial *trial_free(struct trial *t)
{
    if (t) {
        atomic_store(&t->stop, true);
        wake(t);
        if (atomic_load(&t->running))
            shutdown_all(t);
        pthread_join(t->thread, NULL);
        close_all(t);
    }
    return NULL;
}
