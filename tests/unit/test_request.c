/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/request.c, native.c and draft.c: from a command line to a scenario.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/classic/request.h"
#include "tests/fakes/classic.h"

#define WORDS_MAX 64

static char folder[] = "/tmp/test_request.XXXXXX";
static struct wish *wish;
static struct settings *settings;
static struct credentials *credentials;
static struct classic_request *request;
static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    environment_clear();
    arena = arena_new();
    return arena && mkdtemp(folder) ? 0 : -1;
}

static int clear(void **state)
{
    static const char *const names[] = { "OS_AUTH_URL", "OS_USERNAME", "OS_PROJECT_NAME" };

    (void)state;
    request_free(TAKE(request));
    credentials_free(TAKE(credentials));
    settings_free(TAKE(settings));
    wish_free(TAKE(wish));
    for (size_t i = 0; i < COUNT(names); i++)
        unsetenv(names[i]);
    return 0;
}

static int teardown(void **state)
{
    const char *file = arena_printf(arena, "%s/.vmtp.yaml", folder);

    clear(state);
    unlink(file);
    arena_free(arena);
    return rmdir(folder);
}

static void config_write(const char *text)
{
    const char *file = arena_printf(arena, "%s/.vmtp.yaml", folder);

    if (file_replace(file, text, strlen(text), 0600, NULL) < 0)
        fail_msg("%s can't be written", file);
}

/* The words, which blanks separate. */
static int make(const char *text, struct vmtp_error *err)
{
    char *words = arena_printf(arena, "vmtp %s", text), *argv[WORDS_MAX];
    int argc = 0;

    request_free(TAKE(request));
    credentials_free(TAKE(credentials));
    settings_free(TAKE(settings));
    wish_free(TAKE(wish));
    while ((argv[argc] = strsep(&words, " ")))
        argc += *argv[argc] != '\0';
    if (wish_read(argc, argv, &wish, err) < 0 || settings_load(wish, folder, &settings, err) < 0 ||
        credentials_read(wish, &credentials, err) < 0)
        fail_msg("%s: %s", text, err->text);
    return request_make(wish, settings, credentials, NULL, &request, err);
}

static const struct classic_request *made(const char *text)
{
    struct vmtp_error err = { 0 };

    if (make(text, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return request;
}

static void refused(const char *text, const char *why)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(make(text, &err), -EINVAL);
    assert_string_equal(err.text, why);
}

/* The scenario as a tree: that it is YAML at all, too. */
static const struct node *scenario(const char *text)
{
    struct vmtp_error err = { 0 };
    const struct node *root = NULL;
    const char *yaml = made(text)->scenario;

    if (yaml_parse(yaml, strlen(yaml), "f", arena, &root, &err) < 0)
        fail_msg("%s\n%s", err.text, yaml);
    return root;
}

static const struct node *flow(const struct node *root, size_t i)
{
    const struct node *node = node_get(root, "flows")->first;

    for (; i > 0; i--)
        node = node->next;
    return node;
}

static void is(const struct node *node, const char *key, const char *wanted)
{
    const struct node *value = node_get(node, key);

    assert_non_null(value);
    assert_string_equal(value->text, wanted);
}

static bool has(const char *needle)
{
    return strstr(request->scenario, needle) != NULL;
}

static void writes_what_a_person_could_have_written(void **state)
{
    (void)state;
    made("--host localadmin@10.0.0.1:geheim:eth5 --host localadmin@10.0.0.2 --udpbuf 128 "
         "--icmp_pkt_sizes 64 --inter-node-only");
    assert_string_equal(
        request->scenario,
        "vmtp: 1\n"
        "name: vmtp\n"
        "cloud:\n"
        "  hosts: {}\n"
        "endpoints:\n"
        "  h1: { ssh: \"localadmin@10.0.0.1\", password: { prompt: \"password of "
        "localadmin@10.0.0.1\" }, interface: eth5 }\n"
        "  h2: { ssh: \"localadmin@10.0.0.2\" }\n"
        "run: { order: written }\n"
        "flows:\n"
        "  - name: inter-h2-tcp-65536\n"
        "    from: h2\n"
        "    to: h1\n"
        "    tool: { nuttcp: { protocol: tcp, length: 65536, port: 5001, control-port: 5002 } }\n"
        "    otherwise: { native: { protocol: tcp, length: 65536, port: 5001 } }\n"
        "    duration: 10s\n"
        "    warmup: 500ms\n"
        "    repeat: 3\n"
        "  - name: inter-h2-udp-128\n"
        "    from: h2\n"
        "    to: h1\n"
        "    tool: { native: { protocol: udp, length: 128, port: 5001 } }\n"
        "    search: { loss: [5%, 2%], width: 5%, trial: 1s, sum: 1s, time: 30s }\n"
        "    duration: 2s\n"
        "    repeat: 1\n"
        "  - name: inter-h2-icmp-64\n"
        "    from: h2\n"
        "    to: h1\n"
        "    tool: { ping: { size: 64, count: 10 } }\n"
        "    repeat: 1\n");
    assert_int_equal(request->secret_count, 1);
    assert_string_equal(request->secrets[0].what, "password of localadmin@10.0.0.1");
    assert_string_equal(request->secrets[0].value, "geheim");
}

static void assert_flow(size_t i, const char *desc, const char *from)
{
    assert_true(i < request->flow_count);
    assert_string_equal(request->flows[i].desc, desc);
    assert_string_equal(request->flows[i].from, from);
    assert_string_equal(request->flows[i].to, "h1");
}

static void the_first_host_is_the_server_and_its_own_client_first(void **state)
{
    (void)state;
    assert_int_equal(made("--host a@10.0.0.9 --host a@10.0.0.2 --host a@10.0.0.5")->flow_count, 3);
    assert_flow(0, "Native intra-host", "h1");
    assert_flow(1, "Native inter-host", "h2");
    assert_flow(2, "Native inter-host", "h3");
    assert_true(has("h1: { ssh: \"a@10.0.0.9\" }"));
    assert_int_equal(made("--host a@10.0.0.9")->flow_count, 1);
    assert_flow(0, "Native intra-host", "h1");
    assert_int_equal(made("--host a@10.0.0.9 --host a@10.0.0.2 --inter-node-only")->flow_count, 1);
    assert_flow(0, "Native inter-host", "h2");
    assert_int_equal(made("--host a@10.0.0.9 --inter-node-only")->flow_count, 1);
    assert_flow(0, "Native intra-host", "h1");
    assert_string_equal(request->warnings[0], "--inter-node-only: there is one host, so its "
                                              "intra-host flow is measured");
}

static void tests_stand_in_the_order_of_vmtps_results(void **state)
{
    static const struct {
        enum classic_protocol protocol;
        uint64_t size;
    } wanted[] = {
        { CLASSIC_TCP, 65536 },      { CLASSIC_UDP, 128 },       { CLASSIC_UDP, 1024 },
        { CLASSIC_UDP, 8192 },       { CLASSIC_MULTICAST, 128 }, { CLASSIC_MULTICAST, 1024 },
        { CLASSIC_MULTICAST, 8192 }, { CLASSIC_ICMP, 64 },       { CLASSIC_ICMP, 391 },
        { CLASSIC_ICMP, 1500 },
    };
    const struct node *root = scenario("--host a@10.0.0.1 --protocols TUIM");

    (void)state;
    assert_int_equal(request->test_count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_int_equal(request->tests[i].protocol, wanted[i].protocol);
        assert_int_equal(request->tests[i].size_bytes, wanted[i].size);
        is(flow(root, i), "name", request->tests[i].name);
    }
    assert_string_equal(request->labels.multicast_address, "231.1.1.1");
    assert_int_equal(made("--host a@10.0.0.1 --protocols I")->test_count, 3);
    assert_null(request->labels.multicast_address);
}

static void times_and_limits_are_those_wished(void **state)
{
    const struct node *root =
        scenario("--host a@10.0.0.1 --protocols TU --udpbuf 1024 -t 30 --bandwidth 2500M");

    (void)state;
    is(flow(root, 0), "duration", "30s");
    is(flow(root, 0), "repeat", "3");
    is(node_get(node_get(flow(root, 0), "tool"), "nuttcp"), "rate", "2500M");
    is(flow(root, 1), "duration", "30s");
    is(flow(root, 1), "repeat", "1");
    assert_null(node_get(flow(root, 1), "search"));
    is(node_get(node_get(flow(root, 1), "otherwise"), "native"), "rate", "2500M");
    assert_true(request->tests[0].limit_kbps == 2500000);
    root = scenario("--host a@10.0.0.1 --protocols U --udpbuf 1024 -t 1");
    is(flow(root, 0), "duration", "1s");
    config_write("udp_loss_rate_range: [0.5, 0.5]\ntcp_tp_loop_count: 7\nvm_bandwidth: 0\n");
    root = scenario("--host a@10.0.0.1 --protocols TU --udpbuf 1024");
    is(flow(root, 0), "repeat", "7");
    assert_true(has("search: { loss: [0.5%], "));
    config_write("");
}

static void a_tool_that_is_named_has_no_stand_in(void **state)
{
    const struct node *root =
        scenario("--host a@10.0.0.1 --tp-tool iperf --protocols T --multicast_addr 239.0.0.7");

    (void)state;
    assert_non_null(node_get(node_get(flow(root, 0), "tool"), "iperf"));
    assert_null(node_get(flow(root, 0), "otherwise"));
    assert_null(node_get(node_get(node_get(flow(root, 0), "tool"), "iperf"), "control-port"));
    is(node_get(node_get(flow(root, 1), "tool"), "nuttcp"), "group", "239.0.0.7");
    assert_string_equal(request->warnings[0],
                        "--tp-tool: multicast is measured with nuttcp, no other tool can");
    root = scenario("--host a@10.0.0.1 --tp-tool native --protocols T");
    assert_non_null(node_get(node_get(flow(root, 0), "tool"), "native"));
    root = scenario("--host a@10.0.0.1 --tp-tool NUTTCP --protocols T");
    assert_null(node_get(flow(root, 0), "otherwise"));
}

static void hosts_are_reached_as_wished(void **state)
{
    const struct node *root, *hosts;

    (void)state;
    root = scenario("--host ssh://r@[2001:db8::1]:2222 --host r@b.example --host-keys accept-new "
                    "--private-key /k");
    hosts = node_get(node_get(root, "cloud"), "hosts");
    is(hosts, "host-keys", "accept-new");
    is(hosts, "key", "/k");
    is(node_get(node_get(root, "endpoints"), "h1"), "ssh", "r@[2001:db8::1]:2222");
    is(flow(root, 0), "family", "ipv6");
    root = scenario("--host r@10.0.0.1");
    assert_null(node_get(flow(root, 0), "family"));
    config_write("host_keys: insecure\nprivate_key_file: /own\n");
    hosts = node_get(node_get(scenario("--host r@10.0.0.1"), "cloud"), "hosts");
    is(hosts, "host-keys", "insecure");
    is(hosts, "key", "/own");
    config_write("");
}

static void nothing_of_a_user_can_break_the_scenario(void **state)
{
    const struct node *root = scenario("--host a\"b\\#{}@10.0.0.1:x:y --private-key null");

    (void)state;
    is(node_get(node_get(root, "endpoints"), "h1"), "ssh", "a\"b\\#{}@10.0.0.1");
    assert_true(node_get(node_get(node_get(root, "cloud"), "hosts"), "key")->quoted);
    assert_true(node_get(node_get(node_get(root, "endpoints"), "h1"), "interface")->quoted);
    root = scenario("--host a@10.0.0.1::true");
    assert_true(node_get(node_get(node_get(root, "endpoints"), "h1"), "interface")->quoted);
}

static void the_password_is_nowhere_but_in_the_secrets(void **state)
{
    const struct node *root = scenario("--host a@10.0.0.1:geheim");
    const struct node *h1 = node_get(node_get(root, "endpoints"), "h1");

    (void)state;
    is(node_get(h1, "password"), "prompt", request->secrets[0].what);
    assert_null(strstr(request->scenario, "geheim"));
    assert_null(strstr(request->labels.args, "geheim"));
    assert_string_equal(request->labels.args, "vmtp --host a@10.0.0.1:<MASKED>");
}

static void a_size_that_stands_twice_is_measured_once(void **state)
{
    (void)state;
    assert_int_equal(made("--host a@10.0.0.1 --protocols U --udpbuf 64,128,64")->test_count, 2);
}

static void twenty_hosts_make_one_scenario(void **state)
{
    const char *line = "";

    (void)state;
    for (int i = 1; i <= 20; i++)
        line = arena_printf(arena, "%s --host r@10.0.0.%d", line, i);
    assert_int_equal(node_get(scenario(line), "flows")->count, 20 * 7);
    assert_int_equal(request->test_count, 20 * 7);
    assert_string_equal(request->tests[139].name, "inter-h20-icmp-1500");
}

static bool warned(const char *text)
{
    for (size_t i = 0; i < request->warning_count; i++)
        if (strcmp(request->warnings[i], text) == 0)
            return true;
    return false;
}

static void a_group_must_be_of_the_hosts_family(void **state)
{
    (void)state;
    made("--host a@[::1] --multicast_addr 231.1.1.1");
    assert_true(warned("--multicast_addr 231.1.1.1: not of the family of the hosts' addresses"));
    assert_int_equal(made("--host a@[::1] --protocols M")->warning_count, 0);
}

static void says_what_has_to_wait(void **state)
{
    (void)state;
    config_write("zebra: 1\nfluentd: { logging_tag: vmtp }\n");
    made("--host a@10.0.0.1 -m 10.0.0.5 --mongod-server 10.0.0.6 --controller-node r@10.0.0.7 "
         "--hypervisor a --hypervisor b --hypervisor c --no-env");
    assert_null(request->unmet);
    assert_true(warned("-m 10.0.0.5: there is no gmond plugin yet, so no CPU is monitored"));
    assert_true(warned("--mongod-server 10.0.0.6: there is no mongodb plugin yet; the results are "
                       "kept in the run's folder, and vmtp replay will bring them there"));
    assert_true(warned("fluentd: there is no fluentd plugin yet, so nothing is logged there"));
    assert_true(warned("--controller-node, --hypervisor: only for the OpenStack part, which needs "
                       "credentials: -r, --os-cloud or OS_* variables"));
    assert_true(warned("--hypervisor: the first 2 of 3 are used"));
    assert_non_null(strstr(request->warnings[0], "zebra: VMTP has no such variable"));
    assert_false(has("monitors"));
    config_write("");
}

static void the_openstack_part_waits_for_its_plugin(void **state)
{
    static const char wait[] = "the OpenStack cloud plugin is not there yet: nothing was measured "
                               "between VMs";

    (void)state;
    setenv("OS_AUTH_URL", "http://k:5000/v3", 1);
    setenv("OS_USERNAME", "u", 1);
    made("--host a@10.0.0.1");
    assert_null(request->unmet);
    assert_true(warned("OpenStack credentials: OS_PROJECT_NAME or OS_PROJECT_ID missing, so "
                       "nothing is measured between VMs"));
    setenv("OS_PROJECT_NAME", "p", 1);
    assert_string_equal(made("--host a@10.0.0.1")->unmet, wait);
    assert_int_equal(request->flow_count, 1);
    assert_string_equal(made("-d --json f --hypervisor nova:a")->unmet, wait);
    assert_int_equal(request->flow_count, 0);
    assert_null(request->scenario);
    assert_null(made("--host a@10.0.0.1 --no-env")->unmet);
}

static void credentials_that_were_asked_for_must_do(void **state)
{
    const char *rc = arena_printf(arena, "%s/rc", folder);

    (void)state;
    assert_int_equal(file_replace(rc, "OS_AUTH_URL=x\n", 14, 0600, NULL), 0);
    made(arena_printf(arena, "--host a@10.0.0.1 -r %s", rc));
    assert_string_equal(request->unmet, "OpenStack credentials: OS_USERNAME or OS_USER_ID, "
                                        "OS_PROJECT_NAME or OS_PROJECT_ID missing");
    unlink(rc);
}

static void says_that_there_is_nothing_to_measure(void **state)
{
    (void)state;
    refused("", "nothing to measure: name hosts with --host, or OpenStack credentials with -r, "
                "--os-cloud or OS_* variables");
    setenv("OS_AUTH_URL", "http://k:5000/v3", 1);
    refused("--json f", "nothing to measure: name hosts with --host, or OpenStack credentials with "
                        "-r, --os-cloud or OS_* variables; of these: OS_USERNAME or OS_USER_ID, "
                        "OS_PROJECT_NAME or OS_PROJECT_ID missing");
    config_write("udp_pkt_sizes: []\n");
    refused("--host a@10.0.0.1 --protocols U",
            "nothing to measure: there are no sizes for the protocols wanted");
    config_write("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(writes_what_a_person_could_have_written, clear),
        cmocka_unit_test_teardown(the_first_host_is_the_server_and_its_own_client_first, clear),
        cmocka_unit_test_teardown(tests_stand_in_the_order_of_vmtps_results, clear),
        cmocka_unit_test_teardown(times_and_limits_are_those_wished, clear),
        cmocka_unit_test_teardown(a_tool_that_is_named_has_no_stand_in, clear),
        cmocka_unit_test_teardown(hosts_are_reached_as_wished, clear),
        cmocka_unit_test_teardown(nothing_of_a_user_can_break_the_scenario, clear),
        cmocka_unit_test_teardown(the_password_is_nowhere_but_in_the_secrets, clear),
        cmocka_unit_test_teardown(a_size_that_stands_twice_is_measured_once, clear),
        cmocka_unit_test_teardown(twenty_hosts_make_one_scenario, clear),
        cmocka_unit_test_teardown(a_group_must_be_of_the_hosts_family, clear),
        cmocka_unit_test_teardown(says_what_has_to_wait, clear),
        cmocka_unit_test_teardown(the_openstack_part_waits_for_its_plugin, clear),
        cmocka_unit_test_teardown(credentials_that_were_asked_for_must_do, clear),
        cmocka_unit_test_teardown(says_that_there_is_nothing_to_measure, clear),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
