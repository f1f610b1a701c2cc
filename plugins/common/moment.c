/* SPDX-License-Identifier: Apache-2.0 */
#include "moment.h"

#include "clock.h"

#include <stddef.h>

/* ".097" of a second. */
static uint64_t fraction_ns(const char *text)
{
    uint64_t ns = 0, digit_ns = NS_PER_S / 10;

    if (*text == '.')
        for (text++; *text >= '0' && *text <= '9'; text++, digit_ns /= 10)
            ns += (uint64_t)(*text - '0') * digit_ns;
    return ns;
}

uint64_t moment_ns(const char *text)
{
    struct tm tm = { .tm_isdst = -1 };
    const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
    time_t seconds = rest ? timegm(&tm) : -1;

    if (text && !rest && strptime(text, "%Y-%m-%d %H:%M:%S", &tm))
        seconds = mktime(&tm);
    if (seconds < 0)
        return 0;
    return (uint64_t)seconds * NS_PER_S + (rest ? fraction_ns(rest) : 0);
}
