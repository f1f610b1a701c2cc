/* SPDX-License-Identifier: Apache-2.0
 *
 * One existing machine: what the scenario says of it, how to log in there, and the place that it
 * becomes while the run has it.
 *
 * Machines and what they point to live as long as the instance; [any] may read them between deploy
 * and undeploy.
 */
#ifndef HOSTS_MACHINE_H
#define HOSTS_MACHINE_H

#include <vmtp/cloud.h>

#include "../../common/ssh/keyring.h"
#include "../../common/ssh/place.h"

struct hosts_options {
    const char *user, *key, *passphrase, *password, *known_hosts, *jump, *jump_password;
    uint64_t port, timeout_ns;
    int agent, host_keys;
};

struct hosts_endpoint_options {
    const char *ssh, *password, *key, *passphrase, *jump, *interface, *address;
};

struct machine {
    const char *name;
    const struct hosts_endpoint_options *opt;
    struct ssh_target *target;
    struct ssh_place place;
};

/* Jump hosts, which many machines share. */
struct jumps {
    struct jump *first;
};

/* Pure: are these right in themselves? */
int machine_check(const struct hosts_endpoint_options *opt, struct vmtp_error *err);
/* "user@host:port", several of them separated by commas; "" is fine. */
int machine_check_jump(const char *text, struct vmtp_error *err);

/* Whom to log in to, and how. */
int machine_aim(struct vmtp_self *self, struct ssh_keyring *keyring, struct ssh_trust *trust,
                struct jumps *jumps, struct machine *machine, struct vmtp_error *err);
/* The numeric address of its data plane for this family; 0: whichever it has. */
int machine_address(const struct machine *machine, uint32_t family, char ret[VMTP_ADDRESS_MAX],
                    struct vmtp_error *err);

#endif
