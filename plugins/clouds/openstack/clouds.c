/* SPDX-License-Identifier: Apache-2.0 */
#include "clouds.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "secret.h"
#include "yaml.h"

#define KEY_MAX 100

/* The folder of the file that the person names, which stands for all the others; "" if none is. */
static void folder_named(char ret[PATH_MAX])
{
    const char *named = getenv("OS_CLIENT_CONFIG_FILE"),
               *slash = named ? strrchr(named, '/') : NULL;

    snprintf(ret, PATH_MAX, "%.*s", slash ? (int)(slash - named) + 1 : 0, slash ? named : "");
    if (slash && slash > named)
        ret[slash - named] = '\0';
}

/* A file that exists: beside the one that is named, or in the folders where OpenStack's clients
 * look. */
static bool file_find(const char *variable, const char *stem, char ret[PATH_MAX])
{
    static const char *const endings[] = { "yaml", "yml", "json" };
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
    const char *named = getenv(variable);
    char own[PATH_MAX], beside[PATH_MAX];
    const char *folders[] = { beside, ".", own, "/etc/openstack" };

    snprintf(own, sizeof own, "%s%s/openstack",
             config && *config ? config
             : home            ? home
                               : "",
             config && *config ? "" : "/.config");
    if (named && *named)
        return (size_t)snprintf(ret, PATH_MAX, "%s", named) < PATH_MAX;
    folder_named(beside);
    for (size_t i = *beside ? 0 : 3; i < 12; i++)
        if (snprintf(ret, PATH_MAX, "%s/%s.%s", folders[i / 3], stem, endings[i % 3]) < PATH_MAX &&
            access(ret, F_OK) == 0)
            return true;
    return false;
}

/* A file's entry `name` below `key`, borrowed from *ret_root; *ret NULL: it has none. */
static int entry_find(const char *file, const char *key, const char *name, json_t **ret_root,
                      json_t **ret, struct vmtp_error *err)
{
    int r = yaml_to_json(file, ret_root, err);

    if (r < 0)
        return r;
    *ret = json_object_get(json_object_get(*ret_root, key), name);
    if (*ret && !json_is_object(*ret))
        return vmtp_fail(err, -EINVAL, "%.200s: %s.%.60s: a map is wanted", file, key, name);
    return 0;
}

static int no_cloud(const json_t *clouds, const char *file, const char *name,
                    struct vmtp_error *err)
{
    char all[300] = "";
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)clouds, key, value)
    {
        size_t used = strlen(all);

        snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", key);
    }
    return vmtp_fail(err, -ENOENT, "%.200s: there is no cloud '%.60s' (there are: %s)", file, name,
                     *all ? all : "none");
}

/* A copy, so that what it is of can be wiped. */
static int lay(json_t *entry, const json_t *over, struct vmtp_error *err)
{
    json_t *copy = json_deep_copy(over);
    int r = copy ? json_object_update_recursive(entry, copy) : -1;

    json_decref(copy);
    return r < 0 ? vmtp_fail(err, -ENOMEM, "out of memory") : 0;
}

/* What the files of that kind say of `name`; nothing where there is none. */
static int lay_file(json_t *entry, const char *variable, const char *stem, const char *key,
                    const char *name, struct vmtp_error *err)
{
    json_t *root = NULL, *over = NULL;
    char file[PATH_MAX];
    int r = 0;

    if (name && file_find(variable, stem, file))
        r = entry_find(file, key, name, &root, &over, err);
    if (r == 0 && over)
        r = lay(entry, over, err);
    secret_json_free(root);
    return r;
}

/* The entry with all that is laid below and over it. */
static int entry_make(const char *file, const char *name, json_t *ret, struct vmtp_error *err)
{
    json_t *root = NULL, *own = NULL;
    int r = entry_find(file, "clouds", name, &root, &own, err);

    if (r == 0 && !own)
        r = no_cloud(json_object_get(root, "clouds"), file, name, err);
    if (r == 0)
        r = lay_file(ret, "OS_CLIENT_VENDOR_FILE", "clouds-public", "public-clouds",
                     json_string_value(json_object_get(own, "profile")), err);
    r = r < 0 ? r : lay(ret, own, err);
    secret_json_free(root);
    return r < 0 ? r : lay_file(ret, "OS_CLIENT_SECURE_FILE", "secure", "clouds", name, err);
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c == '-' ? '_' : c;
}

/* Its strings, by the names of an openrc file. */
static int strings_copy(json_t *map, json_t *ret)
{
    const char *key;
    json_t *value;

    json_object_foreach(map, key, value)
    {
        const char *text = json_string_value(value);
        bool unverified = text && strcmp(key, "verify") == 0 && strcasecmp(text, "false") == 0;
        char name[KEY_MAX] = "INSECURE";

        for (size_t i = 0; !unverified && i < sizeof name && (i == 0 || key[i - 1]); i++)
            name[i] = upper(key[i]);
        name[sizeof name - 1] = '\0';
        if (text && *text &&
            json_object_set_new(ret, name, json_string(unverified ? "true" : text)) < 0)
            return -ENOMEM;
    }
    return 0;
}

int cloud_read(const char *name, json_t **ret, char ret_file[PATH_MAX], struct vmtp_error *err)
{
    json_t *entry = json_object(), *pairs = json_object();
    char file[PATH_MAX];
    int r;

    if (!entry || !pairs)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    else if (!file_find("OS_CLIENT_CONFIG_FILE", "clouds", file))
        r = vmtp_fail(err, -ENOENT,
                      "cloud '%.60s': there is no clouds.yaml here, in ~/.config/openstack or "
                      "in /etc/openstack",
                      name);
    else
        r = entry_make(file, name, entry, err);
    if (r == 0 &&
        (strings_copy(entry, pairs) < 0 || strings_copy(json_object_get(entry, "auth"), pairs) < 0))
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    secret_json_free(entry);
    if (r < 0) {
        secret_json_free(pairs);
        return r;
    }
    snprintf(ret_file, PATH_MAX, "%s", file);
    *ret = pairs;
    return 0;
}
