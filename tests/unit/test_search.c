/* SPDX-License-Identifier: Apache-2.0
 *
 * The rate search on simulated paths, where the right answer is known: in many seeded runs it is
 * counted how often the answer's bounds hold it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/search.h"

#include <math.h>

#define S_NS     1000000000ull
#define DATAGRAM (1400 * 8.0)
#define SLOTS    20 /* in which capacity changes, of a second each */
#define RUNS     200

struct path {
    double capacity;    /* bit/s */
    double generator;   /* what the tool can send at a rate ... */
    double fastest;     /* ... and without one */
    double hiccups;     /* share of trials in which it stands still for a while */
    double trial_noise; /* capacity differs from trial to trial by so much */
    double slot_noise;  /* and from twentieth to twentieth of a second */
    double background;  /* datagrams lost at any load */
    double guess;       /* where the search begins; 0: nowhere */
    uint64_t state;
};

/* 0..1; splitmix64. */
static double chance(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ull;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return (double)((z ^ z >> 31) >> 11) / (double)(1ull << 53);
}

/* -1..1, even. */
static double swing(struct path *path)
{
    return 2 * chance(&path->state) - 1;
}

/* How many of n are lost: one by one, or where they are many by the normal distribution. */
static double lost_at_random(struct path *path, double n, double share)
{
    double lost = 0;

    if (share <= 0)
        return 0;
    if (n * share < 20) {
        for (double i = 0; i < n; i++)
            lost += chance(&path->state) < share;
        return lost;
    }
    for (int i = 0; i < 12; i++)
        lost += chance(&path->state);
    return fmax(0, floor(n * share + (lost - 6) * sqrt(n * share * (1 - share))));
}

static struct search_trial trial_of(struct path *path, uint64_t rate_bps, double seconds)
{
    double asked = (double)rate_bps, passed = 0, on = 1;
    double pace = rate_bps ? fmin(asked, path->generator) : path->fastest;
    double capacity = path->capacity * (1 + path->trial_noise * swing(path));
    int slots = (int)(seconds * SLOTS);
    struct search_trial trial = { .rate_bps = rate_bps, .duration_s = seconds };

    if (chance(&path->state) < path->hiccups)
        on = 1 - 0.1 * chance(&path->state);
    for (int i = 0; i < slots; i++)
        passed += fmin(pace, capacity * (1 + path->slot_noise * swing(path))) / slots;
    trial.sent = floor(on * pace * seconds / DATAGRAM);
    trial.received = floor(trial.sent * passed / pace + 1e-6);
    trial.received -= lost_at_random(path, trial.received, path->background);
    trial.offered_bps = on * pace;
    trial.goodput_bps = trial.offered_bps * trial.received / trial.sent;
    trial.loss = fmax(0, 1 - trial.received / trial.sent);
    trial.limited = rate_bps && trial.offered_bps < 0.98 * asked;
    return trial;
}

static const double usual[] = { 0, 0.0001, 0.001, 0.01 };
static const double five[] = { 0.05 };

static struct search_spec spec_of(const double *losses, size_t count)
{
    return (struct search_spec){ .losses = losses,
                                 .loss_count = count,
                                 .width = 0.02,
                                 .exceed = 0.5,
                                 .trial_ns = 2 * S_NS,
                                 .sum_ns = 14 * S_NS,
                                 .min_bps = 100000,
                                 .time_ns = 600 * S_NS };
}

#define FULL_S 5.0

static struct search *search_run(const struct search_spec *spec, struct path *path)
{
    struct search *search = NULL;

    assert_int_equal(search_new(spec, (uint64_t)path->guess, &search), 0);
    while (search->next.action != SEARCH_OVER) {
        bool verify = search->next.action == SEARCH_VERIFY;
        double seconds = verify ? FULL_S : (double)search->next.duration_ns / 1e9;
        struct search_trial trial = trial_of(path, search->next.rate_bps, seconds);

        search_add(search, &trial, (uint64_t)((seconds + (verify ? 1 : 0.2)) * 1e9));
        assert_true(search->count <= SEARCH_TRIALS_MAX);
    }
    return search;
}

/* How often the bounds of a goal hold the right answer. */
struct tally {
    size_t runs, held, found, irregular, trials, most;
    double seconds;
};

static void tally_add(struct tally *tally, const struct search *search, size_t goal, double truth)
{
    struct search_answer answer = search_answer(search, goal);

    tally->runs++;
    tally->found += answer.state == SEARCH_FOUND;
    tally->irregular += answer.state == SEARCH_IRREGULAR;
    tally->held += answer.lower_bps <= truth && truth <= answer.upper_bps;
    tally->trials += search->count;
    tally->most = search->count > tally->most ? search->count : tally->most;
    tally->seconds += (double)search->spent_ns / 1e9;
}

static void tally_print(const struct tally *tally, const char *what, double loss)
{
    print_message("# %s, goal %g %%: held in %zu of %zu, found %zu, irregular %zu; %.1f trials "
                  "(most %zu), %.0f s\n",
                  what, loss * 100, tally->held, tally->runs, tally->found, tally->irregular,
                  (double)tally->trials / (double)tally->runs, tally->most,
                  tally->seconds / (double)tally->runs);
}

/* The load at which every second trial of 2 s loses more than the goal: by trying. */
static double truth_of(struct path path, double loss)
{
    double low = path.capacity / 2, high = path.capacity * 2;

    path.generator = INFINITY;
    path.hiccups = 0;
    for (int i = 0; i < 14; i++) {
        double middle = (low + high) / 2;
        int exceeds = 0;

        for (int n = 0; n < 600; n++)
            exceeds += trial_of(&path, (uint64_t)middle, 2).loss > loss;
        *(exceeds > 300 ? &high : &low) = middle;
    }
    return (low + high) / 2;
}

/* Many runs, each on a path of another capacity. */
static void tally_make(const char *what, const struct path *of, const struct search_spec *spec,
                       struct tally *tallies)
{
    double truths[SEARCH_GOALS_MAX];

    for (size_t g = 0; g < spec->loss_count; g++)
        truths[g] = truth_of(*of, spec->losses[g]);
    for (uint64_t run = 0; run < RUNS; run++) {
        struct path path = *of;
        struct search *search;
        double scale;

        path.state = run * 77 + 5;
        scale = 0.5 + chance(&path.state);
        path.capacity *= scale;
        path.guess *= scale;
        search = search_run(spec, &path);
        for (size_t g = 0; g < spec->loss_count; g++)
            tally_add(&tallies[g], search, g, truths[g] * scale);
        search_free(search);
    }
    for (size_t g = 0; g < spec->loss_count; g++)
        tally_print(&tallies[g], what, spec->losses[g]);
}

/* Of the usual goals and of 5 %: held in 95 of 100 runs, in so many trials on the average. */
static void holds(const char *what, const struct path *path, double trials_usual,
                  double trials_five)
{
    struct search_spec specs[] = { spec_of(usual, COUNT(usual)), spec_of(five, 1) };

    for (size_t i = 0; i < COUNT(specs); i++) {
        struct tally tallies[SEARCH_GOALS_MAX] = { 0 };
        double most = i == 0 ? trials_usual : trials_five;

        tally_make(what, path, &specs[i], tallies);
        for (size_t g = 0; g < specs[i].loss_count; g++) {
            assert_true((double)tallies[g].held >= 0.95 * RUNS);
            assert_true((double)tallies[g].trials <= most * RUNS);
        }
    }
}

static void the_bounds_hold_the_answer_on_a_path_of_fixed_capacity(void **state)
{
    (void)state;
    holds("fixed", &(struct path){ .capacity = 1e9, .generator = 4e9, .fastest = 4e10 }, 16, 11);
}

static void the_bounds_hold_the_answer_where_capacity_varies_within_trials(void **state)
{
    (void)state;
    holds("varies by 3 % within trials",
          &(struct path){ .capacity = 1e9, .generator = 4e9, .fastest = 4e10, .slot_noise = 0.03 },
          45, 12);
    holds("varies by 10 % within trials",
          &(struct path){ .capacity = 1e9, .generator = 4e9, .fastest = 4e10, .slot_noise = 0.1 },
          70, 30);
}

static void the_bounds_hold_the_answer_where_capacity_varies_between_trials(void **state)
{
    (void)state;
    holds("varies by 3 % between trials",
          &(struct path){ .capacity = 1e9, .generator = 4e9, .fastest = 4e10, .trial_noise = 0.03 },
          50, 45);
    holds("varies by 10 % between trials",
          &(struct path){ .capacity = 1e9, .generator = 4e9, .fastest = 4e10, .trial_noise = 0.1 },
          80, 75);
}

static void the_bounds_hold_the_answer_of_a_tool_that_stands_still_at_times(void **state)
{
    (void)state;
    holds("hiccups in 3 of 10 trials",
          &(struct path){ .capacity = 1e9, .generator = 4e9, .fastest = 4e10, .hiccups = 0.3 }, 30,
          20);
}

static void a_loss_at_any_load_does_not_hide_a_goal_above_it(void **state)
{
    struct path path = { .capacity = 1e9, .generator = 4e9, .fastest = 4e10, .background = 0.005 };
    struct search_spec spec = spec_of(five, 1);
    struct tally tally = { 0 };

    (void)state;
    tally_make("0.5 % lost at random", &path, &spec, &tally);
    assert_true((double)tally.held >= 0.95 * RUNS);
}

static void the_bounds_hold_the_answer_wherever_the_search_begins(void **state)
{
    static const double guesses[] = { 0.01, 0.3, 0.9, 1, 1.1, 4, 100 };

    (void)state;
    for (size_t i = 0; i < COUNT(guesses); i++) {
        struct path path = { .capacity = 1e9, .generator = 4e9, .fastest = 4e10 };

        path.guess = guesses[i] * path.capacity;
        holds("begins at a guess", &path, 24, 18);
        path.slot_noise = 0.03;
        holds("begins at a guess, varies by 3 %", &path, 60, 24);
    }
}

/* Two loads beside it, and the trial that verifies it. */
static void a_good_guess_saves_trials(void **state)
{
    struct path path = { .capacity = 1e9, .generator = 4e9, .fastest = 4e10, .guess = 1.05e9 };
    struct search_spec spec = spec_of(five, 1);
    struct tally tally = { 0 };

    (void)state;
    spec.sum_ns = spec.trial_ns;
    spec.width = 0.05;
    tally_make("a good guess", &path, &spec, &tally);
    assert_int_equal(tally.held, RUNS);
    assert_true((double)tally.trials <= 3.5 * RUNS);
}

static void from_a_guess_too_the_tools_limit_is_found(void **state)
{
    struct path path = { .capacity = 9e9, .generator = 1e9, .fastest = 1.2e9, .guess = 0.4e9 };
    struct search_spec spec = spec_of(five, 1);
    struct search *search = search_run(&spec, &path);

    (void)state;
    assert_int_equal(search_answer(search, 0).state, SEARCH_IRREGULAR);
    assert_true(search_cap(search) > 0.9e9);
    assert_true(search_answer(search, 0).lower_bps >= 0.97e9);
    search_free(search);
}

static void a_goal_that_can_not_be_met_leaves_time_for_the_others(void **state)
{
    static const double losses[] = { 0.0001, 0.05 };
    struct path path = { .capacity = 1e9, .generator = 4e9, .fastest = 4e10, .background = 0.005 };
    struct search_spec spec = spec_of(losses, 2);
    _cleanup_(search_freep) struct search *search = search_run(&spec, &path);
    struct search_answer answer = search_answer(search, 1);

    (void)state;
    assert_int_equal(answer.state, SEARCH_FOUND);
    assert_true(answer.lower_bps > 1e9 && answer.upper_bps < 1.1e9);
    assert_true(search->spent_ns < spec.time_ns + 7 * S_NS);
}

static void what_the_tool_can_send_is_the_end_and_no_answer(void **state)
{
    struct path path = { .capacity = 1e9, .generator = 3e8, .fastest = 8e8 };
    struct search_spec specs[] = { spec_of(five, 1), spec_of(five, 1) };

    (void)state;
    specs[1].max_bps = 10000000000;
    for (size_t i = 0; i < COUNT(specs); i++) {
        _cleanup_(search_freep) struct search *search = search_run(&specs[i], &path);
        struct search_answer answer = search_answer(search, 0);

        assert_int_equal(answer.state, SEARCH_IRREGULAR);
        assert_true(answer.lower_bps == 3e8);
        assert_true(isnan(answer.upper_bps));
        assert_non_null(answer.verified);
        assert_int_equal(search_cap(search), 300000000);
        assert_int_equal(search->next.rate_bps, 300000000);
        assert_true(search->count < 12);
    }
}

static void a_tool_that_does_not_reach_the_least_rate_is_searched_with_all_it_has(void **state)
{
    struct path path = { .capacity = 1e9, .generator = 3e8, .fastest = 3e8 };
    struct search_spec specs[] = { spec_of(five, 1), spec_of(five, 1) };

    (void)state;
    specs[1].max_bps = 10000000000;
    for (size_t i = 0; i < COUNT(specs); i++) {
        _cleanup_(search_freep) struct search *search = NULL;

        specs[i].min_bps = 500000000;
        search = search_run(&specs[i], &path);
        assert_int_equal(search_answer(search, 0).state, SEARCH_IRREGULAR);
        assert_true(search_answer(search, 0).lower_bps == 3e8);
        assert_int_equal(search_cap(search), 300000000);
        assert_true(search->count < 20);
    }
}

/* A queue of the sender's own pushes back: asked for more it sends no more, and nothing is lost,
 * until it is asked for so much that the queue drops. */
static void a_sender_that_is_held_back_ends_with_what_it_sent(void **state)
{
    struct search_spec spec = spec_of(five, 1);
    struct search *search = NULL;

    (void)state;
    assert_int_equal(search_new(&spec, 0, &search), 0);
    while (search->next.action != SEARCH_OVER && search->count < 40) {
        uint64_t rate = search->next.rate_bps;
        bool flood = rate == 0 || rate > 150000000;
        double offered = rate == 0 ? 5e10 : flood || rate < 75000000 ? (double)rate : 75e6;
        double loss = flood ? 1 - 75e6 / offered : 0;
        struct search_trial trial = { .rate_bps = rate,
                                      .offered_bps = offered,
                                      .goodput_bps = offered * (1 - loss),
                                      .loss = loss,
                                      .sent = 1e6,
                                      .received = 1e6 * (1 - loss),
                                      .duration_s = 2,
                                      .limited = rate && offered < 0.98 * (double)rate };

        search_add(search, &trial, S_NS);
    }
    assert_int_equal(search_answer(search, 0).state, SEARCH_IRREGULAR);
    assert_true(search_answer(search, 0).lower_bps > 74e6 &&
                search_answer(search, 0).lower_bps < 77e6);
    assert_true(search_cap(search) > 74000000 && search_cap(search) < 77000000);
    assert_true(search->count < 30);
    search_free(search);
}

static void one_bad_trial_of_the_tool_is_not_its_limit(void **state)
{
    struct search_spec spec = spec_of(five, 1);
    struct path path = { .capacity = 1e10, .generator = 4e9, .fastest = 1e9 };
    struct search *search = NULL;
    struct search_trial trial;

    (void)state;
    spec.max_bps = 1000000000;
    assert_int_equal(search_new(&spec, 0, &search), 0);
    path.generator = 5e8;
    trial = trial_of(&path, search->next.rate_bps, 2);
    search_add(search, &trial, S_NS);
    assert_int_equal(search_cap(search), 0);
    assert_int_equal(search->next.rate_bps, 1000000000);
    path.generator = 4e9;
    trial = trial_of(&path, search->next.rate_bps, 2);
    search_add(search, &trial, S_NS);
    assert_int_equal(search->trials[0].load_bps, 500000000); /* it carried that */
    assert_int_equal(search->trials[1].load_bps, 1000000000);
    assert_int_equal(search->next.rate_bps, 1000000000);
    search_free(search);
}

static void a_path_that_loses_nothing_carries_at_least_the_most_that_was_tried(void **state)
{
    struct path path = { .capacity = 1e12, .generator = 4e9, .fastest = 4e10 };
    struct search_spec spec = spec_of(usual, COUNT(usual));
    struct search *search;

    (void)state;
    spec.max_bps = 1000000000;
    search = search_run(&spec, &path);
    for (size_t g = 0; g < spec.loss_count; g++) {
        assert_int_equal(search_answer(search, g).state, SEARCH_IRREGULAR);
        assert_true(search_answer(search, g).lower_bps == 1e9);
    }
    assert_int_equal(search_cap(search), 0);
    assert_int_equal(search->count, 5);
    search_free(search);
}

static void a_path_that_loses_all_has_no_answer(void **state)
{
    struct path path = { .capacity = 1000, .generator = 4e9, .fastest = 4e10 };
    struct search_spec spec = spec_of(five, 1);
    _cleanup_(search_freep) struct search *search = search_run(&spec, &path);
    struct search_answer answer = search_answer(search, 0);

    (void)state;
    assert_int_equal(answer.state, SEARCH_IRREGULAR);
    assert_true(isnan(answer.lower_bps));
    assert_true(answer.upper_bps == 100000);
    assert_null(answer.verified);
    assert_int_equal(search->next.rate_bps, 0);
    assert_true(search->count < 12);
}

static void when_the_time_is_up_what_is_known_is_said(void **state)
{
    struct path path = { .capacity = 1e9, .generator = 4e9, .fastest = 4e10 };
    struct search_spec spec = spec_of(usual, COUNT(usual));
    struct search *search;
    struct search_answer answer;

    (void)state;
    spec.time_ns = 20 * S_NS; /* for all but the verifying trial */
    search = search_run(&spec, &path);
    answer = search_answer(search, 0);
    assert_int_equal(answer.state, SEARCH_UNDECIDED);
    assert_true(answer.lower_bps > 9.8e8 && answer.lower_bps < 1e9 && answer.upper_bps > 1e9);
    assert_null(answer.verified);
    assert_true(search->next.rate_bps > 980000000);
    search_free(search);
}

/* Loses nothing in less than 4 s, as behind a long queue. */
static void an_answer_that_a_longer_trial_refutes_is_none(void **state)
{
    struct search_spec spec = spec_of(five, 1);
    struct path path = { .capacity = 1e9, .generator = 4e9, .fastest = 4e10 };
    struct search *search = NULL;

    (void)state;
    assert_int_equal(search_new(&spec, 0, &search), 0);
    while (search->next.action != SEARCH_OVER && search->count < 200) {
        bool verify = search->next.action == SEARCH_VERIFY;
        struct search_trial trial;

        path.capacity = verify ? 1e9 : 1.03e9;
        trial = trial_of(&path, search->next.rate_bps, verify ? FULL_S : 2);
        search_add(search, &trial, S_NS);
    }
    assert_int_equal(search_answer(search, 0).state, SEARCH_FOUND);
    assert_true(search_answer(search, 0).lower_bps < 1e9 / 0.95);
    assert_true(search_answer(search, 0).verified->loss <= 0.05);
    print_message("# behind a queue: %zu trials\n", search->count);
    search_free(search);
}

/* Short trials it keeps up, long ones it does not. */
static void a_tool_that_can_not_verify_an_answer_is_asked_three_times(void **state)
{
    struct search_spec spec = spec_of(usual, COUNT(usual));
    struct path path = { .capacity = 1e9, .generator = 4e9, .fastest = 4e10 };
    struct search *search = NULL;
    size_t verified = 0;

    (void)state;
    assert_int_equal(search_new(&spec, 0, &search), 0);
    while (search->next.action != SEARCH_OVER && search->count < 200) {
        bool verify = search->next.action == SEARCH_VERIFY;
        struct search_trial trial;

        path.generator = verify ? 5e8 : 4e9;
        trial = trial_of(&path, search->next.rate_bps, verify ? FULL_S : 2);
        search_add(search, &trial, S_NS);
        verified += verify;
    }
    assert_true(verified >= 3 && verified <= 3 * COUNT(usual));
    assert_int_equal(search_answer(search, 0).state, SEARCH_UNDECIDED);
    assert_null(search_answer(search, 0).verified);
    assert_true(search_answer(search, 0).lower_bps > 9.8e8);
    assert_true(search_answer(search, 0).upper_bps > 1e9);
    assert_true(search->next.rate_bps > 980000000);
    search_free(search);
}

/* As in an emulated machine: of what it is asked for it sends four fifths, whatever it is. */
static void a_tool_that_never_keeps_a_rate_is_verified_with_what_it_sends(void **state)
{
    static const double goals[] = { 0.05, 0.02 };
    struct search_spec spec = spec_of(goals, COUNT(goals));
    struct path path = { .capacity = 1e9, .generator = 2e8, .fastest = 4e8, .guess = 3e8 };
    struct search *search = NULL;

    (void)state;
    spec.sum_ns = spec.trial_ns;
    assert_int_equal(search_new(&spec, (uint64_t)path.guess, &search), 0);
    while (search->next.action != SEARCH_OVER) {
        uint64_t asked_bps = search->next.rate_bps;
        struct search_trial trial = trial_of(&path, asked_bps * 4 / 5, 2);

        trial.rate_bps = asked_bps;
        trial.limited = asked_bps > 0;
        search_add(search, &trial, S_NS);
    }
    assert_true(search->count <= 7);
    for (size_t i = 0; i < COUNT(goals); i++) {
        assert_int_equal(search_answer(search, i).state, SEARCH_IRREGULAR);
        assert_non_null(search_answer(search, i).verified);
        assert_true(search_answer(search, i).lower_bps >= 1.5e8);
    }
    assert_true(search_cap(search) >= 150000000);
    search_free(search);
}

/* As guests of emulated machines did: the more they are asked for the more they fall short, and of
 * what they send a percent is lost now and then; without a rate it is more, of which too much is
 * lost. */
static struct search_trial trial_emulated(struct path *path, uint64_t rate_bps)
{
    double sent = sqrt(path->generator * (double)rate_bps) * (1 + 0.1 * swing(path));
    double lost = chance(&path->state) < 0.25 ? 0.045 * chance(&path->state) : 0.012;
    struct search_trial trial = { .rate_bps = rate_bps, .duration_s = 0.5 };

    trial.offered_bps = rate_bps ? sent : path->fastest;
    trial.loss = rate_bps ? lost * chance(&path->state) : 0.07;
    trial.sent = floor(trial.offered_bps * trial.duration_s / DATAGRAM);
    trial.received = floor(trial.sent * (1 - trial.loss));
    trial.goodput_bps = trial.offered_bps * (1 - trial.loss);
    trial.limited = rate_bps > 0;
    return trial;
}

static void an_emulated_machine_is_not_asked_again_and_again(void **state)
{
    static const double goals[] = { 0.05, 0.02 };
    struct search_spec spec = spec_of(goals, COUNT(goals));
    struct path path = { .generator = 1.4e7, .fastest = 3.5e7, .state = 1 };
    size_t trials = 0, verified = 0;

    (void)state;
    spec.width = 0.05;
    spec.trial_ns = spec.sum_ns = S_NS / 2;
    spec.time_ns = 6 * S_NS;
    for (int run = 0; run < RUNS; run++) {
        struct search *search = NULL;
        struct search_answer answer;

        assert_int_equal(search_new(&spec, run % 2 ? 29000000 : 0, &search), 0);
        while (search->next.action != SEARCH_OVER) {
            struct search_trial trial = trial_emulated(&path, search->next.rate_bps);

            search_add(search, &trial, S_NS * 4 / 5);
        }
        answer = search_answer(search, 0);
        trials += search->count;
        verified += answer.verified && answer.lower_bps > 1.2e7 && answer.lower_bps < 2.4e7;
        search_free(search);
    }
    print_message("%.1f trials, verified in %zu of %d\n", (double)trials / RUNS, verified, RUNS);
    assert_true(trials <= 9 * (size_t)RUNS);
    assert_true(verified >= RUNS * 9 / 10);
}

static void a_trial_that_failed_is_tried_again_and_remembered(void **state)
{
    struct search_spec spec = spec_of(five, 1);
    struct search *search = NULL;

    (void)state;
    assert_int_equal(search_new(&spec, 0, &search), 0);
    search_fail(search, "no route to host", S_NS);
    search_fail(search, "something else", S_NS);
    assert_int_equal(search->next.action, SEARCH_TRY);
    assert_int_equal(search->next.rate_bps, 0);
    assert_int_equal(search->failures, 2);
    assert_string_equal(search->failure, "no route to host");
    assert_int_equal(search->spent_ns, 2 * S_NS);
    search_free(search);
}

static void long_trials_come_after_short_ones_have_narrowed_it_down(void **state)
{
    struct search_spec spec = spec_of(five, 1);
    struct path path = { .capacity = 1e9, .generator = 4e9, .fastest = 4e10 };
    struct search *search;
    size_t shorts = 0;

    (void)state;
    spec.trial_ns = spec.sum_ns = 60 * S_NS;
    spec.exceed = 0; /* as RFC 2544 */
    spec.time_ns = 3600 * S_NS;
    search = search_run(&spec, &path);
    for (size_t i = 0; i < search->count; i++)
        shorts += search->trials[i].duration_s == 2;
    assert_int_equal(search_answer(search, 0).state, SEARCH_FOUND);
    assert_true(shorts >= 2 && search->count - shorts <= 4);
    search_free(search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bounds_hold_the_answer_on_a_path_of_fixed_capacity),
        cmocka_unit_test(the_bounds_hold_the_answer_where_capacity_varies_within_trials),
        cmocka_unit_test(the_bounds_hold_the_answer_where_capacity_varies_between_trials),
        cmocka_unit_test(the_bounds_hold_the_answer_of_a_tool_that_stands_still_at_times),
        cmocka_unit_test(a_loss_at_any_load_does_not_hide_a_goal_above_it),
        cmocka_unit_test(the_bounds_hold_the_answer_wherever_the_search_begins),
        cmocka_unit_test(a_good_guess_saves_trials),
        cmocka_unit_test(from_a_guess_too_the_tools_limit_is_found),
        cmocka_unit_test(a_goal_that_can_not_be_met_leaves_time_for_the_others),
        cmocka_unit_test(what_the_tool_can_send_is_the_end_and_no_answer),
        cmocka_unit_test(a_tool_that_does_not_reach_the_least_rate_is_searched_with_all_it_has),
        cmocka_unit_test(a_sender_that_is_held_back_ends_with_what_it_sent),
        cmocka_unit_test(one_bad_trial_of_the_tool_is_not_its_limit),
        cmocka_unit_test(a_path_that_loses_nothing_carries_at_least_the_most_that_was_tried),
        cmocka_unit_test(a_path_that_loses_all_has_no_answer),
        cmocka_unit_test(when_the_time_is_up_what_is_known_is_said),
        cmocka_unit_test(an_answer_that_a_longer_trial_refutes_is_none),
        cmocka_unit_test(a_tool_that_can_not_verify_an_answer_is_asked_three_times),
        cmocka_unit_test(a_tool_that_never_keeps_a_rate_is_verified_with_what_it_sends),
        cmocka_unit_test(an_emulated_machine_is_not_asked_again_and_again),
        cmocka_unit_test(a_trial_that_failed_is_tried_again_and_remembered),
        cmocka_unit_test(long_trials_come_after_short_ones_have_narrowed_it_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
