/* SPDX-License-Identifier: Apache-2.0
 *
 * UDP is searched with short trials, each of which decides alone, and by vmtp's own probe: nuttcp
 * needs 3.8 s for a trial of one second, so that VMTP took 23 s for a size.
 */
#include "part.h"

#include "../base/units.h"

#define WARMUP       "500ms" /* slow start is over by then; VMTP's figures have it in them */
#define SEARCH       "width: 5%, trial: 500ms, sum: 500ms"
#define SEARCH_S     5 /* a search is given up after that: sooner than VMTP was through a size ... */
#define LONG_S       8 /* ... or, where each overload is followed by 30 s in which fragments expire */
#define PACKET_BYTES 1472 /* longer datagrams go in fragments nearly everywhere */
#define VERIFY_S     1    /* the trial that the figures of a search are of, at most */
#define PINGS        10
#define DATA_PORT    5001 /* open in firewalls since VMTP's first day, as is the other */
#define CONTROL_PORT 5002
#define PROTOCOLS    4

int part_no_memory(struct part_maker *maker)
{
    return vmtp_fail(maker->err, -ENOMEM, "out of memory");
}

int part_begin(struct part_maker *maker, size_t flows_max)
{
    struct arena *arena = maker->request->arena;
    struct classic_part *part = arena_alloc(arena, sizeof *part);

    if (part)
        part->flows = arena_array(arena, flows_max, sizeof *part->flows);
    if (!part || !part->flows)
        return part_no_memory(maker);
    maker->part = part;
    return 0;
}

/* ---- tests ---- */

static const char *protocol_name(enum classic_protocol protocol)
{
    static const char *const names[] = { [CLASSIC_TCP] = "tcp",
                                         [CLASSIC_UDP] = "udp",
                                         [CLASSIC_ICMP] = "icmp",
                                         [CLASSIC_MULTICAST] = "multicast" };

    return names[protocol];
}

static const struct vmtp_list *sizes_of(const struct part_maker *maker,
                                        enum classic_protocol protocol)
{
    const struct settings *settings = maker->settings;

    return protocol == CLASSIC_TCP    ? &settings->tcp_pkt_sizes
           : protocol == CLASSIC_ICMP ? &settings->icmp_pkt_sizes
                                      : &settings->udp_pkt_sizes;
}

static bool is_repeated(const struct vmtp_list *sizes, size_t i)
{
    const uint64_t *all = sizes->items;

    for (size_t j = 0; j < i; j++)
        if (all[j] == all[i])
            return true;
    return false;
}

/* "intra-tcp-65536", "inter-h2-udp-128", "external-tcp-65536-down". */
static const char *test_name(struct part_maker *maker, const struct classic_test *test)
{
    return arena_printf(maker->request->arena, "%s-%s-%llu%s", maker->part->flows[test->flow].name,
                        protocol_name(test->protocol), (unsigned long long)test->size_bytes,
                        test->reverse ? "-down" : "");
}

static int tests_add(struct part_maker *maker, size_t flow, enum classic_protocol protocol,
                     bool reverse)
{
    const struct vmtp_list *sizes = sizes_of(maker, protocol);
    struct classic_part *part = maker->part;

    for (size_t i = 0; i < sizes->count; i++) {
        struct classic_test test = {
            .flow = flow,
            .protocol = protocol,
            .size_bytes = ((const uint64_t *)sizes->items)[i],
            .reverse = reverse,
            .limit_kbps = protocol == CLASSIC_ICMP ? 0 : maker->settings->vm_bandwidth,
        };

        if (is_repeated(sizes, i))
            continue;
        test.name = test_name(maker, &test);
        if (!test.name)
            return part_no_memory(maker);
        part->tests[part->test_count++] = test;
    }
    return 0;
}

/* In the order of VMTP's results. */
static int flow_tests_add(struct part_maker *maker, size_t flow)
{
    static const enum classic_protocol protocols[PROTOCOLS] = { CLASSIC_TCP, CLASSIC_UDP,
                                                                CLASSIC_MULTICAST, CLASSIC_ICMP };
    bool both_ways = maker->part->flows[flow].both_ways;
    int r = 0;

    for (size_t i = 0; i < PROTOCOLS && r == 0; i++) {
        if (!(maker->wish->protocols & 1u << protocols[i]))
            continue;
        r = tests_add(maker, flow, protocols[i], false);
        if (r == 0 && both_ways && (protocols[i] == CLASSIC_TCP || protocols[i] == CLASSIC_UDP))
            r = tests_add(maker, flow, protocols[i], true);
    }
    return r;
}

int part_tests(struct part_maker *maker)
{
    struct classic_part *part = maker->part;
    const struct settings *settings = maker->settings;
    size_t each = 2 * settings->tcp_pkt_sizes.count + 3 * settings->udp_pkt_sizes.count +
                  settings->icmp_pkt_sizes.count;
    int r = 0;

    part->tests =
        arena_array(maker->request->arena, each * part->flow_count + 1, sizeof *part->tests);
    if (!part->tests)
        return part_no_memory(maker);
    for (size_t flow = 0; flow < part->flow_count && r == 0; flow++)
        r = flow_tests_add(maker, flow);
    if (r == 0 && part->test_count == 0)
        return vmtp_fail(maker->err, -EINVAL,
                         "nothing to measure: there are no sizes for the protocols wanted");
    return r;
}

/* ---- what is written of them ---- */

static enum wish_tool tool_of(const struct part_maker *maker, const struct classic_test *test)
{
    bool searched = test->protocol == CLASSIC_UDP && test->limit_kbps == 0;

    if (test->protocol == CLASSIC_MULTICAST)
        return TOOL_NUTTCP; /* no other can */
    if (maker->wish->tool)
        return maker->wish->tool;
    return searched ? TOOL_NATIVE : TOOL_NUTTCP;
}

static void tool_write(struct part_maker *maker, const struct classic_test *test,
                       enum wish_tool tool)
{
    static const char *const names[] = { [TOOL_NUTTCP] = "nuttcp",
                                         [TOOL_IPERF] = "iperf",
                                         [TOOL_IPERF3] = "iperf3",
                                         [TOOL_NATIVE] = "native" };
    uint64_t limit_bps = test->limit_kbps * 1000;
    struct draft *draft = &maker->draft;

    draft_printf(draft, "{ %s: { protocol: %s, length: %llu, port: %d", names[tool],
                 protocol_name(test->protocol), (unsigned long long)test->size_bytes, DATA_PORT);
    if (tool == TOOL_NUTTCP)
        draft_printf(draft, ", control-port: %d", CONTROL_PORT);
    if (test->protocol == CLASSIC_MULTICAST && maker->wish->given[FLAG_MULTICAST_ADDR]) {
        draft_printf(draft, ", group: ");
        draft_text(draft, maker->wish->multicast_address);
    }
    if (test->reverse)
        draft_printf(draft, ", direction: down");
    if (limit_bps)
        draft_printf(draft, ", rate: %s", rate_written(limit_bps).text);
    draft_printf(draft, " } }\n");
}

/* VMTP's range of losses: the figures are those of its upper end, which is the first goal. */
static void search_write(struct part_maker *maker, uint64_t size_bytes)
{
    const double *range = maker->settings->udp_loss_rate_range.items;
    uint64_t verify_s = maker->settings->time_s < VERIFY_S ? maker->settings->time_s : VERIFY_S;

    draft_printf(&maker->draft, "    search: { loss: [%s%%", real_written(range[1]).text);
    if (range[0] < range[1])
        draft_printf(&maker->draft, ", %s%%", real_written(range[0]).text);
    draft_printf(&maker->draft, "], %s, time: %ds }\n    duration: %llus\n    repeat: 1\n", SEARCH,
                 size_bytes > PACKET_BYTES ? LONG_S : SEARCH_S, (unsigned long long)verify_s);
}

static void times_write(struct part_maker *maker, const struct classic_test *test)
{
    bool tcp = test->protocol == CLASSIC_TCP;

    if (!tcp && test->limit_kbps == 0) {
        search_write(maker, test->size_bytes);
        return;
    }
    draft_printf(&maker->draft, "    duration: %llus\n    warmup: " WARMUP "\n    repeat: %llu\n",
                 (unsigned long long)maker->settings->time_s,
                 tcp ? (unsigned long long)maker->settings->tcp_tp_loop_count : 1);
}

static void route_write(struct part_maker *maker, const struct classic_flow *flow)
{
    part_text(maker, "from", flow->from);
    part_text(maker, "to", flow->to);
    part_text(maker, "path", flow->path);
    part_text(maker, "placement", flow->placement);
    part_text(maker, "family", flow->ipv6 ? "ipv6" : NULL);
}

static void test_write(struct part_maker *maker, const struct classic_test *test)
{
    enum wish_tool tool = tool_of(maker, test);
    struct draft *draft = &maker->draft;

    draft_printf(draft, "  - name: %s\n", test->name);
    route_write(maker, &maker->part->flows[test->flow]);
    draft_printf(draft, "    tool: ");
    if (test->protocol == CLASSIC_ICMP) {
        draft_printf(draft, "{ ping: { size: %llu, count: %d } }\n    repeat: 1\n",
                     (unsigned long long)test->size_bytes, PINGS);
        return;
    }
    tool_write(maker, test, tool);
    if (maker->wish->tool == 0 && test->protocol != CLASSIC_MULTICAST && tool != TOOL_NATIVE) {
        draft_printf(draft, "    otherwise: ");
        tool_write(maker, test, TOOL_NATIVE);
    }
    times_write(maker, test);
}

/* ---- what is written around them ---- */

void part_text(struct part_maker *maker, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    draft_printf(&maker->draft, "    %s: ", name);
    draft_text(&maker->draft, text);
    draft_printf(&maker->draft, "\n");
}

void part_texts(struct part_maker *maker, const char *name, const char *const *texts, size_t count)
{
    if (!count)
        return;
    draft_printf(&maker->draft, "    %s: [", name);
    for (size_t i = 0; i < count; i++) {
        draft_printf(&maker->draft, "%s", i ? ", " : "");
        draft_text(&maker->draft, texts[i]);
    }
    draft_printf(&maker->draft, "]\n");
}

int part_secret(struct part_maker *maker, const char *what, const char *value)
{
    if (request_keep_secret(maker->request, what, value, maker->err) < 0)
        return -ENOMEM;
    draft_printf(&maker->draft, "{ prompt: ");
    draft_text(&maker->draft, what);
    draft_printf(&maker->draft, " }");
    return 0;
}

static void run_write(struct part_maker *maker)
{
    const struct wish *wish = maker->wish;

    draft_printf(&maker->draft, "run: { order: written, explain: no%s%s }\n",
                 wish->given[FLAG_STOP_ON_ERROR] ? ", on-error: stop" : "",
                 wish->given[FLAG_KEEP_FIRST_FLOW] && maker->part->spawns ? ", keep: yes" : "");
}

static bool has_monitor(const struct part_maker *maker, const char *name)
{
    return maker->registry && registry_find(maker->registry, VMTP_MONITOR, name);
}

/* Beside the monitor that there is where none is written. */
static void monitor_write(struct part_maker *maker)
{
    const struct wish *wish = maker->wish;

    if (!wish->monitor || !has_monitor(maker, "gmond"))
        return;
    draft_printf(&maker->draft, "monitors:\n%s  - gmond: { address: ",
                 has_monitor(maker, "host") ? "  - host\n" : "");
    draft_text(&maker->draft, wish->monitor);
    draft_printf(&maker->draft, ", port: %u }\n", wish->monitor_port);
}

static void sink_text(struct part_maker *maker, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    draft_printf(&maker->draft, "      %s: ", name);
    draft_text(&maker->draft, text);
    draft_printf(&maker->draft, "\n");
}

static bool has_sink(const struct part_maker *maker, const char *name)
{
    return maker->registry && registry_find(maker->registry, VMTP_SINK, name);
}

/* Where VMTP's document goes; those that there is no plugin for have been warned of. */
static void sinks_write(struct part_maker *maker)
{
    const struct settings *settings = maker->settings;
    bool mongodb = maker->wish->mongod_server && has_sink(maker, "mongodb");
    bool fluentd = settings->fluentd.logging_tag && has_sink(maker, "fluentd");

    if (mongodb || fluentd)
        draft_printf(&maker->draft, "sinks:\n");
    if (mongodb) {
        draft_printf(&maker->draft, "  - mongodb:\n");
        sink_text(maker, "host", maker->wish->mongod_server);
        draft_printf(&maker->draft, "      port: %llu\n",
                     (unsigned long long)settings->vmtp_mongod_port);
        sink_text(maker, "database", settings->vmtp_db);
        sink_text(maker, "collection", settings->vmtp_collection);
    }
    if (fluentd) {
        draft_printf(&maker->draft, "  - fluentd:\n");
        sink_text(maker, "address", settings->fluentd.ip);
        draft_printf(&maker->draft, "      port: %llu\n",
                     (unsigned long long)settings->fluentd.port);
        sink_text(maker, "tag", settings->fluentd.logging_tag);
    }
}

int part_end(struct part_maker *maker)
{
    struct classic_part *part = maker->part;
    int r;

    run_write(maker);
    monitor_write(maker);
    sinks_write(maker);
    draft_printf(&maker->draft, "flows:\n");
    for (size_t i = 0; i < part->test_count; i++)
        test_write(maker, &part->tests[i]);
    r = maker->draft.r;
    part->scenario =
        r < 0 ? NULL : arena_strdup(maker->request->arena, buf_text(&maker->draft.text));
    buf_clear(&maker->draft.text);
    maker->draft = (struct draft)DRAFT;
    if (r == -EMSGSIZE)
        return vmtp_fail(maker->err, -E2BIG,
                         "so many hosts and sizes that the scenario is larger "
                         "than 1 MiB");
    return part->scenario ? 0 : part_no_memory(maker);
}
