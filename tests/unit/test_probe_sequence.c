/* SPDX-License-Identifier: Apache-2.0
 *
 * What vmtp-probe makes of numbered datagrams, and how it keeps their pace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "../../plugins/tools/native/probe/pace.h"
#include "../../plugins/tools/native/probe/sequence.c"

static struct sequence *fresh(void)
{
    struct sequence *s = calloc(1, sizeof *s);

    assert_non_null(s);
    return s;
}

static void check(struct sequence *s, uint64_t received, uint64_t duplicated, uint64_t reordered)
{
    assert_int_equal(s->received, received);
    assert_int_equal(s->duplicated, duplicated);
    assert_int_equal(s->reordered, reordered);
    free(s);
}

static void counts_what_is_in_order(void **state)
{
    struct sequence *s = fresh();

    (void)state;
    for (uint64_t i = 0; i < 3 * SEQUENCE_BITS; i++)
        sequence_add(s, i);
    check(s, 3 * SEQUENCE_BITS, 0, 0);
}

static void counts_losses_by_their_absence(void **state)
{
    struct sequence *s = fresh();

    (void)state;
    for (uint64_t i = 0; i < 200000; i++)
        if (i % 7)
            sequence_add(s, i);
    check(s, 200000 - 28572, 0, 0);
}

static void knows_every_duplicate_in_reach(void **state)
{
    struct sequence *s = fresh();

    (void)state;
    for (uint64_t i = 0; i < 150000; i++) {
        sequence_add(s, i);
        if (i > 1000)
            sequence_add(s, i - 1000);
    }
    check(s, 150000, 150000 - 1001, 0);
}

static void knows_what_came_late(void **state)
{
    struct sequence *s = fresh();

    (void)state;
    for (uint64_t i = 0; i < 130000; i += 2) {
        sequence_add(s, i + 1);
        sequence_add(s, i);
    }
    check(s, 130000, 0, 65000);
}

static void survives_great_leaps(void **state)
{
    struct sequence *s = fresh();

    (void)state;
    sequence_add(s, 5);
    sequence_add(s, 1ull << 40);
    sequence_add(s, 5); /* out of reach: late rather than double */
    sequence_add(s, (1ull << 40) - 1);
    sequence_add(s, (1ull << 40) - 1);
    check(s, 4, 1, 2);
}

static void matches_a_plain_count(void **state)
{
    static uint8_t seen[70000];
    struct sequence *s = fresh();
    uint64_t received = 0, duplicated = 0, x = 12345;

    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        uint64_t seq;

        x = x * 6364136223846793005u + 1442695040888963407u;
        seq = i / 3 + (x >> 33) % 3000;
        if (seen[seq])
            duplicated++;
        else
            received++;
        seen[seq] = 1;
        sequence_add(s, seq);
    }
    assert_int_equal(s->received, received);
    assert_int_equal(s->duplicated, duplicated);
    free(s);
}

static void paces_exactly(void **state)
{
    struct pace p;

    (void)state;
    pace_init(&p, 1000000000, 1400);
    assert_float_equal(p.gap_ns, 11200, 1e-9);
    for (int i = 0; i < 1000000; i++)
        p.next_ns += p.gap_ns;
    assert_float_equal(p.next_ns, 11.2e9, 1);
}

static void catches_up_by_a_millisecond_at_most(void **state)
{
    struct pace p;

    (void)state;
    pace_init(&p, 1000000000, 1250); /* 10 us */
    pace_catch_up(&p, 900000);
    assert_int_equal(p.skipped, 0);
    pace_catch_up(&p, 21000000);
    assert_int_equal(p.skipped, 2000);
    assert_float_equal(p.next_ns, 20000000, 1);
    pace_init(&p, 0, 1250);
    pace_catch_up(&p, 21000000);
    assert_int_equal(p.skipped, 0);
}

static void sends_more_at_once_when_it_is_late(void **state)
{
    struct pace p;

    (void)state;
    pace_init(&p, 1000000000, 1250); /* 10 us */
    assert_int_equal(pace_batch(&p, 0, 1, 64), 1);
    assert_int_equal(pace_batch(&p, 9999, 1, 64), 1);
    assert_int_equal(pace_batch(&p, 10000, 1, 64), 2);
    assert_int_equal(pace_batch(&p, 95000, 1, 64), 10);
    assert_int_equal(pace_batch(&p, 95000, 16, 64), 16);
    assert_int_equal(pace_batch(&p, 5000000, 1, 64), 64);
    pace_init(&p, 0, 1250);
    assert_int_equal(pace_batch(&p, 0, 1, 64), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_is_in_order),
        cmocka_unit_test(counts_losses_by_their_absence),
        cmocka_unit_test(knows_every_duplicate_in_reach),
        cmocka_unit_test(knows_what_came_late),
        cmocka_unit_test(survives_great_leaps),
        cmocka_unit_test(matches_a_plain_count),
        cmocka_unit_test(paces_exactly),
        cmocka_unit_test(catches_up_by_a_millisecond_at_most),
        cmocka_unit_test(sends_more_at_once_when_it_is_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
