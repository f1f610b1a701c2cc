/* SPDX-License-Identifier: Apache-2.0
 *
 * How one machine reaches another over a path: see deployment_reach() in deployment.h.
 */
#include "deployment.h"

static int address_of(const struct os_machine *to, const struct vmtp_route *route,
                      char ret[VMTP_ADDRESS_MAX], struct vmtp_error *err)
{
    bool external = strcmp(route->path, OS_EXTERNAL) == 0;
    bool floats = strcmp(route->path, OS_FLOATING) == 0;
    const char *address = route->family == 6 ? to->port.ip6 : to->port.ip4;

    if (floats || (external && *to->floating.id && route->family != 6))
        address = to->floating.address;
    if (!to->plan)
        address = to->place.peer;
    if (!*address)
        return vmtp_fail(err, -EADDRNOTAVAIL, "%s has no %s address", to->name,
                         floats               ? "floating"
                         : route->family == 6 ? "IPv6"
                                              : "IPv4");
    snprintf(ret, VMTP_ADDRESS_MAX, "%s", address);
    return 0;
}

static const struct os_proof *proof_find(const struct deployment *all,
                                         const struct vmtp_route *route)
{
    for (size_t i = 0; i < all->proof_count; i++) {
        const struct vmtp_route *proven = &all->proofs[i].route;

        if (strcmp(proven->path, route->path) == 0 && strcmp(proven->from, route->from) == 0 &&
            strcmp(proven->to, route->to) == 0 && proven->family == route->family)
            return &all->proofs[i];
    }
    return NULL;
}

/* Of the network that the packets are in when they leave: none of the cloud's knows more of an
 * external host's way. */
static uint32_t mtu_of(const struct deployment *all, const struct os_machine *from,
                       const struct os_machine *to)
{
    uint32_t mtus[2] = { 0 };

    if (from->plan)
        mtus[0] = all->networks[from->plan->network - 1].mtu;
    if (to->plan)
        mtus[1] = all->networks[to->plan->network - 1].mtu;
    if (!mtus[0] || !mtus[1])
        return mtus[0] ? mtus[0] : mtus[1];
    return mtus[0] < mtus[1] ? mtus[0] : mtus[1];
}

int deployment_reach(struct vmtp_self *self, const struct vmtp_route *route, struct vmtp_reach *ret,
                     struct vmtp_error *err)
{
    const struct deployment *all = deployment_of(self);
    const struct os_machine *from = deployment_machine(all, route->from);
    const struct os_machine *to = deployment_machine(all, route->to);
    const struct os_proof *proof = proof_find(all, route);
    struct vmtp_reach reach = { .size = sizeof reach };
    int r;

    if (!from || !to)
        return vmtp_fail(err, -ENOENT, "endpoint %.60s is not deployed",
                         from ? route->to : route->from);
    r = address_of(to, route, reach.address, err);
    if (r < 0)
        return r;
    reach.mtu = mtu_of(all, from, to);
    if (proof) {
        snprintf(reach.proof, sizeof reach.proof, "%s", proof->text);
        reach.doubt = proof->doubt;
    }
    vmtp_give(ret, &reach, sizeof reach);
    return 0;
}
