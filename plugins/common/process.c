/* SPDX-License-Identifier: Apache-2.0
 *
 * Processes of this machine: see process.h.
 *
 * Between fork() and execve() the child of a process with threads may do only what is
 * async-signal-safe, so everything that allocates or searches (the program's path, the
 * environment) is made by the parent beforehand.
 */
#include "process.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXEC_DEADLINE_MS 10000
#define DEFAULT_PATH     "/usr/local/bin:/usr/bin:/bin"

#ifndef CLOSE_RANGE_CLOEXEC /* Linux 5.11 */
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

struct process {
    pid_t pid; /* leads the process group of this number */
};

/* What the child needs, all made before the fork. */
struct launch {
    const struct process_spec *spec;
    const char *program;
    char *const *env;
    int fds[3];    /* become 0, 1 and 2 */
    int report_fd; /* closes by itself when exec succeeds */
};

enum stage { STAGE_SETUP, STAGE_NAMESPACE, STAGE_EXEC };

struct report {
    int stage, code;
};

/* ---- the program ---- */

static int program_check(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
        return -EACCES;
    return 0;
}

static int program_search(const char *name, char ret[PATH_MAX])
{
    const char *path = getenv("PATH");
    int found = -ENOENT;

    if (!path || !*path)
        path = DEFAULT_PATH;
    for (const char *end; *path; path = *end ? end + 1 : end) {
        char candidate[PATH_MAX];
        int n, r;

        end = strchrnul(path, ':');
        n = snprintf(candidate, sizeof candidate, "%.*s/%s", end > path ? (int)(end - path) : 1,
                     end > path ? path : ".", name);
        if (n < 0 || (size_t)n >= sizeof candidate)
            continue;
        r = program_check(candidate);
        if (r == 0) {
            memcpy(ret, candidate, (size_t)n + 1);
            return 0;
        }
        if (r == -EACCES)
            found = r;
    }
    return found;
}

static int program_find(const char *name, char ret[PATH_MAX], struct vmtp_error *err)
{
    int r;

    if (!name || !*name)
        return vmtp_fail(err, -EINVAL, "a command without a program");
    if (strlen(name) >= PATH_MAX)
        return vmtp_fail(err, -ENAMETOOLONG, "the name of program '%.40s...' is too long", name);
    if (strchr(name, '/')) {
        memcpy(ret, name, strlen(name) + 1);
        r = program_check(name);
    } else {
        r = program_search(name, ret);
    }
    if (r == -EACCES)
        return vmtp_fail(err, r, "program '%.200s' is not executable", name);
    if (r < 0)
        return vmtp_fail(err, -ENOENT, "program '%.200s' not found", name);
    return 0;
}

/* Our environment with LC_ALL=C; the array is the caller's, its strings are not. */
static char **environment_make(void)
{
    size_t n = 0, kept = 0;
    char **env;

    while (environ && environ[n])
        n++;
    env = calloc(n + 2, sizeof *env);
    if (!env)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "LC_ALL=", 7) != 0)
            env[kept++] = environ[i];
    env[kept] = (char *)(uintptr_t) "LC_ALL=C"; /* execve() writes to none of them */
    return env;
}

/* ---- the child: async-signal-safe only ---- */

static void __attribute__((noreturn)) child_fail(const struct launch *launch, enum stage stage)
{
    struct report report = { (int)stage, errno };

    if (write(launch->report_fd, &report, sizeof report) < 0)
        _exit(126); /* nobody listens any more */
    _exit(127);
}

static void child_reset_signals(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        sigaction(i, &action, NULL); /* refused for SIGKILL, SIGSTOP and glibc's own two */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child_keep_only_stdio(void)
{
    struct rlimit limit;

    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 65536)
        limit.rlim_cur = 65536;
    for (int fd = 3; fd < (int)limit.rlim_cur; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void __attribute__((noreturn)) child_run(struct launch *launch)
{
    const struct process_spec *spec = launch->spec;

    if (setpgid(0, 0) < 0)
        child_fail(launch, STAGE_SETUP);
    for (size_t i = 0; i < spec->ns_count; i++)
        if (setns(spec->ns_fds[i], 0) < 0)
            child_fail(launch, STAGE_NAMESPACE);
    for (int i = 0; i < 3; i++)
        if (dup2(launch->fds[i], i) < 0)
            child_fail(launch, STAGE_SETUP);
    child_keep_only_stdio();
    child_reset_signals();
    execve(launch->program, (char *const *)(uintptr_t)spec->argv, launch->env);
    child_fail(launch, STAGE_EXEC);
}

/* ---- the parent ---- */

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* A pipe with neither end among 0 to 2, where the child's dup2() would run over it. */
static int pipe_open(int ret[2], int our_end)
{
    int raw[2];
    int r = 0;

    if (pipe2(raw, O_CLOEXEC) < 0)
        return -errno;
    for (int i = 0; i < 2; i++) {
        ret[i] = raw[i] > 2 ? raw[i] : fcntl(raw[i], F_DUPFD_CLOEXEC, 3);
        if (ret[i] < 0)
            r = -errno;
        if (ret[i] != raw[i])
            close(raw[i]);
    }
    if (r == 0 && our_end >= 0 && fcntl(ret[our_end], F_SETFL, O_NONBLOCK) < 0)
        r = -errno;
    return r;
}

/* pipes[0..2] are the child's stdin, stdout and stderr, pipes[3] its report. */
static int pipes_open(int pipes[4][2], struct vmtp_error *err)
{
    static const int our_ends[4] = { 1, 0, 0, 0 };

    for (int i = 0; i < 4; i++) {
        int r = pipe_open(pipes[i], our_ends[i]);

        if (r < 0)
            return vmtp_fail(err, r, "can't make a pipe for a process: %s", strerror(-r));
    }
    return 0;
}

static void pipes_close(int pipes[4][2])
{
    for (int i = 0; i < 8; i++)
        fd_close(&pipes[i / 2][i % 2]);
}

static pid_t child_fork(struct launch *launch)
{
    sigset_t all, old;
    pid_t pid;
    int code;

    /* No handler of ours may run in the child. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pid = fork();
    if (pid == 0)
        child_run(launch);
    code = errno;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (pid < 0)
        return -code;
    setpgid(pid, pid); /* whoever comes first: signals must reach the group from now on */
    return pid;
}

static int report_explain(const struct report *report, const char *program, struct vmtp_error *err)
{
    const char *why = strerror(report->code);

    if (report->stage == STAGE_NAMESPACE)
        return vmtp_fail(err, -report->code, "can't enter the endpoint's namespace: %s", why);
    if (report->stage == STAGE_SETUP)
        return vmtp_fail(err, -report->code, "can't set up program '%.200s': %s", program, why);
    if (report->code == ENOENT)
        return vmtp_fail(err, -ENOENT, "program '%.200s' not found, or its interpreter", program);
    return vmtp_fail(err, -report->code, "can't run program '%.200s': %s", program, why);
}

/* Whether exec came about: the report pipe ends without a word then. */
static int report_wait(int fd, const char *program, struct vmtp_error *err)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    struct report report;
    ssize_t n;
    int r;

    do
        r = poll(&ready, 1, EXEC_DEADLINE_MS);
    while (r < 0 && errno == EINTR);
    if (r == 0)
        return vmtp_fail(err, -ETIMEDOUT, "program '%.200s' did not start within %d s", program,
                         EXEC_DEADLINE_MS / 1000);
    n = read(fd, &report, sizeof report);
    if (n == 0)
        return 0;
    if (n != (ssize_t)sizeof report)
        return vmtp_fail(err, -EIO, "program '%.200s' did not start", program);
    return report_explain(&report, program, err);
}

static int status_of(const siginfo_t *info)
{
    return info->si_code == CLD_EXITED ? info->si_status : 128 + info->si_status;
}

static int child_wait(idtype_t type, id_t id, int flags, siginfo_t *info)
{
    int r;

    do
        r = waitid(type, id, info, WEXITED | flags);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

static void child_abandon(pid_t pid)
{
    siginfo_t info;

    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    child_wait(P_PID, (id_t)pid, 0, &info);
}

/* Fork and see it through to a running program; *ret_ended is its pidfd. */
static int launch_run(struct launch *launch, int pipes[4][2], struct process *process,
                      int *ret_ended, struct vmtp_error *err)
{
    pid_t pid;
    int ended = -1, r;

    for (int i = 0; i < 3; i++)
        launch->fds[i] = pipes[i][i == 0 ? 0 : 1];
    launch->report_fd = pipes[3][1];
    pid = child_fork(launch);
    if (pid < 0)
        return vmtp_fail(err, (int)pid, "can't fork: %s", strerror((int)-pid));
    for (int i = 0; i < 4; i++)
        fd_close(&pipes[i][i == 0 ? 0 : 1]);
    r = report_wait(pipes[3][0], launch->spec->argv[0], err);
    if (r == 0) {
        ended = (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself; Linux 5.3 */
        if (ended < 0)
            r = vmtp_fail(err, -errno, "can't watch a process: %s (vmtp needs Linux 5.4)",
                          strerror(errno));
    }
    if (r < 0) {
        child_abandon(pid);
        return r;
    }
    process->pid = pid;
    *ret_ended = ended;
    return 0;
}

int process_start(const struct process_spec *spec, struct vmtp_channel *ret, struct vmtp_error *err)
{
    int pipes[4][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
    struct process *process = calloc(1, sizeof *process);
    char **env = environment_make();
    char program[PATH_MAX];
    struct launch launch = { .spec = spec, .program = program, .env = env };
    struct vmtp_channel channel;
    int ended = -1, r;

    r = process && env ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
    if (r == 0)
        r = program_find(spec->argv[0], program, err);
    if (r == 0)
        r = pipes_open(pipes, err);
    if (r == 0)
        r = launch_run(&launch, pipes, process, &ended, err);
    free(env);
    if (r < 0) {
        pipes_close(pipes);
        free(process);
        return r;
    }
    fd_close(&pipes[3][0]);
    channel = (struct vmtp_channel){ .size = sizeof channel,
                                     .in = pipes[0][1],
                                     .out = pipes[1][0],
                                     .err = pipes[2][0],
                                     .ended = ended,
                                     .priv = process };
    vmtp_give(ret, &channel, sizeof channel);
    return 0;
}

int process_signal(struct vmtp_channel *channel, int signal)
{
    const struct process *process = channel->priv;

    /* Until it is reaped the leader keeps its number, so no other group can have it. */
    if (kill(-process->pid, signal) < 0 && errno != ESRCH)
        return -errno;
    return 0;
}

int process_reap(struct vmtp_channel *channel)
{
    struct process *process = channel->priv;
    siginfo_t info;
    int r;

    /* Look first and leave the leader a zombie: its number is the group's until it is reaped. */
    r = child_wait(P_PIDFD, (id_t)channel->ended, WNOWAIT, &info);
    if (r == 0) {
        kill(-process->pid, SIGKILL);
        r = child_wait(P_PIDFD, (id_t)channel->ended, 0, &info);
    }
    close(channel->ended);
    free(process);
    channel->ended = -1;
    channel->priv = NULL;
    return r < 0 ? r : status_of(&info);
}
