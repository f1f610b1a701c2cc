/* SPDX-License-Identifier: Apache-2.0 */
#include "reap.h"

#include "fleet.h"

static int reap(struct run *run, struct reaped *ret, struct vmtp_error *err)
{
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    struct vmtp_table owned = { 0 };
    int r = ledger_open(run->folder, &run->ledger, err);

    ret->alive = r == -EBUSY;
    if (r == 0)
        r = ledger_rows(run->ledger, run->arena, &owned, err);
    ret->count = owned.count;
    if (r < 0 || owned.count == 0)
        return r;
    r = run_scenario_cloud(run, &scenario, err);
    return r < 0 ? r : fleet_reap(run, &scenario->cloud, err);
}

int run_reap(const char *id, const struct means *means, struct reaped *ret, struct vmtp_error *err)
{
    _cleanup_(run_freep) struct run *run = NULL;
    int r = run_reopen(id, means, &run, err);

    *ret = (struct reaped){ 0 };
    return r < 0 ? r : reap(run, ret, err);
}
