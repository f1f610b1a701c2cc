/* SPDX-License-Identifier: Apache-2.0 */
#include "openrc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "secret.h"

#define BLANK   " \t\r\f\v"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

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
static bool assigned_read(const char *at, char *ret)
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

/* value has room for all of the line. */
static int line_read(const char *line, char *value, json_t *map)
{
    size_t len = 0;
    const char *name = name_skip(line, &len);
    char *key;
    json_t *text;
    int r = 0;

    if (!name || !assigned_read(name + len + 1, value))
        return 0;
    text = json_string(value);
    key = strndup(name, len);
    if (!key || (text && json_object_set(map, key, text) < 0))
        r = -ENOMEM;
    json_decref(text);
    free(key);
    return r;
}

int openrc_parse(const char *text, size_t len, json_t **ret)
{
    struct secret_text line = { malloc(len + 1), len }, value = { malloc(len + 1), len };
    json_t *map = json_object();
    const char *end = text + len;
    int r = map && line.data && value.data ? 0 : -ENOMEM;

    while (r == 0 && text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t n = (size_t)((newline ? newline : end) - text);

        memcpy(line.data, text, n);
        line.data[n] = '\0';
        r = line_read(line.data, value.data, map);
        text += n + 1;
    }
    secret_clear(&line);
    secret_clear(&value);
    if (r == 0)
        *ret = map;
    else
        secret_json_free(map);
    return r;
}
