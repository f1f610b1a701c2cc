/* SPDX-License-Identifier: Apache-2.0
 *
 * Making all that a run needs: see deployment_build() in deployment.h.
 *
 * In stages; what is made within one is made at the same time.  Each thing is in the ledger before
 * it is asked for.
 */
#include "build.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../common/clock.h"
#include "crew.h"
#include "kind.h"
#include "upload.h"

#define USER_DATA_MAX 49000 /* nova takes 65535 bytes in base64 */

struct job {
    int (*make)(struct build *build, size_t i, struct vmtp_error *err);
    size_t i; /* of a machine, a network, ... */
};

struct stage {
    struct build *build;
    const char *doing;
    struct job *jobs;
    size_t count;
};

/* ---- names ---- */

static const char *text_at(const struct vmtp_list *list, size_t i)
{
    return ((const char *const *)list->items)[i];
}

static int label_own(struct build *build, enum os_kind kind, const char *base, unsigned int number,
                     char ret[OS_NAME_MAX], struct vmtp_error *err)
{
    kind_label(base, number, build->all->run, ret);
    return kind_owns(build->client, kind, ret, err);
}

/* Servers and clients are each counted from 1. */
void build_label(const struct build *build, const struct os_machine *machine, char ret[OS_NAME_MAX])
{
    enum os_side side = machine->plan->side;
    unsigned int number = 1;

    for (const struct os_machine *other = build->all->machines; other < machine; other++)
        number += other->plan && other->plan->side == side;
    kind_label(side == OS_SERVER ? build->opt->server_name : build->opt->client_name, number,
               build->all->run, ret);
}

static int machine_own(struct build *build, enum os_kind kind, const struct os_machine *machine,
                       char ret[OS_NAME_MAX], struct vmtp_error *err)
{
    build_label(build, machine, ret);
    return kind_owns(build->client, kind, ret, err);
}

/* ---- what machines are made of ---- */

static int make_image(struct build *build, size_t i, struct vmtp_error *err)
{
    struct os_image image;
    char label[OS_NAME_MAX];
    int r;

    (void)i;
    kind_label(build->opt->image, 0, build->all->run, label);
    r = image_upload(build->client, build->opt, label, &image, err);
    if (r == 0)
        memcpy(build->image, image.id, sizeof build->image);
    return r;
}

static int make_flavor(struct build *build, size_t i, struct vmtp_error *err)
{
    const struct os_options *opt = build->opt;
    struct os_flavor want = { .vcpus = opt->vcpus,
                              .ram_mib = opt->ram_mib,
                              .disk_gib = opt->disk_gib,
                              .ephemeral_gib = opt->ephemeral_gib };
    int r = label_own(build, OS_KIND_FLAVOR, opt->flavor ? opt->flavor : opt->flavor_name, 0,
                      want.name, err);

    (void)i;
    if (r < 0)
        return r;
    r = compute_flavor_create(build->client, &want, &opt->extra_specs, build->flavor, err);
    /* With an id it is there, and what failed is what came behind. */
    return *build->flavor ? r : kind_asked(build->client, OS_KIND_FLAVOR, want.name, r);
}

static int make_keypair(struct build *build, size_t i, struct vmtp_error *err)
{
    int r = label_own(build, OS_KIND_KEYPAIR, build->opt->keypair_name, 0, build->keypair, err);

    (void)i;
    if (r < 0)
        return r;
    r = compute_keypair_create(build->client, build->keypair, build->all->access.public_key, err);
    return kind_asked(build->client, OS_KIND_KEYPAIR, build->keypair, r);
}

static int make_affinity(struct build *build, size_t i, struct vmtp_error *err)
{
    char label[OS_NAME_MAX];
    int r = label_own(build, OS_KIND_SERVER_GROUP, build->opt->group_name, (unsigned int)i + 1,
                      label, err);

    if (r < 0)
        return r;
    r = compute_group_create(build->client, label, "affinity", build->affinity[i], err);
    return kind_asked(build->client, OS_KIND_SERVER_GROUP, label, r);
}

/* ---- security ---- */

/* Anything between the run's own machines; logging in and pinging from where the person is, which
 * is of one family if it is said. */
static int rules_make(struct build *build, const char *group, struct vmtp_error *err)
{
    const char *from = build->opt->ssh_from;
    unsigned int version = from && strchr(from, ':') ? 6 : 4;
    const struct os_rule rules[] = {
        { .version = 4, .group = group },
        { .version = 6, .group = group },
        { "tcp", version, 22, from, NULL },
        { version == 6 ? "ipv6-icmp" : "icmp", version, 0, from, NULL },
        { "tcp", 6, 22, NULL, NULL },
        { "ipv6-icmp", 6, 0, NULL, NULL },
    };
    size_t count = sizeof rules / sizeof *rules;

    return network_rules_create(build->client, group, rules, from ? count - 2 : count, err);
}

static int make_group(struct build *build, size_t i, struct vmtp_error *err)
{
    char label[OS_NAME_MAX];
    int r = label_own(build, OS_KIND_SECURITY_GROUP, build->opt->group_name, 0, label, err);

    (void)i;
    if (r < 0)
        return r;
    r = network_group_create(build->client, label, build->all->group, err);
    r = kind_asked(build->client, OS_KIND_SECURITY_GROUP, label, r);
    return r < 0 ? r : rules_make(build, build->all->group, err);
}

/* Anything from one address. */
struct opening {
    char prefix[VMTP_ADDRESS_MAX + 4];
    struct os_rule rule;
};

static void opening_make(struct opening *opening, const char *address)
{
    bool six = strchr(address, ':');

    snprintf(opening->prefix, sizeof opening->prefix, "%s/%d", address, six ? 128 : 32);
    opening->rule = (struct os_rule){ .version = six ? 6 : 4, .prefix = opening->prefix };
}

int deployment_admit(struct deployment *all, const struct os_machine *machine,
                     struct vmtp_error *err)
{
    struct opening opening;

    if (!*all->group || !*machine->place.peer)
        return 0;
    opening_make(&opening, machine->place.peer);
    return network_rules_create(all->client, all->group, &opening.rule, 1, err);
}

/* What machines are seen by from another network: their floating address or the router's. */
static int rules_float(struct build *build, struct vmtp_error *err)
{
    const struct deployment *all = build->all;
    uint32_t machines = all->blueprint->machine_count;
    struct opening *openings = calloc(machines + 1, sizeof *openings);
    struct os_rule *rules = calloc(machines + 1, sizeof *rules);
    size_t count = 0;
    int r = 0;

    if (!openings || !rules)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    for (uint32_t i = 0; r == 0 && i <= machines; i++) {
        const char *address =
            i < machines ? all->machines[i].floating.address : build->router.address;

        if (!*address)
            continue;
        opening_make(&openings[count], address);
        rules[count] = openings[count].rule;
        count++;
    }
    if (r == 0 && count && *all->group)
        r = network_rules_create(build->client, all->group, rules, count, err);
    free(openings);
    free(rules);
    return r;
}

/* ---- networks ---- */

static int subnet_make(struct build *build, size_t i, unsigned int version, struct vmtp_error *err)
{
    static const char *const modes[] = { [OS_IPV6_SLAAC] = "slaac",
                                         [OS_IPV6_STATEFUL] = "dhcpv6-stateful",
                                         [OS_IPV6_STATELESS] = "dhcpv6-stateless" };
    const struct os_options *opt = build->opt;
    bool six = version == 6;
    char *label = build->subnet_names[i][six];
    struct os_subnet_want want = { .name = label,
                                   .network = build->all->networks[i].id,
                                   .cidr = text_at(six ? &opt->cidr6 : &opt->cidr, i),
                                   .version = version,
                                   .dhcp = opt->dhcp,
                                   .ipv6_mode = six ? modes[opt->ipv6] : NULL,
                                   .dns = six ? NULL : &opt->dns };
    int r = label_own(build, OS_KIND_SUBNET,
                      text_at(six ? &opt->subnet6_names : &opt->subnet_names, i), 0, label, err);

    if (r < 0)
        return r;
    r = network_subnet_create(build->client, &want, build->subnets[i][six], err);
    return kind_asked(build->client, OS_KIND_SUBNET, label, r);
}

static int make_network(struct build *build, size_t i, struct vmtp_error *err)
{
    const struct os_options *opt = build->opt;
    char label[OS_NAME_MAX];
    int r = label_own(build, OS_KIND_NETWORK, text_at(&opt->network_names, i), 0, label, err);

    if (r < 0)
        return r;
    r = network_create(build->client, label, opt->mtu, &build->all->networks[i], err);
    r = kind_asked(build->client, OS_KIND_NETWORK, label, r);
    if (r == 0)
        r = subnet_make(build, i, 4, err);
    return r == 0 && opt->ipv6 ? subnet_make(build, i, 6, err) : r;
}

static int make_router(struct build *build, size_t i, struct vmtp_error *err)
{
    const char *external = build->all->stock.external.id;
    char label[OS_NAME_MAX];
    int r = label_own(build, OS_KIND_ROUTER, build->opt->router_name, 0, label, err);

    (void)i;
    if (r < 0)
        return r;
    r = network_router_create(build->client, label, *external ? external : NULL, &build->router,
                              err);
    return kind_asked(build->client, OS_KIND_ROUTER, label, r);
}

/* All subnets of one network, one after the other: they meet at one router. */
static int make_interfaces(struct build *build, size_t i, struct vmtp_error *err)
{
    char label[OS_ID_MAX + OS_NAME_MAX];
    int r = 0;

    for (int six = 0; r == 0 && six < 2; six++) {
        if (!*build->subnets[i][six])
            continue;
        snprintf(label, sizeof label, "%s %s", build->router.id, build->subnet_names[i][six]);
        r = kind_owns(build->client, OS_KIND_INTERFACE, label, err);
        if (r < 0)
            break;
        r = network_router_attach(build->client, build->router.id, build->subnets[i][six], err);
        r = kind_asked(build->client, OS_KIND_INTERFACE, label, r);
    }
    return r;
}

/* ---- machines ---- */

static const struct os_network *network_of(const struct build *build,
                                           const struct os_machine *machine)
{
    return &build->all->networks[machine->plan->network - 1];
}

static int make_port(struct build *build, size_t i, struct vmtp_error *err)
{
    static const char *const vnics[] = {
        [OS_VNIC_NORMAL] = "normal", [OS_VNIC_DIRECT] = "direct", [OS_VNIC_MACVTAP] = "macvtap"
    };
    const struct os_stock *stock = &build->all->stock;
    struct os_machine *machine = &build->all->machines[i];
    const struct os_network *network = network_of(build, machine);
    const char *groups[sizeof stock->groups / sizeof *stock->groups] = { build->all->group };
    char label[OS_NAME_MAX];
    struct os_port_want want = { .name = label,
                                 .network = network->id,
                                 .groups = groups,
                                 .group_count = stock->group_count ? stock->group_count : 1,
                                 .no_groups = !network->port_security,
                                 .vnic_type = vnics[build->opt->vnic] };
    int r = machine_own(build, OS_KIND_PORT, machine, label, err);

    for (size_t at = 0; at < stock->group_count; at++)
        groups[at] = stock->groups[at];
    if (r < 0)
        return r;
    r = network_port_create(build->client, &want, &machine->port, err);
    return kind_asked(build->client, OS_KIND_PORT, label, r);
}

static int make_floating(struct build *build, size_t i, struct vmtp_error *err)
{
    struct os_machine *machine = &build->all->machines[i];
    char label[OS_NAME_MAX];
    int r = machine_own(build, OS_KIND_FLOATING, machine, label, err);

    if (r < 0)
        return r;
    r = network_floating_create(build->client, build->all->stock.external.id, machine->port.id,
                                label, &machine->floating, err);
    return kind_asked(build->client, OS_KIND_FLOATING, label, r);
}

/* The one through which the others are reached where not all float. */
static struct os_machine *gate(const struct build *build)
{
    const struct blueprint *blueprint = build->all->blueprint;

    return &build->all->machines[blueprint_gate(blueprint) - blueprint->machines];
}

static bool machine_floats(const struct build *build, const struct os_machine *machine)
{
    return build->opt->floating &&
           (build->all->stock.float_all || machine->plan->floats || machine == gate(build));
}

/* ---- stages ---- */

static int stage_begin(struct stage *stage, struct build *build, const char *doing,
                       struct vmtp_error *err)
{
    const struct blueprint *blueprint = build->all->blueprint;
    size_t most = 2 * (size_t)blueprint->machine_count + blueprint->node_count + 16;

    *stage = (struct stage){ build, doing, calloc(most, sizeof *stage->jobs), 0 };
    return stage->jobs ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

static void stage_add(struct stage *stage, bool wanted,
                      int (*make)(struct build *, size_t, struct vmtp_error *), size_t i)
{
    if (wanted)
        stage->jobs[stage->count++] = (struct job){ make, i };
}

static int stage_job(void *arg, size_t i, struct vmtp_error *err)
{
    const struct stage *stage = arg;

    return stage->jobs[i].make(stage->build, stage->jobs[i].i, err);
}

static int stage_end(struct stage *stage, double part, struct vmtp_error *err)
{
    struct vmtp_self *self = stage->build->self;
    int r;

    self->host->progress(self, part, stage->doing);
    r = crew_run(stage->count, stage_job, stage, err);
    free(stage->jobs);
    return r;
}

static size_t node_size(const struct blueprint *blueprint, uint32_t node)
{
    size_t size = 0;

    for (uint32_t i = 0; i < blueprint->machine_count; i++)
        size += blueprint->machines[i].node == node;
    return size;
}

/* All that needs nothing else, and machines can't be without. */
static int build_ground(struct build *build, struct vmtp_error *err)
{
    const struct blueprint *blueprint = build->all->blueprint;
    struct stage stage;
    int r = stage_begin(&stage, build, "making networks", err);

    if (r < 0)
        return r;
    stage_add(&stage, !*build->image, make_image, 0); /* first: it takes the longest */
    for (size_t i = 0; i < blueprint->network_count; i++)
        stage_add(&stage, true, make_network, i);
    stage_add(&stage, build->all->stock.group_count == 0, make_group, 0);
    stage_add(&stage, true, make_keypair, 0);
    stage_add(&stage, !*build->flavor, make_flavor, 0);
    for (uint32_t i = 0; build->affinity && i < blueprint->node_count; i++)
        stage_add(&stage, node_size(blueprint, i) > 1, make_affinity, i);
    return stage_end(&stage, 0, err);
}

static int build_ports(struct build *build, struct vmtp_error *err)
{
    struct stage stage;
    int r = stage_begin(&stage, build, "making ports", err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < build->all->blueprint->machine_count; i++)
        stage_add(&stage, true, make_port, i);
    return stage_end(&stage, 0.2, err);
}

static int build_servers(struct build *build, struct vmtp_error *err)
{
    struct stage stage;
    int r;

    if (build->affinity)
        return boot_nodes(build, err);
    r = stage_begin(&stage, build, "booting machines", err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < build->all->blueprint->machine_count; i++)
        stage_add(&stage, true, boot_server, i);
    return stage_end(&stage, 0.3, err);
}

static int build_router(struct build *build, struct vmtp_error *err)
{
    const struct blueprint *blueprint = build->all->blueprint;
    struct stage stage;
    int r = 0;

    if (blueprint->router && !*build->router.id)
        r = make_router(build, 0, err);
    if (r == 0)
        r = stage_begin(&stage, build, "making networks", err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < blueprint->network_count; i++)
        stage_add(&stage, true, make_interfaces, i);
    return stage_end(&stage, 0.3, err);
}

/* What leads to the machines; an address floats only where a router is. */
static int build_ways(struct build *build, struct vmtp_error *err)
{
    struct stage stage;
    int r = build_router(build, err);

    if (r == 0)
        r = stage_begin(&stage, build, "making addresses", err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < build->all->blueprint->machine_count; i++)
        stage_add(&stage, machine_floats(build, &build->all->machines[i]), make_floating, i);
    r = stage_end(&stage, 0.4, err);
    return r == 0 && build->opt->floating ? rules_float(build, err) : r;
}

static int lane_job(void *arg, size_t i, struct vmtp_error *err)
{
    static int (*const lanes[])(struct build *, struct vmtp_error *) = { build_servers,
                                                                         build_ways };
    struct build *build = arg;
    int r = lanes[i](build, err);

    if (r < 0)
        atomic_store(&build->failed, true);
    return r;
}

/* The ways are made while machines boot. */
static int build_machines(struct build *build, struct vmtp_error *err)
{
    int r;

    build->boot_end_ns = clock_now_ns() + build->opt->boot_timeout_ns;
    r = crew_run(2, lane_job, build, err);
    return r < 0 ? r : boot_await(build, err);
}

/* Machines whose address does not float are reached through one whose does. */
static void build_jumps(struct build *build)
{
    for (uint32_t i = 0; i < build->all->blueprint->machine_count; i++) {
        struct os_machine *machine = &build->all->machines[i];

        if (build->opt->floating && !machine_floats(build, machine))
            machine->jump = gate(build);
    }
}

/* ---- all of it ---- */

static int user_data_read(struct build *build, struct vmtp_error *err)
{
    const char *path = build->opt->user_data;
    struct stat st;
    ssize_t n = -1;
    int fd;

    if (!path)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= USER_DATA_MAX) {
        build->user_data = malloc((size_t)st.st_size + 1);
        n = build->user_data ? read(fd, build->user_data, (size_t)st.st_size) : -1;
    }
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return vmtp_fail(err, -EINVAL, "user-data: %.200s is no readable file of at most %d bytes",
                         path, USER_DATA_MAX);
    build->user_data_len = (size_t)n;
    return 0;
}

/* What is there already needs not be made. */
static int build_begin(struct build *build, struct vmtp_error *err)
{
    const struct os_stock *stock = &build->all->stock;
    uint32_t nodes = build->all->blueprint->node_count;

    memcpy(build->image, stock->image.id, sizeof build->image);
    memcpy(build->flavor, stock->flavor.id, sizeof build->flavor);
    build->router = stock->router;
    if (*stock->network.id)
        build->all->networks[0] = build->all->networks[1] = stock->network;
    if (!stock->hosts && nodes) {
        build->affinity = calloc(nodes, sizeof *build->affinity);
        if (!build->affinity)
            return vmtp_fail(err, -ENOMEM, "out of memory");
    }
    return user_data_read(build, err);
}

int deployment_build(struct vmtp_self *self, struct vmtp_error *err)
{
    struct deployment *all = deployment_of(self);
    struct build build = { .self = self, .all = all, .opt = self->opt, .client = all->client };
    int r = build_begin(&build, err);

    if (r == 0)
        r = build_ground(&build, err);
    if (r == 0)
        r = build_ports(&build, err);
    if (r == 0)
        r = build_machines(&build, err);
    build_jumps(&build);
    free(build.affinity);
    free(build.user_data);
    return r;
}
