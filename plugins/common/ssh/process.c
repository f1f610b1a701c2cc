/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include "../clock.h"
#include "command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LOST_STATUS 255 /* as ssh ends when its connection is lost */
#define NO_STREAM   2   /* RFC 4254 has 1, which is stderr */

/* ---- birth ---- */

static int pipes_open(struct ssh_process *process)
{
    int *ours[3], *theirs[3] = { &process->ends.in, &process->ends.out, &process->ends.err };

    for (int i = 0; i < 3; i++) {
        int ends[2];

        ours[i] = &process->streams[i].fd;
        if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
            return -errno;
        *ours[i] = ends[i > 0];
        *theirs[i] = ends[i == 0];
    }
    process->started_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    process->ends.ended = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return process->started_fd < 0 || process->ends.ended < 0 ? -errno : 0;
}

int ssh_process_new(const struct ssh_target *target, const char *name, const char *command,
                    pthread_mutex_t *lock, struct ssh_process **ret, struct vmtp_error *err)
{
    struct ssh_process *process = calloc(1, sizeof *process);
    int r = -ENOMEM;

    if (!process)
        return vmtp_fail(err, r, "out of memory");
    process->target = target;
    process->lock = lock;
    process->deadline_ns = UINT64_MAX;
    process->command = strdup(command);
    process->name = strdup(name);
    process->started_fd = -1;
    process->ends = (struct vmtp_channel){ sizeof process->ends, -1, -1, -1, -1, process };
    for (int i = 0; i < 3; i++)
        process->streams[i].fd = -1;
    if (process->command && process->name)
        r = pipes_open(process);
    if (r < 0) {
        ssh_pipe_close(&process->ends.in);
        ssh_pipe_close(&process->ends.out);
        ssh_pipe_close(&process->ends.err);
        ssh_pipe_close(&process->ends.ended);
        ssh_process_free(process);
        return vmtp_fail(err, r, "can't make pipes for a process: %s", strerror(-r));
    }
    *ret = process;
    return 0;
}

void ssh_process_free(struct ssh_process *process)
{
    for (int i = 0; i < 3; i++)
        ssh_pipe_close(&process->streams[i].fd);
    ssh_pipe_close(&process->started_fd);
    free(process->command);
    free(process->name);
    free(process);
}

int ssh_process_await(struct ssh_process *process, const struct ssh_patience *patience,
                      struct vmtp_error *err)
{
    int r = ssh_pipe_wait(process->started_fd, POLLIN, patience, err);

    if (r < 0)
        return r;
    pthread_mutex_lock(process->lock);
    r = process->started ? 0 : process->err.code;
    if (r < 0 && err)
        *err = process->err;
    pthread_mutex_unlock(process->lock);
    return r;
}

/* ---- what the starter is told ---- */

static void tell_started(struct ssh_process *process, int pid)
{
    pthread_mutex_lock(process->lock);
    process->started = true;
    process->pid = pid;
    pthread_mutex_unlock(process->lock);
    process->state = SSH_PROCESS_RUNS;
    process->deadline_ns = UINT64_MAX;
    ssh_session_rouse(process->session); /* another may start */
    eventfd_write(process->started_fd, 1);
}

static void tell_ended(struct ssh_process *process, int status)
{
    for (int i = 0; i < 3; i++)
        ssh_pipe_close(&process->streams[i].fd);
    process->state = SSH_PROCESS_ENDED;
    process->deadline_ns = UINT64_MAX;
    pthread_mutex_lock(process->lock);
    process->ended = true;
    process->status = status;
    if (!process->dropped) {
        eventfd_write(process->started_fd, 1);
        eventfd_write(process->ends.ended, 1);
    }
    pthread_mutex_unlock(process->lock);
}

void ssh_process_fail(struct ssh_process *process, const struct vmtp_error *err)
{
    pthread_mutex_lock(process->lock);
    process->err = *err;
    pthread_mutex_unlock(process->lock);
    tell_ended(process, LOST_STATUS);
}

static void fail_text(struct ssh_process *process, int code, const char *text)
{
    struct vmtp_error err = { 0 };

    vmtp_fail(&err, code, "%s", text);
    ssh_process_fail(process, &err);
}

/* The reader of stderr learns why, as from ssh. */
void ssh_process_lose(struct ssh_process *process)
{
    const struct ssh_session *session = process->session;
    char line[512];
    int len;

    if (process->state == SSH_PROCESS_RUNS || process->state == SSH_PROCESS_CLOSES) {
        len = snprintf(line, sizeof line, "%s\n", session->err.text);
        if (process->streams[2].fd >= 0 && len > 0 && (size_t)len < sizeof line &&
            write(process->streams[2].fd, line, (size_t)len) < 0)
            ssh_pipe_close(&process->streams[2].fd); /* nobody reads it, or not now */
    }
    ssh_process_fail(process, &session->err);
}

/* ---- starting ---- */

static uint64_t start_deadline(const struct ssh_process *process)
{
    return clock_now_ns() + SSH_START_TIMEOUTS * process->target->timeout_ns;
}

static void open_step(struct ssh_process *process)
{
    struct ssh_session *session = process->session;

    if (session->opening && session->opening != process)
        return;
    if (session->opening != process)
        process->deadline_ns = start_deadline(process);
    session->opening = process;
    process->channel = libssh2_channel_open_session(session->raw);
    if (!process->channel && libssh2_session_last_errno(session->raw) == LIBSSH2_ERROR_EAGAIN)
        return;
    session->opening = NULL;
    ssh_session_rouse(session); /* whoever is next */
    if (process->channel) {
        process->state = SSH_PROCESS_EXECS;
        process->deadline_ns = start_deadline(process);
        memcpy(&process->peer, &session->peer, sizeof process->peer);
    } else if (!ssh_session_check(session)) {
        return;
    } else if (session->users > 1) { /* MaxSessions: the loop finds another connection */
        session->limit = --session->users;
        process->session = NULL;
        process->deadline_ns = UINT64_MAX;
    } else {
        fail_text(process, -EACCES, "the server opens no session for a command");
    }
}

static void exec_step(struct ssh_process *process)
{
    int r = libssh2_channel_exec(process->channel, process->command);

    if (r == LIBSSH2_ERROR_EAGAIN)
        return;
    if (r == 0)
        process->state = SSH_PROCESS_STARTS;
    else if (ssh_session_check(process->session))
        fail_text(process, -EACCES, "the server runs no commands");
}

/* What came before the command's own first line is chatter of the login shell. */
static void start_step(struct ssh_process *process)
{
    struct ssh_stream *out = &process->streams[1];
    size_t used;
    int pid;
    int r = ssh_command_started(out->data, out->len, &used, &pid);

    memmove(out->data, out->data + used, out->len - used);
    out->len -= used;
    if (r > 0 && pid)
        tell_started(process, pid);
    else if (r > 0) {
        char text[160];

        snprintf(text, sizeof text, "program '%.100s' not found", process->name);
        fail_text(process, -ENOENT, text);
    }
}

/* ---- running ---- */

static bool stream_flush(struct ssh_stream *stream)
{
    while (stream->len) {
        ssize_t n = -1;

        if (stream->fd >= 0) {
            n = write(stream->fd, stream->data + stream->at, stream->len);
            if (n < 0 && errno == EAGAIN)
                return false;
            if (n < 0)
                ssh_pipe_close(&stream->fd);
        }
        if (n < 0)
            n = (ssize_t)stream->len; /* nobody reads it any more */
        stream->at += (size_t)n;
        stream->len -= (size_t)n;
    }
    stream->at = 0;
    return true;
}

/* From the channel to the pipe, until one of them has enough.  What comes before the command has
 * started stays here, until its channel is closed: it may be the reason. */
static void output_step(struct ssh_process *process, int number)
{
    struct ssh_stream *stream = &process->streams[number];
    bool starting = !process->started;

    for (;;) {
        size_t room;
        ssize_t n;

        if (!starting && !stream_flush(stream))
            return;
        if (starting && stream->len == sizeof stream->data)
            stream->len = 0; /* a login shell that tells long tales */
        room = sizeof stream->data - stream->len;
        if (room == 0)
            return;
        n = libssh2_channel_read_ex(process->channel, number == 2 ? SSH_EXTENDED_DATA_STDERR : 0,
                                    stream->data + stream->len, room);
        if (n <= 0)
            return;
        stream->len += (size_t)n;
        if (starting && number == 1) {
            start_step(process);
            starting = !process->started;
        }
        if (process->state == SSH_PROCESS_ENDED)
            return;
    }
}

/* false: the pipe is empty. */
static bool input_fill(struct ssh_stream *stream)
{
    ssize_t n;

    if (stream->len)
        return true;
    n = stream->fd < 0 ? 0 : read(stream->fd, stream->data, sizeof stream->data);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        ssh_pipe_close(&stream->fd);
    stream->at = 0;
    stream->len = n > 0 ? (size_t)n : 0;
    return n > 0;
}

static void input_step(struct ssh_process *process)
{
    struct ssh_stream *stream = &process->streams[0];

    while (!process->in_ended && !ssh_link_busy(&process->session->link) && input_fill(stream)) {
        ssize_t n = libssh2_channel_write(process->channel, stream->data + stream->at, stream->len);

        if (n == LIBSSH2_ERROR_EAGAIN)
            return;
        if (n < 0) { /* it has closed its stdin, or is gone */
            ssh_pipe_close(&stream->fd);
            n = (ssize_t)stream->len;
        }
        stream->at += (size_t)n;
        stream->len -= (size_t)n;
    }
    if (stream->fd < 0 && stream->len == 0 && !process->in_ended)
        process->in_ended = libssh2_channel_send_eof(process->channel) != LIBSSH2_ERROR_EAGAIN;
}

static int signal_number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = { { "ABRT", SIGABRT }, { "ALRM", SIGALRM }, { "FPE", SIGFPE },
                    { "HUP", SIGHUP },   { "ILL", SIGILL },   { "INT", SIGINT },
                    { "KILL", SIGKILL }, { "PIPE", SIGPIPE }, { "QUIT", SIGQUIT },
                    { "SEGV", SIGSEGV }, { "TERM", SIGTERM }, { "USR1", SIGUSR1 },
                    { "USR2", SIGUSR2 } };

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (strcmp(signals[i].name, name) == 0)
            return signals[i].number;
    return SIGKILL; /* RFC 4254 has these only; others are rare and as deadly */
}

static int status_of(const struct ssh_process *process)
{
    char *name = NULL;
    int status = libssh2_channel_get_exit_status(process->channel);

    libssh2_channel_get_exit_signal(process->channel, &name, NULL, NULL, NULL, NULL, NULL);
    if (name)
        status = 128 + signal_number(name);
    if (name)
        libssh2_free(process->session->raw, name);
    return status;
}

/* It has ended before its first line: what it said instead is the reason. */
static void explain(struct ssh_process *process, int status)
{
    const struct ssh_stream *said =
        process->streams[2].len ? &process->streams[2] : &process->streams[1];
    size_t len = said->len < 200 ? said->len : 200;
    char text[320], line[201];

    memcpy(line, said->data + said->at, len);
    line[len] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    snprintf(text, sizeof text, "the login shell runs no command, it ends with %d%s%s", status,
             *line ? ": " : "", line);
    fail_text(process, -EACCES, text);
}

/* It has no more output; it ends when the server closes the channel. */
static void close_step(struct ssh_process *process)
{
    int status;

    if (libssh2_channel_wait_closed(process->channel) == LIBSSH2_ERROR_EAGAIN ||
        !ssh_session_check(process->session))
        return;
    status = status_of(process);
    libssh2_channel_free(process->channel); /* closed on both sides, so it is at once */
    process->channel = NULL;
    if (process->started)
        tell_ended(process, status);
    else
        explain(process, status);
}

/* Nobody reads what it prints, so nothing is read from its channel, whose window then ends.  The
 * connection must be read all the same: others use it, and poll() tells of what is left there for
 * ever.  What waits for the end of a channel does that until it is there, and behind it a read of a
 * stream that is never sent. */
static void pump(struct ssh_process *process)
{
    char none;

    if (libssh2_channel_wait_eof(process->channel) == 0 &&
        libssh2_channel_wait_closed(process->channel) == 0)
        libssh2_channel_read_ex(process->channel, NO_STREAM, &none, sizeof none);
}

static void run_step(struct ssh_process *process)
{
    output_step(process, 1);
    output_step(process, 2);
    if (process->streams[1].len || process->streams[2].len)
        pump(process);
    if (process->state != SSH_PROCESS_STARTS && process->state != SSH_PROCESS_ENDED)
        input_step(process);
    if (!ssh_session_check(process->session))
        return;
    if ((process->state == SSH_PROCESS_STARTS || process->state == SSH_PROCESS_RUNS) &&
        libssh2_channel_eof(process->channel) == 1 &&
        (process->state == SSH_PROCESS_STARTS ||
         (!process->streams[1].len && !process->streams[2].len))) {
        if (process->state == SSH_PROCESS_RUNS) {
            ssh_pipe_close(&process->streams[1].fd);
            ssh_pipe_close(&process->streams[2].fd);
        }
        process->state = SSH_PROCESS_CLOSES;
    }
    if (process->state == SSH_PROCESS_CLOSES)
        close_step(process);
}

void ssh_process_step(struct ssh_process *process)
{
    if (process->state == SSH_PROCESS_WAITS)
        open_step(process);
    if (process->state == SSH_PROCESS_EXECS)
        exec_step(process);
    if (process->state >= SSH_PROCESS_STARTS && process->state < SSH_PROCESS_ENDED)
        run_step(process);
    if (clock_now_ns() >= process->deadline_ns)
        fail_text(process, -ETIMEDOUT, "the login shell does not start a command in time");
}

size_t ssh_process_fds(const struct ssh_process *process, struct pollfd *ret)
{
    const struct ssh_stream *in = &process->streams[0];
    size_t count = 0;

    if (process->state != SSH_PROCESS_RUNS && process->state != SSH_PROCESS_CLOSES)
        return 0;
    if (in->fd >= 0 && in->len == 0 && !ssh_link_busy(&process->session->link))
        ret[count++] = (struct pollfd){ .fd = in->fd, .events = POLLIN };
    for (int i = 1; i < 3; i++)
        if (process->streams[i].fd >= 0 && process->streams[i].len)
            ret[count++] = (struct pollfd){ .fd = process->streams[i].fd, .events = POLLOUT };
    return count;
}
