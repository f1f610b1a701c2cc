/* SPDX-License-Identifier: Apache-2.0
 *
 * Jobs at the same time: see crew.h.
 *
 * The thread that calls works too, so that one job needs no other thread, and a system that gives
 * no threads only makes it slower.
 */
#include "crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

struct crew {
    size_t count;
    crew_job job;
    void *arg;
    pthread_mutex_t lock; /* of all below */
    size_t next;
    int status;
    struct vmtp_error err;
};

static bool crew_take(struct crew *crew, size_t *ret)
{
    bool more;

    pthread_mutex_lock(&crew->lock);
    more = crew->status == 0 && crew->next < crew->count;
    if (more)
        *ret = crew->next++;
    pthread_mutex_unlock(&crew->lock);
    return more;
}

/* The first says why; what was broken off because of another says less than that one. */
static void crew_fail(struct crew *crew, int status, const struct vmtp_error *err)
{
    pthread_mutex_lock(&crew->lock);
    if (crew->status == 0 || crew->status == -ECANCELED) {
        crew->status = status;
        crew->err = *err;
    }
    pthread_mutex_unlock(&crew->lock);
}

static void *crew_work(void *arg)
{
    struct crew *crew = arg;
    size_t i = 0;

    while (crew_take(crew, &i)) {
        struct vmtp_error err = { 0 };
        int r = crew->job(crew->arg, i, &err);

        if (r < 0)
            crew_fail(crew, r, &err);
    }
    return NULL;
}

/* Signals are the program's. */
static size_t crew_begin(struct crew *crew, pthread_t threads[CREW_MAX], size_t count)
{
    sigset_t all, old;
    size_t begun = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (begun < count && pthread_create(&threads[begun], NULL, crew_work, crew) == 0)
        begun++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return begun;
}

int crew_run(size_t count, crew_job job, void *arg, struct vmtp_error *err)
{
    struct crew crew = {
        .count = count, .job = job, .arg = arg, .lock = PTHREAD_MUTEX_INITIALIZER
    };
    size_t helpers = count > CREW_MAX ? CREW_MAX - 1 : count ? count - 1 : 0;
    pthread_t threads[CREW_MAX];

    helpers = crew_begin(&crew, threads, helpers);
    crew_work(&crew);
    for (size_t i = 0; i < helpers; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&crew.lock);
    if (crew.status < 0 && err)
        *err = crew.err;
    return crew.status;
}
