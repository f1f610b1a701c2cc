/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as what the two ends of a tool print: a line of the server's begins with '<'.
 */
#ifndef FUZZ_OUTPUT_H
#define FUZZ_OUTPUT_H

#include "../fakes/host.h"

#include <vmtp/tool.h>

/* Give the lines to the tool's parse(), with these options, until it is done or has failed: an
 * error says why.  The caller judges what came of them, and frees it; NULL: out of memory. */
static inline struct fake_host *output_read(const struct vmtp_tool *tool, const void *opt,
                                            size_t state_size, const uint8_t *data, size_t size)
{
    const struct vmtp_endpoint a = { .size = sizeof a, .name = "a" };
    const struct vmtp_flow flow = {
        .size = sizeof flow, .client = &a, .server = &a, .address = "::", .family = 6, .mtu = 1500
    };
    const struct vmtp_trial trial = { .size = sizeof trial,
                                      .warmup_ns = 500000000,
                                      .duration_ns = 1000000000,
                                      .interval_ns = 500000000 };
    struct fake_host *host = fake_host_new(opt, state_size);
    char *text = host ? strndup((const char *)data, size) : NULL, *rest = text, *line;
    struct vmtp_error err;
    int r = 0;

    for (uint32_t role = VMTP_CLIENT; text && role <= VMTP_SERVER; role++)
        tool->command(&host->self, &flow, &trial, role, &(struct vmtp_argv){ .count = 0 }, &err);
    for (uint64_t n = 1; r >= 0 && (line = strsep(&rest, "\n")); n++) {
        bool server = *line == '<';

        err.code = 0;
        r = tool->parse(&host->self, &flow, server ? VMTP_SERVER : VMTP_CLIENT, n * 10000000000,
                        line + server, &err);
        if (r < 0 && !err.code)
            abort();
    }
    free(text);
    return host;
}

#endif
