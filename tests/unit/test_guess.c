/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/guess.c: what searches that are over say of one that begins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/guess.h"
#include "core/result/search.h"

#include <stdlib.h>

#define MTU  1500
#define SEEN 4

static const double losses[] = { 0.05 };
static const struct search_spec spec = { .losses = losses,
                                         .loss_count = 1,
                                         .width = 0.001,
                                         .exceed = 0.5,
                                         .trial_ns = 1000000000,
                                         .sum_ns = 1000000000,
                                         .min_bps = 1000,
                                         .time_ns = 600000000000 };

struct flow_of {
    struct vmtp_pair options[2];
    struct variant variant;
    struct planned_flow planned;
};

static const struct component *const tool = (const struct component *)&spec; /* compared only */

static void flow_make(struct flow_of *flow, const char *to, const char *length,
                      struct measurement *ret)
{
    flow->options[0] = (struct vmtp_pair){ "protocol", "udp" };
    flow->options[1] = (struct vmtp_pair){ "length", length };
    flow->variant = (struct variant){ .tool = tool, .options = flow->options, .option_count = 2 };
    flow->planned = (struct planned_flow){
        .variant = &flow->variant,
        .route = { .path = "same-network", .placement = "", .from = "a", .to = to, .family = 4 },
    };
    *ret = (struct measurement){ .flow = &flow->planned, .reach = { .mtu = MTU } };
}

/* A search that ended with the rate, within a thousandth. */
static struct search *found(double bps)
{
    struct search *search = NULL;

    assert_int_equal(search_new(&spec, 0, &search), 0);
    while (search->next.action != SEARCH_OVER) {
        double rate = search->next.rate_bps ? (double)search->next.rate_bps : 1e11;
        double loss = rate > bps / 0.95 ? 1 - bps / 0.95 * 0.95 / rate : 0;
        struct search_trial trial = { .rate_bps = search->next.rate_bps,
                                      .offered_bps = rate,
                                      .goodput_bps = rate * (1 - loss),
                                      .sent = 1e6,
                                      .received = 1e6 * (1 - loss),
                                      .loss = loss,
                                      .duration_s = 1 };

        search_add(search, &trial, 1000000000);
    }
    return search;
}

struct scene {
    struct flow_of flows[SEEN + 1];
    struct measurement all[SEEN + 1];
};

/* The guess for the last of count flows, each "to length", of which the others found rates. */
static double guess(const char *const flows[][2], const double *rates, size_t count)
{
    struct scene scene;
    uint64_t bps;

    for (size_t i = 0; i < count; i++) {
        flow_make(&scene.flows[i], flows[i][0], flows[i][1], &scene.all[i]);
        if (i + 1 < count && rates[i] > 0)
            scene.all[i].search = found(rates[i]);
    }
    bps = guess_rate(&scene.all[count - 1], scene.all, count);
    for (size_t i = 0; i < count; i++)
        search_free(scene.all[i].search);
    return (double)bps;
}

static void is_near(double guess, double truth)
{
    assert_true(guess > truth * 0.96 && guess < truth * 1.06);
}

static void knows_nothing_without_an_answer(void **state)
{
    static const char *const alone[][2] = { { "b", "1024" } };
    static const char *const two[][2] = { { "b", "128" }, { "b", "1024" } };
    static const double none[] = { 0 };

    (void)state;
    assert_true(guess(alone, none, 1) <= 0);
    assert_true(guess(two, none, 2) <= 0);
}

static void takes_as_many_packets_for_another_length(void **state)
{
    static const char *const longer[][2] = { { "b", "128" }, { "b", "1024" } };
    static const char *const fragments[][2] = { { "b", "1472" }, { "b", "8192" } };
    static const double rates[] = { 1e7 };

    (void)state;
    is_near(guess(longer, rates, 2), 8e7);
    is_near(guess(fragments, rates, 2), 1e7 * (8192 / 6.0) / 1472); /* six packets each */
}

static void takes_the_nearest_length(void **state)
{
    static const char *const flows[][2] = { { "b", "128" }, { "b", "1000" }, { "b", "1024" } };
    static const double rates[] = { 1e7, 5e7 };

    (void)state;
    is_near(guess(flows, rates, 3), 5e7 * 1.024);
}

static void takes_the_same_rate_on_another_route(void **state)
{
    static const char *const flows[][2] = { { "b", "1024" }, { "c", "1024" } };
    static const double rates[] = { 3e7 };

    (void)state;
    is_near(guess(flows, rates, 2), 3e7);
}

static void what_another_route_has_shown_is_better_than_a_rule(void **state)
{
    static const char *const flows[][2] = {
        { "b", "128" }, { "b", "1024" }, { "c", "128" }, { "c", "1024" }
    };
    static const double rates[] = { 1e7, 6e7, 2e7 };

    (void)state;
    is_near(guess(flows, rates, 4), 12e7);
}

static void does_not_mix_what_differs_in_more_than_length(void **state)
{
    struct scene scene;

    (void)state;
    flow_make(&scene.flows[0], "b", "1024", &scene.all[0]);
    flow_make(&scene.flows[1], "b", "1024", &scene.all[1]);
    scene.flows[1].options[0].value = "tcp";
    scene.all[0].search = found(1e7);
    assert_int_equal(guess_rate(&scene.all[1], scene.all, 2), 0);
    scene.flows[1].options[0].value = "udp";
    scene.flows[1].variant.tool = NULL;
    assert_int_equal(guess_rate(&scene.all[1], scene.all, 2), 0);
    search_free(scene.all[0].search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_nothing_without_an_answer),
        cmocka_unit_test(takes_as_many_packets_for_another_length),
        cmocka_unit_test(takes_the_nearest_length),
        cmocka_unit_test(takes_the_same_rate_on_another_route),
        cmocka_unit_test(what_another_route_has_shown_is_better_than_a_rule),
        cmocka_unit_test(does_not_mix_what_differs_in_more_than_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
