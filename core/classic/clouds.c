/* SPDX-License-Identifier: Apache-2.0 */
#include "clouds.h"

#include "../base/text.h"
#include "layers.h"

#define PAIRS_MAX 100

/* A file that exists, in the folders where OpenStack's clients look; NULL: there is none. */
static const char *file_find(const char *variable, const char *stem, struct arena *arena)
{
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
    const char *own =
        config && *config ? config : arena_printf(arena, "%s/.config", home ? home : "");
    const char *named = getenv(variable);
    const char *folders[] = { ".", own ? arena_printf(arena, "%s/openstack", own) : NULL,
                              "/etc/openstack" };
    static const char *const endings[] = { "yaml", "yml", "json" };

    if (named && *named)
        return named;
    for (size_t i = 0; i < COUNT(folders) * COUNT(endings); i++) {
        const char *folder = folders[i / COUNT(endings)];
        const char *file =
            folder ? arena_printf(arena, "%s/%s.%s", folder, stem, endings[i % COUNT(endings)])
                   : NULL;

        if (file && access(file, F_OK) == 0)
            return file;
    }
    return NULL;
}

static int no_cloud(const struct node *clouds, const char *file, const char *name,
                    struct vmtp_error *err)
{
    struct nearest nearest = { .word = name };

    for (const struct node *child = clouds ? clouds->first : NULL; child; child = child->next)
        if (child->key)
            nearest_offer(&nearest, child->key);
    return vmtp_fail(err, -ENOENT, "%.100s: there is no cloud '%.60s'%s", file, name,
                     nearest_hint(&nearest).text);
}

/* The cloud's map with that of secure.yaml over it. */
static int entry_find(const char *name, const char *file, struct arena *arena,
                      const struct node **ret, struct vmtp_error *err)
{
    const char *secure = file_find("OS_CLIENT_SECURE_FILE", "secure", arena);
    const struct node *root = NULL, *over = NULL, *entry;
    int r = layer_read(file, arena, &root, err);

    if (r == 0 && secure)
        r = layer_read(secure, arena, &over, err);
    if (r < 0)
        return r;
    entry = node_get(node_get(root, "clouds"), name);
    if (!entry)
        return no_cloud(node_get(root, "clouds"), file, name, err);
    over = node_get(node_get(over, "clouds"), name);
    if (over)
        entry = layers_merge(entry, over, NULL_IS_NOTHING, arena);
    if (entry && entry->kind != NODE_MAP)
        return node_fail(err, entry, "%s where a map is wanted", node_noun(entry));
    *ret = entry;
    return entry ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c == '-' ? '_' : c;
}

static int pairs_add(const struct node *map, struct arena *arena, struct vmtp_pair *pairs,
                     struct vmtp_map *ret)
{
    const struct node *child = map && map->kind == NODE_MAP ? map->first : NULL;

    for (; child && ret->count < PAIRS_MAX; child = child->next) {
        bool unverified =
            strcmp(child->key, "verify") == 0 && strcasecmp(child->text, "false") == 0;
        char *name = arena_strdup(arena, child->key);

        if (!name)
            return -ENOMEM;
        for (char *at = name; *at; at++)
            *at = upper(*at);
        if (child->kind != NODE_SCALAR || node_is_null(child) || !*child->text)
            continue;
        pairs[ret->count].name = unverified ? "INSECURE" : name;
        pairs[ret->count++].value = unverified ? "true" : child->text;
    }
    return 0;
}

int cloud_read(const char *name, struct arena *arena, struct vmtp_map *ret, const char **ret_file,
               struct vmtp_error *err)
{
    const char *file = file_find("OS_CLIENT_CONFIG_FILE", "clouds", arena);
    struct vmtp_pair *pairs = arena_array(arena, PAIRS_MAX, sizeof *pairs);
    struct vmtp_map map = { .pairs = pairs };
    const struct node *entry = NULL;
    int r;

    if (!pairs)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (!file)
        return vmtp_fail(err, -ENOENT,
                         "cloud '%.60s': there is no clouds.yaml here, in ~/.config/openstack or "
                         "in /etc/openstack",
                         name);
    r = entry_find(name, file, arena, &entry, err);
    if (r < 0)
        return r;
    r = pairs_add(entry, arena, pairs, &map);
    r = r < 0 ? r : pairs_add(node_get(entry, "auth"), arena, pairs, &map);
    if (r < 0)
        return vmtp_fail(err, r, "out of memory");
    *ret = map;
    *ret_file = file;
    return 0;
}
