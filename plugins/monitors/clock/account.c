/* SPDX-License-Identifier: Apache-2.0 */
#include "account.h"

#include "../../common/watch.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORD_BYTES 48

/* A text of the line, without what a terminal would take for a command; "": none. */
static void word(const json_t *json, const char *key, char *to, size_t size)
{
    const char *text = json_string_value(json_object_get(json, key));
    size_t len = 0;

    for (; text && text[len] && len + 1 < size; len++)
        to[len] = text[len] >= ' ' && text[len] <= '~' ? text[len] : '?';
    to[len] = 0;
}

static bool yes(const json_t *json, const char *key)
{
    return json_is_true(json_object_get(json, key));
}

__attribute__((format(printf, 2, 3))) static void add(char *text, const char *fmt, ...)
{
    size_t len = strlen(text);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text + len, ACCOUNT_BYTES - len, fmt, ap);
    va_end(ap);
}

/* "21 us": the sign is the caller's. */
static void add_seconds(char *text, double s)
{
    static const struct {
        double least, times;
        const char *unit;
    } scales[] = { { 1, 1, "s" }, { 1e-3, 1e3, "ms" }, { 1e-6, 1e6, "us" }, { 0, 1e9, "ns" } };
    size_t i = 0;

    s = fabs(s);
    while (s < scales[i].least * 0.9995)
        i++;
    add(text, s * scales[i].times < 999.5 ? "%.3g %s" : "%.0f %s", s * scales[i].times,
        scales[i].unit);
}

/* Who sets it, and what he goes by. */
static void add_kept(const json_t *line, char *text)
{
    char keeper[WORD_BYTES], from[WORD_BYTES];
    double error = watch_number(line, "error_s", 0, SENSIBLE_S, NAN);
    const json_t *kernel = json_object_get(line, "kernel");
    const json_t *stratum = json_object_get(line, "stratum");

    word(line, "keeper", keeper, sizeof keeper);
    word(line, "from", from, sizeof from);
    if (keeper[0] && kernel && !yes(kernel, "synchronised"))
        add(text, "the clock is watched, not set, by %s", keeper);
    else if (keeper[0])
        add(text, "the clock is kept by %s", keeper);
    else
        add(text, "the clock is synchronised, by what can't be seen from there");
    if (from[0])
        add(text, " from %s", from);
    if (json_is_integer(stratum))
        add(text, " (stratum %d)", (int)json_integer_value(stratum));
    if (isnan(error)) {
        add(text, ", and nothing vouches for its error");
    } else {
        add(text, ", within ");
        add_seconds(text, error);
    }
}

static void add_lost(const json_t *line, char *text)
{
    char keeper[WORD_BYTES];

    word(line, "keeper", keeper, sizeof keeper);
    add(text, "the clock is not synchronised: ");
    if (!keeper[0])
        add(text, "nothing is seen to keep it");
    else if (json_object_get(line, "stratum"))
        add(text, "%s follows nothing", keeper);
    else
        add(text, "%s runs, but the kernel knows nothing of it", keeper);
}

static void add_host(const json_t *host, char *text)
{
    char name[WORD_BYTES], device[WORD_BYTES];
    double offset = watch_number(host, "offset_s", -SENSIBLE_S, SENSIBLE_S, NAN);

    word(host, "name", name, sizeof name);
    word(host, "device", device, sizeof device);
    if (!name[0])
        return;
    if (!isnan(offset)) {
        add(text, "; it is ");
        add_seconds(text, offset);
        add(text, " %s the host's (%s)", offset < 0 ? "behind" : "ahead of", name);
    } else if (!yes(host, "readable")) {
        add(text, "; the host lends its clock (%s), but /dev/%s can't be read", name, device);
    }
}

void account_text(const json_t *line, char ret[ACCOUNT_BYTES])
{
    const struct account_key key = account_key(line);

    ret[0] = 0;
    if (!json_is_boolean(json_object_get(line, "synchronised")))
        add(ret, "nothing is told of the clock");
    else if (key.synchronised)
        add_kept(line, ret);
    else
        add_lost(line, ret);
    if (key.beside[0])
        add(ret, "; %s runs beside it", key.beside);
    if (key.source[0])
        add(ret, "; clock source %s", key.source);
    add_host(json_object_get(line, "host"), ret);
    if (key.leap)
        add(ret, "; there will be a leap second at the end of the day");
}

void account_step(double size_s, char ret[ACCOUNT_BYTES])
{
    ret[0] = 0;
    add(ret, "the clock was set");
    if (isnan(size_s))
        return;
    add(ret, " by %c", size_s < 0 ? '-' : '+');
    add_seconds(ret, size_s);
}

struct account_key account_key(const json_t *line)
{
    struct account_key key = { 0 };

    word(line, "keeper", key.keeper, sizeof key.keeper);
    word(line, "beside", key.beside, sizeof key.beside);
    word(line, "source", key.source, sizeof key.source);
    key.synchronised = yes(line, "synchronised");
    key.leap = json_object_get(json_object_get(line, "kernel"), "leap") != NULL;
    return key;
}

bool account_key_equal(const struct account_key *a, const struct account_key *b)
{
    return !strcmp(a->keeper, b->keeper) && !strcmp(a->beside, b->beside) &&
           !strcmp(a->source, b->source) && a->synchronised == b->synchronised &&
           a->leap == b->leap;
}
