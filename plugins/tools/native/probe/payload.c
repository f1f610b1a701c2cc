/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer for bulk traffic.  An anonymous mapping of 2 MiB or more is aligned for huge pages by
 * the kernel where it can; MADV_HUGEPAGE asks for them.
 */
#include "payload.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE (2u << 20)

static size_t whole(size_t size)
{
    return (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

static void fill(void *to, size_t size)
{
    uint64_t x = 0x9e3779b97f4a7c15u, *p = to;

    for (size_t i = 0; i < size / sizeof *p; i++) { /* xorshift64 */
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        p[i] = x;
    }
}

void *payload_make(size_t size)
{
    void *p = mmap(NULL, whole(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    (void)madvise(p, whole(size), MADV_HUGEPAGE);
    fill(p, size);
    return p;
}

void payload_free(void *p, size_t size)
{
    if (p)
        munmap(p, whole(size));
}
