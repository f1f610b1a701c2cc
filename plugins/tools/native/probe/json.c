/* SPDX-License-Identifier: Apache-2.0
 *
 * As much JSON (RFC 8259) as the probe needs.  The reader is a cursor over the line; every
 * character is looked at once, and nothing is written beyond the fields' bounds.
 */
#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
    const char *at, *end;
};

static void skip_space(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\r' || *c->at == '\n'))
        c->at++;
}

static bool take(struct cursor *c, char want)
{
    skip_space(c);
    if (c->at == c->end || *c->at != want)
        return false;
    c->at++;
    return true;
}

static int put(char *to, size_t size, size_t *len, char ch)
{
    if (*len + 1 >= size)
        return -E2BIG;
    to[(*len)++] = ch;
    to[*len] = 0;
    return 0;
}

/* Four hex digits; only ASCII is wanted of them, anything else becomes '?'. */
static int read_unicode(struct cursor *c, char *ret)
{
    unsigned value = 0;

    if (c->end - c->at < 4)
        return -EPROTO;
    for (int i = 0; i < 4; i++, c->at++) {
        const char *hex = "0123456789abcdef", *p = *c->at ? strchr(hex, *c->at | 0x20) : NULL;

        if (!p)
            return -EPROTO;
        value = value * 16 + (unsigned)(p - hex);
    }
    *ret = value && value < 128 ? (char)value : '?';
    return 0;
}

static int read_escape(struct cursor *c, char *ret)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *p;

    if (c->at == c->end)
        return -EPROTO;
    if (*c->at == 'u') {
        c->at++;
        return read_unicode(c, ret);
    }
    p = *c->at ? strchr(from, *c->at) : NULL;
    if (!p)
        return -EPROTO;
    c->at++;
    *ret = to[p - from];
    return 0;
}

static int read_string(struct cursor *c, char *to, size_t size)
{
    size_t len = 0;

    to[0] = 0;
    if (!take(c, '"'))
        return -EPROTO;
    while (c->at < c->end && *c->at != '"') {
        char ch = *c->at++;
        int r = 0;

        if ((unsigned char)ch < 0x20)
            return -EPROTO;
        if (ch == '\\')
            r = read_escape(c, &ch);
        if (!r)
            r = put(to, size, &len, ch);
        if (r)
            return r;
    }
    return take(c, '"') ? 0 : -EPROTO;
}

/* A number, true, false or null, as it is written. */
static int read_word(struct cursor *c, struct json_field *f)
{
    size_t len = 0;

    f->text[0] = 0;
    while (c->at < c->end && *c->at && strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *c->at))
        if (put(f->text, sizeof f->text, &len, *c->at++))
            return -E2BIG;
    if (!strcmp(f->text, "true") || !strcmp(f->text, "false"))
        f->kind = JSON_FLAG;
    else if (!strcmp(f->text, "null"))
        f->kind = JSON_NULL;
    else if (f->text[0] == '-' || (f->text[0] >= '0' && f->text[0] <= '9'))
        f->kind = JSON_NUMBER;
    else
        return -EPROTO;
    return 0;
}

static const struct json_field *find(const struct json_object *o, const char *key)
{
    for (size_t i = 0; i < o->count; i++)
        if (!strcmp(o->field[i].key, key))
            return &o->field[i];
    return NULL;
}

static int read_field(struct cursor *c, struct json_object *o)
{
    struct json_field *f = &o->field[o->count];
    int r;

    if (o->count == JSON_FIELDS_MAX)
        return -E2BIG;
    r = read_string(c, f->key, sizeof f->key);
    if (r)
        return r;
    if (find(o, f->key) || !take(c, ':'))
        return -EPROTO;
    skip_space(c);
    if (c->at < c->end && *c->at == '"') {
        f->kind = JSON_STRING;
        r = read_string(c, f->text, sizeof f->text);
    } else {
        r = read_word(c, f);
    }
    if (!r)
        o->count++;
    return r;
}

int json_parse(struct json_object *o, const char *text, size_t len)
{
    struct cursor c = { text, text + len };
    int r;

    o->count = 0;
    if (!take(&c, '{'))
        return -EPROTO;
    if (!take(&c, '}')) {
        do {
            r = read_field(&c, o);
            if (r)
                return r;
        } while (take(&c, ','));
        if (!take(&c, '}'))
            return -EPROTO;
    }
    skip_space(&c);
    return c.at == c.end ? 0 : -EPROTO;
}

const char *json_text(const struct json_object *o, const char *key)
{
    const struct json_field *f = find(o, key);

    return f && f->kind == JSON_STRING ? f->text : NULL;
}

int json_uint(const struct json_object *o, const char *key, uint64_t min, uint64_t max,
              uint64_t *ret)
{
    const struct json_field *f = find(o, key);
    uint64_t value;

    if (!f)
        return -ENOENT;
    if (f->kind != JSON_NUMBER || f->text[strspn(f->text, "0123456789")])
        return -EINVAL;
    errno = 0;
    value = strtoull(f->text, NULL, 10);
    if (errno || value < min || value > max)
        return -ERANGE;
    *ret = value;
    return 0;
}

bool json_flag(const struct json_object *o, const char *key)
{
    const struct json_field *f = find(o, key);

    return f && f->kind == JSON_FLAG && f->text[0] == 't';
}

__attribute__((format(printf, 2, 3))) static void add(struct json_writer *w, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(w->buf + w->len, w->size - w->len, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= w->size - w->len)
        w->full = true;
    else
        w->len += (size_t)n;
}

static void add_key(struct json_writer *w, const char *key)
{
    add(w, "%s\"%s\":", w->comma ? "," : "", key);
    w->comma = true;
}

void json_begin(struct json_writer *w, char *buf, size_t size)
{
    memset(w, 0, sizeof *w);
    w->buf = buf;
    w->size = size;
    json_open(w, NULL);
}

void json_open(struct json_writer *w, const char *key)
{
    if (key)
        add_key(w, key);
    add(w, "{");
    w->comma = false;
}

void json_close(struct json_writer *w)
{
    add(w, "}");
    w->comma = true;
}

void json_add_text(struct json_writer *w, const char *key, const char *value)
{
    add_key(w, key);
    add(w, "\"");
    for (; *value; value++) {
        unsigned char ch = (unsigned char)*value;

        if (ch == '"' || ch == '\\')
            add(w, "\\%c", ch);
        else if (ch < 0x20 || ch > 0x7e)
            add(w, "\\u%04x", ch);
        else
            add(w, "%c", ch);
    }
    add(w, "\"");
}

void json_add_uint(struct json_writer *w, const char *key, uint64_t value)
{
    add_key(w, key);
    add(w, "%" PRIu64, value);
}

void json_add_real(struct json_writer *w, const char *key, double value)
{
    if (!isfinite(value))
        return; /* JSON has no word for it: absent */
    add_key(w, key);
    add(w, "%.9g", value);
}

void json_add_flag(struct json_writer *w, const char *key, bool value)
{
    add_key(w, key);
    add(w, "%s", value ? "true" : "false");
}

size_t json_end(struct json_writer *w)
{
    add(w, "}\n");
    return w->full ? 0 : w->len;
}
