/* SPDX-License-Identifier: Apache-2.0 */
#include "reassembly.h"

#include "clock.h"
#include "proc_net.h"
#include "sysfile.h"

#include "../protocol.h"

#include <stdio.h>

#define ETHERNET_PAYLOAD 1472u     /* what fits a packet nearly everywhere */
#define ROOM_SHARE       4         /* a fourth may be taken */
#define THRESHOLD_BYTES  (4 << 20) /* net.ipv4.ipfrag_high_thresh where it can't be read */
#define LOOK_NS          (50 * NS_PER_MS)

/* 0 where it can't be read. */
static uint64_t memory_taken(bool ipv6)
{
    uint64_t taken = 0;
    char text[1024];

    if (sysfile_read(ipv6 ? "/proc/net/sockstat6" : "/proc/net/sockstat", text, sizeof text))
        (void)proc_net_word(text, ipv6 ? "FRAG6:" : "FRAG:", "memory", &taken);
    return taken;
}

static uint64_t memory_limit(bool ipv6)
{
    uint64_t limit = THRESHOLD_BYTES;

    (void)sysfile_uint(ipv6 ? "/proc/sys/net/ipv6/ip6frag_high_thresh"
                            : "/proc/sys/net/ipv4/ipfrag_high_thresh",
                       &limit);
    return limit;
}

int reassembly_wait(struct trial *t, struct vmtp_error *err)
{
    bool ipv6 = t->p.family == 6;
    uint64_t began = clock_now(), room;
    char text[120];

    if (!t->p.udp || t->p.latency || t->p.length <= ETHERNET_PAYLOAD)
        return 0;
    room = memory_limit(ipv6) / ROOM_SHARE;
    while (memory_taken(ipv6) > room && !trial_stopped(t)) {
        if (clock_now() > began + PROBE_REASSEMBLY_NS)
            return vmtp_fail(err, -ETIMEDOUT,
                             "the kernel's memory for fragments stays full: nothing longer than a "
                             "packet can arrive");
        clock_nap(LOOK_NS);
    }
    if (clock_now() < began + NS_PER_S)
        return 0;
    snprintf(text, sizeof text, "waited %.0f s for fragments of an earlier overload to expire",
             (double)(clock_now() - began) * 1e-9);
    output_text(t->out, "note", text);
    return 0;
}
