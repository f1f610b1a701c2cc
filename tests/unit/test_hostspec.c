/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/hostspec.c: user@host with a password, an interface and a port.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/classic/hostspec.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct hostspec parsed(const char *text)
{
    struct vmtp_error err = { 0 };
    struct hostspec spec = { 0 };

    if (hostspec_parse(text, arena, &spec, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return spec;
}

/* "user host port password interface", '-' for none. */
static void reads_as(const char *text, const char *wanted)
{
    struct hostspec spec = parsed(text);

    assert_string_equal(arena_printf(arena, "%s %s %u %s %s", spec.user, spec.host, spec.port,
                                     spec.password ? spec.password : "-",
                                     spec.interface ? spec.interface : "-"),
                        wanted);
}

static void refused(const char *text, const char *why)
{
    struct vmtp_error err = { 0 };
    struct hostspec spec = { 0 };

    assert_int_equal(hostspec_parse(text, arena, &spec, &err), -EINVAL);
    assert_string_equal(err.text, why);
}

static void reads_what_vmtp_read(void **state)
{
    (void)state;
    reads_as("localadmin@172.29.87.29", "localadmin 172.29.87.29 22 - -");
    reads_as("localadmin@172.29.87.29:", "localadmin 172.29.87.29 22 - -");
    reads_as("localadmin@172.29.87.29:secret", "localadmin 172.29.87.29 22 secret -");
    reads_as("localadmin@172.29.87.29:secret:eth5", "localadmin 172.29.87.29 22 secret eth5");
    reads_as("localadmin@172.29.87.29::eth5", "localadmin 172.29.87.29 22 - eth5");
    reads_as("u@1.2.3.4:pa:ss:eth5", "u 1.2.3.4 22 pa:ss eth5");
    reads_as("u@1.2.3.4:p@ss word", "u 1.2.3.4 22 p@ss word -");
}

static void reads_names_ipv6_and_ports(void **state)
{
    (void)state;
    reads_as("root@node-1.example:secret:br0", "root node-1.example 22 secret br0");
    reads_as("root@[2001:db8::1]", "root 2001:db8::1 22 - -");
    reads_as("root@[2001:db8::1]:secret:eth5", "root 2001:db8::1 22 secret eth5");
    reads_as("root@[fe80::1%eth0]::eth0.5", "root fe80::1%eth0 22 - eth0.5");
    reads_as("ssh://root@10.0.0.1:2222", "root 10.0.0.1 2222 - -");
    reads_as("ssh://root@10.0.0.1:2222:secret:eth5", "root 10.0.0.1 2222 secret eth5");
    reads_as("ssh://root@node::secret", "root node 22 secret -");
    reads_as("ssh://root@[::1]:2222::lo", "root ::1 2222 - lo");
    assert_true(parsed("root@[::1]").ipv6);
    assert_false(parsed("root@10.0.0.1").ipv6);
}

static void a_colon_ends_a_password_that_has_one(void **state)
{
    (void)state;
    reads_as("u@1.2.3.4:pa:ss:", "u 1.2.3.4 22 pa:ss -");
    reads_as("u@1.2.3.4:pa:ss", "u 1.2.3.4 22 pa ss");
    reads_as("u@1.2.3.4:::", "u 1.2.3.4 22 : -");
    refused("u@1.2.3.4:pa:a-word-that-is-long",
            "what stands behind the last ':' is no interface: if it belongs to the password, put "
            "another ':' behind it");
    refused("u@1.2.3.4:pa:s/s", "what stands behind the last ':' is no interface: if it belongs "
                                "to the password, put another ':' behind it");
}

static void says_which_part_is_wrong(void **state)
{
    static const char user[] = "the user is empty or has a ':', '/' or space in it: write "
                               "user@host[:password]";

    (void)state;
    refused("10.0.0.1", "the user is missing: write user@host");
    refused("", "the user is missing: write user@host");
    refused("@10.0.0.1", user);
    refused("root:secret@10.0.0.1", user);
    refused("a b@10.0.0.1", user);
    refused("-oProxyCommand=x@10.0.0.1", user);
    refused("u@", "host '' is neither an IPv4 address nor a name nor [IPv6]");
    refused("u@10.0.0.256", "host '10.0.0.256' is neither an IPv4 address nor a name nor [IPv6]");
    refused("u@2001:db8::1:x", "host '2001' is neither an IPv4 address nor a name nor [IPv6]");
    refused("u@fe80::1", "host 'fe80::1': an IPv6 address stands in brackets, as user@[fe80::1]");
    refused("u@[::1", "the host's '[' has no ']'");
    refused("u@[10.0.0.1]", "host '10.0.0.1' is neither an IPv4 address nor a name nor [IPv6]");
    refused("u@[::1]secret", "host '::1': only ':' may stand behind it");
    refused("ssh://u@h:0", "the port is not a number from 1 to 65535");
    refused("ssh://u@h:65536", "the port is not a number from 1 to 65535");
    refused("ssh://u@h:secret", "the port is not a number from 1 to 65535");
}

static void masks_the_password_and_nothing_else(void **state)
{
    static const struct {
        const char *text, *masked;
    } all[] = {
        { "u@10.0.0.1", "u@10.0.0.1" },
        { "u@10.0.0.1:geheim", "u@10.0.0.1:<MASKED>" },
        { "u@10.0.0.1:geheim:eth5", "u@10.0.0.1:<MASKED>:eth5" },
        { "u@10.0.0.1::eth5", "u@10.0.0.1::eth5" },
        { "ssh://u@[::1]:22:geheim:", "ssh://u@[::1]:22:<MASKED>:" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct hostspec spec = parsed(all[i].text);

        assert_string_equal(hostspec_masked(&spec, all[i].text, arena), all[i].masked);
        assert_true(!spec.password ||
                    strncmp(all[i].text + spec.password_at, spec.password, spec.password_len) == 0);
    }
}

static void writes_what_ssh_needs(void **state)
{
    static const struct {
        const char *text, *ssh;
    } all[] = {
        { "u@10.0.0.1:geheim:eth5", "u@10.0.0.1" },
        { "ssh://u@node:2222", "u@node:2222" },
        { "u@[::1]", "u@[::1]:22" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct hostspec spec = parsed(all[i].text);

        assert_string_equal(hostspec_ssh(&spec, arena), all[i].ssh);
    }
}

static void knows_multicast_addresses(void **state)
{
    (void)state;
    assert_true(host_is_multicast("231.1.1.1") && host_is_multicast("ff02::1"));
    assert_false(host_is_multicast("10.0.0.1") || host_is_multicast("::1") ||
                 host_is_multicast("name"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_vmtp_read),
        cmocka_unit_test(reads_names_ipv6_and_ports),
        cmocka_unit_test(a_colon_ends_a_password_that_has_one),
        cmocka_unit_test(says_which_part_is_wrong),
        cmocka_unit_test(masks_the_password_and_nothing_else),
        cmocka_unit_test(writes_what_ssh_needs),
        cmocka_unit_test(knows_multicast_addresses),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
