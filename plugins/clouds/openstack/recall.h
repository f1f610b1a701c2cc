/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client has asked once and remembers: answers that stay the same while it lives.
 *
 * Part of a client, under a lock of its own.
 */
#ifndef OPENSTACK_RECALL_H
#define OPENSTACK_RECALL_H

#include <pthread.h>

#include <jansson.h>

struct recall {
    pthread_mutex_t lock; /* of the answers, and held while one is asked for */
    json_t *answers;      /* by service and path */
};

void recall_init(struct recall *recall);
void recall_clear(struct recall *recall);

#endif
