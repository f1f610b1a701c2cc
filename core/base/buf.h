/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer that grows up to a maximum given at birth.  Always ends with a NUL that is not
 * counted.  Functions return 0, or -ENOMEM, or -EMSGSIZE beyond the maximum.
 *
 *     _cleanup_(buf_clear) struct buf buf = BUF(64 * 1024);
 */
#ifndef VMTP_BASE_BUF_H
#define VMTP_BASE_BUF_H

#include "attr.h"

#include <stdarg.h>

struct buf {
    char *data; /* "" is what buf_text() says of an empty one */
    size_t len, room, max;
};

#define BUF(maximum)                                                                               \
    {                                                                                              \
        .max = (maximum)                                                                           \
    }

int buf_add(struct buf *buf, const void *data, size_t len);
int buf_add_text(struct buf *buf, const char *text);
_printf_(2, 3) int buf_printf(struct buf *buf, const char *fmt, ...);
/* Drop the first len bytes. */
void buf_drop(struct buf *buf, size_t len);
void buf_clear(struct buf *buf);
const char *buf_text(const struct buf *buf);

#endif
