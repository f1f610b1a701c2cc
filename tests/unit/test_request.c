/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/request.c, part.c, native.c, openstack.c and draft.c: from a command line
 * to scenarios.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/classic/request.h"
#include "tests/fakes/classic.h"
#include "tests/fakes/components.h"

#define WORDS_MAX 64

static char folder[] = "/tmp/test_request.XXXXXX";
static struct wish *wish;
static struct settings *settings;
static struct classic_request *request;
static struct arena *arena;
static const struct registry *registry; /* NULL: nothing is known of plugins */

static int setup(void **state)
{
    (void)state;
    environment_clear();
    arena = arena_new();
    return arena && mkdtemp(folder) ? 0 : -1;
}

static int clear(void **state)
{
    static const char *const names[] = { "OS_AUTH_URL", "OS_CLOUD" };

    (void)state;
    request_free(TAKE(request));
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
    settings_free(TAKE(settings));
    wish_free(TAKE(wish));
    while ((argv[argc] = strsep(&words, " ")))
        argc += *argv[argc] != '\0';
    if (wish_read(argc, argv, &wish, err) < 0 || settings_load(wish, folder, &settings, err) < 0)
        fail_msg("%s: %s", text, err->text);
    return request_make(wish, settings, registry, &request, err);
}

/* The first part. */
static const struct classic_part *made(const char *text)
{
    struct vmtp_error err = { 0 };

    if (make(text, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return request->parts[0];
}

static void refused(const char *text, const char *why)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(make(text, &err), -EINVAL);
    assert_string_equal(err.text, why);
}

/* A scenario as a tree: that it is YAML at all, too. */
static const struct node *tree(const char *yaml)
{
    struct vmtp_error err = { 0 };
    const struct node *root = NULL;

    if (yaml_parse(yaml, strlen(yaml), "f", arena, &root, &err) < 0)
        fail_msg("%s\n%s", err.text, yaml);
    return root;
}

static const struct node *scenario(const char *text)
{
    return tree(made(text)->scenario);
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
    return strstr(request->parts[0]->scenario, needle) != NULL;
}

static void writes_what_a_person_could_have_written(void **state)
{
    (void)state;
    made("--host localadmin@10.0.0.1:geheim:eth5 --host localadmin@10.0.0.2 --udpbuf 128 "
         "--icmp_pkt_sizes 64 --inter-node-only");
    assert_string_equal(
        request->parts[0]->scenario,
        "vmtp: 1\n"
        "name: vmtp\n"
        "cloud:\n"
        "  hosts: {}\n"
        "endpoints:\n"
        "  h1: { ssh: \"localadmin@10.0.0.1\", password: { prompt: \"password of "
        "localadmin@10.0.0.1\" }, interface: eth5 }\n"
        "  h2: { ssh: \"localadmin@10.0.0.2\" }\n"
        "run: { order: written, explain: no }\n"
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
        "    search: { loss: [5%, 2%], width: 5%, trial: 500ms, sum: 500ms, time: 5s }\n"
        "    duration: 1s\n"
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
    const struct classic_part *part = request->parts[0];

    assert_true(i < part->flow_count);
    assert_string_equal(part->flows[i].desc, desc);
    assert_string_equal(part->flows[i].from, from);
    assert_string_equal(part->flows[i].to, "h1");
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
    assert_int_equal(request->parts[0]->test_count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_int_equal(request->parts[0]->tests[i].protocol, wanted[i].protocol);
        assert_int_equal(request->parts[0]->tests[i].size_bytes, wanted[i].size);
        is(flow(root, i), "name", request->parts[0]->tests[i].name);
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
    assert_true(request->parts[0]->tests[0].limit_kbps == 2500000);
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
    assert_false(has("geheim"));
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
    assert_int_equal(request->parts[0]->test_count, 20 * 7);
    assert_string_equal(request->parts[0]->tests[139].name, "inter-h20-icmp-1500");
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
    made("--host a@[::1] --protocols M");
    assert_int_equal(request->warning_count, 0);
}

static void says_what_has_to_wait(void **state)
{
    (void)state;
    config_write("zebra: 1\nfluentd: { logging_tag: vmtp }\n");
    made("--host a@10.0.0.1 -m 10.0.0.5 --mongod-server 10.0.0.6 --controller-node r@10.0.0.7 "
         "--hypervisor a --hypervisor b --hypervisor c --no-env");
    assert_true(warned("-m 10.0.0.5: there is no plugin 'gmond' here, so no CPU is monitored"));
    assert_true(warned("--mongod-server 10.0.0.6: there is no plugin 'mongodb' here; the results "
                       "are kept in the run's folder, and vmtp replay brings them there once there "
                       "is"));
    assert_true(warned("fluentd: there is no plugin 'fluentd' here, so nothing is logged there"));
    assert_false(has("sinks"));
    assert_true(warned("--controller-node, --hypervisor: only for the OpenStack part, which needs "
                       "credentials: -r, --os-cloud or OS_* variables"));
    assert_true(warned("--hypervisor: the first 2 of 3 are used"));
    assert_non_null(strstr(request->warnings[0], "zebra: VMTP has no such variable"));
    assert_false(has("monitors"));
    config_write("");
}

static void vms_are_measured_where_there_are_credentials(void **state)
{
    char here[200];

    (void)state;
    assert_int_equal(made("--host a@10.0.0.1") ? request->part_count : 0, 1);
    assert_non_null(getcwd(here, sizeof here));
    assert_false(made("-r some/rc")->lent);
    assert_int_equal(request->part_count, 1);
    assert_true(has(arena_printf(arena, "    rc: %s/some/rc\n", here)));
    assert_true(has("cloud:\n  openstack:\n"));
    made("-r /rc --host a@10.0.0.1");
    assert_int_equal(request->part_count, 2);
    assert_string_equal(request->parts[0]->flows[0].desc, "Native intra-host");
    assert_non_null(strstr(request->parts[1]->scenario, "    rc: /rc\n"));
    assert_false(made("--os-cloud lab")->lent);
    assert_true(has("    cloud: lab\n"));
    setenv("OS_AUTH_URL", "http://k:5000/v3", 1);
    assert_true(made("-d --json f")->lent);
    assert_false(has("    rc:"));
    assert_false(has("    cloud:"));
    setenv("OS_CLOUD", "lab", 1);
    assert_true(made("")->lent);
    assert_true(has("    cloud: lab\n"));
    made("--host a@10.0.0.1 --no-env");
    assert_int_equal(request->part_count, 1);
    refused("-r rc --os-cloud lab", "-r and --os-cloud both say whose credentials: give one");
}

static void assert_ways(const struct classic_part *part, const char *const *descs)
{
    for (size_t i = 0; i < part->flow_count; i++)
        assert_string_equal(part->flows[i].desc, descs[i]);
    assert_null(descs[part->flow_count]);
}

#define SAME(where)      "VM to VM same network fixed IP (" where "-node)"
#define DIFFERENT(where) "VM to VM different network fixed IP (" where "-node)"
#define FLOATING(where)  "VM to VM different network floating IP (" where "-node)"

static void the_ways_between_vms_are_those_of_vmtp(void **state)
{
    static const struct {
        const char *arguments, *descs[9];
    } lines[] = {
        { "-r /rc",
          { SAME("intra"), DIFFERENT("intra"), FLOATING("intra"), SAME("inter"), DIFFERENT("inter"),
            FLOATING("inter") } },
        { "-r /rc --inter-node-only", { SAME("inter"), DIFFERENT("inter"), FLOATING("inter") } },
        { "-r /rc --same-network-only", { SAME("intra"), SAME("inter") } },
        { "-r /rc --hypervisor a", { SAME("intra"), DIFFERENT("intra"), FLOATING("intra") } },
        { "-r /rc --hypervisor a --inter-node-only --same-network-only", { SAME("intra") } },
        { "-r /rc --hypervisor a --hypervisor b --inter-node-only --same-network-only",
          { SAME("inter") } },
        { "-r /rc --no-floatingip --inter-node-only", { SAME("inter"), DIFFERENT("inter") } },
        { "-r /rc --reuse_network_name n", { SAME("intra"), SAME("inter") } },
        { "-r /rc --same-network-only --external-host u@10.0.0.7",
          { SAME("intra"), SAME("inter"), "External-VM" } },
        { "-r /rc --keep-first-flow-and-exit --external-host u@10.0.0.7", { SAME("intra") } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_ways(made(lines[i].arguments), lines[i].descs);
    config_write("ipv6_mode: slaac\n");
    assert_ways(made("-r /rc --inter-node-only"),
                (const char *[]){ SAME("inter"), DIFFERENT("inter"), NULL });
    is(flow(tree(request->parts[0]->scenario), 0), "family", "ipv6");
    config_write("");
}

static void in_a_cloud_of_one_host_the_rest_is_measured(void **state)
{
    const struct classic_part *otherwise = made("-r /rc -p geheim")->otherwise;

    (void)state;
    assert_non_null(otherwise);
    assert_ways(otherwise,
                (const char *[]){ SAME("intra"), DIFFERENT("intra"), FLOATING("intra"), NULL });
    assert_string_equal(flow(tree(otherwise->scenario), 0)->first->text, "same-network-intra-node-"
                                                                         "tcp-65536");
    assert_int_equal(request->secret_count, 1);
    assert_non_null(made("-r /rc --inter-node-only")->otherwise);
    assert_null(made("-r /rc --hypervisor a")->otherwise);
    assert_null(made("-r /rc --hypervisor a --hypervisor b")->otherwise);
}

static void writes_a_cloud_that_a_person_could_have_written(void **state)
{
    (void)state;
    made("-r /rc -p geheim --same-network-only --inter-node-only --protocols T");
    assert_string_equal(
        request->parts[0]->scenario,
        "vmtp: 1\n"
        "name: vmtp\n"
        "cloud:\n"
        "  openstack:\n"
        "    rc: /rc\n"
        "    password: { prompt: \"OpenStack password\" }\n"
        "    image: \"Ubuntu Server 14.04\"\n"
        "    flavor-name: vmtp\n"
        "    vcpus: 1\n"
        "    ram: 2048\n"
        "    disk: 0\n"
        "    ephemeral: 0\n"
        "    user: ubuntu\n"
        "    server-name: TestServer\n"
        "    client-name: TestClient\n"
        "    keypair-name: pns_public_key\n"
        "    group-name: pns-security\n"
        "    router-name: pns-router\n"
        "    cidr: [\"192.168.1.0/24\", \"192.168.2.0/24\"]\n"
        "    cidr6: [\"2001:45::/64\", \"2001:46::/64\"]\n"
        "    dns: [\"8.8.8.8\"]\n"
        "    network-names: [pns-internal-net, pns-internal-net2]\n"
        "    subnet-names: [pns-internal-subnet, pns-internal-subnet2]\n"
        "    subnet6-names: [pns-internal-v6-subnet, pns-internal-v6-subnet2]\n"
        "    physical-network: physnet1\n"
        "    host-keys: strict\n"
        "run: { order: written, explain: no }\n"
        "flows:\n"
        "  - name: same-network-inter-node-tcp-65536\n"
        "    path: same-network\n"
        "    placement: inter-node\n"
        "    tool: { nuttcp: { protocol: tcp, length: 65536, port: 5001, control-port: 5002 } }\n"
        "    otherwise: { native: { protocol: tcp, length: 65536, port: 5001 } }\n"
        "    duration: 10s\n"
        "    warmup: 500ms\n"
        "    repeat: 3\n");
    assert_string_equal(request->secrets[0].what, "OpenStack password");
    assert_string_equal(request->secrets[0].value, "geheim");
}

static const struct node *cloud(const char *arguments)
{
    return node_get(scenario(arguments), "cloud")->first;
}

static void variables_and_flags_become_options(void **state)
{
    const struct node *made_of;

    (void)state;
    config_write("image_name: i\nvm_image_url: file:///i.img\nssh_vm_username: root\n"
                 "flavor_type: big\nflavor: { vcpus: 4, extra_specs: { 'hw:mem_page_size': large "
                 "} }\nrouter_name: own\next_net_name: outside\nuser_data_file: /ud\n"
                 "private_key_file: /k\npublic_key_file: /k.pub\ndns_nameservers: []\n"
                 "ipv6_mode: slaac\ngeneric_retry_count: 100\nssh_retry_count: 0\n"
                 "config_drive: true\nhost_keys: insecure\n");
    made_of = cloud("-r /rc --availability_zone az --hypervisor az:a --hypervisor b --hypervisor c "
                    "--no-dhcp --no-floatingip --vnic-type direct --os-dataplane-network p2");
    assert_string_equal(made_of->key, "openstack");
    is(made_of, "image", "i");
    is(made_of, "image-url", "file:///i.img");
    is(made_of, "user", "root");
    is(made_of, "flavor", "big");
    is(made_of, "vcpus", "4");
    is(node_get(made_of, "extra-specs"), "hw:mem_page_size", "large");
    is(made_of, "router", "own");
    is(made_of, "router-name", "own");
    is(made_of, "external-network", "outside");
    is(made_of, "user-data", "/ud");
    is(made_of, "key", "/k");
    is(made_of, "public-key", "/k.pub");
    assert_null(node_get(made_of, "dns"));
    is(made_of, "ipv6", "slaac");
    is(made_of, "boot-timeout", "200s");
    is(made_of, "ssh-timeout", "1s");
    is(made_of, "config-drive", "true");
    is(made_of, "zone", "az");
    assert_int_equal(node_get(made_of, "hosts")->count, 2);
    assert_string_equal(node_get(made_of, "hosts")->first->text, "az:a");
    is(made_of, "dhcp", "false");
    is(made_of, "floating", "false");
    is(made_of, "vnic", "direct");
    is(made_of, "physical-network", "p2");
    is(made_of, "host-keys", "insecure");
    config_write("");
}

static void a_network_that_exists_takes_the_provider(void **state)
{
    const struct node *made_of = cloud("-r /rc --reuse_network_name n --no-dhcp");

    (void)state;
    assert_string_equal(made_of->key, "provider");
    is(made_of, "network", "n");
    is(made_of, "dhcp", "false");
    assert_null(node_get(made_of, "router-name"));
    assert_null(node_get(made_of, "cidr"));
}

static void nobody_waits_longer_than_a_timeout_may_be(void **state)
{
    (void)state;
    config_write("generic_retry_count: 2000\nssh_retry_count: 1000000\n");
    is(cloud("-r /rc"), "boot-timeout", "3600s");
    is(cloud("-r /rc"), "ssh-timeout", "3600s");
    config_write("");
}

static void hosts_outside_have_passwords_of_their_own(void **state)
{
    const struct node *made_of =
        cloud("-r /rc --external-host u@10.0.0.7:eins --controller-node r@[2001:db8::1]:zwei:");

    (void)state;
    is(made_of, "external-host", "u@10.0.0.7");
    is(node_get(made_of, "external-password"), "prompt", "password of u@10.0.0.7");
    is(made_of, "controller", "r@[2001:db8::1]:22");
    assert_int_equal(request->secret_count, 2);
    assert_string_equal(request->secrets[0].value, "eins");
    assert_string_equal(request->secrets[1].value, "zwei");
    assert_false(has("eins"));
    assert_false(has("zwei"));
}

static void the_external_host_uploads_and_downloads(void **state)
{
    static const char *const names[] = { "external-tcp-65536", "external-tcp-65536-down",
                                         "external-udp-64",    "external-udp-64-down",
                                         "external-icmp-64",   "external-icmp-391",
                                         "external-icmp-1500" };
    const struct classic_part *part = made("-r /rc --inter-node-only --same-network-only "
                                           "--external-host u@10.0.0.7 --udpbuf 64");
    const struct node *root = tree(part->scenario), *down = flow(root, 8);

    (void)state;
    assert_int_equal(part->test_count, 5 + COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(part->tests[5 + i].name, names[i]);
    assert_true(part->tests[6].reverse);
    is(down, "name", "external-udp-64-down");
    is(down, "path", "external");
    assert_null(node_get(down, "placement"));
    is(node_get(node_get(down, "tool"), "native"), "direction", "down");
    assert_null(node_get(node_get(node_get(flow(root, 5), "tool"), "nuttcp"), "direction"));
}

static void an_error_or_a_wish_keeps_what_is_there(void **state)
{
    (void)state;
    is(node_get(scenario("-r /rc --stop-on-error"), "run"), "on-error", "stop");
    is(node_get(scenario("-r /rc --keep-first-flow-and-exit"), "run"), "keep", "yes");
    made("-r /rc --host a@10.0.0.1 --keep-first-flow-and-exit --stop-on-error");
    assert_true(has("run: { order: written, explain: no, on-error: stop }"));
}

static void vms_that_exist_are_logged_in_to(void **state)
{
    const struct node *endpoints;

    (void)state;
    config_write("reuse_existing_vm: true\nvm_server_internal_ip: 192.168.1.2\n"
                 "vm_client_internal_ip: 192.168.1.3\nvm_server_external_ip: 10.0.0.2\n"
                 "ssh_vm_username: centos\nprivate_key_file: /k\n");
    endpoints = node_get(scenario("--no-env --protocols I"), "endpoints");
    is(node_get(endpoints, "server"), "ssh", "centos@10.0.0.2");
    is(node_get(endpoints, "server"), "address", "192.168.1.2");
    is(node_get(endpoints, "client"), "ssh", "centos@192.168.1.3");
    assert_string_equal(request->parts[0]->flows[0].desc, "VM to VM same network fixed IP");
    assert_true(has("hosts: { key: /k }"));
    config_write("reuse_existing_vm: 'no'\n");
    refused("--no-env", "nothing to measure: name hosts with --host, or OpenStack credentials with "
                        "-r, --os-cloud or OS_* variables");
    config_write("reuse_existing_vm: vm\nvm_server_internal_ip: 192.168.1.2\n");
    refused("--no-env", "reuse_existing_vm: vm_client_internal_ip, the address that is measured, "
                        "is missing");
    config_write("");
}

static void a_plugin_that_is_missing_costs_only_what_nobody_asked_for(void **state)
{
    (void)state;
    registry = fake_registry();
    setenv("OS_AUTH_URL", "http://k:5000/v3", 1);
    made("--host a@10.0.0.1 --vnic-type direct");
    assert_int_equal(request->part_count, 1);
    assert_true(warned("there is no plugin 'openstack' here, so nothing is measured between VMs"));
    made("--host a@10.0.0.1 -r /rc");
    assert_int_equal(request->part_count, 2);
    registry = NULL;
}

static void results_go_where_vmtps_went(void **state)
{
    struct component fluentd = { .table = { .name = "fluentd", .kind = VMTP_SINK } };
    struct component mongodb = { .next = &fluentd,
                                 .table = { .name = "mongodb", .kind = VMTP_SINK } };
    const struct registry both = { .components = &mongodb };
    const struct node *sinks;

    (void)state;
    registry = &both;
    config_write("vmtp_mongod_port: 27018\nvmtp_db: 'a: b'\n"
                 "fluentd: { logging_tag: lab, ip: 10.0.0.7 }\n");
    sinks = node_get(scenario("--host a@10.0.0.1 --mongod-server 10.0.0.6"), "sinks");
    is(node_get(sinks->first, "mongodb"), "host", "10.0.0.6");
    is(node_get(sinks->first, "mongodb"), "port", "27018");
    is(node_get(sinks->first, "mongodb"), "database", "a: b");
    is(node_get(sinks->first, "mongodb"), "collection", "pns_web_entry");
    is(node_get(sinks->first->next, "fluentd"), "address", "10.0.0.7");
    is(node_get(sinks->first->next, "fluentd"), "port", "24224");
    is(node_get(sinks->first->next, "fluentd"), "tag", "lab");
    config_write("");
    assert_null(node_get(scenario("--host a@10.0.0.1"), "sinks"));
    registry = NULL;
}

static void a_part_can_be_dropped(void **state)
{
    struct vmtp_error err = { 0 };

    (void)state;
    made("--host a@10.0.0.1 -r /rc");
    assert_int_equal(request_drop(request, 1, "x", &err), 0);
    assert_int_equal(request->part_count, 1);
    assert_int_equal(request_drop(request, 0, "OS_USERNAME missing in rc", &err), -EINVAL);
    assert_string_equal(err.text, "nothing to measure: name hosts with --host, or OpenStack "
                                  "credentials with -r, --os-cloud or OS_* variables; of these: "
                                  "OS_USERNAME missing in rc");
}

static void says_that_there_is_nothing_to_measure(void **state)
{
    (void)state;
    refused("", "nothing to measure: name hosts with --host, or OpenStack credentials with -r, "
                "--os-cloud or OS_* variables");
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
        cmocka_unit_test_teardown(vms_are_measured_where_there_are_credentials, clear),
        cmocka_unit_test_teardown(the_ways_between_vms_are_those_of_vmtp, clear),
        cmocka_unit_test_teardown(in_a_cloud_of_one_host_the_rest_is_measured, clear),
        cmocka_unit_test_teardown(writes_a_cloud_that_a_person_could_have_written, clear),
        cmocka_unit_test_teardown(variables_and_flags_become_options, clear),
        cmocka_unit_test_teardown(a_network_that_exists_takes_the_provider, clear),
        cmocka_unit_test_teardown(nobody_waits_longer_than_a_timeout_may_be, clear),
        cmocka_unit_test_teardown(hosts_outside_have_passwords_of_their_own, clear),
        cmocka_unit_test_teardown(the_external_host_uploads_and_downloads, clear),
        cmocka_unit_test_teardown(an_error_or_a_wish_keeps_what_is_there, clear),
        cmocka_unit_test_teardown(vms_that_exist_are_logged_in_to, clear),
        cmocka_unit_test_teardown(a_plugin_that_is_missing_costs_only_what_nobody_asked_for, clear),
        cmocka_unit_test_teardown(results_go_where_vmtps_went, clear),
        cmocka_unit_test_teardown(a_part_can_be_dropped, clear),
        cmocka_unit_test_teardown(says_that_there_is_nothing_to_measure, clear),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
