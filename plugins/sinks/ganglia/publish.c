/* SPDX-License-Identifier: Apache-2.0 */
#include "publish.h"

#include "../../common/clock.h"

#include <ganglia.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* How the child ends. */
enum { SENT, GAVE_UP = 10, NO_CHANNEL, NOT_TAKEN, LOST_SOME };

#define WORDS_MAX 300
#define BURST     20 /* metrics, before gmond gets a millisecond to read them */

/* ---- the child ---- */

/* libganglia takes strings that it does not change as char *. */
static char *text(const char *constant)
{
    return (char *)(uintptr_t)constant;
}

static int value_send(const struct publish *publish, const struct value *value, Ganglia_pool pool,
                      Ganglia_udp_send_channels channels)
{
    Ganglia_metric metric = Ganglia_metric_create(pool);
    int r;

    if (!metric || Ganglia_metric_set(metric, text(value->name), text(value->text), text("double"),
                                      text(value->units), GANGLIA_SLOPE_BOTH, publish->tmax_s,
                                      publish->dmax_s) != 0)
        return NOT_TAKEN;
    Ganglia_metadata_add(metric, text("GROUP"), text(publish->group));
    Ganglia_metadata_add(metric, text("TITLE"), text(value->title));
    Ganglia_metadata_add(metric, text("DESC"), text(value->about));
    if (publish->spoof)
        Ganglia_metadata_add(metric, text(SPOOF_HOST), text(value->host));
    r = Ganglia_metric_send(metric, channels);
    Ganglia_metric_destroy(metric);
    return r == 0 ? SENT : LOST_SOME;
}

static int values_send(const struct publish *publish)
{
    Ganglia_pool pool = Ganglia_pool_create(NULL);
    Ganglia_gmond_config config = Ganglia_gmond_config_create(text(publish->config), 0);
    Ganglia_udp_send_channels channels = Ganglia_udp_send_channels_create(pool, config);

    if (!channels)
        return NO_CHANNEL;
    for (size_t i = 0; i < publish->values->count; i++) {
        int r = value_send(publish, &publish->values->items[i], pool, channels);

        if (r != SENT)
            return r;
        if (i % BURST == BURST - 1)
            poll(NULL, 0, 1);
    }
    return SENT;
}

/* libganglia calls exit(): this runs first, so that nothing that is ours is flushed twice. */
static void exit_at_once(void)
{
    _exit(GAVE_UP);
}

static void __attribute__((noreturn)) child_run(const struct publish *publish, int words_fd)
{
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(words_fd, STDOUT_FILENO) < 0 || dup2(words_fd, STDERR_FILENO) < 0 ||
        atexit(exit_at_once) != 0)
        _exit(GAVE_UP);
    _exit(values_send(publish));
}

static pid_t child_fork(const struct publish *publish, const int pipe[2])
{
    sigset_t all, old;
    pid_t pid;
    int code;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* no handler of ours may run in the child */
    pid = fork();
    if (pid == 0)
        child_run(publish, pipe[1]);
    code = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return pid < 0 ? -code : pid;
}

static int child_end(pid_t pid)
{
    int status = 0, r;

    do
        r = (int)waitpid(pid, &status, 0);
    while (r < 0 && errno == EINTR);
    return r > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : GAVE_UP;
}

/* ---- the parent ---- */

/* What the child prints, until it has ended. */
static int words_read(const struct publish *publish, int fd, char *ret, size_t size,
                      struct vmtp_error *err)
{
    struct pollfd ready[2] = { { .fd = fd, .events = POLLIN },
                               { .fd = publish->cancel_fd, .events = POLLIN } };
    size_t len = 0;

    for (;;) {
        int wait_ms = clock_wait_ms(publish->deadline_ns), n = poll(ready, 2, wait_ms);
        char chunk[256];

        if (n > 0 && ready[1].revents)
            return vmtp_fail(err, -ECANCELED, "interrupted");
        if (n > 0) {
            ssize_t got = read(fd, chunk, sizeof chunk);

            if (got == 0)
                return 0;
            for (ssize_t i = 0; i < got && len + 1 < size; i++)
                ret[len++] = chunk[i] >= 0x20 && chunk[i] < 0x7f ? chunk[i] : ' ';
        } else if (wait_ms == 0) {
            return vmtp_fail(err, -ETIMEDOUT, "%.200s: the metrics could not be sent in time",
                             publish->place);
        }
    }
}

static int status_explain(const struct publish *publish, int status, char *words,
                          struct vmtp_error *err)
{
    size_t len = strlen(words);

    while (len > 0 && words[len - 1] == ' ')
        words[--len] = '\0';
    switch (status) {
    case SENT:
        return 0;
    case NO_CHANNEL:
        return vmtp_fail(err, -EINVAL, "%.200s has no udp_send_channel: give host instead",
                         publish->place);
    case LOST_SOME:
        return vmtp_fail(err, -ECONNREFUSED, "%.200s: no gmond listens there", publish->place);
    case NOT_TAKEN:
        return vmtp_fail(err, -EPROTO, "%.200s: libganglia does not take the metrics%s%s",
                         publish->place, *words ? ": " : "", words);
    default:
        return vmtp_fail(err, -EINVAL, "%.200s: libganglia gives up%s%s", publish->place,
                         *words ? ": " : "", words);
    }
}

int publish(const struct publish *publish, struct vmtp_error *err)
{
    char words[WORDS_MAX] = "";
    int ends[2], r, status;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return vmtp_fail(err, -errno, "can't make a pipe: %s", strerror(errno));
    pid = child_fork(publish, ends);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return vmtp_fail(err, (int)pid, "can't fork: %s", strerror((int)-pid));
    }
    r = words_read(publish, ends[0], words, sizeof words, err);
    if (r < 0)
        kill(pid, SIGKILL);
    close(ends[0]);
    status = child_end(pid);
    return r < 0 ? r : status_explain(publish, status, words, err);
}
