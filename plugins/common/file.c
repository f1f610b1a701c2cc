/* SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

bool path_is_stdout(const char *path)
{
    return strcmp(path, "-") == 0;
}

static const char *shown(const struct out_file *file)
{
    return path_is_stdout(file->path) ? "stdout" : file->path;
}

/* Beside the file, with a name of its own; open() rather than mkostemp(), which would not heed the
 * umask. */
static int temporary_open(struct out_file *file)
{
    for (int tries = 0; tries < 8; tries++) {
        unsigned int random;
        int n, fd;

        if (getrandom(&random, sizeof random, 0) != sizeof random)
            return -EIO;
        n = snprintf(file->temporary, sizeof file->temporary, "%s.%08x", file->path, random);
        if (n < 0 || (size_t)n >= sizeof file->temporary)
            return -ENAMETOOLONG;
        fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd < 0 ? -errno : fd;
    }
    return -EEXIST;
}

static int fd_open(struct out_file *file)
{
    struct stat st;
    int fd;

    if (!path_is_stdout(file->path) && (stat(file->path, &st) < 0 || S_ISREG(st.st_mode)))
        return temporary_open(file);
    if (path_is_stdout(file->path))
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NONBLOCK); /* -ENXIO: a FIFO nobody reads */
    if (fd >= 0 && !path_is_stdout(file->path))
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int out_file_open(struct out_file *file, const char *path, struct vmtp_error *err)
{
    int fd;

    *file = (struct out_file){ .path = path };
    fd = fd_open(file);
    if (fd < 0)
        return vmtp_fail(err, fd, "%s: %s", shown(file), strerror(-fd));
    file->stream = fdopen(fd, "w");
    if (!file->stream) {
        close(fd);
        if (file->temporary[0])
            unlink(file->temporary);
        return vmtp_fail(err, -ENOMEM, "%s: out of memory", shown(file));
    }
    return 0;
}

void out_file_write(struct out_file *file, const void *data, size_t len)
{
    if (file->status == 0 && fwrite(data, 1, len, file->stream) != len)
        file->status = errno ? -errno : -EIO;
}

/* What can't be synced, such as a pipe, says EINVAL or EROFS. */
static int stream_finish(struct out_file *file)
{
    int r = file->status;

    if (r == 0 && fflush(file->stream) != 0)
        r = -errno;
    if (r == 0 && fsync(fileno(file->stream)) < 0 && errno != EINVAL && errno != EROFS)
        r = -errno;
    if (fclose(file->stream) != 0 && r == 0)
        r = -errno;
    file->stream = NULL;
    return r;
}

int out_file_close(struct out_file *file, struct vmtp_error *err)
{
    int r = stream_finish(file);

    if (r == 0 && file->temporary[0] && rename(file->temporary, file->path) < 0)
        r = -errno;
    if (r < 0 && file->temporary[0])
        unlink(file->temporary);
    return r < 0 ? vmtp_fail(err, r, "%s: %s", shown(file), strerror(-r)) : 0;
}

bool stream_close(FILE *stream)
{
    bool whole = !ferror(stream);

    return fclose(stream) == 0 && whole;
}

void out_file_drop(struct out_file *file)
{
    if (!file->stream)
        return;
    fclose(file->stream);
    file->stream = NULL;
    if (file->temporary[0])
        unlink(file->temporary);
}

void out_file_tell(struct vmtp_self *self, const char *path)
{
    if (path && *path && !path_is_stdout(path))
        vmtp_info(self, "results are in %s", path);
}

static int out_file_fill(const char *path, const char *text, struct vmtp_error *err)
{
    struct out_file file;
    int r = out_file_open(&file, path, err);

    if (r < 0)
        return r;
    out_file_write(&file, text, strlen(text));
    return out_file_close(&file, err);
}

int out_file_keep(struct vmtp_self *self, const char *path, char *text, struct vmtp_error *err)
{
    int r = text ? out_file_fill(path, text, err) : vmtp_fail(err, -ENOMEM, "out of memory");

    if (r == 0)
        out_file_tell(self, path);
    free(text);
    return r;
}
