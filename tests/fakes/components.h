/* SPDX-License-Identifier: Apache-2.0
 *
 * Components that are only tables: a registry for tests of the scenario and the plan.
 *
 *   tools     fake (an option of every type), echo (count is required)
 *   clouds    fake (three paths; floating-ip has one placement, the others two), hosts (no paths)
 *   sinks     json        monitors  host
 */
#ifndef VMTP_TESTS_COMPONENTS_H
#define VMTP_TESTS_COMPONENTS_H

#include "core/plugin/registry.h"

struct fake_options {
    bool verbose;
    int64_t offset;
    uint64_t count;
    double gain;
    const char *label;
    int protocol;
    uint64_t time_ns, length_bytes, rate_bps, port;
    const char *address, *file, *token, *old;
    struct vmtp_list sizes;
    struct vmtp_map headers;
};

extern const struct vmtp_table fake_table;

/* The same for everybody, never freed. */
const struct registry *fake_registry(void);

#endif
