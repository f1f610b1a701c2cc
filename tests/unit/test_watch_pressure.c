/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: waiting, from /proc/pressure and /proc/schedstat.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_pressure.c"

/* The figure of that key; -1: it was not told. */
static double told_of(const struct figures *f, const char *metric, const char *part)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->row[i].metric, metric) && !strcmp(f->row[i].part, part))
            return f->row[i].value;
    return -1;
}

#define MS 1000000ull

static void reads_the_time_in_which_some_waited(void **state)
{
    uint64_t us = 0;

    (void)state;
    assert_true(pressure_parse("some avg10=72.10 avg60=78.73 avg300=63.60 total=12351881404\n"
                               "full avg10=0.00 avg60=0.00 avg300=0.00 total=5\n",
                               &us));
    assert_true(us == 12351881404);
}

static void passes_over_what_is_no_pressure(void **state)
{
    static const char *const bad[] = { "",
                                       "some",
                                       "some total=",
                                       "some avg10=1 total=x",
                                       "full avg10=0.00 total=5\n",
                                       "some\ttotal=5" };
    uint64_t us = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(pressure_parse(bad[i], &us));
    assert_int_equal(us, 7);
}

static void tells_the_share_of_the_time_since_it_looked_last(void **state)
{
    struct watch_pressure p = { .metric = "psi_cpu" };
    struct figures f = { .count = 0 };

    (void)state;
    pressure_take(&p, "some total=1000000\n", 1000 * MS, &f);
    assert_int_equal(f.count, 0);
    pressure_take(&p, "some total=1025000\n", 1100 * MS, &f);
    assert_true(told_of(&f, "psi_cpu", "") == 0.25);
    f.count = 0;
    pressure_take(&p, "some total=9925000\n", 1200 * MS, &f); /* more than there was */
    assert_true(told_of(&f, "psi_cpu", "") == 1);
    f.count = 0;
    pressure_take(&p, "some total=5\n", 1300 * MS, &f); /* it began anew */
    assert_true(told_of(&f, "psi_cpu", "") == 0);
}

static void adds_up_who_waited_on_all_cpus(void **state)
{
    static const char text[] = "version 15\ntimestamp 4295\n"
                               "cpu0 0 0 0 0 0 0 500 1000 7\ndomain0 3 1 2 3\n"
                               "cpu1 0 0 0 0 0 0 500 2000 7\n";
    uint64_t ns = 0;

    (void)state;
    assert_true(queue_parse(text, &ns));
    assert_int_equal(ns, 3000);
    assert_false(queue_parse("cpu0 0 0 0 0 0 0 500\n", &ns));
    assert_false(queue_parse("", &ns));
}

static void tells_how_many_waited_on_average(void **state)
{
    struct watch_queue q = { .time_ns = 0 };
    struct figures f = { .count = 0 };

    (void)state;
    queue_take(&q, "cpu0 0 0 0 0 0 0 1 0 7\n", 100 * MS, &f);
    assert_int_equal(f.count, 0);
    queue_take(&q, "cpu0 0 0 0 0 0 0 1 150000000 7\n", 200 * MS, &f);
    assert_true(told_of(&f, "run_queue", "") == 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_time_in_which_some_waited),
        cmocka_unit_test(passes_over_what_is_no_pressure),
        cmocka_unit_test(tells_the_share_of_the_time_since_it_looked_last),
        cmocka_unit_test(adds_up_who_waited_on_all_cpus),
        cmocka_unit_test(tells_how_many_waited_on_average),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
