/* SPDX-License-Identifier: Apache-2.0
 *
 * The hosts that Ganglia knows, and what was not yet told of them.
 *
 * Ganglia gives the newest value of each metric and, to the second, how old it is: the same one is
 * seen again and again.  What is new becomes a reading; hosts_tell() emits the readings, of a host
 * that is an endpoint as that endpoint's.  Owner: the monitor's instance; one thread at a time.
 */
#ifndef GMOND_HOSTS_H
#define GMOND_HOSTS_H

#include "report.h"

#include <vmtp/host.h>

#define HOSTS_MAX 4096

enum hosts_metric {
    M_CPU_BUSY,
    M_CPU_USER,
    M_CPU_NICE,
    M_CPU_SYSTEM,
    M_CPU_IOWAIT,
    M_CPU_IRQ,
    M_CPU_SOFTIRQ,
    M_CPU_STEAL,
    M_CPU_IDLE,
    M_CPU_NUM,
    M_CPU_LOAD,
    M_CPU_LOAD_FIRST,
    M_LOAD_ONE,
    HOSTS_METRICS
};
extern const struct vmtp_metric hosts_metrics[HOSTS_METRICS];

struct hosts;

/* What there is to say of the source, once each. */
struct hosts_oddities {
    char wrong_sum[REPORT_NAME_MAX + 120]; /* the first reading that was dropped; "": none */
    size_t wrong_sums, too_many;           /* readings dropped; hosts there was no room for */
};

/* own_address: of the server that is asked, for what calls itself 127.0.0.1; NULL: none. */
int hosts_new(const char *own_address, struct hosts **ret);
void hosts_free(struct hosts *hosts);

/* What an answer says that came at now_ns. */
void hosts_report(struct hosts *hosts, const struct report *report, uint64_t now_ns);
/* One value of one host, heard at now_ns.  Values of one reading come one after the other: a moment
 * after the first of them hosts_settle() makes it one. */
void hosts_hear(struct hosts *hosts, const char *name, const char *address,
                enum report_figure figure, double value, uint64_t now_ns);
void hosts_settle(struct hosts *hosts, uint64_t now_ns);
/* When there will be something to settle; UINT64_MAX: never. */
uint64_t hosts_settle_ns(const struct hosts *hosts);

/* Emit what is new.  Returns how many hosts had something new, or a negative errno. */
int hosts_tell(struct hosts *hosts, struct vmtp_self *self,
               const struct vmtp_endpoint *const *endpoints, size_t count);
/* Hosts that ever were heard of, and are not down. */
size_t hosts_count(const struct hosts *hosts);
size_t hosts_pending(const struct hosts *hosts);
const struct hosts_oddities *hosts_oddities(const struct hosts *hosts);

#endif
