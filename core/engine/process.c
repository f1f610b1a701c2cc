/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include "../base/clock.h"
#include "../base/fd.h"

#include <signal.h>

#define TERM_NS (500 * NS_PER_MS) /* between SIGTERM and SIGKILL */
/* For a killed process to be gone: a stuck kernel is no reason to hang. */
#define KILL_NS (5 * NS_PER_S)

static const struct vmtp_cloud *cloud_of(const struct vmtp_process *process)
{
    return &process->cloud->component->ops.cloud;
}

static void process_free(struct vmtp_process *process)
{
    fd_close_at(&process->channel.in);
    fd_close_at(&process->channel.out);
    fd_close_at(&process->channel.err);
    buf_clear(&process->out);
    buf_clear(&process->err);
    free(process->program);
    free(process);
}
DEFINE_CLEANUP(process_free, struct vmtp_process *)

int process_spawn(struct instance *cloud, const struct vmtp_endpoint *endpoint,
                  const struct vmtp_spawn *spawn, struct vmtp_process **ret, struct vmtp_error *err)
{
    _cleanup_(process_freep) struct vmtp_process *process = calloc(1, sizeof *process);
    int r;

    if (!process)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    *process = (struct vmtp_process){
        .cloud = cloud,
        .channel = { .size = sizeof process->channel, .in = -1, .out = -1, .err = -1, .ended = -1 },
        .endpoint = endpoint->name,
        .program = strdup(spawn->argv[0]),
        .out = BUF(LINE_MAX_BYTES),
        .err = BUF(LINE_MAX_BYTES),
    };
    if (!process->program)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = cloud_of(process)->spawn(&cloud->self, endpoint, spawn, &process->channel, err);
    if (r < 0)
        return vmtp_wrap(err, "endpoint %s", endpoint->name);
    *ret = TAKE(process);
    return 0;
}

static int input_close(struct vmtp_process *process)
{
    fd_close_at(&process->channel.in);
    process->channel.in = -1;
    return 0;
}

int process_write(struct vmtp_process *process, const void *data, size_t len, uint64_t deadline_ns,
                  int cancel_fd, struct vmtp_error *err)
{
    struct pollfd in = { .fd = process->channel.in, .events = POLLOUT };
    const char *next = data;
    ssize_t n;
    int r;

    if (len == 0)
        return input_close(process);
    while (len) {
        n = write(process->channel.in, next, len);
        if (n > 0) {
            next += n;
            len -= (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return vmtp_fail(err, -errno, "endpoint %s: %s takes no more input: %s",
                             process->endpoint, process->program, strerror(errno));
        r = fd_poll(&in, 1, deadline_ns, cancel_fd);
        if (r <= 0)
            return vmtp_fail(err, r < 0 ? r : -ETIMEDOUT, "endpoint %s: %s does not read its input",
                             process->endpoint, process->program);
    }
    return 0;
}

/* A whole line of this output, or what is left of it once it has ended. */
static bool line_take(struct vmtp_process *process, struct buf *buf, int fd, bool ended,
                      struct vmtp_line *ret)
{
    char *end = buf->len ? memchr(buf->data, '\n', buf->len) : NULL;

    if (!end && !(ended && buf->len))
        return false;
    ret->text = buf->data;
    ret->len = end ? (size_t)(end - buf->data) : buf->len;
    ret->fd = fd;
    ret->time_ns = clock_now_ns();
    process->current = buf;
    process->consumed = ret->len + (end != NULL);
    if (end)
        *end = '\0';
    if (ret->len && buf->data[ret->len - 1] == '\r')
        buf->data[--ret->len] = '\0';
    return true;
}

/* Read what has come.  The fd is closed, and -1, at its end. */
static int output_read(struct vmtp_process *process, struct buf *buf, int *fd,
                       struct vmtp_error *err)
{
    char chunk[16 * 1024];
    ssize_t n = read(*fd, chunk, sizeof chunk);
    int r = 0;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n > 0)
        r = buf_add(buf, chunk, (size_t)n);
    if (r < 0)
        return vmtp_fail(err, r, "endpoint %s: %s printed a line of more than %d bytes",
                         process->endpoint, process->program, LINE_MAX_BYTES);
    if (n <= 0) {
        fd_close_at(fd);
        *fd = -1;
    }
    return 0;
}

static int output_wait(struct vmtp_process *process, uint64_t deadline_ns, int cancel_fd,
                       struct vmtp_error *err)
{
    struct vmtp_channel *channel = &process->channel;
    struct pollfd fds[] = { { .fd = channel->out, .events = POLLIN },
                            { .fd = channel->err, .events = POLLIN } };
    int r = fd_poll(fds, COUNT(fds), deadline_ns, cancel_fd);

    if (r <= 0)
        return vmtp_fail(err, r < 0 ? r : -ETIMEDOUT, "endpoint %s: %s %s", process->endpoint,
                         process->program,
                         r == -ECANCELED ? "was cancelled" : "said nothing in time");
    r = 0;
    if (fds[0].revents)
        r = output_read(process, &process->out, &channel->out, err);
    if (r == 0 && fds[1].revents)
        r = output_read(process, &process->err, &channel->err, err);
    return r;
}

int process_line(struct vmtp_process *process, struct vmtp_line *ret, uint64_t deadline_ns,
                 int cancel_fd, struct vmtp_error *err)
{
    struct vmtp_channel *channel = &process->channel;
    int r;

    if (process->current)
        buf_drop(process->current, process->consumed);
    process->current = NULL;
    for (;;) {
        if (line_take(process, &process->out, 1, channel->out < 0, ret) ||
            line_take(process, &process->err, 2, channel->err < 0, ret))
            return 1;
        if (channel->out < 0 && channel->err < 0)
            return 0;
        r = output_wait(process, deadline_ns, cancel_fd, err);
        if (r < 0)
            return r;
    }
}

/* Wait for the end, reading and dropping what it still prints: a full pipe would hold it. */
static bool end_wait(struct vmtp_process *process, uint64_t wait_ns, int hurry_fd)
{
    struct vmtp_channel *channel = &process->channel;
    uint64_t deadline_ns = clock_now_ns() + wait_ns;

    for (;;) {
        struct pollfd fds[] = { { .fd = channel->ended, .events = POLLIN },
                                { .fd = channel->out, .events = POLLIN },
                                { .fd = channel->err, .events = POLLIN } };

        if (fd_poll(fds, COUNT(fds), deadline_ns, hurry_fd) <= 0)
            return false;
        if (fds[0].revents)
            return true;
        buf_clear(&process->out);
        buf_clear(&process->err);
        if (fds[1].revents)
            output_read(process, &process->out, &channel->out, NULL);
        if (fds[2].revents)
            output_read(process, &process->err, &channel->err, NULL);
    }
}

int process_stop(struct vmtp_process *process, uint64_t grace_ns, int hurry_fd,
                 struct vmtp_error *err)
{
    _cleanup_(process_freep) _unused_ struct vmtp_process *mine = process;
    const struct vmtp_cloud *cloud = cloud_of(process);
    struct vmtp_self *self = &process->cloud->self;
    bool ended;

    input_close(process);
    ended = end_wait(process, grace_ns, hurry_fd);
    if (!ended) {
        cloud->signal(self, &process->channel, SIGTERM);
        ended = end_wait(process, TERM_NS, hurry_fd);
    }
    if (!ended) {
        cloud->signal(self, &process->channel, SIGKILL);
        ended = end_wait(process, KILL_NS, -1);
    }
    if (!ended)
        return vmtp_fail(err, -EBUSY, "endpoint %s: %s can't be stopped", process->endpoint,
                         process->program);
    return cloud->reap(self, &process->channel);
}

static int lines_drain(struct vmtp_process *process, const struct vmtp_exec *exec,
                       uint64_t deadline_ns, int cancel_fd, struct vmtp_error *err)
{
    struct vmtp_line line;
    int r;

    while ((r = process_line(process, &line, deadline_ns, cancel_fd, err)) > 0) {
        r = exec->line ? exec->line(exec->arg, &line) : 0;
        if (r < 0)
            return r;
    }
    return r;
}

int process_see_through(struct vmtp_process *process, const struct vmtp_exec *exec,
                        uint64_t deadline_ns, int cancel_fd, struct vmtp_error *err)
{
    int status, r;

    input_close(process);
    r = lines_drain(process, exec, deadline_ns, cancel_fd, err);
    status = process_stop(process, r < 0 ? 0 : NS_PER_S, cancel_fd, r < 0 ? NULL : err);
    return r < 0 ? r : status;
}

int process_exec(struct instance *cloud, const struct vmtp_endpoint *endpoint,
                 const struct vmtp_exec *exec, uint64_t deadline_ns, int cancel_fd,
                 struct vmtp_error *err)
{
    struct vmtp_spawn spawn = { .size = sizeof spawn, .argv = exec->argv };
    struct vmtp_process *process;
    int r = process_spawn(cloud, endpoint, &spawn, &process, err);

    return r < 0 ? r : process_see_through(process, exec, deadline_ns, cancel_fd, err);
}
