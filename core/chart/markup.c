/* SPDX-License-Identifier: Apache-2.0 */
#include "markup.h"

#include "../base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

#define NUMBER_MAX 1e12 /* what a place on a page can be at most */

void markup_fail(struct markup *markup, int status)
{
    if (markup->status == 0)
        markup->status = status;
}

static void put(struct markup *markup, const void *data, size_t len)
{
    int r = markup->status == 0 ? buf_add(&markup->text, data, len) : 0;

    if (r < 0)
        markup_fail(markup, r);
}

static const char *entity_of(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* U+202A to U+202E and U+2066 to U+2069 turn around what stands behind them on the page. */
static bool turns_around(const char *at, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)at;

    return len >= 3 && bytes[0] == 0xe2 &&
           ((bytes[1] == 0x80 && bytes[2] >= 0xaa && bytes[2] <= 0xae) ||
            (bytes[1] == 0x81 && bytes[2] >= 0xa6 && bytes[2] <= 0xa9));
}

static void put_escaped(struct markup *markup, const char *text, size_t len)
{
    _cleanup_(buf_clear) struct buf clean = BUF(markup->text.max);
    size_t from = 0;
    int r = utf8_clean(text, len, &clean);

    for (size_t at = 0; at < clean.len; at++) {
        bool turns = turns_around(clean.data + at, clean.len - at);
        const char *instead = turns ? "\xef\xbf\xbd" : entity_of(clean.data[at]);

        if (!instead)
            continue;
        put(markup, clean.data + from, at - from);
        put(markup, instead, strlen(instead));
        from = at + (turns ? 3 : 1);
    }
    put(markup, buf_text(&clean) + from, clean.len - from);
    if (r < 0)
        markup_fail(markup, r);
}

/* Digits by whole numbers: printf() would ask the locale for the point. */
static void put_number(struct markup *markup, double value, int digits)
{
    double places = pow(10, digits), size = fmin(fabs(value), NUMBER_MAX);
    uint64_t whole = isfinite(value) ? (uint64_t)llround(size * places) : 0;
    uint64_t unit = (uint64_t)places, rest = whole % unit;
    char text[48];
    int len;

    while (digits > 0 && rest % 10 == 0) {
        rest /= 10;
        digits--;
    }
    len = snprintf(text, sizeof text, "%s%" PRIu64, value < 0 && whole ? "-" : "", whole / unit);
    if (digits > 0)
        len += snprintf(text + len, sizeof text - (size_t)len, ".%0*" PRIu64, digits, rest);
    put(markup, text, (size_t)len);
}

static void put_whole(struct markup *markup, long long value)
{
    char text[24];

    put(markup, text, (size_t)snprintf(text, sizeof text, "%lld", value));
}

/* One conversion; at is behind the '%'.  Returns what follows it. */
static const char *put_next(struct markup *markup, const char *at, va_list *ap)
{
    const char *text;

    if (*at == 's') {
        text = va_arg(*ap, const char *);
        put_escaped(markup, text ? text : "", text ? strlen(text) : 0);
    } else if (*at == 'd') {
        put_whole(markup, va_arg(*ap, int));
    } else if (*at == 'z') {
        put_whole(markup, (long long)va_arg(*ap, size_t));
        at++; /* u */
    } else if (*at == '.') {
        put_number(markup, va_arg(*ap, double), at[1] - '0');
        at += 2; /* the digit and f */
    } else {
        put(markup, "%", 1);
    }
    return at + 1;
}

void markup_add(struct markup *markup, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    while (*fmt) {
        size_t len = strcspn(fmt, "%");

        put(markup, fmt, len);
        fmt += len;
        if (*fmt)
            fmt = put_next(markup, fmt + 1, &ap);
    }
    va_end(ap);
}

/* The bytes of the letter that begins here. */
static size_t letter_len(const char *text)
{
    size_t len = 1;

    while (len < 4 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len++;
    return len;
}

void markup_cut(struct markup *markup, const char *text, size_t width)
{
    size_t len = 0, columns = 0;

    if (strnlen(text, 4 * width + 1) <= 4 * width && text_width(text) <= width) {
        put_escaped(markup, text, strlen(text));
        return;
    }
    while (text[len] && len < 8 * width) {
        size_t n = letter_len(text + len);
        char letter[8] = "";

        memcpy(letter, text + len, n < sizeof letter ? n : sizeof letter - 1);
        columns += text_width(letter);
        if (columns >= width)
            break;
        len += n;
    }
    put_escaped(markup, text, len);
    put(markup, "…", strlen("…"));
}

void markup_copy(struct markup *markup, const struct markup *from)
{
    put(markup, buf_text(&from->text), from->text.len);
    if (from->status < 0)
        markup_fail(markup, from->status);
}

void markup_clear(struct markup *markup)
{
    buf_clear(&markup->text);
    markup->status = 0;
}
