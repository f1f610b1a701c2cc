/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's variables: the packaged defaults, over them ~/.vmtp.yaml, over it the file of -c, over
 * it flags.  Maps are merged key by key, everything else is replaced; null brings the packaged
 * default back.
 */
#ifndef VMTP_CLASSIC_SETTINGS_H
#define VMTP_CLASSIC_SETTINGS_H

#include "wish.h"

/* The packaged defaults, defaults.yaml: what -sc prints. */
extern const char classic_defaults[];

struct settings_flavor {
    uint64_t vcpus, ram, disk, ephemeral;
    struct vmtp_map extra_specs;
};

struct settings_fluentd {
    const char *logging_tag, *ip;
    uint64_t port;
};

/* Named as they are in the file; text that is not set is NULL. */
struct settings {
    struct arena *arena;
    const char *const *warnings; /* "file:line:column: ..." */
    size_t warning_count;

    const char *image_name, *ssh_vm_username, *flavor_type;
    struct settings_flavor flavor;
    const char *availability_zone;
    struct vmtp_list dns_nameservers; /* of const char * */
    const char *vm_image_url, *reuse_network_name, *ext_net_name;
    bool floating_ip, config_drive;
    const char *user_data_file;
    const char *reuse_existing_vm, *vm_server_internal_ip, *vm_client_internal_ip;
    const char *vm_server_external_ip, *vm_client_external_ip;
    const char *ipv6_mode;
    const char *router_name;
    struct vmtp_list internal_network_name, internal_subnet_name, internal_subnet_name_v6;
    struct vmtp_list internal_cidr, internal_cidr_v6; /* of const char * */
    const char *public_key_file, *private_key_file, *public_key_name;
    const char *vm_name_server, *vm_name_client, *security_group_name;
    uint64_t ping_count, ping_pass_threshold, ssh_retry_count, generic_retry_count;
    uint64_t tcp_tp_loop_count;
    struct vmtp_list tcp_pkt_sizes, udp_pkt_sizes, icmp_pkt_sizes; /* of uint64_t */
    struct vmtp_list udp_loss_rate_range;                          /* of double, percent */
    uint64_t vm_bandwidth;                                         /* kbit/s; 0: no limit */
    const char *os_dataplane_network;
    uint64_t vmtp_mongod_port;
    const char *vmtp_db, *vmtp_collection;
    struct settings_fluentd fluentd;
    const char *host_keys; /* "strict", "accept-new", "insecure" */

    uint64_t time_s; /* -t, or VMTP's 10 */
};

/* -EINVAL with "file:line:column: variable: what is wrong"; -ENOENT and the like for the file of
 * -c; -ENOMEM.  home: the folder in which .vmtp.yaml may be; NULL: none.  The wish, whose text the
 * settings point to, must live longer. */
int settings_load(const struct wish *wish, const char *home, struct settings **ret,
                  struct vmtp_error *err);
void settings_free(struct settings *settings);
DEFINE_CLEANUP(settings_free, struct settings *)

#endif
