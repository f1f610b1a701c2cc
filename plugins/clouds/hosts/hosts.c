/* SPDX-License-Identifier: Apache-2.0
 *
 * hosts: existing machines, over SSH.
 *
 * An instance owns a keyring, one loop for all connections, and a machine for each endpoint, which
 * has the endpoint's place.  There is nothing for the ledger: a shell on each machine removes what
 * the run has made there when its connection ends (plugins/common/ssh/place.h).
 */
#include <stdlib.h>

#include <vmtp/plugin.h>

#include "../../common/clock.h"
#include "../../common/ssh/endpoint.h"
#include "machine.h"

#define UNDEPLOY_NS (20 * NS_PER_S)

struct state {
    struct ssh_keyring *keyring;
    struct ssh_trust trust;
    struct ssh_loop *loop;
    struct jumps jumps;
    struct machine *machines;
    size_t count;
};

static const struct vmtp_choice agents[] = {
    { "auto", SSH_AGENT_AUTO, "Its keys are tried if there is one" },
    { "on", SSH_AGENT_ON, "There must be one" },
    { "off", SSH_AGENT_OFF, "It is not asked" },
    { 0 },
};

static const struct vmtp_option options[] = {
    { .name = "user",
      VMTP_OPT_STRING(struct hosts_options, user),
      .help = "Who logs in where an endpoint does not say it; the local user unless given" },
    { .name = "port",
      VMTP_OPT_PORT(struct hosts_options, port),
      .def = "22",
      .min = 1,
      .max = 65535,
      .help = "The SSH port where an endpoint does not say it" },
    { .name = "key",
      VMTP_OPT_PATH(struct hosts_options, key),
      .help =
          "A private key; unless given, the agent's and ~/.ssh/id_ed25519, id_ecdsa and id_rsa" },
    { .name = "passphrase",
      VMTP_OPT_STRING(struct hosts_options, passphrase),
      .flags = VMTP_SECRET,
      .help = "Of the private keys" },
    { .name = "agent",
      VMTP_OPT_ENUM(struct hosts_options, agent, agents),
      .def = "auto",
      .help = "Whether the keys of the SSH agent are tried" },
    { .name = "password",
      VMTP_OPT_STRING(struct hosts_options, password),
      .flags = VMTP_SECRET,
      .help = "Where an endpoint has none of its own; keys are tried first" },
    { .name = "host-keys",
      VMTP_OPT_ENUM(struct hosts_options, host_keys, ssh_trust_policies),
      .def = "strict",
      .help = "Which servers are trusted" },
    { .name = "known-hosts",
      VMTP_OPT_PATH(struct hosts_options, known_hosts),
      .def = "~/.ssh/known_hosts",
      .help = "The keys of servers, beside /etc/ssh/ssh_known_hosts" },
    { .name = "timeout",
      VMTP_OPT_DURATION(struct hosts_options, timeout_ns),
      .def = "10s",
      .min = 100000000,
      .max = 600000000000,
      .help = "To connect to one server and log in" },
    { .name = "jump",
      VMTP_OPT_STRING(struct hosts_options, jump),
      .help = "Through this server, user@host:port; several with commas between them" },
    { .name = "jump-password",
      VMTP_OPT_STRING(struct hosts_options, jump_password),
      .flags = VMTP_SECRET,
      .help = "Of the jump hosts, which never get the endpoints' passwords" },
};

static const struct vmtp_option endpoint_options[] = {
    { .name = "ssh",
      VMTP_OPT_STRING(struct hosts_endpoint_options, ssh),
      .flags = VMTP_REQUIRED,
      .help = "The machine: user@host:port with a name, an IPv4 or a bracketed IPv6 address" },
    { .name = "password",
      VMTP_OPT_STRING(struct hosts_endpoint_options, password),
      .flags = VMTP_SECRET,
      .help = "Keys are tried first" },
    { .name = "key",
      VMTP_OPT_PATH(struct hosts_endpoint_options, key),
      .help = "A private key instead of the cloud's" },
    { .name = "passphrase",
      VMTP_OPT_STRING(struct hosts_endpoint_options, passphrase),
      .flags = VMTP_SECRET,
      .help = "Of the private key" },
    { .name = "jump",
      VMTP_OPT_STRING(struct hosts_endpoint_options, jump),
      .help = "Jump host instead of the cloud's" },
    { .name = "interface",
      VMTP_OPT_STRING(struct hosts_endpoint_options, interface),
      .help = "Traffic goes to the address of this interface" },
    { .name = "address",
      VMTP_OPT_ADDRESS(struct hosts_endpoint_options, address),
      .help = "Traffic goes to this address; unless given, to that of the SSH connection" },
};

static int hosts_check(const void *opt, struct vmtp_error *err)
{
    return machine_check_jump(((const struct hosts_options *)opt)->jump, err);
}

static int hosts_check_endpoint(const void *opt, struct vmtp_error *err)
{
    return machine_check(opt, err);
}

/* ---- life ---- */

static int hosts_open(struct vmtp_self *self, struct vmtp_error *err)
{
    struct state *state = self->state;

    return ssh_keyring_new(self, &state->keyring, err);
}

/* Places first: their connections go with the loop, and that uses keys and trust. */
static void hosts_close(struct vmtp_self *self)
{
    struct state *state = self->state;
    struct ssh_patience none = { 0, -1 };

    for (size_t i = 0; i < state->count; i++)
        ssh_place_end(&state->machines[i].place, &none, NULL);
    ssh_loop_free(state->loop);
    ssh_known_free(state->trust.known);
    ssh_keyring_free(state->keyring);
}

static int deploy_prepare(struct vmtp_self *self, const struct vmtp_table *wants,
                          struct vmtp_error *err)
{
    const struct hosts_options *opt = self->opt;
    struct state *state = self->state;
    int r;

    state->trust = (struct ssh_trust){ .policy = (enum ssh_trust_policy)opt->host_keys,
                                       .known = state->trust.known,
                                       .self = self };
    state->machines = self->host->alloc(self, (wants->count + 1) * sizeof *state->machines);
    if (!state->machines)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = ssh_known_load(opt->known_hosts, "/etc/ssh/ssh_known_hosts", &state->trust.known, err);
    return r < 0 ? r : ssh_loop_new(&state->loop, err);
}

static int machine_begin(struct vmtp_self *self, const struct vmtp_want *want,
                         struct vmtp_error *err)
{
    struct state *state = self->state;
    struct machine *machine = &state->machines[state->count];
    int r;

    machine->name = want->name;
    machine->opt = want->opt;
    if (!want->opt)
        return vmtp_fail(err, -EINVAL, "hosts has no endpoints of its own");
    r = machine_aim(self, state->keyring, &state->trust, &state->jumps, machine, err);
    if (r == 0)
        r = ssh_place_begin(&machine->place, state->loop, machine->target, err);
    if (r == 0)
        state->count++;
    return r;
}

static int machine_await(struct vmtp_self *self, struct machine *machine, struct vmtp_error *err)
{
    struct vmtp_endpoint endpoint = {
        .size = sizeof endpoint, .name = machine->name, .location = "", .priv = &machine->place
    };
    struct ssh_patience patience = { self->host->deadline_ns(self), self->host->cancel_fd(self) };
    char address[VMTP_ADDRESS_MAX];
    int r;

    if (!patience.deadline_ns)
        patience.deadline_ns = UINT64_MAX; /* each step of a login has a deadline of its own */
    r = ssh_place_await(&machine->place, &patience, err);
    if (r == 0)
        r = machine_address(machine, 0, address, err);
    if (r < 0)
        return r;
    vmtp_debug(self, "%s is a %s, reached at %s, with the folder %s", machine->name,
               machine->place.machine, address, machine->place.folder);
    endpoint.address = address;
    return self->host->endpoint(self, &endpoint, err);
}

/* All at once: the loop logs in everywhere while this waits for one after the other. */
static int hosts_deploy(struct vmtp_self *self, const char *run, const struct vmtp_table *wants,
                        const struct vmtp_table *routes, struct vmtp_error *err)
{
    struct state *state = self->state;
    int r = deploy_prepare(self, wants, err);

    (void)run;
    (void)routes;
    for (uint32_t i = 0; r == 0 && i < wants->count; i++) {
        const struct vmtp_want *want =
            (const void *)((const char *)wants->rows + (size_t)i * wants->stride);

        r = machine_begin(self, want, err);
        if (r < 0)
            return vmtp_wrap(err, "endpoint %s", want->name);
    }
    for (size_t i = 0; r == 0 && i < state->count; i++) {
        struct machine *machine = &state->machines[i];

        self->host->progress(self, (double)i / (double)state->count, "logging in");
        r = machine_await(self, machine, err);
        if (r < 0)
            return vmtp_wrap(err, "endpoint %s (%s)", machine->name, machine->opt->ssh);
    }
    return r;
}

/* All at once again.  What could not be seen through is the keeper's: nothing is left to try. */
static int hosts_undeploy(struct vmtp_self *self, const char *run, const struct vmtp_table *owned,
                          struct vmtp_error *err)
{
    struct ssh_patience patience = { clock_now_ns() + UNDEPLOY_NS, self->host->cancel_fd(self) };
    struct state *state = self->state;

    (void)run;
    (void)owned;
    (void)err;
    for (size_t i = 0; i < state->count; i++)
        ssh_place_release(&state->machines[i].place);
    for (size_t i = 0; i < state->count; i++) {
        struct vmtp_error why = { 0 };

        if (ssh_place_end(&state->machines[i].place, &patience, &why) < 0)
            vmtp_warn(self, "endpoint %s: clean-up: %s", state->machines[i].name, why.text);
    }
    return 0;
}

static int hosts_reach(struct vmtp_self *self, const struct vmtp_route *route,
                       struct vmtp_reach *ret, struct vmtp_error *err)
{
    const struct state *state = self->state;
    struct vmtp_reach reach = { .size = sizeof reach };
    const struct machine *machine = NULL;
    int r;

    for (size_t i = 0; i < state->count && !machine; i++)
        if (strcmp(state->machines[i].name, route->to) == 0)
            machine = &state->machines[i];
    if (!machine)
        return vmtp_fail(err, -ENOENT, "endpoint %.60s is not deployed", route->to);
    r = machine_address(machine, route->family, reach.address, err);
    if (r == 0)
        vmtp_give(ret, &reach, sizeof reach);
    return r;
}

static const struct vmtp_cloud cloud = {
    .size = sizeof cloud,
    .endpoint_options = VMTP_TABLE(endpoint_options),
    .endpoint_opt_size = sizeof(struct hosts_endpoint_options),
    .deploy = hosts_deploy,
    .undeploy = hosts_undeploy,
    .reach = hosts_reach,
    .spawn = ssh_endpoint_spawn,
    .signal = ssh_endpoint_signal,
    .reap = ssh_endpoint_reap,
    .put = ssh_endpoint_put,
    .check_endpoint = hosts_check_endpoint,
};

static const struct vmtp_component hosts = {
    .size = sizeof hosts,
    .kind = VMTP_CLOUD,
    .name = "hosts",
    .summary = "Existing machines, over SSH",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct hosts_options),
    .state_size = sizeof(struct state),
    .check = hosts_check,
    .open = hosts_open,
    .close = hosts_close,
    .ops = &cloud,
};

VMTP_MODULE(.name = "hosts", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&hosts));
