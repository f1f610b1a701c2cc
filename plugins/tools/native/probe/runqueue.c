/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading schedstat: three numbers, always from the beginning of the file.
 */
#include "runqueue.h"

#include "sysfile.h"
#include "text.h"

#include <fcntl.h>

int runqueue_open(void)
{
    return open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
}

bool runqueue_parse(const char *text, uint64_t *ret_ns)
{
    uint64_t ran, waited, times;

    if (!text_number(&text, &ran) || !text_number(&text, &waited) || !text_number(&text, &times) ||
        !times)
        return false;
    *ret_ns = waited;
    return true;
}

bool runqueue_read(int fd, uint64_t *ret_ns)
{
    char text[96];

    return sysfile_fill(fd, text, sizeof text, SYSFILE_PAGE) > 0 && runqueue_parse(text, ret_ns);
}

uint64_t runqueue_wait(int fd)
{
    uint64_t ns = 0;

    (void)runqueue_read(fd, &ns);
    return ns;
}
