/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "../base/units.h"
#include "facts.h"
#include "fleet.h"
#include "monitors.h"
#include "stages.h"

/* Flows that nothing can be said of, because the run did not get as far. */
static void unmeasured_mark(struct run *run, const char *reason)
{
    for (size_t i = 0; i < run->plan->flow_count; i++)
        if (!run->measurements[i].trial_count && !run->measurements[i].searched &&
            !run->measurements[i].reason && !run->measurements[i].error)
            run->measurements[i].reason = reason;
}

/* Of who wants to know the endpoints alone: leave them to the monitors for a while. */
static int endpoints_look(struct run *run, struct vmtp_error *err)
{
    run_doing(run, "watching %zu endpoint%s for %s", run->endpoint_count,
              run->endpoint_count == 1 ? "" : "s", duration_written(run->look_ns).text);
    if (fd_poll(NULL, 0, clock_now_ns() + run->look_ns, run->cancel_fd) == 0)
        return 0;
    return vmtp_fail(err, -ECANCELED, "interrupted");
}

static int deployed_measure(struct run *run, struct fleet *fleet, struct vmtp_error *err)
{
    struct monitors *monitors = NULL;
    int r = facts_gather(fleet, err);

    if (r == 0)
        r = monitors_start(fleet, &monitors, err);
    if (r == 0)
        r = run->look_ns ? endpoints_look(run, err) : stages_run(run, fleet, err);
    monitors_stop(monitors);
    if (sightings_collect(run->sightings, UINT64_MAX) < 0 && r == 0)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    return r;
}

static const char *event_kind(const struct run *run)
{
    return run->journal_status ? "journal-failed" : run_cancelled(run) ? "interrupted" : "failed";
}

/* Take back what was deployed; the run's own error, if it has one and was not just stopped, comes
 * first. */
static int clean_up(struct run *run, struct fleet *fleet, int r, struct vmtp_error *err)
{
    struct vmtp_error cleaning = { 0 };

    if (fleet_undeploy(fleet, &cleaning) == 0)
        return r;
    run->unclean = true;
    run_note(run, "cleanup-failed", "%s", cleaning.text);
    return r < 0 && r != -ECANCELED ? r : vmtp_fail(err, cleaning.code, "%s", cleaning.text);
}

/* What a scenario may ask for: to look at endpoints when something failed, or to use them again. */
static bool stays(const struct run *run, int r)
{
    const struct scenario *scenario = run->plan->scenario;

    if (run_cancelled(run) || run->look_ns)
        return false;
    return r < 0 || run->broken_off ? scenario->stop_on_error : scenario->keep;
}

static int leave(struct run *run, struct fleet *fleet, int r, struct vmtp_error *err)
{
    const char *cloud = fleet->context.component->table.name;
    struct vmtp_error leaving = { 0 };
    size_t count = 0;

    if (fleet_leave(fleet, &count, &leaving) < 0) {
        run_note(run, "kept", "what was deployed is kept: vmtp reap %s removes it", run->id);
        return r < 0 ? r : vmtp_fail(err, leaving.code, "%s", leaving.text);
    }
    if (count)
        run_note(run, "kept", "%zu things are kept on cloud %s: vmtp reap %s removes them", count,
                 cloud, run->id);
    else
        run_note(run, "note", "nothing is kept: what cloud %s makes ends with the run", cloud);
    return r;
}

int run_measure(struct run *run, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    struct fleet *fleet = NULL;
    int r = fleet_deploy(run, &fleet, &why);

    bool deployed = r == 0;

    if (deployed)
        r = deployed_measure(run, fleet, &why);
    unmeasured_mark(run, deployed || run_cancelled(run) ? "the run ended before its first trial"
                                                        : "its endpoints could not be deployed");
    if (run->journal_status)
        r = vmtp_fail(&why, run->journal_status, "%s/journal.ndjson: %s", run->folder,
                      strerror(-run->journal_status));
    if (r < 0)
        run_note(run, event_kind(run), "%s",
                 r == -ECANCELED ? "interrupted: what follows is partial" : why.text);
    if (fleet)
        r = stays(run, r) ? leave(run, fleet, r, &why) : clean_up(run, fleet, r, &why);
    if (r < 0 && err)
        *err = why;
    return r;
}
