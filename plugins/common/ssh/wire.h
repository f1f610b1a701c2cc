/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes as SSH writes them (RFC 4251 section 5): a reader that never runs past the end, and a
 * buffer that grows.
 *
 * Both remember the first failure, so that a caller asks once at the end.  One thread at a time.
 */
#ifndef COMMON_SSH_WIRE_H
#define COMMON_SSH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ssh_bytes {
    const unsigned char *data; /* borrowed from what is read */
    size_t len;
};

bool ssh_bytes_equal(struct ssh_bytes bytes, const void *data, size_t len);
bool ssh_bytes_are(struct ssh_bytes bytes, const char *text);

struct ssh_reader {
    const unsigned char *next;
    size_t left;
    bool failed; /* something was cut short; all reads since gave zeros */
};

uint32_t ssh_read_u32(struct ssh_reader *reader);
struct ssh_bytes ssh_read_bytes(struct ssh_reader *reader, size_t len);
struct ssh_bytes ssh_read_string(struct ssh_reader *reader);

struct ssh_buffer {
    unsigned char *data;
    size_t len, room;
    bool failed; /* out of memory */
};

void ssh_add(struct ssh_buffer *buffer, const void *data, size_t len);
void ssh_add_u32(struct ssh_buffer *buffer, uint32_t value);
void ssh_add_string(struct ssh_buffer *buffer, const void *data, size_t len);
void ssh_add_text(struct ssh_buffer *buffer, const char *text);
/* A number without its sign, most significant byte first. */
void ssh_add_mpint(struct ssh_buffer *buffer, const void *data, size_t len);
/* Drop the first len bytes. */
void ssh_buffer_drop(struct ssh_buffer *buffer, size_t len);
/* What it held is overwritten: it may have been a key. */
void ssh_buffer_clear(struct ssh_buffer *buffer);

#endif
