/* SPDX-License-Identifier: Apache-2.0
 *
 * What a scenario may say to the clouds openstack and provider, and to their endpoints.
 *
 * One struct for both: a row that a cloud's table lacks keeps its zero.
 */
#ifndef OPENSTACK_OPTIONS_H
#define OPENSTACK_OPTIONS_H

#include <vmtp/cloud.h>

enum os_ipv6 { OS_IPV6_OFF, OS_IPV6_SLAAC, OS_IPV6_STATEFUL, OS_IPV6_STATELESS };
enum os_vnic { OS_VNIC_DEFAULT, OS_VNIC_NORMAL, OS_VNIC_DIRECT, OS_VNIC_MACVTAP };

/* Credentials: `rc` names an openrc file, `cloud` an entry of clouds.yaml; with neither, the OS_*
 * variables of the environment are taken.  What is written beside them goes over them. */
struct os_options {
    const char *rc, *cloud;
    const char *auth_url, *auth_type, *identity_version;
    const char *username, *user_id, *user_domain_name, *user_domain_id, *password;
    const char *project_name, *project_id, *project_domain_name, *project_domain_id;
    const char *application_credential_id, *application_credential_name;
    const char *application_credential_secret, *token, *system_scope;
    const char *region, *interface, *cacert;
    bool insecure;
    uint64_t api_timeout_ns, boot_timeout_ns, ssh_timeout_ns;

    /* machines */
    const char *image, *image_url, *image_checksum, *image_format;
    struct vmtp_map image_properties;
    bool keep_image;
    const char *flavor; /* found by name or id, or made by this name and the run's id */
    uint64_t vcpus, ram_mib, disk_gib, ephemeral_gib;
    struct vmtp_map extra_specs;
    const char *user;             /* to log in as */
    const char *key, *public_key; /* files; without key one is made for the run */
    const char *user_data;        /* a file */
    bool config_drive;
    const char *zone;
    struct vmtp_list hosts; /* of const char *: [zone:]host, the servers' first */

    /* networks */
    const char *external_network;
    const char *network; /* an existing one: all machines are on it, nothing else is made */
    const char *router;  /* an existing one, by name or id; else one is made */
    bool floating, dhcp;
    int vnic;                     /* enum os_vnic */
    int ipv6;                     /* enum os_ipv6 */
    struct vmtp_list cidr, cidr6; /* of const char *, one for each of the two networks */
    struct vmtp_list dns;
    uint64_t mtu;
    struct vmtp_list security_groups; /* existing ones instead of one of our own */
    const char *ssh_from;             /* prefix from which logging in is let through */

    /* what the names of things begin with; the run's id follows */
    const char *server_name, *client_name, *keypair_name, *group_name, *router_name, *flavor_name;
    struct vmtp_list network_names, subnet_names, subnet6_names;

    /* others */
    const char *external_host, *external_password, *external_key; /* user@host:port */
    const char *controller, *controller_password;                 /* user@host:port */
    const char *physical_network;
    const char *known_hosts; /* for these two */
    int host_keys;           /* enum ssh_trust_policy */
    bool verify_path;
};

/* A machine that a scenario names itself. */
struct os_endpoint_options {
    uint64_t network; /* 1 or 2 */
    const char *host; /* [zone:]host */
};

/* One array for both clouds: openstack has all rows but the first ones, which are provider's alone,
 * and provider all but the last ones. */
enum {
    OS_ROWS = 77,
    OS_ROWS_OF_PROVIDER = 1,
    OS_ROWS_OF_OPENSTACK = 13,
    OS_ENDPOINT_ROWS = 2,
};
extern const struct vmtp_option os_rows[OS_ROWS], os_endpoint_rows[OS_ENDPOINT_ROWS];

int os_options_check(const void *opt, struct vmtp_error *err);
int os_endpoint_check(const void *opt, struct vmtp_error *err);

#endif
