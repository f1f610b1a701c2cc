/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include <stdio.h>
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
