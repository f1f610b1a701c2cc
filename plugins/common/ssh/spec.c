/* SPDX-License-Identifier: Apache-2.0 */
#include "spec.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>

static int take(char *ret, size_t room, const char *text, size_t len)
{
    if (len == 0 || len >= room)
        return -EINVAL;
    memcpy(ret, text, len);
    ret[len] = '\0';
    return 0;
}

static int user_take(struct ssh_spec *spec, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
            return -EINVAL;
    return take(spec->user, sizeof spec->user, text, len);
}

static bool is_ip6(const char *text)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr binary;
    size_t len = strcspn(text, "%"); /* a zone may follow */

    return take(address, sizeof address, text, len) == 0 &&
           inet_pton(AF_INET6, address, &binary) == 1 && (!text[len] || text[len + 1]);
}

static bool is_name(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

    return text[0] != '-' && text[0] != '.' && text[strspn(text, letters)] == '\0';
}

static int port_take(struct ssh_spec *spec, const char *text)
{
    unsigned long port;
    char *end;

    if (!*text || text[strspn(text, "0123456789")] != '\0' || strlen(text) > 5)
        return -EINVAL;
    port = strtoul(text, &end, 10);
    if (port < 1 || port > 65535)
        return -EINVAL;
    spec->port = (uint16_t)port;
    return 0;
}

/* "[::1]" or "[::1]:22" */
static int bracket_take(struct ssh_spec *spec, const char *text)
{
    const char *end = strchr(text, ']');

    if (!end || take(spec->host, sizeof spec->host, text + 1, (size_t)(end - text - 1)) < 0 ||
        !is_ip6(spec->host) || (end[1] && end[1] != ':'))
        return -EINVAL;
    return end[1] ? port_take(spec, end + 2) : 0;
}

static int host_take(struct ssh_spec *spec, const char *text)
{
    const char *colon = strchr(text, ':');

    if (*text == '[')
        return bracket_take(spec, text);
    if (colon && strchr(colon + 1, ':')) {
        if (take(spec->host, sizeof spec->host, text, strlen(text)) < 0 || !is_ip6(spec->host))
            return -EINVAL;
        return 0;
    }
    if (take(spec->host, sizeof spec->host, text, colon ? (size_t)(colon - text) : strlen(text)) <
            0 ||
        !is_name(spec->host))
        return -EINVAL;
    return colon ? port_take(spec, colon + 1) : 0;
}

int ssh_spec_parse(const char *text, struct ssh_spec *ret, struct vmtp_error *err)
{
    struct ssh_spec spec = { 0 };
    const char *at = strrchr(text, '@');
    int r;

    /* As URLs have it; it is not shown. */
    if (at && memchr(text, ':', (size_t)(at - text)))
        return vmtp_fail(err, -EINVAL,
                         "no password stands in front of the '@': the option password takes it");
    r = at ? user_take(&spec, text, (size_t)(at - text)) : 0;

    if (r == 0)
        r = host_take(&spec, at ? at + 1 : text);
    if (r < 0)
        return vmtp_fail(err, r,
                         "'%.80s' is no SSH server: write user@host, user@host:port or "
                         "user@[2001:db8::1]:port",
                         text);
    *ret = spec;
    return 0;
}
