/* SPDX-License-Identifier: Apache-2.0 */
#include "stages.h"

#include "../base/clock.h"
#include "../base/thread.h"
#include "../result/limit.h"
#include "../result/repeat.h"
#include "../result/search.h"
#include "flow.h"
#include "rate.h"

struct running {
    const struct stage *stage;
    struct flow *flows; /* one for each of the stage's */
    struct measurement **measurements;
    uint64_t warmup_ns;
    uint64_t explained_ns; /* that trials took which are to tell what limits its flow */
    bool wider, longer;    /* which were tried, with or without success */
    bool done;
};

struct worker {
    pthread_t thread;
    struct flow *flow;
    struct start *start;
    uint64_t warmup_ns;
};

/* splitmix64 (Steele et al. 2014): small, and the same everywhere for the same seed. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ull;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

static void shuffle(struct running **order, size_t count, uint64_t *state)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = random_next(state) % i;
        struct running *other = order[j];

        order[j] = order[i - 1];
        order[i - 1] = other;
    }
}

/* ---- one stage ---- */

static void running_open(struct running *running, struct fleet *fleet)
{
    const struct stage *stage = running->stage;
    const struct plan *plan = fleet->run->plan;

    for (size_t i = 0; i < stage->flow_count; i++) {
        const struct planned_flow *planned = stage->flows[i];
        struct measurement *measurement = &fleet->run->measurements[planned - plan->flows];

        running->measurements[i] = measurement;
        if (planned->warmup_ns > running->warmup_ns)
            running->warmup_ns = planned->warmup_ns;
        if (!measurement->reason)
            flow_open(&running->flows[i], fleet, measurement);
    }
}

static void running_close(struct running *running)
{
    for (size_t i = 0; i < running->stage->flow_count; i++)
        flow_close(&running->flows[i]);
    running->done = true;
}

/* Flows of one stage mean something only together: without one of them the others are not what
 * the scenario asked for. */
static bool all_alive(struct running *running)
{
    const struct stage *stage = running->stage;
    size_t dead = 0;

    while (dead < stage->flow_count && flow_alive(&running->flows[dead]))
        dead++;
    for (size_t i = 0; dead < stage->flow_count && i < stage->flow_count; i++)
        if (flow_alive(&running->flows[i]))
            flow_fail(&running->flows[i], "%s, which runs at the same time, can't be measured",
                      stage->flows[dead]->key);
    return dead == stage->flow_count;
}

static bool wants_more(const struct running *running)
{
    for (size_t i = 0; i < running->stage->flow_count; i++)
        if (rate_searching(running->measurements[i]) ||
            repeat_state(running->measurements[i], &running->stage->repeat) == REPEAT_MORE)
            return true;
    return false;
}

/* May another trial of so long be run to learn what limits the flow?  If so, it is. */
static bool explain_spend(struct running *running, uint64_t trial_ns)
{
    if (running->explained_ns + trial_ns > running->stage->explain_ns)
        return false;
    running->explained_ns += trial_ns;
    return true;
}

/* What the next trial is for, now that the flow has all of its own.  PURPOSE_OWN: there is none. */
static enum purpose explain_next(struct running *running)
{
    const struct planned_flow *planned = running->flows[0].planned;
    bool wider = false, longer = false;

    if (!running->stage->explain_ns || !planned->variant->tool->ops.tool.streamed)
        return PURPOSE_OWN;
    limit_wants(running->measurements[0], &wider, &longer);
    if (wider && !running->wider) {
        running->wider = true;
        if (explain_spend(running, planned_trial_ns(planned)))
            return PURPOSE_WIDER;
    }
    if (longer && !running->longer) {
        running->longer = true;
        if (explain_spend(running, planned_longer_ns(planned)))
            return PURPOSE_LONGER;
    }
    return PURPOSE_OWN;
}

static void *worker_run(void *arg)
{
    struct worker *worker = arg;

    flow_trial(worker->flow, worker->start, worker->warmup_ns);
    return NULL;
}

/* One trial of every flow, started together, each on a thread of its own. */
static int trials_run(struct running *running, struct worker *workers, struct start *start,
                      struct vmtp_error *err)
{
    size_t count = running->stage->flow_count, begun = 0;
    int r = 0;

    for (size_t i = 0; i < count; i++) {
        workers[i] = (struct worker){ .flow = &running->flows[i],
                                      .start = start,
                                      .warmup_ns = running->warmup_ns };
        if (r == 0)
            r = thread_start(&workers[i].thread, worker_run, &workers[i]);
        if (r == 0)
            begun++;
        else
            start_leave(start);
    }
    while (begun)
        pthread_join(workers[--begun].thread, NULL);
    return r < 0 ? vmtp_fail(err, r, "a thread for a flow: %s", strerror(-r)) : 0;
}

static int running_trial(struct running *running, struct run *run, struct vmtp_error *err)
{
    size_t count = running->stage->flow_count;
    _free_ struct worker *workers = calloc(count, sizeof *workers);
    struct start start;
    int r;

    if (!workers)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = start_init(&start, count, err);
    if (r < 0)
        return r;
    run_doing(run, "%s%s", running->flows[0].planned->key, count > 1 ? " and beside it" : "");
    r = trials_run(running, workers, &start, err);
    start_clear(&start);
    return r;
}

/* One trial, and the decision whether it was the last.  Opened on the first one. */
static int running_step(struct running *running, struct fleet *fleet, struct vmtp_error *err)
{
    struct run *run = fleet->run;
    int r;

    if (!running->measurements[0])
        running_open(running, fleet);
    if (!all_alive(running)) {
        running_close(running);
        return 0;
    }
    r = running_trial(running, run, err);
    if (sightings_collect(run->sightings, clock_now_ns()) < 0 && r == 0)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    if (r == 0 && !run_cancelled(run) && all_alive(running) && !wants_more(running))
        running->flows[0].purpose = explain_next(running);
    if (r < 0 || !all_alive(running) ||
        (!wants_more(running) && running->flows[0].purpose == PURPOSE_OWN))
        running_close(running);
    return r;
}

/* ---- all of them ---- */

/* Trials that a stage will still want at the least, counted for its progress line. */
static uint32_t trials_left(const struct running *running)
{
    size_t have = 0;

    if (running->done)
        return 0;
    if (running->measurements[0])
        have = running->measurements[0]->trial_count;
    return have < running->stage->repeat.min ? running->stage->repeat.min - (uint32_t)have : 1;
}

/* And of its search, which is more of a guess; a search is alone in its stage. */
static uint32_t searches_left(const struct running *running)
{
    const struct search_spec *spec = running->stage->flows[0]->spec->search;
    const struct measurement *measurement = running->measurements[0];
    uint32_t typical;

    if (!spec || running->done || (measurement && !rate_searching(measurement)))
        return 0;
    typical = search_typical(spec);
    if (!measurement)
        return typical;
    return measurement->search->count < typical ? typical - (uint32_t)measurement->search->count
                                                : 1;
}

static uint64_t search_ns(const struct stage *stage)
{
    const struct planned_flow *flow = stage->flows[0];

    return flow->search_warmup_ns + flow->spec->search->trial_ns + flow->extra_ns;
}

static uint64_t trial_ns(const struct stage *stage)
{
    uint64_t longest_ns = 0;

    for (size_t i = 0; i < stage->flow_count; i++) {
        const struct planned_flow *flow = stage->flows[i];
        uint64_t ns = flow->warmup_ns + flow->spec->duration_ns + flow->extra_ns;

        longest_ns = ns > longest_ns ? ns : longest_ns;
    }
    return longest_ns;
}

static void progress_update(struct run *run, const struct running *all, size_t count, uint32_t done)
{
    uint64_t left_ns = 0;
    uint32_t left = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t searches = searches_left(&all[i]);

        left += trials_left(&all[i]) + searches;
        left_ns += trials_left(&all[i]) * trial_ns(all[i].stage);
        if (searches)
            left_ns += searches * search_ns(all[i].stage);
    }
    pthread_mutex_lock(&run->lock);
    run->progress.done = done;
    run->progress.expected = done + left;
    run->progress.left_ns = left_ns;
    pthread_mutex_unlock(&run->lock);
}

/* Is the run over because one of these flows failed? */
static bool breaks_off(struct run *run, const struct running *running)
{
    for (size_t i = 0; run->plan->scenario->stop_on_error && i < running->stage->flow_count; i++)
        if (running->measurements[i]->error && !run->broken_off) {
            run->broken_off = true;
            run_note(run, "broken-off", "the run ends here, as on-error says: %s failed",
                     running->stage->flows[i]->key);
        }
    return run->broken_off;
}

static int round_run(struct running **order, size_t count, struct fleet *fleet, struct running *all,
                     size_t all_count, uint32_t *done, struct vmtp_error *err)
{
    struct run *run = fleet->run;
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        if (run_cancelled(run))
            return vmtp_fail(err, -ECANCELED, "interrupted");
        progress_update(run, all, all_count, *done);
        r = running_step(order[i], fleet, err);
        ++*done;
        if (breaks_off(run, order[i]))
            break;
    }
    if (r == 0) {
        r = run_journal_sync(run);
        if (r < 0)
            vmtp_fail(err, r, "%s/journal.ndjson: %s", run->folder, strerror(-r));
    }
    return r;
}

static size_t still_running(struct running *all, size_t count, bool first_only,
                            struct running **ret)
{
    size_t found = 0;

    for (size_t i = 0; i < count && !(first_only && found); i++)
        if (!all[i].done)
            ret[found++] = &all[i];
    return found;
}

static int rounds_run(struct fleet *fleet, struct running *all, size_t count,
                      struct vmtp_error *err)
{
    const struct plan *plan = fleet->run->plan;
    bool written = plan->scenario->order == ORDER_WRITTEN;
    _free_ struct running **order = calloc(count + 1, sizeof *order);
    uint64_t state = plan->seed;
    uint32_t done = 0;
    size_t n;
    int r = 0;

    if (!order)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    while (r == 0 && (n = still_running(all, count, written, order)) > 0) {
        if (!written)
            shuffle(order, n, &state);
        r = round_run(order, n, fleet, all, count, &done, err);
        if (fleet->run->broken_off)
            break;
    }
    progress_update(fleet->run, all, count, done);
    return r;
}

static int running_make(const struct plan *plan, struct arena *arena, struct running **ret,
                        struct vmtp_error *err)
{
    struct running *all = arena_array(arena, plan->stage_count + 1, sizeof *all);

    for (size_t i = 0; all && i < plan->stage_count; i++) {
        size_t count = plan->stages[i].flow_count;

        all[i].stage = &plan->stages[i];
        all[i].flows = arena_array(arena, count, sizeof *all[i].flows);
        all[i].measurements = arena_array(arena, count, sizeof *all[i].measurements);
        if (!all[i].flows || !all[i].measurements)
            all = NULL;
    }
    if (!all)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    *ret = all;
    return 0;
}

int stages_run(struct run *run, struct fleet *fleet, struct vmtp_error *err)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct running *all = NULL;
    int r = arena ? running_make(run->plan, arena, &all, err)
                  : vmtp_fail(err, -ENOMEM, "out of memory");

    if (r < 0)
        return r;
    r = rounds_run(fleet, all, run->plan->stage_count, err);
    for (size_t i = 0; i < run->plan->stage_count; i++)
        running_close(&all[i]);
    return r;
}
