/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack.h"

#define GZIP_ALONE (16 + MAX_WBITS) /* for inflateInit2(): a gzip header, and no other */

static int packed_feed(struct unpack *unpack, const char *data, size_t len, struct vmtp_error *err)
{
    z_stream *stream = &unpack->stream;
    char room[16384];

    stream->next_in = (const Bytef *)data;
    stream->avail_in = (uInt)len;
    while (stream->avail_in > 0 && !unpack->ended) {
        int code, r;

        stream->next_out = (Bytef *)room;
        stream->avail_out = sizeof room;
        code = inflate(stream, Z_NO_FLUSH);
        r = unpack->take(unpack->arg, room, sizeof room - stream->avail_out, err);
        if (r < 0)
            return r;
        unpack->ended = code == Z_STREAM_END;
        if (code != Z_OK && code != Z_STREAM_END)
            return vmtp_fail(err, -EPROTO, "what gzip packed can't be unpacked: %s",
                             stream->msg ? stream->msg : "it is damaged");
    }
    return 0;
}

static int bytes_feed(struct unpack *unpack, const char *data, size_t len, struct vmtp_error *err)
{
    return unpack->packed ? packed_feed(unpack, data, len, err)
                          : unpack->take(unpack->arg, data, len, err);
}

/* The first two bytes are there, or all that there are. */
static int first_feed(struct unpack *unpack, struct vmtp_error *err)
{
    unpack->known = true;
    unpack->packed = unpack->first_len == 2 && memcmp(unpack->first, "\x1f\x8b", 2) == 0;
    if (unpack->packed && inflateInit2(&unpack->stream, GZIP_ALONE) != Z_OK) {
        unpack->packed = false;
        return vmtp_fail(err, -ENOMEM, "out of memory");
    }
    return bytes_feed(unpack, unpack->first, unpack->first_len, err);
}

int unpack_feed(struct unpack *unpack, const char *data, size_t len, struct vmtp_error *err)
{
    int r = 0;

    while (!unpack->known && len > 0 && r == 0) {
        unpack->first[unpack->first_len++] = *data++;
        len--;
        if (unpack->first_len == sizeof unpack->first)
            r = first_feed(unpack, err);
    }
    return r < 0 || len == 0 ? r : bytes_feed(unpack, data, len, err);
}

int unpack_end(struct unpack *unpack, struct vmtp_error *err)
{
    int r = unpack->known ? 0 : first_feed(unpack, err);

    if (r == 0 && unpack->packed && !unpack->ended)
        return vmtp_fail(err, -EPROTO, "what gzip packed ends in the middle");
    return r;
}

void unpack_clear(struct unpack *unpack)
{
    if (unpack->packed)
        inflateEnd(&unpack->stream);
    unpack->packed = false;
}
