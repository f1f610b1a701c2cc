/* SPDX-License-Identifier: Apache-2.0 */
#include "self.h"

#include "attr.h"

#include <inttypes.h>

#define LINE_BYTES (PATH_MAX + 128)

static const char here = 1; /* something that is in the file */

/* The path in a line of maps, if that is where we are; else NULL. */
static char *line_path(char *line)
{
    uintptr_t from, to;
    int at = 0;

    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %*s %n", &from, &to, &at) != 2 ||
        line[at] != '/' || (uintptr_t)&here < from || (uintptr_t)&here >= to)
        return NULL;
    line[at + strcspn(line + at, "\n")] = '\0';
    return line + at;
}

/* The maps know it whatever the working directory has become; dladdr() says it as it was given. */
bool self_path(char ret[PATH_MAX])
{
    _fclose_ FILE *maps = fopen("/proc/self/maps", "re");
    char line[LINE_BYTES], *path = NULL;

    while (maps && !path && fgets(line, sizeof line, maps))
        path = line_path(line);
    if (!path || strlen(path) >= PATH_MAX)
        return false;
    memcpy(ret, path, strlen(path) + 1);
    return true;
}

bool self_beside(const char *name, char ret[PATH_MAX])
{
    char path[PATH_MAX];
    int n;

    if (!self_path(path))
        return false;
    *strrchr(path, '/') = '\0';
    n = snprintf(ret, PATH_MAX, "%s/%s", path, name);
    return n > 0 && n < PATH_MAX;
}
