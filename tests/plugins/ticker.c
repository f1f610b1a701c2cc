/* SPDX-License-Identifier: Apache-2.0
 *
 * ticker: a monitor for tests, that emits its beat for every endpoint; or dies at a given one.
 */
#include <vmtp/plugin.h>

#include <time.h>

struct options {
    uint64_t die_at;
};

static const struct vmtp_option options[] = {
    { VMTP_OPT_UINT(struct options, die_at), .name = "die-at",
      .help = "The beat at which it fails; 0: never" },
};

static const struct vmtp_metric metrics[] = {
    { .name = "beat", .unit = "beats", .help = "Beats since the start", .kind = VMTP_GAUGE },
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int ticker_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints,
                      size_t count, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    int r = 0;

    for (uint64_t beat = 1; r == 0; beat++) {
        for (size_t i = 0; i < count; i++) {
            struct vmtp_sample sample = { .size = sizeof sample,
                                          .subject = endpoints[i]->name,
                                          .value = (double)beat };

            self->host->emit(self, &sample);
        }
        if (beat == opt->die_at)
            return vmtp_fail(err, -EIO, "its heart has stopped");
        r = self->host->pause(self, now_ns() + 10000000);
    }
    return r;
}

static const struct vmtp_monitor monitor = { .size = sizeof monitor, .run = ticker_run };

static const struct vmtp_component ticker = {
    .size = sizeof ticker,
    .kind = VMTP_MONITOR,
    .name = "ticker",
    .summary = "Its own beat",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .ops = &monitor,
};

VMTP_MODULE(.name = "ticker", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&ticker));
