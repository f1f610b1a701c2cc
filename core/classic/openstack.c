/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's variables become options of the clouds openstack and provider.  What VMTP looked for by a
 * name of its own, such as its security group, is not looked for: the name is what the new one's
 * begins with.
 */
#include "openstack.h"

#define HYPERVISORS_MAX 2
#define FLOWS_MAX       7 /* three ways within a host and between two, and from outside */

/* Of defaults.yaml: what still says this is nobody's wish. */
#define PACKAGED_ROUTER  "pns-router"
#define PACKAGED_RETRIES 50
#define PACKAGED_FLAVOR  "vmtp" /* also where flavor_type is empty */
#define POLL_S           2      /* VMTP's time from one question for a VM's state to the next */
#define LOGIN_S          12     /* ... and from one try to log in */
#define PATIENCE_MAX_S   3600   /* the options' */

/* How VMs reach each other. */
static const struct way {
    const char *desc, *path;
    bool routed, floating;
} ways[] = {
    { "same network fixed IP", "same-network", false, false },
    { "different network fixed IP", "different-network", true, false },
    { "different network floating IP", "floating-ip", true, true },
};

enum { INTRA = 1, INTER = 2 }; /* bits */

static const char *const placements[] = { "intra-node", "inter-node" };

const char *openstack_cloud(const struct settings *settings)
{
    return settings->reuse_network_name ? "provider" : "openstack";
}

static bool is_provider(const struct part_maker *maker)
{
    return maker->settings->reuse_network_name != NULL;
}

/* ---- flows ---- */

static bool is_wanted(const struct part_maker *maker, const struct way *way)
{
    const struct wish *wish = maker->wish;

    if (way->routed && (is_provider(maker) || wish->given[FLAG_SAME_NETWORK_ONLY]))
        return false;
    return !way->floating || (!maker->settings->ipv6_mode && !wish->given[FLAG_NO_FLOATINGIP]);
}

static int flow_add(struct part_maker *maker, const struct way *way, const char *placement)
{
    struct classic_part *part = maker->part;
    struct classic_flow *flow = &part->flows[part->flow_count++];
    struct arena *arena = maker->request->arena;

    flow->desc = arena_printf(arena, "VM to VM %s (%s)", way->desc, placement);
    flow->name = arena_printf(arena, "%s-%s", way->path, placement);
    flow->path = way->path;
    flow->placement = placement;
    flow->ipv6 = maker->settings->ipv6_mode != NULL;
    return flow->desc && flow->name ? 0 : part_no_memory(maker);
}

/* In VMTP's order.  The first one is all of them if it is to be kept. */
static int flows_add(struct part_maker *maker, unsigned nodes)
{
    struct classic_part *part = maker->part;
    int r = 0;

    for (size_t i = 0; i < COUNT(placements) * COUNT(ways) && r == 0; i++) {
        size_t placement = i / COUNT(ways);

        if (nodes & 1u << placement && is_wanted(maker, &ways[i % COUNT(ways)]))
            r = flow_add(maker, &ways[i % COUNT(ways)], placements[placement]);
    }
    if (r == 0 && maker->wish->external_host.host)
        part->flows[part->flow_count++] = (struct classic_flow){
            .desc = "External-VM", .name = "external", .path = "external", .both_ways = true
        };
    if (maker->wish->given[FLAG_KEEP_FIRST_FLOW])
        part->flow_count = 1;
    return r;
}

/* One host alone has no other; two are as many as flows need. */
static unsigned nodes_wanted(const struct wish *wish)
{
    if (wish->hypervisor_count == 1)
        return INTRA;
    return wish->given[FLAG_INTER_NODE_ONLY] ? INTER : INTRA | INTER;
}

/* ---- options ---- */

static void switch_write(struct part_maker *maker, const char *name, bool differs,
                         const char *value)
{
    if (differs)
        draft_printf(&maker->draft, "    %s: %s\n", name, value);
}

static void number_write(struct part_maker *maker, const char *name, uint64_t value)
{
    draft_printf(&maker->draft, "    %s: %llu\n", name, (unsigned long long)value);
}

static void list_write(struct part_maker *maker, const char *name, const struct vmtp_list *list)
{
    part_texts(maker, name, list->items, list->count);
}

/* A count of tries that was changed; VMTP's was for one VM after another. */
static void retries_write(struct part_maker *maker, const char *name, uint64_t count,
                          unsigned each_s)
{
    uint64_t wait_s = count ? count * each_s : 1;

    if (count != PACKAGED_RETRIES)
        draft_printf(&maker->draft, "    %s: %llus\n", name,
                     (unsigned long long)(wait_s < PATIENCE_MAX_S ? wait_s : PATIENCE_MAX_S));
}

static int credentials_write(struct part_maker *maker, const struct openstack_source *source)
{
    const char *password = maker->wish->password;
    int r;

    part_text(maker, "rc", source->rc);
    part_text(maker, "cloud", source->cloud);
    if (!password || !*password)
        return 0;
    draft_printf(&maker->draft, "    password: ");
    r = part_secret(maker, "OpenStack password", password);
    draft_printf(&maker->draft, "\n");
    return r;
}

static void flavor_write(struct part_maker *maker)
{
    const struct settings *settings = maker->settings;
    const struct settings_flavor *flavor = &settings->flavor;
    const char *type = settings->flavor_type;

    type = type && *type ? type : PACKAGED_FLAVOR;
    if (strcmp(type, PACKAGED_FLAVOR) != 0)
        part_text(maker, "flavor", type);
    part_text(maker, "flavor-name", type);
    number_write(maker, "vcpus", flavor->vcpus);
    number_write(maker, "ram", flavor->ram);
    number_write(maker, "disk", flavor->disk);
    number_write(maker, "ephemeral", flavor->ephemeral);
    for (size_t i = 0; i < flavor->extra_specs.count; i++) {
        draft_printf(&maker->draft, i ? ", " : "    extra-specs: { ");
        draft_text(&maker->draft, flavor->extra_specs.pairs[i].name);
        draft_printf(&maker->draft, ": ");
        draft_text(&maker->draft, flavor->extra_specs.pairs[i].value);
    }
    if (flavor->extra_specs.count)
        draft_printf(&maker->draft, " }\n");
}

static void machines_write(struct part_maker *maker)
{
    const struct settings *settings = maker->settings;
    const struct wish *wish = maker->wish;
    size_t hosts = wish->hypervisor_count;

    part_text(maker, "image", settings->image_name);
    part_text(maker, "image-url", settings->vm_image_url);
    flavor_write(maker);
    part_text(maker, "user", settings->ssh_vm_username);
    part_text(maker, "key", settings->private_key_file);
    if (settings->private_key_file)
        part_text(maker, "public-key", settings->public_key_file);
    part_text(maker, "user-data", settings->user_data_file);
    switch_write(maker, "config-drive", settings->config_drive, "true");
    part_text(maker, "zone", settings->availability_zone);
    part_texts(maker, "hosts", wish->hypervisors,
               hosts < HYPERVISORS_MAX ? hosts : HYPERVISORS_MAX);
    retries_write(maker, "boot-timeout", settings->generic_retry_count, POLL_S);
    retries_write(maker, "ssh-timeout", settings->ssh_retry_count, LOGIN_S);
    part_text(maker, "server-name", settings->vm_name_server);
    part_text(maker, "client-name", settings->vm_name_client);
    part_text(maker, "keypair-name", settings->public_key_name);
    part_text(maker, "group-name", settings->security_group_name);
    switch_write(maker, "dhcp", wish->given[FLAG_NO_DHCP], "false");
    part_text(maker, "vnic", wish->vnic_type);
}

/* What is made around the machines, unless the network is there. */
static void networks_write(struct part_maker *maker)
{
    const struct settings *settings = maker->settings;
    const char *router = settings->router_name;

    part_text(maker, "external-network", settings->ext_net_name);
    if (router && strcmp(router, PACKAGED_ROUTER) != 0)
        part_text(maker, "router", router);
    part_text(maker, "router-name", router);
    switch_write(maker, "floating", maker->wish->given[FLAG_NO_FLOATINGIP], "false");
    part_text(maker, "ipv6", settings->ipv6_mode);
    list_write(maker, "cidr", &settings->internal_cidr);
    list_write(maker, "cidr6", &settings->internal_cidr_v6);
    list_write(maker, "dns", &settings->dns_nameservers);
    list_write(maker, "network-names", &settings->internal_network_name);
    list_write(maker, "subnet-names", &settings->internal_subnet_name);
    list_write(maker, "subnet6-names", &settings->internal_subnet_name_v6);
}

/* A host that one logs in to: "external-host" with "external-password". */
static int login_write(struct part_maker *maker, const char *name, const char *password_name,
                       const struct hostspec *host)
{
    struct arena *arena = maker->request->arena;
    const char *ssh = host->host ? hostspec_ssh(host, arena) : "";
    const char *what = arena_printf(arena, "password of %s", ssh ? ssh : "");
    int r = 0;

    if (!ssh || !what)
        return part_no_memory(maker);
    part_text(maker, name, ssh);
    if (!host->host || !host->password)
        return 0;
    draft_printf(&maker->draft, "    %s: ", password_name);
    r = part_secret(maker, what, host->password);
    draft_printf(&maker->draft, "\n");
    return r;
}

static int others_write(struct part_maker *maker)
{
    const struct settings *settings = maker->settings;
    const struct wish *wish = maker->wish;
    int r = login_write(maker, "external-host", "external-password", &wish->external_host);

    if (wish->external_host.host)
        part_text(maker, "external-key", settings->private_key_file);
    r = r < 0 ? r : login_write(maker, "controller", "controller-password", &wish->controller_node);
    part_text(maker, "physical-network", settings->os_dataplane_network);
    part_text(maker, "host-keys", settings->host_keys);
    return r;
}

static int cloud_write(struct part_maker *maker, const struct openstack_source *source)
{
    int r;

    draft_printf(&maker->draft, "vmtp: 1\nname: vmtp\ncloud:\n  %s:\n",
                 openstack_cloud(maker->settings));
    r = credentials_write(maker, source);
    machines_write(maker);
    if (is_provider(maker))
        part_text(maker, "network", maker->settings->reuse_network_name);
    else
        networks_write(maker);
    return r < 0 ? r : others_write(maker);
}

/* ---- the whole ---- */

static int part_make(struct part_maker *maker, const struct openstack_source *source,
                     unsigned nodes)
{
    int r = part_begin(maker, FLOWS_MAX);

    if (r < 0)
        return r;
    maker->part->spawns = true;
    maker->part->lent = source->lent;
    r = flows_add(maker, nodes);
    r = r < 0 ? r : part_tests(maker);
    r = r < 0 ? r : cloud_write(maker, source);
    return r < 0 ? r : part_end(maker);
}

int openstack_make(struct part_maker *maker, const struct openstack_source *source)
{
    unsigned nodes = nodes_wanted(maker->wish);
    struct classic_part *otherwise = NULL;
    int r = 0;

    if (nodes & INTER && !maker->wish->hypervisor_count) {
        r = part_make(maker, source, INTRA);
        otherwise = maker->part;
    }
    r = r < 0 ? r : part_make(maker, source, nodes);
    if (r == 0)
        maker->part->otherwise = otherwise;
    return r;
}
