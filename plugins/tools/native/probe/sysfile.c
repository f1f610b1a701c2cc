/* SPDX-License-Identifier: Apache-2.0 */
#include "sysfile.h"

#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_BYTES 65536

ssize_t sysfile_fill(int fd, char *to, size_t size, size_t least)
{
    size_t len = 0;
    ssize_t n;

    do {
        n = fd < 0 ? -1 : pread(fd, to + len, size - 1 - len, (off_t)len);
        len += n > 0 ? (size_t)n : 0;
    } while (n >= (ssize_t)least && len < size - 1);
    if (n < 0)
        len = 0;
    to[len] = 0;
    return n < 0 ? -1 : (ssize_t)len;
}

bool sysfile_read(const char *path, char *to, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = sysfile_fill(fd, to, size, 1);

    if (fd >= 0)
        close(fd);
    return len > 0;
}

bool sysfile_text(const char *path, char *to, size_t size)
{
    bool known = sysfile_read(path, to, size);
    size_t len = strlen(to);

    while (len && (to[len - 1] == '\n' || to[len - 1] == ' '))
        to[--len] = 0;
    for (char *p = to; *p; p++)
        if (*p == '\t')
            *p = ' ';
    return known && len;
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
    const char *rest =
        text && sysfile_text(path, text, LINES_BYTES) ? text_line(text, begin) : NULL;

    if (rest)
        snprintf(to, size, "%.*s", (int)strcspn(rest, "\n"), rest);
    free(text);
    return rest;
}
