/* SPDX-License-Identifier: Apache-2.0 */
#include "rate.h"

#include "../base/clock.h"
#include "../base/units.h"
#include "../result/guess.h"
#include "../result/search.h"

int rate_begin(struct flow *flow, struct vmtp_error *err)
{
    const struct search_spec *spec = flow->planned->spec->search;
    const struct run *run = flow->context.run;
    uint64_t guess_bps;

    if (!spec || !flow->tool)
        return 0;
    guess_bps = guess_rate(flow->measurement, run->measurements, run->plan->flow_count);
    if (search_new(spec, guess_bps, &flow->measurement->search) < 0)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return 0;
}

bool rate_searching(const struct measurement *measurement)
{
    return measurement->search && measurement->search->next.action != SEARCH_OVER;
}

void rate_apply(const struct flow *flow, struct trial *trial)
{
    const struct search *search = flow->measurement->search;

    if (!search)
        return;
    trial->rate_bps = search->next.rate_bps;
    if (search->next.action == SEARCH_TRY) {
        trial->warmup_ns = flow->planned->search_warmup_ns;
        trial->duration_ns = search->next.duration_ns;
    }
}

/* It went well: is it one that verifies what the flow's figures are of? */
static bool trial_serves(struct search *search, const struct search_trial *trial, uint64_t spent_ns)
{
    size_t goal = search->next.goal;
    const struct search_trial *added = search_add(search, trial, spent_ns);

    return goal == 0 && added->verifying && search->goals[0].verified == added;
}

static void no_rate(struct flow *flow)
{
    const struct search *search = flow->measurement->search;
    struct number loss = share_exact(search->goals[0].goal.loss);

    if (search->goals[0].over)
        flow_fail(flow, "even at %s more than %s is lost",
                  rate_text((double)search->goals[0].upper_bps).text, loss.text);
    else
        flow_fail(flow, "the search ended before it had found a rate at which at most %s is lost",
                  loss.text);
}

int rate_take(struct flow *flow, const struct trial *trial, int r, bool *ret_own,
              struct vmtp_error *err)
{
    struct search *search = flow->measurement->search;
    uint64_t spent_ns = clock_now_ns() - flow->begun_ns;
    struct search_trial read;

    *ret_own = !rate_searching(flow->measurement);
    if (*ret_own)
        return r;
    r = r < 0 ? r : search_trial_read(flow->context.component, trial, &read, err);
    if (r < 0)
        search_fail(search, err->text, spent_ns);
    else
        *ret_own = trial_serves(search, &read, spent_ns);
    if (search->next.action == SEARCH_OVER && !search->next.rate_bps)
        no_rate(flow);
    return r;
}
