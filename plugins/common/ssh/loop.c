/* SPDX-License-Identifier: Apache-2.0 */
#include "loop.h"

#include "../clock.h"
#include "command.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

/* Commands that are on their way at one server, from login to first line: its MaxStartups is 10
 * unless told otherwise, and shells that start all at once start late. */
#define STARTS_MAX 8

struct ssh_loop {
    pthread_t thread;
    int wake_fd;          /* an eventfd */
    pthread_mutex_t lock; /* of the two below, and of what processes share */
    struct ssh_process *posted;
    bool stop;

    /* the thread's alone */
    struct ssh_session *sessions;
    struct ssh_process *processes;
    struct pollfd *fds;
    struct ssh_session **owners; /* of the fds: whom to step */
    size_t room;
};

/* ---- connections ---- */

static struct ssh_session *session_open(struct ssh_loop *loop, const struct ssh_target *target,
                                        bool tunnel)
{
    struct ssh_session *session, *outer = NULL;

    for (session = loop->sessions; session; session = session->next)
        if (session->target == target && session->state != SSH_DEAD &&
            (tunnel || session->users < session->limit))
            return session;
    if (target->jump && !(outer = session_open(loop, target->jump, true)))
        return NULL;
    session = ssh_session_new(target, outer);
    if (session) {
        ssh_session_rouse(session);
        session->next = loop->sessions;
        loop->sessions = session;
    }
    return session;
}

static bool same_server(const struct ssh_target *one, const struct ssh_target *other)
{
    return one->spec.port == other->spec.port && one->jump == other->jump &&
           strcmp(one->spec.host, other->spec.host) == 0;
}

/* What came for a jump host may be for those behind it. */
static bool is_due(const struct ssh_session *session)
{
    return session->due || (session->outer && is_due(session->outer));
}

static void sessions_step(struct ssh_loop *loop)
{
    uint64_t now_ns = clock_now_ns();

    for (struct ssh_session *s = loop->sessions; s; s = s->next) {
        s->due = s->roused || (s->state != SSH_DEAD && now_ns >= s->wake_ns);
        s->roused = false;
    }
    for (struct ssh_session *s = loop->sessions; s; s = s->next) {
        if (s->state == SSH_WAITS && now_ns >= s->wake_ns)
            ssh_session_begin(s);
        if (is_due(s))
            ssh_session_step(s);
    }
}

/* Those that nobody uses: a lost one when the last of its channels has been told, too. */
static void sessions_sweep(struct ssh_loop *loop)
{
    for (struct ssh_session **at = &loop->sessions; *at;) {
        struct ssh_session *session = *at;

        if (session->users == 0) {
            *at = session->next;
            ssh_session_free(session);
            at = &loop->sessions; /* its outer one may be free now */
        } else {
            at = &session->next;
        }
    }
}

/* ---- processes ---- */

static void posted_take(struct ssh_loop *loop)
{
    struct ssh_process *posted;
    struct ssh_process **end = &loop->processes;

    pthread_mutex_lock(&loop->lock);
    posted = loop->posted;
    loop->posted = NULL;
    pthread_mutex_unlock(&loop->lock);
    while (*end)
        end = &(*end)->next;
    *end = posted;
}

static void session_find(struct ssh_loop *loop, struct ssh_process *process)
{
    struct vmtp_error err = { 0 };

    process->session = session_open(loop, process->target, false);
    if (process->session) {
        process->session->users++;
        ssh_session_rouse(process->session);
        return;
    }
    vmtp_fail(&err, -ENOMEM, "out of memory");
    ssh_process_fail(process, &err);
}

static void session_leave(struct ssh_process *process)
{
    struct ssh_session *session = process->session;

    if (!session)
        return;
    if (session->opening == process)
        session->opening = NULL;
    if (process->channel)
        libssh2_channel_close(process->channel); /* freed with its connection */
    process->channel = NULL;
    process->session = NULL;
    session->users--;
    ssh_session_rouse(session);
}

static bool may_start(const struct ssh_loop *loop, const struct ssh_process *waiting)
{
    unsigned int busy = 0;

    for (const struct ssh_process *p = loop->processes; p; p = p->next)
        busy +=
            p->session && p->state < SSH_PROCESS_RUNS && same_server(p->target, waiting->target);
    return busy < STARTS_MAX;
}

/* All that a lost connection had, the oldest first: who sees that one of them is lost, sees it of
 * those before. */
static void processes_lose(struct ssh_loop *loop)
{
    for (struct ssh_process *p = loop->processes; p; p = p->next)
        if (p->state != SSH_PROCESS_ENDED && p->session && p->session->state == SSH_DEAD)
            ssh_process_lose(p);
}

/* Until it may start, a process has no connection: one without a channel would not be read. */
static void processes_step(struct ssh_loop *loop)
{
    for (struct ssh_process *p = loop->processes; p; p = p->next) {
        if (p->state == SSH_PROCESS_ENDED)
            continue;
        if (!p->session && may_start(loop, p))
            session_find(loop, p);
        else if (p->session && p->session->state == SSH_READY &&
                 (is_due(p->session) || clock_now_ns() >= p->deadline_ns))
            ssh_process_step(p);
    }
}

/* What has ended leaves its connection; what was dropped as well leaves the world. */
static void processes_sweep(struct ssh_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    for (struct ssh_process **at = &loop->processes; *at;) {
        struct ssh_process *process = *at;

        if (process->state == SSH_PROCESS_ENDED || process->dropped)
            session_leave(process);
        if (process->dropped) {
            *at = process->next;
            ssh_process_free(process);
        } else {
            at = &process->next;
        }
    }
    pthread_mutex_unlock(&loop->lock);
}

/* ---- the thread ---- */

static size_t fds_count(const struct ssh_loop *loop)
{
    size_t count = 1;

    for (const struct ssh_session *s = loop->sessions; s; s = s->next)
        count++;
    for (const struct ssh_process *p = loop->processes; p; p = p->next)
        count += 3;
    return count;
}

static bool fds_make_room(struct ssh_loop *loop, size_t count)
{
    struct pollfd *fds;
    struct ssh_session **owners;

    if (count <= loop->room)
        return true;
    fds = reallocarray(loop->fds, 2 * count, sizeof *fds);
    loop->fds = fds ? fds : loop->fds;
    owners = reallocarray(loop->owners, 2 * count, sizeof *owners);
    loop->owners = owners ? owners : loop->owners;
    if (fds && owners)
        loop->room = 2 * count;
    return fds && owners;
}

static size_t fds_fill(struct ssh_loop *loop)
{
    size_t count = 1;

    if (!fds_make_room(loop, fds_count(loop)))
        return 0;
    loop->fds[0] = (struct pollfd){ .fd = loop->wake_fd, .events = POLLIN };
    for (struct ssh_session *s = loop->sessions; s; s = s->next) {
        loop->owners[count] = s;
        loop->fds[count].fd = ssh_session_fd(s, &loop->fds[count].events);
        count++;
    }
    for (const struct ssh_process *p = loop->processes; p; p = p->next) {
        size_t more = ssh_process_fds(p, loop->fds + count);

        while (more--)
            loop->owners[count++] = p->session;
    }
    return count;
}

static uint64_t wake_time(const struct ssh_loop *loop)
{
    uint64_t wake_ns = UINT64_MAX;

    for (const struct ssh_session *s = loop->sessions; s; s = s->next) {
        if (s->roused)
            return 0;
        if (s->state != SSH_DEAD && s->wake_ns < wake_ns)
            wake_ns = s->wake_ns;
    }
    for (const struct ssh_process *p = loop->processes; p; p = p->next)
        if (p->deadline_ns < wake_ns)
            wake_ns = p->deadline_ns;
    return wake_ns;
}

static bool loop_wait(struct ssh_loop *loop)
{
    size_t count = fds_fill(loop);
    eventfd_t posted;
    bool stop;

    poll(loop->fds, count, count ? clock_wait_ms(wake_time(loop)) : 100);
    for (size_t i = 1; i < count; i++)
        if (loop->fds[i].revents)
            ssh_session_rouse(loop->owners[i]);
    eventfd_read(loop->wake_fd, &posted);
    pthread_mutex_lock(&loop->lock);
    stop = loop->stop;
    pthread_mutex_unlock(&loop->lock);
    return !stop;
}

static void *loop_run(void *arg)
{
    struct ssh_loop *loop = arg;

    do {
        posted_take(loop);
        sessions_step(loop);
        processes_lose(loop);
        processes_step(loop);
        processes_sweep(loop);
        sessions_sweep(loop);
    } while (loop_wait(loop));
    return NULL;
}

/* A machine takes nine fds or more, and the limit is often 1024: as many as one may have. */
static void fds_allow(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit); /* if not, opening one says so */
    }
}

/* A broken pipe is an error here and no signal; the others are the program's business. */
static int thread_start(struct ssh_loop *loop)
{
    sigset_t all, old;
    int r;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    r = -pthread_create(&loop->thread, NULL, loop_run, loop);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return r;
}

int ssh_loop_new(struct ssh_loop **ret, struct vmtp_error *err)
{
    struct ssh_loop *loop = calloc(1, sizeof *loop);
    int r = loop ? 0 : -ENOMEM;

    fds_allow();
    if (r == 0 && libssh2_init(0) != 0)
        r = -ENOMEM;
    if (r == 0 && (loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0)
        r = -errno;
    if (r == 0) {
        pthread_mutex_init(&loop->lock, NULL);
        r = thread_start(loop);
        if (r < 0)
            close(loop->wake_fd);
    }
    if (r < 0) {
        free(loop);
        return vmtp_fail(err, r, "can't begin with SSH: %s", strerror(-r));
    }
    *ret = loop;
    return 0;
}

static void loop_wake(struct ssh_loop *loop)
{
    eventfd_write(loop->wake_fd, 1);
}

void ssh_loop_free(struct ssh_loop *loop)
{
    if (!loop)
        return;
    pthread_mutex_lock(&loop->lock);
    loop->stop = true;
    pthread_mutex_unlock(&loop->lock);
    loop_wake(loop);
    pthread_join(loop->thread, NULL);
    posted_take(loop);
    while (loop->processes) {
        struct ssh_process *process = loop->processes;

        loop->processes = process->next;
        session_leave(process);
        ssh_process_free(process);
    }
    sessions_sweep(loop);
    close(loop->wake_fd);
    pthread_mutex_destroy(&loop->lock);
    free(loop->fds);
    free(loop->owners);
    free(loop);
}

/* ---- for everybody ---- */

int ssh_loop_start(struct ssh_loop *loop, const struct ssh_target *target, const char *mark,
                   const char *const *argv, struct ssh_process **ret, struct vmtp_error *err)
{
    char *command = ssh_command_make(mark, argv);
    struct ssh_process *process;
    int r;

    if (!command)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = ssh_process_new(target, argv[0], command, &loop->lock, &process, err);
    free(command);
    if (r < 0)
        return r;
    pthread_mutex_lock(&loop->lock);
    process->next = loop->posted;
    loop->posted = process;
    pthread_mutex_unlock(&loop->lock);
    loop_wake(loop);
    *ret = process;
    return 0;
}

void ssh_loop_give(struct ssh_process *process, struct vmtp_channel *ret)
{
    vmtp_give(ret, &process->ends, sizeof process->ends);
    process->ends.in = process->ends.out = process->ends.err = -1;
}

int ssh_loop_reap(struct ssh_loop *loop, struct ssh_process *process)
{
    int status;

    pthread_mutex_lock(&loop->lock);
    status = process->status;
    pthread_mutex_unlock(&loop->lock);
    ssh_loop_drop(loop, process);
    return status;
}

void ssh_loop_drop(struct ssh_loop *loop, struct ssh_process *process)
{
    const int fds[] = { process->ends.in, process->ends.out, process->ends.err,
                        process->ends.ended };

    pthread_mutex_lock(&loop->lock);
    process->dropped = true;
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    pthread_mutex_unlock(&loop->lock);
    loop_wake(loop);
}
