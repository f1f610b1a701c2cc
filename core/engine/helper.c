/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include "../base/attr.h"

#include <limits.h>
#include <stdbool.h>

static bool helper_in(const char *folder, const char *below, const char *name, char *ret_path,
                      size_t len)
{
    int used = snprintf(ret_path, len, "%s/%s%s", folder, below, name);

    return used > 0 && (size_t)used < len && access(ret_path, X_OK) == 0;
}

int helper_find(const char *name, char *ret_path, size_t len, struct vmtp_error *err)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (strchr(name, '/'))
        return vmtp_fail(err, -EINVAL, "helper '%.40s': is a path, not a name", name);
    if (n > 0) {
        self[n] = '\0';
        *strrchr(self, '/') = '\0';
        if (helper_in(self, "", name, ret_path, len) ||
            helper_in(self, "../lib/vmtp/", name, ret_path, len))
            return 0;
    }
    if (helper_in(VMTP_LIBDIR, "", name, ret_path, len))
        return 0;
    return vmtp_fail(err, -ENOENT, "%s/%s: is not installed", VMTP_LIBDIR, name);
}
