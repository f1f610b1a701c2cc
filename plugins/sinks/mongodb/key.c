/* SPDX-License-Identifier: Apache-2.0 */
#include "key.h"

#include <stdlib.h>
#include <string.h>

static const char *escape_of(char c)
{
    switch (c) {
    case '.':
        return "%2E";
    case '$':
        return "%24";
    case '%':
        return "%25";
    default:
        return NULL;
    }
}

char *key_pack(const char *key)
{
    char *packed = malloc(3 * strlen(key) + 2), *to = packed;

    if (!packed)
        return NULL;
    if (!*key)
        *to++ = '%';
    for (; *key; key++) {
        const char *escape = escape_of(*key);
        size_t len = escape ? 3 : 1;

        memcpy(to, escape ? escape : key, len);
        to += len;
    }
    *to = '\0';
    return packed;
}

/* The character that an escape at this place stands for; 0: there is none. */
static char escaped_at(const char *at)
{
    for (const char *c = ".$%"; *c; c++)
        if (strncmp(at, escape_of(*c), 3) == 0)
            return *c;
    return 0;
}

char *key_unpack(const char *packed)
{
    char *key = malloc(strlen(packed) + 1), *to = key;

    if (!key)
        return NULL;
    if (strcmp(packed, "%") == 0)
        packed++;
    while (*packed) {
        char c = escaped_at(packed);

        *to++ = c ? c : *packed;
        packed += c ? 3 : 1;
    }
    *to = '\0';
    return key;
}
