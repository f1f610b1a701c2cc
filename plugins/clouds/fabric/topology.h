/* SPDX-License-Identifier: Apache-2.0
 *
 * A fabric as data: which namespaces, ports, addresses and shapers a set of endpoints takes, and
 * how one endpoint reaches another.
 *
 * Pure: nothing here touches the system.  topology_make() fills one block of memory that the
 * caller frees with topology_free() and that is read-only from then on, so [any] thread may look.
 *
 *   pair     a ──────── b
 *   bridge   endpoints ── br-left                               all in namespace node-1
 *   routed   endpoints ── br-left ── router ── br-right ── endpoints
 *   cloud    the same on two nodes, each network carried between them by VXLAN; router on node 1
 */
#ifndef FABRIC_TOPOLOGY_H
#define FABRIC_TOPOLOGY_H

#include <netinet/in.h>

#include <vmtp/cloud.h>

enum fabric_topology { FABRIC_PAIR, FABRIC_BRIDGE, FABRIC_ROUTED, FABRIC_CLOUD };
enum fabric_network { FABRIC_ANY, FABRIC_LEFT, FABRIC_RIGHT };

struct fabric_options {
    int topology; /* enum fabric_topology */
    uint64_t rate_bps, mtu_bytes, queue_ns, burst_bytes;
    uint64_t delay_ns, jitter_ns;
    double loss_percent;
    const char *congestion; /* NULL: the kernel's own */
};

struct fabric_endpoint_options {
    int network;   /* enum fabric_network */
    uint64_t node; /* 0: not given */
};

#define FABRIC_ENDPOINTS_MAX 250
#define FABRIC_VXLAN_BYTES   50 /* of the underlay's MTU: IPv4 20, UDP 8, VXLAN 8, Ethernet 14 */
#define FABRIC_ETHERNET      14
#define FABRIC_VNI           100 /* of network left; right has the next */
#define FABRIC_NONE          UINT32_MAX

/* A network namespace. */
struct space {
    char name[VMTP_ADDRESS_MAX];
    bool forwards; /* a router */
    bool switches; /* has bridges, takes no part in IPv6 itself */
};

enum port_kind { PORT_VETH, PORT_BRIDGE, PORT_VXLAN };

/* An interface.  A veth has its other end at index peer; the end with the lower index makes both.
 */
struct port {
    enum port_kind kind;
    uint32_t space, peer;
    uint32_t master; /* the bridge it is in, or FABRIC_NONE */
    char name[16];
    uint32_t mtu;
    struct in_addr ip4; /* 0: none */
    struct in6_addr ip6;
    uint8_t prefix4, prefix6;
    bool shaped, impaired;
    uint32_t vni; /* of a VXLAN, between these two underlay addresses */
    struct in_addr local, remote;
};

/* An endpoint. */
struct place {
    char name[VMTP_ADDRESS_MAX];
    uint32_t space, network, node; /* network: FABRIC_LEFT or FABRIC_RIGHT; node: 1 or 2 */
    struct in_addr ip4, floating, gateway4;
    struct in6_addr ip6, gateway6; /* gateways: 0: none */
    bool floats;                   /* a route uses its floating address */
};

struct topology {
    struct fabric_options opt;
    uint32_t mtu; /* of the endpoints' interfaces */
    struct space *spaces;
    struct port *ports;
    struct place *places;
    uint32_t space_count, port_count, place_count;
    uint32_t router; /* its space, or FABRIC_NONE */
    bool floats;     /* a route uses floating addresses */
    bool needs_ip6;  /* a route uses IPv6 */
};

/* What the component's functions of these names do. */
int topology_paths(const struct fabric_options *opt, struct vmtp_table *ret);
const char *const *topology_placements(const struct fabric_options *opt, const char *path);
int topology_resolve(const struct fabric_options *opt, const char *path, const char *placement,
                     uint32_t pair, char ret_from[64], char ret_to[64], struct vmtp_error *err);
int topology_check(const struct fabric_options *opt, struct vmtp_error *err);

int topology_make(const struct fabric_options *opt, const struct vmtp_table *wants,
                  const struct vmtp_table *routes, struct topology **ret, struct vmtp_error *err);
void topology_free(struct topology *topology);

/* NULL: there is none. */
const struct place *topology_find(const struct topology *topology, const char *name);
int topology_reach(const struct topology *topology, const struct vmtp_route *route,
                   struct vmtp_reach *ret, struct vmtp_error *err);

#endif
