/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe's measured window: rates by arrivals, silence as time, intervals that add up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/window.c"

#define MS 1000000ull

static double rate(struct window_interval i)
{
    return (double)i.bytes * 8e9 / (double)i.elapsed_ns;
}

/* Arrivals of bytes each gap_ns in from..to. */
static void arrive(struct window *w, uint64_t from, uint64_t to, uint64_t gap_ns, uint64_t bytes)
{
    for (uint64_t t = from; t <= to; t += gap_ns)
        window_arrival(w, t, bytes);
}

static void is_exact_on_a_slow_path(void **state)
{
    struct window w;

    (void)state;
    /* 10 Mb/s: 1500 bytes each 1.2 ms; half a second is no whole number of them. */
    for (uint64_t phase = 0; phase < 1200; phase += 97) {
        assert_int_equal(window_init(&w, 500 * MS, 100 * MS), 0);
        window_start(&w, 200 * MS);
        arrive(&w, 1 * MS + phase * 1000, 900 * MS, 1200000, 1500);
        window_close(&w);
        assert_int_equal(w.count, 5);
        for (uint32_t i = 0; i < w.count; i++)
            assert_float_equal(rate(w.interval[i]), 1e7, 1e4);
        assert_float_equal(rate(window_total(&w)), 1e7, 1e4);
        window_free(&w);
    }
}

static void needs_no_warm_up(void **state)
{
    struct window w;

    (void)state;
    assert_int_equal(window_init(&w, 500 * MS, 0), 0);
    window_start(&w, 7 * MS);
    arrive(&w, 7 * MS, 600 * MS, 1200000, 1500);
    window_close(&w);
    assert_float_equal(rate(window_total(&w)), 1e7, 1e4);
    window_free(&w);
}

static void counts_silence_at_the_end_as_time(void **state)
{
    struct window w;

    (void)state;
    assert_int_equal(window_init(&w, 1000 * MS, 0), 0);
    window_start(&w, 100 * MS);
    arrive(&w, 10 * MS, 600 * MS, 1 * MS, 1000); /* half of the window, then nothing */
    window_close(&w);
    assert_int_equal(window_total(&w).elapsed_ns, 1000 * MS);
    assert_int_equal(window_total(&w).bytes, 500 * 1000);
    window_free(&w);
}

static void counts_silence_in_the_middle_as_time(void **state)
{
    struct window w;
    uint64_t bytes = 0, elapsed = 0;

    (void)state;
    assert_int_equal(window_init(&w, 1000 * MS, 100 * MS), 0);
    window_start(&w, 100 * MS);
    arrive(&w, 10 * MS, 350 * MS, 1 * MS, 1000);
    arrive(&w, 750 * MS, 1200 * MS, 1 * MS, 1000);
    window_close(&w);
    for (uint32_t i = 0; i < w.count; i++) {
        bytes += w.interval[i].bytes;
        elapsed += w.interval[i].elapsed_ns;
    }
    assert_int_equal(w.interval[3].bytes, 0); /* 400..500 ms */
    assert_int_equal(w.interval[3].elapsed_ns, 100 * MS);
    assert_int_equal(elapsed, 1000 * MS);
    assert_int_equal(bytes, (250 + 351) * 1000);
    window_free(&w);
}

static void excuses_bursts_but_not_stalls(void **state)
{
    struct window w;

    (void)state;
    /* 64 KiB at once each 52 ms: 10 Mb/s through a token bucket, a few reads a burst. */
    assert_int_equal(window_init(&w, 500 * MS, 0), 0);
    window_start(&w, 300 * MS);
    for (uint64_t t = 3 * MS; t < 900 * MS; t += 52 * MS)
        for (int i = 0; i < 4; i++)
            window_arrival(&w, t + (uint64_t)i * 1000, 16250);
    window_close(&w);
    assert_float_equal(rate(window_total(&w)), 1e7, 2e4);
    window_free(&w);
}

static void says_nothing_came(void **state)
{
    struct window w;

    (void)state;
    assert_int_equal(window_init(&w, 500 * MS, 100 * MS), 0);
    window_start(&w, 300 * MS);
    window_pass(&w, 10000 * MS);
    assert_true(window_done(&w));
    assert_int_equal(window_total(&w).bytes, 0);
    assert_int_equal(window_total(&w).elapsed_ns, 500 * MS);
    window_free(&w);
}

static void bounds_the_number_of_intervals(void **state)
{
    struct window w;

    (void)state;
    assert_int_equal(window_init(&w, 1000 * MS, 1), 0);
    assert_true(w.count <= PROBE_INTERVALS_MAX);
    window_free(&w);
    assert_int_equal(window_init(&w, 350 * MS, 100 * MS), 0);
    assert_int_equal(w.count, 4);
    window_free(&w);
    assert_int_equal(window_init(&w, 340 * MS, 100 * MS), 0);
    assert_int_equal(w.count, 3);
    window_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_exact_on_a_slow_path),
        cmocka_unit_test(needs_no_warm_up),
        cmocka_unit_test(counts_silence_at_the_end_as_time),
        cmocka_unit_test(counts_silence_in_the_middle_as_time),
        cmocka_unit_test(excuses_bursts_but_not_stalls),
        cmocka_unit_test(says_nothing_came),
        cmocka_unit_test(bounds_the_number_of_intervals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
