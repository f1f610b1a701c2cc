/* SPDX-License-Identifier: Apache-2.0 */
#include "search_entry.h"

#include "json.h"

#include <math.h>

static const char *const states[] = {
    [SEARCH_UNDECIDED] = "undecided",
    [SEARCH_FOUND] = "found",
    [SEARCH_IRREGULAR] = "irregular",
};

/* Rates to the bit: more digits are the arithmetic's. */
static json_t *rate_json(double bps)
{
    return figure_json(round(bps));
}

static void figures_add(json_t *json, const struct search_trial *trial)
{
    field_add(json, "offered", rate_json(trial->offered_bps));
    field_add(json, "goodput", rate_json(trial->goodput_bps));
    field_add(json, "loss", figure_json(trial->loss));
    field_add(json, "duration", figure_json(trial->duration_s));
}

static json_t *verified_json(const struct search_trial *trial)
{
    json_t *json = json_object();

    figures_add(json, trial);
    field_add(json, "number", json_integer(trial->number));
    return json;
}

static json_t *goal_json(const struct search *search, size_t goal)
{
    struct search_answer answer = search_answer(search, goal);
    json_t *json = json_object();

    field_add(json, "loss", figure_json(search->spec->losses[goal]));
    field_add(json, "state", json_string(states[answer.state]));
    field_add(json, "lower", rate_json(answer.lower_bps));
    field_add(json, "upper", rate_json(answer.upper_bps));
    field_add(json, "conditional_throughput", rate_json(answer.conditional_bps));
    field_add(json, "trials", json_integer((json_int_t)answer.trials));
    if (answer.verified)
        field_add(json, "verified", verified_json(answer.verified));
    return json;
}

static json_t *trial_json(const struct search_trial *trial)
{
    json_t *json = json_object();

    field_add(json, "number", json_integer(trial->number));
    if (trial->rate_bps)
        field_add(json, "rate", json_integer((json_int_t)trial->rate_bps));
    figures_add(json, trial);
    field_add(json, "sent", figure_json(trial->sent));
    field_add(json, "received", figure_json(trial->received));
    field_add(json, "generator_limited", json_boolean(trial->limited));
    field_add(json, "verifying", json_boolean(trial->verifying));
    return json;
}

json_t *search_json(const struct search *search)
{
    json_t *json = json_object(), *goals = json_array(), *trials = json_array();
    uint64_t cap = search_cap(search);

    for (size_t i = 0; i < search->spec->loss_count; i++)
        json_array_append_new(goals, goal_json(search, i));
    for (size_t i = 0; i < search->count; i++)
        json_array_append_new(trials, trial_json(&search->trials[i]));
    field_add(json, "goals", goals);
    field_add(json, "trials", trials);
    if (cap)
        field_add(json, "cap", json_integer((json_int_t)cap));
    field_add(json, "generator_limited", json_boolean(cap));
    return json;
}
