/* SPDX-License-Identifier: Apache-2.0
 *
 * A small stand-in for the core: see host.h.
 */
#include "host.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct fake_block {
    struct fake_block *next;
    max_align_t data[];
};

static struct fake_host *fake_of(struct vmtp_self *self)
{
    return (struct fake_host *)self; /* its first member */
}

static void *host_alloc(struct vmtp_self *self, size_t size)
{
    struct fake_host *fake = fake_of(self);
    struct fake_block *block = calloc(1, sizeof *block + size);

    if (!block)
        return NULL;
    pthread_mutex_lock(&fake->lock);
    block->next = fake->blocks;
    fake->blocks = block;
    pthread_mutex_unlock(&fake->lock);
    return block->data;
}

static char *host_copy(struct vmtp_self *self, const char *text)
{
    size_t len = strlen(text ? text : "") + 1;
    char *copy = host_alloc(self, len);

    return copy ? memcpy(copy, text ? text : "", len) : NULL;
}

VMTP_PRINTF(3, 0)
static void host_log(struct vmtp_self *self, int level, const char *fmt, va_list ap)
{
    static const char *const names[] = { "?", "debug", "info", "warn" };
    struct fake_host *fake = fake_of(self);
    char text[1024];

    vsnprintf(text, sizeof text, fmt, ap);
    pthread_mutex_lock(&fake->lock);
    if (fake->log_len + strlen(text) + 16 < sizeof fake->log)
        fake->log_len +=
            (size_t)snprintf(fake->log + fake->log_len, sizeof fake->log - fake->log_len, "%s %s\n",
                             names[level >= 1 && level <= 3 ? level : 0], text);
    pthread_mutex_unlock(&fake->lock);
}

static int host_cancel_fd(struct vmtp_self *self)
{
    return fake_of(self)->cancel[0];
}

static uint64_t host_deadline_ns(struct vmtp_self *self)
{
    return fake_of(self)->deadline_ns;
}

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int host_pause(struct vmtp_self *self, uint64_t until_ns)
{
    struct fake_host *fake = fake_of(self);
    struct pollfd cancelled = { .fd = fake->cancel[0], .events = POLLIN };
    uint64_t stop_ns = until_ns;

    if (fake->deadline_ns && fake->deadline_ns < until_ns)
        stop_ns = fake->deadline_ns;
    for (uint64_t now; (now = now_ns()) < stop_ns;)
        if (poll(&cancelled, 1, (int)((stop_ns - now) / 1000000 + 1)) > 0)
            return -ECANCELED;
    return stop_ns < until_ns ? -ETIMEDOUT : 0;
}

static void host_progress(struct vmtp_self *self, double part, const char *doing)
{
    (void)self;
    (void)part;
    (void)doing;
}

static int host_emit(struct vmtp_self *self, const struct vmtp_sample *sample)
{
    struct fake_host *fake = fake_of(self);
    int r = -ENOSPC;

    pthread_mutex_lock(&fake->lock);
    if (fake->sample_count < FAKE_ROWS) {
        struct fake_sample *row = &fake->samples[fake->sample_count++];

        row->sample = *sample;
        snprintf(row->subject, sizeof row->subject, "%s", sample->subject ? sample->subject : "");
        row->sample.subject = sample->subject ? row->subject : NULL;
        snprintf(row->part, sizeof row->part, "%s", sample->part ? sample->part : "");
        row->sample.part = sample->part ? row->part : NULL;
        r = 0;
    }
    pthread_mutex_unlock(&fake->lock);
    return r;
}

static int host_emit_histogram(struct vmtp_self *self, uint32_t metric,
                               const struct vmtp_histogram *histogram)
{
    struct fake_host *fake = fake_of(self);
    size_t len = histogram->count * sizeof *histogram->buckets;
    struct vmtp_bucket *buckets = host_alloc(self, len);
    int r = -ENOSPC;

    if (!buckets)
        return -ENOMEM;
    if (len)
        memcpy(buckets, histogram->buckets, len);
    pthread_mutex_lock(&fake->lock);
    if (fake->histogram_count < sizeof fake->histograms / sizeof *fake->histograms) {
        struct fake_histogram *row = &fake->histograms[fake->histogram_count++];

        row->metric = metric;
        row->histogram = *histogram;
        row->histogram.buckets = len ? buckets : NULL;
        r = 0;
    }
    pthread_mutex_unlock(&fake->lock);
    return r;
}

static int host_emit_event(struct vmtp_self *self, const struct vmtp_event *event)
{
    struct fake_host *fake = fake_of(self);
    int r = -ENOSPC;

    pthread_mutex_lock(&fake->lock);
    if (fake->event_count < sizeof fake->events / sizeof *fake->events) {
        struct fake_event *row = &fake->events[fake->event_count++];

        row->event = *event;
        snprintf(row->subject, sizeof row->subject, "%s", event->subject ? event->subject : "");
        snprintf(row->text, sizeof row->text, "%s", event->text ? event->text : "");
        row->event.subject = event->subject ? row->subject : NULL;
        row->event.text = row->text;
        r = 0;
    }
    pthread_mutex_unlock(&fake->lock);
    return r;
}

static int host_ready(struct vmtp_self *self, uint64_t *ret_start_ns, struct vmtp_error *err)
{
    struct fake_host *fake = fake_of(self);

    (void)err;
    pthread_mutex_lock(&fake->lock);
    fake->ready_calls++;
    pthread_mutex_unlock(&fake->lock);
    *ret_start_ns = now_ns() + 1000000;
    return 0;
}

static int host_endpoint(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                         struct vmtp_error *err)
{
    struct fake_host *fake = fake_of(self);
    struct vmtp_endpoint row = *endpoint;

    row.name = host_copy(self, endpoint->name);
    row.address = host_copy(self, endpoint->address);
    row.location = host_copy(self, endpoint->location);
    if (!row.name || !row.address || !row.location)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (fake->endpoint_count == sizeof fake->endpoints / sizeof *fake->endpoints)
        return vmtp_fail(err, -ENOSPC, "too many endpoints for the fake host");
    fake->endpoints[fake->endpoint_count++] = row;
    return 0;
}

static int host_owns(struct vmtp_self *self, const char *kind, const char *id,
                     struct vmtp_error *err)
{
    struct fake_host *fake = fake_of(self);
    struct fake_owned *row = NULL;

    pthread_mutex_lock(&fake->lock);
    if (fake->owned_count < sizeof fake->owned / sizeof *fake->owned) {
        row = &fake->owned[fake->owned_count++];
        snprintf(row->kind, sizeof row->kind, "%s", kind);
        snprintf(row->id, sizeof row->id, "%s", id);
    }
    pthread_mutex_unlock(&fake->lock);
    return row ? 0 : vmtp_fail(err, -ENOSPC, "too many resources for the fake host");
}

static int host_freed(struct vmtp_self *self, const char *kind, const char *id,
                      struct vmtp_error *err)
{
    struct fake_host *fake = fake_of(self);
    bool found = false;

    pthread_mutex_lock(&fake->lock);
    for (size_t i = 0; i < fake->owned_count && !found; i++) {
        struct fake_owned *row = &fake->owned[i];

        found = !row->freed && strcmp(row->kind, kind) == 0 && strcmp(row->id, id) == 0;
        row->freed = row->freed || found;
    }
    pthread_mutex_unlock(&fake->lock);
    return found ? 0 : vmtp_fail(err, -ENOENT, "%s '%s' was freed but never owned", kind, id);
}

struct fake_host *fake_host_new(const void *opt, size_t state_size)
{
    struct fake_host *fake = calloc(1, sizeof *fake);

    if (!fake)
        return NULL;
    if (pipe2(fake->cancel, O_CLOEXEC) < 0) {
        free(fake);
        return NULL;
    }
    pthread_mutex_init(&fake->lock, NULL);
    fake->api = (struct vmtp_host){ .size = sizeof fake->api,
                                    .abi_minor = VMTP_ABI_MINOR,
                                    .log = host_log,
                                    .alloc = host_alloc,
                                    .cancel_fd = host_cancel_fd,
                                    .deadline_ns = host_deadline_ns,
                                    .pause = host_pause,
                                    .progress = host_progress,
                                    .emit = host_emit,
                                    .emit_histogram = host_emit_histogram,
                                    .emit_event = host_emit_event,
                                    .ready = host_ready,
                                    .endpoint = host_endpoint,
                                    .owns = host_owns,
                                    .freed = host_freed };
    fake->self.host = &fake->api;
    fake->self.opt = opt;
    fake->self.state = host_alloc(&fake->self, state_size);
    if (!fake->self.state) {
        fake_host_free(fake);
        return NULL;
    }
    return fake;
}

void fake_host_free(struct fake_host *fake)
{
    if (!fake)
        return;
    for (struct fake_block *block = fake->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    close(fake->cancel[0]);
    if (fake->cancel[1] >= 0)
        close(fake->cancel[1]);
    pthread_mutex_destroy(&fake->lock);
    free(fake);
}

void fake_host_cancel(struct fake_host *fake)
{
    if (fake->cancel[1] >= 0 && write(fake->cancel[1], "", 1) == 1) {
        close(fake->cancel[1]);
        fake->cancel[1] = -1;
    }
}

const struct vmtp_endpoint *fake_host_endpoint(const struct fake_host *fake, const char *name)
{
    for (size_t i = 0; i < fake->endpoint_count; i++)
        if (strcmp(fake->endpoints[i].name, name) == 0)
            return &fake->endpoints[i];
    return NULL;
}

const struct fake_sample *fake_host_sample(const struct fake_host *fake, uint32_t metric,
                                           bool final)
{
    for (size_t i = fake->sample_count; i > 0; i--) {
        const struct vmtp_sample *sample = &fake->samples[i - 1].sample;

        if (sample->metric == metric && (sample->final != 0) == final)
            return &fake->samples[i - 1];
    }
    return NULL;
}
