/* SPDX-License-Identifier: Apache-2.0
 *
 * UDP is searched with short trials, each of which decides alone, and by vmtp's own probe: nuttcp
 * needs 3.8 s for a trial of one second, so that VMTP took 23 s for a size.
 */
#include "native.h"

#include "../base/units.h"
#include "draft.h"

#define WARMUP   "500ms" /* slow start is over by then; VMTP's figures have it in them */
#define SEARCH   "width: 5%, trial: 1s, sum: 1s"
#define SEARCH_S 30 /* a search is given up after that ... */
#define FRAGMENTS_S                                                                                \
    150 /* ... or, where each overload is followed by 30 s in which fragments expire */
#define PACKET_BYTES 1472 /* longer datagrams go in fragments nearly everywhere */
#define VERIFY_S     2    /* the trial that the figures of a search are of, at most */
#define PINGS        10
#define DATA_PORT    5001 /* open in firewalls since VMTP's first day, as is the other */
#define CONTROL_PORT 5002

struct maker {
    const struct wish *wish;
    const struct settings *settings;
    const struct registry *registry;
    struct classic_request *request;
    struct draft draft;
    struct vmtp_error *err;
};

static int no_memory(struct maker *maker)
{
    return vmtp_fail(maker->err, -ENOMEM, "out of memory");
}

static bool wants(const struct maker *maker, enum classic_protocol protocol)
{
    return maker->wish->protocols & 1u << protocol;
}

static const char *endpoint_name(const struct maker *maker, size_t host)
{
    return arena_printf(maker->request->arena, "h%zu", host + 1);
}

static int flow_add(struct maker *maker, size_t client)
{
    struct classic_request *request = maker->request;
    struct classic_flow *flow = &request->flows[request->flow_count++];

    flow->desc = client == 0 ? "Native intra-host" : "Native inter-host";
    flow->host_from = maker->wish->hosts[client].host;
    flow->host_to = maker->wish->hosts[0].host;
    flow->from = endpoint_name(maker, client);
    flow->to = endpoint_name(maker, 0);
    return flow->from && flow->to ? 0 : no_memory(maker);
}

/* The server's own host first, unless only other ones are wanted and there are some. */
static int flows_make(struct maker *maker)
{
    size_t hosts = maker->wish->host_count;
    bool inter_only = maker->wish->given[FLAG_INTER_NODE_ONLY] && hosts > 1;
    int r = 0;

    for (size_t client = inter_only; client < hosts && r == 0; client++)
        r = flow_add(maker, client);
    return r;
}

static const char *protocol_name(enum classic_protocol protocol)
{
    static const char *const names[] = { [CLASSIC_TCP] = "tcp",
                                         [CLASSIC_UDP] = "udp",
                                         [CLASSIC_ICMP] = "icmp",
                                         [CLASSIC_MULTICAST] = "multicast" };

    return names[protocol];
}

/* "intra-tcp-65536", "inter-h2-udp-128". */
static const char *test_name(struct maker *maker, const struct classic_flow *flow,
                             const struct classic_test *test)
{
    bool inter = strcmp(flow->from, flow->to) != 0;

    return arena_printf(maker->request->arena, "%s%s-%s-%llu", inter ? "inter-" : "intra",
                        inter ? flow->from : "", protocol_name(test->protocol),
                        (unsigned long long)test->size_bytes);
}

static bool is_repeated(const struct vmtp_list *sizes, size_t i)
{
    const uint64_t *all = sizes->items;

    for (size_t j = 0; j < i; j++)
        if (all[j] == all[i])
            return true;
    return false;
}

static int tests_add(struct maker *maker, size_t flow, enum classic_protocol protocol,
                     const struct vmtp_list *sizes)
{
    struct classic_request *request = maker->request;
    bool limited = protocol != CLASSIC_ICMP;

    for (size_t i = 0; wants(maker, protocol) && i < sizes->count; i++) {
        struct classic_test test = {
            .flow = flow,
            .protocol = protocol,
            .size_bytes = ((const uint64_t *)sizes->items)[i],
            .limit_kbps = limited ? maker->settings->vm_bandwidth : 0,
        };

        if (is_repeated(sizes, i))
            continue;
        test.name = test_name(maker, &request->flows[flow], &test);
        if (!test.name)
            return no_memory(maker);
        request->tests[request->test_count++] = test;
    }
    return 0;
}

static int tests_make(struct maker *maker)
{
    const struct settings *settings = maker->settings;
    struct classic_request *request = maker->request;
    size_t each = settings->tcp_pkt_sizes.count + 2 * settings->udp_pkt_sizes.count +
                  settings->icmp_pkt_sizes.count;
    int r;

    request->flows =
        arena_array(request->arena, maker->wish->host_count + 1, sizeof *request->flows);
    request->tests =
        arena_array(request->arena, each * maker->wish->host_count + 1, sizeof *request->tests);
    if (!request->flows || !request->tests)
        return no_memory(maker);
    r = flows_make(maker);
    for (size_t flow = 0; flow < request->flow_count && r == 0; flow++) {
        r = tests_add(maker, flow, CLASSIC_TCP, &settings->tcp_pkt_sizes);
        r = r < 0 ? r : tests_add(maker, flow, CLASSIC_UDP, &settings->udp_pkt_sizes);
        r = r < 0 ? r : tests_add(maker, flow, CLASSIC_MULTICAST, &settings->udp_pkt_sizes);
        r = r < 0 ? r : tests_add(maker, flow, CLASSIC_ICMP, &settings->icmp_pkt_sizes);
    }
    if (r == 0 && request->test_count == 0)
        return vmtp_fail(maker->err, -EINVAL,
                         "nothing to measure: there are no sizes for the protocols wanted");
    return r;
}

static void cloud_write(struct maker *maker)
{
    const char *key = maker->settings->private_key_file, *keys = maker->settings->host_keys;
    bool strict = !keys || strcmp(keys, "strict") == 0;

    draft_printf(&maker->draft, "vmtp: 1\nname: vmtp\ncloud:\n  hosts: {");
    if (!strict)
        draft_printf(&maker->draft, " host-keys: %s%s", keys, key ? "," : "");
    if (key) {
        draft_printf(&maker->draft, " key: ");
        draft_text(&maker->draft, key);
    }
    draft_printf(&maker->draft, "%s}\n", strict && !key ? "" : " ");
}

static int secret_add(struct maker *maker, const struct hostspec *host, const char *ssh)
{
    struct classic_request *request = maker->request;
    struct classic_secret *secret = &request->secrets[request->secret_count];

    secret->what = arena_printf(request->arena, "password of %s", ssh);
    secret->value = arena_strdup(request->arena, host->password);
    if (!secret->what || !secret->value)
        return no_memory(maker);
    request->secret_count++;
    draft_printf(&maker->draft, ", password: { prompt: ");
    draft_text(&maker->draft, secret->what);
    draft_printf(&maker->draft, " }");
    return 0;
}

static int endpoint_write(struct maker *maker, size_t i)
{
    const struct hostspec *host = &maker->wish->hosts[i];
    const char *ssh = hostspec_ssh(host, maker->request->arena);
    int r = 0;

    if (!ssh)
        return no_memory(maker);
    draft_printf(&maker->draft, "  h%zu: { ssh: ", i + 1);
    draft_text(&maker->draft, ssh);
    if (host->password)
        r = secret_add(maker, host, ssh);
    if (host->interface) {
        draft_printf(&maker->draft, ", interface: ");
        draft_text(&maker->draft, host->interface);
    }
    draft_printf(&maker->draft, " }\n");
    return r;
}

static int endpoints_write(struct maker *maker)
{
    struct classic_request *request = maker->request;
    int r = 0;

    request->secrets =
        arena_array(request->arena, maker->wish->host_count + 1, sizeof *request->secrets);
    if (!request->secrets)
        return no_memory(maker);
    draft_printf(&maker->draft, "endpoints:\n");
    for (size_t i = 0; i < maker->wish->host_count && r == 0; i++)
        r = endpoint_write(maker, i);
    return r;
}

static enum wish_tool tool_of(const struct maker *maker, const struct classic_test *test)
{
    bool searched = test->protocol == CLASSIC_UDP && test->limit_kbps == 0;

    if (test->protocol == CLASSIC_MULTICAST)
        return TOOL_NUTTCP; /* no other can */
    if (maker->wish->tool)
        return maker->wish->tool;
    return searched ? TOOL_NATIVE : TOOL_NUTTCP;
}

static void tool_write(struct maker *maker, const struct classic_test *test, enum wish_tool tool)
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
    if (limit_bps)
        draft_printf(draft, ", rate: %s", rate_written(limit_bps).text);
    draft_printf(draft, " } }\n");
}

/* VMTP's range of losses: the figures are those of its upper end, which is the first goal. */
static void search_write(struct maker *maker, uint64_t size_bytes)
{
    const double *range = maker->settings->udp_loss_rate_range.items;
    uint64_t verify_s = maker->settings->time_s < VERIFY_S ? maker->settings->time_s : VERIFY_S;

    draft_printf(&maker->draft, "    search: { loss: [%s%%", real_written(range[1]).text);
    if (range[0] < range[1])
        draft_printf(&maker->draft, ", %s%%", real_written(range[0]).text);
    draft_printf(&maker->draft, "], %s, time: %ds }\n    duration: %llus\n    repeat: 1\n", SEARCH,
                 size_bytes > PACKET_BYTES ? FRAGMENTS_S : SEARCH_S, (unsigned long long)verify_s);
}

static void times_write(struct maker *maker, const struct classic_test *test)
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

static void test_write(struct maker *maker, const struct classic_test *test)
{
    const struct classic_flow *flow = &maker->request->flows[test->flow];
    struct draft *draft = &maker->draft;

    draft_printf(draft, "  - name: %s\n    from: %s\n    to: %s\n", test->name, flow->from,
                 flow->to);
    if (maker->wish->hosts[0].ipv6)
        draft_printf(draft, "    family: ipv6\n");
    draft_printf(draft, "    tool: ");
    if (test->protocol == CLASSIC_ICMP) {
        draft_printf(draft, "{ ping: { size: %llu, count: %d } }\n    repeat: 1\n",
                     (unsigned long long)test->size_bytes, PINGS);
        return;
    }
    tool_write(maker, test, tool_of(maker, test));
    if (maker->wish->tool == 0 && test->protocol != CLASSIC_MULTICAST &&
        tool_of(maker, test) != TOOL_NATIVE) {
        draft_printf(draft, "    otherwise: ");
        tool_write(maker, test, TOOL_NATIVE);
    }
    times_write(maker, test);
}

static void monitor_write(struct maker *maker)
{
    const struct wish *wish = maker->wish;

    if (!wish->monitor || !maker->registry ||
        !registry_find(maker->registry, VMTP_MONITOR, "gmond"))
        return;
    draft_printf(&maker->draft, "monitors:\n  - gmond: { address: ");
    draft_text(&maker->draft, wish->monitor);
    draft_printf(&maker->draft, ", port: %u }\n", wish->monitor_port);
}

static int scenario_write(struct maker *maker)
{
    struct classic_request *request = maker->request;
    int r;

    cloud_write(maker);
    r = endpoints_write(maker);
    draft_printf(&maker->draft, "run: { order: written }\n");
    monitor_write(maker);
    draft_printf(&maker->draft, "flows:\n");
    for (size_t i = 0; i < request->test_count; i++)
        test_write(maker, &request->tests[i]);
    if (r == 0 && maker->draft.r == -EMSGSIZE)
        return vmtp_fail(maker->err, -E2BIG,
                         "so many hosts and sizes that the scenario is larger "
                         "than 1 MiB");
    request->scenario = arena_strdup(request->arena, buf_text(&maker->draft.text));
    return r < 0 ? r : maker->draft.r < 0 || !request->scenario ? no_memory(maker) : 0;
}

int native_make(const struct wish *wish, const struct settings *settings,
                const struct registry *registry, struct classic_request *request,
                struct vmtp_error *err)
{
    struct maker maker = { wish, settings, registry, request, DRAFT, err };
    int r = wish->host_count ? tests_make(&maker) : 0;

    if (r == 0 && request->flow_count)
        r = scenario_write(&maker);
    buf_clear(&maker.draft.text);
    return r;
}
