/* SPDX-License-Identifier: Apache-2.0
 *
 * clock: what keeps each endpoint's clock, how far off it can be, and whether it was set or made to
 * run faster or slower while flows were measured.
 *
 * vmtp-probe looks at the clock there (probe/clock_watch.h); here its lines become figures and
 * events.  All of it runs on the monitor's own thread.
 */
#include "../../common/clock.h"
#include "../../common/event.h"
#include "../../common/watch.h"
#include "account.h"

#include <vmtp/plugin.h>

#include <math.h>

#define STEPS_MAX   1e9
#define NOTES_MAX   8    /* of changes at one endpoint */
#define SLEW_RATIO  1e-3 /* from here on a rate is wrong by more than other noise */
#define STEP_EVENTS 16   /* at one endpoint; all are counted */

struct options {
    uint64_t interval_ns;
};

static const struct vmtp_option options[] = {
    { VMTP_OPT_DURATION(struct options, interval_ns), .name = "interval",
      .help = "Time between two looks at each clock", .def = "1s", .min = 100 * NS_PER_MS,
      .max = 60000 * NS_PER_MS },
};

enum { OFFSET, ERROR, SYNCHRONISED, DRIFT, STEPS, STEP, MAX_ERROR, EST_ERROR, HOST_OFFSET };

static const struct vmtp_metric metrics[] = {
    [OFFSET] = { "clock_offset", "s", "Clock less true time, as what keeps it estimates",
                 VMTP_GAUGE, 0 },
    [ERROR] = { "clock_error", "s", "It is no further from its source's time than that", VMTP_GAUGE,
                VMTP_LOWER_IS_BETTER },
    [SYNCHRONISED] = { "clock_synchronised", "ratio", "1 while it follows something, else 0",
                       VMTP_GAUGE, 0 },
    [DRIFT] = { "clock_drift", "ratio",
                "By how much it runs faster than the oscillator that nobody corrects", VMTP_GAUGE,
                0 },
    [STEPS] = { "clock_steps", "steps", "Times that it was set", VMTP_COUNTER,
                VMTP_LOWER_IS_BETTER },
    [STEP] = { "clock_step", "s", "By how much it was set, forward if positive", VMTP_GAUGE, 0 },
    [MAX_ERROR] = { "clock_max_error", "s", "The kernel's maxerror, as adjtimex() tells it",
                    VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
    [EST_ERROR] = { "clock_est_error", "s", "The kernel's esterror", VMTP_GAUGE,
                    VMTP_LOWER_IS_BETTER },
    [HOST_OFFSET] = { "clock_host_offset", "s",
                      "Clock less that of the hypervisor, where it lends one", VMTP_GAUGE, 0 },
};

/* What was told of an endpoint. */
struct told {
    struct account_key key; /* of the last note */
    uint32_t notes, steps;
    bool begun, slewing;
};

struct watching {
    struct vmtp_self *self;
    struct told *told; /* of each endpoint */
};

static int figure(const struct watching *w, const struct watch_line *line, uint32_t metric,
                  double value)
{
    const struct vmtp_sample sample = { .size = sizeof sample,
                                        .subject = line->endpoint->name,
                                        .metric = metric,
                                        .time_ns = line->time_ns,
                                        .value = value };

    return isfinite(value) ? w->self->host->emit(w->self, &sample) : 0;
}

static void event(const struct watching *w, const struct watch_line *line, uint32_t kind,
                  const char *text)
{
    (void)event_emit_at(w->self, line->time_ns, line->endpoint->name, kind, text);
}

static double between(const json_t *json, const char *key, double min)
{
    return watch_number(json, key, min, SENSIBLE_S, NAN);
}

static int figures(const struct watching *w, const struct watch_line *line)
{
    const json_t *kernel = json_object_get(line->json, "kernel");
    const json_t *host = json_object_get(line->json, "host");
    const json_t *synchronised = json_object_get(line->json, "synchronised");
    const struct {
        uint32_t metric;
        double value;
    } all[] = {
        { OFFSET, between(line->json, "offset_s", -SENSIBLE_S) },
        { ERROR, between(line->json, "error_s", 0) },
        { SYNCHRONISED, json_is_boolean(synchronised) ? json_is_true(synchronised) : NAN },
        { DRIFT, watch_number(line->json, "drift", -1, 1, NAN) },
        { MAX_ERROR, between(kernel, "max_error_s", 0) },
        { EST_ERROR, between(kernel, "est_error_s", 0) },
        { HOST_OFFSET, between(host, "offset_s", -SENSIBLE_S) },
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof all / sizeof *all; i++)
        r = figure(w, line, all[i].metric, all[i].value);
    return r;
}

/* Somebody turns the clock faster or slower than any oscillator is wrong by; then CLOCK_MONOTONIC
 * is too, and with it every rate that this endpoint measures. */
static void mind_slew(const struct watching *w, const struct watch_line *line, struct told *told)
{
    double drift = watch_number(line->json, "drift", -1, 1, NAN);
    char text[120];

    if (isnan(drift))
        return;
    if (fabs(drift) > SLEW_RATIO && !told->slewing) {
        snprintf(text, sizeof text, "the clock is being turned: it runs %.2g %% too %s",
                 fabs(drift) * 100, drift > 0 ? "fast" : "slow");
        event(w, line, VMTP_DISTURBED, text);
    }
    told->slewing = fabs(drift) > SLEW_RATIO;
}

/* The account of a clock: at first, and when it has become another. */
static void mind_account(const struct watching *w, const struct watch_line *line, struct told *told)
{
    struct account_key key = account_key(line->json);
    char text[ACCOUNT_BYTES];

    if ((told->begun && account_key_equal(&key, &told->key)) || told->notes >= NOTES_MAX)
        return;
    told->key = key;
    told->notes++;
    account_text(line->json, text);
    event(w, line, VMTP_NOTE, text);
}

static int take_clock(const struct watching *w, const struct watch_line *line, struct told *told)
{
    int r = figures(w, line);

    if (r == 0 && !told->begun)
        r = figure(w, line, STEPS, 0); /* none is a figure too */
    mind_account(w, line, told);
    mind_slew(w, line, told);
    told->begun = true;
    return r;
}

static int take_step(const struct watching *w, const struct watch_line *line, struct told *told)
{
    double size = between(line->json, "size_s", -SENSIBLE_S);
    char text[ACCOUNT_BYTES];
    int r = figure(w, line, STEPS, 1);

    if (r == 0)
        r = figure(w, line, STEP, size);
    if (told->steps++ < STEP_EVENTS) {
        account_step(size, text);
        event(w, line, VMTP_DISTURBED, text);
    }
    return r;
}

static int take_line(void *arg, const struct watch_line *line)
{
    const struct watching *w = arg;

    if (!strcmp(line->event, "clock"))
        return take_clock(w, line, &w->told[line->index]);
    if (!strcmp(line->event, "step"))
        return take_step(w, line, &w->told[line->index]);
    return 0; /* of a younger probe */
}

static int clock_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints,
                     size_t count, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    struct watching w = { .self = self,
                          .told = self->host->alloc(self, (count ? count : 1) * sizeof *w.told) };
    char interval[24];
    const char *const argv[] = { "clock", interval, NULL };
    const struct watch_spec spec = {
        .argv = argv, .interval_ns = opt->interval_ns, .line = take_line, .arg = &w
    };

    if (!w.told)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    snprintf(interval, sizeof interval, "%llu", (unsigned long long)(opt->interval_ns / NS_PER_MS));
    return watch_run(self, endpoints, count, &spec, err);
}

static const struct vmtp_monitor monitor = { .size = sizeof monitor, .run = clock_run };

static const struct vmtp_component component = {
    .size = sizeof component,
    .kind = VMTP_MONITOR,
    .name = "clock",
    .summary = "What keeps the clocks of endpoints, and how far off they can be",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .ops = &monitor,
};

VMTP_MODULE(.name = "clock", .version = VMTP_VERSION, .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&component));
