/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/settings.c and layers.c: VMTP's variables from the defaults, files and
 * flags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/classic/settings.h"

static char folder[] = "/tmp/test_settings.XXXXXX";
static struct wish *wish;
static struct settings *settings;

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static const char *path(const char *name)
{
    static char all[4][80];
    static size_t next;
    char *text = all[next++ % 4];

    snprintf(text, sizeof all[0], "%s/%s", folder, name);
    return text;
}

static int clear(void **state)
{
    (void)state;
    settings_free(TAKE(settings));
    wish_free(TAKE(wish));
    unlink(path(".vmtp.yaml"));
    unlink(path("c.yaml"));
    return 0;
}

static int teardown(void **state)
{
    clear(state);
    return rmdir(folder);
}

static void file_write(const char *name, const char *text)
{
    if (file_replace(path(name), text, strlen(text), 0600, NULL) < 0)
        fail_msg("%s can't be written", name);
}

/* "vmtp", -c with the file if there is one, and another flag with its value. */
static int load(const char *flag, const char *value, struct vmtp_error *err)
{
    static char program[] = "vmtp", config_flag[] = "-c";
    char *argv[6] = { program };
    bool config = access(path("c.yaml"), F_OK) == 0;
    int argc = 1;

    settings_free(TAKE(settings));
    wish_free(TAKE(wish));
    if (config) {
        argv[argc++] = config_flag;
        argv[argc++] = (char *)(uintptr_t)path("c.yaml");
    }
    if (flag)
        argv[argc++] = (char *)(uintptr_t)flag;
    if (value)
        argv[argc++] = (char *)(uintptr_t)value;
    assert_int_equal(wish_read(argc, argv, &wish, err), 0);
    return settings_load(wish, folder, &settings, err);
}

static const struct settings *loaded(const char *flag, const char *value)
{
    struct vmtp_error err = { 0 };

    if (load(flag, value, &err) < 0)
        fail_msg("%s", err.text);
    return settings;
}

static void refused(const char *text, const char *why)
{
    struct vmtp_error err = { 0 };
    char all[300];

    file_write("c.yaml", text);
    assert_int_equal(load(NULL, NULL, &err), -EINVAL);
    snprintf(all, sizeof all, "%s:%s", path("c.yaml"), why);
    assert_string_equal(err.text, all);
}

static uint64_t whole(const struct vmtp_list *list, size_t i)
{
    assert_true(i < list->count);
    return ((const uint64_t *)list->items)[i];
}

static const char *text(const struct vmtp_list *list, size_t i)
{
    assert_true(i < list->count);
    return ((const char *const *)list->items)[i];
}

static void the_packaged_defaults_are_vmtps(void **state)
{
    const struct settings *s = loaded(NULL, NULL);

    (void)state;
    assert_int_equal(s->warning_count, 0);
    assert_string_equal(s->image_name, "Ubuntu Server 14.04");
    assert_string_equal(s->ssh_vm_username, "ubuntu");
    assert_string_equal(s->flavor_type, "vmtp");
    assert_int_equal(s->flavor.vcpus, 1);
    assert_int_equal(s->flavor.ram, 2048);
    assert_int_equal(s->flavor.disk, 0);
    assert_null(s->availability_zone);
    assert_string_equal(text(&s->dns_nameservers, 0), "8.8.8.8");
    assert_string_equal(s->vm_image_url, "");
    assert_null(s->reuse_network_name);
    assert_null(s->ext_net_name);
    assert_true(s->floating_ip);
    assert_false(s->config_drive);
    assert_string_equal(s->router_name, "pns-router");
    assert_string_equal(text(&s->internal_network_name, 1), "pns-internal-net2");
    assert_string_equal(text(&s->internal_cidr_v6, 0), "2001:45::/64");
    assert_null(s->private_key_file);
    assert_string_equal(s->public_key_name, "pns_public_key");
    assert_string_equal(s->vm_name_client, "TestClient");
    assert_string_equal(s->security_group_name, "pns-security");
    assert_int_equal(s->ssh_retry_count, 50);
    assert_int_equal(s->generic_retry_count, 50);
    assert_int_equal(s->tcp_tp_loop_count, 3);
    assert_int_equal(whole(&s->tcp_pkt_sizes, 0), 65536);
    assert_int_equal(whole(&s->udp_pkt_sizes, 2), 8192);
    assert_int_equal(whole(&s->icmp_pkt_sizes, 1), 391);
    assert_true(((const double *)s->udp_loss_rate_range.items)[1] == 5);
    assert_int_equal(s->vm_bandwidth, 0);
    assert_string_equal(s->os_dataplane_network, "physnet1");
    assert_int_equal(s->vmtp_mongod_port, 27017);
    assert_string_equal(s->vmtp_db, "client_db");
    assert_string_equal(s->vmtp_collection, "pns_web_entry");
    assert_null(s->fluentd.logging_tag);
    assert_int_equal(s->fluentd.port, 24224);
    assert_string_equal(s->host_keys, "strict");
    assert_int_equal(s->time_s, 10);
}

static void what_is_written_later_wins_and_maps_are_merged(void **state)
{
    const struct settings *s;

    (void)state;
    file_write(".vmtp.yaml", "image_name: home\nrouter_name: home\nflavor: { ram: 512 }\n"
                             "reuse_network_name: home\n");
    file_write("c.yaml", "image_name: config\nflavor:\n  extra_specs: { 'hw:mem': large }\n"
                         "udp_pkt_sizes: [1400]\nreuse_network_name:\n");
    s = loaded("--availability_zone", "nova");
    assert_string_equal(s->image_name, "config");
    assert_string_equal(s->router_name, "home");
    assert_int_equal(s->flavor.vcpus, 1);
    assert_int_equal(s->flavor.ram, 512);
    assert_int_equal(s->flavor.extra_specs.count, 1);
    assert_string_equal(s->flavor.extra_specs.pairs[0].name, "hw:mem");
    assert_int_equal(s->udp_pkt_sizes.count, 1);
    assert_int_equal(whole(&s->udp_pkt_sizes, 0), 1400);
    assert_null(s->reuse_network_name); /* null brings the default back */
    assert_string_equal(s->availability_zone, "nova");
    assert_int_equal(whole(&loaded("--udpbuf", "9000")->udp_pkt_sizes, 0), 9000);
    assert_int_equal(loaded("--bandwidth", "32M")->vm_bandwidth, 32000);
    assert_int_equal(loaded("-t", "3")->time_s, 3);
    assert_true(loaded("--use-config-drive", NULL)->config_drive);
    file_write("c.yaml", "udp_pkt_sizes:\nflavor:\nvm_bandwidth: 500\n");
    s = loaded("--host-keys", "insecure");
    assert_int_equal(s->udp_pkt_sizes.count, 3);
    assert_int_equal(s->flavor.ram, 2048);
    assert_int_equal(s->vm_bandwidth, 500);
    assert_string_equal(s->host_keys, "insecure");
    assert_int_equal(loaded("--bandwidth", "0")->vm_bandwidth, 0);
}

static void files_without_content_say_nothing(void **state)
{
    static const char *const files[] = { "", "# only a comment\n\n  # another", "---\n", "{}\n",
                                         "~\n" };

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        file_write("c.yaml", files[i]);
        assert_string_equal(loaded(NULL, NULL)->router_name, "pns-router");
    }
}

/* As Python's yaml.dump() writes it, with the figures of a test framework. */
static void takes_the_defaults_back_after_a_program_edited_them(void **state)
{
    const struct settings *s;

    (void)state;
    file_write("c.yaml", classic_defaults);
    assert_int_equal(loaded(NULL, NULL)->warning_count, 0);
    file_write("c.yaml", "config_drive: null\ndns_nameservers:\n- 10.0.0.53\nfloating_ip: True\n"
                         "fluentd: {ip: 127.0.0.1, logging_tag: null, port: 24224}\n"
                         "generic_retry_count: 50.0\nssh_retry_count: 25\n"
                         "image_name: functest-vmtp--b7a1\nprivate_key_file: /tmp/key\n"
                         "internal_cidr: &id001 [192.168.1.0/24, 192.168.2.0/24]\n"
                         "internal_cidr_v6: ['2001:45::/64', '2001:46::/64']\n"
                         "udp_loss_rate_range: [2, 5]\nflavor:\n  disk: 0\n  ram: 2048\n"
                         "  vcpus: 1\nvm_image_url: ''\n");
    s = loaded(NULL, NULL);
    assert_int_equal(s->warning_count, 0);
    assert_int_equal(s->generic_retry_count, 50);
    assert_string_equal(s->private_key_file, "/tmp/key");
    assert_string_equal(text(&s->dns_nameservers, 0), "10.0.0.53");
}

static void takes_truth_as_yaml_1_1_wrote_it(void **state)
{
    (void)state;
    file_write("c.yaml", "config_drive: Yes\nfloating_ip: off\n");
    assert_true(loaded(NULL, NULL)->config_drive);
    assert_false(settings->floating_ip);
}

static void expands_the_home_folder_in_paths(void **state)
{
    (void)state;
    file_write("c.yaml", "private_key_file: ~/.ssh/lab\n");
    setenv("HOME", "/home/lab", 1);
    assert_string_equal(loaded(NULL, NULL)->private_key_file, "/home/lab/.ssh/lab");
    assert_string_equal(loaded("--private-key", "k")->private_key_file, "k");
}

static void warns_of_what_vmtp_does_not_know(void **state)
{
    char wanted[200];

    (void)state;
    file_write("c.yaml", "image_nam: x\nzebra: [1]\nflavor: { cpus: 2 }\n");
    assert_int_equal(loaded(NULL, NULL)->warning_count, 3);
    snprintf(wanted, sizeof wanted,
             "%s:1:1: image_nam: VMTP has no such variable; it is ignored; did you mean "
             "'image_name'?",
             path("c.yaml"));
    assert_string_equal(settings->warnings[0], wanted);
    snprintf(wanted, sizeof wanted, "%s:2:1: zebra: VMTP has no such variable; it is ignored",
             path("c.yaml"));
    assert_string_equal(settings->warnings[1], wanted);
    snprintf(wanted, sizeof wanted,
             "%s:3:11: flavor.cpus: VMTP has no such variable; it is ignored; did you mean "
             "'vcpus'?",
             path("c.yaml"));
    assert_string_equal(settings->warnings[2], wanted);
}

static void says_what_is_wrong_and_where(void **state)
{
    struct vmtp_error err = { 0 };

    (void)state;
    refused("tcp_tp_loop_count: many\n", "1:20: tcp_tp_loop_count: 'many' is not a count: write a "
                                         "whole number from 0");
    refused("udp_pkt_sizes: 128\n", "1:16: udp_pkt_sizes: a value where a list is wanted");
    refused("udp_pkt_sizes: [128, 70000]\n", "1:22: udp_pkt_sizes[1]: '70000' is out of range: 1 "
                                             "to 65507");
    refused("image_name: [a]\n", "1:13: image_name: a list where one string is wanted");
    refused("flavor: 3\n", "1:9: flavor: a value where a map is wanted");
    refused("flavor: { ram: x }\n", "1:16: flavor.ram: 'x' is not a count: write a whole number "
                                    "from 0");
    refused("udp_loss_rate_range: [5, 2]\n",
            "1:22: udp_loss_rate_range: two percentages are wanted, the smaller one first, as [2, "
            "5]");
    refused("udp_loss_rate_range: [5]\n",
            "1:22: udp_loss_rate_range: two percentages are wanted, the smaller one first, as [2, "
            "5]");
    refused("ipv6_mode: radvd\n", "1:12: ipv6_mode: 'radvd' is none of slaac, dhcpv6-stateful, "
                                  "dhcpv6-stateless");
    refused("host_keys: none\n", "1:12: host_keys: 'none' is none of strict, accept-new, insecure");
    refused("- a\n", "1:1: a list where a map of variables is wanted");
    refused("config_drive: maybe\n", "1:15: config_drive: 'maybe' is neither true nor false");
    refused("a: 1\na: 2\n", "2:1: a: key 'a' is there already, in line 1");
    unlink(path("c.yaml"));
    assert_int_equal(load("-c", "/nonexistent.yaml", &err), -ENOENT);
    assert_string_equal(err.text, "/nonexistent.yaml: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_packaged_defaults_are_vmtps, clear),
        cmocka_unit_test_teardown(what_is_written_later_wins_and_maps_are_merged, clear),
        cmocka_unit_test_teardown(files_without_content_say_nothing, clear),
        cmocka_unit_test_teardown(takes_the_defaults_back_after_a_program_edited_them, clear),
        cmocka_unit_test_teardown(takes_truth_as_yaml_1_1_wrote_it, clear),
        cmocka_unit_test_teardown(expands_the_home_folder_in_paths, clear),
        cmocka_unit_test_teardown(warns_of_what_vmtp_does_not_know, clear),
        cmocka_unit_test_teardown(says_what_is_wrong_and_where, clear),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
