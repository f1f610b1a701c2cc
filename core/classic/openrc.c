/* SPDX-License-Identifier: Apache-2.0 */
#include "openrc.h"

#include <errno.h>

#define PAIRS_MAX 200
#define BLANK     " \t\r\f\v"
#define LETTERS   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* A line without the blanks in front and its assigned name; NULL: it assigns nothing to OS_*. */
static const char *name_skip(const char *line, size_t *ret_len)
{
    line += strspn(line, BLANK);
    if (strncmp(line, "export", 6) == 0 && line[6] && strchr(BLANK, line[6]))
        line += 6 + strspn(line + 6, BLANK);
    if (strncmp(line, "OS_", 3) != 0)
        return NULL;
    line += 3;
    *ret_len = strspn(line, LETTERS);
    return *ret_len && line[*ret_len] == '=' ? line : NULL;
}

/* One quoted or bare piece of a word, put behind *used; returns what follows, NULL: no end. */
static const char *piece_read(const char *at, char *word, size_t *used)
{
    char quote = *at == '\'' || *at == '"' ? *at : '\0';

    for (at += quote != '\0'; *at; at++) {
        if (quote ? *at == quote : strchr(BLANK ";&|<>()'\"", *at) != NULL)
            return quote ? at + 1 : at;
        if (*at == '\\' && quote != '\'' && at[1] && (!quote || strchr("\\\"$`", at[1])))
            at++;
        word[(*used)++] = *at;
    }
    return quote ? NULL : at;
}

/* The value behind '='; false: it is left out. */
static bool value_read(const char *at, char *ret)
{
    size_t used = 0;
    const char *first = at + (*at == '\'' || *at == '"');

    if (*first == '$' || *first == '`')
        return false;
    while (at && *at && !strchr(BLANK ";&|<>()", *at))
        at = piece_read(at, ret, &used);
    ret[used] = '\0';
    return at && used > 0;
}

static int line_read(const char *line, struct arena *arena, struct vmtp_pair *pairs,
                     struct vmtp_map *map)
{
    size_t len = 0;
    const char *name = name_skip(line, &len);
    struct vmtp_pair *pair = &pairs[map->count];
    char *value;

    if (!name || map->count == PAIRS_MAX)
        return 0;
    value = arena_alloc(arena, strlen(line) + 1);
    if (!value)
        return -ENOMEM;
    if (!value_read(name + len + 1, value))
        return 0;
    pair->name = arena_strndup(arena, name, len);
    pair->value = value;
    map->count++;
    return pair->name ? 0 : -ENOMEM;
}

int openrc_parse(const char *text, size_t len, struct arena *arena, struct vmtp_map *ret)
{
    struct vmtp_pair *pairs = arena_array(arena, PAIRS_MAX + 1, sizeof *pairs);
    struct vmtp_map map = { .pairs = pairs };
    const char *end = text + len;
    int r = pairs ? 0 : -ENOMEM;

    while (r == 0 && text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((newline ? newline : end) - text);
        _free_ char *line = strndup(text, n);

        r = line ? line_read(line, arena, pairs, &map) : -ENOMEM;
        if (line)
            explicit_bzero(line, strlen(line));
        text += n + 1;
    }
    if (r == 0)
        *ret = map;
    return r;
}
