/* SPDX-License-Identifier: Apache-2.0
 *
 * libvmtp: <vmtp/vmtp.h> on top of the engine.
 *
 * A run is carried out by a thread of its own; the one that called vmtp_run() meanwhile passes on
 * what vmtp_cancel() asks for, and tells how far it is.
 */
#include "../base/clock.h"
#include "../base/fd.h"
#include "../base/thread.h"
#include "../engine/ask.h"
#include "../engine/outcome.h"
#include "../plugin/sized.h"
#include "outlook.h"

#include <sys/eventfd.h>
#include <vmtp/vmtp.h>

#define TICK_NS (200 * NS_PER_MS)

struct vmtp {
    struct vmtp_settings settings; /* its strings are ours */
    struct registry *registry;
    struct log log;
    pthread_mutex_t log_lock; /* held while a line is told */
    int cancel_fd;            /* counts the calls of vmtp_cancel() */
    atomic_flag running;
};

/* A scenario, understood. */
struct task {
    struct scenario *scenario;
    struct plan *plan;
};

/* A run, and the thread that carries it out. */
struct job {
    struct run *run;
    pthread_t thread;
    int ended_fd; /* readable once the rest is there */
    struct outcome outcome;
    int status;
    struct vmtp_error err;
};

/* ---- its life ---- */

static void tell(void *arg, enum vmtp_level level, const char *line)
{
    struct vmtp *vmtp = arg;

    pthread_mutex_lock(&vmtp->log_lock);
    vmtp->settings.log(vmtp->settings.arg, (int)level, line);
    pthread_mutex_unlock(&vmtp->log_lock);
}

static int text_copy(const char **text, struct vmtp_error *err)
{
    if (*text && !(*text = strdup(*text)))
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return 0;
}

static int settings_take(struct vmtp *vmtp, const struct vmtp_settings *settings,
                         struct vmtp_error *err)
{
    struct vmtp_settings taken = { 0 };
    int r = settings ? sized_copy(&taken, sizeof taken, settings, "struct vmtp_settings", err) : 0;

    if (r == 0)
        r = text_copy(&taken.plugin_path, err);
    vmtp->settings.plugin_path = r == 0 ? taken.plugin_path : NULL;
    if (r == 0)
        r = text_copy(&taken.state_dir, err);
    if (r < 0)
        return r;
    vmtp->settings = taken;
    vmtp->log = (struct log){ .function = taken.log ? tell : NULL,
                              .arg = vmtp,
                              .least = taken.least ? (enum vmtp_level)taken.least : VMTP_INFO };
    return 0;
}

static int vmtp_fill(struct vmtp *vmtp, const struct vmtp_settings *settings,
                     struct vmtp_error *err)
{
    int r = settings_take(vmtp, settings, err);

    if (r < 0)
        return r;
    vmtp->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (vmtp->cancel_fd < 0)
        return vmtp_fail(err, -errno, "eventfd: %s", strerror(errno));
    r = registry_load(vmtp->settings.plugin_path, &vmtp->registry, err);
    if (r == 0)
        registry_tell(vmtp->registry, &vmtp->log);
    return r;
}

int vmtp_new(const struct vmtp_settings *settings, struct vmtp **ret, struct vmtp_error *err)
{
    struct vmtp *vmtp = calloc(1, sizeof *vmtp);
    int r;

    if (!vmtp)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    vmtp->cancel_fd = -1;
    atomic_flag_clear(&vmtp->running);
    pthread_mutex_init(&vmtp->log_lock, NULL);
    r = vmtp_fill(vmtp, settings, err);
    if (r < 0)
        vmtp_free(vmtp);
    else
        *ret = vmtp;
    return r;
}

void vmtp_free(struct vmtp *vmtp)
{
    if (!vmtp)
        return;
    registry_free(vmtp->registry);
    fd_close_at(&vmtp->cancel_fd);
    pthread_mutex_destroy(&vmtp->log_lock);
    free((char *)vmtp->settings.plugin_path);
    free((char *)vmtp->settings.state_dir);
    free(vmtp);
}

/* ---- what is to be done ---- */

static void task_clear(struct task *task)
{
    plan_free(task->plan);
    scenario_free(task->scenario);
}

static int task_load(struct vmtp *vmtp, const char *text, size_t len, const char *name,
                     const struct prompt *prompt, struct task *ret, struct vmtp_error *err)
{
    _cleanup_(locale_leave) _unused_ locale_t outside = locale_enter();
    int r = scenario_parse(text, len, name ? name : "scenario", vmtp->registry, prompt,
                           &ret->scenario, err);

    return r < 0 ? r : ask_plan(ret->scenario, &vmtp->log, &ret->plan, err);
}

int vmtp_check(struct vmtp *vmtp, const char *text, size_t len, const char *name,
               struct vmtp_error *err)
{
    _cleanup_(task_clear) struct task task = { 0 };

    return task_load(vmtp, text, len, name, NULL, &task, err);
}

int vmtp_plan(struct vmtp *vmtp, const char *text, size_t len, const char *name, char **ret_plan,
              struct vmtp_error *err)
{
    _cleanup_(task_clear) struct task task = { 0 };
    int r = task_load(vmtp, text, len, name, NULL, &task, err);
    char *outlook = r == 0 ? outlook_text(task.plan) : NULL;

    if (r == 0 && !outlook)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (r == 0)
        *ret_plan = outlook;
    return r;
}

static int secret_ask(void *arg, const char *what, int cancel_fd, char *ret, size_t len,
                      struct vmtp_error *err)
{
    const struct vmtp_settings *settings = arg;
    int r;

    (void)cancel_fd;
    if (!settings->secret)
        return vmtp_fail(err, -ENOKEY,
                         "nobody can be asked for it: write {env: NAME} or {file: PATH}, or give "
                         "struct vmtp_settings a secret()");
    r = settings->secret(settings->arg, what, ret, len);
    ret[len - 1] = '\0';
    if (r < 0)
        return vmtp_fail(err, r, "asking for it: %s", strerror(-r));
    return *ret ? 0 : vmtp_fail(err, -ENOKEY, "asking for it: the answer is empty");
}

/* ---- a run ---- */

static void *job_work(void *arg)
{
    struct job *job = arg;

    job->status = run_carry_out(job->run, &job->outcome, &job->err);
    fd_raise(job->ended_fd);
    return NULL;
}

static void progress_tell(const struct vmtp *vmtp, struct run *run)
{
    struct progress progress = run_progress(run);

    if (vmtp->settings.progress)
        vmtp->settings.progress(vmtp->settings.arg,
                                &(struct vmtp_progress){
                                    .size = sizeof(struct vmtp_progress),
                                    .done = progress.done,
                                    .expected = progress.expected,
                                    .elapsed_ns = clock_now_ns() - progress.started_ns,
                                    .left_ns = progress.left_ns,
                                    .doing = progress.doing,
                                });
}

static void job_watch(struct job *job, const struct vmtp *vmtp)
{
    struct pollfd fds[] = { { .fd = vmtp->cancel_fd, .events = POLLIN } };
    int r = 0;

    while (r != -ECANCELED) {
        if (r > 0)
            for (uint64_t left = fd_lower(vmtp->cancel_fd); left; left--)
                run_cancel(job->run);
        progress_tell(vmtp, job->run);
        r = fd_poll(fds, COUNT(fds), clock_now_ns() + TICK_NS, job->ended_fd);
    }
}

static int job_carry_out(struct job *job, const struct vmtp *vmtp, struct vmtp_error *err)
{
    int r = thread_start(&job->thread, job_work, job);

    if (r < 0)
        return vmtp_fail(err, r, "a thread for the run: %s", strerror(-r));
    job_watch(job, vmtp);
    pthread_join(job->thread, NULL);
    if (job->status < 0 && err)
        *err = job->err;
    return job->status < 0 ? job->status : (int)job->outcome.status;
}

static int plan_carry_out(const struct plan *plan, const struct vmtp *vmtp, char **ret_document,
                          struct vmtp_error *err)
{
    _cleanup_(run_freep) struct run *run = NULL;
    _close_ int ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct job job = { .ended_fd = ended_fd };
    struct means means = { .registry = vmtp->registry,
                           .log = &vmtp->log,
                           .state = vmtp->settings.state_dir };
    int r;

    if (ended_fd < 0)
        return vmtp_fail(err, -errno, "eventfd: %s", strerror(errno));
    if (vmtp->settings.secret)
        means.prompt = (struct prompt){ secret_ask, (void *)&vmtp->settings };
    r = run_new(plan, &means, &run, err);
    if (r < 0)
        return r;
    job.run = run;
    r = job_carry_out(&job, vmtp, err);
    if (job.outcome.document) {
        *ret_document = document_text(job.outcome.document);
        if (!*ret_document && r >= 0)
            r = vmtp_fail(err, -ENOMEM, "out of memory");
    }
    outcome_clear(&job.outcome);
    return r;
}

int vmtp_run(struct vmtp *vmtp, const char *text, size_t len, const char *name, char **ret_document,
             struct vmtp_error *err)
{
    const struct prompt prompt = { .ask = secret_ask, .arg = &vmtp->settings };
    _cleanup_(task_clear) struct task task = { 0 };
    int r;

    *ret_document = NULL;
    if (atomic_flag_test_and_set(&vmtp->running))
        return vmtp_fail(err, -EBUSY, "this struct vmtp is at another run");
    fd_lower(vmtp->cancel_fd); /* what was meant for an earlier one */
    r = task_load(vmtp, text, len, name, &prompt, &task, err);
    if (r == 0)
        r = plan_carry_out(task.plan, vmtp, ret_document, err);
    atomic_flag_clear(&vmtp->running);
    return r;
}

void vmtp_cancel(struct vmtp *vmtp)
{
    fd_raise(vmtp->cancel_fd);
}

void vmtp_text_free(char *text)
{
    free(text);
}

const char *vmtp_version(void)
{
    return VMTP_VERSION;
}
