/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the datagrams of the native tool were lost: what each counter may claim.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "../../plugins/tools/native/waterfall.c"

/* All is told, nothing was dropped anywhere, 100 of 1000 are missing. */
static struct waterfall_told calm(void)
{
    return (struct waterfall_told){
        .sent = 1000, .received = 900, .socket_least = NAN, .queue_tells = true
    };
}

static void check(const struct waterfall_told *t, const double lost[STAGES])
{
    struct waterfall w;

    waterfall_make(t, &w);
    for (int i = 0; i < STAGES; i++)
        if (isnan(lost[i]) ? !isnan(w.lost[i]) : !(w.lost[i] == lost[i]))
            fail_msg("stage %d: %g, not %g", i, w.lost[i], lost[i]);
}

/* CHECK({ .. }, socket, sender, nic_sender, softnet, nic_receiver, reassembly) */
#define CHECK(set, ...)                                                                            \
    do {                                                                                           \
        struct waterfall_told t = calm();                                                          \
        set;                                                                                       \
        check(&t, (double[STAGES]){ __VA_ARGS__ });                                                \
    } while (0)

static void what_no_counter_saw_is_the_networks(void **state)
{
    (void)state;
    CHECK(, 0, 0, 0, 0, 0, 0);
}

static void each_counter_gets_its_own(void **state)
{
    (void)state;
    CHECK(t.socket = 30, 30, 0, 0, 0, 0, 0);
    CHECK((t.queue = 30, t.refused = 30), 0, 30, 0, 0, 0, 0);
    CHECK(t.forbidden = 30, 0, 30, 0, 0, 0, 0);
    CHECK(t.nic_sender = 30, 0, 0, 30, 0, 0, 0);
    CHECK((t.softnet = 30, t.nic_receiver = 30), 0, 0, 0, 30, 0, 0);
    CHECK(t.nic_receiver = 30, 0, 0, 0, 0, 30, 0);
    CHECK((t.incomplete = 30, t.fragmented = true), 0, 0, 0, 0, 0, 30);
}

static void together_they_get_no_more_than_is_missing(void **state)
{
    (void)state;
    CHECK((t.socket = 60, t.queue = 70, t.refused = 70, t.nic_receiver = 5), 60, 40, 0, 0, 0, 0);
    CHECK((t.received = 1000, t.socket = 5, t.queue = t.refused = 9), 0, 0, 0, 0, 0, 0);
    CHECK((t.received = 1010, t.queue = t.refused = 9), 0, 0, 0, 0, 0, 0); /* duplicates */
}

static void a_queue_that_tells_is_held_against_what_udp_learnt(void **state)
{
    (void)state;
    CHECK((t.queue = 80, t.refused = 20), 0, 20, 0, 0, 0, 0); /* the rest was TCP */
    CHECK((t.queue = 20, t.refused = 80), 0, 20, 0, 0, 0, 0); /* by another interface */
    CHECK((t.queue = 80, t.refused = 20, t.queue_tells = false), 0, 80, 0, 0, 0, 0);
    CHECK((t.queue = 80, t.refused = NAN), 0, 80, 0, 0, 0, 0);
}

static void without_a_queue_the_refusals_are_those_of_what_lies_below(void **state)
{
    (void)state;
    CHECK((t.noqueue = true, t.refused = 20), 0, 20, 0, 0, 0, 0);
    CHECK((t.noqueue = true, t.refused = 20, t.nic_sender = 20), 0, 0, 20, 0, 0, 0);
}

static void a_full_backlog_counts_once(void **state)
{
    (void)state;
    /* The interface that it came in by counts it too ... */
    CHECK((t.softnet = 30, t.nic_receiver = 40), 0, 0, 0, 30, 10, 0);
    /* ... one of another interface is none of ours ... */
    CHECK((t.softnet = 30, t.nic_receiver = 10), 0, 0, 0, 10, 0, 0);
    /* ... unless ours lies upon it ... */
    CHECK((t.softnet = 30, t.nic_receiver = 0, t.stacked = true), 0, 0, 0, 30, 0, 0);
    /* ... and on one machine the cable's other end is the sender's. */
    CHECK((t.softnet = 30, t.nic_receiver = 30, t.nic_sender = 30, t.same_machine = true), 0, 0, 0,
          30, 0, 0);
}

static void a_fragment_that_was_dropped_earlier_is_no_loss_of_reassembly(void **state)
{
    (void)state;
    CHECK((t.fragmented = true, t.queue = 60, t.refused = 20, t.incomplete = 50), 0, 20, 0, 0, 0,
          30);
    CHECK((t.fragmented = false, t.incomplete = 50), 0, 0, 0, 0, 0, 0); /* somebody else's */
}

static void packets_that_are_not_datagrams_are_not_counted_as_such(void **state)
{
    (void)state;
    CHECK((t.super = true, t.queue = t.refused = 3), 0, NAN, 0, 0, 0, 0);
    CHECK((t.super = true, t.nic_sender = 3), 0, 0, NAN, 0, 0, 0);
    CHECK((t.super = true, t.nic_receiver = 3), 0, 0, 0, 0, NAN, 0);
    CHECK((t.fragmented = true, t.nic_receiver = 3), 0, 0, 0, 0, NAN, 0);
    CHECK((t.fragmented = true, t.queue = 3, t.queue_tells = false), 0, NAN, 0, 0, 0, 0);
    CHECK((t.fragmented = true, t.fragments_refused = 3), 0, 0, 0, 0, 0, NAN);
    CHECK((t.socket = NAN, t.socket_least = 40), NAN, 0, 0, 0, 0, 0);
}

static void at_least_as_many_as_are_missing_are_all_of_them(void **state)
{
    (void)state;
    CHECK((t.super = true, t.queue = t.refused = 100), 0, 100, 0, 0, 0, 0);
    CHECK((t.socket = NAN, t.socket_least = 140), 100, 0, 0, 0, 0, 0);
    /* Of fragments it takes at most as many. */
    CHECK((t.fragmented = true, t.nic_receiver = 300), 0, 0, 0, 0, NAN, 0);
}

static void what_nobody_told_is_unknown(void **state)
{
    (void)state;
    CHECK((t.queue = t.refused = NAN), 0, NAN, 0, 0, 0, 0);
    CHECK(t.nic_sender = NAN, 0, 0, NAN, 0, 0, 0);
    CHECK(t.softnet = NAN, 0, 0, 0, NAN, 0, 0);
    CHECK(t.nic_receiver = NAN, 0, 0, 0, 0, NAN, 0);
    CHECK((t.fragmented = true, t.incomplete = NAN), 0, 0, 0, 0, 0, NAN);
    CHECK((t.fragmented = true, t.incomplete = 5, t.nic_sender = NAN), 0, 0, NAN, 0, 0, NAN);
    CHECK(t.received = NAN, NAN, NAN, NAN, NAN, NAN, NAN);
}

static void what_others_lost_is_told_apart(void **state)
{
    struct waterfall_told t = calm();
    struct waterfall w;

    (void)state;
    t.queue = 80;
    t.refused = 20;
    t.nic_receiver = 500;
    waterfall_make(&t, &w);
    assert_float_equal(w.others[STAGE_SENDER], 60, 0);
    assert_float_equal(w.lost[STAGE_NIC_RECEIVER], 80, 0);
    assert_float_equal(w.others[STAGE_NIC_RECEIVER], 420, 0);
}

static double any(void)
{
    static const double values[] = { NAN, 0, 0, 1, 5, 100, 1000, 1e15 };

    return values[(size_t)random() % (sizeof values / sizeof *values)];
}

static void whatever_is_told_the_stages_never_come_to_more_than_was_lost(void **state)
{
    (void)state;
    srandom(6);
    for (int n = 0; n < 200000; n++) {
        uint64_t flags = (uint64_t)random();
        struct waterfall_told t = { .sent = any(),
                                    .received = any(),
                                    .socket = any(),
                                    .socket_least = any(),
                                    .forbidden = any(),
                                    .queue = any(),
                                    .refused = any(),
                                    .nic_sender = any(),
                                    .nic_receiver = any(),
                                    .softnet = any(),
                                    .incomplete = any(),
                                    .fragments_refused = any(),
                                    .queue_tells = flags & 1,
                                    .noqueue = flags & 2,
                                    .super = flags & 4,
                                    .fragmented = flags & 8,
                                    .stacked = flags & 16,
                                    .same_machine = flags & 32 };
        struct waterfall w;
        double sum = 0;

        waterfall_make(&t, &w);
        for (int i = 0; i < STAGES; i++) {
            sum += isnan(w.lost[i]) ? 0 : w.lost[i];
            assert_false(w.lost[i] < 0 || w.others[i] < 0);
        }
        assert_false(sum > fmax(t.sent - t.received, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_counter_saw_is_the_networks),
        cmocka_unit_test(each_counter_gets_its_own),
        cmocka_unit_test(together_they_get_no_more_than_is_missing),
        cmocka_unit_test(a_queue_that_tells_is_held_against_what_udp_learnt),
        cmocka_unit_test(without_a_queue_the_refusals_are_those_of_what_lies_below),
        cmocka_unit_test(a_full_backlog_counts_once),
        cmocka_unit_test(a_fragment_that_was_dropped_earlier_is_no_loss_of_reassembly),
        cmocka_unit_test(packets_that_are_not_datagrams_are_not_counted_as_such),
        cmocka_unit_test(at_least_as_many_as_are_missing_are_all_of_them),
        cmocka_unit_test(what_nobody_told_is_unknown),
        cmocka_unit_test(what_others_lost_is_told_apart),
        cmocka_unit_test(whatever_is_told_the_stages_never_come_to_more_than_was_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
