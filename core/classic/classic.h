/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's own command line, config files and result document, in front of vmtp's engine.
 *
 * The way: arguments → wish; config files and flags → settings; both → request (for hosts and for
 * VMs a scenario's text and what its flows mean to VMTP) → the engine → vmtp.result/1 of each →
 * VMTP's document and report.
 * Facts about VMTP (2.5.0) that code here rests on name the flag or key that they are about.
 */
#ifndef VMTP_CLASSIC_CLASSIC_H
#define VMTP_CLASSIC_CLASSIC_H

#include "../base/arena.h"
#include "../plugin/option.h"

#include <jansson.h>

/* One of VMTP's "flows": an entry of "flows" in its document. */
struct classic_flow {
    const char *desc; /* exactly VMTP's: "Native inter-host", "VM to VM same network ..." */
    const char *name; /* what the names of its tests begin with: "inter-h2" */
    const char *host_from, *host_to; /* as the command line has them; NULL: it does not */
    const char *from, *to;           /* endpoint names in the scenario; NULL: by the path */
    const char *path, *placement;    /* of the cloud; NULL: none */
    bool ipv6, both_ways;            /* its addresses; downloads are measured too */
};

enum classic_protocol { CLASSIC_TCP = 1, CLASSIC_UDP, CLASSIC_ICMP, CLASSIC_MULTICAST };

/* One flow of the scenario, and what it is to VMTP: one or more entries of "results". */
struct classic_test {
    const char *name; /* of the flow in the scenario */
    size_t flow;      /* index into the part's flows */
    enum classic_protocol protocol;
    uint64_t size_bytes; /* VMTP's pkt_size or packet_size */
    bool reverse;        /* "direction": "reverse" */
    uint64_t limit_kbps; /* --bandwidth; 0: none */
};

/* What one scenario measures: hosts that are there, or VMs of a cloud. */
struct classic_part {
    const char *scenario; /* YAML */
    struct classic_flow *flows;
    size_t flow_count;
    struct classic_test *tests;
    size_t test_count;
    bool spawns; /* its endpoints are made: what was not deployed, VMTP calls not spawned */
    bool lent;   /* its credentials are the environment's: if they don't do, it is left out */
    const struct classic_part *otherwise; /* if the cloud has one host alone; NULL: nothing */
};

/* What VMTP's document says of the run that no measurement does. */
struct classic_labels {
    const char *args;              /* the command line, secrets masked */
    const char *description;       /* --test-description; NULL: none */
    const char *multicast_address; /* NULL: none */
};

/* A secret that stands in the scenario as {prompt: WHAT} and is known already. */
struct classic_secret {
    const char *what, *value;
};

#define CLASSIC_PARTS_MAX 2

/* What one command line comes to.  Everything lives in its arena. */
struct classic_request {
    struct arena *arena;
    const struct classic_part
        *parts[CLASSIC_PARTS_MAX]; /* in the order in which they are measured */
    size_t part_count;
    struct classic_secret *secrets;
    size_t secret_count;
    struct classic_labels labels;
    const char *const *warnings; /* to be said before anything is done */
    size_t warning_count;
};

#endif
