/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that may have been packed by gzip, as gmond's gzip_output does, unpacked piece by piece.
 *
 * The first two bytes tell.  One thread at a time.
 */
#ifndef GMOND_UNPACK_H
#define GMOND_UNPACK_H

#include <stdbool.h>
#include <vmtp/error.h>

#define ZLIB_CONST
#include <zlib.h>

struct unpack {
    /* Gets what was unpacked, a bit at a time; a negative return ends it and is returned. */
    int (*take)(void *arg, const char *data, size_t len, struct vmtp_error *err);
    void *arg;
    char first[2];
    size_t first_len;
    bool known, packed, ended; /* what it is; that the packed part is over */
    z_stream stream;
};

int unpack_feed(struct unpack *unpack, const char *data, size_t len, struct vmtp_error *err);
/* Nothing more comes. -EPROTO: it was cut. */
int unpack_end(struct unpack *unpack, struct vmtp_error *err);
void unpack_clear(struct unpack *unpack);

#endif
