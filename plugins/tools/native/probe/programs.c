/* SPDX-License-Identifier: Apache-2.0 */
#include "programs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USUAL_FOLDERS "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static bool runnable(const char *path)
{
    struct stat st;

    return access(path, X_OK) == 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool find_in(const char *folders, const char *name, char *path, size_t size)
{
    while (folders && *folders) {
        int len = (int)strcspn(folders, ":");
        int n = snprintf(path, size, "%.*s/%s", len, folders, name);

        if (len > 0 && n > 0 && (size_t)n < size && runnable(path))
            return true;
        folders += len;
        folders += *folders == ':';
    }
    return false;
}

void programs_add(struct json_writer *w, char *const *names)
{
    char path[PATH_MAX];

    json_open(w, "programs");
    for (; *names; names++)
        if (find_in(getenv("PATH"), *names, path, sizeof path) ||
            find_in(USUAL_FOLDERS, *names, path, sizeof path))
            json_add_text(w, *names, path);
    json_close(w);
}
