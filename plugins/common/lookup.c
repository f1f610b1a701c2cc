/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STACK_BYTES ((size_t)512 * 1024)

struct lookup {
    char host[256], service[8];
    int fd; /* an eventfd */
    int code;
    int system; /* errno, where the code says that it is one */
    struct addrinfo *answer;
    atomic_int owners; /* the asker and the thread */
};

static void lookup_release(struct lookup *lookup)
{
    if (atomic_fetch_sub(&lookup->owners, 1) > 1)
        return;
    if (lookup->answer)
        freeaddrinfo(lookup->answer);
    close(lookup->fd);
    free(lookup);
}

static void lookup_run(struct lookup *lookup, int flags)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICSERV | flags };

    lookup->code = getaddrinfo(lookup->host, lookup->service, &hints, &lookup->answer);
    lookup->system = errno;
}

static void *lookup_thread(void *arg)
{
    struct lookup *lookup = arg;

    lookup_run(lookup, 0);
    eventfd_write(lookup->fd, 1);
    lookup_release(lookup);
    return NULL;
}

static int thread_start(struct lookup *lookup)
{
    pthread_attr_t attr;
    pthread_t thread;
    int r;

    atomic_fetch_add(&lookup->owners, 1);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    r = -pthread_create(&thread, &attr, lookup_thread, lookup);
    pthread_attr_destroy(&attr);
    if (r < 0)
        atomic_fetch_sub(&lookup->owners, 1);
    return r;
}

int lookup_start(const char *host, uint16_t port, struct lookup **ret)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    int r = 0;

    if (!lookup)
        return -ENOMEM;
    atomic_init(&lookup->owners, 1);
    snprintf(lookup->host, sizeof lookup->host, "%s", host);
    snprintf(lookup->service, sizeof lookup->service, "%u", port);
    lookup->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (lookup->fd < 0) {
        r = -errno;
        free(lookup);
        return r;
    }
    lookup_run(lookup, AI_NUMERICHOST); /* an address needs nobody's answer */
    if (lookup->code == 0)
        eventfd_write(lookup->fd, 1);
    else
        r = thread_start(lookup);
    if (r < 0)
        lookup_free(lookup);
    else
        *ret = lookup;
    return r;
}

int lookup_fd(const struct lookup *lookup)
{
    return lookup->fd;
}

int lookup_answer(struct lookup *lookup, const struct addrinfo **ret, struct vmtp_error *err)
{
    eventfd_t count;

    if (eventfd_read(lookup->fd, &count) < 0)
        return -EAGAIN;
    if (lookup->code)
        return vmtp_fail(err, -EHOSTUNREACH, "the name %.200s has no address: %s", lookup->host,
                         lookup->code == EAI_SYSTEM ? strerror(lookup->system)
                                                    : gai_strerror(lookup->code));
    *ret = lookup->answer;
    return 0;
}

void lookup_free(struct lookup *lookup)
{
    if (lookup)
        lookup_release(lookup);
}
