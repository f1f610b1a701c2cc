/* SPDX-License-Identifier: Apache-2.0
 *
 * The texts of /proc/net in vmtp-probe: what a kernel writes, what it leaves out, and nonsense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/proc_net.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"

static const char snmp[] =
    "Ip: Forwarding DefaultTTL ReasmTimeout ReasmReqds ReasmOKs ReasmFails\n"
    "Ip: 1 64 3 100 40 7\n"
    "IcmpMsg: InType3 OutType3\n"
    "IcmpMsg: 43 39\n"
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\n"
    "Udp: 1000 2 3 4000 5 18446744073709551615\n"
    "UdpLite: InDatagrams SndbufErrors\n"
    "UdpLite: 0 9\n";

static void finds_a_column_by_its_name(void **state)
{
    uint64_t value = 0;

    (void)state;
    assert_true(proc_net_column(snmp, "Ip:", "ReasmFails", &value));
    assert_int_equal(value, 7);
    assert_true(proc_net_column(snmp, "Ip:", "ReasmTimeout", &value));
    assert_int_equal(value, 3);
    assert_true(proc_net_column(snmp, "Udp:", "SndbufErrors", &value));
    assert_true(value == UINT64_MAX);
    assert_true(proc_net_column(snmp, "UdpLite:", "SndbufErrors", &value));
    assert_int_equal(value, 9);
}

static void a_column_that_is_not_there_is_absent(void **state)
{
    uint64_t value = 77;

    (void)state;
    assert_false(proc_net_column(snmp, "Udp:", "Sndbuf", &value));
    assert_false(proc_net_column(snmp, "Udp:", "SndbufErrorsMore", &value));
    assert_false(proc_net_column(snmp, "Tcp:", "ActiveOpens", &value));
    assert_false(proc_net_column("", "Udp:", "SndbufErrors", &value));
    assert_false(proc_net_column("Udp: SndbufErrors\n", "Udp:", "SndbufErrors", &value));
    assert_false(proc_net_column("Udp: A SndbufErrors\nUdp: 1\n", "Udp:", "SndbufErrors", &value));
    assert_false(proc_net_column("Udp: A\nUdp: -\n", "Udp:", "A", &value));
    assert_false(proc_net_column("Udp: A\nUdp: -1\n", "Udp:", "A", &value));
    assert_false(proc_net_column("Udp: A\nUdp: 1x\n", "Udp:", "A", &value));
    assert_false(proc_net_column("Udp: A\nUdp: 18446744073709551616\n", "Udp:", "A", &value));
    assert_int_equal(value, 77);
}

static void finds_rows_and_words(void **state)
{
    static const char snmp6[] = "Ip6ReasmFails                   \t5\nIp6ReasmFailsMore  \t6\n";
    static const char sockstat[] =
        "sockets: used 55\nUDP: inuse 3 mem 0\nFRAG: inuse 4 memory 12\n";
    uint64_t value = 0;

    (void)state;
    assert_true(proc_net_row(snmp6, "Ip6ReasmFails", &value));
    assert_int_equal(value, 5);
    assert_false(proc_net_row(snmp6, "Ip6Reasm", &value));
    assert_false(proc_net_row("Ip6ReasmFails\n3\n", "Ip6ReasmFails", &value));
    assert_true(proc_net_word(sockstat, "FRAG:", "inuse", &value));
    assert_int_equal(value, 4);
    assert_true(proc_net_word(sockstat, "FRAG:", "memory", &value));
    assert_int_equal(value, 12);
    assert_false(proc_net_word(sockstat, "FRAG:", "mem", &value));
    assert_false(proc_net_word("FRAG: inuse\n4\n", "FRAG:", "inuse", &value));
    assert_false(proc_net_word(sockstat, "FRAG6:", "inuse", &value));
}

static const char dev[] =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n"
    "    lo: 5 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n"
    "  eth0: 9 8 1 20 0 0 0 0 900 800 3 4 0 0 0 0\n"
    "eth0.7:9 8 1 2 30 0 0 0 900 800 0 6 0 0 0 0\n"
    "  eth1: 9 8 1 2\n";

static void a_device_tells_what_it_dropped(void **state)
{
    uint64_t rx = 77, tx = 77;

    (void)state;
    assert_true(proc_net_dropped(dev, "eth0", &rx, &tx));
    assert_int_equal(rx, 20);
    assert_int_equal(tx, 7);
    /* fifo beside drop, and no blank behind the colon. */
    assert_true(proc_net_dropped(dev, "eth0.7", &rx, &tx));
    assert_int_equal(rx, 30);
    assert_int_equal(tx, 6);
}

static void a_device_that_is_not_there_or_cut_is_absent(void **state)
{
    uint64_t rx = 77, tx = 77;

    (void)state;
    assert_false(proc_net_dropped(dev, "eth", &rx, &tx));
    assert_false(proc_net_dropped(dev, "eth1", &rx, &tx));
    assert_false(proc_net_dropped(dev, "", &rx, &tx));
    assert_false(proc_net_dropped("", "eth0", &rx, &tx));
    assert_int_equal(rx + tx, 154);
}

static void a_backlog_is_the_sum_of_all_cpus_and_wraps(void **state)
{
    uint32_t cpus = 0, dropped = 0;

    (void)state;
    assert_true(
        proc_net_backlog("000000ff 0000000a 00000001 0\n00000001 00000010 0\n", &cpus, &dropped));
    assert_int_equal(cpus, 2);
    assert_int_equal(dropped, 26);
    assert_true(proc_net_backlog("1 ffffffff 0\n1 00000003 0\n", &cpus, &dropped));
    assert_int_equal(dropped, 2);
}

static void a_backlog_of_something_else_is_absent(void **state)
{
    static const char *const texts[] = { "", "\n", "cpu 1 2\n", "12\n", "0 zz\n", "1 2\n3\n" };
    uint32_t cpus = 7, dropped = 7;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(proc_net_backlog(texts[i], &cpus, &dropped));
    assert_int_equal(cpus + dropped, 14);
}

static void reads_this_machines_own(void **state)
{
    char text[65536];
    uint64_t rx, tx;
    uint32_t cpus, dropped;

    (void)state;
    assert_true(sysfile_read("/proc/net/dev", text, sizeof text));
    assert_true(proc_net_dropped(text, "lo", &rx, &tx));
    assert_true(sysfile_read("/proc/net/softnet_stat", text, sizeof text));
    assert_true(proc_net_backlog(text, &cpus, &dropped));
    assert_true(sysfile_read("/proc/net/snmp", text, sizeof text));
    assert_true(proc_net_column(text, "Udp:", "SndbufErrors", &rx));
    assert_true(proc_net_column(text, "Ip:", "ReasmTimeout", &rx));
    assert_true(sysfile_read("/proc/net/sockstat", text, sizeof text));
    assert_true(proc_net_word(text, "FRAG:", "inuse", &rx));
    assert_false(sysfile_read("/proc/net/there-is-no-such", text, sizeof text));
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_column_by_its_name),
        cmocka_unit_test(a_column_that_is_not_there_is_absent),
        cmocka_unit_test(finds_rows_and_words),
        cmocka_unit_test(a_device_tells_what_it_dropped),
        cmocka_unit_test(a_device_that_is_not_there_or_cut_is_absent),
        cmocka_unit_test(a_backlog_is_the_sum_of_all_cpus_and_wraps),
        cmocka_unit_test(a_backlog_of_something_else_is_absent),
        cmocka_unit_test(reads_this_machines_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
