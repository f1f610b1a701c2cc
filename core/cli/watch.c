/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "../base/thread.h"
#include "../report/progress.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

#define TICK_NS (200 * NS_PER_MS)
#define PARTS   10 /* lines where there is no terminal */

struct watch {
    struct run *run;
    pthread_t thread;
    int signal_fd, stop_fd;
    bool progress, terminal;
    uint32_t parts_said;
    bool line_shown;
};

static size_t terminal_width(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static void line_clear(struct watch *watch)
{
    if (watch->line_shown)
        fputs("\r\033[K", stderr);
    watch->line_shown = false;
}

static void progress_show(struct watch *watch)
{
    struct progress progress = run_progress(watch->run);
    uint64_t elapsed_ns = clock_now_ns() - progress.started_ns;
    char line[512];

    if (watch->terminal) {
        progress_line(&progress, elapsed_ns, terminal_width() - 1, line, sizeof line);
        fprintf(stderr, "\r%s\033[K", line);
        watch->line_shown = true;
        return;
    }
    if (!progress.expected || progress.done * PARTS / progress.expected < watch->parts_said)
        return;
    watch->parts_said = progress.done * PARTS / progress.expected + 1;
    progress_line(&progress, elapsed_ns, sizeof line - 1, line, sizeof line);
    fprintf(stderr, "vmtp: %s\n", line);
}

static void signal_take(struct watch *watch)
{
    struct signalfd_siginfo info;
    bool first = !run_cancelled(watch->run);

    if (read(watch->signal_fd, &info, sizeof info) != sizeof info)
        return;
    run_cancel(watch->run);
    line_clear(watch);
    fprintf(stderr, "vmtp: %s: %s\n", strsignal((int)info.ssi_signo),
            first ? "cleaning up; results so far are kept (again: faster)" : "hurrying");
}

static void *watch_run(void *arg)
{
    struct watch *watch = arg;

    for (;;) {
        struct pollfd signals = { .fd = watch->signal_fd, .events = POLLIN };
        int r = fd_poll(&signals, 1, clock_now_ns() + TICK_NS, watch->stop_fd);

        if (r < 0)
            break;
        if (r > 0)
            signal_take(watch);
        if (watch->progress && pthread_mutex_trylock(&watch->run->asking) == 0) {
            progress_show(watch);
            pthread_mutex_unlock(&watch->run->asking);
        }
    }
    line_clear(watch);
    return NULL;
}

static int watch_fds(struct watch *watch)
{
    struct sigaction hangup;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        sigaddset(&set, SIGHUP); /* under nohup not: blocked, it would come all the same */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    watch->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    watch->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch->signal_fd < 0 || watch->stop_fd < 0)
        return -errno;
    return thread_start(&watch->thread, watch_run, watch);
}

static void watch_free(struct watch *watch)
{
    fd_close_at(&watch->signal_fd);
    fd_close_at(&watch->stop_fd);
    free(watch);
}

int watch_start(struct run *run, bool progress, struct watch **ret, struct vmtp_error *err)
{
    struct watch *watch = calloc(1, sizeof *watch);
    int r;

    if (!watch)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    *watch = (struct watch){ .run = run,
                             .progress = progress,
                             .signal_fd = -1,
                             .stop_fd = -1,
                             .terminal = isatty(STDERR_FILENO) };
    r = watch_fds(watch);
    if (r < 0) {
        watch_free(watch);
        return vmtp_fail(err, r, "watching for signals: %s", strerror(-r));
    }
    *ret = watch;
    return 0;
}

void watch_stop(struct watch *watch)
{
    if (!watch)
        return;
    fd_raise(watch->stop_fd);
    pthread_join(watch->thread, NULL);
    watch_free(watch);
}

int run_watched(struct run *run, bool progress, struct outcome *ret, struct vmtp_error *err)
{
    struct watch *watch = NULL;
    int r = watch_start(run, progress, &watch, err);

    if (r < 0)
        return r;
    r = run_carry_out(run, ret, err);
    watch_stop(watch);
    return r;
}
