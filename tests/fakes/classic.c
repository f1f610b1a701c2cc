/* SPDX-License-Identifier: Apache-2.0 */
#include "classic.h"

#define TESTS 64

static void test_add(struct arena *arena, struct classic_part *part, const char *name, size_t flow,
                     enum classic_protocol protocol, uint64_t size_bytes)
{
    part->tests[part->test_count++] = (struct classic_test){ .name = arena_strdup(arena, name),
                                                             .flow = flow,
                                                             .protocol = protocol,
                                                             .size_bytes = size_bytes };
}

/* TCP, UDP and ICMP with the sizes that are VMTP's defaults; ICMP is asked for first and comes
 * last in the document. */
static void vm_flow_add(struct arena *arena, struct classic_part *part, size_t flow)
{
    static const struct {
        const char *name;
        enum classic_protocol protocol;
        uint64_t size_bytes;
    } sizes[] = {
        { "icmp-64", CLASSIC_ICMP, 64 },     { "icmp-391", CLASSIC_ICMP, 391 },
        { "icmp-1500", CLASSIC_ICMP, 1500 }, { "tcp-65536", CLASSIC_TCP, 65536 },
        { "udp-128", CLASSIC_UDP, 128 },     { "udp-1024", CLASSIC_UDP, 1024 },
        { "udp-8192", CLASSIC_UDP, 8192 },
    };

    for (size_t i = 0; i < COUNT(sizes); i++)
        test_add(arena, part, arena_printf(arena, "f%zu-%s", flow, sizes[i].name), flow,
                 sizes[i].protocol, sizes[i].size_bytes);
}

struct classic_request *fake_classic_request(void)
{
    static const struct classic_flow flows[] = {
        { .desc = "VM to VM same network fixed IP (intra-node)",
          .path = "same-network",
          .placement = "intra-node" },
        { .desc = "VM to VM different network fixed IP (intra-node)",
          .path = "different-network",
          .placement = "intra-node" },
        { .desc = "VM to VM different network floating IP (intra-node)",
          .path = "floating-ip",
          .placement = "intra-node" },
        { .desc = "VM to VM same network fixed IP (inter-node)",
          .path = "same-network",
          .placement = "inter-node" },
        { .desc = "VM to VM different network fixed IP (inter-node)",
          .path = "different-network",
          .placement = "inter-node" },
        { .desc = "VM to VM different network floating IP (inter-node)",
          .path = "floating-ip",
          .placement = "inter-node" },
        { .desc = "External-VM", .from = "outside", .to = "server" },
        { .desc = "Native intra-host", .from = "h1", .to = "h1" },
        { .desc = "Native inter-host", .from = "h2", .to = "h1" },
        { .desc = "Native inter-host",
          .host_from = "10.0.0.3",
          .host_to = "10.0.0.1",
          .from = "h3",
          .to = "h1" },
    };
    struct arena *arena = arena_new();
    struct classic_request *request = arena_alloc(arena, sizeof *request);
    struct classic_part *part = arena_alloc(arena, sizeof *part);

    *part = (struct classic_part){ .flows = arena_alloc(arena, sizeof flows),
                                   .flow_count = COUNT(flows),
                                   .tests = arena_array(arena, TESTS, sizeof *part->tests) };
    *request = (struct classic_request){
        .arena = arena,
        .parts = { part },
        .part_count = 1,
        .labels = { .args = "vmtp -r rc -p <MASKED> --json f --test-description Yichen's testbed",
                    .description = "Yichen's testbed",
                    .multicast_address = "231.1.1.1" },
    };
    memcpy(part->flows, flows, sizeof flows);
    for (size_t i = 0; i < 6; i++)
        vm_flow_add(arena, part, i);
    test_add(arena, part, "ext-tcp", 6, CLASSIC_TCP, 65536);
    test_add(arena, part, "ext-tcp-reverse", 6, CLASSIC_TCP, 65536);
    part->tests[part->test_count - 1].reverse = true;
    test_add(arena, part, "intra-tcp", 7, CLASSIC_TCP, 65536);
    part->tests[part->test_count - 1].limit_kbps = 5000000;
    test_add(arena, part, "h2-tcp", 8, CLASSIC_TCP, 65536);
    test_add(arena, part, "h2-multicast", 8, CLASSIC_MULTICAST, 1024);
    test_add(arena, part, "h3-tcp", 9, CLASSIC_TCP, 65536);
    test_add(arena, part, "h3-nowhere", 9, CLASSIC_UDP, 1024);
    return request;
}

json_t *fake_classic_result(void)
{
    return json_load_file("tests/unit/golden/classic_result.json", 0, NULL);
}

void environment_clear(void)
{
    for (char **at = environ; *at;) {
        char name[80];

        snprintf(name, sizeof name, "%.*s", (int)strcspn(*at, "="), *at);
        if (strncmp(name, "OS_", 3) == 0 || strncmp(name, "XDG_", 4) == 0)
            unsetenv(name);
        else
            at++;
    }
}
