/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking away what a run has made: see kinds_remove() in kind.h.
 *
 * A go: first all things of the ledger's rows are looked for, each kind by one list.  Then they are
 * deleted in waves, those of a wave at the same time.  A row is dropped from the ledger once
 * nothing is left of it; one that fails keeps its place there and does not stop the others.
 *
 * A row of which nothing is found, or what was found was not there to be deleted, may stand for a
 * request that was under way when vmtp was killed.  While it is young, and while something else is
 * in use, by what may have shown up since, it is kept, and there is another go.
 *
 * Owner: the thread that cleans up; crews work on rows and things of their own, and append things
 * under the lock.
 */
#include <pthread.h>
#include <stdlib.h>

#include "compute.h"
#include "crew.h"
#include "delay.h"
#include "kind.h"
#include "network.h"

#define LATE_NS  (30 * NS_PER_S)  /* what a request that was cut off may take to show */
#define STUCK_NS (3 * NS_PER_S)   /* in use for longer: the others first, then another go */
#define DYING_NS (120 * NS_PER_S) /* the same for servers */

struct row {
    const char *label; /* the ledger's, behind the project */
    enum os_kind kind;
    uint64_t late_ns; /* what is not found by then does not come any more */
    size_t found;
    bool dropped; /* from the ledger */
    int status;   /* why it can't be */
};

/* Something in the cloud that has a row's label. */
struct thing {
    struct row *row;
    char id[OS_NAME_MAX];
    int status;
};

struct demolition {
    struct os_client *client;
    struct vmtp_self *self;
    const char *run;
    struct row *rows;
    size_t row_count;
    enum kind_wave wave;  /* that is being deleted */
    pthread_mutex_t lock; /* of what follows */
    struct thing *things;
    size_t thing_count, thing_room;
    int status; /* of the first failure */
    struct vmtp_error err;
};

static void demolition_fail(struct demolition *all, int status, const struct vmtp_error *err)
{
    pthread_mutex_lock(&all->lock);
    if (all->status == 0) {
        all->status = status;
        all->err = *err;
    }
    pthread_mutex_unlock(&all->lock);
}

/* ---- rows ---- */

static bool is_of_run(const char *label, const char *run)
{
    size_t len = strlen(label), tail = strlen(run);

    return tail > 0 && len > tail && label[len - tail - 1] == '-' &&
           strcmp(label + len - tail, run) == 0;
}

/* Whoever looks in another project, or as another user for key pairs, finds nothing, and would take
 * it for gone. */
static int label_read(const struct demolition *all, enum os_kind kind,
                      const struct vmtp_owned *line, const char **ret, struct vmtp_error *err)
{
    const char *owner = kind_owner(kind, all->client), *slash = strchr(line->id, '/');
    const char *what = kind == OS_KIND_KEYPAIR ? "user" : "project";
    size_t len = slash ? (size_t)(slash - line->id) : 0;

    if (!slash || strlen(owner) != len || strncmp(line->id, owner, len) != 0)
        return vmtp_fail(err, -EPERM,
                         "it is of %s %.*s, and the credentials are of %s %s: use those that the "
                         "run had",
                         what, (int)len, line->id, what, *owner ? owner : "none");
    *ret = slash + 1;
    if (!is_of_run(*ret, all->run))
        return vmtp_fail(err, -EINVAL, "it is not of run %s", all->run);
    return 0;
}

static int rows_read(struct demolition *all, const struct vmtp_table *owned, struct vmtp_error *err)
{
    all->rows = calloc(owned->count + 1, sizeof *all->rows);
    if (!all->rows)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    for (uint32_t i = 0; i < owned->count; i++) {
        const struct vmtp_owned *line =
            (const void *)((const char *)owned->rows + (size_t)i * owned->stride);
        struct row *row = &all->rows[all->row_count++];

        row->late_ns = line->age_ns < LATE_NS ? clock_now_ns() + LATE_NS - line->age_ns : 0;
        if (!kind_of(line->kind, &row->kind))
            return vmtp_fail(err, -EINVAL, "the ledger has a '%.40s', which this cloud never makes",
                             line->kind);
        if (label_read(all, row->kind, line, &row->label, err) < 0)
            return vmtp_wrap(err, "the ledger's %s '%.120s'", line->kind, line->id);
    }
    return 0;
}

/* What the thing is called in the cloud: of an interface, its subnet. */
static const char *row_name(const struct row *row)
{
    const char *space = row->kind == OS_KIND_INTERFACE ? strchr(row->label, ' ') : NULL;

    return space ? space + 1 : row->label;
}

/* ---- looking ---- */

static int thing_add(struct demolition *all, struct row *row, const char *id)
{
    struct thing *thing;

    if (all->thing_count == all->thing_room) {
        size_t room = all->thing_room ? 2 * all->thing_room : 64;
        struct thing *more = reallocarray(all->things, room, sizeof *more);

        if (!more)
            return -ENOMEM;
        all->things = more;
        all->thing_room = room;
    }
    thing = &all->things[all->thing_count++];
    *thing = (struct thing){ .row = row };
    snprintf(thing->id, sizeof thing->id, "%s", id);
    row->found++;
    return 0;
}

/* A cloud that keeps no descriptions: a floating address has the name of its port. */
static bool label_by_port(struct os_client *client, const json_t *object, char ret[OS_NAME_MAX])
{
    char port[OS_ID_MAX];
    json_t *answer = NULL;
    bool found;

    if (json_object_get(object, "description") || !os_text(object, "port_id", port, sizeof port) ||
        os_get(client, OS_NETWORK, &answer, NULL, "/ports/%s", port) < 0)
        return false;
    found = os_text(json_object_get(answer, "port"), "name", ret, OS_NAME_MAX);
    json_decref(answer);
    return found;
}

/* Everything in the list that has a row's label, also if several have it. */
static int things_match(struct demolition *all, enum os_kind kind, const json_t *object)
{
    const struct kind *how = &os_kinds[kind];
    const json_t *inner = kind == OS_KIND_KEYPAIR ? json_object_get(object, "keypair") : NULL;
    char label[OS_NAME_MAX], id[OS_NAME_MAX];
    int r = 0;

    object = inner ? inner : object;
    if (!os_text(object, how->id, id, sizeof id))
        return 0;
    if (!os_text(object, how->label, label, sizeof label) &&
        !(kind == OS_KIND_FLOATING && label_by_port(all->client, object, label)))
        return 0;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; r == 0 && i < all->row_count; i++)
        if (all->rows[i].kind == kind && !all->rows[i].dropped &&
            strcmp(row_name(&all->rows[i]), label) == 0)
            r = thing_add(all, &all->rows[i], id);
    pthread_mutex_unlock(&all->lock);
    return r;
}

static int kind_list(struct demolition *all, const struct kind *how, json_t **ret,
                     struct vmtp_error *err)
{
    char last = how->list[strlen(how->list) - 1];
    const char *tail = last == '=' ? os_client_project(all->client) : last == '-' ? all->run : "";

    return os_list(all->client, how->service, how->key, ret, err, "%s%s", how->list, tail);
}

static bool is_wanted(const struct demolition *all, enum os_kind kind)
{
    for (size_t i = 0; i < all->row_count; i++)
        if (all->rows[i].kind == kind && !all->rows[i].dropped)
            return true;
    return false;
}

static int kind_find(struct demolition *all, enum os_kind kind, struct vmtp_error *err)
{
    json_t *list = NULL, *object;
    size_t at;
    int r = kind_list(all, &os_kinds[kind], &list, err);

    if (r < 0)
        return r;
    json_array_foreach(list, at, object)
    {
        r = things_match(all, kind, object);
        if (r < 0)
            break;
    }
    json_decref(list);
    return r < 0 ? vmtp_fail(err, r, "out of memory") : 0;
}

/* What can't be looked for stays in the ledger. */
static int kind_look(void *arg, size_t i, struct vmtp_error *err)
{
    struct demolition *all = arg;
    enum os_kind kind = (enum os_kind)i;
    int r = is_wanted(all, kind) ? kind_find(all, kind, err) : 0;

    for (size_t at = 0; r < 0 && at < all->row_count; at++)
        if (all->rows[at].kind == kind)
            all->rows[at].status = r;
    if (r < 0)
        demolition_fail(all, r, err);
    return 0;
}

/* ---- deleting ---- */

static int thing_delete_once(struct demolition *all, const struct thing *thing,
                             struct vmtp_error *err)
{
    const struct kind *how = &os_kinds[thing->row->kind];
    char id[3 * OS_NAME_MAX], router[OS_ID_MAX];
    int r;

    if (how->path) {
        r = os_escape(thing->id, id, sizeof id);
        return r < 0 ? vmtp_fail(err, r, "its id is too long")
                     : os_delete(all->client, how->service, err, "%s%s", how->path, id);
    }
    snprintf(router, sizeof router, "%.*s", (int)strcspn(thing->row->label, " "),
             thing->row->label);
    return network_router_detach(all->client, router, thing->id, err);
}

/* It was in a list, and is not there now: it is gone, or not whole yet, as an interface that its
 * router does not have so far. */
static void thing_missed(struct demolition *all, const struct thing *thing)
{
    pthread_mutex_lock(&all->lock);
    thing->row->found--;
    pthread_mutex_unlock(&all->lock);
}

/* In use may pass. */
static int thing_delete(void *arg, size_t i, struct vmtp_error *err)
{
    uint64_t stuck_ns = clock_now_ns() + STUCK_NS;
    struct demolition *all = arg;
    struct thing *thing = &all->things[i];
    struct delay delay = { 0 };
    int r;

    if (os_kinds[thing->row->kind].wave != all->wave)
        return 0;
    do
        r = thing_delete_once(all, thing, err);
    while ((r == -EBUSY || r == -EREMOTEIO) && clock_now_ns() < stuck_ns &&
           delay_wait(&delay, all->self) == 0);
    if (r == -ENOENT)
        thing_missed(all, thing);
    if (r == 0 || r == -ENOENT)
        return 0;
    thing->status = r;
    vmtp_wrap(err, "%s %s", kind_name(thing->row->kind), thing->row->label);
    demolition_fail(all, r, err);
    return 0;
}

/* Is it still there?  One whose deletion has failed in the cloud is deleted again. */
static bool server_stays(struct demolition *all, const char *id, const struct os_server *servers,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct os_server *server = &servers[i];

        if (strcmp(server->id, id) != 0 || strcmp(server->status, "DELETED") == 0)
            continue;
        if (strcmp(server->status, "ERROR") == 0 && !*server->task)
            os_delete(all->client, OS_COMPUTE, NULL, "/servers/%s", id);
        return true;
    }
    return false;
}

static int servers_look(struct demolition *all, size_t *ret_left, struct vmtp_error *err)
{
    struct os_server *servers = NULL;
    char suffix[OS_NAME_MAX];
    size_t count = 0;
    int r;

    *ret_left = 0;
    snprintf(suffix, sizeof suffix, "-%s", all->run);
    r = compute_servers(all->client, suffix, &servers, &count, err);
    for (size_t i = 0; i < all->thing_count; i++) {
        struct thing *thing = &all->things[i];

        if (thing->row->kind != OS_KIND_SERVER)
            continue;
        if (r < 0)
            thing->status = r;
        else
            thing->status = server_stays(all, thing->id, servers, count) ? -EBUSY : 0;
        *ret_left += thing->status < 0;
    }
    free(servers);
    return r;
}

/* Ports and networks are in use until their servers are gone. */
static void servers_await(struct demolition *all)
{
    uint64_t dying_ns = clock_now_ns() + DYING_NS;
    struct vmtp_error err = { 0 };
    struct delay delay = { 0 };
    size_t left = 0;
    int r;

    do
        r = servers_look(all, &left, &err);
    while (r == 0 && left && clock_now_ns() < dying_ns && delay_wait(&delay, all->self) == 0);
    if (r == 0 && left)
        r = vmtp_fail(&err, -EBUSY, "%zu servers are still there after their deletion", left);
    if (r < 0)
        demolition_fail(all, r, &err);
}

static void row_drop(struct demolition *all, struct row *row)
{
    if (row->dropped || row->status < 0)
        return;
    kind_freed(all->client, row->kind, row->label, NULL);
    row->dropped = true;
}

/* Those that were found and are gone. */
static void rows_drop(struct demolition *all)
{
    for (size_t i = 0; i < all->thing_count; i++)
        if (all->things[i].status < 0)
            all->things[i].row->status = all->things[i].status;
    for (size_t i = 0; i < all->row_count; i++) {
        struct row *row = &all->rows[i];
        bool dies = row->kind == OS_KIND_SERVER && all->wave < WAVE_PORTS;

        if (row->found && os_kinds[row->kind].wave <= all->wave && !dies)
            row_drop(all, row);
    }
}

static bool has_servers(const struct demolition *all)
{
    for (size_t i = 0; i < all->thing_count; i++)
        if (all->things[i].row->kind == OS_KIND_SERVER)
            return true;
    return false;
}

static void things_delete(struct demolition *all)
{
    for (all->wave = WAVE_FIRST; all->wave <= WAVE_LAST; all->wave++) {
        if (all->wave == WAVE_PORTS && has_servers(all))
            servers_await(all);
        crew_run(all->thing_count, thing_delete, all, NULL);
        rows_drop(all);
    }
}

static void demolition_go(struct demolition *all)
{
    all->status = 0;
    all->thing_count = 0;
    for (size_t i = 0; i < all->row_count; i++) {
        all->rows[i].found = 0;
        all->rows[i].status = 0;
    }
    crew_run(OS_KIND_COUNT, kind_look, all, NULL);
    things_delete(all);
}

/* Drops rows of which nothing was found and nothing can come; says whether it was all of them. */
static bool rows_settle(struct demolition *all)
{
    uint64_t now_ns = clock_now_ns();
    bool every = true;

    for (size_t i = 0; i < all->row_count; i++) {
        struct row *row = &all->rows[i];

        if (!row->found && row->late_ns <= now_ns)
            row_drop(all, row);
        every = every && row->dropped;
    }
    return every;
}

static int demolish(struct demolition *all, struct vmtp_error *err)
{
    struct delay delay = { 0 };
    int r = 0;

    do {
        demolition_go(all);
        if (all->status < 0 && all->status != -EBUSY)
            break;
        if (all->status == 0 && rows_settle(all))
            return 0;
        r = delay_wait(&delay, all->self);
    } while (r == 0);
    if (all->status == 0)
        return vmtp_fail(err, r, "what was being made may still come");
    if (err)
        *err = all->err;
    return all->status;
}

int kinds_remove(struct os_client *client, const char *run, const struct vmtp_table *owned,
                 struct vmtp_error *err)
{
    struct demolition all = { .client = client,
                              .self = os_client_self(client),
                              .run = run,
                              .lock = PTHREAD_MUTEX_INITIALIZER };
    int r = rows_read(&all, owned, err);

    if (r == 0)
        r = demolish(&all, err);
    free(all.things);
    free(all.rows);
    pthread_mutex_destroy(&all.lock);
    return r;
}
