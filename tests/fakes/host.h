/* SPDX-License-Identifier: Apache-2.0
 *
 * A small stand-in for the core, to test one instance of a component with.
 *
 * It hands out memory, keeps what the plugin logs and emits in arrays, and never cancels until
 * fake_host_cancel().  What needs the core's processes (spawn, exec, put, ...) is NULL: a test that
 * wants it sets fake->api.spawn and so on itself.
 * Owner: fake_host_new() and fake_host_free().  Threads: [any] for what the plugin calls; the
 * test reads the arrays when the plugin's threads have ended.
 */
#ifndef FAKES_HOST_H
#define FAKES_HOST_H

#include <pthread.h>

#include <vmtp/plugin.h>

#define FAKE_ROWS 4096

struct fake_sample {
    struct vmtp_sample sample; /* its subject and part point to the copies below, or are NULL */
    char subject[64], part[64];
};

struct fake_histogram {
    uint32_t metric;
    struct vmtp_histogram histogram; /* its buckets are a copy */
};

struct fake_event {
    struct vmtp_event event; /* subject and text point to the copies below */
    char subject[64], text[256];
};

struct fake_owned {
    char kind[64], id[192];
    bool freed;
};

struct fake_block;

struct fake_host {
    struct vmtp_self self; /* what the plugin gets; stays first */
    struct vmtp_host api;
    pthread_mutex_t lock; /* guards all below */
    struct fake_block *blocks;
    int cancel[2]; /* a pipe: something to read means cancelled */
    uint64_t deadline_ns;
    char log[16384]; /* lines "level text\n"; what does not fit is dropped */
    size_t log_len;

    struct fake_sample samples[FAKE_ROWS];
    struct fake_histogram histograms[64];
    struct fake_event events[256];
    struct vmtp_endpoint endpoints[512];
    struct fake_owned owned[256];
    size_t sample_count, histogram_count, event_count, endpoint_count, owned_count;
    uint32_t ready_calls;
};

/* For an instance with these options and zeroed state.  NULL: out of memory. */
struct fake_host *fake_host_new(const void *opt, size_t state_size);
void fake_host_free(struct fake_host *fake); /* after the component's close(); NULL is fine */
void fake_host_cancel(struct fake_host *fake);

/* NULL: there is none. */
const struct vmtp_endpoint *fake_host_endpoint(const struct fake_host *fake, const char *name);
/* The last sample of the metric that is final or not; NULL: there is none. */
const struct fake_sample *fake_host_sample(const struct fake_host *fake, uint32_t metric,
                                           bool final);

#endif
