/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

#include <stdbool.h>
#include <string.h>

/* ---- writing ---- */

/* A byte that says what it is, and a number of so many bytes, the highest first. */
static void head_write(FILE *to, int type, uint64_t number, int bytes)
{
    putc(type, to);
    while (bytes-- > 0)
        putc((int)(number >> (8 * bytes) & 0xff), to);
}

void pack_array(FILE *to, uint32_t count)
{
    if (count < 16)
        head_write(to, 0x90 | (int)count, 0, 0);
    else
        head_write(to, 0xdd, count, 4);
}

void pack_map(FILE *to, uint32_t count)
{
    if (count < 16)
        head_write(to, 0x80 | (int)count, 0, 0);
    else
        head_write(to, 0xdf, count, 4);
}

void pack_text(FILE *to, const char *text, size_t len)
{
    if (len < 32)
        head_write(to, 0xa0 | (int)len, 0, 0);
    else if (len <= 0xff)
        head_write(to, 0xd9, len, 1);
    else
        head_write(to, 0xdb, len, 4);
    fwrite(text, 1, len, to);
}

void pack_event_time(FILE *to, uint64_t wall_ns)
{
    head_write(to, 0xd7, 0, 1); /* eight bytes of type 0 */
    for (int i = 3; i >= 0; i--)
        putc((int)(wall_ns / 1000000000 >> (8 * i) & 0xff), to);
    for (int i = 3; i >= 0; i--)
        putc((int)(wall_ns % 1000000000 >> (8 * i) & 0xff), to);
}

void pack_integer(FILE *to, int64_t value)
{
    if (value >= 0 && value < 128)
        putc((int)value, to);
    else
        head_write(to, 0xd3, (uint64_t)value, 8);
}

static void real_pack(FILE *to, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    head_write(to, 0xcb, bits, 8);
}

static void array_pack(FILE *to, const json_t *array)
{
    const json_t *item;
    size_t i;

    pack_array(to, (uint32_t)json_array_size(array));
    json_array_foreach(array, i, item) pack_json(to, item);
}

static void object_pack(FILE *to, const json_t *object)
{
    const char *name;
    json_t *value;

    pack_map(to, (uint32_t)json_object_size(object));
    json_object_foreach((json_t *)object, name, value)
    {
        pack_text(to, name, strlen(name));
        pack_json(to, value);
    }
}

void pack_json(FILE *to, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        object_pack(to, value);
        break;
    case JSON_ARRAY:
        array_pack(to, value);
        break;
    case JSON_STRING:
        pack_text(to, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        pack_integer(to, json_integer_value(value));
        break;
    case JSON_REAL:
        real_pack(to, json_real_value(value));
        break;
    default:
        putc(json_is_null(value) ? 0xc0 : json_is_true(value) ? 0xc3 : 0xc2, to);
    }
}

/* ---- reading ---- */

struct reader {
    const unsigned char *at, *end;
    bool cut; /* it ended too early */
};

static unsigned int byte_read(struct reader *reader)
{
    if (reader->at == reader->end) {
        reader->cut = true;
        return 0;
    }
    return *reader->at++;
}

/* Is the next value this text?  Short texts and binaries alone are: what a server answers. */
static bool text_read(struct reader *reader, const char *text)
{
    unsigned int type = byte_read(reader), len = type & 0x1f;

    if (reader->cut)
        return false;
    if (type == 0xd9 || type == 0xc4) /* str 8, bin 8 */
        len = byte_read(reader);
    else if ((type & 0xe0) != 0xa0)
        return false;
    if (reader->cut || len != strlen(text))
        return false;
    for (size_t i = 0; i < len; i++)
        if (byte_read(reader) != (unsigned char)text[i])
            return false;
    return true;
}

enum pack_answer pack_answer_read(const void *data, size_t len, const char *chunk)
{
    struct reader reader = { .at = data, .end = (const unsigned char *)data + len };
    unsigned int type = byte_read(&reader);
    bool known = false;

    if ((type & 0xf0) == 0x90)
        known = text_read(&reader, "HELO");
    else if (type == 0x81)
        known = text_read(&reader, "ack") && text_read(&reader, chunk);
    if (reader.cut)
        return PACK_CUT;
    return !known ? PACK_OTHER : type == 0x81 ? PACK_ACK : PACK_HELO;
}
