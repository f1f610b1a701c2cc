/* SPDX-License-Identifier: Apache-2.0 */
#include "sized.h"

#define SIZED_MAX (1u << 16) /* no struct of the contract will ever be as large */

static int tail_check(const void *from, size_t known, size_t size, const char *what,
                      struct vmtp_error *err)
{
    const unsigned char *bytes = from;

    for (size_t i = known; i < size; i++)
        if (bytes[i])
            return vmtp_fail(
                err, -ENOTSUP,
                "%s uses byte %zu, of which this vmtp knows %zu: it needs a newer vmtp", what, i,
                known);
    return 0;
}

int sized_copy(void *dst, size_t dst_size, const void *src, const char *what,
               struct vmtp_error *err)
{
    size_t src_size;
    int r;

    memcpy(&src_size, src, sizeof src_size);
    if (src_size < 2 * sizeof(size_t) || src_size > SIZED_MAX)
        return vmtp_fail(err, -EBADF, "%s says it is %zu bytes, which cannot be", what, src_size);
    r = tail_check(src, dst_size, src_size, what, err);
    if (r < 0)
        return r;
    memset(dst, 0, dst_size);
    memcpy(dst, src, src_size < dst_size ? src_size : dst_size);
    return 0;
}

int rows_check(const struct vmtp_table *table, size_t row_size, const char *what,
               struct vmtp_error *err)
{
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < table->count; i++)
        r = tail_check((const char *)table->rows + (size_t)i * table->stride, row_size,
                       table->stride, what, err);
    return r;
}
