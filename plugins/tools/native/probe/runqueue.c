/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading schedstat: three numbers, always from the beginning of the file.
 */
#include "runqueue.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int runqueue_open(void)
{
    return open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
}

uint64_t runqueue_wait(int fd)
{
    char buf[96], *end;
    ssize_t n = fd < 0 ? -1 : pread(fd, buf, sizeof buf - 1, 0);

    if (n <= 0)
        return 0;
    buf[n] = 0;
    (void)strtoull(buf, &end, 10);
    return strtoull(end, NULL, 10);
}
