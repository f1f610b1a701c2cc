/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding and making things of Neutron: see thing.h.
 */
#include "thing.h"

#include "mark.h"
#include "network.h"

const struct sort sort_networks = { "networks", "networks", "network", "network" };
const struct sort sort_subnets = { "subnets", "subnets", "subnet", "subnet" };
const struct sort sort_routers = { "routers", "routers", "router", "router" };
const struct sort sort_ports = { "ports", "ports", "port", "port" };
const struct sort sort_floatings = { "floatingips", "floatingips", "floatingip",
                                     "floating address" };
const struct sort sort_groups = { "security-groups", "security_groups", "security_group",
                                  "security group" };

/* ---- finding ---- */

static bool is_ours(const struct os_client *client, const json_t *thing)
{
    const char *project = json_string_value(json_object_get(thing, "project_id"));

    if (!project)
        project = json_string_value(json_object_get(thing, "tenant_id"));
    return project && strcmp(project, os_client_project(client)) == 0;
}

/* The only one, or the project's only one; NULL: not to be told. */
static json_t *only_of(const struct os_client *client, const json_t *list)
{
    json_t *ours = NULL, *thing;
    size_t i, count = 0;

    if (json_array_size(list) == 1)
        return json_array_get(list, 0);
    json_array_foreach(list, i, thing)
    {
        if (is_ours(client, thing)) {
            ours = thing;
            count++;
        }
    }
    return count == 1 ? ours : NULL;
}

static int things_named(struct os_client *client, const struct sort *sort, const char *filter,
                        const char *name_or_id, json_t **ret, struct vmtp_error *err)
{
    char text[3 * OS_NAME_MAX];
    json_t *list = NULL;
    int r = os_escape(name_or_id, text, sizeof text);

    if (r < 0)
        return vmtp_fail(err, r, "the name is too long");
    r = os_list(client, OS_NETWORK, sort->many, &list, err, "/%s?name=%s%s", sort->path, text,
                filter);
    if (r == 0 && json_array_size(list) == 0) {
        json_decref(list);
        r = os_list(client, OS_NETWORK, sort->many, &list, err, "/%s?id=%s%s", sort->path, text,
                    filter);
    }
    if (r == 0)
        *ret = list;
    return r;
}

int thing_find(struct os_client *client, const struct sort *sort, const char *filter,
               const char *name_or_id, json_t **ret, struct vmtp_error *err)
{
    json_auto_t *list = NULL;
    int r = things_named(client, sort, filter, name_or_id, &list, err);
    json_t *only = r == 0 ? only_of(client, list) : NULL;

    if (only)
        *ret = json_incref(only);
    else if (r == 0 && json_array_size(list) == 0)
        r = vmtp_fail(err, -ENOENT, "there is none of that name or id");
    else if (r == 0)
        r = vmtp_fail(err, -EEXIST, "there are %zu of that name; its id tells which",
                      json_array_size(list));
    return r < 0 ? vmtp_wrap(err, "%s '%.80s'", sort->noun, name_or_id) : 0;
}

/* ---- making ---- */

/* New clouds take the tags with the thing itself, others in a call of their own. */
static void thing_tag(struct os_client *client, const struct sort *sort, const char *id,
                      const char *label)
{
    struct vmtp_error err = { 0 };
    int r;

    if (network_has(client, "tag-creation") || !network_has(client, "standard-attr-tag"))
        return;
    r = os_put(client, OS_NETWORK, json_pack("{s:o}", "tags", mark_tags(label)), NULL, &err,
               "/%s/%s/tags", sort->path, id);
    if (r < 0)
        vmtp_debug(os_client_self(client), "%s %s gets no tags: %s", sort->noun, label, err.text);
}

/* What it says of itself, if the cloud keeps that. */
static void thing_describe(struct os_client *client, json_t *body, const char *label)
{
    char text[OS_NAME_MAX];

    mark_text(label, text, sizeof text);
    if (!network_has(client, "standard-attr-description"))
        json_object_del(body, "description");
    else if (!json_object_get(body, "description"))
        json_object_set_new(body, "description", json_string(text));
    if (network_has(client, "tag-creation"))
        json_object_set_new(body, "tags", mark_tags(label));
}

int thing_create(struct os_client *client, const struct sort *sort, const char *label, json_t *body,
                 json_t **ret, struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    json_t *thing;
    char id[OS_ID_MAX];
    int r;

    thing_describe(client, body, label);
    r = os_post(client, OS_NETWORK, json_pack("{s:o}", sort->one, body), &answer, err, "/%s",
                sort->path);
    thing = json_object_get(answer, sort->one);
    if (r == 0 && !os_text(thing, "id", id, sizeof id))
        r = vmtp_fail(err, -EPROTO, "network: the answer has no id");
    if (r < 0)
        return vmtp_wrap(err, "%s %s", sort->noun, label);
    thing_tag(client, sort, id, label);
    *ret = json_incref(thing);
    return 0;
}

int thing_create_id(struct os_client *client, const struct sort *sort, const char *label,
                    json_t *body, char ret_id[OS_ID_MAX], struct vmtp_error *err)
{
    json_auto_t *thing = NULL;
    int r = thing_create(client, sort, label, body, &thing, err);

    if (r == 0)
        os_text(thing, "id", ret_id, OS_ID_MAX);
    return r;
}
