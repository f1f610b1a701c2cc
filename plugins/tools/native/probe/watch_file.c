/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_file.h"

#include "sysfile.h"

#include <fcntl.h>
#include <unistd.h>

void watch_file_open(struct watch_file *f, const char *path)
{
    f->fd = open(path, O_RDONLY | O_CLOEXEC);
}

void watch_file_close(struct watch_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

const char *watch_file_read(struct watch_file *f)
{
    static char text[WATCH_TEXT_MAX + 1]; /* of the one thread that looks */
    ssize_t len = sysfile_fill(f->fd, text, sizeof text, SYSFILE_PAGE);

    return len < 0 || len == WATCH_TEXT_MAX ? NULL : text;
}
