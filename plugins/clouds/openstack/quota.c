/* SPDX-License-Identifier: Apache-2.0
 *
 * Quotas: see quota.h.
 */
#include "quota.h"

#include "network.h"

static const struct quota {
    const char *one, *many;   /* for people */
    const char *limit, *used; /* members of Nova's limits; Neutron's quota, and the list to count */
} quotas[OS_QUOTA_COUNT] = {
    { "instance", "instances", "maxTotalInstances", "totalInstancesUsed" },
    { "vCPU", "vCPUs", "maxTotalCores", "totalCoresUsed" },
    { "MiB of memory", "MiB of memory", "maxTotalRAMSize", "totalRAMUsed" },
    { "server group", "server groups", "maxServerGroups", "totalServerGroupsUsed" },
    { "member of a server group", "members of a server group", "maxServerGroupMembers", NULL },
    { "key pair", "key pairs", "maxTotalKeypairs", NULL },
    { "network", "networks", "network", "networks" },
    { "subnet", "subnets", "subnet", "subnets" },
    { "port", "ports", "port", "ports" },
    { "router", "routers", "router", "routers" },
    { "floating address", "floating addresses", "floatingip", "floatingips" },
    { "security group", "security groups", "security_group", "security-groups" },
};

/* ---- Nova ---- */

static int keypairs_count(struct os_client *client, struct os_limit *ret, struct vmtp_error *err)
{
    json_auto_t *list = NULL;
    int r;

    if (ret->limit < 0)
        return 0;
    r = os_list(client, OS_COMPUTE, "keypairs", &list, err, "/os-keypairs");
    if (r == 0)
        ret->used = (int64_t)json_array_size(list);
    return r;
}

static int compute_read(struct os_client *client, struct os_limit ret[], struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    const json_t *absolute;
    int r = os_get(client, OS_COMPUTE, &answer, err, "/limits");

    if (r < 0)
        return r;
    absolute = json_object_get(json_object_get(answer, "limits"), "absolute");
    for (int i = OS_QUOTA_INSTANCES; i <= OS_QUOTA_KEYPAIRS; i++) {
        ret[i].limit = os_number(absolute, quotas[i].limit, -1);
        ret[i].used = quotas[i].used ? os_number(absolute, quotas[i].used, 0) : 0;
    }
    return keypairs_count(client, &ret[OS_QUOTA_KEYPAIRS], err);
}

/* ---- Neutron ---- */

static int details_read(struct os_client *client, struct os_limit ret[], struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    int r = os_get(client, OS_NETWORK, &answer, err, "/quotas/%s/details.json",
                   os_client_project(client));

    for (int i = OS_QUOTA_NETWORKS; r == 0 && i < OS_QUOTA_COUNT; i++) {
        const json_t *row = json_object_get(json_object_get(answer, "quota"), quotas[i].limit);

        ret[i].limit = os_number(row, "limit", -1);
        ret[i].used = os_number(row, "used", 0) + os_number(row, "reserved", 0);
    }
    return r;
}

static int things_count(struct os_client *client, const char *path, int64_t *ret,
                        struct vmtp_error *err)
{
    json_auto_t *list = NULL;
    int r =
        os_list(client, OS_NETWORK, strcmp(path, "security-groups") == 0 ? "security_groups" : path,
                &list, err, "/%s?project_id=%s&fields=id", path, os_client_project(client));

    if (r == 0)
        *ret = (int64_t)json_array_size(list);
    return r;
}

/* Clouds before Pike do not say what is used. */
static int limits_read(struct os_client *client, struct os_limit ret[], struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    int r = os_get(client, OS_NETWORK, &answer, err, "/quotas/%s", os_client_project(client));

    for (int i = OS_QUOTA_NETWORKS; r == 0 && i < OS_QUOTA_COUNT; i++) {
        ret[i].limit = os_number(json_object_get(answer, "quota"), quotas[i].limit, -1);
        if (ret[i].limit >= 0)
            r = things_count(client, quotas[i].used, &ret[i].used, err);
    }
    return r;
}

/* The best that this cloud can. */
static int network_read(struct os_client *client, struct os_limit ret[], struct vmtp_error *err)
{
    int r = -ENOENT;

    if (network_has(client, "quota_details"))
        r = details_read(client, ret, err);
    return r == -ENOENT || r == -EPERM ? limits_read(client, ret, err) : r;
}

/* ---- both ---- */

/* A cloud that does not tell can't stop a run; what ends a run does. */
static int limits_take(struct os_client *client, bool nova, struct os_limit ret[],
                       struct vmtp_error *err)
{
    int first = nova ? OS_QUOTA_INSTANCES : OS_QUOTA_NETWORKS;
    size_t count = nova ? OS_QUOTA_NETWORKS : OS_QUOTA_COUNT - OS_QUOTA_NETWORKS;
    struct os_limit limits[OS_QUOTA_COUNT];
    struct vmtp_error why = { 0 };
    int r;

    for (int i = 0; i < OS_QUOTA_COUNT; i++)
        limits[i] = (struct os_limit){ .limit = -1 };
    r = nova ? compute_read(client, limits, &why) : network_read(client, limits, &why);
    if (r == -ECANCELED || r == -ETIMEDOUT) {
        if (err)
            *err = why;
        return r;
    }
    if (r < 0)
        vmtp_debug(os_client_self(client), "some quotas are not known: %s", why.text);
    memcpy(ret + first, limits + first, count * sizeof *ret);
    return 0;
}

int quota_compute(struct os_client *client, struct os_limit ret[], struct vmtp_error *err)
{
    return limits_take(client, true, ret, err);
}

int quota_network(struct os_client *client, struct os_limit ret[], struct vmtp_error *err)
{
    return limits_take(client, false, ret, err);
}

/* ---- does it fit? ---- */

int64_t quota_free(const struct os_limit *limit)
{
    if (limit->limit < 0)
        return INT64_MAX;
    return limit->limit > limit->used ? limit->limit - limit->used : 0;
}

int quota_check(const struct os_limit limits[], const uint64_t needs[], struct vmtp_error *err)
{
    char text[800];
    size_t n = 0;

    for (int i = 0; i < OS_QUOTA_COUNT; i++) {
        int64_t left = quota_free(&limits[i]);

        if (needs[i] > (uint64_t)left && n < sizeof text)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%llu %s needed, %lld of %lld free",
                                  n ? "; " : "", (unsigned long long)needs[i],
                                  needs[i] == 1 ? quotas[i].one : quotas[i].many, (long long)left,
                                  (long long)limits[i].limit);
    }
    return n ? vmtp_fail(err, -EDQUOT, "quota: %s", text) : 0;
}
