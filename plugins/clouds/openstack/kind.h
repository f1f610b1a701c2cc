/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of things a run makes in a cloud, as data: how each is found by its name, deleted, and
 * in which order.
 *
 * A thing's id in the ledger is its owner, a project or a user, and its name, which ends in the
 * run's id, and is written down before the thing is made.  A floating address, which has no name,
 * has it as its description; a router's interface is "ROUTER-ID SUBNET-NAME".  Constant.
 */
#ifndef OPENSTACK_KIND_H
#define OPENSTACK_KIND_H

#include "client.h"

enum os_kind {
    OS_KIND_FLOATING,
    OS_KIND_SERVER,
    OS_KIND_SERVER_GROUP,
    OS_KIND_KEYPAIR,
    OS_KIND_INTERFACE,
    OS_KIND_ROUTER,
    OS_KIND_PORT,
    OS_KIND_SUBNET,
    OS_KIND_NETWORK,
    OS_KIND_SECURITY_GROUP,
    OS_KIND_FLAVOR,
    OS_KIND_IMAGE,
    OS_KIND_COUNT
};

/* Kinds of one wave are deleted at the same time; servers are gone before wave PORTS begins. */
enum kind_wave { WAVE_FIRST, WAVE_INTERFACES, WAVE_ROUTERS, WAVE_PORTS, WAVE_SUBNETS, WAVE_LAST };

struct kind {
    const char *name; /* the ledger's */
    enum kind_wave wave;
    enum os_service service;
    const char *list;       /* the collection; "=" at its end: the project's id follows, "-": the
                               run's */
    const char *key;        /* of the array in the answer */
    const char *label, *id; /* members of each: the row's label, and by what it is deleted */
    const char *path;       /* of one, before its id; NULL: it is detached */
};

extern const struct kind os_kinds[OS_KIND_COUNT];

static inline const char *kind_name(enum os_kind kind)
{
    return os_kinds[kind].name;
}

bool kind_of(const char *name, enum os_kind *ret);

/* "pns-router-20261121-130829-1f3a8c02", with "-N" in front of the run's id for number N > 0. */
void kind_label(const char *base, unsigned int number, const char *run, char ret[OS_NAME_MAX]);

/* The id of the project or, of key pairs, the user that its things belong to: nobody else sees
 * them. */
const char *kind_owner(enum os_kind kind, const struct os_client *client);

/* The ledger's line, before the thing is made: "OWNER/LABEL", for who cleans up may have come with
 * other credentials.  [any] */
int kind_owns(struct os_client *client, enum os_kind kind, const char *label,
              struct vmtp_error *err);

/* It is gone again, or nobody's. [any] */
int kind_freed(struct os_client *client, enum os_kind kind, const char *label,
               struct vmtp_error *err);

/* Once it was asked for: where the service has refused (r), so that nothing was made, the line is
 * dropped again.  Returns r.  [any] */
int kind_asked(struct os_client *client, enum os_kind kind, const char *label, int r);

/* demolish.c: what clean-up does.  Everything of these rows (struct vmtp_owned) is deleted,
 * awaited, and dropped from the ledger; what is gone already is no error, what is still in use is
 * tried again with back-off until the deadline of the step.  A row whose label is not of this run
 * or whose owner is not the client's is refused. */
int kinds_remove(struct os_client *client, const char *run, const struct vmtp_table *owned,
                 struct vmtp_error *err);

#endif
