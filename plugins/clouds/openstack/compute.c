/* SPDX-License-Identifier: Apache-2.0
 *
 * Nova's calls: see compute.h.
 */
#include "compute.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "mark.h"

/* ---- flavors ---- */

static void flavor_read(const json_t *json, struct os_flavor *ret)
{
    os_text(json, "id", ret->id, sizeof ret->id);
    os_text(json, "name", ret->name, sizeof ret->name);
    ret->vcpus = (uint64_t)os_number(json, "vcpus", 0);
    ret->ram_mib = (uint64_t)os_number(json, "ram", 0);
    ret->disk_gib = (uint64_t)os_number(json, "disk", 0);
    ret->ephemeral_gib = (uint64_t)os_number(json, "OS-FLV-EXT-DATA:ephemeral", 0);
}

/* An administrator sees private flavors only if he says so; others may not say it everywhere. */
static int flavors_list(struct os_client *client, json_t **ret, struct vmtp_error *err)
{
    int r = os_list(client, OS_COMPUTE, "flavors", ret, err, "/flavors/detail?is_public=None");

    if (r == -EPERM || r == -EINVAL)
        r = os_list(client, OS_COMPUTE, "flavors", ret, err, "/flavors/detail");
    return r;
}

int compute_flavors(struct os_client *client, struct os_flavor **ret, size_t *ret_count,
                    struct vmtp_error *err)
{
    json_auto_t *list = NULL;
    struct os_flavor *flavors;
    json_t *json;
    size_t i, count = 0;
    int r = flavors_list(client, &list, err);

    if (r < 0)
        return r;
    flavors = calloc(json_array_size(list) + 1, sizeof *flavors);
    if (!flavors)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    json_array_foreach(list, i, json)
    {
        if (!json_is_true(json_object_get(json, "OS-FLV-DISABLED:disabled")))
            flavor_read(json, &flavors[count++]);
    }
    *ret = flavors;
    *ret_count = count;
    return 0;
}

/* Nova looks at the right first, and then finds that there is no such flavor. */
bool compute_flavor_right(struct os_client *client)
{
    struct vmtp_error err = { 0 };

    return os_delete(client, OS_COMPUTE, &err, "/flavors/vmtp-asks-whether-it-may") != -EPERM;
}

/* The answer is an object with one member, the thing: its id. */
static int answer_id(const json_t *answer, const char *key, char ret[OS_ID_MAX],
                     struct vmtp_error *err)
{
    if (!os_text(json_object_get(answer, key), "id", ret, OS_ID_MAX))
        return vmtp_fail(err, -EPROTO, "compute: the answer has no %s with an id", key);
    return 0;
}

static int flavor_specs_set(struct os_client *client, const char *id, const struct vmtp_map *specs,
                            struct vmtp_error *err)
{
    json_t *json = json_object();

    for (size_t i = 0; i < specs->count; i++)
        json_object_set_new(json, specs->pairs[i].name, json_string(specs->pairs[i].value));
    return os_post(client, OS_COMPUTE, json_pack("{s:o}", "extra_specs", json), NULL, err,
                   "/flavors/%s/os-extra_specs", id);
}

int compute_flavor_create(struct os_client *client, const struct os_flavor *want,
                          const struct vmtp_map *extra_specs, char ret_id[OS_ID_MAX],
                          struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    json_t *body = json_pack("{s:{s:s,s:I,s:I,s:I,s:I}}", "flavor", "name", want->name, "vcpus",
                             (json_int_t)want->vcpus, "ram", (json_int_t)want->ram_mib, "disk",
                             (json_int_t)want->disk_gib, "OS-FLV-EXT-DATA:ephemeral",
                             (json_int_t)want->ephemeral_gib);
    int r = os_post(client, OS_COMPUTE, body, &answer, err, "/flavors");

    if (r == 0)
        r = answer_id(answer, "flavor", ret_id, err);
    if (r == 0 && extra_specs->count)
        r = flavor_specs_set(client, ret_id, extra_specs, err);
    return r < 0 ? vmtp_wrap(err, "flavor %s", want->name) : 0;
}

/* ---- keys and groups ---- */

int compute_keypair_create(struct os_client *client, const char *name, const char *public_key,
                           struct vmtp_error *err)
{
    json_t *body = json_pack("{s:{s:s,s:s}}", "keypair", "name", name, "public_key", public_key);
    int r = os_post(client, OS_COMPUTE, body, NULL, err, "/os-keypairs");

    return r < 0 ? vmtp_wrap(err, "key pair %s", name) : 0;
}

int compute_group_create(struct os_client *client, const char *name, const char *policy,
                         char ret_id[OS_ID_MAX], struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    json_t *body = json_pack("{s:{s:s,s:[s]}}", "server_group", "name", name, "policies", policy);
    int r = os_post(client, OS_COMPUTE, body, &answer, err, "/os-server-groups");

    if (r == 0)
        r = answer_id(answer, "server_group", ret_id, err);
    return r < 0 ? vmtp_wrap(err, "server group %s", name) : 0;
}

/* ---- servers ---- */

/* In base64; NULL: out of memory. */
static json_t *encoded(const char *data, size_t len)
{
    unsigned char *text;
    json_t *ret;

    if (len > INT32_MAX / 2)
        return NULL;
    text = malloc(4 * ((len + 2) / 3) + 1);
    if (!text)
        return NULL;
    EVP_EncodeBlock(text, (const unsigned char *)data, (int)len);
    ret = json_string((const char *)text);
    free(text);
    return ret;
}

/* NULL, and the array is gone, if not all of them are in it. */
static json_t *whole(json_t *array, size_t count)
{
    if (json_array_size(array) == count)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *server_networks(const struct os_server_want *want)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < want->port_count; i++)
        json_array_append_new(ret, json_pack("{s:s}", "port", want->ports[i]));
    return whole(ret, want->port_count);
}

/* Files are put in by microversions up to 2.56. */
static json_t *server_files(const struct os_server_want *want)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < want->file_count; i++) {
        const struct vmtp_pair *file = &want->files[i];

        json_array_append_new(ret, json_pack("{s:s,s:o}", "path", file->name, "contents",
                                             encoded(file->value, strlen(file->value))));
    }
    return whole(ret, want->file_count);
}

static json_t *server_json(const struct os_server_want *want)
{
    json_t *server =
        json_pack("{s:s,s:s,s:s,s:s*,s:s*,s:b,s:o,s:{s:s}}", "name", want->name, "imageRef",
                  want->image, "flavorRef", want->flavor, "key_name", want->keypair,
                  "availability_zone", want->zone, "config_drive", (int)want->config_drive,
                  "networks", server_networks(want), "metadata", "vmtp", mark_run(want->name));
    int r = server ? 0 : -1;

    if (r == 0 && want->user_data)
        r = json_object_set_new(server, "user_data", encoded(want->user_data, want->user_data_len));
    if (r == 0 && want->file_count)
        r = json_object_set_new(server, "personality", server_files(want));
    if (r == 0)
        return server;
    json_decref(server);
    return NULL;
}

static json_t *server_body(const struct os_server_want *want)
{
    json_t *server = server_json(want);

    if (!want->server_group && !want->apart)
        return json_pack("{s:o}", "server", server);
    return json_pack("{s:o,s:{s:s*,s:s*}}", "server", server, "os:scheduler_hints", "group",
                     want->server_group, "different_host", want->apart);
}

int compute_server_create(struct os_client *client, const struct os_server_want *want,
                          char ret_id[OS_ID_MAX], struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    int r = os_post(client, OS_COMPUTE, server_body(want), &answer, err, "/servers");

    if (r == 0)
        r = answer_id(answer, "server", ret_id, err);
    return r < 0 ? vmtp_wrap(err, "server %s", want->name) : 0;
}

static void server_read(const json_t *json, struct os_server *ret)
{
    const char *fault =
        json_string_value(json_object_get(json_object_get(json, "fault"), "message"));

    os_text(json, "id", ret->id, sizeof ret->id);
    os_text(json, "name", ret->name, sizeof ret->name);
    os_text(json, "status", ret->status, sizeof ret->status);
    os_text(json, "OS-EXT-STS:task_state", ret->task, sizeof ret->task);
    os_text(json, "OS-EXT-AZ:availability_zone", ret->zone, sizeof ret->zone);
    os_text(json, "OS-EXT-SRV-ATTR:host", ret->host, sizeof ret->host);
    os_text(json, "hostId", ret->host_id, sizeof ret->host_id);
    snprintf(ret->fault, sizeof ret->fault, "%s", fault ? fault : "");
}

int compute_server_get(struct os_client *client, const char *id, struct os_server *ret,
                       struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    int r = os_get(client, OS_COMPUTE, &answer, err, "/servers/%s", id);

    if (r < 0)
        return r;
    if (!json_is_object(json_object_get(answer, "server")))
        return vmtp_fail(err, -EPROTO, "compute: the answer has no server");
    server_read(json_object_get(answer, "server"), ret);
    return 0;
}

static bool ends_in(const char *text, const char *suffix)
{
    size_t len = strlen(text), tail = strlen(suffix);

    return len >= tail && strcmp(text + len - tail, suffix) == 0;
}

/* Nova takes the name for a regular expression, or for a part of the name. */
int compute_servers(struct os_client *client, const char *suffix, struct os_server **ret,
                    size_t *ret_count, struct vmtp_error *err)
{
    char name[3 * OS_NAME_MAX];
    json_auto_t *list = NULL;
    struct os_server *servers;
    json_t *json;
    size_t i, count = 0;
    int r = os_escape(suffix, name, sizeof name);

    if (r < 0)
        return vmtp_fail(err, r, "the name '%.40s' is too long", suffix);
    r = os_list(client, OS_COMPUTE, "servers", &list, err, "/servers/detail?name=%s", name);
    if (r < 0)
        return r;
    servers = calloc(json_array_size(list) + 1, sizeof *servers);
    if (!servers)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    json_array_foreach(list, i, json)
    {
        server_read(json, &servers[count]);
        if (ends_in(servers[count].name, suffix))
            count++;
    }
    *ret = servers;
    *ret_count = count;
    return 0;
}

/* ---- where they run ---- */

static bool says(const json_t *json, const char *key, const char *value)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text && strcmp(text, value) == 0;
}

int compute_hosts(struct os_client *client, struct os_host **ret, size_t *ret_count,
                  struct vmtp_error *err)
{
    json_auto_t *list = NULL;
    struct os_host *hosts;
    json_t *json;
    size_t i, count = 0;
    int r = os_list(client, OS_COMPUTE, "services", &list, err, "/os-services?binary=nova-compute");

    if (r < 0)
        return r;
    hosts = calloc(json_array_size(list) + 1, sizeof *hosts);
    if (!hosts)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    json_array_foreach(list, i, json)
    {
        struct os_host *host = &hosts[count];

        if (!says(json, "binary", "nova-compute"))
            continue;
        host->up = says(json, "state", "up") && says(json, "status", "enabled");
        os_text(json, "zone", host->zone, sizeof host->zone);
        count += os_text(json, "host", host->host, sizeof host->host);
    }
    *ret = hosts;
    *ret_count = count;
    return 0;
}

int compute_zones(struct os_client *client, json_t **ret, struct vmtp_error *err)
{
    json_auto_t *list = NULL;
    json_t *json, *zones;
    size_t i;
    int r =
        os_list(client, OS_COMPUTE, "availabilityZoneInfo", &list, err, "/os-availability-zone");

    if (r < 0)
        return r;
    zones = json_array();
    json_array_foreach(list, i, json)
    {
        json_t *name = json_object_get(json, "zoneName");

        if (json_is_string(name) &&
            json_is_true(json_object_get(json_object_get(json, "zoneState"), "available")))
            json_array_append(zones, name);
    }
    if (!zones)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    *ret = zones;
    return 0;
}
