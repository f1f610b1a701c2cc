/* SPDX-License-Identifier: Apache-2.0
 *
 * vendor: what a vendor's agent at each endpoint tells.
 *
 * The agent is a command that prints a figure a line, "eth0.tx_drops 17", and ends.  It is run
 * again and again, as long as flows are measured.  A monitor may do anything in its run(): this one
 * starts a command, others read a socket or ask a service.
 *
 * From top to bottom: options, metrics, one line, one round of the agent, run(), the tables.
 * Everything that changes is in what host->alloc() gave.
 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include <vmtp/plugin.h>

#define NS_PER_MS   1000000ull
#define PATIENCE_NS (10000 * NS_PER_MS) /* with one round at one endpoint */
#define PART_MAX    32                  /* bytes of "eth0" */
#define PARTS_MAX   256                 /* counters of one endpoint that are remembered */
#define LINES_MAX   4096                /* that one round may print */

/* ---- what a scenario may say ---- */

struct options {
    struct vmtp_list command; /* of const char * */
    uint64_t interval_ns;
};

static const struct vmtp_option options[] = {
    { "command", "The agent's command and its arguments, looked up in the endpoint's PATH",
      VMTP_OPT_LIST(struct options, command, VMTP_STRING), .def = "[vendor-agent]" },
    { "interval", "Time between two rounds", VMTP_OPT_DURATION(struct options, interval_ns),
      .def = "1s", .min = 100 * NS_PER_MS, .max = 60000 * NS_PER_MS },
};

static int vendor_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;

    if (o->command.count == 0 || o->command.count > VMTP_ARGV_MAX)
        return vmtp_fail(err, -EINVAL, "command: 1 to %d words, as command: [vendor-agent]",
                         VMTP_ARGV_MAX);
    return 0;
}

/* ---- what it tells: put your agent's names here ---- */

static const struct vmtp_metric metrics[] = {
    { "frames", "packets", "Received by an interface", VMTP_COUNTER, 0 },
    { "rx_drops", "packets", "Received and dropped by an interface", VMTP_COUNTER,
      VMTP_LOWER_IS_BETTER },
    { "tx_drops", "packets", "Dropped by an interface instead of sent", VMTP_COUNTER,
      VMTP_LOWER_IS_BETTER },
    { "ring_fill", "ratio", "Of the places of an interface's ring that are taken", VMTP_GAUGE,
      VMTP_LOWER_IS_BETTER },
    { "temperature", "degC", "Of the card", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
};

#define METRICS (sizeof metrics / sizeof *metrics)

/* ---- what is remembered of an endpoint ---- */

/* What a counter stood at: agents count since the machine was started, vmtp wants what was added.
 */
struct counter {
    char part[PART_MAX];
    uint32_t metric;
    double value;
};

struct place {
    struct vmtp_self *self;
    const struct vmtp_endpoint *endpoint;
    struct counter counters[PARTS_MAX];
    size_t counter_count;
    size_t lines;         /* of this round */
    bool told, told_now;  /* a figure: ever, in this round */
    bool failed, puzzled; /* it was said that the agent failed, that a line made no sense */
};

VMTP_PRINTF(2, 3)
static void tell(struct place *place, const char *fmt, ...)
{
    struct vmtp_event event = { .size = sizeof event,
                                .subject = place->endpoint->name,
                                .kind = VMTP_NOTE };
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    event.text = text;
    place->self->host->emit_event(place->self, &event);
}

/* What was added since the last time.  False: nothing is known yet, or the counter began anew. */
static bool counter_step(struct place *place, const char *part, uint32_t metric, double value,
                         double *ret)
{
    struct counter *c = place->counters, *end = c + place->counter_count;

    while (c < end && (c->metric != metric || strcmp(c->part, part) != 0))
        c++;
    if (c == place->counters + PARTS_MAX)
        return false;
    if (c == end) {
        place->counter_count++;
        c->metric = metric;
        snprintf(c->part, sizeof c->part, "%s", part);
        c->value = value;
        return false;
    }
    *ret = value - c->value;
    c->value = value;
    return *ret >= 0;
}

/* ---- one line ---- */

/* "eth0.100.tx_drops 17" is tx_drops of eth0.100; false: it is no such line. */
static bool line_read(const char *line, char part[PART_MAX], uint32_t *ret_metric,
                      double *ret_value)
{
    size_t len = strcspn(line, " "), from = len;
    char *end;

    while (from > 0 && line[from - 1] != '.')
        from--;
    if (line[len] != ' ' || from > PART_MAX)
        return false;
    *ret_value = strtod(line + len + 1, &end);
    if (end == line + len + 1 || *end || !isfinite(*ret_value))
        return false;
    snprintf(part, PART_MAX, "%.*s", from ? (int)from - 1 : 0, line);
    for (uint32_t i = 0; i < METRICS; i++)
        if (strlen(metrics[i].name) == len - from &&
            memcmp(metrics[i].name, line + from, len - from) == 0) {
            *ret_metric = i;
            return true;
        }
    return false;
}

static int line_take(void *arg, const struct vmtp_line *line)
{
    struct place *place = arg;
    struct vmtp_sample sample = { .size = sizeof sample,
                                  .subject = place->endpoint->name,
                                  .time_ns = line->time_ns };
    char part[PART_MAX];

    if (++place->lines > LINES_MAX)
        return -E2BIG;
    if (line->fd != 1 || !line_read(line->text, part, &sample.metric, &sample.value)) {
        if (!place->puzzled)
            tell(place, "the agent said '%.60s', which is no figure", line->text);
        place->puzzled = true;
        return 0;
    }
    place->told = place->told_now = true;
    if (metrics[sample.metric].kind == VMTP_COUNTER &&
        !counter_step(place, part, sample.metric, sample.value, &sample.value))
        return 0;
    sample.part = part[0] ? part : NULL;
    return place->self->host->emit(place->self, &sample);
}

/* ---- one round, and all of them ---- */

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* An agent that fails is told once, and tried again: it may be back in a moment.  -ECANCELED alone
 * ends the rounds. */
static int agent_ask(struct place *place, const char *const *argv, uint64_t deadline_ns)
{
    struct vmtp_self *self = place->self;
    struct vmtp_error err = { 0 };
    const struct vmtp_exec exec = { .size = sizeof exec,
                                    .argv = argv,
                                    .deadline_ns = deadline_ns,
                                    .line = line_take,
                                    .arg = place };
    int r;

    place->lines = 0;
    place->told_now = false;
    r = self->host->exec(self, place->endpoint, &exec, &err);
    if (r == -ECANCELED || (r == 0 && place->told_now))
        return r;
    if (place->failed)
        return 0;
    place->failed = true;
    if (r < 0)
        tell(place, "the agent: %s", err.code ? err.text : strerror(-r));
    else if (r > 0)
        tell(place, "the agent ended with status %d", r);
    else
        tell(place, "the agent told no figure");
    return 0;
}

/* Did no endpoint ever tell a figure?  Then there is nothing to watch. */
static bool none_told(const struct place *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (places[i].told)
            return false;
    return true;
}

static int vendor_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints,
                      size_t count, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    const char *argv[VMTP_ARGV_MAX + 1] = { NULL };
    struct place *places = self->host->alloc(self, (count ? count : 1) * sizeof *places);
    uint64_t next_ns = now_ns();
    int r = 0;

    if (!places)
        return vmtp_fail(err, -ENOMEM, "vendor: out of memory");
    memcpy(argv, opt->command.items, opt->command.count * sizeof *argv);
    while (r == 0) {
        for (size_t i = 0; r == 0 && i < count; i++) {
            places[i].self = self;
            places[i].endpoint = endpoints[i];
            r = agent_ask(&places[i], argv, now_ns() + PATIENCE_NS);
        }
        if (r == 0 && none_told(places, count))
            return vmtp_fail(err, -ENODATA, "the agent tells nothing at any endpoint");
        next_ns += opt->interval_ns;
        if (next_ns < now_ns())
            next_ns = now_ns() + opt->interval_ns; /* what was missed is not made up for */
        if (r == 0)
            r = self->host->pause(self, next_ns);
    }
    return r; /* -ECANCELED: the run is over, and all is well */
}

/* ---- the tables that make it a plugin ---- */

static const struct vmtp_monitor monitor = {
    .size = sizeof monitor,
    .run = vendor_run,
};

static const struct vmtp_component vendor = {
    .size = sizeof vendor,
    .kind = VMTP_MONITOR,
    .name = "vendor",
    .summary = "Figures that a vendor's agent prints",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .check = vendor_check,
    .ops = &monitor,
};

VMTP_MODULE(.name = "vendor", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&vendor));
