/* SPDX-License-Identifier: Apache-2.0 */
#include "mend.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* XML 1.0, 2.2: what a document may hold. */
static bool is_char(unsigned long code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xd800) ||
           (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

static bool number_is_good(const char *digits)
{
    bool hex = *digits == 'x';
    char *end;

    digits += hex;
    if (!isxdigit((unsigned char)*digits))
        return false;
    return is_char(strtoul(digits, &end, hex ? 16 : 10)) && *end == '\0';
}

/* "&" and what stands behind it, without the ";". */
static bool reference_is_good(const char *text)
{
    static const char *const names[] = { "&amp", "&lt", "&gt", "&quot", "&apos" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0)
            return true;
    return text[1] == '#' && number_is_good(text + 2);
}

static size_t held_release(struct mend *mend, bool good, char *ret)
{
    size_t len = mend->held_len;

    memcpy(ret, mend->held, len);
    mend->held_len = 0;
    if (len && !good) {
        ret[0] = '?';
        mend->count++;
    }
    return len;
}

/* True: the byte is part of the reference that is held. */
static bool held_grow(struct mend *mend, char byte)
{
    if (!mend->held_len || mend->held_len + 1 >= sizeof mend->held ||
        !(isalnum((unsigned char)byte) || byte == '#'))
        return false;
    mend->held[mend->held_len++] = byte;
    return true;
}

size_t mend_feed(struct mend *mend, const char *data, size_t len, char *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char byte = data[i];

        if (held_grow(mend, byte))
            continue;
        if (mend->held_len) {
            mend->held[mend->held_len] = '\0';
            n += held_release(mend, byte == ';' && reference_is_good(mend->held), ret + n);
        }
        if (byte == '&') {
            mend->held[mend->held_len++] = byte;
            continue;
        }
        if ((unsigned char)byte < 0x20 && !is_char((unsigned char)byte)) {
            byte = '?';
            mend->count++;
        }
        ret[n++] = byte;
    }
    return n;
}
