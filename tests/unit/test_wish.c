/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/wish.c, argument.c and flags.c: VMTP's command line as argparse reads it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/classic/wish.h"

#define WORDS_MAX 48

/* Arguments that can be written to, as those of main(). */
struct line {
    int argc;
    char *argv[WORDS_MAX];
    struct wish *wish;
    struct vmtp_error err;
};

static struct line line;

static int teardown(void **state)
{
    (void)state;
    wish_free(line.wish);
    for (int i = 0; i < line.argc; i++)
        free(line.argv[i]);
    memset(&line, 0, sizeof line);
    return 0;
}

/* "vmtp" and the words of a text, which '|' separates. */
static int line_read(const char *text)
{
    teardown(NULL);
    line.argv[line.argc++] = strdup("vmtp");
    while (*text) {
        size_t len = strcspn(text, "|");

        line.argv[line.argc++] = strndup(text, len);
        text += len + (text[len] == '|');
    }
    return wish_read(line.argc, line.argv, &line.wish, &line.err);
}

static const struct wish *read_as(const char *text)
{
    if (line_read(text) < 0)
        fail_msg("%s: %s", text, line.err.text);
    return line.wish;
}

static void refused(const char *text, const char *why)
{
    assert_int_equal(line_read(text), -EINVAL);
    assert_null(line.wish);
    assert_string_equal(line.err.text, why);
}

static void assert_sizes(const struct vmtp_list *sizes, size_t count, const uint64_t *wanted)
{
    assert_int_equal(sizes->count, count);
    assert_memory_equal(sizes->items, wanted, count * sizeof *wanted);
}

static unsigned bits(const char *letters)
{
    unsigned all = 0;

    for (; *letters; letters++)
        all |= 1u << (*letters == 'T'   ? CLASSIC_TCP
                      : *letters == 'U' ? CLASSIC_UDP
                      : *letters == 'I' ? CLASSIC_ICMP
                                        : CLASSIC_MULTICAST);
    return all;
}

static void takes_the_examples_of_vmtps_documentation(void **state)
{
    const struct wish *wish = read_as("-r|admin-openrc.sh|-p|admin|--protocols|IT");

    (void)state;
    assert_int_equal(wish->action, WISH_RUN);
    assert_string_equal(wish->rc_file, "admin-openrc.sh");
    assert_string_equal(wish->password, "admin");
    assert_int_equal(wish->protocols, bits("TI"));

    wish = read_as("-c|mycfg.yaml|-r|rc|-p|admin|--external-host|localadmin@172.29.87.29:secret|"
                   "--json|res.json");
    assert_string_equal(wish->config_file, "mycfg.yaml");
    assert_string_equal(wish->json_file, "res.json");
    assert_string_equal(wish->external_host.user, "localadmin");
    assert_string_equal(wish->external_host.password, "secret");

    wish = read_as("-r|rc|-p|admin|--json|r|--mongod-server|172.29.87.29|--controller-node|"
                   "root@172.22.191.172:admin");
    assert_string_equal(wish->mongod_server, "172.29.87.29");
    assert_string_equal(wish->controller_node.host, "172.22.191.172");

    wish = read_as("-r|rc|-p|admin|--inter-node-only|--json|r|--hypervisor|tme212|--hypervisor|"
                   "nova:tme210");
    assert_true(wish->given[FLAG_INTER_NODE_ONLY]);
    assert_int_equal(wish->hypervisor_count, 2);
    assert_string_equal(wish->hypervisors[0], "tme212");
    assert_string_equal(wish->hypervisors[1], "nova:tme210");

    wish = read_as("--host|localadmin@172.29.87.29:secret|--host|localadmin@172.29.87.30:secret|"
                   "--time|120");
    assert_int_equal(wish->host_count, 2);
    assert_int_equal(wish->time_s, 120);

    wish = read_as("--host|localadmin@172.29.87.29:secret:eth5|--host|localadmin@172.29.87.30");
    assert_string_equal(wish->hosts[0].interface, "eth5");
}

static void takes_the_command_lines_that_others_run(void **state)
{
    const struct wish *wish;

    (void)state;
    wish = read_as("-d|--json|/tmp/vmtp.json|-c|/tmp/vmtp.conf|--hypervisor|nova:node1");
    assert_true(wish->given[FLAG_DEBUG]);
    wish = read_as("--tp-tool|iperf|--inter-node-only|--protocols|TI|--log-file|/var/log/vmtp.log|"
                   "--vm-image-url|file:///root/image.qcow2|--stop-on-error|--hypervisor|nova:a|"
                   "--hypervisor|nova:b|--config|y.yaml|--reuse_network_name|net|--vnic-type|"
                   "direct|--no-dhcp|--use-config-drive|--no-floatingip|--json|f.json");
    assert_int_equal(wish->tool, TOOL_IPERF);
    assert_int_equal(wish->protocols, bits("TI"));
    assert_string_equal(wish->log_file, "/var/log/vmtp.log");
    assert_string_equal(wish->vm_image_url, "file:///root/image.qcow2");
    assert_string_equal(wish->reuse_network_name, "net");
    assert_string_equal(wish->vnic_type, "direct");
    assert_true(wish->given[FLAG_NO_DHCP] && wish->given[FLAG_USE_CONFIG_DRIVE] &&
                wish->given[FLAG_NO_FLOATINGIP] && wish->given[FLAG_STOP_ON_ERROR]);
    wish = read_as("--vm_image_url|file:///x|--mongod_server|10.0.0.1|--test_description|Lab 7|"
                   "--vnic_type|normal|--logfile|l|--availability-zone|az|--multicast-addr|"
                   "231.1.1.9|--os_dataplane_network|physnet2");
    assert_string_equal(wish->vm_image_url, "file:///x");
    assert_string_equal(wish->description, "Lab 7");
    assert_string_equal(wish->log_file, "l");
    assert_string_equal(wish->availability_zone, "az");
    assert_string_equal(wish->multicast_address, "231.1.1.9");
    assert_string_equal(wish->os_dataplane_network, "physnet2");
}

static void reads_values_wherever_argparse_finds_them(void **state)
{
    static const char *const lines[] = {
        "-t|10",    "-t10",  "-t=10",  "--time|10", "--time=10",
        "--tim|10", "-dt10", "-dt|10", "-t|--|10",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_int_equal(read_as(lines[i])->time_s, 10);
    assert_true(read_as("-dt10")->given[FLAG_DEBUG]);
    assert_string_equal(read_as("--json=a=b")->json_file, "a=b");
    assert_string_equal(read_as("-ca=b")->config_file, "a=b");
    assert_string_equal(read_as("--json|-")->json_file, "-");
    assert_string_equal(read_as("--test-description|-x y")->description, "-x y");
    assert_string_equal(read_as("--test-description|-5")->description, "-5");
    assert_int_equal(read_as("-t|5|-t|7")->time_s, 7);
}

static void a_beginning_that_was_clear_in_vmtp_stays_so(void **state)
{
    (void)state;
    assert_int_equal(read_as("--protocol|T")->protocols, bits("T"));
    assert_int_equal(read_as("--pr|T")->protocols, bits("T"));
    assert_int_equal(read_as("--ho|a@10.0.0.1")->host_count, 1);
    assert_string_equal(read_as("--os|p")->os_dataplane_network, "p");
    assert_string_equal(read_as("--os-c|lab")->os_cloud, "lab");
    assert_string_equal(read_as("--host-k|insecure")->host_keys, "insecure");
    assert_string_equal(read_as("--log|f")->log_file, "f");
    refused("--no", "ambiguous option: --no could match --no-env, --no-dhcp, --no-floatingip");
    refused("--p|T", "ambiguous option: --p could match --password, --protocols");
    refused("--t=4", "ambiguous option: --t could match --time, --tp-tool, --tcpbuf, "
                     "--test-description");
}

static void the_short_flag_with_two_letters_is_one(void **state)
{
    (void)state;
    assert_int_equal(read_as("-sc")->action, WISH_SHOW_CONFIG);
    assert_int_equal(read_as("-s")->action, WISH_SHOW_CONFIG);
    assert_int_equal(read_as("--show-config")->action, WISH_SHOW_CONFIG);
    assert_int_equal(read_as("--show_c")->action, WISH_SHOW_CONFIG);
    assert_int_equal(read_as("-v")->action, WISH_VERSION);
    assert_int_equal(read_as("-dv")->action, WISH_VERSION);
    assert_int_equal(read_as("-h|--nonsense")->action, WISH_HELP);
    refused("-dsc", "argument -d/--debug: ignored explicit argument 'sc'");
    refused("-d=5", "argument -d/--debug: ignored explicit argument '5'");
    refused("--debug=5", "argument -d/--debug: ignored explicit argument '5'");
    refused("-host", "argument -h/--help: ignored explicit argument 'ost'");
}

static void what_vmtp_ignored_without_a_word_is_refused(void **state)
{
    (void)state;
    refused("--jsn|f", "unrecognized arguments: --jsn; did you mean '--json'?");
    refused("--hypervisors|a",
            "unrecognized arguments: --hypervisors; did you mean '--hypervisor'?");
    refused("--passwort=geheim",
            "unrecognized arguments: --passwort...; did you mean '--password'?");
    refused("--zebra", "unrecognized arguments: --zebra");
    refused("-x", "unrecognized arguments: -x");
    refused("file.yaml", "unrecognized arguments: file.yaml");
    refused("root@10.0.0.1:geheim", "unrecognized arguments: root@10.0.0.1...");
    refused("-", "unrecognized arguments: -");
    refused("-t", "argument -t/--time: expected one argument");
    refused("--json|--debug", "argument --json: expected one argument");
    refused("--json|--no", "argument --json: expected one argument");
}

static void values_are_checked_and_named(void **state)
{
    (void)state;
    refused("-t|0", "argument -t/--time: '0' is no number of seconds from 1 to 86400");
    refused("-t|1.5", "argument -t/--time: '1.5' is no number of seconds from 1 to 86400");
    refused("-t|-5", "argument -t/--time: '-5' is no number of seconds from 1 to 86400");
    refused("--protocols|TX", "argument --protocols: 'TX': protocols are letters of T (TCP), U "
                              "(UDP), I (ICMP) and M (multicast)");
    refused("--protocols=", "argument --protocols: no protocol");
    refused("--tp-tool|netperf", "argument --tp-tool: 'netperf' is none of nuttcp, iperf, iperf3, "
                                 "native");
    refused("--tp-tool|iprf", "argument --tp-tool: 'iprf' is none of nuttcp, iperf, iperf3, "
                              "native; did you mean 'iperf'?");
    refused("--vnic-type|fast", "argument --vnic-type: 'fast' is none of direct, macvtap, normal");
    refused("--bandwidth|100", "argument --bandwidth: '100' is no bandwidth: write a number with "
                               "K, M or G (bit/s), as 128K, 32M or 5G");
    refused("--bandwidth|5Gbps", "argument --bandwidth: '5Gbps' is no bandwidth: write a number "
                                 "with K, M or G (bit/s), as 128K, 32M or 5G");
    refused("--tcpbuf|1,", "argument --tcpbuf: '1,' is no list of sizes: write up to 64 numbers "
                           "from 1 to 67108864, as 128,1024");
    refused("--udpbuf|65508", "argument --udpbuf: '65508' is no list of sizes: write up to 64 "
                              "numbers from 1 to 65507, as 128,1024");
    refused("--icmp_pkt_sizes|x", "argument --icmp_pkt_sizes: 'x' is no list of sizes: write up to "
                                  "64 numbers from 1 to 65507, as 128,1024");
    refused("-m|10.0.0.256", "argument -m/--monitor: '10.0.0.256' is no address or name, with or "
                             "without :port");
    refused("-m|10.0.0.1:x", "argument -m/--monitor: '10.0.0.1:x': the port is not a number from "
                             "1 to 65535");
    refused("--mongod-server|a b", "argument --mongod-server: 'a b' is no address or name");
    refused("--multicast_addr|10.0.0.1", "argument --multicast_addr: '10.0.0.1' is no multicast "
                                         "address, as 231.1.1.1");
    refused("--hypervisor|nova:", "argument --hypervisor: 'nova:' is no hypervisor: write "
                                  "[zone:]host");
    refused("--host|10.0.0.1", "argument --host: the user is missing: write user@host");
    refused("--host-keys|none", "argument --host-keys: 'none' is none of strict, accept-new, "
                                "insecure");
    refused("--json=", "argument --json: nothing is written there");
    refused("--external-host|a@10.0.0.1:b:c",
            "argument --external-host: what stands behind the last ':' is an interface, which only "
            "--host takes: if it belongs to the password, put another ':' behind it");
}

static void values_mean_what_they_meant(void **state)
{
    const struct wish *wish = read_as("--tcpbuf|8192,65536|--udpbuf=128|--icmp_pkt_sizes|64,391");

    (void)state;
    assert_sizes(&wish->tcp_sizes, 2, (const uint64_t[]){ 8192, 65536 });
    assert_sizes(&wish->udp_sizes, 1, (const uint64_t[]){ 128 });
    assert_sizes(&wish->icmp_sizes, 2, (const uint64_t[]){ 64, 391 });
    assert_int_equal(read_as("--bandwidth|128K")->bandwidth_bps, 128000);
    assert_int_equal(read_as("--bandwidth|32m")->bandwidth_bps, 32000000);
    assert_true(read_as("--bandwidth|2.5G")->bandwidth_bps == 2500000000);
    assert_int_equal(read_as("--bandwidth|0")->bandwidth_bps, 0);
    assert_int_equal(read_as("--tp-tool|NutTCP")->tool, TOOL_NUTTCP);
    assert_int_equal(read_as("--tp-tool|iperf3")->tool, TOOL_IPERF3);
    assert_int_equal(read_as("--tp-tool|native")->tool, TOOL_NATIVE);
    assert_int_equal(read_as("--protocols|tuim")->protocols, bits("TUIM"));
    assert_int_equal(read_as("")->protocols, bits("TUI"));
    assert_int_equal(read_as("--multicast_addr|239.0.0.1")->protocols, bits("TUIM"));
    assert_string_equal(read_as("--protocols|M")->multicast_address, "231.1.1.1");
    assert_null(read_as("--protocols|T")->multicast_address);
    assert_int_equal(read_as("-m|10.0.0.5")->monitor_port, 8649);
    assert_int_equal(read_as("-m|[::1]:99")->monitor_port, 99);
    assert_string_equal(read_as("-m|fe80::1")->monitor, "fe80::1");
    assert_int_equal(read_as("-m|gmond.example:8650")->monitor_port, 8650);
}

static void hosts_keep_their_order_and_stand_once(void **state)
{
    const struct wish *wish = read_as("--host|b@10.0.0.9|--host|a@10.0.0.1|--host|b@10.0.0.9");

    (void)state;
    assert_int_equal(wish->host_count, 2);
    assert_string_equal(wish->hosts[0].host, "10.0.0.9");
    assert_string_equal(wish->hosts[1].host, "10.0.0.1");
}

static bool argv_has(const char *secret)
{
    size_t len = strlen(secret);

    for (int i = 0; i < line.argc; i++)
        for (const char *at = line.argv[i]; *at; at++)
            if (strncmp(at, secret, len) == 0)
                return true;
    return false;
}

/* Beyond the first NUL too: each word was as long as it is in the text. */
static bool words_have(const char *text, const char *secret)
{
    size_t len = strlen(secret);

    for (int i = 1; i < line.argc; i++) {
        size_t room = strcspn(text, "|");

        for (size_t at = 0; at + len <= room; at++)
            if (memcmp(line.argv[i] + at, secret, len) == 0)
                return true;
        text += room + (text[room] == '|');
    }
    return argv_has(secret);
}

static void passwords_leave_argv_at_once(void **state)
{
    static const struct {
        const char *text, *args;
    } lines[] = {
        { "-p|geheim", "vmtp -p <MASKED>" },
        { "-pgeheim", "vmtp -p<MASKED>" },
        { "-p=geheim", "vmtp -p=<MASKED>" },
        { "-dpgeheim", "vmtp -dp<MASKED>" },
        { "--password|geheim", "vmtp --password <MASKED>" },
        { "--pass=geheim", "vmtp --pass=<MASKED>" },
        { "--password=geheim|-d", "vmtp --password=<MASKED> -d" },
        { "--host|u@10.0.0.1:geheim", "vmtp --host u@10.0.0.1:<MASKED>" },
        { "--host=u@10.0.0.1:geheim:eth5", "vmtp --host=u@10.0.0.1:<MASKED>:eth5" },
        { "--host|u@[::1]:ge:geheim:", "vmtp --host u@[::1]:<MASKED>:" },
        { "--host|ssh://u@h:22:geheim", "vmtp --host ssh://u@h:22:<MASKED>" },
        { "--external_host|u@10.0.0.1:geheim", "vmtp --external_host u@10.0.0.1:<MASKED>" },
        { "--controller-node|u@10.0.0.1:geheim", "vmtp --controller-node u@10.0.0.1:<MASKED>" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        read_as(lines[i].text);
        assert_string_equal(line.wish->args, lines[i].args);
        assert_false(words_have(lines[i].text, "geheim"));
    }
    assert_string_equal(read_as("-p|geheim")->password, "geheim");
    assert_int_equal(line_read("--host|u@10.0.0.1:gehe/im:geheimnis/x"), -EINVAL);
    assert_null(strstr(line.err.text, "gehe"));
}

static void the_kept_command_line_can_be_typed_again(void **state)
{
    (void)state;
    assert_string_equal(read_as("--test-description|Yichen's testbed|--json|a b.json")->args,
                        "vmtp --test-description 'Yichen'\\''s testbed' --json 'a b.json'");
    assert_string_equal(read_as("--host|root@10.0.0.1::eth5")->args,
                        "vmtp --host root@10.0.0.1::eth5");
    assert_string_equal(read_as("--test-description|M\xc3\xbcnchen \xff")->args,
                        "vmtp --test-description 'M\xc3\xbcnchen \xef\xbf\xbd'");
    assert_string_equal(line.wish->description, "M\xc3\xbcnchen \xef\xbf\xbd");
}

static void every_flag_is_taken_and_explained(void **state)
{
    _free_ char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    flags_help(out);
    fclose(out);
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        char word[80];

        assert_int_equal(flags[i].id, i);
        snprintf(word, sizeof word, "--%s", flags[i].name);
        assert_non_null(strstr(text, word));
        if (!flags[i].value)
            assert_true(read_as(word)->given[i]);
    }
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
        assert_true(strcspn(at, "\n") < 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(takes_the_examples_of_vmtps_documentation, teardown),
        cmocka_unit_test_teardown(takes_the_command_lines_that_others_run, teardown),
        cmocka_unit_test_teardown(reads_values_wherever_argparse_finds_them, teardown),
        cmocka_unit_test_teardown(a_beginning_that_was_clear_in_vmtp_stays_so, teardown),
        cmocka_unit_test_teardown(the_short_flag_with_two_letters_is_one, teardown),
        cmocka_unit_test_teardown(what_vmtp_ignored_without_a_word_is_refused, teardown),
        cmocka_unit_test_teardown(values_are_checked_and_named, teardown),
        cmocka_unit_test_teardown(values_mean_what_they_meant, teardown),
        cmocka_unit_test_teardown(hosts_keep_their_order_and_stand_once, teardown),
        cmocka_unit_test_teardown(passwords_leave_argv_at_once, teardown),
        cmocka_unit_test_teardown(the_kept_command_line_can_be_typed_again, teardown),
        cmocka_unit_test_teardown(every_flag_is_taken_and_explained, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
