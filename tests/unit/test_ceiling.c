/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/ceiling.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/ceiling.h"
#include "tests/fakes/flow.h"

#include <math.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) <= 1e-6 * fabs(b))

static const struct vmtp_reach ethernet = { .mtu = 1500,
                                            .rate_bps = 1000000000,
                                            .overhead_bytes = 38 };

static void a_gigabit_of_ethernet_carries_941_megabits_of_tcp(void **state)
{
    (void)state;
    NEAR(ceiling_tcp(&ethernet, 4, 0), 1e9 * 1448 / 1538);
    NEAR(ceiling_tcp(&ethernet, 6, 0), 1e9 * 1428 / 1538);
}

static void a_measured_segment_counts_more_than_the_mtu(void **state)
{
    const struct vmtp_reach no_mtu = { .rate_bps = 1000 };

    (void)state;
    NEAR(ceiling_tcp(&ethernet, 4, 1000), 1e9 * 1000 / (1000 + 52 + 38));
    NEAR(ceiling_tcp(&ethernet, 4, 1460), 1e9 * 1460 / 1538); /* without timestamps */
    NEAR(ceiling_tcp(&no_mtu, 4, 1000), 1000.0 * 1000 / 1052);
}

static void datagrams_pay_for_each_fragment(void **state)
{
    (void)state;
    NEAR(ceiling_udp(&ethernet, 4, 1472), 1e9 * 1472 / 1538);
    NEAR(ceiling_udp(&ethernet, 4, 1473), 1e9 * 1473 / (1481 + 2 * 58));
    NEAR(ceiling_udp(&ethernet, 4, 18), 1e9 * 18 / (26 + 58));
    NEAR(ceiling_udp(&ethernet, 6, 1452), 1e9 * 1452 / 1538);
    NEAR(ceiling_udp(&ethernet, 6, 1453), 1e9 * 1453 / (1461 + 2 * (48 + 38)));
}

static void without_a_rate_or_an_mtu_nothing_is_known(void **state)
{
    const struct vmtp_reach nothing = { 0 }, tiny = { .rate_bps = 1000, .mtu = 20 };

    (void)state;
    assert_true(isnan(ceiling_tcp(&nothing, 4, 0)));
    assert_true(isnan(ceiling_udp(&nothing, 4, 100)));
    assert_true(isnan(ceiling_tcp(&tiny, 4, 0)));
    assert_true(isnan(ceiling_udp(&tiny, 4, 100)));
    assert_true(isnan(ceiling_udp(&ethernet, 4, 0)));
    assert_true(isnan(ceiling_udp(&ethernet, 4, NAN)));
}

static void a_tcp_flow_goes_by_its_measured_segment(void **state)
{
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    flow.measurement.reach = ethernet;
    assert_int_equal(trial_add_final(fake_goodput(&flow, 9e8), MSS, 1400), 0);
    NEAR(measurement_ceiling(&flow.measurement), 1e9 * 1400 / (1400 + 52 + 38));
    fake_flow_clear(&flow);
}

/* The trial took a little longer than its duration says: that makes no second fragment. */
static void a_udp_flow_goes_by_what_a_datagram_carried(void **state)
{
    struct fake_flow flow;
    struct trial *trial;

    (void)state;
    fake_flow_make(&flow, "udp");
    flow.measurement.reach = ethernet;
    trial = fake_goodput(&flow, 1472.0 * 8 * 1000 / 2 * 1.01);
    assert_int_equal(trial_add_final(trial, RECEIVED, 1000), 0);
    NEAR(measurement_ceiling(&flow.measurement), 1e9 * 1472 / 1538);
    fake_flow_clear(&flow);
}

static void a_length_that_was_asked_for_is_exact(void **state)
{
    static const struct vmtp_option options[] = { { .name = "length", .type = VMTP_SIZE } };
    uint64_t length = 512;
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "udp");
    flow.measurement.reach = ethernet;
    flow.tool.table.options = (struct vmtp_table)VMTP_TABLE(options);
    flow.variant.opt = &length;
    NEAR(measurement_ceiling(&flow.measurement), 1e9 * 512 / (520 + 58));
    fake_flow_clear(&flow);
}

static void other_protocols_have_no_ceiling(void **state)
{
    static const struct vmtp_pair sctp[] = { { "protocol", "sctp" } };
    struct fake_flow flow;

    (void)state;
    fake_flow_make(&flow, "tcp");
    flow.measurement.reach = ethernet;
    flow.variant.options = sctp;
    flow.variant.option_count = 1;
    fake_goodput(&flow, 1e8);
    assert_true(isnan(measurement_ceiling(&flow.measurement)));
    fake_flow_clear(&flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gigabit_of_ethernet_carries_941_megabits_of_tcp),
        cmocka_unit_test(a_measured_segment_counts_more_than_the_mtu),
        cmocka_unit_test(datagrams_pay_for_each_fragment),
        cmocka_unit_test(without_a_rate_or_an_mtu_nothing_is_known),
        cmocka_unit_test(a_tcp_flow_goes_by_its_measured_segment),
        cmocka_unit_test(a_udp_flow_goes_by_what_a_datagram_carried),
        cmocka_unit_test(a_length_that_was_asked_for_is_exact),
        cmocka_unit_test(other_protocols_have_no_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
