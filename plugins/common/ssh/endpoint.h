/* SPDX-License-Identifier: Apache-2.0
 *
 * What a cloud can do at an endpoint that is a place: the priv of the endpoint points to it.
 *
 * [any], as struct vmtp_cloud has them.
 */
#ifndef COMMON_SSH_ENDPOINT_H
#define COMMON_SSH_ENDPOINT_H

#include "place.h"

int ssh_endpoint_spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                       const struct vmtp_spawn *spawn, struct vmtp_channel *ret,
                       struct vmtp_error *err);
int ssh_endpoint_signal(struct vmtp_self *self, struct vmtp_channel *channel, int signal);
int ssh_endpoint_reap(struct vmtp_self *self, struct vmtp_channel *channel);
int ssh_endpoint_put(struct vmtp_self *self, const struct vmtp_endpoint *endpoint, const char *from,
                     char *ret_path, size_t len, struct vmtp_error *err);

#endif
