/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: network interfaces, from /proc/net/dev.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/proc_net.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_device.c"
#include "../../plugins/tools/native/probe/watch_figures.c"

/* The figure of that key; -1: it was not told. */
static double told_of(const struct figures *f, const char *metric, const char *part)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->row[i].metric, metric) && !strcmp(f->row[i].part, part))
            return f->row[i].value;
    return -1;
}

#define HEAD                                                                                       \
    "Inter-|   Receive                                                |  Transmit\n"               \
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n"

static void reads_a_line(void **state)
{
    uint64_t column[DEVICE_COLUMNS];
    char name[DEVICE_NAME_MAX];

    (void)state;
    assert_true(proc_net_device("  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n", name, column));
    assert_string_equal(name, "eth0");
    assert_int_equal(column[RX_DROPPED], 4);
    assert_int_equal(column[TX_DROPPED], 12);
    assert_true(proc_net_device("eth1:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", name, column));
    assert_string_equal(name, "eth1");
    assert_true(proc_net_device("br:x: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", name, column));
    assert_string_equal(name, "br:x");
}

static void refuses_what_is_no_interface(void **state)
{
    static const char *const bad[] = {
        "",
        "\n",
        ":",
        ": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "eth0: 1 2 3",
        "eth0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "averyveryverylongname: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "eth0: -1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"
    };
    uint64_t column[DEVICE_COLUMNS];
    char name[DEVICE_NAME_MAX];

    (void)state;
    assert_false(proc_net_device(HEAD, name, column));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(proc_net_device(bad[i], name, column));
}

static void tells_drops_of_each_but_loopback(void **state)
{
    static struct watch_device w;
    struct figures f = { .count = 0 };

    (void)state;
    device_take(&w,
                HEAD "lo: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
                     "eth0: 0 0 0 5 0 0 0 0 0 0 0 5 0 0 0 0\n"
                     "eth1: 0 0 0 5 0 0 0 0 0 0 0 5 0 0 0 0\n",
                &f);
    assert_int_equal(f.count, 0);
    device_take(&w,
                HEAD "lo: 9 9 9 9 0 0 0 0 9 9 9 9 0 0 0 0\n"
                     "eth0: 0 0 0 8 0 0 0 0 0 0 0 5 0 0 0 0\n"
                     "eth1: 0 0 1 2 0 0 0 0 0 0 0 6 0 0 0 0\n",
                &f);
    assert_int_equal(w.count, 2);
    assert_true(told_of(&f, "nic_rx_dropped", "eth0") == 3);
    assert_true(told_of(&f, "nic_tx_dropped", "eth0") == -1);
    assert_true(told_of(&f, "nic_rx_dropped", "eth1") == -1); /* it is another eth1 now */
    assert_true(told_of(&f, "nic_rx_errors", "eth1") == 1);
    assert_true(told_of(&f, "nic_tx_dropped", "eth1") == 1);
}

static void tells_the_traffic_of_the_busiest(void **state)
{
    static struct watch_device w;
    struct figures f = { .count = 0 };
    char text[2048] = "";

    (void)state;
    device_traffic(&w, 1000000000, &f);
    for (int round = 0; round < 2; round++) {
        int len = 0;

        for (int i = 0; i < 8; i++)
            len += snprintf(text + len, sizeof text - (size_t)len,
                            "eth%d: %d 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n", i, round * i * 1000);
        device_take(&w, text, &f);
    }
    device_traffic(&w, 3000000000, &f);
    assert_true(told_of(&f, "nic_received", "eth7") == 28000);
    assert_true(told_of(&f, "nic_received", "eth4") == 16000);
    assert_true(told_of(&f, "nic_received", "eth3") == -1);
    f.count = 0;
    device_traffic(&w, 4000000000, &f);
    assert_int_equal(f.count, 0); /* nothing came since */
}

static void more_interfaces_than_it_has_room_for_are_left_out(void **state)
{
    static struct watch_device w;
    static char text[DEVICE_MAX * 100];
    struct figures f = { .count = 0 };
    int len = 0;

    (void)state;
    for (int i = 0; i < DEVICE_MAX + 20; i++)
        len += snprintf(text + len, sizeof text - (size_t)len,
                        "tap%d: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n", i);
    device_take(&w, text, &f);
    assert_int_equal(w.count, DEVICE_MAX);
}

static void a_name_that_would_break_the_line_is_made_harmless(void **state)
{
    static struct watch_device w;
    struct figures f = { .count = 0 };

    (void)state;
    device_take(&w, "a\"\\b: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n", &f);
    device_take(&w, "a\"\\b: 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0\n", &f);
    assert_true(told_of(&f, "nic_rx_dropped", "a??b") == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_line),
        cmocka_unit_test(refuses_what_is_no_interface),
        cmocka_unit_test(tells_drops_of_each_but_loopback),
        cmocka_unit_test(tells_the_traffic_of_the_busiest),
        cmocka_unit_test(more_interfaces_than_it_has_room_for_are_left_out),
        cmocka_unit_test(a_name_that_would_break_the_line_is_made_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
