/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/options.c: the tables of both clouds, their defaults, and what
 * is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../core/plugin/option.h"
#include "../../plugins/clouds/openstack/options.h"

static const struct vmtp_table openstack = { os_rows + OS_ROWS_OF_PROVIDER,
                                             OS_ROWS - OS_ROWS_OF_PROVIDER, sizeof *os_rows };
static const struct vmtp_table provider = { os_rows, OS_ROWS - OS_ROWS_OF_OPENSTACK,
                                            sizeof *os_rows };

/* What a person who writes nothing but who he is and an image gets. */
static struct os_options *defaults(const struct vmtp_table *table, struct arena *arena)
{
    struct os_options *opt;
    struct vmtp_error err = { 0 };
    struct vmtp_option rows[OS_ROWS];
    struct vmtp_table relaxed = { rows, table->count, sizeof *rows };

    memcpy(rows, table->rows, table->count * sizeof *rows);
    for (uint32_t i = 0; i < table->count; i++)
        rows[i].flags &= ~(uint32_t)VMTP_REQUIRED; /* what it is set to below */
    if (options_fill(&relaxed, sizeof *opt, NULL, NULL, NULL, arena, (void **)&opt, &err) < 0)
        fail_msg("%s", err.text);
    opt->auth_url = "http://192.0.2.1:5000/v3";
    opt->username = opt->project_name = "demo";
    opt->user_domain_name = opt->project_domain_name = "Default";
    opt->image = "guest";
    return opt;
}

static void the_tables_are_sound(void **state)
{
    const struct vmtp_table endpoint = { os_endpoint_rows, OS_ENDPOINT_ROWS,
                                         sizeof *os_endpoint_rows };
    struct vmtp_error err = { 0 };

    (void)state;
    if (option_table_lint(&openstack, sizeof(struct os_options), &err) < 0 ||
        option_table_lint(&provider, sizeof(struct os_options), &err) < 0 ||
        option_table_lint(&endpoint, sizeof(struct os_endpoint_options), &err) < 0)
        fail_msg("%s", err.text);
}

static void each_cloud_has_the_rows_that_mean_something_there(void **state)
{
    static const char *const made[] = { "router", "floating", "cidr", "ipv6", "network-names" };

    (void)state;
    assert_true(option_find(&provider, "network")->flags & VMTP_REQUIRED);
    assert_false(option_find(&openstack, "network")->flags & VMTP_REQUIRED);
    assert_non_null(option_find(&provider, "rc"));
    assert_non_null(option_find(&provider, "verify-path"));
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        assert_non_null(option_find(&openstack, made[i]));
        assert_null(option_find(&provider, made[i]));
    }
}

static void what_is_not_said_has_its_default(void **state)
{
    struct arena *arena = arena_new();
    const struct os_options *opt = defaults(&openstack, arena);

    (void)state;
    assert_true(opt->floating && opt->dhcp && opt->verify_path);
    assert_string_equal(((const char *const *)opt->cidr6.items)[1], "2001:46::/64");
    assert_string_equal(((const char *const *)opt->network_names.items)[0], "vmtp-net");
    assert_int_equal(opt->ram_mib, 2048);
    assert_true(opt->boot_timeout_ns == 300000000000);
    assert_int_equal(os_options_check(opt, NULL), 0);
    assert_false(defaults(&provider, arena)->floating);
    assert_int_equal(os_options_check(defaults(&provider, arena), NULL), 0);
    arena_free(arena);
}

static void refused(struct os_options *opt, const char *text)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(os_options_check(opt, &err), -EINVAL);
    assert_string_equal(err.text, text);
}

static void refuses_machines_that_can_not_be_made(void **state)
{
    static const char *const nowhere[] = { "hv1", "nova:hv1:extra" };
    struct arena *arena = arena_new();
    const struct os_options *usual = defaults(&openstack, arena);
    struct os_options changed;

    (void)state;
    changed = *usual, changed.image_checksum = "sha256:00";
    refused(&changed, "image-checksum without image-url: nothing is fetched");
    changed = *usual, changed.public_key = "key.pub";
    refused(&changed, "public-key without key: vmtp could not log in without the private half");
    changed = *usual, changed.zone = "nova:hv1";
    refused(&changed, "zone: 'nova:hv1' is not a zone: hosts names hosts");
    changed = *usual, changed.hosts = (struct vmtp_list){ nowhere, 2 };
    refused(&changed, "hosts: 'nova:hv1:extra' is not [ZONE:]HOST");
    arena_free(arena);
}

static void refuses_networks_that_can_not_be_made(void **state)
{
    static const char *const one[] = { "10.0.0.0/24" };
    static const char *const odd[] = { "10.0.0.0/24", "10.1.0.0/33" };
    static const char *const same[] = { "10.0.0.0/8", "10.1.0.0/24" };
    static const char *const long6[] = { "2001:db8::/64", "2001:db8:1::/65" };
    struct arena *arena = arena_new();
    const struct os_options *usual = defaults(&openstack, arena);
    struct os_options changed;

    (void)state;
    changed = *usual, changed.cidr = (struct vmtp_list){ one, 1 };
    refused(&changed, "cidr: there are two networks, so two prefixes are needed");
    changed = *usual, changed.cidr = (struct vmtp_list){ odd, 2 };
    refused(&changed, "cidr: '10.1.0.0/33' is no IPv4 prefix of at most 28 bits");
    changed = *usual, changed.cidr = (struct vmtp_list){ long6, 2 };
    refused(&changed, "cidr: '2001:db8::/64' is no IPv4 prefix of at most 28 bits");
    changed = *usual, changed.cidr = (struct vmtp_list){ same, 2 };
    refused(&changed, "cidr: 10.0.0.0/8 and 10.1.0.0/24 overlap, so no router can tell them apart");
    changed = *usual, changed.cidr6 = (struct vmtp_list){ long6, 2 };
    refused(&changed, "cidr6: '2001:db8:1::/65' is no IPv6 prefix of at most 64 bits");
    changed = *usual, changed.subnet_names = (struct vmtp_list){ one, 1 };
    refused(&changed, "subnet-names: there are two networks, so two names are needed");
    changed = *usual, changed.network = "here", changed.router = "there";
    refused(&changed, "router with network: where a network is named no router is used");
    changed = *usual, changed.dhcp = false, changed.ipv6 = OS_IPV6_SLAAC;
    refused(&changed, "ipv6 without dhcp: only IPv4 addresses can be written into machines");
    arena_free(arena);
}

static void refuses_what_is_said_of_others(void **state)
{
    struct arena *arena = arena_new();
    const struct os_options *usual = defaults(&openstack, arena);
    struct vmtp_error err = { 0 };
    struct os_options changed;

    (void)state;
    changed = *usual, changed.controller_password = "secret";
    refused(&changed, "a password of controller, which is not named");
    changed = *usual, changed.external_host = "root@[::1";
    assert_int_equal(os_options_check(&changed, &err), -EINVAL);
    assert_memory_equal(err.text, "external-host: ", 15);
    changed = *usual, changed.ssh_from = "192.0.2.1";
    refused(&changed, "ssh-from: '192.0.2.1' is no prefix such as 192.0.2.0/24");
    changed = *usual, changed.ssh_from = "2001:db8::/32";
    assert_int_equal(os_options_check(&changed, NULL), 0);
    arena_free(arena);
}

static void refuses_an_endpoint_on_no_host(void **state)
{
    struct os_endpoint_options endpoint = { .network = 1 };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(os_endpoint_check(&endpoint, NULL), 0);
    endpoint.host = "hv1";
    assert_int_equal(os_endpoint_check(&endpoint, NULL), 0);
    endpoint.host = ":hv1";
    assert_int_equal(os_endpoint_check(&endpoint, &err), -EINVAL);
    assert_string_equal(err.text, "host: ':hv1' is not [ZONE:]HOST");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_are_sound),
        cmocka_unit_test(each_cloud_has_the_rows_that_mean_something_there),
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(refuses_machines_that_can_not_be_made),
        cmocka_unit_test(refuses_networks_that_can_not_be_made),
        cmocka_unit_test(refuses_what_is_said_of_others),
        cmocka_unit_test(refuses_an_endpoint_on_no_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
