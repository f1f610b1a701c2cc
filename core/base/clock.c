/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t read_ns(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_now_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void)
{
    return read_ns(CLOCK_REALTIME);
}

uint64_t clock_to_wall_ns(uint64_t monotonic_ns)
{
    return clock_wall_ns() - (clock_now_ns() - monotonic_ns);
}

void clock_format(uint64_t wall_ns, int milliseconds, char *ret, size_t len)
{
    time_t seconds = (time_t)(wall_ns / NS_PER_S);
    struct tm date;
    char text[64];

    gmtime_r(&seconds, &date);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &date);
    if (milliseconds)
        snprintf(ret, len, "%s.%03uZ", text, (unsigned)(wall_ns % NS_PER_S / NS_PER_MS));
    else
        snprintf(ret, len, "%sZ", text);
}

/* ".123": up to nanoseconds; *text is moved behind it. */
static uint64_t fraction_read(const char **text)
{
    uint64_t ns = 0, digit = NS_PER_S / 10;

    if (**text != '.')
        return 0;
    for ((*text)++; **text >= '0' && **text <= '9'; (*text)++, digit /= 10)
        ns += (uint64_t)(**text - '0') * digit;
    return ns;
}

int clock_parse(const char *text, uint64_t *ret_wall_ns)
{
    static const char *const forms[] = { "T%H:%M:%S", " %H:%M:%S", "T%H:%M", " %H:%M", "" };
    struct tm day = { 0 };
    const char *rest = strptime(text, "%Y-%m-%d", &day);

    for (size_t i = 0; rest && i < sizeof forms / sizeof *forms; i++) {
        struct tm tm = day;
        const char *end = strptime(rest, forms[i], &tm);
        uint64_t ns = end && i < 2 ? fraction_read(&end) : 0;
        time_t seconds = timegm(&tm);

        if (!end || (*end && strcmp(end, "Z") != 0) || seconds < 0)
            continue;
        *ret_wall_ns = (uint64_t)seconds * NS_PER_S + ns;
        return 0;
    }
    return -EINVAL;
}
