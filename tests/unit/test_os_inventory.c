/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/inventory.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/inventory.c"

static char phrase[256];

#define is(call, wanted)                                                                           \
    do {                                                                                           \
        phrase[0] = '\0';                                                                          \
        assert_int_equal(call, (wanted)[0] != '\0');                                               \
        assert_string_equal(phrase, wanted);                                                       \
    } while (0)

static void names_the_distribution(void **state)
{
    (void)state;
    is(inventory_distro(
           "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
           "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\n"
           "cat: /etc/system-release: No such file or directory\n",
           phrase, sizeof phrase),
       "Debian GNU/Linux 12");
    is(inventory_distro("NAME=Fedora\nVERSION_ID=40\n", phrase, sizeof phrase), "Fedora 40");
    is(inventory_distro("NAME='Arch Linux'\nID=arch\n", phrase, sizeof phrase), "Arch Linux");
    is(inventory_distro("cat: /etc/os-release: No such file or directory\n"
                        "CentOS release 6.6 (Final)\n",
                        phrase, sizeof phrase),
       "CentOS release 6.6 (Final)");
    is(inventory_distro("", phrase, sizeof phrase), "");
    is(inventory_distro("NAME=\"\"\n", phrase, sizeof phrase), "");
}

static void counts_processors(void **state)
{
    (void)state;
    is(inventory_cpu("processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 63\n"
                     "model name\t: Intel(R) Xeon(R) CPU E5-2660 v3 @ 2.60GHz\n\n"
                     "processor\t: 1\nmodel name\t: Intel(R) Xeon(R) CPU E5-2660 v3 @ 2.60GHz\n",
                     "x86_64", phrase, sizeof phrase),
       "2 * Intel(R) Xeon(R) CPU E5-2660 v3 @ 2.60GHz");
    is(inventory_cpu("processor\t: 0\nBogoMIPS\t: 50.00\nCPU part\t: 0xd0c\n\nprocessor\t: 1\n",
                     "aarch64", phrase, sizeof phrase),
       "2 * aarch64");
    is(inventory_cpu("processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 2.2GHz\n",
                     "ppc64le", phrase, sizeof phrase),
       "1 * POWER9, altivec supported");
    is(inventory_cpu("vendor_id       : IBM/S390\n", "s390x", phrase, sizeof phrase), "");
}

static void finds_versions(void **state)
{
    (void)state;
    is(inventory_version("ovs-vsctl (Open vSwitch) 3.1.0\nDB Schema 8.3.1\n", "Open vSwitch",
                         phrase, sizeof phrase),
       "3.1.0");
    is(inventory_version("bridge-utils, 1.7.1\n", "bridge-utils", phrase, sizeof phrase), "1.7.1");
    is(inventory_version("bridge utility, 6.1.0\n", "utility", phrase, sizeof phrase), "6.1.0");
    is(inventory_version("ovn-controller 22.12.1\nOpen vSwitch Library 3.1.0\n", "ovn-controller",
                         phrase, sizeof phrase),
       "22.12.1");
    is(inventory_version("env: 'brctl': No such file or directory\n", "bridge-utils", phrase,
                         sizeof phrase),
       "");
    is(inventory_version("bridge-utils of the year\n1.7\n", "bridge-utils", phrase, sizeof phrase),
       "");
}

static void lower_is(const char *entries, const char *wanted)
{
    char name[INTERFACE_MAX];

    inventory_lower(entries, name);
    assert_string_equal(name, wanted);
}

static void goes_down_to_the_card(void **state)
{
    (void)state;
    assert_true(inventory_is_card("address\ndevice\nmtu\n"));
    assert_false(inventory_is_card("address\ndevices\nmtu\nlower_eth0\n"));
    lower_is("address\nbonding\nlower_eno1\nlower_eno2\nmtu\n", "eno1");
    lower_is("address\nmtu\n", "");
    lower_is("lower_../../x\nlower_eth1\n", "eth1");
    is(inventory_pci("/sys/devices/pci0000:3a/0000:3a:00.0/0000:3b:00.1\n", phrase, sizeof phrase),
       "0000:3b:00.1");
    is(inventory_pci("/sys/devices/pci0000:00/0000:00:03.0/virtio0\n", phrase, sizeof phrase),
       "0000:00:03.0");
    is(inventory_pci("/sys/devices/platform/soc/1c30000.ethernet\n", phrase, sizeof phrase), "");
    is(inventory_nic("3b:00.1 Ethernet controller: Intel Corporation Ethernet Controller X710 for "
                     "10GbE SFP+ (rev 02)\n",
                     phrase, sizeof phrase),
       "Intel Corporation Ethernet Controller X710 for 10GbE SFP+ (rev 02)");
    is(inventory_nic("5e:00.0 Infiniband controller: Mellanox Technologies MT27800\n", phrase,
                     sizeof phrase),
       "Mellanox Technologies MT27800");
    is(inventory_nic("", phrase, sizeof phrase), "");
}

static void refuses_what_is_no_name_of_an_interface(void **state)
{
    static const char *const good[] = { "eth0", "br-ex", "bond0.100", "enp3s0f1np1", "eth0:1" };
    static const char *const bad[] = {
        "", "..", "-x", "a/b", "eth0;reboot", "$(x)", "a b", "sixteen-letters-"
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(inventory_is_interface(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(inventory_is_interface(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_distribution),
        cmocka_unit_test(counts_processors),
        cmocka_unit_test(finds_versions),
        cmocka_unit_test(goes_down_to_the_card),
        cmocka_unit_test(refuses_what_is_no_name_of_an_interface),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
