/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define TERM_MS 500 /* between SIGTERM and SIGKILL */

static void program_exec(char **argv, const sigset_t *mask)
{
    int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);

    sigprocmask(SIG_SETMASK, mask, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    setenv("LC_ALL", "C", 1); /* whoever runs it reads what it prints */
    if (empty >= 0)
        dup2(empty, STDIN_FILENO);
    execvp(argv[0], argv);
    if (errno == ENOENT)
        fprintf(stderr, "program '%.200s' not found\n", argv[0]);
    else
        fprintf(stderr, "program '%.200s': %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* Has the program ended, within this time?  Other children of the group are nobody's business. */
static bool ended_within(int signal_fd, pid_t program, int ms, int *status)
{
    struct pollfd signals = { .fd = signal_fd, .events = POLLIN };
    struct signalfd_siginfo info;

    while (poll(&signals, 1, ms) > 0)
        if (read(signal_fd, &info, sizeof info) == sizeof info &&
            waitpid(program, status, WNOHANG) == program)
            return true;
    return false;
}

/* Until the program has ended (true) or our stdin has (false). */
static bool watch(int signal_fd, pid_t program, int *status)
{
    for (;;) {
        struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                                { .fd = signal_fd, .events = POLLIN } };
        char dropped[256];

        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return false;
        if (fds[1].revents && ended_within(signal_fd, program, 0, status))
            return true;
        if (fds[0].revents && read(STDIN_FILENO, dropped, sizeof dropped) <= 0)
            return false;
    }
}

int guard_run(char **argv)
{
    sigset_t set, before;
    int signal_fd, status = 0;
    pid_t program;

    setpgid(0, 0); /* refused where we lead a session: then the group is ours already */
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    signal(SIGTERM, SIG_IGN); /* meant for the group: what ends the program ends us */
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    program = signal_fd < 0 ? -1 : fork();
    if (program == 0)
        program_exec(argv, &before);
    if (program < 0) {
        fprintf(stderr, "program '%.200s': %s\n", argv[0], strerror(errno));
        return 127;
    }
    if (!watch(signal_fd, program, &status)) {
        kill(0, SIGTERM);
        if (!ended_within(signal_fd, program, TERM_MS, &status)) {
            kill(0, SIGKILL); /* us too */
            return 128 + SIGKILL;
        }
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
