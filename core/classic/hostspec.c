/* SPDX-License-Identifier: Apache-2.0 */
#include "hostspec.h"

#include "../base/text.h"
#include "../base/units.h"
#include "../plugin/value.h"

#include <arpa/inet.h>

#define SCHEME        "ssh://"
#define SSH_PORT      22
#define USER_MAX      64
#define INTERFACE_MAX 15 /* IFNAMSIZ less its NUL */

bool host_valid(const char *text, struct arena *arena)
{
    static const struct vmtp_option option = { .name = "host", .type = VMTP_ADDRESS };
    const char *ignored = NULL;

    return value_parse(&option, VMTP_ADDRESS, text, arena, &ignored, NULL) == 0;
}

bool host_is_ipv6(const char *text)
{
    return strchr(text, ':') != NULL;
}

bool host_is_multicast(const char *text)
{
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, text, &four) == 1)
        return IN_MULTICAST(ntohl(four.s_addr));
    return inet_pton(AF_INET6, text, &six) == 1 && IN6_IS_ADDR_MULTICAST(&six);
}

static bool reads_as_ipv6(const char *text)
{
    struct in6_addr ignored;

    return inet_pton(AF_INET6, text, &ignored) == 1;
}

/* The text up to the end, in the arena. */
static int part_copy(const char *text, size_t len, struct arena *arena, const char **ret,
                     struct vmtp_error *err)
{
    *ret = arena_strndup(arena, text, len);
    return *ret ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

static bool user_valid(const char *user)
{
    size_t len = strnlen(user, USER_MAX + 1);

    if (len == 0 || len > USER_MAX || user[0] == '-' || !utf8_valid(user, len, NULL))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)user[i] <= ' ' || user[i] == 0x7f || strchr(":/", user[i]))
            return false;
    return true;
}

static bool interface_valid(const char *name)
{
    size_t len = strnlen(name, INTERFACE_MAX + 1);

    if (len > INTERFACE_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] <= ' ' || (unsigned char)name[i] >= 0x7f ||
            strchr("/:@", name[i]))
            return false;
    return true;
}

static int user_read(const char **at, struct arena *arena, const char **ret, struct vmtp_error *err)
{
    size_t len = strcspn(*at, "@");
    int r;

    if ((*at)[len] == '\0')
        return vmtp_fail(err, -EINVAL, "the user is missing: write user@host");
    r = part_copy(*at, len, arena, ret, err);
    if (r == 0 && !user_valid(*ret))
        return vmtp_fail(err, -EINVAL,
                         "the user is empty or has a ':', '/' or space in it: write "
                         "user@host[:password]");
    *at += len + 1;
    return r;
}

/* The host and, if any, the ':' behind it. */
static int host_read(const char **at, struct arena *arena, struct hostspec *spec,
                     struct vmtp_error *err)
{
    const char *text = *at;
    bool bracket = *text == '[';
    size_t len = strcspn(text += bracket, bracket ? "]" : ":");
    int r;

    if (!bracket && reads_as_ipv6(text))
        return vmtp_fail(err, -EINVAL,
                         "host '%.45s': an IPv6 address stands in brackets, as user@[%.45s]", text,
                         text);
    if (bracket && text[len] != ']')
        return vmtp_fail(err, -EINVAL, "the host's '[' has no ']'");
    r = part_copy(text, len, arena, &spec->host, err);
    if (r < 0)
        return r;
    spec->ipv6 = host_is_ipv6(spec->host);
    if (!host_valid(spec->host, arena) || bracket != spec->ipv6)
        return vmtp_fail(err, -EINVAL,
                         "host '%.60s' is neither an IPv4 address nor a name nor [IPv6]",
                         spec->host);
    text += len + bracket;
    if (*text && *text != ':')
        return vmtp_fail(err, -EINVAL, "host '%.60s': only ':' may stand behind it", spec->host);
    *at = text + (*text == ':');
    return 0;
}

static int port_read(const char **at, struct arena *arena, uint16_t *ret, struct vmtp_error *err)
{
    size_t len = strcspn(*at, ":");
    uint64_t port = SSH_PORT;
    const char *text;
    int r = part_copy(*at, len, arena, &text, err);

    if (r < 0)
        return r;
    if (len && (uint_parse(text, &port) < 0 || port == 0 || port > UINT16_MAX))
        return vmtp_fail(err, -EINVAL, "the port is not a number from 1 to 65535");
    *ret = (uint16_t)port;
    *at += len + ((*at)[len] == ':');
    return 0;
}

/* What stands behind the last ':' is the interface; no error may show any of it. */
static int rest_read(const char *text, const char *rest, struct arena *arena, struct hostspec *spec,
                     struct vmtp_error *err)
{
    const char *last = strrchr(rest, ':');
    int r = 0;

    spec->password_at = (size_t)(rest - text);
    spec->password_len = last ? (size_t)(last - rest) : strlen(rest);
    if (last && !interface_valid(last + 1))
        return vmtp_fail(err, -EINVAL,
                         "what stands behind the last ':' is no interface: if it belongs to the "
                         "password, put another ':' behind it");
    if (last && last[1])
        r = part_copy(last + 1, strlen(last + 1), arena, &spec->interface, err);
    if (r == 0 && spec->password_len)
        r = part_copy(rest, spec->password_len, arena, &spec->password, err);
    return r;
}

int hostspec_parse(const char *text, struct arena *arena, struct hostspec *ret,
                   struct vmtp_error *err)
{
    bool scheme = strncmp(text, SCHEME, strlen(SCHEME)) == 0;
    const char *at = text + (scheme ? strlen(SCHEME) : 0);
    struct hostspec spec = { .port = SSH_PORT };
    int r = user_read(&at, arena, &spec.user, err);

    r = r < 0 ? r : host_read(&at, arena, &spec, err);
    if (r == 0 && scheme)
        r = port_read(&at, arena, &spec.port, err);
    r = r < 0 ? r : rest_read(text, at, arena, &spec, err);
    if (r == 0)
        *ret = spec;
    return r;
}

const char *hostspec_masked(const struct hostspec *spec, const char *text, struct arena *arena)
{
    if (!spec->password)
        return arena_strdup(arena, text);
    return arena_printf(arena, "%.*s" PASSWORD_MASK "%s", (int)spec->password_at, text,
                        text + spec->password_at + spec->password_len);
}

const char *hostspec_ssh(const struct hostspec *spec, struct arena *arena)
{
    if (spec->ipv6)
        return arena_printf(arena, "%s@[%s]:%u", spec->user, spec->host, spec->port);
    if (spec->port == SSH_PORT)
        return arena_printf(arena, "%s@%s", spec->user, spec->host);
    return arena_printf(arena, "%s@%s:%u", spec->user, spec->host, spec->port);
}

int host_port_parse(const char *text, uint16_t port, struct arena *arena, const char **ret_host,
                    uint16_t *ret_port, struct vmtp_error *err)
{
    bool bracket = *text == '[';
    size_t len = bracket               ? strcspn(text, "]")
                 : reads_as_ipv6(text) ? strlen(text)
                                       : strcspn(text, ":");
    const char *host = arena_strndup(arena, text + bracket, len - bracket);
    const char *rest = text + len + (bracket && text[len] == ']');
    uint64_t number = port;

    if (!host)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if ((bracket && !(text[len] == ']' && reads_as_ipv6(host))) || !host_valid(host, arena))
        return vmtp_fail(err, -EINVAL, "'%.60s' is no address or name, with or without :port",
                         text);
    if (*rest &&
        (*rest != ':' || uint_parse(rest + 1, &number) < 0 || number == 0 || number > UINT16_MAX))
        return vmtp_fail(err, -EINVAL, "'%.60s': the port is not a number from 1 to 65535", text);
    *ret_host = host;
    *ret_port = (uint16_t)number;
    return 0;
}
