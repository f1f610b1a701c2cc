/* SPDX-License-Identifier: Apache-2.0
 *
 * How exact: the sender reads before its first measured datagram and after the last one has arrived
 * or was given up, so of a queue that drops what it is given (pfifo, tbf, fq) the window is exact.
 * Of one that drops later (codel) it has what the warm-up left in it.  The receiver reads when it
 * takes the first measured datagram out of its socket: what was dropped below the socket while that
 * one waited there is taken for the warm-up's, and so in the end for the network's.
 */
#include "drops.h"

#include "proc_net.h"
#include "sysfile.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES (512u << 10) /* softnet_stat of 2048 CPUs */

static void read_nic(struct drops *d, char *text, const char *interface, bool sends)
{
    uint64_t rx, tx;

    if (sysfile_read("/proc/net/dev", text, TEXT_BYTES) &&
        proc_net_dropped(text, interface, &rx, &tx))
        d->nic = (struct drops_count){ true, sends ? tx : rx };
}

static void read_refused(struct drops *d, char *text, bool ipv6)
{
    struct drops_count *to = &d->refused;

    if (sysfile_read(ipv6 ? "/proc/net/snmp6" : "/proc/net/snmp", text, TEXT_BYTES))
        to->known = ipv6 ? proc_net_row(text, "Udp6SndbufErrors", &to->count)
                         : proc_net_column(text, "Udp:", "SndbufErrors", &to->count);
}

static void read_softnet(struct drops *d, char *text)
{
    uint32_t dropped = 0;

    if (sysfile_read("/proc/net/softnet_stat", text, TEXT_BYTES))
        d->softnet.known = proc_net_backlog(text, &d->cpus, &dropped);
    d->softnet.count = dropped;
}

static void read_reassembly(struct drops *d, char *text, bool ipv6)
{
    if (sysfile_read(ipv6 ? "/proc/net/snmp6" : "/proc/net/snmp", text, TEXT_BYTES)) {
        d->expired.known = ipv6 ? proc_net_row(text, "Ip6ReasmTimeout", &d->expired.count)
                                : proc_net_column(text, "Ip:", "ReasmTimeout", &d->expired.count);
        d->failed.known = ipv6 ? proc_net_row(text, "Ip6ReasmFails", &d->failed.count)
                               : proc_net_column(text, "Ip:", "ReasmFails", &d->failed.count);
    }
    if (sysfile_read(ipv6 ? "/proc/net/sockstat6" : "/proc/net/sockstat", text, TEXT_BYTES))
        d->waiting.known =
            proc_net_word(text, ipv6 ? "FRAG6:" : "FRAG:", "inuse", &d->waiting.count);
}

void drops_read(struct drops *d, const char *interface, bool ipv6)
{
    char *text = malloc(TEXT_BYTES);

    memset(d, 0, sizeof *d);
    if (text) {
        read_nic(d, text, interface, false);
        read_softnet(d, text);
        read_reassembly(d, text, ipv6);
    }
    free(text);
}

void drops_read_sender(struct drops *d, int index, const char *interface, bool ipv6)
{
    char *text = malloc(TEXT_BYTES);

    memset(d, 0, sizeof *d);
    if (text) {
        read_nic(d, text, interface, true);
        read_refused(d, text, ipv6);
    }
    free(text);
    queue_drops_read(index, &d->queue);
}

/* ---- differences ---- */

static void add_growth(struct json_writer *w, const char *key, const struct drops_count *before,
                       const struct drops_count *after)
{
    if (before->known && after->known && after->count >= before->count)
        json_add_uint(w, key, after->count - before->count);
}

/* One that was replaced meanwhile counts from 0 again. */
static void add_queue(struct json_writer *w, const struct queue_drops *before,
                      const struct queue_drops *after)
{
    if (!before->known || !after->known || before->handle != after->handle ||
        strcmp(before->kind, after->kind) != 0)
        return;
    json_add_text(w, "queue_kind", after->kind);
    json_add_flag(w, "queue_tells", queue_tells(after->kind));
    json_add_uint(w, "queue_drops", (uint32_t)(after->dropped - before->dropped));
}

static void add_softnet(struct json_writer *w, const struct drops *before,
                        const struct drops *after)
{
    if (before->softnet.known && after->softnet.known && before->cpus == after->cpus)
        json_add_uint(w, "softnet_drops", (uint32_t)(after->softnet.count - before->softnet.count));
}

/* A datagram of which fragments have come but not all is still waiting, or has expired meanwhile;
 * what else has failed are single fragments for which there was no memory. */
static void add_reassembly(struct json_writer *w, const struct drops *before,
                           const struct drops *after)
{
    uint64_t expired = after->expired.count - before->expired.count;
    uint64_t failed = after->failed.count - before->failed.count;
    uint64_t now = after->waiting.count + expired;

    if (!before->waiting.known || !after->waiting.known || !before->expired.known ||
        !before->failed.known || after->expired.count < before->expired.count ||
        after->failed.count < before->failed.count)
        return;
    json_add_uint(w, "incomplete", now > before->waiting.count ? now - before->waiting.count : 0);
    json_add_uint(w, "fragments_refused", failed > expired ? failed - expired : 0);
}

void drops_add(struct json_writer *w, const struct drops *before, const struct drops *after)
{
    add_growth(w, "nic_drops", &before->nic, &after->nic);
    add_growth(w, "refused", &before->refused, &after->refused);
    add_queue(w, &before->queue, &after->queue);
    add_softnet(w, before, after);
    add_reassembly(w, before, after);
}
