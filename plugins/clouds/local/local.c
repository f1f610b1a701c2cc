/* SPDX-License-Identifier: Apache-2.0
 *
 * local: this machine itself, over loopback.
 *
 * Endpoints are only names: every one is this machine, and its commands are plain processes.  It
 * makes nothing, so there is nothing to remove; it needs no privilege.
 */
#include <vmtp/plugin.h>

#include "../../common/process.h"

#define LOOPBACK_MTU 65536

static const struct vmtp_path paths[] = {
    { "loopback", "From this machine to itself" },
};

static int local_paths(const void *opt, struct vmtp_table *ret, struct vmtp_error *err)
{
    static const struct vmtp_table table = VMTP_TABLE(paths);

    (void)opt;
    (void)err;
    *ret = table;
    return 0;
}

static void name_make(char ret[64], char end, uint32_t pair)
{
    if (pair > 1)
        snprintf(ret, 64, "local-%c-%u", end, pair);
    else
        snprintf(ret, 64, "local-%c", end);
}

static int local_resolve(const void *opt, const char *path, const char *placement, uint32_t pair,
                         char ret_from[64], char ret_to[64], struct vmtp_error *err)
{
    (void)opt;
    if (strcmp(path, "loopback") != 0)
        return vmtp_fail(err, -EINVAL, "no path '%.60s' on this machine: it offers loopback", path);
    if (*placement)
        return vmtp_fail(err, -EINVAL, "no placement '%.60s': there is only this machine",
                         placement);
    name_make(ret_from, 'a', pair);
    name_make(ret_to, 'b', pair);
    return 0;
}

static int local_deploy(struct vmtp_self *self, const char *run, const struct vmtp_table *wants,
                        const struct vmtp_table *routes, struct vmtp_error *err)
{
    (void)run;
    (void)routes;
    for (uint32_t i = 0; i < wants->count; i++) {
        const struct vmtp_want *want =
            (const void *)((const char *)wants->rows + (size_t)i * wants->stride);
        struct vmtp_endpoint endpoint = {
            .size = sizeof endpoint, .name = want->name, .address = "127.0.0.1", .location = ""
        };
        int r = self->host->endpoint(self, &endpoint, err);

        if (r < 0)
            return r;
    }
    return 0;
}

static int local_undeploy(struct vmtp_self *self, const char *run, const struct vmtp_table *owned,
                          struct vmtp_error *err)
{
    (void)self;
    (void)run;
    (void)owned;
    (void)err;
    return 0;
}

static int local_reach(struct vmtp_self *self, const struct vmtp_route *route,
                       struct vmtp_reach *ret, struct vmtp_error *err)
{
    struct vmtp_reach reach = { .size = sizeof reach, .mtu = LOOPBACK_MTU };

    (void)self;
    (void)err;
    snprintf(reach.address, sizeof reach.address, "%s", route->family == 6 ? "::1" : "127.0.0.1");
    vmtp_give(ret, &reach, sizeof reach);
    return 0;
}

static int local_spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                       const struct vmtp_spawn *spawn, struct vmtp_channel *ret,
                       struct vmtp_error *err)
{
    struct process_spec spec = { .argv = spawn->argv };

    (void)self;
    (void)endpoint;
    return process_start(&spec, ret, err);
}

static int local_signal(struct vmtp_self *self, struct vmtp_channel *channel, int signal)
{
    (void)self;
    return process_signal(channel, signal);
}

static int local_reap(struct vmtp_self *self, struct vmtp_channel *channel)
{
    (void)self;
    return process_reap(channel);
}

static const struct vmtp_cloud cloud = {
    .size = sizeof cloud,
    .paths = local_paths,
    .resolve = local_resolve,
    .deploy = local_deploy,
    .undeploy = local_undeploy,
    .reach = local_reach,
    .spawn = local_spawn,
    .signal = local_signal,
    .reap = local_reap,
};

static const struct vmtp_component local = {
    .size = sizeof local,
    .kind = VMTP_CLOUD,
    .name = "local",
    .summary = "This machine itself, over loopback",
    .ops = &cloud,
};

VMTP_MODULE(.name = "local", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&local));
