/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures in the texts of /proc/net, which are those of the reader's network namespace (but for
 * softnet_stat: of the whole machine).  What a kernel does not tell is absent, never 0.  Pure, but
 * for proc_net_read().
 */
#ifndef PROBE_PROC_NET_H
#define PROBE_PROC_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As much of the file as fits, with a NUL; false: it can't be read.  A file of many records comes
 * a page at a time, so that one read() is not all of it. */
bool proc_net_read(const char *path, char *to, size_t size);

/* snmp: a line of names and a line of values, both behind "Udp:". */
bool proc_net_column(const char *text, const char *table, const char *name, uint64_t *ret);
/* snmp6: "Ip6ReasmFails 0". */
bool proc_net_row(const char *text, const char *name, uint64_t *ret);
/* sockstat: "FRAG: inuse 0 memory 0". */
bool proc_net_word(const char *text, const char *begin, const char *name, uint64_t *ret);
/* dev: of one interface, all packets that its driver or the kernel below the protocols dropped:
 * drop (in Linux with what the NIC missed) or fifo, whichever is more, since some drivers tell the
 * same ones as both; of those to be sent drop and errs. */
bool proc_net_device(const char *text, const char *name, uint64_t *ret_rx, uint64_t *ret_tx);
/* softnet_stat: a line for each CPU, the second word is what its backlog had no room for.  The sum
 * wraps like its parts. */
bool proc_net_backlog(const char *text, uint32_t *ret_cpus, uint32_t *ret_dropped);

#endif
