/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow of VMTP's document, on its way back: where it runs, and its entries sorted into tests.
 *
 * Pure; what is made lives in the caller's arena and objects, what is read is borrowed.
 */
#ifndef VMTP_CLASSIC_IMPORT_FLOW_H
#define VMTP_CLASSIC_IMPORT_FLOW_H

#include "../base/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define IMPORT_TRIALS_MAX 10000 /* of one test: what is made of them takes the square of that */

/* Where a flow runs.  "": unknown. */
struct import_place {
    const char *name; /* that VMTP mode would give it: "same-network-intra-node" */
    const char *path, *placement;
    const char *from, *to; /* endpoints */
    uint32_t family;
    bool native; /* between hosts, which its key names */
};

/* Entries of one protocol, size and direction: the trials of one result. */
struct import_test {
    const struct import_place *place;
    const char *key, *name, *protocol; /* protocol: "tcp"; "": not said */
    json_int_t size_bytes;             /* 0: not said */
    bool reverse;
    json_t *entries; /* array; its owner is import_flows */
};

struct import_flows {
    struct arena *arena;
    struct import_test *tests; /* in the order met */
    size_t test_count, room;
    json_t *keys;      /* of a test: its index */
    json_t *names;     /* of a flow: how many have it */
    json_t *endpoints; /* as a result document has them */
    size_t clients;    /* of native flows, so far */
    bool has_vms;
};

/* Take in the flow with this number.  0, -ENOMEM, or -E2BIG: too many entries of one test. */
int import_flow(struct import_flows *flows, const json_t *flow, size_t number);
void import_flows_clear(struct import_flows *flows);

/* A number, or text that is one; NAN: there is none. */
double import_number(const json_t *object, const char *name);

#endif
