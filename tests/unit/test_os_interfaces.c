/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/interfaces.c: the file that gives a machine its address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/interfaces.c"

static const struct os_port port = { .ip4 = "192.168.1.17" };

static void writes_what_debian_reads(void **state)
{
    const struct os_subnet subnet = { .cidr = "192.168.1.0/24",
                                      .gateway = "192.168.1.1",
                                      .dns = { "192.0.2.53", "192.0.2.54" } };
    struct interfaces file;

    (void)state;
    assert_int_equal(interfaces_make("Ubuntu 24.04", &port, &subnet, &file, NULL), 0);
    assert_string_equal(file.path, "/etc/network/interfaces");
    assert_string_equal(file.text, "auto lo\n"
                                   "iface lo inet loopback\n"
                                   "\n"
                                   "auto eth0\n"
                                   "iface eth0 inet static\n"
                                   "    address 192.168.1.17\n"
                                   "    netmask 255.255.255.0\n"
                                   "    gateway 192.168.1.1\n"
                                   "    dns-nameservers 192.0.2.53 192.0.2.54\n");
}

static void writes_what_red_hat_reads_if_the_image_is_called_so(void **state)
{
    const struct os_subnet subnet = { .cidr = "192.168.0.0/21",
                                      .gateway = "192.168.1.1",
                                      .dns = { "192.0.2.53", "192.0.2.54" } };
    struct interfaces file;

    (void)state;
    assert_int_equal(interfaces_make("file:///images/RHEL-9.qcow2", &port, &subnet, &file, NULL),
                     0);
    assert_string_equal(file.path, "/etc/sysconfig/network-scripts/ifcfg-eth0");
    assert_string_equal(file.text, "DEVICE=eth0\n"
                                   "BOOTPROTO=static\n"
                                   "ONBOOT=yes\n"
                                   "IPADDR=192.168.1.17\n"
                                   "NETMASK=255.255.248.0\n"
                                   "GATEWAY=192.168.1.1\n"
                                   "DNS1=192.0.2.53\n"
                                   "DNS2=192.0.2.54\n");
}

static void leaves_out_what_the_subnet_has_not(void **state)
{
    const struct os_subnet subnet = { .cidr = "192.168.1.17/32" };
    struct interfaces file;

    (void)state;
    assert_int_equal(interfaces_make("", &port, &subnet, &file, NULL), 0);
    assert_null(strstr(file.text, "gateway"));
    assert_null(strstr(file.text, "dns"));
    assert_non_null(strstr(file.text, "netmask 255.255.255.255\n"));
}

static void refuses_a_subnet_without_a_prefix(void **state)
{
    const struct os_subnet subnet = { .cidr = "192.168.1.0" };
    struct vmtp_error err = { 0 };
    struct interfaces file;

    (void)state;
    assert_int_equal(interfaces_make("", &port, &subnet, &file, &err), -EPROTO);
    assert_string_equal(err.text, "subnet: '192.168.1.0' is no IPv4 prefix");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_debian_reads),
        cmocka_unit_test(writes_what_red_hat_reads_if_the_image_is_called_so),
        cmocka_unit_test(leaves_out_what_the_subnet_has_not),
        cmocka_unit_test(refuses_a_subnet_without_a_prefix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
