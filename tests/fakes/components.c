/* SPDX-License-Identifier: Apache-2.0 */
#include "components.h"

#include <assert.h>

static const struct vmtp_choice protocols[] = {
    { "tcp", 1, "With TCP" },
    { "udp", 2, "With UDP" },
    { NULL, 0, NULL },
};

static const struct vmtp_option fake_rows[] = {
    { "verbose", "Say more", VMTP_OPT_BOOL(struct fake_options, verbose) },
    { "offset", "Where to begin", VMTP_OPT_INT(struct fake_options, offset), .min = -10,
      .max = 10 },
    { "count", "How many", VMTP_OPT_UINT(struct fake_options, count), .def = "4", .min = 1,
      .max = 1000 },
    { "gain", "How much", VMTP_OPT_REAL(struct fake_options, gain), .def = "0.5", .min = 0,
      .max = 2 },
    { "label", "Anything", VMTP_OPT_STRING(struct fake_options, label) },
    { "protocol", "How to send", VMTP_OPT_ENUM(struct fake_options, protocol, protocols),
      .def = "tcp" },
    { "time", "How long", VMTP_OPT_DURATION(struct fake_options, time_ns), .def = "100ms",
      .min = 1000000, .max = 60000000000 },
    { "length", "How large", VMTP_OPT_SIZE(struct fake_options, length_bytes), .def = "64K" },
    { "rate", "How fast", VMTP_OPT_RATE(struct fake_options, rate_bps), .min = 0,
      .max = 1000000000000 },
    { "port", "Where the server listens", VMTP_OPT_PORT(struct fake_options, port) },
    { "address", "Where to", VMTP_OPT_ADDRESS(struct fake_options, address) },
    { "file", "What to read", VMTP_OPT_PATH(struct fake_options, file) },
    { "token", "Who we are", VMTP_OPT_STRING(struct fake_options, token), .flags = VMTP_SECRET },
    { "old", "Write label instead", VMTP_OPT_STRING(struct fake_options, old),
      .flags = VMTP_DEPRECATED },
    { "sizes", "Which sizes", VMTP_OPT_LIST(struct fake_options, sizes, VMTP_SIZE),
      .def = "[64, 1K]", .min = 1, .max = 65536 },
    { "headers", "What to add", VMTP_OPT_MAP(struct fake_options, headers) },
};
const struct vmtp_table fake_table = VMTP_TABLE(fake_rows);

static const struct vmtp_metric fake_metrics[] = {
    { VMTP_GOODPUT, "bit/s", "What came through", VMTP_GAUGE, 0 },
    { VMTP_RTT, "s", "There and back", VMTP_DISTRIBUTION, VMTP_LOWER_IS_BETTER },
    { VMTP_SENT, "packets", "What was sent", VMTP_COUNTER, 0 },
    { VMTP_RECEIVED, "packets", "What arrived", VMTP_COUNTER, 0 },
    { VMTP_CPU_CLIENT, "ratio", "What it cost", VMTP_GAUGE, VMTP_LOWER_IS_BETTER },
};

static int fake_check(const void *opt, struct vmtp_error *err)
{
    const struct fake_options *fake = opt;

    if (fake->protocol == 2 && fake->length_bytes > 65507)
        return vmtp_fail(err, -EINVAL, "a datagram holds at most 65507 bytes: give a length");
    return 0;
}

struct echo_options {
    uint64_t count, port;
};

static const struct vmtp_option echo_rows[] = {
    { "count", "How many", VMTP_OPT_UINT(struct echo_options, count), .flags = VMTP_REQUIRED },
    { "port", "Where the server listens", VMTP_OPT_PORT(struct echo_options, port) },
};
static const struct vmtp_metric echo_metrics[] = {
    { VMTP_RTT, "s", "There and back", VMTP_DISTRIBUTION, VMTP_LOWER_IS_BETTER },
};

struct cloud_options {
    uint64_t rate_bps;
};

static const struct vmtp_option cloud_rows[] = {
    { "rate", "Of each link", VMTP_OPT_RATE(struct cloud_options, rate_bps), .def = "1G" },
};

struct place_options {
    const char *network;
};

static const struct vmtp_option place_rows[] = {
    { "network", "Which one", VMTP_OPT_STRING(struct place_options, network), .def = "left" },
};
static const struct vmtp_option host_rows[] = {
    { "ssh", "USER@HOST", VMTP_OPT_STRING(struct place_options, network), .flags = VMTP_REQUIRED },
};

static const struct vmtp_path paths[] = {
    { "same-network", "In one network" },
    { "different-network", "Through the router" },
    { "floating-ip", "By floating addresses" },
};
static const char *const both[] = { "intra-node", "inter-node", NULL };
static const char *const inter[] = { "inter-node", NULL };

static int fake_paths(const void *opt, struct vmtp_table *ret, struct vmtp_error *err)
{
    (void)opt;
    (void)err;
    *ret = (struct vmtp_table)VMTP_TABLE(paths);
    return 0;
}

static const char *const *fake_placements(const void *opt, const char *path)
{
    (void)opt;
    return strcmp(path, "floating-ip") == 0 ? inter : both;
}

static int fake_resolve(const void *opt, const char *path, const char *placement, uint32_t pair,
                        char ret_from[64], char ret_to[64], struct vmtp_error *err)
{
    char number[16];

    (void)opt;
    if (!*placement)
        return vmtp_fail(err, -EINVAL, "no placement");
    if (pair > 100)
        return vmtp_fail(err, -EINVAL, "there is room for 100 pairs");
    snprintf(number, sizeof number, "-%u", pair);
    snprintf(ret_from, 64, "client%s", pair > 1 ? number : "");
    snprintf(ret_to, 64, "%.1s-%.20s%s", path, placement, pair > 1 ? number : "");
    return 0;
}

/* A server for each endpoint, and a bus for all of them. */
static int fake_needs(const void *opt, const struct vmtp_table *wants,
                      const struct vmtp_table *routes, struct vmtp_need *ret, size_t max,
                      struct vmtp_error *err)
{
    const struct vmtp_need needs[] = { { sizeof *needs, "server", wants->count },
                                       { sizeof *needs, "bus", routes->count },
                                       { sizeof *needs, "bus stop", 1 } };

    (void)opt;
    if (wants->count > 20)
        return vmtp_fail(err, -EDQUOT, "the quota is 20 servers");
    assert(max >= COUNT(needs));
    memcpy(ret, needs, sizeof needs);
    return COUNT(needs);
}

static struct component components[] = {
    { .table = { .size = sizeof(struct vmtp_component),
                 .kind = VMTP_TOOL,
                 .name = "fake",
                 .summary = "Measures nothing",
                 .options = VMTP_TABLE(fake_rows),
                 .metrics = VMTP_TABLE(fake_metrics),
                 .opt_size = sizeof(struct fake_options),
                 .check = fake_check },
      .ops.tool = { .size = sizeof(struct vmtp_tool), .rated = 1 } },
    { .table = { .size = sizeof(struct vmtp_component),
                 .kind = VMTP_TOOL,
                 .name = "echo",
                 .summary = "Echoes nothing",
                 .options = VMTP_TABLE(echo_rows),
                 .metrics = VMTP_TABLE(echo_metrics),
                 .opt_size = sizeof(struct echo_options) } },
    { .table = { .size = sizeof(struct vmtp_component),
                 .kind = VMTP_CLOUD,
                 .name = "fake",
                 .summary = "Three paths",
                 .options = VMTP_TABLE(cloud_rows),
                 .opt_size = sizeof(struct cloud_options) },
      .ops.cloud = { .size = sizeof(struct vmtp_cloud),
                     .endpoint_options = VMTP_TABLE(place_rows),
                     .endpoint_opt_size = sizeof(struct place_options),
                     .paths = fake_paths,
                     .placements = fake_placements,
                     .resolve = fake_resolve,
                     .needs = fake_needs } },
    { .table = { .size = sizeof(struct vmtp_component),
                 .kind = VMTP_CLOUD,
                 .name = "hosts",
                 .summary = "Machines that exist" },
      .ops.cloud = { .size = sizeof(struct vmtp_cloud),
                     .endpoint_options = VMTP_TABLE(host_rows),
                     .endpoint_opt_size = sizeof(struct place_options) } },
    { .table = { .size = sizeof(struct vmtp_component),
                 .kind = VMTP_SINK,
                 .name = "json",
                 .summary = "Writes nothing" } },
    { .table = { .size = sizeof(struct vmtp_component),
                 .kind = VMTP_MONITOR,
                 .name = "host",
                 .summary = "Watches nothing" } },
};

static struct refusal refusal = { .path = "plugins/tools/broken.so", .reason = "made for ABI 7" };

const struct registry *fake_registry(void)
{
    static struct registry registry = { .components = components, .refusals = &refusal };

    for (size_t i = 0; i + 1 < COUNT(components); i++)
        components[i].next = &components[i + 1];
    return &registry;
}
