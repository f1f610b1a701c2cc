/* SPDX-License-Identifier: Apache-2.0 */
#include "monitors.h"

#include "../base/fd.h"
#include "../base/thread.h"

#include <sys/eventfd.h>

struct watch {
    struct context context;
    struct instance *instance; /* NULL: it is not running */
    pthread_t thread;
};

struct monitors {
    struct fleet *fleet;
    int stop_fd;
    size_t count;
    struct watch watches[];
};

static void *watch_run(void *arg)
{
    struct watch *watch = arg;
    struct fleet *fleet = watch->context.fleet;
    struct vmtp_error err = { 0 };
    int r = watch->context.component->ops.monitor.run(
        &watch->instance->self, (const struct vmtp_endpoint *const *)fleet->endpoints,
        fleet->endpoint_count, &err);

    if (r < 0 && r != -ECANCELED)
        run_note(watch->context.run, "monitor-failed", "monitor %s: %s", watch->context.name,
                 err.code ? err.text : strerror(-r));
    return NULL;
}

static int watch_start(struct watch *watch, struct monitors *monitors,
                       const struct section *section, struct vmtp_error *err)
{
    int r;

    watch->context = (struct context){
        .run = monitors->fleet->run,
        .fleet = monitors->fleet,
        .component = section->component,
        .name = section->component->table.name,
        .cancel_fd = monitors->stop_fd,
    };
    r = instance_open(section->component, section->opt, &context_host, &watch->context,
                      &watch->instance, err);
    if (r < 0)
        return r;
    r = thread_start(&watch->thread, watch_run, watch);
    if (r < 0) {
        instance_close(TAKE(watch->instance));
        return vmtp_fail(err, r, "a thread: %s", strerror(-r));
    }
    return 0;
}

int monitors_start(struct fleet *fleet, struct monitors **ret, struct vmtp_error *err)
{
    const struct scenario *scenario = fleet->run->plan->scenario;
    size_t count = scenario->monitor_count;
    struct monitors *monitors = calloc(1, sizeof *monitors + count * sizeof *monitors->watches);

    if (!monitors)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    monitors->fleet = fleet;
    monitors->count = count;
    monitors->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (monitors->stop_fd < 0) {
        free(monitors);
        return vmtp_fail(err, -errno, "eventfd: %s", strerror(errno));
    }
    for (size_t i = 0; i < count; i++) {
        struct vmtp_error why = { 0 };

        if (watch_start(&monitors->watches[i], monitors, &scenario->monitors[i], &why) < 0)
            run_note(fleet->run, "monitor-failed", "monitor %s: %s",
                     scenario->monitors[i].component->table.name, why.text);
    }
    *ret = monitors;
    return 0;
}

void monitors_stop(struct monitors *monitors)
{
    if (!monitors)
        return;
    fd_raise(monitors->stop_fd);
    for (size_t i = 0; i < monitors->count; i++)
        if (monitors->watches[i].instance) {
            pthread_join(monitors->watches[i].thread, NULL);
            instance_close(monitors->watches[i].instance);
        }
    fd_close_at(&monitors->stop_fd);
    free(monitors);
}
