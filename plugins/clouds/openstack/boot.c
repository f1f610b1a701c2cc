/* SPDX-License-Identifier: Apache-2.0
 *
 * Servers: asked for, and awaited until they are active; see build.h.
 *
 * Who may choose hosts gets all of them at once.  Who may not gets a server group for each node,
 * which keeps its servers on one host; that two nodes are on two hosts can only be hoped for, seen
 * (by the host's id, which everybody is shown) and tried again.
 */
#include <stdlib.h>

#include "build.h"
#include "crew.h"
#include "delay.h"
#include "interfaces.h"
#include "kind.h"

#define TRIES 3

/* ---- one server ---- */

/* The first machine of a node; NULL: it has none, as OS_ANYWHERE is none. */
static struct os_machine *leader_of(const struct build *build, uint32_t node)
{
    const struct blueprint *blueprint = build->all->blueprint;

    for (uint32_t i = 0; node != OS_ANYWHERE && i < blueprint->machine_count; i++)
        if (blueprint->machines[i].node == node)
            return &build->all->machines[i];
    return NULL;
}

static int files_make(const struct build *build, const struct os_machine *machine,
                      struct interfaces *file, struct os_server_want *want, struct vmtp_pair *pair,
                      struct vmtp_error *err)
{
    const char *image = build->opt->image_url ? build->opt->image_url : build->opt->image;
    struct os_subnet subnet;
    int r;

    if (build->opt->dhcp || !*machine->port.subnet4)
        return 0;
    r = network_subnet_get(build->client, machine->port.subnet4, &subnet, err);
    if (r == 0)
        r = interfaces_make(image, &machine->port, &subnet, file, err);
    if (r < 0)
        return r;
    *pair = (struct vmtp_pair){ file->path, file->text };
    want->files = pair;
    want->file_count = 1;
    want->config_drive = true;
    return 0;
}

static void want_group(const struct build *build, const struct os_machine *machine,
                       struct os_server_want *want)
{
    uint32_t node = machine->plan->node;

    if (!build->affinity || node == OS_ANYWHERE)
        return;
    if (*build->affinity[node])
        want->server_group = build->affinity[node];
    if (node > 0 && machine == leader_of(build, node))
        want->apart = leader_of(build, node - 1)->server.id;
}

int boot_server(struct build *build, size_t i, struct vmtp_error *err)
{
    struct os_machine *machine = &build->all->machines[i];
    const char *const ports[] = { machine->port.id };
    const char *zone = build->all->stock.zones[i];
    char label[OS_NAME_MAX];
    struct os_server_want want = { .name = label,
                                   .image = build->image,
                                   .flavor = build->flavor,
                                   .keypair = build->keypair,
                                   .zone = *zone ? zone : NULL,
                                   .ports = ports,
                                   .port_count = 1,
                                   .user_data = build->user_data,
                                   .user_data_len = build->user_data_len,
                                   .config_drive = build->opt->config_drive };
    struct interfaces file;
    struct vmtp_pair pair;
    int r = files_make(build, machine, &file, &want, &pair, err);

    want_group(build, machine, &want);
    build_label(build, machine, label);
    if (r == 0)
        r = kind_owns(build->client, OS_KIND_SERVER, label, err);
    if (r < 0)
        return r;
    r = compute_server_create(build->client, &want, machine->server.id, err);
    return kind_asked(build->client, OS_KIND_SERVER, label, r);
}

/* ---- all of them ---- */

static int servers_look(struct build *build, struct vmtp_error *err)
{
    struct os_server *servers = NULL;
    char suffix[OS_NAME_MAX];
    size_t count = 0;
    int r;

    snprintf(suffix, sizeof suffix, "-%s", build->all->run);
    r = compute_servers(build->client, suffix, &servers, &count, err);
    for (uint32_t i = 0; r == 0 && i < build->all->blueprint->machine_count; i++)
        for (size_t at = 0; at < count; at++)
            if (strcmp(build->all->machines[i].server.id, servers[at].id) == 0)
                build->all->machines[i].server = servers[at];
    free(servers);
    return r;
}

static bool is_lost(const struct os_server *server)
{
    return strcmp(server->status, "ERROR") == 0;
}

static bool is_well(const struct os_server *server)
{
    return !is_lost(server);
}

static bool is_active(const struct os_server *server)
{
    return strcmp(server->status, "ACTIVE") == 0;
}

static bool has_place(const struct os_server *server)
{
    return *server->host_id || is_lost(server) || is_active(server);
}

/* The first one that is asked for and not yet so; NULL: they all are. */
static const struct os_machine *first_not(const struct build *build,
                                          bool (*is)(const struct os_server *))
{
    for (uint32_t i = 0; i < build->all->blueprint->machine_count; i++) {
        const struct os_machine *machine = &build->all->machines[i];

        if (*machine->server.id && !is(&machine->server))
            return machine;
    }
    return NULL;
}

static int await_fail(const struct build *build, const struct os_machine *machine,
                      struct vmtp_error *err)
{
    return vmtp_fail(err, -ETIMEDOUT,
                     "server of %s is not active after %llu s but %s%s%s: boot-timeout gives more",
                     machine->name, (unsigned long long)(build->opt->boot_timeout_ns / NS_PER_S),
                     *machine->server.status ? machine->server.status : "not there",
                     *machine->server.task ? ", " : "", machine->server.task);
}

static int servers_await(struct build *build, bool (*are)(const struct os_server *),
                         struct vmtp_error *err)
{
    struct delay delay = { 0 };
    const struct os_machine *machine;

    while ((machine = first_not(build, are))) {
        int r = servers_look(build, err);

        machine = first_not(build, are);
        if (r < 0 || !machine || (are == is_active && first_not(build, is_well)))
            return r;
        if (atomic_load(&build->failed))
            return vmtp_fail(err, -ECANCELED, "something else could not be made");
        if (clock_now_ns() >= build->boot_end_ns)
            return await_fail(build, machine, err);
        r = delay_wait(&delay, build->self);
        if (r == -ETIMEDOUT)
            return await_fail(build, machine, err);
        if (r < 0)
            return vmtp_fail(err, r, "cancelled");
    }
    return 0;
}

static int lost_fail(const struct os_machine *machine, struct vmtp_error *err)
{
    return vmtp_fail(err, -EREMOTEIO, "server of %s: %s", machine->name,
                     *machine->server.fault ? machine->server.fault : "the cloud made it an ERROR");
}

int boot_await(struct build *build, struct vmtp_error *err)
{
    int r;

    build->self->host->progress(build->self, 0.5, "waiting for machines");
    r = servers_await(build, is_active, err);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < build->all->blueprint->machine_count; i++)
        if (is_lost(&build->all->machines[i].server))
            return lost_fail(&build->all->machines[i], err);
    return 0;
}

/* ---- nodes ---- */

/* Some machines of a node: its leader, or all others. */
struct party {
    struct build *build;
    uint32_t node;
    bool leader;
};

static bool is_in(const struct party *party, const struct os_machine *machine)
{
    return machine->plan->node == party->node &&
           (machine == leader_of(party->build, party->node)) == party->leader;
}

static int party_boot(void *arg, size_t i, struct vmtp_error *err)
{
    const struct party *party = arg;
    const struct os_machine *machine = &party->build->all->machines[i];

    return is_in(party, machine) && !*machine->server.id ? boot_server(party->build, i, err) : 0;
}

/* A leader is where no other is, the others are where theirs is. */
static bool fits(const struct party *party, const struct os_machine *machine)
{
    const struct os_machine *leader = leader_of(party->build, party->node);

    if (is_lost(&machine->server))
        return false;
    if (!party->leader)
        return strcmp(machine->server.host_id, leader->server.host_id) == 0;
    for (uint32_t node = 0; node < party->node; node++)
        if (strcmp(leader_of(party->build, node)->server.host_id, machine->server.host_id) == 0)
            return false;
    return true;
}

/* It is deleted, so that its port is free again for the next try. */
static int server_drop(struct build *build, struct os_machine *machine, struct vmtp_error *err)
{
    struct delay delay = { 0 };
    struct os_server gone;
    int r = os_delete(build->client, OS_COMPUTE, err, "/servers/%s", machine->server.id);

    while (r == 0) {
        r = compute_server_get(build->client, machine->server.id, &gone, err);
        if (r == -ENOENT || (r == 0 && strcmp(gone.status, "DELETED") == 0))
            break;
        if (r < 0)
            break;
        r = delay_wait(&delay, build->self);
        if (r < 0)
            vmtp_fail(err, r,
                      r == -ECANCELED ? "interrupted" : "it is still there after its deletion");
    }
    if (r < 0 && r != -ENOENT)
        return vmtp_wrap(err, "server of %s", machine->name);
    machine->server = (struct os_server){ 0 };
    return 0;
}

static int party_fail(const struct party *party, const struct os_machine *machine,
                      struct vmtp_error *err)
{
    if (is_lost(&machine->server))
        return lost_fail(machine, err);
    if (party->leader)
        return vmtp_fail(err, -EBUSY,
                         "server of %s: the cloud put it on a host where it must not be, %d times: "
                         "hosts, which takes an admin's rights, names others",
                         machine->name, TRIES);
    return vmtp_fail(err, -EBUSY,
                     "server of %s: the cloud put it on another host than %s, %d times: hosts, "
                     "which takes an admin's rights, names one",
                     machine->name, leader_of(party->build, party->node)->name, TRIES);
}

/* Drops those that are at a wrong place; returns how many that were. */
static int party_sift(const struct party *party, bool last, struct vmtp_error *err)
{
    struct build *build = party->build;
    int r = 0, wrong = 0;

    for (uint32_t i = 0; r == 0 && i < build->all->blueprint->machine_count; i++) {
        struct os_machine *machine = &build->all->machines[i];

        if (!is_in(party, machine) || fits(party, machine))
            continue;
        wrong++;
        r = last ? party_fail(party, machine, err) : server_drop(build, machine, err);
    }
    return r < 0 ? r : wrong;
}

static int party_settle(struct build *build, uint32_t node, bool leader, struct vmtp_error *err)
{
    struct party party = { build, node, leader };
    int r = 1;

    for (int try = 1; r > 0 && try <= TRIES; try++) {
        r = crew_run(build->all->blueprint->machine_count, party_boot, &party, err);
        if (r == 0)
            r = servers_await(build, has_place, err);
        if (r == 0)
            r = party_sift(&party, try == TRIES, err);
    }
    return r;
}

static int follower_boot(void *arg, size_t i, struct vmtp_error *err)
{
    struct build *build = arg;

    return *build->all->machines[i].server.id ? 0 : boot_server(build, i, err);
}

/* Where a leader is must be known before the next one is asked for; all others are asked for at
 * once, and only then looked at. */
int boot_nodes(struct build *build, struct vmtp_error *err)
{
    uint32_t nodes = build->all->blueprint->node_count;
    int r = 0;

    for (uint32_t node = 0; r == 0 && node < nodes; node++)
        r = party_settle(build, node, true, err);
    if (r == 0)
        r = crew_run(build->all->blueprint->machine_count, follower_boot, build, err);
    for (uint32_t node = 0; r == 0 && node < nodes; node++)
        r = party_settle(build, node, false, err);
    return r;
}
