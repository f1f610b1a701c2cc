/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: a driver's own counters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/ethtool.c"
#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/proc_net.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_device.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_statistic.c"

#include <unistd.h>

/* The figure of that key; -1: it was not told. */
static double told_of(const struct figures *f, const char *metric, const char *part)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->row[i].metric, metric) && !strcmp(f->row[i].part, part))
            return f->row[i].value;
    return -1;
}

static void wants_what_tells_of_drops_and_limits(void **state)
{
    (void)state;
    assert_true(statistic_is_wanted("bw_in_allowance_exceeded"));
    assert_true(statistic_is_wanted("rx_queue_0_drops"));
    assert_true(statistic_is_wanted("rx_out_of_buffer"));
    assert_true(statistic_is_wanted("port.rx_discards"));
    assert_false(statistic_is_wanted("rx_queue_0_bytes"));
    assert_false(statistic_is_wanted(""));
}

static void tells_those_that_moved_most(void **state)
{
    static struct statistics s = { .device = "eth0", .count = STATISTIC_SHOWN + 3 };
    uint64_t moved[STATISTIC_WATCHED] = { 0 };
    struct figures f = { .count = 0 };

    (void)state;
    for (uint32_t i = 0; i < s.count; i++) {
        snprintf(s.watched[i].name, sizeof s.watched[i].name, "queue_%u_drops", i);
        moved[i] = i;
    }
    tell(&s, moved, &f);
    assert_int_equal(f.count, STATISTIC_SHOWN);
    assert_true(told_of(&f, "nic_statistic", "eth0/queue_14_drops") == 14);
    assert_true(told_of(&f, "nic_statistic", "eth0/queue_2_drops") == -1);
}

static void chooses_within_its_bounds(void **state)
{
    static struct statistics s = { .total = STATISTIC_MAX };
    struct ethtool_gstrings *names =
        calloc(1, sizeof *names + (size_t)STATISTIC_MAX * ETH_GSTRING_LEN);

    (void)state;
    assert_non_null(names);
    for (size_t i = 0; i < STATISTIC_MAX; i++) /* not a NUL among them */
        memset(names->data + i * ETH_GSTRING_LEN, 'x', ETH_GSTRING_LEN);
    choose(&s, names);
    assert_int_equal(s.count, 0);
    for (size_t i = 0; i < STATISTIC_MAX; i++)
        memcpy(names->data + i * ETH_GSTRING_LEN, "drop", 4);
    choose(&s, names);
    assert_int_equal(s.count, STATISTIC_WATCHED);
    assert_int_equal(strlen(s.watched[0].name), sizeof s.watched[0].name - 1);
    free(names);
}

static void an_interface_that_is_not_there_has_none(void **state)
{
    static struct watch_device devices;
    struct watch_statistic w = { .fd = -1 };
    struct figures f = { .count = 0 };

    (void)state;
    devices.count = 1;
    snprintf(devices.device[0].name, sizeof devices.device[0].name, "none0");
    devices.device[0].received = true;
    for (int i = 0; i < 2; i++)
        statistic_take(&w, &devices, &f);
    assert_int_equal(f.count, 0);
    assert_int_equal(w.count, 1); /* it is not asked for its names each time */
    free(w.of[0]);
    close(w.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wants_what_tells_of_drops_and_limits),
        cmocka_unit_test(tells_those_that_moved_most),
        cmocka_unit_test(chooses_within_its_bounds),
        cmocka_unit_test(an_interface_that_is_not_there_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
