/* SPDX-License-Identifier: Apache-2.0 */
#include "sysfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_BYTES 65536

bool sysfile_text(const char *path, char *to, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, to, size - 1);

    if (fd >= 0)
        close(fd);
    to[n > 0 ? n : 0] = 0;
    while (n > 0 && (to[n - 1] == '\n' || to[n - 1] == ' '))
        to[--n] = 0;
    for (char *p = to; *p; p++)
        if (*p == '\t')
            *p = ' ';
    return n > 0;
}

bool sysfile_uint(const char *path, uint64_t *ret)
{
    char text[32], *end;
    uint64_t value;

    if (!sysfile_text(path, text, sizeof text) || !isdigit((unsigned char)*text))
        return false;
    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno)
        return false;
    *ret = value;
    return true;
}

bool sysfile_line(const char *path, const char *begin, char *to, size_t size)
{
    char *text = malloc(LINES_BYTES);
    size_t len = strlen(begin);
    bool found = false;

    if (text && sysfile_text(path, text, LINES_BYTES))
        for (const char *line = text; line && !found;
             line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
            found = strncmp(line, begin, len) == 0;
            if (found)
                snprintf(to, size, "%.*s", (int)strcspn(line + len, "\n"), line + len);
        }
    free(text);
    return found;
}
