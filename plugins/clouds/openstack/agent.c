/* SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"

#include <stdio.h>
#include <string.h>

/* Those that carry traffic, the one for SR-IOV first. */
static const char *const types[] = { "NIC Switch agent", AGENT_OVS,       AGENT_LINUX_BRIDGE,
                                     AGENT_OVN,          "Macvtap agent", "HyperV agent" };
#define TYPES (sizeof types / sizeof *types)

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

const char *agent_type(json_t *agent)
{
    const char *type = text_of(agent, "agent_type");

    return strcmp(type, "OVN Controller Gateway agent") == 0 ? AGENT_OVN : type;
}

/* "node1" is "node1.example.org", too. */
static bool same_host(const char *one, const char *other)
{
    size_t len = strcspn(one, ".");

    if (strcmp(one, other) == 0)
        return true;
    return len && len == strcspn(other, ".") && strncmp(one, other, len) == 0 &&
           (!one[len] || !other[len]);
}

static bool is_on(json_t *agent, const char *const *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (*hosts[i] && same_host(text_of(agent, "host"), hosts[i]))
            return true;
    return false;
}

/* 0: it carries no traffic. */
static size_t rank_of(json_t *agent, const char *const *hosts, size_t count, bool direct)
{
    const char *type = agent_type(agent);
    size_t i = 0;

    while (i < TYPES && strcmp(types[i], type) != 0)
        i++;
    if (i == TYPES)
        return 0;
    if (i == 0 && !direct)
        i = TYPES;
    return (is_on(agent, hosts, count) ? 2 * TYPES : TYPES + 1) - i;
}

json_t *agent_find(json_t *agents, const char *const *hosts, size_t count, bool direct)
{
    json_t *agent, *best = NULL;
    size_t i, rank = 0;

    json_array_foreach(agents, i, agent)
    {
        size_t its = rank_of(agent, hosts, count, direct);

        if (its > rank) {
            rank = its;
            best = agent;
        }
    }
    return best;
}

const char *agent_tunnel(json_t *agent)
{
    const char *address = text_of(json_object_get(agent, "configurations"), "tunneling_ip");

    return *address ? address : NULL;
}

static bool mapping_take(json_t *mappings, const char *network, char *ret, size_t len)
{
    const char *name = json_string_value(json_object_get(mappings, network));

    if (!name && json_object_size(mappings) == 1 && !*network)
        name = json_string_value(json_object_iter_value(json_object_iter(mappings)));
    return name && *name && (size_t)snprintf(ret, len, "%s", name) < len;
}

/* OVN writes them as "physnet1:br-ex,physnet2:br-data". */
static bool list_take(const char *list, const char *network, char *ret, size_t len)
{
    for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',') {
        size_t name = strcspn(at, ":,"), whole = strcspn(at, ",");

        if (at[name] != ':' || whole - name - 1 >= len)
            continue;
        if (*network ? strlen(network) == name && strncmp(at, network, name) == 0
                     : at == list && !at[whole]) {
            snprintf(ret, len, "%.*s", (int)(whole - name - 1), at + name + 1);
            return true;
        }
    }
    return false;
}

bool agent_physical(json_t *agent, const char *network, char *ret, size_t len, bool *ret_bridge)
{
    json_t *has = json_object_get(agent, "configurations");

    *ret_bridge = false;
    if (mapping_take(json_object_get(has, "interface_mappings"), network, ret, len))
        return true;
    *ret_bridge = strcmp(agent_type(agent), AGENT_LINUX_BRIDGE) != 0;
    return mapping_take(json_object_get(has, "bridge_mappings"), network, ret, len) ||
           list_take(text_of(has, "bridge-mappings"), network, ret, len);
}
