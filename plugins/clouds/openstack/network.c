/* SPDX-License-Identifier: Apache-2.0
 *
 * Neutron's calls: see network.h.
 */
#include "network.h"

#include "thing.h"

/* ---- extensions ---- */

bool network_has(struct os_client *client, const char *alias)
{
    const json_t *answer = NULL;
    json_t *extension;
    size_t i;

    if (os_recall(client, OS_NETWORK, "/extensions", &answer, NULL) < 0)
        return false;
    json_array_foreach(json_object_get(answer, "extensions"), i, extension)
    {
        const char *text = json_string_value(json_object_get(extension, "alias"));

        if (text && strcmp(text, alias) == 0)
            return true;
    }
    return false;
}

/* ---- networks ---- */

static void network_read(const json_t *json, struct os_network *ret)
{
    *ret = (struct os_network){
        .segment = (uint64_t)os_number(json, "provider:segmentation_id", 0),
        .mtu = (uint32_t)os_number(json, "mtu", 0),
        .external = json_is_true(json_object_get(json, "router:external")),
        .shared = json_is_true(json_object_get(json, "shared")),
        .port_security = !json_is_false(json_object_get(json, "port_security_enabled")),
    };
    os_text(json, "id", ret->id, sizeof ret->id);
    os_text(json, "name", ret->name, sizeof ret->name);
    os_text(json, "provider:network_type", ret->type, sizeof ret->type);
    os_text(json, "provider:physical_network", ret->physical, sizeof ret->physical);
}

int network_find(struct os_client *client, const char *name_or_id, struct os_network *ret,
                 struct vmtp_error *err)
{
    json_auto_t *thing = NULL;
    int r = thing_find(client, &sort_networks, "", name_or_id, &thing, err);

    if (r == 0)
        network_read(thing, ret);
    return r;
}

/* "public, internet" */
static void names_write(const json_t *list, char *ret, size_t len)
{
    const json_t *thing;
    size_t i, n = 0;

    ret[0] = '\0';
    json_array_foreach(list, i, thing)
    {
        const char *name = json_string_value(json_object_get(thing, "name"));

        if (n < len)
            n += (size_t)snprintf(ret + n, len - n, "%s%s", i ? ", " : "", name ? name : "?");
    }
}

static int external_choose(const json_t *list, json_t **ret, struct vmtp_error *err)
{
    char names[512];
    json_t *network;
    size_t i;

    if (json_array_size(list) == 0)
        return vmtp_fail(err, -ENOENT,
                         "there is no external network; without one nothing gets a floating "
                         "address");
    if (json_array_size(list) == 1) {
        *ret = json_array_get(list, 0);
        return 0;
    }
    json_array_foreach(list, i, network)
    {
        if (json_is_true(json_object_get(network, "is_default"))) {
            *ret = network;
            return 0;
        }
    }
    names_write(list, names, sizeof names);
    return vmtp_fail(err, -EEXIST,
                     "there are %zu external networks, %s; external-network tells which",
                     json_array_size(list), names);
}

static int external_only(struct os_client *client, struct os_network *ret, struct vmtp_error *err)
{
    json_auto_t *list = NULL;
    json_t *network = NULL;
    int r = os_list(client, OS_NETWORK, "networks", &list, err, "/networks?router:external=True");

    if (r == 0)
        r = external_choose(list, &network, err);
    if (r == 0)
        network_read(network, ret);
    return r;
}

int network_find_external(struct os_client *client, const char *name_or_id, struct os_network *ret,
                          struct vmtp_error *err)
{
    static const struct sort externals = { "networks", "networks", "network", "external network" };
    json_auto_t *network = NULL;
    int r;

    if (!name_or_id)
        return external_only(client, ret, err);
    r = thing_find(client, &externals, "&router:external=True", name_or_id, &network, err);
    if (r == 0)
        network_read(network, ret);
    return r;
}

int network_create(struct os_client *client, const char *name, uint64_t mtu, struct os_network *ret,
                   struct vmtp_error *err)
{
    json_auto_t *thing = NULL;
    json_t *body;
    int r;

    if (mtu && !network_has(client, "net-mtu-writable"))
        return vmtp_fail(err, -ENOTSUP,
                         "network %s: this cloud chooses the MTU of a network itself; leave mtu "
                         "out",
                         name);
    body = json_pack("{s:s,s:b}", "name", name, "admin_state_up", 1);
    if (mtu)
        json_object_set_new(body, "mtu", json_integer((json_int_t)mtu));
    r = thing_create(client, &sort_networks, name, body, &thing, err);
    if (r == 0)
        network_read(thing, ret);
    return r;
}

int network_addresses_free(struct os_client *client, const char *network, int64_t *ret,
                           struct vmtp_error *err)
{
    json_auto_t *list = NULL;
    const json_t *row;
    int r = os_list(client, OS_NETWORK, "network_ip_availabilities", &list, err,
                    "/network-ip-availabilities?network_id=%s&ip_version=4", network);

    if (r < 0)
        return r;
    row = json_array_get(list, 0);
    if (!row)
        return vmtp_fail(err, -ENOENT, "network: it does not say how many addresses are free");
    *ret = os_number(row, "total_ips", 0) - os_number(row, "used_ips", 0);
    return 0;
}

/* ---- subnets ---- */

static json_t *texts_json(const struct vmtp_list *list)
{
    json_t *ret = json_array();

    for (size_t i = 0; list && i < list->count; i++)
        json_array_append_new(ret, json_string(((const char *const *)list->items)[i]));
    return ret;
}

int network_subnet_create(struct os_client *client, const struct os_subnet_want *want,
                          char ret_id[OS_ID_MAX], struct vmtp_error *err)
{
    json_t *body =
        json_pack("{s:s,s:s,s:s,s:i,s:b,s:o,s:s*,s:s*}", "name", want->name, "network_id",
                  want->network, "cidr", want->cidr, "ip_version", (int)want->version,
                  "enable_dhcp", (int)want->dhcp, "dns_nameservers", texts_json(want->dns),
                  "ipv6_ra_mode", want->ipv6_mode, "ipv6_address_mode", want->ipv6_mode);

    return thing_create_id(client, &sort_subnets, want->name, body, ret_id, err);
}

static void subnet_read(const json_t *json, struct os_subnet *ret)
{
    const json_t *dns = json_object_get(json, "dns_nameservers");

    *ret = (struct os_subnet){
        .version = (unsigned int)os_number(json, "ip_version", 4),
        .dhcp = json_is_true(json_object_get(json, "enable_dhcp")),
    };
    os_text(json, "id", ret->id, sizeof ret->id);
    os_text(json, "cidr", ret->cidr, sizeof ret->cidr);
    os_text(json, "gateway_ip", ret->gateway, sizeof ret->gateway);
    for (size_t i = 0; i < json_array_size(dns) && i < 4; i++) {
        const char *address = json_string_value(json_array_get(dns, i));

        snprintf(ret->dns[i], sizeof ret->dns[i], "%s", address ? address : "");
    }
}

int network_subnet_get(struct os_client *client, const char *id, struct os_subnet *ret,
                       struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    int r = os_get(client, OS_NETWORK, &answer, err, "/subnets/%s", id);

    if (r < 0)
        return r;
    if (!json_is_object(json_object_get(answer, "subnet")))
        return vmtp_fail(err, -EPROTO, "network: the answer has no subnet");
    subnet_read(json_object_get(answer, "subnet"), ret);
    return 0;
}

/* ---- routers ---- */

/* Of addresses with their subnets the first of this version. */
static void fixed_read(const json_t *fixed, bool v6, char *ret, size_t len, char *ret_subnet)
{
    const json_t *row;
    size_t i;

    json_array_foreach(fixed, i, row)
    {
        const char *address = json_string_value(json_object_get(row, "ip_address"));

        if (address && (strchr(address, ':') != NULL) == v6) {
            os_text(row, "ip_address", ret, len);
            if (ret_subnet)
                os_text(row, "subnet_id", ret_subnet, OS_ID_MAX);
            return;
        }
    }
}

static void router_read(const json_t *json, struct os_router *ret)
{
    const json_t *gateway = json_object_get(json, "external_gateway_info");

    *ret = (struct os_router){ 0 };
    os_text(json, "id", ret->id, sizeof ret->id);
    os_text(json, "name", ret->name, sizeof ret->name);
    os_text(gateway, "network_id", ret->external, sizeof ret->external);
    fixed_read(json_object_get(gateway, "external_fixed_ips"), false, ret->address,
               sizeof ret->address, NULL);
}

int network_router_find(struct os_client *client, const char *name_or_id, struct os_router *ret,
                        struct vmtp_error *err)
{
    json_auto_t *thing = NULL;
    int r = thing_find(client, &sort_routers, "", name_or_id, &thing, err);

    if (r == 0)
        router_read(thing, ret);
    return r;
}

int network_router_create(struct os_client *client, const char *name, const char *external,
                          struct os_router *ret, struct vmtp_error *err)
{
    json_auto_t *thing = NULL;
    json_t *body = json_pack("{s:s,s:b}", "name", name, "admin_state_up", 1);
    int r;

    if (external)
        json_object_set_new(body, "external_gateway_info",
                            json_pack("{s:s}", "network_id", external));
    r = thing_create(client, &sort_routers, name, body, &thing, err);
    if (r == 0)
        router_read(thing, ret);
    return r;
}

static bool router_has(struct os_client *client, const char *router, const char *subnet)
{
    json_auto_t *list = NULL;

    return os_list(client, OS_NETWORK, "ports", &list, NULL,
                   "/ports?device_id=%s&fixed_ips=subnet_id=%s", router, subnet) == 0 &&
           json_array_size(list) > 0;
}

/* It is refused as a bad request if an earlier try got through whose answer was lost. */
int network_router_attach(struct os_client *client, const char *router, const char *subnet,
                          struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int r = os_put(client, OS_NETWORK, json_pack("{s:s}", "subnet_id", subnet), NULL, &why,
                   "/routers/%s/add_router_interface", router);

    if (r == -EINVAL && router_has(client, router, subnet))
        return 0;
    if (r < 0 && err)
        *err = why;
    return r;
}

int network_router_detach(struct os_client *client, const char *router, const char *subnet,
                          struct vmtp_error *err)
{
    return os_put(client, OS_NETWORK, json_pack("{s:s}", "subnet_id", subnet), NULL, err,
                  "/routers/%s/remove_router_interface", router);
}

/* ---- security groups ---- */

int network_group_find(struct os_client *client, const char *name_or_id, char ret_id[OS_ID_MAX],
                       struct vmtp_error *err)
{
    json_auto_t *thing = NULL;
    int r = thing_find(client, &sort_groups, "", name_or_id, &thing, err);

    if (r == 0)
        os_text(thing, "id", ret_id, OS_ID_MAX);
    return r;
}

int network_group_create(struct os_client *client, const char *name, char ret_id[OS_ID_MAX],
                         struct vmtp_error *err)
{
    return thing_create_id(client, &sort_groups, name, json_pack("{s:s}", "name", name), ret_id,
                           err);
}

static json_t *rule_body(const char *group, const struct os_rule *rule)
{
    json_t *body =
        json_pack("{s:s,s:s,s:s,s:s*,s:s*,s:s*}", "security_group_id", group, "direction",
                  "ingress", "ethertype", rule->version == 6 ? "IPv6" : "IPv4", "protocol",
                  rule->protocol, "remote_ip_prefix", rule->prefix, "remote_group_id", rule->group);

    if (rule->port) {
        json_object_set_new(body, "port_range_min", json_integer(rule->port));
        json_object_set_new(body, "port_range_max", json_integer(rule->port));
    }
    return body;
}

int network_rules_create(struct os_client *client, const char *group, const struct os_rule *rules,
                         size_t count, struct vmtp_error *err)
{
    json_t *bodies = json_array();
    int r;

    for (size_t i = 0; i < count; i++)
        json_array_append_new(bodies, rule_body(group, &rules[i]));
    if (json_array_size(bodies) != count) {
        json_decref(bodies);
        return vmtp_fail(err, -ENOMEM, "out of memory");
    }
    r = os_post(client, OS_NETWORK, json_pack("{s:o}", "security_group_rules", bodies), NULL, err,
                "/security-group-rules");
    return r < 0 ? vmtp_wrap(err, "rules of security group %s", group) : 0;
}

/* ---- ports and floating addresses ---- */

static void port_read(const json_t *json, struct os_port *ret)
{
    const json_t *fixed = json_object_get(json, "fixed_ips");

    *ret = (struct os_port){ 0 };
    os_text(json, "id", ret->id, sizeof ret->id);
    os_text(json, "name", ret->name, sizeof ret->name);
    os_text(json, "mac_address", ret->mac, sizeof ret->mac);
    fixed_read(fixed, false, ret->ip4, sizeof ret->ip4, ret->subnet4);
    fixed_read(fixed, true, ret->ip6, sizeof ret->ip6, ret->subnet6);
}

/* No groups at all is the project's default group, unless the network has no port security. */
static json_t *port_body(const struct os_port_want *want)
{
    json_t *body = json_pack("{s:s,s:s,s:b,s:s*}", "name", want->name, "network_id", want->network,
                             "admin_state_up", 1, "binding:vnic_type", want->vnic_type);
    json_t *list = json_array();

    for (size_t i = 0; i < want->group_count; i++)
        json_array_append_new(list, json_string(want->groups[i]));
    if (want->no_groups || want->group_count == 0)
        json_decref(list);
    else
        json_object_set_new(body, "security_groups", list);
    return body;
}

int network_port_create(struct os_client *client, const struct os_port_want *want,
                        struct os_port *ret, struct vmtp_error *err)
{
    json_auto_t *thing = NULL;
    int r = thing_create(client, &sort_ports, want->name, port_body(want), &thing, err);

    if (r == 0)
        port_read(thing, ret);
    return r;
}

int network_floating_create(struct os_client *client, const char *external, const char *port,
                            const char *note, struct os_floating *ret, struct vmtp_error *err)
{
    json_auto_t *thing = NULL;
    json_t *body = json_pack("{s:s,s:s,s:s}", "floating_network_id", external, "port_id", port,
                             "description", note);
    int r = thing_create(client, &sort_floatings, note, body, &thing, err);

    if (r < 0)
        return r;
    os_text(thing, "id", ret->id, sizeof ret->id);
    if (!os_text(thing, "floating_ip_address", ret->address, sizeof ret->address))
        return vmtp_fail(err, -EPROTO, "network: the floating address %s has no address", note);
    return 0;
}

/* ---- agents ---- */

int network_agents(struct os_client *client, json_t **ret, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int r = os_list(client, OS_NETWORK, "agents", ret, &why, "/agents");

    if (r != -EPERM && r != -ENOENT) {
        if (r < 0 && err)
            *err = why;
        return r;
    }
    *ret = json_array();
    return *ret ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}
