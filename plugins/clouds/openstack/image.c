/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding images: see image.h.
 */
#include "image.h"

void image_read(const json_t *json, struct os_image *ret)
{
    int64_t size = os_number(json, "size", 0), unpacked = os_number(json, "virtual_size", 0);

    *ret = (struct os_image){
        .disk_bytes = (uint64_t)(unpacked > size ? unpacked : size),
        .min_disk_gib = (uint64_t)os_number(json, "min_disk", 0),
        .min_ram_mib = (uint64_t)os_number(json, "min_ram", 0),
    };
    os_text(json, "id", ret->id, sizeof ret->id);
    os_text(json, "name", ret->name, sizeof ret->name);
}

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    return text ? text : "";
}

/* What the list has of this name: how many are active, and the newest of them.  The cloud may have
 * taken the name for an operator ("in:..."). */
static const json_t *newest_of(const json_t *list, const char *name, size_t *ret_active,
                               const char **ret_other)
{
    const json_t *image, *newest = NULL;
    size_t i;

    json_array_foreach(list, i, image)
    {
        if (strcmp(text_of(image, "name"), name) != 0)
            continue;
        if (strcmp(text_of(image, "status"), "active") != 0) {
            *ret_other = text_of(image, "status");
            continue;
        }
        ++*ret_active;
        if (!newest || strcmp(text_of(image, "created_at"), text_of(newest, "created_at")) > 0)
            newest = image;
    }
    return newest;
}

static int find_by_name(struct os_client *client, const char *filter, const char *name,
                        struct os_image *ret, struct vmtp_error *err)
{
    char escaped[3 * OS_NAME_MAX];
    json_auto_t *list = NULL;
    const json_t *newest;
    const char *other = NULL;
    size_t active = 0;
    int r = os_escape(name, escaped, sizeof escaped);

    if (r < 0)
        return vmtp_fail(err, r, "the name is too long");
    r = os_list(client, OS_IMAGE, "images", &list, err, "/images?name=%s%s", escaped, filter);
    if (r < 0)
        return r;
    newest = newest_of(list, name, &active, &other);
    if (!newest && other)
        return vmtp_fail(err, -ENOENT, "the one of that name is not active but %.20s", other);
    if (!newest)
        return vmtp_fail(err, -ENOENT, "there is none of that name or id");
    image_read(newest, ret);
    if (active > 1)
        vmtp_warn(os_client_self(client), "image '%.80s': of %zu with that name the newest is used",
                  name, active);
    return 0;
}

static int find_by_id(struct os_client *client, const char *id, struct os_image *ret,
                      struct vmtp_error *err)
{
    char escaped[3 * OS_ID_MAX];
    json_auto_t *image = NULL;
    int r = os_escape(id, escaped, sizeof escaped);

    if (r == 0)
        r = os_get(client, OS_IMAGE, &image, err, "/images/%s", escaped);
    if (r < 0)
        return r;
    if (strcmp(text_of(image, "status"), "active") != 0)
        return vmtp_fail(err, -ENOENT, "it is not active but %.20s", text_of(image, "status"));
    image_read(image, ret);
    return 0;
}

/* A community's images are not listed unless one asks for them, which old clouds don't know. */
int image_find(struct os_client *client, const char *name_or_id, struct os_image *ret,
               struct vmtp_error *err)
{
    struct vmtp_error ignored = { 0 };
    int r = find_by_name(client, "", name_or_id, ret, err);

    if (r == -ENOENT &&
        find_by_name(client, "&visibility=community", name_or_id, ret, &ignored) == 0)
        return 0;
    if (r == -ENOENT && find_by_id(client, name_or_id, ret, &ignored) == 0)
        return 0;
    return r < 0 ? vmtp_wrap(err, "image '%.80s'", name_or_id) : 0;
}
