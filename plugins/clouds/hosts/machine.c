/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include "../../common/ssh/interface.h"

#include <arpa/inet.h>

#define JUMPS_MAX 8 /* one behind the other */

struct jump {
    struct jump *next;
    const char *text; /* up to and with this one */
    struct ssh_wish wish;
    struct ssh_target target;
};

static bool said(const char *text)
{
    return text && *text;
}

static const char *either(const char *text, const char *otherwise)
{
    return said(text) ? text : otherwise;
}

/* 4, 6, or 0: it is no numeric address */
static uint32_t family_of(const char *address)
{
    unsigned char binary[16];

    if (inet_pton(AF_INET, address, binary) == 1)
        return 4;
    return inet_pton(AF_INET6, address, binary) == 1 ? 6 : 0;
}

/* ---- what is written ---- */

/* The part of a list behind the last comma, and how long the part in front of it is. */
static const char *last_of(const char *text, size_t len, size_t *ret_front)
{
    const char *comma = memrchr(text, ',', len);

    *ret_front = comma ? (size_t)(comma - text) : 0;
    return comma ? comma + 1 : text;
}

static int jump_parse(const char *text, size_t len, struct ssh_spec *ret, size_t *ret_front,
                      struct vmtp_error *err)
{
    const char *last = last_of(text, len, ret_front);
    char copy[400];

    snprintf(copy, sizeof copy, "%.*s", (int)(text + len - last), last);
    return ssh_spec_parse(copy, ret, err);
}

int machine_check_jump(const char *text, struct vmtp_error *err)
{
    size_t len = text ? strlen(text) : 0;
    struct ssh_spec spec;
    int r = 0;

    for (int n = 0; r == 0 && len; n++) {
        if (n == JUMPS_MAX)
            return vmtp_fail(err, -EINVAL, "jump: more than %d hosts", JUMPS_MAX);
        r = jump_parse(text, len, &spec, &len, err);
    }
    return r < 0 ? vmtp_wrap(err, "jump") : 0;
}

int machine_check(const struct hosts_endpoint_options *opt, struct vmtp_error *err)
{
    struct ssh_spec spec;

    if (ssh_spec_parse(opt->ssh ? opt->ssh : "", &spec, err) < 0)
        return vmtp_wrap(err, "ssh");
    if (said(opt->address) && !family_of(opt->address))
        return vmtp_fail(err, -EINVAL, "address: '%.80s' is no IPv4 or IPv6 address", opt->address);
    if (said(opt->address) && said(opt->interface))
        return vmtp_fail(err, -EINVAL, "address and interface: give one of the two");
    return machine_check_jump(opt->jump, err);
}

/* ---- whom to log in to ---- */

static int target_fill(struct vmtp_self *self, struct ssh_keyring *keyring, struct ssh_trust *trust,
                       struct ssh_wish *wish, struct ssh_target *target, struct vmtp_error *err)
{
    const struct hosts_options *opt = self->opt;

    wish->user = either(target->spec.user, opt->user);
    wish->agent = (enum ssh_agent_use)opt->agent;
    if (!target->spec.port)
        target->spec.port = (uint16_t)opt->port;
    target->trust = trust;
    target->timeout_ns = opt->timeout_ns;
    return ssh_keyring_find(keyring, wish, &target->credentials, err);
}

/* The password is never that of the machine behind it. */
static int jump_make(struct vmtp_self *self, struct ssh_keyring *keyring, struct ssh_trust *trust,
                     struct jump *jump, struct vmtp_error *err)
{
    const struct hosts_options *opt = self->opt;
    int r;

    if (!jump->target.spec.port)
        jump->target.spec.port = 22;
    jump->wish.password = opt->jump_password;
    r = target_fill(self, keyring, trust, &jump->wish, &jump->target, err);
    return r < 0 ? vmtp_wrap(err, "jump host %s", jump->target.spec.host) : 0;
}

static struct jump *jump_new(struct vmtp_self *self, struct jumps *jumps, const char *text,
                             size_t len, const struct ssh_wish *wish)
{
    struct jump *jump = self->host->alloc(self, sizeof *jump);
    char *copy = self->host->alloc(self, len + 1);

    if (!jump || !copy)
        return NULL;
    memcpy(copy, text, len);
    jump->text = copy;
    jump->wish = (struct ssh_wish){ .key = wish->key, .passphrase = wish->passphrase };
    jump->next = jumps->first;
    jumps->first = jump;
    return jump;
}

static bool same_jump(const struct jump *jump, const char *text, size_t len,
                      const struct ssh_wish *wish)
{
    return strlen(jump->text) == len && strncmp(jump->text, text, len) == 0 &&
           strcmp(either(jump->wish.key, ""), either(wish->key, "")) == 0 &&
           strcmp(either(jump->wish.passphrase, ""), either(wish->passphrase, "")) == 0;
}

/* The first len bytes of text, a list of hosts, the last of which is the nearest. */
static int jump_find(struct vmtp_self *self, struct ssh_keyring *keyring, struct ssh_trust *trust,
                     struct jumps *jumps, const char *text, const struct ssh_wish *wish,
                     const struct ssh_target **ret, struct vmtp_error *err)
{
    const struct ssh_target *before = NULL;
    size_t total = text ? strlen(text) : 0, front;

    for (size_t len = 0; len < total;) {
        struct jump *jump;

        len += len > 0;
        len += strcspn(text + len, ",");
        for (jump = jumps->first; jump && !same_jump(jump, text, len, wish); jump = jump->next)
            ;
        if (!jump) {
            jump = jump_new(self, jumps, text, len, wish);
            if (!jump)
                return vmtp_fail(err, -ENOMEM, "out of memory");
            jump->target.jump = before;
            if (jump_parse(text, len, &jump->target.spec, &front, err) < 0 ||
                jump_make(self, keyring, trust, jump, err) < 0)
                return err ? err->code : -EINVAL;
        }
        before = &jump->target;
    }
    *ret = before;
    return 0;
}

int machine_aim(struct vmtp_self *self, struct ssh_keyring *keyring, struct ssh_trust *trust,
                struct jumps *jumps, struct machine *machine, struct vmtp_error *err)
{
    const struct hosts_options *opt = self->opt;
    const struct hosts_endpoint_options *own = machine->opt;
    struct ssh_wish *wish = self->host->alloc(self, sizeof *wish);
    struct ssh_target *target = self->host->alloc(self, sizeof *target);
    int r;

    if (!wish || !target)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    wish->password = either(own->password, opt->password);
    wish->key = either(own->key, opt->key);
    wish->passphrase = either(own->passphrase, opt->passphrase);
    machine->target = target;
    r = ssh_spec_parse(own->ssh, &target->spec, err);
    if (r == 0)
        r = target_fill(self, keyring, trust, wish, target, err);
    if (r == 0)
        r = jump_find(self, keyring, trust, jumps, either(own->jump, opt->jump), wish,
                      &target->jump, err);
    return r;
}

/* ---- where its data plane is ---- */

static bool fits(const char *address, uint32_t family)
{
    uint32_t has = family_of(address);

    return has && (family == 0 || has == family);
}

static bool interface_has(const struct machine *machine, const char *interface, uint32_t family,
                          char ret[SSH_ADDRESS_MAX])
{
    const char *text = machine->place.interfaces;

    if (family)
        return ssh_interface_address(text, interface, family, ret);
    return ssh_interface_address(text, interface, 4, ret) ||
           ssh_interface_address(text, interface, 6, ret);
}

/* What the connection goes to, as seen from here; through a jump host, as written or as seen
 * there. */
static const char *connection_address(const struct machine *machine)
{
    if (machine->place.peer[0])
        return machine->place.peer;
    if (family_of(machine->target->spec.host))
        return machine->target->spec.host;
    return machine->place.arrived;
}

static const char *version_of(uint32_t family)
{
    return family == 6 ? "v6" : family == 4 ? "v4" : "";
}

static int interface_missing(const struct machine *machine, uint32_t family, struct vmtp_error *err)
{
    char names[200];

    ssh_interface_names(machine->place.interfaces, names, sizeof names);
    return vmtp_fail(err, -EADDRNOTAVAIL, "interface %.40s of %s has no IP%s address; there are %s",
                     machine->opt->interface, machine->name, version_of(family),
                     *names ? names : "none");
}

int machine_address(const struct machine *machine, uint32_t family, char ret[VMTP_ADDRESS_MAX],
                    struct vmtp_error *err)
{
    const struct hosts_endpoint_options *opt = machine->opt;
    const char *connection = connection_address(machine);
    char interface[32];

    _Static_assert(VMTP_ADDRESS_MAX >= SSH_ADDRESS_MAX, "an address fits");
    if (said(opt->interface))
        return interface_has(machine, opt->interface, family, ret)
                   ? 0
                   : interface_missing(machine, family, err);
    if (said(opt->address) && fits(opt->address, family)) {
        snprintf(ret, VMTP_ADDRESS_MAX, "%s", opt->address);
        return 0;
    }
    if (fits(connection, family)) {
        snprintf(ret, VMTP_ADDRESS_MAX, "%.63s", connection);
        return 0;
    }
    /* The other family, on the interface that has the one that is known. */
    if (ssh_interface_find(machine->place.interfaces,
                           said(opt->address) ? opt->address : machine->place.arrived, interface,
                           sizeof interface) &&
        interface_has(machine, interface, family, ret))
        return 0;
    return vmtp_fail(err, -EADDRNOTAVAIL,
                     "no IP%s address is known of %s; its address or interface says which",
                     version_of(family), machine->name);
}
