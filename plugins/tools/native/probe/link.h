/* SPDX-License-Identifier: Apache-2.0
 *
 * What one interface is and has carried, over rtnetlink, which follows the network namespace and
 * which a mounted /sys need not.  Not to be asked where waiting for the kernel's RTNL lock would
 * lose datagrams.  [any thread]
 */
#ifndef PROBE_LINK_H
#define PROBE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_name {
    bool known;
    char name[16], kind[16]; /* kind: "veth", "vlan"; "": a NIC, or the loopback */
};

void link_name_read(int index, struct link_name *ret);
/* Packets that it has sent; 0: unknown. */
uint64_t link_tx_packets(int index);

/* All that the kernel tells of it (RTM_NEWLINK), the caller's to free; NULL: nothing. */
void *link_ask(int index, size_t *ret_len);
/* What the kernel answered, len bytes of it.  Pure. */
void link_name_take(const void *answer, size_t len, struct link_name *ret);

#endif
