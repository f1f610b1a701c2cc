/* SPDX-License-Identifier: Apache-2.0 */
#include "captive.h"

#include "clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the child ---- */

/* The library calls exit(): this runs first, so that nothing that is ours is flushed twice. */
static void exit_at_once(void)
{
    _exit(CAPTIVE_GAVE_UP);
}

static void __attribute__((noreturn)) child_run(const struct captive *captive, int words_fd)
{
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(words_fd, STDOUT_FILENO) < 0 || dup2(words_fd, STDERR_FILENO) < 0 ||
        atexit(exit_at_once) != 0)
        _exit(CAPTIVE_GAVE_UP);
    _exit(captive->run(captive->arg));
}

static pid_t child_fork(const struct captive *captive, const int pipe[2])
{
    sigset_t all, old;
    pid_t pid;
    int code;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* no handler of ours may run in the child */
    pid = fork();
    if (pid == 0)
        child_run(captive, pipe[1]);
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
    return r > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : CAPTIVE_GAVE_UP;
}

/* ---- the parent ---- */

/* Until the child has ended: 0, or why nobody waits for it any longer. */
static int words_read(const struct captive *captive, int fd, char *ret, size_t size)
{
    struct pollfd ready[2] = { { .fd = fd, .events = POLLIN },
                               { .fd = captive->cancel_fd, .events = POLLIN } };
    size_t len = 0;

    for (;;) {
        int wait_ms = clock_wait_ms(captive->deadline_ns), n = poll(ready, 2, wait_ms);
        char chunk[256];

        if (n > 0 && ready[1].revents)
            return -ECANCELED;
        if (n > 0) {
            ssize_t got = read(fd, chunk, sizeof chunk);

            if (got == 0)
                return 0;
            for (ssize_t i = 0; i < got && len + 1 < size; i++)
                ret[len++] = chunk[i] >= 0x20 && chunk[i] < 0x7f ? chunk[i] : ' ';
        } else if (wait_ms == 0) {
            return -ETIMEDOUT;
        }
        ret[len] = '\0';
    }
}

static void words_trim(char *words)
{
    size_t len = strlen(words);

    while (len > 0 && words[len - 1] == ' ')
        words[--len] = '\0';
}

int captive_run(const struct captive *captive, char *ret_words, size_t size, struct vmtp_error *err)
{
    int ends[2], r, status;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return vmtp_fail(err, -errno, "can't make a pipe: %s", strerror(errno));
    *ret_words = '\0';
    pid = child_fork(captive, ends);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return vmtp_fail(err, (int)pid, "can't fork: %s", strerror((int)-pid));
    }
    r = words_read(captive, ends[0], ret_words, size);
    if (r < 0)
        kill(pid, SIGKILL);
    close(ends[0]);
    status = child_end(pid);
    words_trim(ret_words);
    if (r < 0)
        return vmtp_fail(err, r, "%s", r == -ECANCELED ? "interrupted" : "it was not done in time");
    return status;
}

void *captive_share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void captive_unshare(void *memory, size_t size)
{
    if (memory)
        munmap(memory, size);
}
