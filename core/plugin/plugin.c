/* SPDX-License-Identifier: Apache-2.0 */
#include "plugin.h"

#include "../base/self.h"
#include "elf.h"
#include "lint.h"
#include "sized.h"

#include <dlfcn.h>
#include <libgen.h>
#include <sys/stat.h>

#define COMPONENTS_MAX 64

/* Whoever owns this program or library could as well have changed it. */
static bool owner_trusted(uid_t uid)
{
    char path[PATH_MAX];
    struct stat self;

    return uid == 0 || uid == geteuid() ||
           (self_path(path) && stat(path, &self) == 0 && uid == self.st_uid);
}

/* As root, code that others can change is not run. */
static int writable_by_others(const char *path, struct vmtp_error *err)
{
    char copy[PATH_MAX];
    struct stat st;

    if (geteuid() != 0)
        return 0;
    if (stat(path, &st) < 0)
        return vmtp_fail(err, -errno, "%s", strerror(errno));
    if (st.st_mode & S_IWOTH)
        return vmtp_fail(err, -EPERM, "everyone can write it, and this is root: chmod o-w");
    if (!owner_trusted(st.st_uid))
        return vmtp_fail(err, -EPERM, "belongs to user %u, and this is root: chown root",
                         (unsigned)st.st_uid);
    if (strlen(path) >= sizeof copy)
        return vmtp_fail(err, -ENAMETOOLONG, "its name is too long");
    memcpy(copy, path, strlen(path) + 1);
    if (stat(dirname(copy), &st) == 0 && (st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
        return vmtp_fail(err, -EPERM, "everyone can write its folder, and this is root: chmod o-w");
    return 0;
}

/* Which plugin ABI a file without our symbol speaks; -1: none. */
static int other_major(const char *path)
{
    for (int major = 0; major <= 9; major++) {
        char symbol[32];

        snprintf(symbol, sizeof symbol, "vmtp_module_v%d", major);
        if (major != VMTP_ABI_MAJOR && elf_exports(path, symbol, NULL) == 1)
            return major;
    }
    return -1;
}

static int file_check(const char *path, struct vmtp_error *err)
{
    int r = elf_exports(path, VMTP_SYMBOL, err);
    int major;

    if (r < 0)
        return r;
    if (r == 1)
        return writable_by_others(path, err);
    major = other_major(path);
    if (major >= 0)
        return vmtp_fail(err, -ENOTSUP, "speaks plugin ABI %d, this vmtp speaks %d.%d", major,
                         VMTP_ABI_MAJOR, VMTP_ABI_MINOR);
    return vmtp_fail(err, -ENOEXEC, "exports no %s, so it is no vmtp plugin", VMTP_SYMBOL);
}

/* What a plugin uses and this core does not know has to do with who is newer. */
static int versions_wrap(const struct vmtp_module *module, struct vmtp_error *err)
{
    return vmtp_wrap(err, "is built for plugin ABI %u.%u, this vmtp speaks %d.%d",
                     module->abi_major, module->abi_minor, VMTP_ABI_MAJOR, VMTP_ABI_MINOR);
}

/* Only the size and the versions may be read before they have been found good. */
static int module_check(const struct vmtp_module *module, struct vmtp_module *ret,
                        struct vmtp_error *err)
{
    int r;

    if (module->abi_major != VMTP_ABI_MAJOR)
        return vmtp_fail(err, -ENOTSUP, "is built for plugin ABI %u.%u, this vmtp speaks %d.%d",
                         module->abi_major, module->abi_minor, VMTP_ABI_MAJOR, VMTP_ABI_MINOR);
    r = sized_copy(ret, sizeof *ret, module, "its module", err);
    if (r < 0)
        return versions_wrap(module, err);
    if (!ret->name || !ret->name[0] || !ret->version || !ret->components || !ret->components[0])
        return vmtp_fail(err, -EINVAL, "lacks a name, a version or a component");
    return 0;
}

static int ops_copy(struct component *component, struct vmtp_error *err)
{
    static const size_t sizes[] = {
        [VMTP_TOOL] = sizeof(struct vmtp_tool),
        [VMTP_CLOUD] = sizeof(struct vmtp_cloud),
        [VMTP_SINK] = sizeof(struct vmtp_sink),
        [VMTP_MONITOR] = sizeof(struct vmtp_monitor),
    };
    uint32_t kind = component->table.kind;
    int r;

    if (kind < VMTP_TOOL || kind > VMTP_MONITOR)
        return vmtp_fail(err, -ENOTSUP, "has a component of kind %u, which this vmtp does not know",
                         kind);
    if (!component->table.ops)
        return vmtp_fail(err, -EINVAL, "has a %s without functions", kind_name(kind));
    r = sized_copy(&component->ops, sizes[kind], component->table.ops, kind_name(kind), err);
    component->table.ops = &component->ops;
    return r;
}

static int component_copy(const struct vmtp_component *from, const struct plugin *plugin,
                          struct arena *arena, struct component **ret, struct vmtp_error *err)
{
    struct component *component = arena_alloc(arena, sizeof *component);
    int r;

    if (!component)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = sized_copy(&component->table, sizeof component->table, from, "a component", err);
    if (r == 0)
        r = ops_copy(component, err);
    if (r == 0)
        r = component_lint(component, err);
    component->path = plugin->path;
    component->version = plugin->version;
    *ret = component;
    return r;
}

static int module_copy(const struct vmtp_module *module, struct plugin *plugin, struct arena *arena,
                       struct vmtp_error *err)
{
    struct component **tail = &plugin->components;

    plugin->name = module->name;
    plugin->version = module->version;
    plugin->license = module->license;
    plugin->abi_minor = module->abi_minor;
    for (size_t i = 0; module->components[i]; i++) {
        int r = i < COMPONENTS_MAX
                    ? component_copy(module->components[i], plugin, arena, tail, err)
                    : vmtp_fail(err, -E2BIG, "has more than %d components", COMPONENTS_MAX);

        if (r < 0)
            return r;
        tail = &(*tail)->next;
    }
    return 0;
}

int plugin_open(const char *path, struct arena *arena, struct plugin *ret, struct vmtp_error *err)
{
    struct plugin plugin = { .path = arena_strdup(arena, path) };
    struct vmtp_module module;
    void *handle;
    int r = plugin.path ? file_check(path, err) : vmtp_fail(err, -ENOMEM, "out of memory");

    if (r < 0)
        return r;
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        return vmtp_fail(err, -ENOEXEC, "%s", dlerror());
    r = module_check(dlsym(handle, VMTP_SYMBOL), &module, err);
    dlclose(handle); /* NODELETE: gives back the handle, not the mapping */
    if (r < 0)
        return r;
    r = module_copy(&module, &plugin, arena, err);
    if (r == -ENOTSUP)
        return versions_wrap(&module, err);
    if (r == 0)
        *ret = plugin;
    return r;
}
