/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include "../base/clock.h"

#include <errno.h>
#include <math.h>

#define UNBOUNDED (UINT64_MAX / 4) /* until the tool was asked for all that it has */
#define SHORT_NS  (2 * NS_PER_S)   /* while narrowing down, where full trials are longer */
#define TRIES     3     /* that the tool is given before what it sends is taken for its limit */
#define STUCK     5     /* trials in a row that fell short and lost nothing: it is held back; ... */
#define NEVER     3     /* ... of a tool that never sent what it was asked for */
#define FAR       4     /* apart: the middle says more than a step from a bound */
#define BEYOND    1.01  /* the best it did is asking for more */
#define EDGE      0.45  /* of the width, around where the bound should be */
#define APART     0.125 /* of the width: nearer than that a load tells nothing new */
#define FASTER    4     /* each load that missed makes the next stride so much longer */
#define STRIDE    0.9   /* down, of what there is, at most */

/* The bounds as they seem from what is there, and the loads between them whose trials disagree;
 * bps 0: none. */
struct bracket {
    struct load lower, upper;
    uint64_t torn_low, torn_high;
};

static struct load load_at(const struct search *search, uint64_t bps)
{
    return (struct load){ bps, search->trials, search->count };
}

/* The strictest of the goals. */
static double least_loss(const struct search *search)
{
    double least = 1;

    for (size_t i = 0; i < search->spec->loss_count; i++)
        least = fmin(least, search->spec->losses[i]);
    return least;
}

/* The highest rate that there is reason to ask for. */
static uint64_t ceiling_of(const struct search *search)
{
    if (search->spec->max_bps)
        return search->spec->max_bps;
    return search->fastest_bps ? search->fastest_bps : UNBOUNDED;
}

/* How often the tool was asked for more than the best it ever did, and fell short. */
static uint32_t tries_of(const struct search *search, uint64_t *ret_best, bool *ret_all_out)
{
    double best = 0;
    uint32_t tries = 0;

    *ret_all_out = false;
    for (size_t i = 0; i < search->count; i++)
        if (search->trials[i].rate_bps)
            best = fmax(best, search->trials[i].offered_bps);
    for (size_t i = 0; i < search->count; i++) {
        if (!search->trials[i].limited || (double)search->trials[i].rate_bps <= best * BEYOND)
            continue;
        tries++;
        *ret_all_out = *ret_all_out || search->trials[i].rate_bps >= ceiling_of(search);
    }
    *ret_best = (uint64_t)llround(best);
    return tries;
}

/* Beyond this it can't go, having been asked often and once for all; 0: it can, for all that is
 * known. */
static uint64_t limit_of(const struct search *search)
{
    uint64_t best;
    bool all_out;

    return tries_of(search, &best, &all_out) >= TRIES && all_out ? best : 0;
}

/* It seems that the tool can't: then ask for all, to be sure. */
static bool seems_limited(const struct search *search)
{
    uint64_t best;
    bool all_out;

    return tries_of(search, &best, &all_out) >= TRIES && !all_out;
}

/* The highest rate that may be tried. */
static uint64_t most_of(const struct search *search)
{
    uint64_t limit = limit_of(search);

    return limit ? limit : ceiling_of(search);
}

static void torn_find(const struct search *search, const struct goal *goal, struct bracket *ret)
{
    for (size_t i = 0; i < search->count; i++) {
        struct load load = load_at(search, search->trials[i].load_bps);

        if (load.bps <= ret->lower.bps || (ret->upper.bps && load.bps >= ret->upper.bps) ||
            load_judge(&load, goal) != LOAD_CONTESTED)
            continue;
        if (!ret->torn_low || load.bps < ret->torn_low)
            ret->torn_low = load.bps;
        if (load.bps > ret->torn_high)
            ret->torn_high = load.bps;
    }
}

/* The lowest load that is too high, and the highest below it that is not. */
static struct bracket bracket_find(const struct search *search, const struct goal *goal,
                                   enum load_class (*class)(const struct load *,
                                                            const struct goal *))
{
    struct bracket bracket = { load_at(search, 0), load_at(search, 0), 0, 0 };

    for (size_t i = 0; i < search->count; i++) {
        struct load load = load_at(search, search->trials[i].load_bps);

        if (load.bps && class(&load, goal) == LOAD_UPPER &&
            (!bracket.upper.bps || load.bps < bracket.upper.bps))
            bracket.upper = load;
    }
    for (size_t i = 0; i < search->count; i++) {
        struct load load = load_at(search, search->trials[i].load_bps);

        if (load.bps > bracket.lower.bps && class(&load, goal) == LOAD_LOWER &&
            (!bracket.upper.bps || load.bps < bracket.upper.bps))
            bracket.lower = load;
    }
    torn_find(search, goal, &bracket);
    return bracket;
}

/* ---- narrowing down ---- */

/* The latest trial that shows that a load is too high; of none (0), of those that don't count the
 * one in which the tool sent most. */
static const struct search_trial *trial_at(const struct search *search, const struct goal *goal,
                                           uint64_t load)
{
    const struct search_trial *found = NULL;

    for (size_t i = 0; i < search->count; i++) {
        const struct search_trial *trial = &search->trials[i];
        bool high = trial->loss > goal->loss;

        if (load && trial->load_bps == load && high)
            found = trial;
        if (!load && (!trial->load_bps || (trial->limited && !high)) &&
            (!found || trial->offered_bps > found->offered_bps))
            found = trial;
    }
    return found;
}

/* Where the goal should be met, if the path always carries what it carried when it was given too
 * much; INFINITY: it was given less than that.  NAN: it was not tried. */
static double estimate(const struct search *search, const struct goal *goal, uint64_t upper)
{
    const struct search_trial *trial = trial_at(search, goal, upper);

    if (!trial)
        return NAN;
    if (trial->loss <= goal->loss)
        return INFINITY;
    return trial->offered_bps * (1 - trial->loss) / (1 - goal->loss);
}

/* Between the loads of the bracket, not too near to either. */
static bool is_inside(double bps, double low, double high, double apart)
{
    return bps > low * (1 + apart) && bps < high * (1 - apart);
}

/* Away from the bound that moved last, further each time, but not beyond the middle. */
static double stride(const struct search *search, const struct search_goal *at, double low,
                     double high)
{
    const struct search_trial *last = &search->trials[search->count - 1];
    double by = search->spec->width * pow(FASTER, fmin(at->misses, 8)), middle = sqrt(low * high);

    if (last->loss > at->goal.loss)
        return fmax(middle, high * (1 - fmin(by, STRIDE)));
    return fmin(middle, low * (1 + by));
}

/* How far a bound may be from loads whose trials disagree: twice as far as those are apart. */
static double torn_room(const struct search *search, const struct bracket *bracket)
{
    return fmax(search->spec->width * (double)bracket->torn_high,
                2 * (double)(bracket->torn_high - bracket->torn_low));
}

static bool is_far_below(const struct search *search, const struct bracket *bracket)
{
    return (double)(bracket->torn_low - bracket->lower.bps) > torn_room(search, bracket) &&
           bracket->torn_low > search->spec->min_bps;
}

static bool is_far_above(const struct search *search, const struct bracket *bracket)
{
    uint64_t upper = bracket->upper.bps ? bracket->upper.bps : UINT64_MAX;

    return (double)(upper - bracket->torn_high) > torn_room(search, bracket) &&
           bracket->torn_high < most_of(search);
}

/* Beyond the loads whose trials disagree, on the side where there is no bound near. */
static double load_beside_torn(const struct search *search, const struct bracket *bracket)
{
    double by = 2 * EDGE * torn_room(search, bracket);

    if (is_far_below(search, bracket))
        return fmax((double)search->spec->min_bps, (double)bracket->torn_low - by);
    return fmin((double)most_of(search), (double)bracket->torn_high + by);
}

static double load_choose(const struct search *search, const struct search_goal *at,
                          const struct bracket *bracket)
{
    double width = search->spec->width, apart = width * APART, chosen;
    double most = (double)most_of(search), least = fmin((double)search->spec->min_bps, most);
    double low = bracket->lower.bps ? (double)bracket->lower.bps : least;
    double high = bracket->upper.bps ? (double)bracket->upper.bps : most;
    double near = estimate(search, &at->goal, bracket->upper.bps);

    if (!bracket->upper.bps && seems_limited(search))
        return most;
    if (bracket->torn_low)
        return load_beside_torn(search, bracket);
    if (!bracket->lower.bps && near <= least && high > least * FAR)
        return sqrt(least *
                    high); /* next to nothing arrived: that says only that it was too much */
    if (!bracket->lower.bps && (near <= least || low >= high * (1 - width)))
        return least;
    if (!bracket->upper.bps && (near >= most || low >= high * (1 - width)))
        return most;
    chosen = near * (1 - EDGE * width);
    if (at->misses || !is_inside(chosen, low, high, apart))
        chosen = near * (1 + EDGE * width);
    if (at->misses || !is_inside(chosen, low, high, apart))
        chosen = bracket->upper.bps && high > low * FAR ? sqrt(low * high)
                                                        : stride(search, at, low, high);
    return chosen;
}

/* How far apart the bounds are, in the logarithm. */
static double bracket_width(const struct search *search, const struct bracket *bracket)
{
    uint64_t low = bracket->lower.bps ? bracket->lower.bps : search->spec->min_bps;
    uint64_t high = bracket->upper.bps ? bracket->upper.bps : most_of(search);

    return log((double)high / (double)low);
}

/* What to ask for; 0: all that the tool has. */
static uint64_t rate_of(double load)
{
    return load < (double)UNBOUNDED ? (uint64_t)llround(load) : 0;
}

static struct search_step narrow(struct search *search, struct search_goal *at,
                                 const struct bracket *bracket)
{
    uint64_t trial_ns = search->spec->trial_ns;
    double width = bracket_width(search, bracket);

    if (width != at->width) /* else the last trial did not count */
        at->misses = at->width > 0 && width > at->width / 2 ? at->misses + 1 : 0;
    at->width = width;
    return (struct search_step){
        .action = SEARCH_TRY,
        .goal = (size_t)(at - search->goals),
        .rate_bps = rate_of(load_choose(search, at, bracket)),
        .duration_ns = trial_ns < SHORT_NS ? trial_ns : SHORT_NS,
    };
}

/* ---- making sure ---- */

/* The goal can't be met, or not be missed, within the limits. */
static bool is_irregular(const struct search *search, const struct bracket *bracket)
{
    uint64_t high = bracket->torn_high ? bracket->torn_high : bracket->lower.bps;
    uint64_t low = bracket->torn_low ? bracket->torn_low : bracket->upper.bps;

    if (!bracket->lower.bps)
        return low && low <= search->spec->min_bps;
    return !bracket->upper.bps && high >= most_of(search);
}

static bool within(double lower, double upper, double width)
{
    return upper - lower <= width * upper;
}

/* As asked for or as sent: where the tool is not exact, one of them may never be. */
static bool is_narrow(const struct search *search, const struct bracket *bracket)
{
    const struct load *lower = &bracket->lower, *upper = &bracket->upper;
    double width = search->spec->width;

    if (bracket->torn_low)
        return !is_far_below(search, bracket) && !is_far_above(search, bracket);
    return lower->bps && upper->bps &&
           (within((double)lower->bps, (double)upper->bps, width) ||
            within(load_offered(lower), load_offered(upper), width));
}

/* The bound that is still to be tried, the less tried first; NULL: both are decided. */
static const struct load *unsure(const struct bracket *bracket, const struct goal *goal)
{
    const struct load *lower = &bracket->lower, *upper = &bracket->upper;
    bool ask_lower = lower->bps && load_judge(lower, goal) == LOAD_UNDECIDED;
    bool ask_upper = upper->bps && load_judge(upper, goal) == LOAD_UNDECIDED;

    if (ask_lower && ask_upper)
        return load_seconds(lower, goal) <= load_seconds(upper, goal) ? lower : upper;
    return ask_lower ? lower : ask_upper ? upper : NULL;
}

static const struct search_trial *verified(const struct search *search, uint64_t load,
                                           const struct goal *goal)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->trials[i].verifying && search->trials[i].load_bps == load &&
            search->trials[i].loss <= goal->loss)
            return &search->trials[i];
    return NULL;
}

static bool never_kept_a_rate(const struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->trials[i].rate_bps && !search->trials[i].limited)
            return false;
    return true;
}

/* It is no use to ask a tool that does not keep the rate again and again, for whichever goal. */
static bool falls_short(const struct search *search, uint64_t rate_bps)
{
    uint32_t shortfalls = 0;

    for (size_t i = 0; i < search->count; i++) {
        const struct search_trial *trial = &search->trials[i];

        shortfalls += trial->verifying && trial->limited && trial->rate_bps == rate_bps;
    }
    return shortfalls >= (never_kept_a_rate(search) ? 1 : TRIES);
}

/* The highest load below the answer that a full trial held. */
static const struct search_trial *verified_below(const struct search *search,
                                                 const struct search_goal *at)
{
    const struct search_trial *best = NULL;

    for (size_t i = 0; i < search->count; i++) {
        const struct search_trial *trial = &search->trials[i];

        if (trial->verifying && trial->limited && trial->loss <= at->goal.loss &&
            trial->load_bps < at->lower_bps && (!best || trial->load_bps > best->load_bps))
            best = trial;
    }
    return best;
}

/* A tool that never kept a rate does not do so when it is to verify one: what it sent is verified.
 */
static void settle(const struct search *search, struct search_goal *at)
{
    at->verified = verified_below(search, at);
    if (!at->verified)
        return;
    at->stuck = true;
    at->lower_bps = at->verified->load_bps;
    at->upper_bps = 0;
}

static struct search_step goal_end(struct search *search, struct search_goal *at,
                                   const struct bracket *bracket)
{
    at->lower_bps = bracket->lower.bps;
    at->upper_bps = bracket->upper.bps;
    at->verified = verified(search, at->lower_bps, &at->goal);
    at->over = at->verified || !at->lower_bps || falls_short(search, at->lower_bps);
    if (at->over && at->lower_bps && !at->verified && never_kept_a_rate(search))
        settle(search, at);
    at->trial_count = search->count;
    return (struct search_step){ .action = at->over ? SEARCH_OVER : SEARCH_VERIFY,
                                 .goal = (size_t)(at - search->goals),
                                 .rate_bps = at->lower_bps };
}

/* Asked for more than the lower bound again and again, the tool sends no more, and nothing is lost:
 * its own queue, or itself, lets nothing through that the path could lose. */
static bool is_held_back(const struct search *search, const struct bracket *bracket)
{
    bool never = never_kept_a_rate(search);
    double more = (double)bracket->lower.bps * (never ? 1 : BEYOND);
    size_t least = never ? NEVER : STUCK;

    if (search->count < least)
        return false;
    for (size_t i = search->count - least; i < search->count; i++)
        if (!search->trials[i].limited || search->trials[i].loss > least_loss(search) ||
            (double)search->trials[i].rate_bps < more)
            return false;
    return true;
}

/* What lies between the bounds can't be sent. */
static bool is_stuck(const struct search *search, const struct bracket *bracket)
{
    uint64_t limit = limit_of(search);

    if (!bracket->lower.bps || (!bracket->upper.bps && seems_limited(search)))
        return false;
    return limit ? bracket->upper.bps && bracket->lower.bps >= limit
                 : is_held_back(search, bracket);
}

/* What to do for this goal. */
static struct search_step goal_step(struct search *search, struct search_goal *at)
{
    struct bracket bracket = bracket_find(search, &at->goal, load_seems);
    bool irregular = is_irregular(search, &bracket);
    struct search_step step = { .action = SEARCH_TRY,
                                .goal = (size_t)(at - search->goals),
                                .duration_ns = search->spec->trial_ns };
    const struct load *load;

    at->stuck = at->stuck || is_stuck(search, &bracket);
    if (at->stuck)
        bracket.upper.bps = 0;
    if (!irregular && !at->stuck && !is_narrow(search, &bracket))
        return narrow(search, at, &bracket);
    load = unsure(&bracket, &at->goal);
    if (load) {
        step.rate_bps = load->bps;
        return step;
    }
    return goal_end(search, at, &bracket);
}

/* ---- the whole ---- */

/* The best that is known for the first goal. */
static uint64_t first_rate(const struct search *search)
{
    const struct search_goal *first = &search->goals[0];
    struct bracket sure = bracket_find(search, &first->goal, load_judge);
    struct bracket seems = bracket_find(search, &first->goal, load_seems);

    if (first->over)
        return first->lower_bps;
    return sure.lower.bps ? sure.lower.bps : seems.lower.bps;
}

/* One after the other; but none takes the others' share of the time while they want it.  NULL: all
 * are over. */
static struct search_goal *goal_choose(struct search *search)
{
    const struct search_spec *spec = search->spec;
    struct search_goal *first = NULL;

    for (size_t i = 0; i < spec->loss_count; i++) {
        struct search_goal *at = &search->goals[i];

        if (at->over)
            continue;
        if (at->spent_ns < spec->time_ns / spec->loss_count)
            return at;
        first = first ? first : at;
    }
    return first;
}

static void search_decide(struct search *search)
{
    const struct search_spec *spec = search->spec;
    struct search_goal *at;
    bool ended = search->spent_ns >= spec->time_ns || search->count >= SEARCH_TRIALS_MAX;

    if (!search->count && !ended) {
        search->next = (struct search_step){
            .action = SEARCH_TRY,
            .rate_bps = search->guess_bps ? search->guess_bps : spec->max_bps,
            .duration_ns = spec->trial_ns < SHORT_NS ? spec->trial_ns : SHORT_NS,
        };
        return;
    }
    while (!ended && (at = goal_choose(search))) {
        search->next = goal_step(search, at);
        if (search->next.action != SEARCH_OVER)
            return;
    }
    search->next = (struct search_step){ .action = SEARCH_OVER, .rate_bps = first_rate(search) };
}

/* What may be lost of what was sent for that to be a load which the path carries. */
static double carried_loss(const struct search *search)
{
    bool verifying = search->next.action == SEARCH_VERIFY;

    return verifying ? search->goals[search->next.goal].goal.loss : least_loss(search);
}

/* A tool that falls short of the rate may have stood still for a while, and sent at the rate else:
 * then the path was given less than the load.  Where that is all it can send, it is the load; and
 * where nothing was lost, or no more than is to be verified, what was sent is one that the path
 * carries. */
static void trial_place(struct search *search, struct search_trial *trial)
{
    uint64_t offered = (uint64_t)llround(trial->offered_bps);

    if (!trial->rate_bps && offered > search->fastest_bps)
        search->fastest_bps = offered;
    trial->load_bps = trial->rate_bps;
    trial->weak = trial->limited && trial->rate_bps != limit_of(search);
    if (trial->weak && trial->loss <= carried_loss(search) && offered >= search->spec->min_bps) {
        trial->load_bps = offered;
        trial->weak = false;
    }
    trial->verifying = search->next.action == SEARCH_VERIFY &&
                       (!trial->weak || trial->loss > search->goals[search->next.goal].goal.loss);
}

/* Such is the path, for all of the goals. */
static void doubt(struct search *search, uint64_t bps)
{
    struct load load = load_at(search, bps);
    bool doubted = false;

    for (size_t i = 0; bps && i < search->spec->loss_count; i++)
        doubted = doubted || load_disagrees(&load, &search->goals[i].goal);
    for (size_t i = 0; doubted && i < search->spec->loss_count; i++)
        search->goals[i].goal.doubted = true;
}

static void search_spend(struct search *search, uint64_t spent_ns)
{
    search->spent_ns += spent_ns;
    search->goals[search->next.goal].spent_ns += spent_ns;
    if (search->next.action == SEARCH_VERIFY) /* it may be over, whoever is next */
        goal_step(search, &search->goals[search->next.goal]);
    search_decide(search);
}

const struct search_trial *search_add(struct search *search, const struct search_trial *trial,
                                      uint64_t spent_ns)
{
    struct search_trial *copy = &search->trials[search->count];

    *copy = *trial;
    trial_place(search, copy);
    search->count++;
    doubt(search, copy->load_bps);
    search_spend(search, spent_ns);
    return copy;
}

void search_fail(struct search *search, const char *why, uint64_t spent_ns)
{
    if (!search->failures++)
        snprintf(search->failure, sizeof search->failure, "%s", why);
    search_spend(search, spent_ns);
}

/* Within what may be asked for. */
static uint64_t guess_of(const struct search_spec *spec, uint64_t guess_bps)
{
    if (guess_bps && guess_bps < spec->min_bps)
        return spec->min_bps;
    return spec->max_bps && guess_bps > spec->max_bps ? spec->max_bps : guess_bps;
}

int search_new(const struct search_spec *spec, uint64_t guess_bps, struct search **ret)
{
    _cleanup_(search_freep) struct search *search = calloc(1, sizeof *search);

    if (!search)
        return -ENOMEM;
    search->spec = spec;
    search->guess_bps = guess_of(spec, guess_bps);
    search->trials = calloc(SEARCH_TRIALS_MAX, sizeof *search->trials);
    search->goals = calloc(spec->loss_count, sizeof *search->goals);
    if (!search->trials || !search->goals)
        return -ENOMEM;
    for (size_t i = 0; i < spec->loss_count; i++)
        search->goals[i].goal = (struct goal){ .loss = spec->losses[i],
                                               .exceed = spec->exceed,
                                               .trial_s = (double)spec->trial_ns / 1e9,
                                               .sum_s = (double)spec->sum_ns / 1e9 };
    search_decide(search);
    *ret = TAKE(search);
    return 0;
}

void search_free(struct search *search)
{
    if (!search)
        return;
    free(search->trials);
    free(search->goals);
    free(search);
}

struct search_answer search_answer(const struct search *search, size_t goal)
{
    const struct search_goal *at = &search->goals[goal];
    struct bracket bracket = { .lower = load_at(search, at->lower_bps),
                               .upper = load_at(search, at->upper_bps) };
    struct search_answer answer = { .state = SEARCH_UNDECIDED,
                                    .trials = at->over ? at->trial_count : search->count,
                                    .verified = at->verified };

    if (!at->over)
        bracket = bracket_find(search, &at->goal, load_judge);
    else if (at->verified || !at->lower_bps)
        answer.state = at->lower_bps && at->upper_bps ? SEARCH_FOUND : SEARCH_IRREGULAR;
    answer.lower_bps = bracket.lower.bps ? load_offered(&bracket.lower) : NAN;
    answer.upper_bps = bracket.upper.bps ? load_offered(&bracket.upper) : NAN;
    answer.conditional_bps = bracket.lower.bps ? load_conditional(&bracket.lower, &at->goal) : NAN;
    return answer;
}

uint64_t search_cap(const struct search *search)
{
    const struct search_spec *spec = search->spec;
    uint64_t limit = limit_of(search);

    for (size_t i = 0; i < spec->loss_count && !limit && !spec->max_bps; i++)
        if (search->goals[i].over && search->goals[i].lower_bps && !search->goals[i].upper_bps)
            limit = search->goals[i].stuck ? search->goals[i].lower_bps : search->fastest_bps;
    return limit;
}

/* Two to find the place, and for each of two bounds what its sum takes if the trials agree; the
 * goals share most of them. */
uint32_t search_typical(const struct search_spec *spec)
{
    double share = fmax(spec->exceed, 1 - spec->exceed);
    double each = ceil((double)spec->sum_ns * share / (double)spec->trial_ns);

    return (uint32_t)fmin(SEARCH_TRIALS_MAX, 2 + each * (1 + (double)spec->loss_count));
}
