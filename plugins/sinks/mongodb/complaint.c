/* SPDX-License-Identifier: Apache-2.0 */
#include "complaint.h"

#include <ctype.h>
#include <stdbool.h>

struct meaning {
    uint32_t code;
    int error;
};

/* Of the server: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
static const struct meaning server_codes[] = {
    { 13, -EACCES },    { 18, -EACCES },   { 50, -ETIMEDOUT }, { 89, -ETIMEDOUT },
    { 10107, -EROFS },  { 13435, -EROFS }, { 11602, -EROFS },  { 189, -EROFS },
    { 10334, -EFBIG },  { 17280, -EFBIG }, { 14031, -ENOSPC }, { 11600, -ESHUTDOWN },
    { 91, -ESHUTDOWN }, { 17419, -EFBIG }, { 17420, -EFBIG },
};

static int error_of(const bson_error_t *why)
{
    switch (why->domain) {
    case MONGOC_ERROR_SERVER_SELECTION:
        return -EHOSTUNREACH;
    case MONGOC_ERROR_CLIENT:
        return why->code == MONGOC_ERROR_CLIENT_AUTHENTICATE ? -EACCES : -EPROTO;
    case MONGOC_ERROR_STREAM:
        return -ECONNRESET;
    case MONGOC_ERROR_SERVER:
    case MONGOC_ERROR_COMMAND:
    case MONGOC_ERROR_WRITE_CONCERN:
        break;
    default:
        return -EIO;
    }
    for (size_t i = 0; i < sizeof server_codes / sizeof *server_codes; i++)
        if (server_codes[i].code == why->code)
            return server_codes[i].error;
    return -EIO;
}

/* Of a failed search for a server, what each of them said: "...: [a] [b]" is "a, b". */
static void search_cut(char *text)
{
    char *from = strchr(text, '['), *end = from ? strrchr(from, ']') : NULL;

    if (!end)
        return;
    *end = '\0';
    memmove(text, from + 1, (size_t)(end - from));
    for (char *at; (at = strstr(text, "] [")) != NULL;) {
        memcpy(at, ", ", 2);
        memmove(at + 2, at + 3, strlen(at + 3) + 1);
    }
}

/* A sentence as a phrase: without newline and full stop, and a capital only in a name. */
static void sentence_cut(char *text)
{
    for (char *at = text; *at; at++)
        if (iscntrl((unsigned char)*at))
            *at = ' ';
    for (size_t n = strlen(text); n && (text[n - 1] == '.' || text[n - 1] == ' '); n--)
        text[n - 1] = '\0';
    if (isupper((unsigned char)text[0]) && islower((unsigned char)text[1]))
        text[0] = (char)tolower((unsigned char)text[0]);
}

int complaint_fail(struct vmtp_error *err, const char *servers, const bson_error_t *why)
{
    char text[sizeof why->message];

    memcpy(text, why->message, sizeof text);
    if (why->domain == MONGOC_ERROR_SERVER_SELECTION)
        search_cut(text);
    sentence_cut(text);
    if (strstr(text, servers))
        return vmtp_fail(err, error_of(why), "%s", text);
    return vmtp_fail(err, error_of(why), "%s: %s", servers, text);
}
