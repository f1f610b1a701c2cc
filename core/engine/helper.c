/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include "../base/attr.h"
#include "../base/self.h"

/* Takes it if it can be run. */
static bool helper_take(const char *path, char *ret_path, size_t len)
{
    if (access(path, X_OK) < 0 || strlen(path) >= len)
        return false;
    memcpy(ret_path, path, strlen(path) + 1);
    return true;
}

int helper_find(const char *name, char *ret_path, size_t len, struct vmtp_error *err)
{
    static const char *const folders[] = { "", "../lib/vmtp/", "vmtp/" };
    char below[PATH_MAX], path[PATH_MAX];

    if (strchr(name, '/'))
        return vmtp_fail(err, -EINVAL, "helper '%.40s': is a path, not a name", name);
    for (size_t i = 0; i < COUNT(folders); i++) {
        snprintf(below, sizeof below, "%s%.255s", folders[i], name);
        if (self_beside(below, path) && helper_take(path, ret_path, len))
            return 0;
    }
    snprintf(path, sizeof path, "%s/%.255s", VMTP_LIBDIR, name);
    return helper_take(path, ret_path, len)
               ? 0
               : vmtp_fail(err, -ENOENT, "%s/%s: is not installed", VMTP_LIBDIR, name);
}
