/* SPDX-License-Identifier: Apache-2.0
 *
 * On one route a datagram costs about the same whatever its length, unless it goes in fragments: so
 * rates are as payload bytes a packet.  Where another route was asked for both lengths, it knows
 * better: there rates are as they were there.
 */
#include "guess.h"

#include "../base/units.h"
#include "search.h"

#include <math.h>

#define HEADERS   28   /* bytes of IPv4 and UDP in front of a datagram */
#define USUAL_MTU 1500 /* where the path's is not known */
#define LENGTH    "length"

struct guess {
    const struct measurement *of, *others;
    size_t count;
};

static const char *option_of(const struct measurement *measurement, const char *name)
{
    const struct variant *variant = measurement->flow->variant;

    for (size_t i = 0; i < variant->option_count; i++)
        if (strcmp(variant->options[i].name, name) == 0)
            return variant->options[i].value;
    return "";
}

/* 0: the tool has no such option, or it is the tool's choice. */
static uint64_t length_of(const struct measurement *measurement)
{
    uint64_t length = 0;

    return size_parse(option_of(measurement, LENGTH), &length) == 0 ? length : 0;
}

/* Payload bytes in a packet of the path. */
static double bytes_a_packet(const struct measurement *measurement)
{
    double length = (double)length_of(measurement);
    double room = (measurement->reach.mtu ? measurement->reach.mtu : USUAL_MTU) - HEADERS;

    return length / ceil(length / room);
}

/* What was found for the first goal, between the bounds; NAN: nothing. */
static double found_of(const struct measurement *measurement)
{
    struct search_answer answer;

    if (!measurement->search || measurement->search->next.action != SEARCH_OVER)
        return NAN;
    answer = search_answer(measurement->search, 0);
    if (isnan(answer.lower_bps))
        return NAN;
    return isnan(answer.upper_bps) ? answer.lower_bps : (answer.lower_bps + answer.upper_bps) / 2;
}

static bool route_is(const struct measurement *a, const struct measurement *b)
{
    const struct vmtp_route *one = &a->flow->route, *other = &b->flow->route;

    return strcmp(one->from, other->from) == 0 && strcmp(one->to, other->to) == 0 &&
           strcmp(one->path, other->path) == 0 && one->family == other->family;
}

/* With the same tool, and the same in all options but the length. */
static bool is_alike(const struct measurement *a, const struct measurement *b)
{
    const struct variant *variant = a->flow->variant;

    if (variant->tool != b->flow->variant->tool ||
        variant->option_count != b->flow->variant->option_count)
        return false;
    for (size_t i = 0; i < variant->option_count; i++)
        if (strcmp(variant->options[i].name, LENGTH) != 0 &&
            strcmp(variant->options[i].value, option_of(b, variant->options[i].name)) != 0)
            return false;
    return true;
}

/* The search on a route of that length that is over and found something; NULL: there is none. */
static const struct measurement *find_on(const struct guess *guess, const struct measurement *route,
                                         uint64_t length)
{
    for (size_t i = 0; i < guess->count; i++)
        if (route_is(&guess->others[i], route) && length_of(&guess->others[i]) == length &&
            is_alike(&guess->others[i], guess->of) && !isnan(found_of(&guess->others[i])))
            return &guess->others[i];
    return NULL;
}

/* How the flow's rate is to that of the neighbour, which is on the same route. */
static double ratio_to(const struct guess *guess, const struct measurement *neighbour)
{
    for (size_t i = 0; i < guess->count; i++) {
        const struct measurement *here, *there;

        if (route_is(&guess->others[i], guess->of))
            continue;
        here = find_on(guess, &guess->others[i], length_of(guess->of));
        there = find_on(guess, &guess->others[i], length_of(neighbour));
        if (here && there)
            return found_of(here) / found_of(there);
    }
    return bytes_a_packet(guess->of) / bytes_a_packet(neighbour);
}

/* How far apart lengths are. */
static double distance(const struct measurement *a, const struct measurement *b)
{
    return fabs(log((double)length_of(a) / (double)length_of(b)));
}

/* The one whose rate says most: on the same route that of the nearest length; else of another route
 * the last of the same length. */
static const struct measurement *neighbour_find(const struct guess *guess)
{
    const struct measurement *best = NULL;

    for (size_t i = 0; i < guess->count; i++) {
        const struct measurement *other = &guess->others[i];
        bool same = route_is(other, guess->of), best_same = best && route_is(best, guess->of);

        if (isnan(found_of(other)) || !is_alike(other, guess->of) || !length_of(other))
            continue;
        if (same ? !best_same || distance(other, guess->of) < distance(best, guess->of)
                 : !best_same && length_of(other) == length_of(guess->of))
            best = other;
    }
    return best;
}

uint64_t guess_rate(const struct measurement *of, const struct measurement *others, size_t count)
{
    const struct guess guess = { of, others, count };
    const struct measurement *neighbour = length_of(of) ? neighbour_find(&guess) : NULL;
    double bps;

    if (!neighbour)
        return 0;
    bps = found_of(neighbour);
    if (route_is(neighbour, of))
        bps *= ratio_to(&guess, neighbour);
    return (uint64_t)llround(bps);
}
