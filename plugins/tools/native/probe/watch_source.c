/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_source.h"

#include "clock.h"
#include "watch_cpu.h"
#include "watch_device.h"
#include "watch_file.h"
#include "watch_frequency.h"
#include "watch_interrupt.h"
#include "watch_pressure.h"
#include "watch_protocol.h"
#include "watch_qdisc.h"
#include "watch_quota.h"
#include "watch_softnet.h"
#include "watch_stall.h"
#include "watch_statistic.h"

#include <stdlib.h>

#define SLOW_NS NS_PER_S /* of what changes slowly, or takes long to ask */

enum { PRESSURE_CPU, PRESSURE_MEMORY, PRESSURE_IO, PRESSURES };

struct rhythm {
    uint64_t every_ns, next_ns;
    double cost_ns; /* of one look, a moving average */
};

enum { SOURCES = 14 };

struct sources {
    struct watch_file stat, schedstat, softnet, devices, snmp, netstat, snmp6, pressures[PRESSURES];
    struct watch_cpu cpu;
    struct watch_interrupt interrupt;
    struct watch_pressure pressure[PRESSURES];
    struct watch_queue queue;
    struct watch_softnet soft;
    struct watch_device device;
    struct watch_qdisc qdisc;
    struct watch_statistic statistic;
    struct watch_protocol protocol;
    struct watch_frequency frequency;
    struct watch_quota quota;
    struct stall stall;
    struct counter waited_us; /* for a sentinel that does not know */
    struct rhythm rhythm[SOURCES];
    uint64_t interval_ns, weighed_ns;
};

static void take_cpu(struct sources *s, uint64_t now_ns, struct figures *f)
{
    const char *text = watch_file_read(&s->stat);

    if (text)
        cpu_take(&s->cpu, text, now_ns, f);
}

static void take_interrupt(struct sources *s, uint64_t now_ns, struct figures *f)
{
    const char *text = watch_file_read(&s->stat);

    if (text)
        interrupt_take(&s->interrupt, text, now_ns, f);
}

static void take_pressure(struct sources *s, int which, uint64_t now_ns, struct figures *f)
{
    const char *text = watch_file_read(&s->pressures[which]);

    if (text)
        pressure_take(&s->pressure[which], text, now_ns, f);
}

static void take_pressure_cpu(struct sources *s, uint64_t now_ns, struct figures *f)
{
    take_pressure(s, PRESSURE_CPU, now_ns, f);
}

static void take_pressure_others(struct sources *s, uint64_t now_ns, struct figures *f)
{
    take_pressure(s, PRESSURE_MEMORY, now_ns, f);
    take_pressure(s, PRESSURE_IO, now_ns, f);
}

static void take_queue(struct sources *s, uint64_t now_ns, struct figures *f)
{
    const char *text = watch_file_read(&s->schedstat);

    if (text)
        queue_take(&s->queue, text, now_ns, f);
}

static void take_softnet(struct sources *s, uint64_t now_ns, struct figures *f)
{
    const char *text = watch_file_read(&s->softnet);

    (void)now_ns;
    if (text)
        softnet_take(&s->soft, text, f);
}

static void take_device(struct sources *s, uint64_t now_ns, struct figures *f)
{
    const char *text = watch_file_read(&s->devices);

    (void)now_ns;
    if (text)
        device_take(&s->device, text, f);
}

static void take_qdisc(struct sources *s, uint64_t now_ns, struct figures *f)
{
    (void)now_ns;
    qdisc_take(&s->qdisc, &s->device, f);
}

static void take_traffic(struct sources *s, uint64_t now_ns, struct figures *f)
{
    device_traffic(&s->device, now_ns, f);
}

static void take_statistic(struct sources *s, uint64_t now_ns, struct figures *f)
{
    (void)now_ns;
    statistic_take(&s->statistic, &s->device, f);
}

static void take_protocol(struct sources *s, uint64_t now_ns, struct figures *f)
{
    struct watch_file *files[] = { &s->snmp, &s->netstat, &s->snmp6 };

    (void)now_ns;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *text = watch_file_read(files[i]);

        if (text)
            protocol_take(&s->protocol, text);
    }
    protocol_tell(&s->protocol, f);
}

static void take_frequency(struct sources *s, uint64_t now_ns, struct figures *f)
{
    (void)now_ns;
    frequency_take(&s->frequency, f);
}

static void take_quota(struct sources *s, uint64_t now_ns, struct figures *f)
{
    quota_take(&s->quota, now_ns, f);
}

/* A sentinel that can't tell how long it waited for a CPU waited no longer than anybody did. */
static uint64_t less_waiting(struct sources *s, uint64_t longest_ns)
{
    const char *text = watch_file_read(&s->pressures[PRESSURE_CPU]);
    uint64_t total_us, waited_ns = 0;

    if (text && pressure_parse(text, &total_us))
        waited_ns = counter_moved(&s->waited_us, total_us) * NS_PER_US;
    return longest_ns > waited_ns ? longest_ns - waited_ns : 0;
}

static void take_stall(struct sources *s, uint64_t now_ns, struct figures *f)
{
    struct stall_seen seen;

    (void)now_ns;
    if (!s->stall.running) {
        stall_start(&s->stall);
        return;
    }
    seen = stall_take(&s->stall);
    if (!seen.attributed)
        seen.longest_ns = less_waiting(s, seen.longest_ns);
    figures_add(f, FIGURE_MACHINE, "stall", NULL, (double)seen.longest_ns * 1e-9);
    if (seen.longest_ns > NS_PER_MS)
        figures_add_moved(f, FIGURE_MACHINE, "stalls_1ms", NULL, seen.over_1ms);
    if (seen.longest_ns > 10 * NS_PER_MS)
        figures_add_moved(f, FIGURE_MACHINE, "stalls_10ms", NULL, seen.over_10ms);
}

static const struct {
    enum source_mode mode; /* from which on it is looked at */
    uint64_t every_ns;     /* at the most; 0: each interval */
    double worth;          /* so much dearer may it be than others before it is slowed */
    void (*take)(struct sources *, uint64_t now_ns, struct figures *);
} table[SOURCES] = {
    { SOURCES_WHOLE, 0, 4, take_cpu },
    { SOURCES_WHOLE, 0, 4, take_pressure_cpu },
    { SOURCES_WHOLE, 0, 1, take_queue },
    { SOURCES_WHOLE, 0, 1, take_softnet },
    { SOURCES_WHOLE, 0, 4, take_stall },
    { SOURCES_WHOLE, SLOW_NS, 1, take_interrupt },
    { SOURCES_WHOLE, SLOW_NS, 1, take_pressure_others },
    { SOURCES_WHOLE, SLOW_NS, 1, take_frequency },
    { SOURCES_NETWORK, 0, 1, take_device },
    { SOURCES_NETWORK, 0, 1, take_qdisc },
    { SOURCES_NETWORK, 0, 1, take_protocol },
    { SOURCES_NETWORK, 0, 1, take_quota },
    { SOURCES_NETWORK, SLOW_NS, 1, take_traffic },
    { SOURCES_NETWORK, SLOW_NS, 1, take_statistic },
};

static uint64_t wanted_ns(const struct sources *s, int i)
{
    return table[i].every_ns > s->interval_ns ? table[i].every_ns : s->interval_ns;
}

struct sources *sources_open(uint64_t interval_ns)
{
    static const char *const metrics[] = { "psi_cpu", "psi_memory", "psi_io" };
    static const char *const paths[] = { "/proc/pressure/cpu", "/proc/pressure/memory",
                                         "/proc/pressure/io" };
    struct sources *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    watch_file_open(&s->stat, "/proc/stat");
    watch_file_open(&s->schedstat, "/proc/schedstat");
    watch_file_open(&s->softnet, "/proc/net/softnet_stat");
    watch_file_open(&s->devices, "/proc/net/dev");
    watch_file_open(&s->snmp, "/proc/net/snmp");
    watch_file_open(&s->netstat, "/proc/net/netstat");
    watch_file_open(&s->snmp6, "/proc/net/snmp6");
    for (int i = 0; i < PRESSURES; i++) {
        watch_file_open(&s->pressures[i], paths[i]);
        s->pressure[i].metric = metrics[i];
    }
    s->interval_ns = interval_ns;
    s->qdisc.fd = s->statistic.fd = -1;
    frequency_open(&s->frequency);
    quota_open(&s->quota);
    for (int i = 0; i < SOURCES; i++)
        s->rhythm[i].every_ns = wanted_ns(s, i);
    return s;
}

/* The dearest for its worth of those that can be slowed, or (slowed) of those that were. */
static struct rhythm *dearest(struct sources *s, bool slowed, double *ret_all)
{
    struct rhythm *most = NULL;
    double dearer = 0;

    *ret_all = 0;
    for (int i = 0; i < SOURCES; i++) {
        struct rhythm *r = &s->rhythm[i];
        double share = r->cost_ns / (double)r->every_ns;

        *ret_all += share;
        if (slowed ? r->every_ns <= wanted_ns(s, i) : r->every_ns >= SOURCE_MOST_NS)
            continue;
        if (!most || share / table[i].worth > dearer) {
            most = r;
            dearer = share / table[i].worth;
        }
    }
    return most;
}

static void weigh(struct sources *s)
{
    double all;
    struct rhythm *r = dearest(s, false, &all);

    if (r && all > SOURCES_BUDGET) {
        r->every_ns *= 2;
        return;
    }
    r = dearest(s, true, &all);
    if (r && all < SOURCES_BUDGET / 3)
        r->every_ns /= 2;
}

static void look(struct sources *s, int i, uint64_t now_ns, struct figures *f)
{
    struct rhythm *r = &s->rhythm[i];
    uint64_t before_ns = clock_read(CLOCK_THREAD_CPUTIME_ID), cost_ns;

    table[i].take(s, now_ns, f);
    cost_ns = clock_read(CLOCK_THREAD_CPUTIME_ID) - before_ns;
    r->cost_ns += ((double)cost_ns - r->cost_ns) / 8;
    r->next_ns = now_ns + r->every_ns - r->every_ns / 16; /* the next line may come a bit early */
}

void sources_take(struct sources *s, enum source_mode mode, uint64_t now_ns, struct figures *f)
{
    for (int i = 0; i < SOURCES; i++)
        if (mode >= table[i].mode && now_ns >= s->rhythm[i].next_ns)
            look(s, i, now_ns, f);
    if (mode < SOURCES_WHOLE)
        stall_stop(&s->stall);
    if (now_ns >= s->weighed_ns + NS_PER_S) {
        s->weighed_ns = now_ns;
        weigh(s);
    }
}
