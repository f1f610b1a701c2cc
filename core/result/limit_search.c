/* SPDX-License-Identifier: Apache-2.0 */
#include "limit_search.h"

#include "../base/units.h"
#include "cause_ask.h"
#include "search.h"

#include <errno.h>
#include <math.h>

/* The trials of a search in which more was lost than its first goal allows. */
struct beyond {
    double lost, socket, kernel; /* NAN: one of them can't tell */
    double goodput_bps;          /* the most of theirs */
    double sender, receiver;     /* the most of a CPU */
    size_t count;
};

bool limit_is_searched(const struct measurement *measurement)
{
    if (measurement->search || measurement->searched)
        return true;
    for (size_t i = 0; i < measurement->trial_count; i++)
        if (measurement->trials[i]->rate_bps)
            return true;
    return false;
}

static struct beyond beyond_of(const struct search *search)
{
    struct beyond beyond = { .goodput_bps = NAN, .sender = NAN, .receiver = NAN };

    for (size_t i = 0; i < search->count; i++) {
        const struct search_trial *trial = &search->trials[i];

        if (!(trial->loss > search->spec->losses[0]))
            continue;
        beyond.count++;
        beyond.lost += fmax(trial->sent - trial->received, 0);
        beyond.socket += trial->socket;
        beyond.kernel += trial->kernel;
        beyond.goodput_bps = fmax(beyond.goodput_bps, trial->goodput_bps);
        beyond.sender = fmax(beyond.sender, trial->sender);
        beyond.receiver = fmax(beyond.receiver, trial->receiver);
    }
    return beyond;
}

static enum limit_cause beyond_cause(const struct beyond *beyond, const struct findings *findings)
{
    double most = fmax(beyond->goodput_bps, findings->median[LOOK_STEADY]);
    double share = most / findings->terms->ceiling_bps;

    if (share >= AT_LINE - 0.01 && share < ABOVE_LINE)
        return LIMIT_LINE_RATE;
    if (beyond->socket >= beyond->lost * MOSTLY)
        return at_least(beyond->receiver, FULL) && !findings->terms->spins
                   ? LIMIT_RECEIVER_CPU
                   : LIMIT_RECEIVER_APPLICATION;
    if (beyond->kernel >= beyond->lost * MOSTLY)
        return LIMIT_RECEIVER_SOFTIRQ;
    return isnan(beyond->socket) ? LIMIT_UNKNOWN : LIMIT_LOSS;
}

/* More could not be sent. */
static enum limit_cause cap_cause(const struct search *search, const struct findings *findings)
{
    double share = (double)search_cap(search) / findings->terms->ceiling_bps;
    double sender = findings->median[LOOK_CPU_SENDER];

    for (size_t i = 0; i < search->count; i++)
        if (search->trials[i].limited)
            sender = fmax(sender, search->trials[i].sender);
    if (share >= AT_LINE - 0.01 && share < ABOVE_LINE)
        return LIMIT_LINE_RATE;
    return at_least(sender, FULL) ? LIMIT_SENDER_CPU : LIMIT_UNKNOWN;
}

static int tell(struct limit *limit, char *text)
{
    if (!text)
        return -ENOMEM;
    if (limit->evidence_count == LIMIT_EVIDENCE_MAX) {
        free(text);
        return 0;
    }
    limit->evidence[limit->evidence_count++] = text;
    return 0;
}

static int cap_tell(struct limit *limit, const struct search *search)
{
    char *text = NULL;

    if (asprintf(&text, "the most that the tool could send is %s",
                 rate_text((double)search_cap(search)).text) < 0)
        text = NULL;
    return tell(limit, text);
}

static int beyond_tell(struct limit *limit, const struct beyond *beyond)
{
    char *text = NULL, *where = NULL;
    int r;

    if (asprintf(&text, "%zu trials of the search lost too much: at most %s arrived", beyond->count,
                 rate_text(beyond->goodput_bps).text) < 0)
        text = NULL;
    r = tell(limit, text);
    if (r < 0 || isnan(beyond->socket))
        return r;
    if (asprintf(&where,
                 "of %.0f datagrams that they lost %.0f were dropped by the receiving socket",
                 beyond->lost, beyond->socket) < 0)
        where = NULL;
    return tell(limit, where);
}

int limit_search(struct limit *limit, const struct findings *findings)
{
    const struct search *search = findings->measurement->search;
    struct beyond beyond;
    int r = 0;

    limit->cause = LIMIT_UNKNOWN;
    if (!search)
        return limit_tell(limit, findings);
    beyond = beyond_of(search);
    if (search_cap(search)) {
        limit->cause = cap_cause(search, findings);
        r = cap_tell(limit, search);
    } else if (beyond.count) {
        limit->cause = beyond_cause(&beyond, findings);
        r = beyond_tell(limit, &beyond);
    }
    limit->share = limit->cause == LIMIT_UNKNOWN ? 0 : 1;
    return r < 0 ? r : limit_tell(limit, findings);
}
