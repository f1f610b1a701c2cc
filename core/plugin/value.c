/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include "../base/text.h"
#include "../base/units.h"

#include <arpa/inet.h>
#include <limits.h>
#include <pwd.h>

#define PASSWD_BYTES 4096
#define ADDRESS_MAX  253 /* a host name's length, RFC 1035 */
#define LABEL_MAX    63

static const struct value_type types[] = {
    [VMTP_BOOL] = { "bool", "true or false", sizeof(bool), _Alignof(bool), true, false },
    [VMTP_INT] = { "integer", "a whole number", sizeof(int64_t), _Alignof(int64_t), true, true },
    [VMTP_UINT] = { "count", "a whole number from 0", sizeof(uint64_t), _Alignof(uint64_t), true,
                    true },
    [VMTP_REAL] = { "number", "a number, as 0.5", sizeof(double), _Alignof(double), true, true },
    [VMTP_STRING] = { "string", "text", sizeof(char *), _Alignof(char *), true, false },
    [VMTP_ENUM] = { "choice", "a choice", sizeof(int), _Alignof(int), true, false },
    [VMTP_DURATION] = { "duration", "a number with ns, us, ms, s, m or h, as 250ms",
                        sizeof(uint64_t), _Alignof(uint64_t), true, true },
    [VMTP_SIZE] = { "size", "bytes, or a number with K, M or G, as 64K", sizeof(uint64_t),
                    _Alignof(uint64_t), true, true },
    [VMTP_RATE] = { "rate", "bit/s, or a number with K, M, G or T, as 10G", sizeof(uint64_t),
                    _Alignof(uint64_t), true, true },
    [VMTP_ADDRESS] = { "address", "an IPv4 or IPv6 address or a host name", sizeof(char *),
                       _Alignof(char *), true, false },
    [VMTP_PORT] = { "port", "a number from 0 to 65535", sizeof(uint64_t), _Alignof(uint64_t), true,
                    true },
    [VMTP_PATH] = { "path", "the path of a file", sizeof(char *), _Alignof(char *), true, false },
    [VMTP_LIST] = { "list", "a list", sizeof(struct vmtp_list), _Alignof(struct vmtp_list), false,
                    true },
    [VMTP_MAP] = { "map", "a map of strings", sizeof(struct vmtp_map), _Alignof(struct vmtp_map),
                   false, false },
};

const struct value_type *value_type(uint32_t type)
{
    return type >= VMTP_BOOL && type < COUNT(types) ? &types[type] : NULL;
}

/* The user's text in a message. */
struct quote {
    char text[52];
};

static struct quote quote(const struct vmtp_option *option, const char *text)
{
    struct quote quote = { "the value" };

    if (!(option->flags & VMTP_SECRET))
        snprintf(quote.text, sizeof quote.text, "'%.40s%s'", text, strlen(text) > 40 ? "..." : "");
    return quote;
}

static bool is_ranged(const struct vmtp_option *option)
{
    return option->min != 0 || option->max != 0;
}

static struct number whole_written(uint32_t type, int64_t value)
{
    struct number number;
    uint64_t size = value < 0 ? 0 : (uint64_t)value;

    if (type == VMTP_DURATION)
        return duration_written(size);
    if (type == VMTP_SIZE)
        return size_written(size);
    if (type == VMTP_RATE)
        return rate_written(size);
    snprintf(number.text, sizeof number.text, "%lld", (long long)value);
    return number;
}

static int range_fail(const struct vmtp_option *option, uint32_t type, const char *text,
                      struct vmtp_error *err)
{
    struct number least = whole_written(type, option->min);
    struct number most = whole_written(type, option->max);

    if (option->max == INT64_MAX)
        return vmtp_fail(err, -EINVAL, "%s is out of range: at least %s", quote(option, text).text,
                         least.text);
    return vmtp_fail(err, -EINVAL, "%s is out of range: %s to %s", quote(option, text).text,
                     least.text, most.text);
}

static int form_fail(const struct vmtp_option *option, uint32_t type, int code, const char *text,
                     struct vmtp_error *err)
{
    struct quote shown = quote(option, text);

    if (code == -ERANGE)
        return vmtp_fail(err, -EINVAL, "%s is beyond what a %s can be", shown.text,
                         types[type].name);
    return vmtp_fail(err, -EINVAL, "%s is not a %s: write %s", shown.text, types[type].name,
                     types[type].form);
}

static int parse_bool(const struct vmtp_option *option, const char *text, bool *ret,
                      struct vmtp_error *err)
{
    static const char *const words[][3] = { { "false", "False", "FALSE" },
                                            { "true", "True", "TRUE" } };

    for (size_t i = 0; i < 6; i++)
        if (strcmp(words[i / 3][i % 3], text) == 0) {
            *ret = i / 3;
            return 0;
        }
    return vmtp_fail(err, -EINVAL, "%s is neither true nor false", quote(option, text).text);
}

static int parse_unsigned(const struct vmtp_option *option, uint32_t type, const char *text,
                          uint64_t *ret, struct vmtp_error *err)
{
    uint64_t value = 0;
    int r = type == VMTP_DURATION ? duration_parse(text, &value)
            : type == VMTP_SIZE   ? size_parse(text, &value)
            : type == VMTP_RATE   ? rate_parse(text, &value)
                                  : uint_parse(text, &value);

    if (r < 0)
        return form_fail(option, type, r, text, err);
    if (type == VMTP_PORT && value > 65535)
        return form_fail(option, type, -EINVAL, text, err);
    if (is_ranged(option) && ((option->min > 0 && value < (uint64_t)option->min) ||
                              option->max < 0 || value > (uint64_t)option->max))
        return range_fail(option, type, text, err);
    *ret = value;
    return 0;
}

static int parse_int(const struct vmtp_option *option, const char *text, int64_t *ret,
                     struct vmtp_error *err)
{
    int64_t value = 0;
    int r = int_parse(text, &value);

    if (r < 0)
        return form_fail(option, VMTP_INT, r, text, err);
    if (is_ranged(option) && (value < option->min || value > option->max))
        return range_fail(option, VMTP_INT, text, err);
    *ret = value;
    return 0;
}

static int parse_real(const struct vmtp_option *option, const char *text, double *ret,
                      struct vmtp_error *err)
{
    double value = 0;
    int r = real_parse(text, &value);

    if (r < 0)
        return form_fail(option, VMTP_REAL, r, text, err);
    if (is_ranged(option) && (value < (double)option->min || value > (double)option->max))
        return range_fail(option, VMTP_REAL, text, err);
    *ret = value;
    return 0;
}

static int parse_enum(const struct vmtp_option *option, const char *text, int *ret,
                      struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf all = BUF(400);
    struct nearest nearest = { .word = text };

    for (const struct vmtp_choice *choice = option->choices; choice->name; choice++) {
        if (strcmp(choice->name, text) == 0) {
            *ret = choice->value;
            return 0;
        }
        nearest_offer(&nearest, choice->name);
        (void)buf_printf(&all, "%s%s", all.len ? ", " : "", choice->name);
    }
    return vmtp_fail(err, -EINVAL, "%s is none of %s%s", quote(option, text).text, buf_text(&all),
                     option->flags & VMTP_SECRET ? "" : nearest_hint(&nearest).text);
}

/* Labels of letters, digits, hyphens and underscores; the last is not a number, or "10.0.0.256"
 * would be a name. */
static bool is_host_name(const char *text)
{
    size_t len = strlen(text), label = 0;
    bool digits = true;

    if (len == 0 || len > ADDRESS_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '.') {
            if (label == 0 || i + 1 == len)
                return false;
            label = 0;
            digits = true;
            continue;
        }
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || (c == '-' && label > 0)))
            return false;
        digits = digits && c >= '0' && c <= '9';
        if (++label > LABEL_MAX)
            return false;
    }
    return !digits && text[len - 1] != '-';
}

static int parse_address(const struct vmtp_option *option, const char *text, struct arena *arena,
                         const char **ret, struct vmtp_error *err)
{
    size_t plain = strcspn(text, "%"); /* fe80::1%eth0 */
    char address[INET6_ADDRSTRLEN] = "";
    unsigned char ignored[sizeof(struct in6_addr)];
    bool good;

    if (plain < sizeof address)
        memcpy(address, text, plain);
    good = inet_pton(AF_INET6, address, ignored) == 1 && text[plain + (text[plain] == '%')] != '\0';
    good = (inet_pton(AF_INET6, address, ignored) == 1 && !text[plain]) || good;
    good = good || inet_pton(AF_INET, text, ignored) == 1 || is_host_name(text);
    if (!good)
        return form_fail(option, VMTP_ADDRESS, -EINVAL, text, err);
    *ret = arena_strdup(arena, text);
    return *ret ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

/* As ssh does it: where HOME is not set (cron, services, containers), the user's entry says it. */
static const char *home_folder(char *buffer, size_t len)
{
    struct passwd passwd, *found = NULL;
    const char *home = getenv("HOME");

    if (home && *home)
        return home;
    if (getpwuid_r(getuid(), &passwd, buffer, len, &found) != 0 || !found)
        return NULL;
    return found->pw_dir;
}

static int parse_path(const struct vmtp_option *option, const char *text, struct arena *arena,
                      const char **ret, struct vmtp_error *err)
{
    bool home = strncmp(text, "~/", 2) == 0;
    char entry[PASSWD_BYTES];
    const char *folder = home ? home_folder(entry, sizeof entry) : "";

    if (!folder)
        return vmtp_fail(err, -EINVAL, "%s begins with ~ but HOME is not set",
                         quote(option, text).text);
    if (strlen(folder) + strlen(text) >= PATH_MAX)
        return vmtp_fail(err, -EINVAL, "%s is too long for a path", quote(option, text).text);
    *ret = arena_printf(arena, "%s%s", folder, text + home);
    return *ret ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

int value_parse(const struct vmtp_option *option, uint32_t type, const char *text,
                struct arena *arena, void *ret, struct vmtp_error *err)
{
    switch (type) {
    case VMTP_BOOL:
        return parse_bool(option, text, ret, err);
    case VMTP_INT:
        return parse_int(option, text, ret, err);
    case VMTP_UINT:
    case VMTP_DURATION:
    case VMTP_SIZE:
    case VMTP_RATE:
    case VMTP_PORT:
        return parse_unsigned(option, type, text, ret, err);
    case VMTP_REAL:
        return parse_real(option, text, ret, err);
    case VMTP_ENUM:
        return parse_enum(option, text, ret, err);
    case VMTP_ADDRESS:
        return parse_address(option, text, arena, ret, err);
    case VMTP_PATH:
        return parse_path(option, text, arena, ret, err);
    default:
        *(const char **)ret = arena_strdup(arena, text);
        return *(const char **)ret ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
    }
}

static const char *list_text(const struct vmtp_option *option, const struct vmtp_list *list,
                             struct arena *arena)
{
    const char *all = "[";

    for (size_t i = 0; i < list->count; i++) {
        const char *items = list->items;
        const char *item =
            value_text(option, option->item, items + i * types[option->item].size, arena);

        all = item ? arena_printf(arena, "%s%s%s", all, i ? ", " : "", item) : NULL;
        if (!all)
            return NULL;
    }
    return arena_printf(arena, "%s]", all);
}

static const char *map_text(const struct vmtp_map *map, struct arena *arena)
{
    const char *all = "{";

    for (size_t i = 0; i < map->count; i++) {
        all = arena_printf(arena, "%s%s%s: %s", all, i ? ", " : "", map->pairs[i].name,
                           map->pairs[i].value);
        if (!all)
            return NULL;
    }
    return arena_printf(arena, "%s}", all);
}

static const char *choice_text(const struct vmtp_option *option, int value)
{
    for (const struct vmtp_choice *choice = option->choices; choice->name; choice++)
        if (choice->value == value)
            return choice->name;
    return "";
}

static bool is_set(uint32_t type, const void *value)
{
    const char *text = NULL;

    if (type != VMTP_STRING && type != VMTP_ADDRESS && type != VMTP_PATH)
        return true;
    memcpy(&text, value, sizeof text);
    return text && *text;
}

const char *value_text(const struct vmtp_option *option, uint32_t type, const void *value,
                       struct arena *arena)
{
    if (option->flags & VMTP_SECRET)
        return is_set(type, value) ? "***" : "";
    switch (type) {
    case VMTP_BOOL:
        return *(const bool *)value ? "true" : "false";
    case VMTP_INT:
        return arena_printf(arena, "%lld", (long long)*(const int64_t *)value);
    case VMTP_UINT:
    case VMTP_PORT:
        return arena_printf(arena, "%llu", (unsigned long long)*(const uint64_t *)value);
    case VMTP_REAL:
        return arena_strdup(arena, real_written(*(const double *)value).text);
    case VMTP_ENUM:
        return choice_text(option, *(const int *)value);
    case VMTP_DURATION:
        return arena_strdup(arena, duration_written(*(const uint64_t *)value).text);
    case VMTP_SIZE:
        return arena_strdup(arena, size_written(*(const uint64_t *)value).text);
    case VMTP_RATE:
        return arena_strdup(arena, rate_written(*(const uint64_t *)value).text);
    case VMTP_LIST:
        return list_text(option, value, arena);
    case VMTP_MAP:
        return map_text(value, arena);
    default:
        return is_set(type, value) ? *(const char *const *)value : "";
    }
}

bool value_range(const struct vmtp_option *option, struct arena *arena, const char **ret_least,
                 const char **ret_most)
{
    uint32_t type = option->type == VMTP_LIST ? option->item : option->type;

    if (!is_ranged(option))
        return false;
    *ret_least = arena_strdup(arena, whole_written(type, option->min).text);
    *ret_most =
        option->max == INT64_MAX ? "" : arena_strdup(arena, whole_written(type, option->max).text);
    return *ret_least && *ret_most;
}
