/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/ssh/interface.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/ssh/interface.h"

#include <string.h>

static const char ip[] =
    "machine x86_64\nfolder /tmp/x\narrived 192.0.2.2\n"
    "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever\n"
    "1: lo    inet6 ::1/128 scope host \\       valid_lft forever\n"
    "4: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever\n"
    "4: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever\n"
    "4: eth0    inet6 2001:db8::2/64 scope global nodad \\       valid_lft forever\n"
    "15: eth5    inet 198.51.100.7/31 scope global eth5\\       valid_lft forever\n";

static const char busybox[] =
    "eth0      Link encap:Ethernet  HWaddr 02:FC:00:00:00:01  \n"
    "          inet addr:192.0.2.2  Bcast:192.0.2.255  Mask:255.255.255.0\n"
    "          inet6 addr: fe80::1/64 Scope:Link\n"
    "          inet6 addr: 2001:db8::2/64 Scope:Global\n"
    "          UP BROADCAST RUNNING MULTICAST  MTU:1400  Metric:1\n"
    "\n"
    "eth5      Link encap:Ethernet  HWaddr 02:FC:00:00:00:02  \n"
    "          inet addr:198.51.100.7  Mask:255.255.255.254\n";

static const char net_tools[] = "eth0: flags=4163<UP,BROADCAST>  mtu 1400\n"
                                "        inet 192.0.2.2  netmask 255.255.255.0\n"
                                "        inet6 fe80::1  prefixlen 64  scopeid 0x20<link>\n"
                                "        inet6 2001:db8::2  prefixlen 64  scopeid 0x0<global>\n"
                                "\n"
                                "eth5: flags=4163<UP>  mtu 1400\n"
                                "        inet 198.51.100.7  netmask 255.255.255.254\n";

static void reads_what_ip_and_both_ifconfigs_print(void **state)
{
    static const char *const texts[] = { ip, busybox, net_tools };
    char address[SSH_ADDRESS_MAX], name[32];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(ssh_interface_address(texts[i], "eth0", 4, address));
        assert_string_equal(address, "192.0.2.2");
        assert_true(ssh_interface_address(texts[i], "eth0", 6, address));
        assert_string_equal(address, "2001:db8::2"); /* not the link-local one */
        assert_true(ssh_interface_address(texts[i], "eth5", 4, address));
        assert_string_equal(address, "198.51.100.7");
        assert_false(ssh_interface_address(texts[i], "eth5", 6, address));
        assert_false(ssh_interface_address(texts[i], "eth", 4, address));
        assert_true(ssh_interface_find(texts[i], "198.51.100.7", name, sizeof name));
        assert_string_equal(name, "eth5");
        assert_false(ssh_interface_find(texts[i], "203.0.113.1", name, sizeof name));
    }
}

static void names_the_interfaces_that_have_addresses(void **state)
{
    char names[64];

    (void)state;
    ssh_interface_names(ip, names, sizeof names);
    assert_string_equal(names, "lo, eth0, eth5");
    ssh_interface_names(ip, names, 6);
    assert_string_equal(names, "lo, e");
    ssh_interface_names("", names, sizeof names);
    assert_string_equal(names, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_ip_and_both_ifconfigs_print),
        cmocka_unit_test(names_the_interfaces_that_have_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
