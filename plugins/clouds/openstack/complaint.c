/* SPDX-License-Identifier: Apache-2.0 */
#include "complaint.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <strings.h>

/* ---- one clean line ---- */

enum form { FORM_UTF8, FORM_BYTES, FORM_HTML };

struct source {
    const char *at, *end;
    enum form form;
    const char *const *secrets;
};

static bool starts(const struct source *source, const char *word)
{
    size_t len = strlen(word);

    return (size_t)(source->end - source->at) >= len && strncasecmp(source->at, word, len) == 0;
}

static bool skip_secret(struct source *source)
{
    for (const char *const *secret = source->secrets; *secret; secret++) {
        size_t len = strlen(*secret);

        if (len > 0 && (size_t)(source->end - source->at) >= len &&
            memcmp(source->at, *secret, len) == 0) {
            source->at += len;
            return true;
        }
    }
    return false;
}

/* A tag; of what nobody reads, all until its end. */
static void skip_tag(struct source *source)
{
    static const char *const unread[][2] = { { "<head", "</head" },
                                             { "<style", "</style" },
                                             { "<script", "</script" } };

    for (size_t i = 0; i < sizeof unread / sizeof *unread; i++)
        if (starts(source, unread[i][0]))
            while (source->at < source->end && !starts(source, unread[i][1]))
                source->at++;
    while (source->at < source->end && *source->at != '>')
        source->at++;
    if (source->at < source->end)
        source->at++;
}

static char next_entity(struct source *source)
{
    static const char *const names[] = { "&quot;", "&#34;", "&#39;", "&#x27;",
                                         "&amp;",  "&lt;",  "&gt;" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (starts(source, names[i])) {
            source->at += strlen(names[i]);
            return "\"\"''&<>"[i];
        }
    source->at++;
    return '&';
}

static char next_char(struct source *source)
{
    char c = *source->at;

    if (c == '<' && (source->form == FORM_HTML || starts(source, "<br"))) { /* glance */
        skip_tag(source);
        return ' ';
    }
    if (source->form == FORM_HTML && c == '&')
        return next_entity(source);
    source->at++;
    return (unsigned char)c >= 0x80 && source->form != FORM_UTF8 ? '?' : c;
}

/* No part of a character and no full stop. */
static size_t tail_trim(const char *text, size_t len, bool cut)
{
    if (cut) {
        while (len > 0 && ((unsigned char)text[len - 1] & 0xC0) == 0x80)
            len--;
        if (len > 0 && (unsigned char)text[len - 1] >= 0xC0)
            len--;
    }
    while (len > 0 && strchr(". ", text[len - 1]))
        len--;
    return len;
}

static void line_write(struct source source, char *ret, size_t size)
{
    size_t len = 0;
    bool space = false;

    while (source.at < source.end && len + 4 < size) {
        bool secret = skip_secret(&source);
        char c = secret ? '*' : next_char(&source);

        if (isspace((unsigned char)c) || iscntrl((unsigned char)c)) {
            space = len > 0;
            continue;
        }
        if (space)
            ret[len++] = ' ';
        space = false;
        ret[len++] = c;
        if (secret) {
            ret[len++] = '*';
            ret[len++] = '*';
        }
    }
    ret[tail_trim(ret, len, source.at < source.end)] = '\0';
}

/* ---- what it says ---- */

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The message, and its type or NULL; both are the document's. */
static const char *message_find(json_t *root, const char **ret_type)
{
    const char *key, *message = member(root, "message");
    json_t *errors = json_object_get(root, "errors"), *value;

    if (json_array_size(errors) > 0) {
        const json_t *first = json_array_get(errors, 0);

        return member(first, "detail") ? member(first, "detail") : member(first, "title");
    }
    json_object_foreach(root, key, value)
    {
        bool named = strcmp(key, "error") != 0;

        if (json_is_object(value) && member(value, "message")) {
            *ret_type = member(value, "type");
            if (!*ret_type && named)
                *ret_type = key;
            return member(value, "message");
        }
        if (json_is_string(value) && (!named || strcmp(key, "NeutronError") == 0))
            return json_string_value(value);
    }
    return message;
}

static struct source source_of(const char *text, enum form form, const char *const *secrets)
{
    return (struct source){ text, text + strlen(text), form, secrets };
}

static bool json_read(const struct http_answer *answer, const char *const *secrets,
                      struct complaint *ret)
{
    json_t *root = json_loadb(answer->body, answer->len, 0, NULL);
    const char *type = NULL, *message = root ? message_find(root, &type) : NULL;

    if (message)
        line_write(source_of(message, FORM_UTF8, secrets), ret->text, sizeof ret->text);
    if (type)
        line_write(source_of(type, FORM_UTF8, secrets), ret->type, sizeof ret->type);
    json_decref(root);
    return message != NULL;
}

/* Pages begin with the status, which is told anyway. */
static void status_drop(char *text, int status)
{
    char number[16];
    size_t len = (size_t)snprintf(number, sizeof number, "%d ", status);

    if (strncmp(text, number, len) == 0)
        memmove(text, text + len, strlen(text + len) + 1);
}

static int code_of(int status, const struct complaint *complaint)
{
    bool quota = strcasestr(complaint->text, "quota") || strcasestr(complaint->text, "exceeded") ||
                 strcasecmp(complaint->type, "OverQuota") == 0;

    switch (status) {
    case 401:
        return -EACCES;
    case 403:
        return quota ? -EDQUOT : -EPERM;
    case 404:
        return -ENOENT;
    case 409:
        return strcasecmp(complaint->type, "OverQuota") == 0 ? -EDQUOT : -EBUSY;
    case 413:
        return quota ? -EDQUOT : -EINVAL;
    case 429:
        return -EBUSY;
    default:
        return status >= 500 ? -EREMOTEIO : status >= 400 ? -EINVAL : -EPROTO;
    }
}

void complaint_read(const struct http_answer *answer, const char *const *secrets,
                    struct complaint *ret)
{
    *ret = (struct complaint){ 0 };
    if (answer->status / 100 == 3)
        snprintf(ret->text, sizeof ret->text, "it leads elsewhere, where a token does not go");
    else if (answer->body && !json_read(answer, secrets, ret)) {
        bool html = memmem(answer->body, answer->len, "</", 2) != NULL;
        struct source source = { answer->body, answer->body + answer->len,
                                 html ? FORM_HTML : FORM_BYTES, secrets };

        line_write(source, ret->text, sizeof ret->text);
        status_drop(ret->text, answer->status);
    }
    ret->code = code_of(answer->status, ret);
}

int complaint_fail(const struct http_answer *answer, const char *const *secrets,
                   struct vmtp_error *err)
{
    struct complaint complaint;
    char id[sizeof answer->request_id];

    complaint_read(answer, secrets, &complaint);
    line_write(source_of(answer->request_id, FORM_BYTES, secrets), id, sizeof id);
    return vmtp_fail(err, complaint.code, "%d%s%s: %s%s%s%s", answer->status,
                     *complaint.type ? " " : "", complaint.type,
                     *complaint.text ? complaint.text : "no reason is given", *id ? " (" : "", id,
                     *id ? ")" : "");
}
