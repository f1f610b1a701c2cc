/* SPDX-License-Identifier: Apache-2.0 */
#include "reap.h"

#include "fleet.h"

#include <limits.h>

/* As much of a run as clean-up takes. */
static int reap(struct run *run, const struct registry *registry, const struct prompt *prompt,
                size_t *ret_count, struct vmtp_error *err)
{
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    struct vmtp_table owned = { 0 };
    char path[PATH_MAX];
    int r = ledger_rows(run->ledger, run->arena, &owned, err);

    *ret_count = owned.count;
    if (r < 0 || owned.count == 0)
        return r;
    snprintf(path, sizeof path, "%s/scenario.yaml", run->folder);
    r = scenario_load(path, registry, prompt, &scenario, err);
    return r < 0 ? r : fleet_reap(run, &scenario->cloud, err);
}

int run_reap(const char *id, const struct registry *registry, const struct prompt *prompt,
             const struct log *log, size_t *ret_count, struct vmtp_error *err)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    _cleanup_(ledger_freep) struct ledger *ledger = NULL;
    _free_ char *folder = NULL;
    struct run run = {
        .registry = registry, .log = log, .arena = arena, .cancel_fd = -1, .hurry_fd = -1
    };
    int r = arena ? run_folder_find(id, &folder, err) : vmtp_fail(err, -ENOMEM, "out of memory");

    *ret_count = 0;
    if (r == 0)
        r = ledger_open(folder, &ledger, err);
    if (r < 0)
        return r;
    run.folder = folder;
    run.ledger = ledger;
    snprintf(run.id, sizeof run.id, "%.31s", strrchr(folder, '/') + 1);
    pthread_mutex_init(&run.lock, NULL);
    r = reap(&run, registry, prompt, ret_count, err);
    pthread_mutex_destroy(&run.lock);
    return r;
}
