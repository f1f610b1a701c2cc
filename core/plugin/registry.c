/* SPDX-License-Identifier: Apache-2.0 */
#include "registry.h"

#include "../base/self.h"
#include "plugin.h"

#include <dirent.h>
#include <sys/stat.h>

#define TEXT(number)   #number
#define TEXT_OF(macro) TEXT(macro)
#define ABI_MAJOR_TEXT TEXT_OF(VMTP_ABI_MAJOR)

const struct component *registry_find(const struct registry *registry, enum vmtp_kind kind,
                                      const char *name)
{
    for (const struct component *c = registry->components; c; c = c->next)
        if (c->table.kind == kind && strcmp(c->table.name, name) == 0)
            return c;
    return NULL;
}

static int refuse(struct registry *registry, const char *path, const char *reason)
{
    struct refusal **tail = &registry->refusals;
    struct refusal *refusal = arena_alloc(registry->arena, sizeof *refusal);

    if (!refusal)
        return -ENOMEM;
    refusal->path = arena_strdup(registry->arena, path);
    refusal->reason = arena_strdup(registry->arena, reason);
    if (!refusal->path || !refusal->reason)
        return -ENOMEM;
    while (*tail)
        tail = &(*tail)->next;
    *tail = refusal;
    return 0;
}

static bool comes_before(const struct component *a, const struct component *b)
{
    if (a->table.kind != b->table.kind)
        return a->table.kind < b->table.kind;
    return strcmp(a->table.name, b->table.name) < 0;
}

/* The same folder may be named twice. */
static bool is_same_file(const char *one, const char *other)
{
    struct stat a, b;

    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* The first one found has the name: folders searched earlier win. */
static int take(struct registry *registry, struct component *component)
{
    const struct component *twin =
        registry_find(registry, component->table.kind, component->table.name);
    struct component **at = &registry->components;
    char reason[PATH_MAX + 128];

    if (twin && is_same_file(twin->path, component->path))
        return 0;
    if (twin) {
        snprintf(reason, sizeof reason, "%s %s: %s has that name already",
                 kind_name(component->table.kind), component->table.name, twin->path);
        return refuse(registry, component->path, reason);
    }
    while (*at && comes_before(*at, component))
        at = &(*at)->next;
    component->next = *at;
    *at = component;
    return 0;
}

static int load(struct registry *registry, const char *path)
{
    struct vmtp_error err = { 0 };
    struct plugin plugin;
    int r = plugin_open(path, registry->arena, &plugin, &err);

    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return refuse(registry, path, err.text);
    r = 0;
    for (struct component *next, *c = plugin.components; r == 0 && c; c = next) {
        next = c->next;
        r = take(registry, c);
    }
    return r;
}

static int is_shared_object(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0;
}

/* The shared objects right in a folder, by name. */
static int load_files(struct registry *registry, const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_shared_object, alphasort);
    int r = 0;

    if (count < 0)
        return errno == ENOMEM ? -ENOMEM : 0; /* no such folder: nothing to load */
    for (int i = 0; i < count; i++) {
        const char *path =
            r == 0 ? arena_printf(registry->arena, "%s/%s", folder, entries[i]->d_name) : NULL;

        if (r == 0)
            r = path ? load(registry, path) : -ENOMEM;
        free(entries[i]);
    }
    free(entries);
    return r;
}

/* Plugins stand right in a folder or, as installed, in one below it for each kind. */
static int load_folder(struct registry *registry, const char *folder)
{
    static const char *const below[] = { "tools", "clouds", "sinks", "monitors" };
    int r = load_files(registry, folder);

    for (size_t i = 0; r == 0 && i < COUNT(below); i++) {
        const char *path = arena_printf(registry->arena, "%s/%s", folder, below[i]);

        r = path ? load_files(registry, path) : -ENOMEM;
    }
    return r;
}

static int load_path(struct registry *registry, const char *path)
{
    int r = 0;

    while (r == 0 && path && *path) {
        size_t len = strcspn(path, ":");

        if (len) {
            const char *folder = arena_strndup(registry->arena, path, len);

            r = folder ? load_folder(registry, folder) : -ENOMEM;
        }
        path += len + (path[len] == ':');
    }
    return r;
}

/* In a build tree the plugins are beside the program and the library; installed, in the lib folder
 * that is beside the program's, or the library's own; else where the build was told to install. */
static const char *own_folder(struct arena *arena)
{
    static const char *const places[] = { "plugins", "../lib/vmtp/plugins-" ABI_MAJOR_TEXT,
                                          "vmtp/plugins-" ABI_MAJOR_TEXT };
    char folder[PATH_MAX];

    for (size_t i = 0; i < COUNT(places); i++)
        if (self_beside(places[i], folder) && access(folder, R_OK) == 0)
            return arena_strdup(arena, folder);
    return VMTP_PLUGINDIR;
}

static int load_all(struct registry *registry, const char *path)
{
    const char *environment = secure_getenv("VMTP_PLUGIN_PATH");
    const char *home = secure_getenv("HOME");
    const char *mine = "";
    const char *own = own_folder(registry->arena);
    int r;

    if (home && home[0] == '/')
        mine = arena_printf(registry->arena, "%s/.local/lib/vmtp/plugins-%d", home, VMTP_ABI_MAJOR);
    if (!own || !mine)
        return -ENOMEM;
    r = load_path(registry, path);
    if (r == 0)
        r = load_path(registry, environment);
    if (r == 0)
        r = load_path(registry, mine);
    return r == 0 ? load_folder(registry, own) : r;
}

static int registry_new(struct registry **ret)
{
    struct arena *arena = arena_new();
    struct registry *registry = arena ? arena_alloc(arena, sizeof *registry) : NULL;

    if (!registry) {
        arena_free(arena);
        return -ENOMEM;
    }
    registry->arena = arena;
    *ret = registry;
    return 0;
}

int registry_load(const char *path, struct registry **ret, struct vmtp_error *err)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    int r = registry_new(&registry);

    if (r == 0)
        r = load_all(registry, path);
    if (r < 0)
        return vmtp_fail(err, r, "plugins: %s", strerror(-r));
    *ret = TAKE(registry);
    return 0;
}

int registry_load_file(const char *file, struct registry **ret, struct vmtp_error *err)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    int r = registry_new(&registry);

    if (r == 0)
        r = load(registry, file);
    if (r < 0)
        return vmtp_fail(err, r, "plugin %s: %s", file, strerror(-r));
    *ret = TAKE(registry);
    return 0;
}

void registry_tell(const struct registry *registry, const struct log *log)
{
    for (const struct refusal *r = registry->refusals; r; r = r->next)
        log_line(log, VMTP_WARN, "plugin %s: %s", r->path, r->reason);
}

void registry_free(struct registry *registry)
{
    if (registry)
        arena_free(registry->arena);
}
