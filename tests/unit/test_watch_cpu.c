/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: what the CPUs did, from /proc/stat.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_cpu.c"
#include "../../plugins/tools/native/probe/watch_figures.c"

/* The figure of that key; -1: it was not told. */
static double told_of(const struct figures *f, const char *metric, const char *part)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->row[i].metric, metric) && !strcmp(f->row[i].part, part))
            return f->row[i].value;
    return -1;
}

#define MS 1000000ull

static void reads_what_a_kernel_writes(void **state)
{
    static struct cpu_look look;

    (void)state;
    assert_int_equal(cpu_parse(&look, "cpu  10 2 3 400 5 6 7 8 9 1\n"
                                      "cpu0 4 1 1 200 2 3 3 4 4 1\n"
                                      "cpu2 6 1 2 200 3 3 4 4 5 0\n"
                                      "intr 5 1 2\nctxt 7\n"),
                     0);
    assert_int_equal(look.all[CPU_USER], 10);
    assert_int_equal(look.all[CPU_GUEST_NICE], 1);
    assert_int_equal(look.cpus, 3);
    assert_int_equal(look.cpu[1][CPU_IDLE], 0); /* it is switched off */
    assert_int_equal(look.cpu[2][CPU_STEAL], 4);
}

static void an_old_kernel_has_fewer_columns(void **state)
{
    static struct cpu_look look;

    (void)state;
    assert_int_equal(cpu_parse(&look, "cpu  10 2 3 400\n"), 0);
    assert_int_equal(look.all[CPU_IDLE], 400);
    assert_int_equal(look.all[CPU_STEAL], 0);
}

static void refuses_what_is_no_such_text(void **state)
{
    static const char *const bad[] = { "",          "\n",    "intr 1 2 3\n",
                                       "cpu",       "cpu\n", "cpu0 1 2 3 4\n",
                                       "xcpu 1 2 3" };
    static struct cpu_look look;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(cpu_parse(&look, bad[i]), -EPROTO);
}

static void survives_numbers_that_are_none(void **state)
{
    static struct cpu_look look;

    (void)state;
    assert_int_equal(cpu_parse(&look, "cpu  99999999999999999999999999 -5 x\n"
                                      "cpu99999999999999999999 1 1 1 1\n"
                                      "cpu512 1 1 1 1\ncpux 1 1 1\ncpu-1 3\n"),
                     0);
    assert_true(look.all[CPU_USER] == UINT64_MAX);
    assert_int_equal(look.all[CPU_NICE], 0);
    assert_int_equal(look.cpus, 0);
}

static void shares_are_of_all_time_and_guests_are_part_of_user(void **state)
{
    const uint64_t before[CPU_TIMES] = { 100, 0, 50, 800, 20, 0, 10, 0, 30, 0 };
    const uint64_t now[CPU_TIMES] = { 140, 0, 60, 830, 30, 0, 15, 5, 50, 0 };
    struct cpu_shares s;

    (void)state;
    assert_true(cpu_shares(before, now, &s));
    assert_true(s.of[CPU_USER] > 0.399 && s.of[CPU_USER] < 0.401);
    assert_true(s.of[CPU_GUEST] > 0.199 && s.of[CPU_GUEST] < 0.201);
    assert_true(s.of[CPU_STEAL] > 0.049 && s.of[CPU_STEAL] < 0.051);
    assert_true(s.busy > 0.599 && s.busy < 0.601); /* all but idle and iowait */
}

static void a_time_that_shrinks_is_nothing(void **state)
{
    const uint64_t before[CPU_TIMES] = { [CPU_IDLE] = 100, [CPU_IOWAIT] = 50 };
    const uint64_t now[CPU_TIMES] = { [CPU_IDLE] = 110, [CPU_IOWAIT] = 40 };
    struct cpu_shares s;

    (void)state;
    assert_true(cpu_shares(before, now, &s));
    assert_true(s.busy == 0 && s.of[CPU_IOWAIT] == 0 && s.of[CPU_IDLE] == 1);
    assert_false(cpu_shares(now, now, &s)); /* no time has passed */
}

/* One CPU that is busy for 5 of 30 ticks: a sixth, whose looks each 100 ms would say 0 or a half.
 */
static void shares_are_those_of_a_window_and_not_of_ten_ticks(void **state)
{
    static struct watch_cpu cpu;
    uint64_t user = 0, idle = 0;

    (void)state;
    for (uint64_t i = 0; i < 30; i++) {
        struct figures f = { .count = 0 };
        char text[64];

        user += i % 3 == 0 ? 5 : 0;
        idle += i % 3 == 0 ? 5 : 10;
        snprintf(text, sizeof text, "cpu  %d 0 0 %d\n", (int)user, (int)idle);
        cpu_take(&cpu, text, (i + 1) * 100 * MS, &f);
        if (i == 0)
            assert_int_equal(f.count, 0);
        if (i >= 3) {
            assert_true(told_of(&f, "cpu_busy", "") > 0.16);
            assert_true(told_of(&f, "cpu_busy", "") < 0.17);
        }
    }
    assert_true(cpu.count <= 4); /* what is older is forgotten */
}

static void a_short_interval_does_not_fill_the_ring(void **state)
{
    static struct watch_cpu cpu;

    (void)state;
    for (uint64_t i = 0; i < 200; i++) {
        struct figures f = { .count = 0 };
        char text[64];

        snprintf(text, sizeof text, "cpu  %d 0 0 %d\n", (int)i, (int)i);
        cpu_take(&cpu, text, (i + 1) * MS, &f);
        assert_true(cpu.count <= CPU_LOOKS);
        if (i)
            assert_true(told_of(&f, "cpu_busy", "") == 0.5);
    }
}

static void tells_the_busiest_cpus_alone(void **state)
{
    static struct watch_cpu cpu;
    struct figures f = { .count = 0 };
    char text[2048];
    int len = 0;

    (void)state;
    for (int n = -1; n < 20; n++)
        len += snprintf(text + len, sizeof text - (size_t)len,
                        n < 0 ? "cpu  0 0 0 0\n" : "cpu%d 0 0 0 0\n", n);
    cpu_take(&cpu, text, 100 * MS, &f);
    len = 0;
    for (int n = -1; n < 20; n++)
        len += n < 0 ? snprintf(text, sizeof text, "cpu  100 0 0 900\n")
                     : snprintf(text + len, sizeof text - (size_t)len, "cpu%d 0 0 %d %d 0 0 0 %d\n",
                                n, n, 100 - 5 * n, 4 * n);
    cpu_take(&cpu, text, 200 * MS, &f);
    assert_true(told_of(&f, "cpu_busy", "") == 0.1);
    assert_true(told_of(&f, "cpu_busy", "cpu19") > 0.94);
    assert_true(told_of(&f, "cpu_steal", "cpu19") > 0.75);
    assert_true(told_of(&f, "cpu_user", "cpu19") == -1); /* it is nothing */
    assert_true(told_of(&f, "cpu_busy", "cpu12") > 0.59);
    assert_true(told_of(&f, "cpu_busy", "cpu11") == -1); /* the ninth */
}

static void what_a_machine_never_has_is_not_told(void **state)
{
    static struct watch_cpu cpu;
    struct figures f = { .count = 0 };

    (void)state;
    cpu_take(&cpu, "cpu  1 0 0 9\ncpu0 1 0 0 9\n", 100 * MS, &f);
    cpu_take(&cpu, "cpu  2 0 0 18\ncpu0 2 0 0 18\n", 200 * MS, &f);
    assert_true(told_of(&f, "cpu_busy", "cpu0") == -1); /* it is next to idle */
    assert_true(told_of(&f, "cpu_iowait", "") == -1);
    assert_true(told_of(&f, "cpu_steal", "") == 0); /* which is worth knowing */
    cpu_take(&cpu, "cpu  2 0 0 18 4\n", 300 * MS, &f);
    assert_true(told_of(&f, "cpu_iowait", "") > 0);
    f.count = 0;
    cpu_take(&cpu, "cpu  2 0 0 90 4\n", 900 * MS, &f);
    cpu_take(&cpu, "cpu  2 0 0 99 4\n", 1900 * MS, &f);
    assert_true(told_of(&f, "cpu_iowait", "") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_a_kernel_writes),
        cmocka_unit_test(an_old_kernel_has_fewer_columns),
        cmocka_unit_test(refuses_what_is_no_such_text),
        cmocka_unit_test(survives_numbers_that_are_none),
        cmocka_unit_test(shares_are_of_all_time_and_guests_are_part_of_user),
        cmocka_unit_test(a_time_that_shrinks_is_nothing),
        cmocka_unit_test(shares_are_those_of_a_window_and_not_of_ten_ticks),
        cmocka_unit_test(a_short_interval_does_not_fill_the_ring),
        cmocka_unit_test(tells_the_busiest_cpus_alone),
        cmocka_unit_test(what_a_machine_never_has_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
