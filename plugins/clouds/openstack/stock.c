/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking stock: see stock.h.
 *
 * First a crew looks everything up, each job into fields of its own; then, alone, it is held
 * against what the blueprint takes.
 */
#include "stock.h"

#include <stdlib.h>

#include "crew.h"
#include "hosts.h"
#include "kind.h"
#include "quota.h"
#include "source.h"

/* What is looked up; the jobs' until all of them have ended. */
struct taking {
    struct os_client *client;
    const struct os_options *opt;
    const struct blueprint *blueprint;
    struct os_stock stock;
    struct os_host *hosts; /* NULL: this user may not know */
    size_t host_count;
    struct os_limit limits[OS_QUOTA_COUNT];
    int64_t addresses; /* that are free in the external network */
};

/* ---- image and flavor ---- */

static int take_image(struct taking *taking, struct vmtp_error *err)
{
    const struct os_options *opt = taking->opt;
    struct vmtp_error why = { 0 };
    int r = image_find(taking->client, opt->image, &taking->stock.image, &why);

    if (r == -ENOENT && opt->image_url)
        return source_check(opt, err);
    if (r == -ENOENT)
        return vmtp_fail(err, r, "%s; image-url says where to get it from", why.text);
    if (r < 0 && err)
        *err = why;
    return r;
}

static bool flavor_is(const struct os_flavor *flavor, const char *name_or_id)
{
    return strcmp(flavor->name, name_or_id) == 0 || strcmp(flavor->id, name_or_id) == 0;
}

static bool flavor_suffices(const struct os_flavor *flavor, const struct os_options *opt)
{
    return flavor->vcpus >= opt->vcpus && flavor->ram_mib >= opt->ram_mib &&
           flavor->disk_gib >= opt->disk_gib && flavor->ephemeral_gib >= opt->ephemeral_gib;
}

static bool flavor_is_less(const struct os_flavor *a, const struct os_flavor *b)
{
    return a->ram_mib != b->ram_mib ? a->ram_mib < b->ram_mib
           : a->vcpus != b->vcpus   ? a->vcpus < b->vcpus
                                    : a->disk_gib < b->disk_gib;
}

/* For an error: "m1.small, m1.tiny". */
static void flavors_name(const struct os_flavor *flavors, size_t count, char *ret, size_t len)
{
    size_t n = 0;

    snprintf(ret, len, "none");
    for (size_t i = 0; i < count && n < len; i++)
        n += (size_t)snprintf(ret + n, len - n, "%s%s", i ? ", " : "", flavors[i].name);
}

/* The least that will do, for a user who may not make one of his own. */
static int flavor_settle(struct taking *taking, const struct os_flavor *flavors, size_t count,
                         struct vmtp_error *err)
{
    const struct os_options *opt = taking->opt;
    const struct os_flavor *least = NULL;
    char names[400];

    for (size_t i = 0; i < count && !opt->flavor && !opt->extra_specs.count; i++)
        if (flavor_suffices(&flavors[i], opt) && (!least || flavor_is_less(&flavors[i], least)))
            least = &flavors[i];
    if (least) {
        taking->stock.flavor = *least;
        vmtp_info(os_client_self(taking->client),
                  "flavor %s is used: this user may not make one of its own", least->name);
        return 0;
    }
    flavors_name(flavors, count, names, sizeof names);
    if (opt->flavor)
        return vmtp_fail(err, -EPERM,
                         "flavor '%.80s': there is none of that name or id, and this user may not "
                         "make one; there are: %s",
                         opt->flavor, names);
    return vmtp_fail(err, -EPERM, "flavor: this user may not make one%s; name one of: %s",
                     opt->extra_specs.count
                         ? " with extra-specs"
                         : ", and none has the vcpus, ram and disk that it takes",
                     names);
}

static int take_flavor(struct taking *taking, struct vmtp_error *err)
{
    const struct os_options *opt = taking->opt;
    struct os_flavor *flavors = NULL;
    size_t count = 0;
    int r = compute_flavors(taking->client, &flavors, &count, err);

    taking->stock.flavor = (struct os_flavor){ .vcpus = opt->vcpus,
                                               .ram_mib = opt->ram_mib,
                                               .disk_gib = opt->disk_gib,
                                               .ephemeral_gib = opt->ephemeral_gib };
    for (size_t i = 0; i < count && !*taking->stock.flavor.id; i++)
        if (flavor_is(&flavors[i], opt->flavor ? opt->flavor : opt->flavor_name))
            taking->stock.flavor = flavors[i];
    if (r == 0 && !*taking->stock.flavor.id && !compute_flavor_right(taking->client))
        r = flavor_settle(taking, flavors, count, err);
    free(flavors);
    return r;
}

/* ---- networks ---- */

/* Where nothing floats a router does without one, unless it is named. */
static int take_external(struct taking *taking, struct vmtp_error *err)
{
    const struct os_options *opt = taking->opt;
    struct vmtp_error why = { 0 };
    int r;

    if (!opt->floating && !opt->external_network && !taking->blueprint->router)
        return 0;
    r = network_find_external(taking->client, opt->external_network, &taking->stock.external, &why);
    if ((r == -ENOENT || r == -EEXIST) && !opt->floating && !opt->external_network)
        return 0;
    if (r < 0)
        return vmtp_fail(err, r, "%s", why.text);
    r = network_addresses_free(taking->client, taking->stock.external.id, &taking->addresses, &why);
    return r == -ECANCELED ? vmtp_fail(err, r, "%s", why.text) : 0;
}

static int take_network(struct taking *taking, struct vmtp_error *err)
{
    if (!taking->opt->network)
        return 0;
    return network_find(taking->client, taking->opt->network, &taking->stock.network, err);
}

/* Where what is made would be called the same, one that is not there yet is no mistake. */
static int take_router(struct taking *taking, struct vmtp_error *err)
{
    const struct os_options *opt = taking->opt;
    struct vmtp_error why = { 0 };
    int r;

    if (!opt->router || !taking->blueprint->router)
        return 0;
    r = network_router_find(taking->client, opt->router, &taking->stock.router, &why);
    if (r == 0 || (r == -ENOENT && strcmp(opt->router, opt->router_name) == 0))
        return 0;
    return vmtp_fail(err, r, "%s", why.text);
}

static int take_groups(struct taking *taking, struct vmtp_error *err)
{
    const char *const *names = taking->opt->security_groups.items;
    size_t count = taking->opt->security_groups.count;
    int r = 0;

    if (count > OS_STOCK_GROUPS)
        return vmtp_fail(err, -E2BIG, "security-groups: at most %d", OS_STOCK_GROUPS);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = network_group_find(taking->client, names[i], taking->stock.groups[i], err);
    taking->stock.group_count = count;
    return r;
}

/* ---- hosts and quotas ---- */

static int take_hosts(struct taking *taking, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int r = compute_hosts(taking->client, &taking->hosts, &taking->host_count, &why);

    if (r == -EPERM)
        return 0;
    if (r < 0 && err)
        *err = why;
    return r;
}

static int take_zone(struct taking *taking, struct vmtp_error *err)
{
    const char *zone = taking->opt->zone;
    json_auto_t *zones = NULL;
    json_t *name;
    char names[400] = "none";
    size_t i, n = 0;
    int r = zone ? compute_zones(taking->client, &zones, err) : 0;

    if (r < 0 || !zone)
        return r;
    json_array_foreach(zones, i, name)
    {
        if (strcmp(json_string_value(name), zone) == 0)
            return 0;
        if (n < sizeof names)
            n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "",
                                  json_string_value(name));
    }
    return vmtp_fail(err, -ENOENT, "zone '%.60s' is not available; there are: %s", zone, names);
}

static int take_compute_limits(struct taking *taking, struct vmtp_error *err)
{
    return quota_compute(taking->client, taking->limits, err);
}

static int take_network_limits(struct taking *taking, struct vmtp_error *err)
{
    return quota_network(taking->client, taking->limits, err);
}

static int (*const takes[])(struct taking *, struct vmtp_error *) = {
    take_image, take_flavor,         take_external,       take_network, take_hosts,
    take_zone,  take_compute_limits, take_network_limits, take_router,  take_groups,
};

static int taking_job(void *arg, size_t i, struct vmtp_error *err)
{
    return takes[i](arg, err);
}

/* ---- does it fit? ---- */

/* A flavor without a disk takes the image's. */
static int image_check(const struct taking *taking, struct vmtp_error *err)
{
    const struct os_image *image = &taking->stock.image;
    const struct os_flavor *flavor = &taking->stock.flavor;
    uint64_t disk_gib = (image->disk_bytes + (1 << 30) - 1) >> 30;
    const char *name = *flavor->id ? flavor->name : "that is made";

    if (disk_gib < image->min_disk_gib)
        disk_gib = image->min_disk_gib;
    if (flavor->disk_gib && flavor->disk_gib < disk_gib)
        return vmtp_fail(err, -ENOSPC,
                         "image '%.80s' needs a disk of %llu GiB, flavor %s has %llu; name a "
                         "larger one",
                         image->name, (unsigned long long)disk_gib, name,
                         (unsigned long long)flavor->disk_gib);
    if (flavor->ram_mib < image->min_ram_mib)
        return vmtp_fail(err, -ENOSPC,
                         "image '%.80s' needs %llu MiB of memory, flavor %s has %llu; name a "
                         "larger one",
                         image->name, (unsigned long long)image->min_ram_mib, name,
                         (unsigned long long)flavor->ram_mib);
    return 0;
}

/* A router that is there decides where floating addresses come from. */
static int router_check(struct taking *taking, struct vmtp_error *err)
{
    const struct os_router *router = &taking->stock.router;
    struct os_network *external = &taking->stock.external;

    if (!*router->id || !*external->id || strcmp(router->external, external->id) == 0)
        return 0;
    if (!*router->external && !taking->opt->floating)
        return 0;
    if (!*router->external)
        return vmtp_fail(err, -EINVAL,
                         "router '%.80s' has no gateway into an external network, which floating "
                         "addresses take",
                         router->name);
    return vmtp_fail(err, -EINVAL, "router '%.80s' has its gateway in another network than '%.80s'",
                     router->name, external->name);
}

static int hosts_settle(struct taking *taking, struct vmtp_error *err)
{
    const struct os_options *opt = taking->opt;
    const struct blueprint *blueprint = taking->blueprint;
    const struct os_hosts hosts = { taking->hosts, taking->host_count, opt->zone };
    struct os_stock *stock = &taking->stock;
    int r = hosts_choose(&hosts, &opt->hosts, blueprint->node_count, &stock->hosts, err);

    stock->host_count = stock->hosts ? blueprint->node_count : 0;
    stock->zones = calloc(blueprint->machine_count + 1, sizeof *stock->zones);
    if (r == 0 && !stock->zones)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    for (uint32_t i = 0; r == 0 && i < blueprint->machine_count; i++) {
        const struct bp_machine *machine = &blueprint->machines[i];
        struct os_host host = { 0 };

        if (*machine->host)
            r = hosts_find(&hosts, machine->host, &host, err);
        else if (machine->node < stock->host_count)
            host = stock->hosts[machine->node];
        if (*host.host)
            snprintf(stock->zones[i], OS_NAME_MAX, "%s:%s", host.zone, host.host);
        else
            snprintf(stock->zones[i], OS_NAME_MAX, "%s", opt->zone ? opt->zone : "");
    }
    return r;
}

/* What must float at the least. */
static uint64_t floats_least(const struct blueprint *blueprint)
{
    const struct bp_machine *gate = blueprint_gate(blueprint);
    uint64_t count = 0;

    for (uint32_t i = 0; i < blueprint->machine_count; i++)
        count += blueprint->machines[i].floats || &blueprint->machines[i] == gate;
    return count;
}

/* How many floating addresses there may be, by the quota and by what the network has left. */
static int floats_settle(struct taking *taking, uint64_t *need, bool makes_router,
                         struct vmtp_error *err)
{
    int64_t free_addresses = taking->addresses;
    uint64_t least = floats_least(taking->blueprint);

    if (!taking->opt->floating)
        return 0;
    if (free_addresses != INT64_MAX && makes_router)
        free_addresses--;
    taking->stock.float_all = (int64_t)*need <= free_addresses &&
                              (int64_t)*need <= quota_free(&taking->limits[OS_QUOTA_FLOATING]);
    if (!taking->stock.float_all)
        *need = least;
    if ((int64_t)*need > free_addresses)
        return vmtp_fail(err, -EADDRNOTAVAIL,
                         "network '%.80s': %llu floating addresses%s needed, %lld addresses free",
                         taking->stock.external.name, (unsigned long long)least,
                         makes_router ? " and the router's are" : " are",
                         (long long)taking->addresses);
    return 0;
}

/* Nodes of several machines take a server group each: how many, and the largest. */
static void groups_count(const struct blueprint *blueprint, uint64_t *ret_count,
                         uint64_t *ret_largest)
{
    for (uint32_t node = 0; node < blueprint->node_count; node++) {
        uint64_t size = 0;

        for (uint32_t i = 0; i < blueprint->machine_count; i++)
            size += blueprint->machines[i].node == node;
        *ret_count += size > 1;
        if (size > 1 && size > *ret_largest)
            *ret_largest = size;
    }
}

/* Ports are the machines', the router's and one of DHCP for each network. */
static int quotas_settle(struct taking *taking, struct vmtp_error *err)
{
    const struct blueprint *blueprint = taking->blueprint;
    const struct os_flavor *flavor = &taking->stock.flavor;
    uint64_t kinds[OS_KIND_COUNT] = { 0 }, needs[OS_QUOTA_COUNT] = { 0 };
    int r;

    blueprint_count(blueprint, kinds);
    r = floats_settle(taking, &kinds[OS_KIND_FLOATING], kinds[OS_KIND_ROUTER] > 0, err);
    if (r < 0)
        return r;
    needs[OS_QUOTA_INSTANCES] = kinds[OS_KIND_SERVER];
    needs[OS_QUOTA_CORES] = kinds[OS_KIND_SERVER] * flavor->vcpus;
    needs[OS_QUOTA_RAM_MIB] = kinds[OS_KIND_SERVER] * flavor->ram_mib;
    if (!taking->stock.hosts)
        groups_count(blueprint, &needs[OS_QUOTA_SERVER_GROUPS], &needs[OS_QUOTA_GROUP_MEMBERS]);
    needs[OS_QUOTA_KEYPAIRS] = kinds[OS_KIND_KEYPAIR];
    needs[OS_QUOTA_NETWORKS] = kinds[OS_KIND_NETWORK];
    needs[OS_QUOTA_SUBNETS] = kinds[OS_KIND_SUBNET];
    needs[OS_QUOTA_PORTS] = kinds[OS_KIND_PORT] + kinds[OS_KIND_INTERFACE] + kinds[OS_KIND_NETWORK];
    needs[OS_QUOTA_ROUTERS] = kinds[OS_KIND_ROUTER];
    needs[OS_QUOTA_FLOATING] = kinds[OS_KIND_FLOATING];
    needs[OS_QUOTA_SECURITY_GROUPS] = kinds[OS_KIND_SECURITY_GROUP];
    return quota_check(taking->limits, needs, err);
}

static int taking_settle(struct taking *taking, struct vmtp_error *err)
{
    int r = image_check(taking, err);

    if (r == 0)
        r = router_check(taking, err);
    if (r == 0)
        r = hosts_settle(taking, err);
    return r < 0 ? r : quotas_settle(taking, err);
}

/* ---- the whole ---- */

int stock_take(struct os_client *client, const struct os_options *opt,
               const struct blueprint *blueprint, struct os_stock *ret, struct vmtp_error *err)
{
    struct taking taking = {
        .client = client, .opt = opt, .blueprint = blueprint, .addresses = INT64_MAX
    };
    int r;

    for (int i = 0; i < OS_QUOTA_COUNT; i++)
        taking.limits[i].limit = -1;
    r = crew_run(sizeof takes / sizeof *takes, taking_job, &taking, err);
    if (r == 0)
        r = taking_settle(&taking, err);
    free(taking.hosts);
    if (r == 0)
        *ret = taking.stock;
    else
        stock_clear(&taking.stock);
    return r;
}

void stock_clear(struct os_stock *stock)
{
    free(stock->hosts);
    free(stock->zones);
    *stock = (struct os_stock){ 0 };
}
