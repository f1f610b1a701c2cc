/* SPDX-License-Identifier: Apache-2.0 */
#include "buf.h"

#include <errno.h>

static int reserve(struct buf *buf, size_t more)
{
    size_t want, room;
    char *data;

    if (more > buf->max || buf->len > buf->max - more)
        return -EMSGSIZE;
    want = buf->len + more + 1;
    if (want <= buf->room)
        return 0;
    room = buf->room ? buf->room : 64;
    while (room < want)
        room *= 2;
    data = realloc(buf->data, room);
    if (!data)
        return -ENOMEM;
    buf->data = data;
    buf->room = room;
    return 0;
}

int buf_add(struct buf *buf, const void *data, size_t len)
{
    int r = reserve(buf, len);

    if (r < 0)
        return r;
    if (len)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return 0;
}

int buf_add_text(struct buf *buf, const char *text)
{
    return buf_add(buf, text, strlen(text));
}

int buf_printf(struct buf *buf, const char *fmt, ...)
{
    _free_ char *text = NULL;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        text = NULL;
        return -ENOMEM;
    }
    return buf_add(buf, text, (size_t)n);
}

void buf_drop(struct buf *buf, size_t len)
{
    if (len > buf->len)
        len = buf->len;
    if (!len)
        return;
    memmove(buf->data, buf->data + len, buf->len - len + 1);
    buf->len -= len;
}

void buf_clear(struct buf *buf)
{
    free(buf->data);
    buf->data = NULL;
    buf->len = buf->room = 0;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}
