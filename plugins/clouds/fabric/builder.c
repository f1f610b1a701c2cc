/* SPDX-License-Identifier: Apache-2.0
 *
 * The builder's parent side: forks the child of build.c and takes the fds that it sends.  See
 * builder.h.
 *
 * A process with threads can't enter a user namespace itself (unshare(2)), hence the child, for
 * root as for everyone else.
 */
#include "builder.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../common/clock.h"
#include "build.h"

/* ---- spaces ---- */

static struct spaces *spaces_new(uint32_t count)
{
    struct spaces *spaces = calloc(1, sizeof *spaces);

    if (!spaces)
        return NULL;
    spaces->user_fd = -1;
    spaces->net_fds = calloc(count + 1, sizeof *spaces->net_fds);
    if (!spaces->net_fds) {
        free(spaces);
        return NULL;
    }
    spaces->count = count;
    for (uint32_t i = 0; i < count; i++)
        spaces->net_fds[i] = -1;
    return spaces;
}

void spaces_free(struct spaces *spaces)
{
    if (!spaces)
        return;
    for (uint32_t i = 0; i < spaces->count; i++)
        if (spaces->net_fds[i] >= 0)
            close(spaces->net_fds[i]);
    if (spaces->user_fd >= 0)
        close(spaces->user_fd);
    free(spaces->net_fds);
    free(spaces);
}

/* ---- reports ---- */

/* 1: a report, with *ret_fd the fd that came with it or -1; 0: the child is gone. */
static int report_receive(int socket, struct build_report *report, int *ret_fd)
{
    union {
        struct cmsghdr header;
        char buffer[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec iov = { report, sizeof *report };
    struct msghdr message = { .msg_iov = &iov,
                              .msg_iovlen = 1,
                              .msg_control = control.buffer,
                              .msg_controllen = sizeof control.buffer };
    const struct cmsghdr *header;
    ssize_t n;

    *ret_fd = -1;
    do
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    header = CMSG_FIRSTHDR(&message);
    if (n > 0 && header && header->cmsg_type == SCM_RIGHTS)
        memcpy(ret_fd, CMSG_DATA(header), sizeof *ret_fd);
    return n == (ssize_t)sizeof *report;
}

/* The place for a namespace's fd that came with a report; NULL: it is not one of ours. */
static int *report_slot(const struct build_report *report, struct spaces *spaces)
{
    if (report->kind == BUILD_USER_FD)
        return &spaces->user_fd;
    if (report->kind == BUILD_NET_FD && report->index < spaces->count)
        return &spaces->net_fds[report->index];
    return NULL;
}

/* 1: all done; 0: more to come. */
static int report_take(const struct build_job *job, struct spaces *spaces, struct vmtp_error *err)
{
    struct build_report report;
    int *slot, fd;

    if (!report_receive(job->socket, &report, &fd))
        return vmtp_fail(err, -EIO, "fabric: the process that makes the namespaces died");
    if (report.kind == BUILD_FAILED)
        return build_explain(job->topology, &report, err);
    if (report.kind == BUILD_DONE)
        return 1;
    slot = report_slot(&report, spaces);
    if (fd < 0 || !slot) {
        if (fd >= 0)
            close(fd);
        return vmtp_fail(err, -EMFILE, "fabric: too many open files: raise `ulimit -n`");
    }
    *slot = fd;
    return 0;
}

static int reports_collect(const struct build_job *job, int cancel_fd, struct spaces *spaces,
                           struct vmtp_error *err)
{
    struct pollfd ready[2] = { { .fd = job->socket, .events = POLLIN },
                               { .fd = cancel_fd, .events = POLLIN } };
    int r = 0;

    while (r == 0) {
        uint64_t now = clock_now_ns();

        if (now >= job->deadline_ns)
            return vmtp_fail(err, -ETIMEDOUT, "fabric: the namespaces were not ready in time");
        r = poll(ready, 2, (int)((job->deadline_ns - now) / NS_PER_MS + 1));
        if (r < 0 && errno != EINTR)
            return vmtp_fail(err, -errno, "fabric: can't wait: %s", strerror(errno));
        if (r > 0 && ready[1].revents)
            return vmtp_fail(err, -ECANCELED, "fabric: cancelled");
        r = r > 0 ? report_take(job, spaces, err) : 0;
    }
    return r < 0 ? r : 0;
}

/* ---- the child ---- */

static pid_t child_fork(struct build_job *job, const int sockets[2])
{
    sigset_t all, old;
    pid_t pid;
    int code;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* no handler of ours may run in the child */
    pid = fork();
    if (pid == 0) {
        close(sockets[0]);
        job->socket = sockets[1];
        build_child(job);
    }
    code = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return pid < 0 ? -code : pid;
}

static void child_end(pid_t pid)
{
    int r;

    kill(pid, SIGKILL); /* it has nothing left to do */
    do
        r = (int)waitpid(pid, NULL, 0);
    while (r < 0 && errno == EINTR);
}

static int child_run(struct build_job *job, int cancel_fd, struct spaces *spaces,
                     struct vmtp_error *err)
{
    int sockets[2];
    pid_t pid;
    int r;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return vmtp_fail(err, -errno, "fabric: can't make a socket pair: %s", strerror(errno));
    pid = child_fork(job, sockets);
    close(sockets[1]);
    job->socket = sockets[0];
    if (pid < 0) {
        r = vmtp_fail(err, (int)pid, "fabric: can't fork: %s", strerror((int)-pid));
    } else {
        r = reports_collect(job, cancel_fd, spaces, err);
        child_end(pid);
    }
    close(sockets[0]);
    return r;
}

/* ---- the job ---- */

static int job_fill(struct build_job *job, const struct topology *topology, struct vmtp_error *err)
{
    job->topology = topology;
    job->user_fd = -1;
    job->shape = shape_plan(&topology->opt, (uint32_t)topology->opt.mtu_bytes);
    job->ip6 = access("/proc/sys/net/ipv6", F_OK) == 0;
    if (topology->needs_ip6 && !job->ip6)
        return vmtp_fail(err, -EAFNOSUPPORT,
                         "fabric: a flow uses IPv6, which is off on this "
                         "machine");
    snprintf(job->uid_map, sizeof job->uid_map, "0 %lu 1", (unsigned long)geteuid());
    snprintf(job->gid_map, sizeof job->gid_map, "0 %lu 1", (unsigned long)getegid());
    job->net_fds = calloc(topology->space_count + 1, sizeof *job->net_fds);
    job->netlinks = calloc(topology->space_count + 1, sizeof *job->netlinks);
    if (!job->net_fds || !job->netlinks)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return nat_make(topology, &job->nat, err);
}

static void job_clear(struct build_job *job)
{
    nat_free(&job->nat);
    free(job->net_fds);
    free(job->netlinks);
}

int builder_run(const struct topology *topology, int cancel_fd, uint64_t deadline_ns,
                struct spaces **ret, struct vmtp_error *err)
{
    struct build_job job = { .deadline_ns = deadline_ns };
    struct spaces *spaces = spaces_new(topology->space_count);
    int r = spaces ? job_fill(&job, topology, err) : vmtp_fail(err, -ENOMEM, "out of memory");

    if (r == 0)
        r = child_run(&job, cancel_fd, spaces, err);
    job_clear(&job);
    if (r < 0) {
        spaces_free(spaces);
        return r;
    }
    *ret = spaces;
    return 0;
}
