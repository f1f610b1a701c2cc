/* SPDX-License-Identifier: Apache-2.0 */
#include "fd.h"

#include "clock.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#define POLL_MAX 8

static bool time_left(uint64_t deadline_ns, struct timespec *ret)
{
    uint64_t now_ns = clock_now_ns();
    uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;

    ret->tv_sec = (time_t)(left_ns / NS_PER_S);
    ret->tv_nsec = (long)(left_ns % NS_PER_S);
    return left_ns > 0;
}

int fd_poll(struct pollfd *fds, size_t count, uint64_t deadline_ns, int cancel_fd)
{
    struct pollfd all[POLL_MAX];
    int n;

    if (count >= POLL_MAX)
        return -EINVAL;
    if (count)
        memcpy(all, fds, count * sizeof *fds);
    all[count] = (struct pollfd){ .fd = cancel_fd, .events = POLLIN };
    for (;;) {
        struct timespec left;
        bool due = deadline_ns && !time_left(deadline_ns, &left);

        n = ppoll(all, count + 1, deadline_ns ? &left : NULL, NULL);
        if (n > 0 || (n == 0 && due) || (n < 0 && errno != EINTR))
            break;
    }
    if (n < 0)
        return -errno;
    if (all[count].revents)
        return -ECANCELED;
    if (count)
        memcpy(fds, all, count * sizeof *fds);
    return n;
}

void fd_raise(int fd)
{
    int code = errno;
    ssize_t n = write(fd, &(uint64_t){ 1 }, sizeof(uint64_t));

    (void)n; /* one that is full is readable all the same */
    errno = code;
}

uint64_t fd_lower(int fd)
{
    uint64_t count = 0;

    return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

int fd_write_all(int fd, const void *data, size_t len)
{
    const char *next = data;

    while (len) {
        ssize_t n = write(fd, next, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        next += n;
        len -= (size_t)n;
    }
    return 0;
}

int file_read(const char *path, struct buf *ret, struct vmtp_error *err)
{
    _close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    char chunk[16 * 1024];
    ssize_t n;

    if (fd < 0)
        return vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
    while ((n = read(fd, chunk, sizeof chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
        int r = buf_add(ret, chunk, (size_t)n);

        if (r == -EMSGSIZE)
            return vmtp_fail(err, r, "%s: larger than %zu bytes", path, ret->max);
        if (r < 0)
            return vmtp_fail(err, r, "%s: %s", path, strerror(-r));
    }
    return 0;
}

int dir_make(const char *path, struct vmtp_error *err)
{
    char part[PATH_MAX];
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof part)
        return vmtp_fail(err, -ENAMETOOLONG, "folder '%.60s...': its name is too long", path);
    memcpy(part, path, len + 1);
    for (char *end = part + 1; end <= part + len; end++) {
        if (*end != '/' && *end != '\0')
            continue;
        char rest = *end;

        *end = '\0';
        if (mkdir(part, 0700) < 0 && errno != EEXIST)
            return vmtp_fail(err, -errno, "folder %s: %s", part, strerror(errno));
        *end = rest;
    }
    return 0;
}

static int write_synced(int fd, const void *data, size_t len)
{
    int r = fd_write_all(fd, data, len);

    if (r < 0)
        return r;
    return fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
}

int file_replace(const char *path, const void *data, size_t len, unsigned mode,
                 struct vmtp_error *err)
{
    char temporary[PATH_MAX];
    _close_ int fd = -1;
    int n, r;

    n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return vmtp_fail(err, -ENAMETOOLONG, "file '%.60s...': its name is too long", path);
    fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
    r = write_synced(fd, data, len);
    if (r == 0 && (fchmod(fd, mode) < 0 || rename(temporary, path) < 0))
        r = -errno;
    if (r < 0) {
        unlink(temporary);
        return vmtp_fail(err, r, "%s: %s", path, strerror(-r));
    }
    return 0;
}

static bool is_replaceable(const char *path)
{
    char folder[PATH_MAX];
    struct stat st;

    if (lstat(path, &st) < 0)
        return true;
    snprintf(folder, sizeof folder, "%s", path);
    return S_ISREG(st.st_mode) && st.st_nlink == 1 && access(dirname(folder), W_OK) == 0;
}

/* A pipe that nobody reads is refused, not waited for. */
static int target_open(const char *path, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode);

    if (fd < 0 || fcntl(fd, F_SETFL, 0) == 0)
        return fd < 0 ? -errno : fd;
    close(fd);
    return -EIO;
}

int file_store(const char *path, const void *data, size_t len, unsigned mode,
               struct vmtp_error *err)
{
    _close_ int fd = -1;
    int r;

    if (is_replaceable(path))
        return file_replace(path, data, len, mode, err);
    fd = target_open(path, mode);
    r = fd < 0 ? fd : write_synced(fd, data, len);
    return r < 0 ? vmtp_fail(err, r, "%s: %s", path, strerror(-r)) : 0;
}
