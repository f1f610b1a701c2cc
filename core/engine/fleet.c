/* SPDX-License-Identifier: Apache-2.0 */
#include "fleet.h"

#include "../base/clock.h"
#include "../base/fd.h"

#include <limits.h>

#define DEPLOY_NS    (15 * 60 * NS_PER_S)
#define UNDEPLOY_NS  (5 * 60 * NS_PER_S)
#define UNDEPLOY_MAX 3 /* goes */

static const struct vmtp_cloud *cloud_of(const struct fleet *fleet)
{
    return &fleet->cloud->component->ops.cloud;
}

static struct fleet *fleet_new(struct run *run, const struct component *component)
{
    struct fleet *fleet = calloc(1, sizeof *fleet);

    if (!fleet)
        return NULL;
    fleet->run = run;
    fleet->context = (struct context){
        .run = run,
        .fleet = fleet,
        .component = component,
        .name = component->table.name,
        .cancel_fd = run->cancel_fd,
    };
    pthread_mutex_init(&fleet->lock, NULL);
    pthread_cond_init(&fleet->arrived, NULL);
    return fleet;
}

static void fleet_free(struct fleet *fleet)
{
    if (fleet->haunted)
        return;
    instance_close(fleet->cloud);
    pthread_cond_destroy(&fleet->arrived);
    pthread_mutex_destroy(&fleet->lock);
    free(fleet->endpoints);
    free(fleet);
}

static int fleet_missing(struct fleet *fleet, struct vmtp_error *err)
{
    const struct plan *plan = fleet->run->plan;

    for (uint32_t i = 0; i < plan->wants.count; i++) {
        const struct vmtp_want *want = table_row(&plan->wants, i);

        if (!fleet_find(fleet, want->name))
            return vmtp_fail(err, -EPROTO, "the plugin has not provided endpoint %s", want->name);
    }
    return 0;
}

/* A fleet without endpoints, whose cloud is open. */
static int fleet_open(struct run *run, const struct section *section, struct fleet **ret,
                      struct vmtp_error *err)
{
    struct fleet *fleet = fleet_new(run, section->component);
    int r;

    if (!fleet)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = instance_open(section->component, section->opt, &context_host, &fleet->context,
                      &fleet->cloud, err);
    if (r < 0) {
        fleet_free(fleet);
        return r;
    }
    *ret = fleet;
    return 0;
}

int fleet_deploy(struct run *run, struct fleet **ret, struct vmtp_error *err)
{
    const struct section *section = &run->plan->scenario->cloud;
    struct fleet *fleet;
    int r = fleet_open(run, section, &fleet, err);

    if (r < 0)
        return r;
    *ret = fleet;
    run_doing(run, "deploying on %s", section->component->table.name);
    context_step(&fleet->context, DEPLOY_NS);
    r = cloud_of(fleet)->deploy(&fleet->cloud->self, run->id, &run->plan->wants, &run->plan->routes,
                                err);
    if (r == 0)
        r = fleet_missing(fleet, err);
    return r < 0 ? vmtp_wrap(err, "cloud %s", section->component->table.name) : 0;
}

/* Until the plugin says that all is gone, with a pause between the goes. */
static int undeploy(struct fleet *fleet, struct vmtp_error *err)
{
    struct run *run = fleet->run;
    struct vmtp_table owned = { 0 };
    int r = 0;

    fleet->context.cancel_fd = run->hurry_fd; /* the run may be cancelled: cleaning up goes on */
    context_step(&fleet->context, UNDEPLOY_NS);
    for (int go = 0; go < UNDEPLOY_MAX; go++) {
        if (go > 0 && fd_poll(NULL, 0, clock_now_ns() + NS_PER_S, run->hurry_fd) < 0)
            break;
        if (clock_now_ns() >= context_deadline(&fleet->context, 0))
            break; /* one go took all of it, and has said why */
        r = ledger_rows(run->ledger, run->arena, &owned, err);
        if (r == 0)
            r = cloud_of(fleet)->undeploy(&fleet->cloud->self, run->id, &owned, err);
        if (r == 0)
            break;
    }
    return r;
}

int fleet_undeploy(struct fleet *fleet, struct vmtp_error *err)
{
    int r;

    if (!fleet)
        return 0;
    run_doing(fleet->run, "cleaning up");
    r = undeploy(fleet, err);
    if (r < 0)
        r = vmtp_wrap(err, "cloud %s: clean-up (vmtp reap %s tries again)",
                      fleet->context.component->table.name, fleet->run->id);
    fleet_free(fleet);
    return r;
}

int fleet_leave(struct fleet *fleet, size_t *ret_count, struct vmtp_error *err)
{
    struct run *run = fleet->run;
    struct vmtp_table owned = { 0 };
    int r = ledger_rows(run->ledger, run->arena, &owned, err);

    fleet_free(fleet);
    *ret_count = owned.count;
    return r;
}

int fleet_reap(struct run *run, const struct section *cloud, struct vmtp_error *err)
{
    struct fleet *fleet;
    int r = fleet_open(run, cloud, &fleet, err);

    return r < 0 ? r : fleet_undeploy(fleet, err);
}

const struct vmtp_endpoint *fleet_find(struct fleet *fleet, const char *name)
{
    const struct vmtp_endpoint *found = NULL;

    pthread_mutex_lock(&fleet->lock);
    for (size_t i = 0; i < fleet->endpoint_count && !found; i++)
        if (strcmp(fleet->endpoints[i]->name, name) == 0)
            found = fleet->endpoints[i];
    pthread_mutex_unlock(&fleet->lock);
    return found;
}

static struct vmtp_endpoint *endpoint_copy(struct fleet *fleet, const struct vmtp_endpoint *from)
{
    struct vmtp_self *self = &fleet->cloud->self;
    struct vmtp_endpoint *copy = instance_alloc(self, sizeof *copy);
    const char *const texts[] = { from->name, from->address, from->location ? from->location : "" };
    char *copies[COUNT(texts)];

    for (size_t i = 0; copy && i < COUNT(texts); i++) {
        copies[i] = instance_alloc(self, strlen(texts[i]) + 1);
        if (!copies[i])
            return NULL;
        memcpy(copies[i], texts[i], strlen(texts[i]) + 1);
    }
    if (copy)
        *copy = (struct vmtp_endpoint){ sizeof *copy, copies[0], copies[1], copies[2], from->priv };
    return copy;
}

int fleet_add(struct fleet *fleet, const struct vmtp_endpoint *endpoint, struct vmtp_error *err)
{
    struct vmtp_endpoint *copy;
    int r = 0;

    if (!endpoint->name || !endpoint->address)
        return vmtp_fail(err, -EINVAL, "an endpoint without a name or an address");
    if (fleet_find(fleet, endpoint->name))
        return vmtp_fail(err, -EEXIST, "endpoint %s was announced already", endpoint->name);
    copy = endpoint_copy(fleet, endpoint);
    pthread_mutex_lock(&fleet->lock);
    if (copy && fleet->endpoint_count == fleet->endpoint_room) {
        size_t room = fleet->endpoint_room ? 2 * fleet->endpoint_room : 8;
        struct vmtp_endpoint **more = reallocarray(fleet->endpoints, room, sizeof *more);

        fleet->endpoints = more ? more : fleet->endpoints;
        fleet->endpoint_room = more ? room : fleet->endpoint_room;
    }
    if (copy && fleet->endpoint_count < fleet->endpoint_room)
        fleet->endpoints[fleet->endpoint_count++] = copy;
    else
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    pthread_mutex_unlock(&fleet->lock);
    return r;
}

static struct placed *placed_find(struct fleet *fleet, const struct vmtp_endpoint *endpoint,
                                  const char *from)
{
    struct placed *placed = fleet->placed;

    while (placed && (placed->endpoint != endpoint || strcmp(placed->from, from) != 0))
        placed = placed->next;
    return placed;
}

static char *text_copy(struct fleet *fleet, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = instance_alloc(&fleet->cloud->self, size);

    return copy ? memcpy(copy, text, size) : NULL;
}

static struct placed *placed_add(struct fleet *fleet, const struct vmtp_endpoint *endpoint,
                                 const char *from)
{
    struct placed *placed = instance_alloc(&fleet->cloud->self, sizeof *placed);

    if (!placed)
        return NULL;
    *placed = (struct placed){ fleet->placed, endpoint, text_copy(fleet, from), NULL };
    if (!placed->from)
        return NULL;
    fleet->placed = placed;
    return placed;
}

static void placed_drop(struct fleet *fleet, const struct placed *placed)
{
    struct placed **at = &fleet->placed;

    while (*at != placed)
        at = &(*at)->next;
    *at = placed->next;
}

/* Another worker may be sending the same file: wait for it.  *ret_path: it is there; *ret_mine: it
 * is for the caller to send. */
static int placed_claim(struct fleet *fleet, const struct vmtp_endpoint *endpoint, const char *from,
                        const char **ret_path, struct placed **ret_mine)
{
    struct placed *placed;

    pthread_mutex_lock(&fleet->lock);
    while ((placed = placed_find(fleet, endpoint, from)) && !placed->path)
        pthread_cond_wait(&fleet->arrived, &fleet->lock);
    *ret_path = placed ? placed->path : NULL;
    *ret_mine = placed ? NULL : placed_add(fleet, endpoint, from);
    pthread_mutex_unlock(&fleet->lock);
    return placed || *ret_mine ? 0 : -ENOMEM;
}

/* It has been sent, or (path NULL) it could not be: then somebody else may try. */
static int placed_settle(struct fleet *fleet, struct placed *placed, const char *path)
{
    char *copy = path ? text_copy(fleet, path) : NULL;

    pthread_mutex_lock(&fleet->lock);
    placed->path = copy;
    if (!copy)
        placed_drop(fleet, placed);
    pthread_cond_broadcast(&fleet->arrived);
    pthread_mutex_unlock(&fleet->lock);
    return copy || !path ? 0 : -ENOMEM;
}

static int path_give(const char *path, char *ret_path, size_t len, struct vmtp_error *err)
{
    if (strlen(path) >= len)
        return vmtp_fail(err, -ENAMETOOLONG, "%s: its name is too long", path);
    memcpy(ret_path, path, strlen(path) + 1);
    return 0;
}

int fleet_put(struct fleet *fleet, const struct vmtp_endpoint *endpoint, const char *from,
              char *ret_path, size_t len, struct vmtp_error *err)
{
    const struct vmtp_cloud *cloud = cloud_of(fleet);
    struct placed *mine = NULL;
    const char *path = NULL;
    int r, settled;

    if (!cloud->put)
        return path_give(from, ret_path, len, err);
    r = placed_claim(fleet, endpoint, from, &path, &mine);
    if (r < 0)
        return vmtp_fail(err, r, "out of memory");
    if (path)
        return path_give(path, ret_path, len, err);
    r = cloud->put(&fleet->cloud->self, endpoint, from, ret_path, len, err);
    settled = placed_settle(fleet, mine, r < 0 ? NULL : ret_path);
    if (r < 0)
        return vmtp_wrap(err, "endpoint %s", endpoint->name);
    return settled < 0 ? vmtp_fail(err, settled, "out of memory") : 0;
}

int fleet_know(struct fleet *fleet, const struct vmtp_endpoint *endpoint, const char *name,
               const char *path)
{
    struct placed *placed;

    pthread_mutex_lock(&fleet->lock);
    placed = placed_add(fleet, endpoint, name);
    pthread_mutex_unlock(&fleet->lock);
    return placed ? placed_settle(fleet, placed, path) : -ENOMEM;
}

const char *fleet_known(struct fleet *fleet, const struct vmtp_endpoint *endpoint, const char *name)
{
    const struct placed *placed;
    const char *path;

    pthread_mutex_lock(&fleet->lock);
    placed = placed_find(fleet, endpoint, name);
    path = placed ? placed->path : NULL;
    pthread_mutex_unlock(&fleet->lock);
    return path;
}
