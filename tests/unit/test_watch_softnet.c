/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: receiving in soft interrupts, from /proc/net/softnet_stat.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/proc_net.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_softnet.c"

/* The figure of that key; -1: it was not told. */
static double told_of(const struct figures *f, const char *metric, const char *part)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->row[i].metric, metric) && !strcmp(f->row[i].part, part))
            return f->row[i].value;
    return -1;
}

static void reads_a_row_for_each_cpu(void **state)
{
    struct softnet_row row[4];

    (void)state;
    assert_int_equal(softnet_parse("16e6c0d3 00000001 000000b5 00000000\n"
                                   "16484786 fffffffe 00000082\n"
                                   "short 1\n\n",
                                   row, 4),
                     2);
    assert_int_equal(row[0].dropped, 1);
    assert_int_equal(row[0].squeezed, 0xb5);
    assert_true(row[1].dropped == 0xfffffffe);
    assert_int_equal(softnet_parse("1 1 1\n1 1 1\n1 1 1\n", row, 2), 2);
    assert_int_equal(softnet_parse("", row, 2), 0);
}

static void adds_what_moved_on_all_cpus(void **state)
{
    static struct watch_softnet s;
    struct figures f = { .count = 0 };

    (void)state;
    softnet_take(&s, "1 5 5\n1 5 5\n", &f);
    assert_int_equal(f.count, 0); /* before the watch began */
    softnet_take(&s, "1 7 5\n1 8 5\n", &f);
    assert_true(told_of(&f, "softnet_dropped", "") == 5);
    assert_true(told_of(&f, "softnet_squeezed", "") == -1); /* it did not move */
}

static void a_counter_that_wraps_goes_on_and_one_that_shrinks_is_new(void **state)
{
    static struct watch_softnet s;
    struct figures f = { .count = 0 };

    (void)state;
    softnet_take(&s, "1 fffffffe 10\n", &f);
    softnet_take(&s, "1 3 2\n", &f);
    assert_true(told_of(&f, "softnet_dropped", "") == 5);
    assert_true(told_of(&f, "softnet_squeezed", "") == -1);
}

static void a_cpu_that_comes_is_no_leap_of_the_counters(void **state)
{
    static struct watch_softnet s;
    struct figures f = { .count = 0 };

    (void)state;
    softnet_take(&s, "1 10 10\n", &f);
    softnet_take(&s, "1 50 50\n1 90 90\n", &f);
    assert_int_equal(f.count, 0);
    softnet_take(&s, "1 50 50\n1 91 90\n", &f);
    assert_true(told_of(&f, "softnet_dropped", "") == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_row_for_each_cpu),
        cmocka_unit_test(adds_what_moved_on_all_cpus),
        cmocka_unit_test(a_counter_that_wraps_goes_on_and_one_that_shrinks_is_new),
        cmocka_unit_test(a_cpu_that_comes_is_no_leap_of_the_counters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
