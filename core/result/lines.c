/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include "../base/attr.h"
#include "../base/buf.h"

#include <stdbool.h>
#include <sys/uio.h>

#define CHUNK_BYTES (64 * 1024)

/* Nothing of a line that is not whole may stay: the next one would be glued to it. */
static int take_back(int fd, uint64_t end, int status)
{
    while (ftruncate(fd, (off_t)end) < 0)
        if (errno != EINTR)
            return status;
    return status;
}

int lines_append(int fd, uint64_t *end, const char *text, size_t len)
{
    struct iovec parts[2] = { { (char *)text, len }, { (char *)"\n", 1 } };
    ssize_t n;

    if (len >= LINES_MAX_BYTES)
        return -EMSGSIZE;
    do
        n = pwritev(fd, parts, 2, (off_t)*end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return take_back(fd, *end, -errno);
    /* A file takes less than all of it only when the disk, or the quota, is full. */
    if ((size_t)n < len + 1)
        return take_back(fd, *end, -ENOSPC);
    *end += (uint64_t)n;
    return 0;
}

struct reader {
    int (*line)(void *arg, const json_t *line);
    void *arg;
    uint64_t number, damaged, first_damaged;
    uint64_t seen, end; /* bytes: taken so far; up to the last newline */
    bool too_long;      /* the rest of this line is passed over */
    struct buf buf;
};

static void damage(struct reader *reader)
{
    if (!reader->damaged++)
        reader->first_damaged = reader->number;
}

static int line_done(struct reader *reader)
{
    json_t *json = NULL;
    int r = 0;

    reader->number++;
    reader->end = reader->seen;
    if (!reader->too_long)
        json = json_loadb(buf_text(&reader->buf), reader->buf.len, 0, NULL);
    if (json_is_object(json))
        r = reader->line(reader->arg, json);
    else
        damage(reader);
    json_decref(json);
    reader->too_long = false;
    reader->buf.len = 0;
    return r;
}

static int chunk_take(struct reader *reader, const char *chunk, size_t len)
{
    while (len) {
        const char *newline = memchr(chunk, '\n', len);
        size_t part = newline ? (size_t)(newline - chunk) : len;
        int r = reader->too_long ? 0 : buf_add(&reader->buf, chunk, part);

        if (r == -EMSGSIZE)
            reader->too_long = true;
        else if (r < 0)
            return r;
        part += newline != NULL;
        chunk += part;
        len -= part;
        reader->seen += part;
        r = newline ? line_done(reader) : 0;
        if (r)
            return r;
    }
    return 0;
}

static int file_take(struct reader *reader, int fd, const char *name, struct vmtp_error *err)
{
    _free_ char *chunk = malloc(CHUNK_BYTES);
    ssize_t n;
    int r;

    if (!chunk)
        return vmtp_fail(err, -ENOMEM, "%s: out of memory", name);
    while ((n = read(fd, chunk, CHUNK_BYTES)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return vmtp_fail(err, -errno, "%s: %s", name, strerror(errno));
        r = chunk_take(reader, chunk, (size_t)n);
        if (r == -ENOMEM)
            return vmtp_fail(err, r, "%s: out of memory", name);
        if (r)
            return r;
    }
    return 0;
}

int lines_read(int fd, const char *name, int (*line)(void *arg, const json_t *line), void *arg,
               uint64_t *ret_end, struct vmtp_error *err)
{
    struct reader reader = { .line = line, .arg = arg, .buf = BUF(LINES_MAX_BYTES) };
    int r = file_take(&reader, fd, name, err);

    buf_clear(&reader.buf);
    if (ret_end)
        *ret_end = reader.end;
    if (r == 0 && reader.damaged)
        r = vmtp_fail(err, -EBADMSG, "%s: %llu damaged line%s passed over, the first is line %llu",
                      name, (unsigned long long)reader.damaged, reader.damaged > 1 ? "s" : "",
                      (unsigned long long)reader.first_damaged);
    return r;
}
