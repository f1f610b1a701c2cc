/* SPDX-License-Identifier: Apache-2.0
 *
 * Neutron: networks and what connects to them.  [any]
 *
 * What is found by name must be unique: of several the project's own one is taken, -EEXIST if that
 * does not tell, -ENOENT if there is none.  What is made carries the run's mark (mark.h).
 */
#ifndef OPENSTACK_NETWORK_H
#define OPENSTACK_NETWORK_H

#include "client.h"

struct os_network {
    char id[OS_ID_MAX], name[OS_NAME_MAX];
    char type[32];     /* "vxlan", "vlan"; "": this user may not know */
    char physical[64]; /* its physical network; "" */
    uint64_t segment;  /* VLAN or VNI; 0: not known */
    uint32_t mtu;      /* 0: not known */
    bool external, shared, port_security;
};

struct os_subnet_want {
    const char *name, *network, *cidr;
    unsigned int version; /* 4 or 6 */
    bool dhcp;
    const char *ipv6_mode;       /* "slaac", "dhcpv6-stateful", "dhcpv6-stateless"; NULL */
    const struct vmtp_list *dns; /* NULL: none */
};

struct os_router {
    char id[OS_ID_MAX], name[OS_NAME_MAX];
    char external[OS_ID_MAX];       /* network of its gateway; "": none */
    char address[VMTP_ADDRESS_MAX]; /* IPv4 of its gateway port; "": not known */
};

struct os_port_want {
    const char *name, *network;
    const char *const *groups; /* ids of security groups */
    size_t group_count;
    bool no_groups;        /* the network has no port security: none may be given */
    const char *vnic_type; /* NULL: the cloud's default */
};

struct os_port {
    char id[OS_ID_MAX], name[OS_NAME_MAX];
    char ip4[VMTP_ADDRESS_MAX], ip6[VMTP_ADDRESS_MAX]; /* "": none */
    char subnet4[OS_ID_MAX], subnet6[OS_ID_MAX];
    char mac[24];
};

struct os_subnet {
    char id[OS_ID_MAX], cidr[VMTP_ADDRESS_MAX + 4], gateway[VMTP_ADDRESS_MAX];
    unsigned int version;
    bool dhcp;
    char dns[4][VMTP_ADDRESS_MAX]; /* "": no more */
};

struct os_floating {
    char id[OS_ID_MAX], address[VMTP_ADDRESS_MAX];
};

/* What a security group lets in; text that is not given is NULL. */
struct os_rule {
    const char *protocol; /* "tcp", "udp", "icmp", "ipv6-icmp"; NULL: all */
    unsigned int version; /* 4 or 6 */
    unsigned int port;    /* 0: all */
    const char *prefix;   /* from these addresses, or ... */
    const char *group;    /* ... from members of this group */
};

int network_find(struct os_client *client, const char *name_or_id, struct os_network *ret,
                 struct vmtp_error *err);
/* The external network of this name or id; NULL: the only one, or the default one of several, or
 * -EEXIST with their names. */
int network_find_external(struct os_client *client, const char *name_or_id, struct os_network *ret,
                          struct vmtp_error *err);
/* mtu 0: the cloud's own. */
int network_create(struct os_client *client, const char *name, uint64_t mtu, struct os_network *ret,
                   struct vmtp_error *err);
int network_subnet_create(struct os_client *client, const struct os_subnet_want *want,
                          char ret_id[OS_ID_MAX], struct vmtp_error *err);
int network_subnet_get(struct os_client *client, const char *id, struct os_subnet *ret,
                       struct vmtp_error *err);
int network_router_find(struct os_client *client, const char *name_or_id, struct os_router *ret,
                        struct vmtp_error *err);
/* external: id of the network of its gateway; NULL: it gets none. */
int network_router_create(struct os_client *client, const char *name, const char *external,
                          struct os_router *ret, struct vmtp_error *err);
/* A subnet that is attached already is no error; one that is not attached can't be detached:
 * -ENOENT. */
int network_router_attach(struct os_client *client, const char *router, const char *subnet,
                          struct vmtp_error *err);
int network_router_detach(struct os_client *client, const char *router, const char *subnet,
                          struct vmtp_error *err);
int network_group_find(struct os_client *client, const char *name_or_id, char ret_id[OS_ID_MAX],
                       struct vmtp_error *err);
int network_group_create(struct os_client *client, const char *name, char ret_id[OS_ID_MAX],
                         struct vmtp_error *err);
/* All or none; they must be new. */
int network_rules_create(struct os_client *client, const char *group, const struct os_rule *rules,
                         size_t count, struct vmtp_error *err);
int network_port_create(struct os_client *client, const struct os_port_want *want,
                        struct os_port *ret, struct vmtp_error *err);
/* note: its description, by which it is found again. */
int network_floating_create(struct os_client *client, const char *external, const char *port,
                            const char *note, struct os_floating *ret, struct vmtp_error *err);
/* IPv4 addresses of an external network that nobody has; -ENOENT: this user may not know. */
int network_addresses_free(struct os_client *client, const char *network, int64_t *ret,
                           struct vmtp_error *err);
/* Does it know this extension ("standard-attr-tag", "quota_details")?  Asked once. */
bool network_has(struct os_client *client, const char *alias);
/* All agents; an empty array where this user may not know. */
int network_agents(struct os_client *client, json_t **ret, struct vmtp_error *err);

#endif
