/* SPDX-License-Identifier: Apache-2.0
 *
 * openstack: machines, networks and a router on an OpenStack; and provider: machines on a network
 * that is there.
 *
 * An instance's state is a struct deployment.  The client is made when it is first needed, by
 * deploy() or, for a run that crashed, by undeploy().
 */
#include <stdlib.h>

#include <vmtp/plugin.h>

#include "../../common/ssh/endpoint.h"
#include "credentials.h"
#include "deployment.h"
#include "kind.h"

/* ---- life ---- */

static int client_ensure(struct vmtp_self *self, struct vmtp_error *err)
{
    struct deployment *all = deployment_of(self);
    int r = 0;

    if (!all->credentials)
        r = os_credentials_new(self, self->opt, &all->credentials, err);
    if (r == 0 && !all->client)
        r = os_client_new(self, self->opt, all->credentials, &all->client, err);
    return r;
}

static void openstack_close(struct vmtp_self *self)
{
    struct deployment *all = deployment_of(self);

    machines_leave(self, all->machines, all->machine_count);
    access_close(&all->access);
    stock_clear(&all->stock);
    blueprint_free(all->blueprint);
    os_client_free(all->client);
    os_credentials_free(all->credentials);
}

/* One for each of the blueprint, then the external host. */
static int machines_make(struct vmtp_self *self, struct vmtp_error *err)
{
    struct deployment *all = deployment_of(self);
    const struct blueprint *blueprint = all->blueprint;
    size_t count = blueprint->machine_count + (blueprint->external_host ? 1 : 0);
    struct os_machine *machines = self->host->alloc(self, (count + 1) * sizeof *machines);

    if (!machines)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    for (uint32_t i = 0; i < blueprint->machine_count; i++) {
        machines[i].plan = &blueprint->machines[i];
        machines[i].name = blueprint->machines[i].name;
    }
    if (blueprint->external_host)
        machines[count - 1].name = OS_EXTERNAL_HOST;
    all->machines = machines;
    all->machine_count = count;
    return 0;
}

static int machine_announce(struct vmtp_self *self, struct os_machine *machine,
                            struct vmtp_error *err)
{
    struct vmtp_endpoint endpoint = { .size = sizeof endpoint,
                                      .name = machine->name,
                                      .address = machine->port.ip4,
                                      .location = machine->location,
                                      .priv = &machine->place };

    if (!machine->plan)
        endpoint.address = machine->place.peer;
    else if (!*machine->port.ip4)
        endpoint.address = machine->port.ip6;
    return self->host->endpoint(self, &endpoint, err);
}

static int machines_announce(struct vmtp_self *self, struct vmtp_error *err)
{
    struct deployment *all = deployment_of(self);
    int r = 0;

    for (size_t i = 0; r == 0 && i < all->machine_count; i++) {
        struct os_machine *machine = &all->machines[i];

        if (!machine->plan)
            r = deployment_admit(all, machine, err);
        if (r == 0)
            r = machine_announce(self, machine, err);
    }
    return r;
}

/* Everything that asks before anything is made. */
static int deploy_prepare(struct vmtp_self *self, const struct vmtp_table *wants,
                          const struct vmtp_table *routes, struct vmtp_error *err)
{
    struct deployment *all = deployment_of(self);
    int r = blueprint_make(self->opt, wants, routes, &all->blueprint, err);

    if (r == 0)
        r = client_ensure(self, err);
    if (r == 0)
        r = access_open(self, &all->access, err);
    if (r == 0)
        r = stock_take(all->client, self->opt, all->blueprint, &all->stock, err);
    if (r == 0)
        r = machines_make(self, err);
    if (r == 0 && all->blueprint->external_host)
        r = external_enter(self, &all->access, &all->machines[all->machine_count - 1], err);
    return r;
}

static int openstack_deploy(struct vmtp_self *self, const char *run, const struct vmtp_table *wants,
                            const struct vmtp_table *routes, struct vmtp_error *err)
{
    struct deployment *all = deployment_of(self);
    int r = deploy_prepare(self, wants, routes, err);

    snprintf(all->run, sizeof all->run, "%s", run);
    if (r == 0)
        r = deployment_build(self, err);
    if (r == 0)
        r = machines_enter(self, all->client, &all->access, all->machines, all->machine_count, err);
    if (r == 0)
        r = machines_announce(self, err);
    if (r < 0)
        return r;
    deployment_prove(self, routes);
    deployment_tell(self);
    controller_tell(self);
    return 0;
}

static int openstack_undeploy(struct vmtp_self *self, const char *run,
                              const struct vmtp_table *owned, struct vmtp_error *err)
{
    struct deployment *all = deployment_of(self);
    int r;

    machines_leave(self, all->machines, all->machine_count);
    if (owned->count == 0)
        return 0;
    r = client_ensure(self, err);
    return r < 0 ? r : kinds_remove(all->client, run, owned, err);
}

/* ---- tables ---- */

/* What the two clouds have in common. */
#define OPS                                                                                        \
    .size = sizeof(struct vmtp_cloud), .endpoint_options = VMTP_TABLE(os_endpoint_rows),           \
    .endpoint_opt_size = sizeof(struct os_endpoint_options), .placements = blueprint_placements,   \
    .resolve = blueprint_resolve, .deploy = openstack_deploy, .undeploy = openstack_undeploy,      \
    .reach = deployment_reach, .spawn = ssh_endpoint_spawn, .signal = ssh_endpoint_signal,         \
    .reap = ssh_endpoint_reap, .put = ssh_endpoint_put, .check_endpoint = os_endpoint_check,       \
    .needs = blueprint_needs, .asks = os_credentials_asks
#define COMPONENT                                                                                  \
    .size = sizeof(struct vmtp_component), .kind = VMTP_CLOUD,                                     \
    .opt_size = sizeof(struct os_options), .state_size = sizeof(struct deployment),                \
    .check = os_options_check, .close = openstack_close

static const struct vmtp_cloud openstack_cloud = { OPS, .paths = blueprint_paths };
static const struct vmtp_cloud provider_cloud = { OPS, .paths = provider_paths };

static const struct vmtp_component openstack = {
    COMPONENT,
    .name = "openstack",
    .summary = "Machines, networks and a router on an OpenStack, made for the run",
    .options = { os_rows + OS_ROWS_OF_PROVIDER, OS_ROWS - OS_ROWS_OF_PROVIDER, sizeof *os_rows },
    .ops = &openstack_cloud,
};

static const struct vmtp_component provider = {
    COMPONENT,
    .name = "provider",
    .summary = "Machines made for the run on an existing network of an OpenStack",
    .options = { os_rows, OS_ROWS - OS_ROWS_OF_OPENSTACK, sizeof *os_rows },
    .ops = &provider_cloud,
};

VMTP_MODULE(.name = "openstack", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&openstack, &provider));
