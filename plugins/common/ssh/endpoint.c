/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint.h"

#include "../clock.h"

#define SPAWN_NS (60 * NS_PER_S) /* with a new connection and its back-off */
#define PUT_NS   (180 * NS_PER_S)

static struct ssh_patience patience_of(struct vmtp_self *self, uint64_t limit_ns)
{
    return (struct ssh_patience){ clock_now_ns() + limit_ns, self->host->cancel_fd(self) };
}

int ssh_endpoint_spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                       const struct vmtp_spawn *spawn, struct vmtp_channel *ret,
                       struct vmtp_error *err)
{
    struct ssh_patience patience = patience_of(self, SPAWN_NS);

    return ssh_place_spawn(endpoint->priv, spawn->argv, &patience, ret, err);
}

int ssh_endpoint_signal(struct vmtp_self *self, struct vmtp_channel *channel, int signal)
{
    (void)self;
    return ssh_place_signal(channel, signal);
}

int ssh_endpoint_reap(struct vmtp_self *self, struct vmtp_channel *channel)
{
    (void)self;
    return ssh_place_reap(channel);
}

int ssh_endpoint_put(struct vmtp_self *self, const struct vmtp_endpoint *endpoint, const char *from,
                     char *ret_path, size_t len, struct vmtp_error *err)
{
    struct ssh_patience patience = patience_of(self, PUT_NS);

    return ssh_place_put(endpoint->priv, from, &patience, ret_path, len, err);
}
