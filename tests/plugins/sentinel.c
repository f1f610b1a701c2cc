/* SPDX-License-Identifier: Apache-2.0
 *
 * sentinel: a monitor for tests, that tells figures of parts and events of every endpoint, and
 * behaves as badly as it is told to.
 */
#include <vmtp/plugin.h>

#include <time.h>

#define NS_PER_MS 1000000u

struct options {
    uint64_t interval_ns, parts, flood, different, events;
    int ends;
    bool disturbed;
};

enum { TOLD, HANGS, SPINS, DEAF, EARLY, FAILS, CLOSED };

static const struct vmtp_choice ends[] = {
    { "told", TOLD, "When it is told to" },
    { "hang", HANGS, "Never, in a wait of its own" },
    { "spin", SPINS, "Never, calling the host on and on" },
    { "deaf", DEAF, "Never, in a line of a command that the host runs for it" },
    { "early", EARLY, "At once, without saying why" },
    { "fail", FAILS, "After a moment, with an error" },
    { "closed", CLOSED, "It can't be opened" },
    { 0 },
};

static const struct vmtp_option options[] = {
    { "interval", "Between two beats", VMTP_OPT_DURATION(struct options, interval_ns),
      .def = "10ms" },
    { "parts", "Parts of each endpoint", VMTP_OPT_UINT(struct options, parts), .def = "2" },
    { "flood", "Figures at once, as fast as it can", VMTP_OPT_UINT(struct options, flood),
      .def = "0" },
    { "different", "Different parts among these", VMTP_OPT_UINT(struct options, different),
      .def = "1" },
    { "events", "Notes at once", VMTP_OPT_UINT(struct options, events), .def = "0" },
    { "disturbed", "Each beat says that the endpoint was disturbed",
      VMTP_OPT_BOOL(struct options, disturbed), .def = "false" },
    { "ends", "When it ends", VMTP_OPT_ENUM(struct options, ends, ends), .def = "told" },
};

enum { BUSY, DROPPED, BEAT };

static const struct vmtp_metric metrics[] = {
    [BUSY] = { .name = VMTP_CPU_BUSY, .unit = "ratio", .help = "Made up", .kind = VMTP_GAUGE },
    [DROPPED] = { .name = VMTP_SOFTNET_DROPPED,
                  .unit = "packets",
                  .help = "Made up",
                  .kind = VMTP_COUNTER },
    [BEAT] = { .name = "beat", .unit = "beats", .help = "Beats so far", .kind = VMTP_GAUGE },
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void tell(struct vmtp_self *self, const char *subject, const char *part, uint32_t metric,
                 double value)
{
    struct vmtp_sample sample = {
        .size = sizeof sample, .subject = subject, .metric = metric, .value = value, .part = part
    };

    self->host->emit(self, &sample);
}

static void event(struct vmtp_self *self, const char *subject, uint32_t kind, const char *text)
{
    struct vmtp_event event = {
        .size = sizeof event, .subject = subject, .kind = kind, .text = text
    };

    self->host->emit_event(self, &event);
}

/* The whole is half busy; part 0 is idle, part 1 busy by a tenth, and so on. */
static void beat(struct vmtp_self *self, const char *subject, uint64_t number)
{
    const struct options *opt = self->opt;
    char part[16];

    tell(self, subject, NULL, BUSY, 0.5);
    tell(self, subject, NULL, DROPPED, 2);
    tell(self, subject, NULL, BEAT, (double)number);
    for (uint64_t i = 0; i < opt->parts; i++) {
        snprintf(part, sizeof part, "cpu%u", (unsigned)i);
        tell(self, subject, part, BUSY, (double)i / 10);
    }
    if (opt->disturbed)
        event(self, subject, VMTP_DISTURBED, "it was made up");
}

static void flood(struct vmtp_self *self, const char *subject)
{
    const struct options *opt = self->opt;
    char part[16];

    for (uint64_t i = 0; i < opt->flood; i++) {
        if (i % 1000 == 0 && self->host->pause(self, 0) == -ECANCELED)
            return;
        snprintf(part, sizeof part, "%u", (unsigned)(i % opt->different));
        tell(self, subject, part, BEAT, (double)i);
    }
    for (uint64_t i = 0; i < opt->events; i++)
        event(self, subject, VMTP_NOTE, "nothing new");
}

static _Noreturn void sleep_on(void)
{
    for (;;)
        nanosleep(&(struct timespec){ .tv_sec = 3600 }, NULL);
}

static int deaf_line(void *arg, const struct vmtp_line *line)
{
    (void)arg, (void)line;
    sleep_on();
    return 0;
}

/* Nothing but the end of the program ends these. */
static void stay(struct vmtp_self *self, const struct vmtp_endpoint *endpoint)
{
    const struct options *opt = self->opt;
    static const char *const echo[] = { "echo", "hello", NULL };
    static const char *const cat[] = { "cat", NULL };
    struct vmtp_exec exec = { .size = sizeof exec, .argv = echo, .line = deaf_line };
    struct vmtp_spawn spawn = { .size = sizeof spawn, .argv = cat };
    struct vmtp_process *process;

    if (opt->ends == DEAF)
        self->host->exec(self, endpoint, &exec, NULL);
    self->host->spawn(self, endpoint, &spawn, &process, NULL); /* which it never stops */
    while (opt->ends == SPINS)
        tell(self, endpoint->name, NULL, BEAT, 0);
    sleep_on();
}

static int sentinel_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints,
                        size_t count, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    int r = 0;

    if (opt->ends == EARLY)
        return 0;
    flood(self, count ? endpoints[0]->name : "nothing");
    if (count && (opt->ends == HANGS || opt->ends == SPINS || opt->ends == DEAF))
        stay(self, endpoints[0]);
    for (uint64_t number = 1; r == 0; number++) {
        for (size_t i = 0; i < count; i++)
            beat(self, endpoints[i]->name, number);
        tell(self, "hypervisor-1", NULL, BEAT, (double)number);
        if (opt->ends == FAILS && number == 3)
            return vmtp_fail(err, -EIO, "it has seen enough");
        r = self->host->pause(self, now_ns() + opt->interval_ns);
    }
    return r;
}

static int sentinel_open(struct vmtp_self *self, struct vmtp_error *err)
{
    const struct options *opt = self->opt;

    return opt->ends == CLOSED ? vmtp_fail(err, -ENXIO, "its eyes are shut") : 0;
}

static const struct vmtp_monitor monitor = { .size = sizeof monitor, .run = sentinel_run };

static const struct vmtp_component sentinel = {
    .size = sizeof sentinel,
    .kind = VMTP_MONITOR,
    .name = "sentinel",
    .summary = "What it is told to see",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .open = sentinel_open,
    .ops = &monitor,
};

VMTP_MODULE(.name = "sentinel", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&sentinel));
