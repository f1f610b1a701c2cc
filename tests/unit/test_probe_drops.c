/* SPDX-License-Identifier: Apache-2.0
 *
 * Differences of the kernel's counters in vmtp-probe, and the boundary between warm-up and window
 * at a socket.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/boundary.c"
#include "../../plugins/tools/native/probe/drops.c"
#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/netlink.c"
#include "../../plugins/tools/native/probe/proc_net.c"
#include "../../plugins/tools/native/probe/queue.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"

static void told(const struct drops *before, const struct drops *after, const char *json)
{
    char buf[512];
    struct json_writer w;

    json_begin(&w, buf, sizeof buf);
    drops_add(&w, before, after);
    assert_true(json_end(&w) > 0);
    buf[strcspn(buf, "\n")] = 0;
    assert_string_equal(buf, json);
}

#define QUEUE(of_kind, number, drops)                                                              \
    .queue = { .known = true, .kind = of_kind, .handle = (number), .dropped = (drops) }
#define COUNT(n)                                                                                   \
    {                                                                                              \
        true, n                                                                                    \
    }

static void tells_what_grew(void **state)
{
    struct drops before = { .nic = COUNT(5), .refused = COUNT(7) };
    struct drops after = { .nic = COUNT(9), .refused = COUNT(7) };

    (void)state;
    told(&before, &after, "{\"nic_drops\":4,\"refused\":0}");
}

static void what_one_reading_lacks_is_left_out(void **state)
{
    struct drops before = { .nic = COUNT(5), .softnet = COUNT(0), .cpus = 2 };
    struct drops after = { .refused = COUNT(7), .softnet = COUNT(9), .cpus = 4 };

    (void)state;
    told(&before, &after, "{}"); /* a CPU that came took its count along */
}

static void a_counter_that_began_anew_is_left_out(void **state)
{
    struct drops before = { .nic = COUNT(5) }, after = { .nic = COUNT(4) };

    (void)state;
    told(&before, &after, "{}");
}

static void a_queue_that_was_replaced_is_left_out(void **state)
{
    struct drops before = { QUEUE("tbf", 1, 50) };
    struct drops after = { QUEUE("tbf", 1, 60) };

    (void)state;
    told(&before, &after, "{\"queue_kind\":\"tbf\",\"queue_tells\":true,\"queue_drops\":10}");
    after.queue.handle = 2;
    told(&before, &after, "{}");
    after = (struct drops){ QUEUE("fq", 1, 60) };
    told(&before, &after, "{}");
}

static void counters_of_32_bits_wrap(void **state)
{
    struct drops before = { QUEUE("mq", 0, UINT32_MAX), .softnet = COUNT(UINT32_MAX - 1),
                            .cpus = 1 };
    struct drops after = { QUEUE("mq", 0, 4), .softnet = COUNT(3), .cpus = 1 };

    (void)state;
    told(&before, &after,
         "{\"queue_kind\":\"mq\",\"queue_tells\":false,\"queue_drops\":5,\"softnet_drops\":5}");
}

static void incomplete_datagrams_wait_or_have_expired(void **state)
{
    /* Three of an earlier trial expired meanwhile; of this one six wait. */
    struct drops before = { .waiting = COUNT(4), .expired = COUNT(10), .failed = COUNT(12) };
    struct drops after = { .waiting = COUNT(7), .expired = COUNT(13), .failed = COUNT(15) };

    (void)state;
    told(&before, &after, "{\"incomplete\":6,\"fragments_refused\":0}");
    after.failed.count = 20;
    told(&before, &after, "{\"incomplete\":6,\"fragments_refused\":5}");
    after = (struct drops){ .waiting = COUNT(0), .expired = COUNT(10), .failed = COUNT(12) };
    told(&before, &after, "{\"incomplete\":0,\"fragments_refused\":0}");
}

/* What the socket is said to have dropped of the measured phase, once it has dropped end in all. */
static uint32_t since(const struct boundary *b, uint32_t end)
{
    assert_true(b->passed);
    return end - b->begin;
}

static void a_socket_that_dropped_nothing_in_between_is_exact(void **state)
{
    struct boundary b = { .passed = false };

    (void)state;
    boundary_see(&b, false, 4, 1, 0);
    boundary_see(&b, false, 90, 1, 30);
    boundary_see(&b, true, 0, 1, 30);
    assert_int_equal(since(&b, 30), 0);
    assert_int_equal(since(&b, 42), 12);
}

static void drops_at_the_boundary_are_parted_by_what_is_missing_in_front(void **state)
{
    struct boundary b = { .passed = false };

    (void)state;
    boundary_see(&b, false, 90, 1, 30);
    boundary_see(&b, true, 15, 1, 50); /* 20 in between, 15 of them measured ones */
    assert_int_equal(since(&b, 60), 25);
    b = (struct boundary){ .passed = false };
    boundary_see(&b, false, 90, 1, 30);
    boundary_see(&b, true, 100, 1, 50); /* of 100 the network lost at least 80 */
    assert_int_equal(since(&b, 60), 30);
}

static void without_a_warm_up_all_drops_are_measured_ones(void **state)
{
    struct boundary b = { .passed = false };

    (void)state;
    boundary_see(&b, true, 15, 1, 15);
    assert_int_equal(since(&b, 15), 15);
}

static void super_packets_are_dropped_as_one(void **state)
{
    struct boundary b = { .passed = false };

    (void)state;
    boundary_see(&b, false, 0, 40, 0);
    boundary_see(&b, true, 120, 40, 10); /* three of ten */
    assert_int_equal(since(&b, 10), 3);
}

static void behind_the_boundary_nothing_moves_it(void **state)
{
    struct boundary b = { .passed = false };

    (void)state;
    boundary_see(&b, true, 0, 1, 5);
    boundary_see(&b, false, 0, 1, 9);
    boundary_see(&b, true, 7, 1, 9);
    assert_int_equal(b.begin, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_grew),
        cmocka_unit_test(what_one_reading_lacks_is_left_out),
        cmocka_unit_test(a_counter_that_began_anew_is_left_out),
        cmocka_unit_test(a_queue_that_was_replaced_is_left_out),
        cmocka_unit_test(counters_of_32_bits_wrap),
        cmocka_unit_test(incomplete_datagrams_wait_or_have_expired),
        cmocka_unit_test(a_socket_that_dropped_nothing_in_between_is_exact),
        cmocka_unit_test(drops_at_the_boundary_are_parted_by_what_is_missing_in_front),
        cmocka_unit_test(without_a_warm_up_all_drops_are_measured_ones),
        cmocka_unit_test(super_packets_are_dropped_as_one),
        cmocka_unit_test(behind_the_boundary_nothing_moves_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
