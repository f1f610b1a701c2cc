/* SPDX-License-Identifier: Apache-2.0
 *
 * Nova: machines, and what they are made of.  [any]
 *
 * Ids that are returned are copies; arrays are the caller's to free.  All calls are made in the
 * least microversion, 2.1, which each cloud since 2015 has.
 */
#ifndef OPENSTACK_COMPUTE_H
#define OPENSTACK_COMPUTE_H

#include "client.h"

struct os_flavor {
    char id[OS_ID_MAX], name[OS_NAME_MAX];
    uint64_t vcpus, ram_mib, disk_gib, ephemeral_gib;
};

/* A server as the cloud shows it. */
struct os_server {
    char id[OS_ID_MAX], name[OS_NAME_MAX];
    char status[32], task[48]; /* "ACTIVE", "BUILD", "ERROR"; "deleting", "" */
    char zone[80], host[128];  /* "": this user may not know */
    char host_id[80];          /* the same for servers of a project on one host; "": none yet */
    char fault[256];           /* of one that is in ERROR */
};

struct os_server_want {
    const char *name, *image, *flavor, *keypair; /* ids, but for keypair */
    const char *zone;                            /* "zone", "zone:host"; NULL: any */
    const char *server_group;                    /* id; NULL: none */
    const char *apart;                           /* id of a server; NULL: none.  Rather not on its
                                                    host, where the cloud can */
    const char *const *ports;                    /* ids, one for each interface */
    size_t port_count;
    const char *user_data; /* not encoded; NULL: none */
    size_t user_data_len;
    bool config_drive;
    const struct vmtp_pair *files; /* path and content, put into it where the cloud can */
    size_t file_count;
};

/* Where a hypervisor's service runs. */
struct os_host {
    char zone[80], host[128];
    bool up; /* and enabled */
};

/* Those that this project may use. */
int compute_flavors(struct os_client *client, struct os_flavor **ret, size_t *ret_count,
                    struct vmtp_error *err);
/* May this user make flavors, and delete them again?  Without making one. */
bool compute_flavor_right(struct os_client *client);
/* A public one, with its extra specs. */
int compute_flavor_create(struct os_client *client, const struct os_flavor *want,
                          const struct vmtp_map *extra_specs, char ret_id[OS_ID_MAX],
                          struct vmtp_error *err);
int compute_keypair_create(struct os_client *client, const char *name, const char *public_key,
                           struct vmtp_error *err);
/* policy: "affinity", "anti-affinity". */
int compute_group_create(struct os_client *client, const char *name, const char *policy,
                         char ret_id[OS_ID_MAX], struct vmtp_error *err);
int compute_server_create(struct os_client *client, const struct os_server_want *want,
                          char ret_id[OS_ID_MAX], struct vmtp_error *err);
int compute_server_get(struct os_client *client, const char *id, struct os_server *ret,
                       struct vmtp_error *err);
/* All of this project whose names end in `suffix`. */
int compute_servers(struct os_client *client, const char *suffix, struct os_server **ret,
                    size_t *ret_count, struct vmtp_error *err);
/* Hosts with nova-compute; -EPERM: this user may not know. */
int compute_hosts(struct os_client *client, struct os_host **ret, size_t *ret_count,
                  struct vmtp_error *err);
/* Names of the availability zones that are available; *ret an array of strings to decref. */
int compute_zones(struct os_client *client, json_t **ret, struct vmtp_error *err);

#endif
