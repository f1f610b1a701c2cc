/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: the busiest interrupts, from /proc/stat.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_interrupt.c"

/* The figure of that key; -1: it was not told. */
static double told_of(const struct figures *f, const char *metric, const char *part)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->row[i].metric, metric) && !strcmp(f->row[i].part, part))
            return f->row[i].value;
    return -1;
}

static void tells_the_busiest_a_second(void **state)
{
    static struct watch_interrupt w;
    struct figures f = { .count = 0 };

    (void)state;
    interrupt_take(&w, "cpu  1 2 3\nintr 100 0 0 0 0 0 0 50\nctxt 5\n", 1000000000, &f);
    assert_int_equal(f.count, 0);
    /* Numbers that no machine has: they stand for their names. */
    interrupt_take(&w, "cpu  1 2 3\nintr 100 0 0 0 0 0 0 90\nctxt 5\n", 3000000000, &f);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.row[0].metric, "interrupts");
    assert_true(f.row[0].value == 20);
}

static void tells_four_at_most_and_the_first_of_them_first(void **state)
{
    static struct watch_interrupt w;
    struct figures f = { .count = 0 };

    (void)state;
    interrupt_take(&w, "intr 0 0 0 0 0 0 0 0\n", 1000000000, &f);
    interrupt_take(&w, "intr 21 1 2 3 4 5 6 0\n", 2000000000, &f);
    assert_int_equal(f.count, INTERRUPT_SHOWN);
    assert_true(f.row[0].value == 6 && f.row[3].value == 3);
}

static void survives_any_text(void **state)
{
    static const char *const bad[] = { "",
                                       "intr",
                                       "intr ",
                                       "intr x",
                                       "intr 5",
                                       "intr 5 -1 2",
                                       "intr 5 99999999999999999999999999 2\n" };
    static struct watch_interrupt w;
    static char many[INTERRUPT_MAX * 4] = "intr 1";
    struct figures f = { .count = 0 };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        interrupt_take(&w, bad[i], (i + 1) * 1000, &f);
    for (size_t len = 6; len + 3 < sizeof many; len += 2)
        memcpy(many + len, " 7", 3);
    interrupt_take(&w, many, 1000000000, &f);
    interrupt_take(&w, many, 2000000000, &f);
    assert_true(told_of(&f, "interrupts", "nothing") == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_busiest_a_second),
        cmocka_unit_test(tells_four_at_most_and_the_first_of_them_first),
        cmocka_unit_test(survives_any_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
