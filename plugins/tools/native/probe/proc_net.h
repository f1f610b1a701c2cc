/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures in the texts of /proc/net, which are those of the reader's network namespace (but for
 * softnet_stat: of the whole machine).  What a kernel does not tell is absent, never 0.  Pure.
 */
#ifndef PROBE_PROC_NET_H
#define PROBE_PROC_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* snmp: a line of names and a line of values, both behind "Udp:". */
bool proc_net_column(const char *text, const char *table, const char *name, uint64_t *ret);
/* snmp6: "Ip6ReasmFails 0". */
bool proc_net_row(const char *text, const char *name, uint64_t *ret);
/* sockstat: "FRAG: inuse 0 memory 0". */
bool proc_net_word(const char *text, const char *begin, const char *name, uint64_t *ret);

#define DEVICE_NAME_MAX 16 /* IFNAMSIZ */

/* dev: the columns in their order, receiving first. */
enum device_column {
    RX_BYTES,
    RX_PACKETS,
    RX_ERRORS,
    RX_DROPPED, /* with those that it missed */
    RX_FIFO,
    TX_BYTES = 8,
    TX_PACKETS,
    TX_ERRORS,
    TX_DROPPED,
    DEVICE_COLUMNS = 16
};

/* The name and columns of a line; false: it is none of an interface. */
bool proc_net_device(const char *line, char ret_name[DEVICE_NAME_MAX],
                     uint64_t ret[DEVICE_COLUMNS]);
/* Of one interface, all packets that its driver or the kernel below the protocols dropped: of those
 * received dropped or fifo, whichever is more, since some drivers tell the same ones as both; of
 * those to be sent dropped and errors. */
bool proc_net_dropped(const char *text, const char *name, uint64_t *ret_rx, uint64_t *ret_tx);

/* softnet_stat: a line for each CPU, of hexadecimal counters that wrap. */
struct softnet_row {
    uint32_t dropped; /* its backlog had no room for them */
    uint32_t squeezed;
};

/* False: it is no such line. */
bool proc_net_softnet(const char *line, struct softnet_row *ret);
/* Of all CPUs together; the sum wraps like its parts.  False also where a line is none. */
bool proc_net_backlog(const char *text, uint32_t *ret_cpus, uint32_t *ret_dropped);

#endif
