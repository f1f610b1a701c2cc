/* SPDX-License-Identifier: Apache-2.0
 *
 * The run's machines: servers of the cloud, and the external host, each a place that is reached
 * over SSH.
 *
 * Built by the thread that deploys; [any] may read between deploy and undeploy.
 */
#ifndef OPENSTACK_MACHINE_H
#define OPENSTACK_MACHINE_H

#include "../../common/ssh/keyring.h"
#include "../../common/ssh/place.h"
#include "blueprint.h"
#include "compute.h"
#include "network.h"

struct os_machine {
    const struct bp_machine *plan; /* NULL: the external host */
    const char *name;
    struct os_port port;
    struct os_floating floating; /* id "": none */
    struct os_server server;
    const struct os_machine *jump; /* the way in goes through it; NULL: directly */
    struct ssh_target target;
    struct ssh_wish wish;
    struct ssh_place place;
    char location[VMTP_ADDRESS_MAX * 4]; /* "zone:host", "zone" */
};

/* What logging in takes, for all machines of the run. */
struct os_access {
    struct ssh_keyring *keyring;
    struct ssh_trust fresh;  /* servers of our own: what they show first is held against them */
    struct ssh_trust strict; /* the external host and the controller */
    struct ssh_loop *loop;
    struct ssh_key *own_key; /* made for the run; NULL: the person's is used */
    char public_key[4096];   /* as the cloud is given it: "ssh-ed25519 AAAA... vmtp" */
};

int access_open(struct vmtp_self *self, struct os_access *access, struct vmtp_error *err);
/* Also after an open that failed.  The places must have ended. */
void access_close(struct os_access *access);

/* Log in to the external host, which is there already: before anything is made for it. */
int external_enter(struct vmtp_self *self, struct os_access *access, struct os_machine *machine,
                   struct vmtp_error *err);
/* Log in to all servers, each as soon as it answers: a server that boots refuses and ignores for a
 * while, until opt->ssh_timeout_ns.  What fails names the machine, its address, and what its
 * console last said. */
int machines_enter(struct vmtp_self *self, struct os_client *client, struct os_access *access,
                   struct os_machine *machines, size_t count, struct vmtp_error *err);
/* Any number of times.  The external host is waited for until all that was put there is gone;
 * servers go themselves. */
void machines_leave(struct vmtp_self *self, struct os_machine *machines, size_t count);

#endif
