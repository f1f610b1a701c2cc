/* SPDX-License-Identifier: Apache-2.0
 *
 * What a command line of VMTP asks for, read as Python's argparse would.
 *
 * Passwords in argv are overwritten there as soon as they are read; from then on only the wish
 * has them, until wish_free() wipes them.
 */
#ifndef VMTP_CLASSIC_WISH_H
#define VMTP_CLASSIC_WISH_H

#include "classic.h"
#include "flags.h"
#include "hostspec.h"

#define TCP_SIZE_MAX (64 * 1024 * 1024)
#define DATAGRAM_MAX 65507 /* 65535 less the headers of IPv4 and UDP, or of IPv4 and ICMP */

enum wish_action {
    WISH_RUN = 1,
    WISH_HELP,        /* print flags_help() on stdout, exit status 0 */
    WISH_VERSION,     /* print the version on stdout, 0 */
    WISH_SHOW_CONFIG, /* print classic_defaults (settings.h) on stdout as it is, 0 */
};

enum wish_tool { TOOL_NUTTCP = 1, TOOL_IPERF, TOOL_IPERF3, TOOL_NATIVE };

struct wish {
    struct arena *arena;
    enum wish_action action;
    bool given[FLAG_COUNT]; /* flags without a value are this alone */
    const char *args;       /* the command line, secrets masked */

    const char *config_file, *rc_file, *json_file, *log_file, *private_key; /* NULL: none */
    const char *password, *os_cloud, *plugin_path, *description;
    const char *monitor;
    uint16_t monitor_port;
    const char *mongod_server;
    struct hostspec *hosts; /* in the order written, none twice */
    size_t host_count;
    struct hostspec external_host, controller_node;    /* .host NULL: none */
    enum wish_tool tool;                               /* 0: not said */
    unsigned protocols;                                /* bits 1 << enum classic_protocol */
    const char *multicast_address;                     /* NULL: none */
    uint64_t time_s;                                   /* 0: not said */
    uint64_t bandwidth_bps;                            /* 0: not said, or no limit */
    struct vmtp_list tcp_sizes, udp_sizes, icmp_sizes; /* of uint64_t; empty: not said */
    const char *host_keys;                             /* "strict", ...; NULL: not said */

    /* for the OpenStack part */
    const char *availability_zone, *reuse_network_name, *os_dataplane_network, *vm_image_url;
    const char *vnic_type;
    const char **hypervisors; /* [zone:]host, the server's first */
    size_t hypervisor_count;
};

/* Read the arguments behind argv[0].  -EINVAL with what argparse would say ("argument -t/--time:
 * expected one argument"): print flags_usage() on stderr, then the error, exit status 2.  -ENOMEM.
 */
int wish_read(int argc, char **argv, struct wish **ret, struct vmtp_error *err);
void wish_free(struct wish *wish);
DEFINE_CLEANUP(wish_free, struct wish *)

#endif
