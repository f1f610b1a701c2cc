/* SPDX-License-Identifier: Apache-2.0 */
#include "spelling.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* How long the character is that begins here: 1 to 4; 0: it is none. */
static size_t character_len(const unsigned char *at)
{
    size_t len = *at < 0x80                  ? 1
                 : *at >= 0xc2 && *at < 0xe0 ? 2
                 : *at >= 0xe0 && *at < 0xf0 ? 3
                 : *at >= 0xf0 && *at < 0xf5 ? 4
                                             : 0;

    for (size_t i = 1; i < len; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0; /* also where the text ends */
    if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] >= 0xa0) ||
        (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] >= 0x90))
        return 0;
    return len;
}

static void text_cut(const char *text, char *ret, size_t size)
{
    size_t n = 0, len;

    while (*text && (len = character_len((const unsigned char *)text)) && n + len < size) {
        memcpy(ret + n, text, len);
        text += len;
        n += len;
    }
    ret[n] = '\0';
}

/* Back to the bytes that stood in the document.  False: they were not read as ISO-8859-1. */
static bool bytes_restore(const char *text, char *ret, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t n = 0;

    for (; *at && n + 1 < size; at++) {
        if (*at >= 0x80 && ((*at & 0xfc) != 0xc0 || (at[1] & 0xc0) != 0x80))
            return false;
        ret[n++] = *at < 0x80 ? (char)*at : (char)(uint8_t)((*at & 3) << 6 | (at[1] & 0x3f));
        at += *at >= 0x80;
    }
    ret[n] = '\0';
    return true;
}

static bool is_utf8(const char *text, bool cut)
{
    size_t len;

    while (*text) {
        len = character_len((const unsigned char *)text);
        if (len == 0)
            return cut && strlen(text) < 4; /* the cut went through a character */
        text += len;
    }
    return true;
}

void spelling_mend(const char *text, char *ret, size_t size)
{
    char bytes[1024];
    bool cut;

    if (bytes_restore(text, bytes, sizeof bytes)) {
        cut = strlen(bytes) + 1 == sizeof bytes;
        if (is_utf8(bytes, cut))
            text = bytes;
    }
    text_cut(text, ret, size);
}
