/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#define WORD_MAX 63

/* The length of the UTF-8 sequence that starts here, and its code point; 0: it is none. */
static size_t utf8_next(const unsigned char *at, size_t len, uint32_t *ret)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t need = at[0] < 0x80   ? 1
                  : at[0] < 0xc2 ? 0
                  : at[0] < 0xe0 ? 2
                  : at[0] < 0xf0 ? 3
                  : at[0] < 0xf5 ? 4
                                 : 0;
    uint32_t code;

    if (need == 0 || need > len)
        return 0;
    code = need == 1 ? at[0] : at[0] & (0xffu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (code < least[need] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *ret = code;
    return need;
}

bool utf8_valid(const void *data, size_t len, size_t *ret_at)
{
    const unsigned char *bytes = data;
    uint32_t code;

    for (size_t at = 0; at < len;) {
        size_t n = utf8_next(bytes + at, len - at, &code);

        if (n == 0) {
            if (ret_at)
                *ret_at = at;
            return false;
        }
        at += n;
    }
    return true;
}

static bool is_control(uint32_t code)
{
    return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0);
}

int utf8_clean(const void *data, size_t len, struct buf *ret)
{
    const unsigned char *bytes = data;
    uint32_t code = 0;
    int r = 0;

    for (size_t at = 0; at < len && r == 0;) {
        size_t n = utf8_next(bytes + at, len - at, &code);

        if (n == 0 || is_control(code))
            r = buf_add_text(ret, "\xef\xbf\xbd");
        else
            r = buf_add(ret, bytes + at, n);
        at += n ? n : 1;
    }
    return r;
}

struct span {
    uint32_t from, to;
};

static bool within(const struct span *spans, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (code >= spans[i].from && code <= spans[i].to)
            return true;
    return false;
}

/* The blocks of Unicode 15 that matter in names and messages; the C library's wcwidth() knows
 * more, but nothing while the locale is "C". */
static size_t code_width(uint32_t code)
{
    static const struct span combining[] = {
        { 0x300, 0x36f },   { 0x483, 0x489 },   { 0x591, 0x5bd },   { 0x610, 0x61a },
        { 0x64b, 0x65f },   { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f },
        { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
    };
    static const struct span wide[] = {
        { 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },   { 0xac00, 0xd7a3 },
        { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
        { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
    };

    if (is_control(code) || within(combining, COUNT(combining), code))
        return 0;
    return within(wide, COUNT(wide), code) ? 2 : 1;
}

size_t text_width(const char *text)
{
    size_t len = strlen(text), width = 0;
    uint32_t code = 0;

    for (size_t at = 0; at < len;) {
        size_t n = utf8_next((const unsigned char *)text + at, len - at, &code);

        width += n ? code_width(code) : 1;
        at += n ? n : 1;
    }
    return width;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t text_distance(const char *one, const char *other)
{
    size_t rows[3][WORD_MAX + 1]; /* of the matrix: before the last, last, this */
    size_t n = strlen(one), m = strlen(other);

    if (n > WORD_MAX || m > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *this = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

        this[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t change = lower(one[i - 1]) != lower(other[j - 1]);

            this[j] = least_of(least_of(last[j], this[j - 1]) + 1, last[j - 1] + change);
            if (i > 1 && j > 1 && lower(one[i - 1]) == lower(other[j - 2]) &&
                lower(one[i - 2]) == lower(other[j - 1]))
                this[j] = least_of(this[j], before[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t distance = text_distance(nearest->word, name);
    size_t len = strlen(nearest->word);

    if (distance > 1 + len / 4 || distance >= least_of(len, strlen(name)))
        return; /* further away than a slip of the fingers */
    if (!nearest->best || distance < nearest->distance) {
        nearest->best = name;
        nearest->distance = distance;
    }
}

struct hint nearest_hint(const struct nearest *nearest)
{
    struct hint hint = { "" };

    if (nearest->best)
        snprintf(hint.text, sizeof hint.text, "; did you mean '%.63s'?", nearest->best);
    return hint;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool name_is_kebab(const char *name)
{
    size_t len = strnlen(name, WORD_MAX + 1);

    if (len == 0 || len > WORD_MAX || !is_letter(name[0]) || name[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] != '-' && !is_digit(name[i]) && !(name[i] >= 'a' && name[i] <= 'z'))
            return false;
    return true;
}

bool name_is_plain(const char *name)
{
    size_t len = strnlen(name, WORD_MAX + 1);

    if (len == 0 || len > WORD_MAX || !(is_letter(name[0]) || is_digit(name[0])))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_letter(name[i]) && !is_digit(name[i]) && !strchr("._-", name[i]))
            return false;
    return true;
}
