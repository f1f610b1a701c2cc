/* SPDX-License-Identifier: Apache-2.0 */
#include "hosts.h"

#include "../../common/clock.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOWN_TIMES 4 /* gmetad's own rule: so many times as long silent as it should be at most */
#define APART_S    2 /* figures that are so much older than the newest are of another reading */
#define SETTLE_NS  (300 * NS_PER_MS)
#define CHAINS     1024
#define SUBJECTS   4 /* endpoints that are one host */

#define SHARE(metric, text)                                                                        \
    {                                                                                              \
        metric, "ratio", "CPU time of the host, all CPUs together: " text, VMTP_GAUGE, 0           \
    }

const struct vmtp_metric hosts_metrics[HOSTS_METRICS] = {
    [M_CPU_BUSY] = SHARE(VMTP_CPU_BUSY, "neither idle nor waiting for a disk"),
    [M_CPU_USER] = SHARE(VMTP_CPU_USER, "programs"),
    [M_CPU_NICE] = SHARE(VMTP_CPU_NICE, "programs of low priority"),
    [M_CPU_SYSTEM] = SHARE(VMTP_CPU_SYSTEM, "the kernel, without interrupts"),
    [M_CPU_IOWAIT] = SHARE(VMTP_CPU_IOWAIT, "waiting for a disk"),
    [M_CPU_IRQ] = SHARE(VMTP_CPU_IRQ, "interrupts"),
    [M_CPU_SOFTIRQ] = SHARE(VMTP_CPU_SOFTIRQ, "soft interrupts, which move packets"),
    [M_CPU_STEAL] = SHARE(VMTP_CPU_STEAL, "taken by the hypervisor"),
    [M_CPU_IDLE] = SHARE("cpu_idle", "idle"),
    [M_CPU_NUM] = { "cpu_num", "1", "CPUs of the host", VMTP_GAUGE, 0 },
    [M_CPU_LOAD] = { "cpu_load", "1",
                     "CPUs that programs and the kernel keep busy, as VMTP counts them", VMTP_GAUGE,
                     0 },
    [M_CPU_LOAD_FIRST] = { "cpu_load_first", "1",
                           "The first of these, from before the first trial; its part is the "
                           "host's address",
                           VMTP_GAUGE, 0 },
    [M_LOAD_ONE] = { "load_one", "1", "Processes that run or want to, mean of a minute", VMTP_GAUGE,
                     0 },
};

/* Figures that Ganglia sends together. */
enum group { G_CPU, G_LOAD, GROUPS };

static const struct {
    enum report_figure first, last;
} groups[GROUPS] = { [G_CPU] = { R_USER, R_IDLE }, [G_LOAD] = { R_LOAD_ONE, R_LOAD_ONE } };

static const struct {
    enum hosts_metric metric;
    double scale;
} told_as[R_FIGURES] = {
    [R_USER] = { M_CPU_USER, 0.01 },     [R_NICE] = { M_CPU_NICE, 0.01 },
    [R_SYSTEM] = { M_CPU_SYSTEM, 0.01 }, [R_WIO] = { M_CPU_IOWAIT, 0.01 },
    [R_INTR] = { M_CPU_IRQ, 0.01 },      [R_SINTR] = { M_CPU_SOFTIRQ, 0.01 },
    [R_STEAL] = { M_CPU_STEAL, 0.01 },   [R_IDLE] = { M_CPU_IDLE, 0.01 },
    [R_CPUS] = { M_CPU_NUM, 1 },         [R_LOAD_ONE] = { M_LOAD_ONE, 1 },
};

/* Of one group of one host. */
struct reading {
    int64_t stamp_s;         /* by Ganglia's clock; INT64_MIN: none has come */
    double seen[R_FIGURES];  /* the values that came last */
    double fresh[R_FIGURES]; /* to be told */
    uint64_t time_ns;
    bool pending;
};

struct host {
    struct host *next;
    char name[REPORT_NAME_MAX], address[REPORT_ADDRESS_MAX];
    bool down;
    int64_t localtime_s;
    double cpus, told_cpus; /* 0: unknown */
    bool load_told;
    struct reading readings[GROUPS];
    double heard[R_FIGURES]; /* since the last time it was settled; NAN: nothing */
    uint64_t heard_ns, settle_ns;
    char subject[REPORT_NAME_MAX + REPORT_ADDRESS_MAX + 4]; /* unless it is an endpoint */
    const char *subjects[SUBJECTS];
    size_t subject_count; /* 0: not yet known */
};

struct hosts {
    char own_address[REPORT_ADDRESS_MAX];
    struct host *chains[CHAINS];
    size_t count;
    uint64_t settle_ns;
    struct hosts_oddities oddities;
};

/* ---- addresses ---- */

/* False: it is no numeric address. */
static bool address_read(const char *text, struct in6_addr *ret)
{
    struct in_addr v4;

    if (inet_pton(AF_INET6, text, ret) == 1)
        return true;
    if (inet_pton(AF_INET, text, &v4) != 1)
        return false;
    memset(ret, 0, sizeof *ret);
    memset(ret->s6_addr + 10, 0xff, 2);
    memcpy(ret->s6_addr + 12, &v4, 4);
    return true;
}

static bool is_loopback(const char *text)
{
    struct in6_addr address;

    return address_read(text, &address) &&
           (IN6_IS_ADDR_LOOPBACK(&address) ||
            (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == 127));
}

static bool same_address(const char *one, const char *other)
{
    struct in6_addr a, b;

    return address_read(one, &a) && address_read(other, &b) && memcmp(&a, &b, sizeof a) == 0;
}

/* ---- the table ---- */

static size_t chain_of(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash % CHAINS;
}

static struct host *host_find(const struct hosts *hosts, const char *name, const char *address)
{
    struct host *host = hosts->chains[chain_of(name)];

    while (host && (strcmp(host->name, name) != 0 || strcmp(host->address, address) != 0))
        host = host->next;
    return host;
}

static void values_forget(double values[R_FIGURES])
{
    for (int i = 0; i < R_FIGURES; i++)
        values[i] = NAN;
}

static void reading_clear(struct reading *reading)
{
    reading->stamp_s = INT64_MIN;
    values_forget(reading->seen);
    values_forget(reading->fresh);
}

/* NULL: there is no room. */
static struct host *host_add(struct hosts *hosts, const char *name, const char *address)
{
    struct host *host = hosts->count < HOSTS_MAX ? calloc(1, sizeof *host) : NULL;
    size_t chain = chain_of(name);

    if (!host) {
        hosts->oddities.too_many++;
        return NULL;
    }
    snprintf(host->name, sizeof host->name, "%s", name);
    snprintf(host->address, sizeof host->address, "%s", address);
    for (size_t i = 0; i < GROUPS; i++)
        reading_clear(&host->readings[i]);
    values_forget(host->heard);
    host->settle_ns = UINT64_MAX;
    host->next = hosts->chains[chain];
    hosts->chains[chain] = host;
    hosts->count++;
    return host;
}

/* What is local to the server that is asked has its address for us. */
static struct host *host_get(struct hosts *hosts, const char *name, const char *address)
{
    struct host *host;

    if (*hosts->own_address && is_loopback(address))
        address = hosts->own_address;
    if (!*name)
        name = address;
    host = host_find(hosts, name, address);
    return host ? host : host_add(hosts, name, address);
}

static struct host *host_next(const struct hosts *hosts, const struct host *host, size_t *chain)
{
    struct host *next = host ? host->next : NULL;

    while (!next && *chain < CHAINS)
        next = hosts->chains[(*chain)++];
    return next;
}

#define HOSTS_EACH(hosts, host)                                                                    \
    for (size_t at_##host = 0, *chain_##host = &at_##host; chain_##host; chain_##host = NULL)      \
        for (struct host *host = NULL; (host = host_next(hosts, host, chain_##host));)

int hosts_new(const char *own_address, struct hosts **ret)
{
    struct hosts *hosts = calloc(1, sizeof *hosts);
    struct in6_addr address;

    if (!hosts)
        return -ENOMEM;
    if (own_address && address_read(own_address, &address) && !is_loopback(own_address))
        snprintf(hosts->own_address, sizeof hosts->own_address, "%s", own_address);
    hosts->settle_ns = UINT64_MAX;
    *ret = hosts;
    return 0;
}

void hosts_free(struct hosts *hosts)
{
    for (size_t i = 0; hosts && i < CHAINS; i++)
        for (struct host *next; hosts->chains[i]; hosts->chains[i] = next) {
            next = hosts->chains[i]->next;
            free(hosts->chains[i]);
        }
    free(hosts);
}

/* ---- readings ---- */

static bool reading_is_right(struct hosts *hosts, const struct host *host, enum group group,
                             const double values[R_FIGURES])
{
    struct hosts_oddities *oddities = &hosts->oddities;
    double percent;

    if (group != G_CPU || report_sums_up(values, &percent))
        return true;
    if (oddities->wrong_sums++ == 0)
        snprintf(oddities->wrong_sum, sizeof oddities->wrong_sum,
                 "%s: its CPU time comes to %.1f %%, so such readings are dropped (gmond counts "
                 "wrongly where collect_every is 1)",
                 host->name, percent);
    return false;
}

static void reading_take(struct hosts *hosts, struct host *host, enum group group,
                         const double values[R_FIGURES], uint64_t time_ns)
{
    struct reading *reading = &host->readings[group];

    if (!reading_is_right(hosts, host, group, values))
        return;
    memcpy(reading->fresh, values, sizeof reading->fresh);
    reading->time_ns = time_ns > reading->time_ns ? time_ns : reading->time_ns;
    reading->pending = true;
}

static bool values_differ(const double one[R_FIGURES], const double other[R_FIGURES])
{
    for (int i = 0; i < R_FIGURES; i++)
        if (isnan(one[i]) != isnan(other[i]) || (!isnan(one[i]) && fabs(one[i] - other[i]) > 0))
            return true;
    return false;
}

/* The values of a group that are of one reading, and how old it is.  False: there are none. */
static bool group_values(const struct report *report, enum group group, double ret[R_FIGURES],
                         uint64_t *ret_age_s)
{
    uint64_t age_s = UINT64_MAX;

    for (int i = (int)groups[group].first; i <= (int)groups[group].last; i++)
        if (!isnan(report->values[i]) && report->ages_s[i] < age_s)
            age_s = report->ages_s[i];
    values_forget(ret);
    for (int i = (int)groups[group].first; i <= (int)groups[group].last; i++)
        if (age_s < UINT64_MAX && report->ages_s[i] <= age_s + APART_S)
            ret[i] = report->values[i];
    *ret_age_s = age_s;
    return age_s < UINT64_MAX;
}

/* Ganglia's clock and the age are whole seconds, cut off, so one reading's stamp moves by one; what
 * gmetad passes on has an age that grows while its clock stands. */
static bool is_new(const struct reading *reading, int64_t stamp_s, const double values[R_FIGURES])
{
    if (reading->stamp_s == INT64_MIN || stamp_s > reading->stamp_s + 1)
        return true;
    return stamp_s >= reading->stamp_s - 1 && values_differ(reading->seen, values);
}

static void group_report(struct hosts *hosts, struct host *host, enum group group,
                         const struct report *report, uint64_t now_ns)
{
    struct reading *reading = &host->readings[group];
    int64_t clock_s = report->localtime_s ? report->localtime_s : (int64_t)(now_ns / NS_PER_S);
    double values[R_FIGURES];
    uint64_t age_s, age_ns;

    if (!group_values(report, group, values, &age_s) ||
        !is_new(reading, clock_s - (int64_t)age_s, values))
        return;
    reading->stamp_s = clock_s - (int64_t)age_s;
    memcpy(reading->seen, values, sizeof reading->seen);
    age_ns = age_s * NS_PER_S;
    reading_take(hosts, host, group, values, age_ns < now_ns ? now_ns - age_ns : 1);
}

static bool is_down(const struct report *report)
{
    return report->expected_s && report->silent_s >= DOWN_TIMES * report->expected_s;
}

void hosts_report(struct hosts *hosts, const struct report *report, uint64_t now_ns)
{
    struct host *host = host_get(hosts, report->name, report->address);

    if (!host)
        return;
    host->down = is_down(report);
    if (host->down)
        return;
    if (report->localtime_s < host->localtime_s) /* that clock was set back */
        for (size_t i = 0; i < GROUPS; i++)
            host->readings[i].stamp_s = INT64_MIN;
    host->localtime_s = report->localtime_s;
    if (!isnan(report->values[R_CPUS]))
        host->cpus = report->values[R_CPUS];
    for (size_t i = 0; i < GROUPS; i++)
        group_report(hosts, host, (enum group)i, report, now_ns);
}

/* ---- values that come by themselves ---- */

void hosts_hear(struct hosts *hosts, const char *name, const char *address,
                enum report_figure figure, double value, uint64_t now_ns)
{
    struct host *host = isnan(value) ? NULL : host_get(hosts, name, address);

    if (!host)
        return;
    if (figure == R_CPUS) {
        host->cpus = value;
        return;
    }
    host->heard[figure] = value;
    host->heard_ns = now_ns;
    if (host->settle_ns == UINT64_MAX)
        host->settle_ns = now_ns + SETTLE_NS;
    if (host->settle_ns < hosts->settle_ns)
        hosts->settle_ns = host->settle_ns;
}

static void host_settle(struct hosts *hosts, struct host *host)
{
    for (size_t group = 0; group < GROUPS; group++) {
        double values[R_FIGURES];
        bool any = false;

        values_forget(values);
        for (int i = (int)groups[group].first; i <= (int)groups[group].last; i++) {
            values[i] = host->heard[i];
            any = any || !isnan(values[i]);
        }
        if (any)
            reading_take(hosts, host, (enum group)group, values, host->heard_ns);
    }
    values_forget(host->heard);
    host->settle_ns = UINT64_MAX;
}

void hosts_settle(struct hosts *hosts, uint64_t now_ns)
{
    if (now_ns < hosts->settle_ns)
        return;
    hosts->settle_ns = UINT64_MAX;
    HOSTS_EACH(hosts, host)
    {
        if (host->settle_ns <= now_ns)
            host_settle(hosts, host);
        if (host->settle_ns < hosts->settle_ns)
            hosts->settle_ns = host->settle_ns;
    }
}

uint64_t hosts_settle_ns(const struct hosts *hosts)
{
    return hosts->settle_ns;
}

/* ---- telling ---- */

static bool subject_is_taken(const struct hosts *hosts, const char *subject)
{
    HOSTS_EACH(hosts, host)
    for (size_t i = 0; i < host->subject_count; i++)
        if (strcmp(host->subjects[i], subject) == 0)
            return true;
    return false;
}

static void endpoints_match(const struct hosts *hosts, struct host *host,
                            bool (*match)(const struct host *, const struct vmtp_endpoint *),
                            const struct vmtp_endpoint *const *endpoints, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count && n < SUBJECTS; i++)
        if (match(host, endpoints[i]) && !subject_is_taken(hosts, endpoints[i]->name))
            host->subjects[n++] = endpoints[i]->name;
    host->subject_count = n;
}

static bool has_address(const struct host *host, const struct vmtp_endpoint *endpoint)
{
    return endpoint->address && same_address(host->address, endpoint->address);
}

static bool has_name(const struct host *host, const struct vmtp_endpoint *endpoint)
{
    return strcasecmp(host->name, endpoint->name) == 0;
}

/* Two hosts may have one name. */
static void subjects_find(const struct hosts *hosts, struct host *host,
                          const struct vmtp_endpoint *const *endpoints, size_t count)
{
    endpoints_match(hosts, host, has_address, endpoints, count);
    if (!host->subject_count)
        endpoints_match(hosts, host, has_name, endpoints, count);
    if (host->subject_count)
        return;
    snprintf(host->subject, sizeof host->subject, "%s", host->name);
    if (subject_is_taken(hosts, host->subject))
        snprintf(host->subject, sizeof host->subject, "%s (%s)", host->name, host->address);
    host->subjects[0] = host->subject;
    host->subject_count = 1;
}

/* One figure of a host; NAN: none.  What is too much for the core it says itself. */
static int figure_tell(struct vmtp_self *self, const struct host *host, enum hosts_metric metric,
                       uint64_t time_ns, double value)
{
    const char *part = metric == M_CPU_LOAD_FIRST && *host->address ? host->address : NULL;
    int r = 0;

    for (size_t i = 0; i < host->subject_count && r >= 0 && !isnan(value); i++) {
        const struct vmtp_sample sample = { .size = sizeof sample,
                                            .subject = host->subjects[i],
                                            .metric = metric,
                                            .time_ns = time_ns,
                                            .value = value,
                                            .part = part };

        r = self->host->emit(self, &sample);
        if (r == -ENOSPC)
            r = 0;
    }
    return r;
}

/* What VMTP is told of a host: nothing where the number of its CPUs has not come yet. */
static int load_tell(struct vmtp_self *self, struct host *host)
{
    const struct reading *reading = &host->readings[G_CPU];
    double load = (reading->fresh[R_USER] + reading->fresh[R_SYSTEM]) * host->cpus / 100;
    int r = 0;

    if (!(host->cpus > 0))
        return 0;
    if (fabs(host->cpus - host->told_cpus) > 0)
        r = figure_tell(self, host, M_CPU_NUM, reading->time_ns, host->cpus);
    if (r >= 0 && !host->load_told)
        r = figure_tell(self, host, M_CPU_LOAD_FIRST, reading->time_ns, load);
    host->told_cpus = host->cpus;
    host->load_told = host->load_told || !isnan(load);
    return r < 0 ? r : figure_tell(self, host, M_CPU_LOAD, reading->time_ns, load);
}

static int reading_tell(struct vmtp_self *self, struct host *host, enum group group)
{
    const struct reading *reading = &host->readings[group];
    const double *values = reading->fresh;
    int r = 0;

    for (int i = (int)groups[group].first; i <= (int)groups[group].last && r >= 0; i++)
        r = figure_tell(self, host, told_as[i].metric, reading->time_ns,
                        (values[i] - (i == R_SYSTEM ? report_twice(values) : 0)) *
                            told_as[i].scale);
    if (r < 0 || group != G_CPU)
        return r;
    r = figure_tell(self, host, M_CPU_BUSY, reading->time_ns, report_busy(values) / 100);
    return r < 0 ? r : load_tell(self, host);
}

/* 1: there was something; 0: nothing. */
static int host_tell(struct vmtp_self *self, struct host *host)
{
    int told = 0;

    for (size_t i = 0; i < GROUPS; i++) {
        int r;

        if (!host->readings[i].pending)
            continue;
        host->readings[i].pending = false;
        r = reading_tell(self, host, (enum group)i);
        if (r < 0)
            return r;
        told = 1;
    }
    return told;
}

/* Of those that are endpoints, or of the others. */
static int some_tell(struct hosts *hosts, struct vmtp_self *self, bool endpoints)
{
    int told = 0;

    HOSTS_EACH(hosts, host)
    {
        bool is_endpoint = host->subjects[0] != host->subject;
        int r = is_endpoint == endpoints ? host_tell(self, host) : 0;

        if (r < 0)
            return r;
        told += r;
    }
    return told;
}

int hosts_tell(struct hosts *hosts, struct vmtp_self *self,
               const struct vmtp_endpoint *const *endpoints, size_t count)
{
    int told, more;

    HOSTS_EACH(hosts, host)
    if (!host->subject_count)
        subjects_find(hosts, host, endpoints, count);
    told = some_tell(hosts, self, true); /* there is room for so much: what matters goes first */
    more = told < 0 ? 0 : some_tell(hosts, self, false);
    return told < 0 ? told : more < 0 ? more : told + more;
}

size_t hosts_count(const struct hosts *hosts)
{
    size_t n = 0;

    HOSTS_EACH(hosts, host) n += !host->down;
    return n;
}

size_t hosts_pending(const struct hosts *hosts)
{
    size_t n = 0;

    HOSTS_EACH(hosts, host) n += host->readings[G_CPU].pending;
    return n;
}

const struct hosts_oddities *hosts_oddities(const struct hosts *hosts)
{
    return &hosts->oddities;
}
