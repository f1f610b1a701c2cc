/* SPDX-License-Identifier: Apache-2.0
 *
 * Preloaded into a program: its Nth call of one kind fails.  TORTURE_KIND is malloc or open,
 * TORTURE_AT is N; when the call was made, the file TORTURE_MARK is made too, so that the script
 * knows when N has gone beyond the program's last call.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static atomic_long calls;

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
int open(const char *path, int flags, ...);
int open64(const char *path, int flags, ...);

static int fails(const char *kind)
{
    const char *wanted = getenv("TORTURE_KIND"), *at = getenv("TORTURE_AT");
    const char *mark = getenv("TORTURE_MARK");
    long fd;

    if (!wanted || !at || !mark || strcmp(wanted, kind) != 0)
        return 0;
    if (atomic_fetch_add(&calls, 1) + 1 != strtol(at, NULL, 10))
        return 0;
    fd = syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close((int)fd);
    return 1;
}

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size)
{
    return fails("malloc") ? no_memory() : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails("malloc") ? no_memory() : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails("malloc") ? no_memory() : __libc_realloc(memory, size);
}

static int open_real(const char *path, int flags, mode_t mode)
{
    if (fails("open")) {
        errno = EMFILE;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list ap;
    mode_t mode;

    va_start(ap, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return open_real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list ap;
    mode_t mode;

    va_start(ap, flags);
    mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return open_real(path, flags, mode);
}
