/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

bool ssh_bytes_equal(struct ssh_bytes bytes, const void *data, size_t len)
{
    return bytes.len == len && (len == 0 || memcmp(bytes.data, data, len) == 0);
}

bool ssh_bytes_are(struct ssh_bytes bytes, const char *text)
{
    return ssh_bytes_equal(bytes, text, strlen(text));
}

struct ssh_bytes ssh_read_bytes(struct ssh_reader *reader, size_t len)
{
    struct ssh_bytes bytes = { reader->next, len };

    if (reader->failed || len > reader->left) {
        reader->failed = true;
        return (struct ssh_bytes){ (const unsigned char *)"", 0 };
    }
    reader->next += len;
    reader->left -= len;
    return bytes;
}

uint32_t ssh_read_u32(struct ssh_reader *reader)
{
    const unsigned char *b = ssh_read_bytes(reader, 4).data;

    if (reader->failed)
        return 0;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

struct ssh_bytes ssh_read_string(struct ssh_reader *reader)
{
    return ssh_read_bytes(reader, ssh_read_u32(reader));
}

static bool buffer_make_room(struct ssh_buffer *buffer, size_t len)
{
    size_t room = buffer->room ? buffer->room : 256;
    unsigned char *more;

    while (room < buffer->len + len)
        room *= 2;
    if (room == buffer->room)
        return true;
    more = malloc(room);
    if (!more)
        return false;
    if (buffer->len)
        memcpy(more, buffer->data, buffer->len);
    if (buffer->data) /* not realloc(): no copy of a key may stay behind */
        explicit_bzero(buffer->data, buffer->room);
    free(buffer->data);
    buffer->data = more;
    buffer->room = room;
    return true;
}

void ssh_add(struct ssh_buffer *buffer, const void *data, size_t len)
{
    if (buffer->failed || !buffer_make_room(buffer, len)) {
        buffer->failed = true;
        return;
    }
    if (len)
        memcpy(buffer->data + buffer->len, data, len);
    buffer->len += len;
}

void ssh_add_u32(struct ssh_buffer *buffer, uint32_t value)
{
    const unsigned char bytes[4] = { (unsigned char)(value >> 24), (unsigned char)(value >> 16),
                                     (unsigned char)(value >> 8), (unsigned char)value };

    ssh_add(buffer, bytes, sizeof bytes);
}

void ssh_add_string(struct ssh_buffer *buffer, const void *data, size_t len)
{
    ssh_add_u32(buffer, (uint32_t)len);
    ssh_add(buffer, data, len);
}

void ssh_add_text(struct ssh_buffer *buffer, const char *text)
{
    ssh_add_string(buffer, text, strlen(text));
}

void ssh_add_mpint(struct ssh_buffer *buffer, const void *data, size_t len)
{
    const unsigned char *b = data;
    size_t sign;

    while (len && *b == 0) {
        b++;
        len--;
    }
    sign = len && (*b & 0x80); /* a zero in front says that it is positive */
    ssh_add_u32(buffer, (uint32_t)(len + sign));
    ssh_add(buffer, "", sign);
    ssh_add(buffer, b, len);
}

void ssh_buffer_drop(struct ssh_buffer *buffer, size_t len)
{
    buffer->len -= len;
    if (len && buffer->len)
        memmove(buffer->data, buffer->data + len, buffer->len);
}

void ssh_buffer_clear(struct ssh_buffer *buffer)
{
    if (buffer->data)
        explicit_bzero(buffer->data, buffer->room);
    free(buffer->data);
    *buffer = (struct ssh_buffer){ 0 };
}
