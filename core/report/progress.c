/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "../base/clock.h"
#include "../base/text.h"

/* "01:05", "2:00:03": of one width while it counts. */
static void time_format(uint64_t ns, char ret[32])
{
    unsigned long long s = (ns + NS_PER_S / 2) / NS_PER_S;

    if (s < 3600)
        snprintf(ret, 32, "%02llu:%02llu", s / 60, s % 60);
    else
        snprintf(ret, 32, "%llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
}

/* Cut between two characters, so that it takes at most width columns and len bytes. */
static void text_cut(char *text, size_t width, size_t len)
{
    size_t end = strlen(text);

    while (end > 0 && (end >= len || text_width(text) > width)) {
        do
            end--;
        while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80);
        text[end] = '\0';
    }
}

void progress_line(const struct progress *progress, uint64_t elapsed_ns, size_t width, char *ret,
                   size_t len)
{
    uint32_t done = progress->done < progress->expected ? progress->done : progress->expected;
    char time[32], line[320];

    if (!len)
        return;
    time_format(progress->left_ns ? progress->left_ns : elapsed_ns, time);
    if (!progress->expected)
        snprintf(line, sizeof line, "%s", progress->doing);
    else
        snprintf(line, sizeof line, "%u/%u trials  %u %%  %s%s  %s", progress->done,
                 progress->expected, (unsigned)((uint64_t)done * 100 / progress->expected), time,
                 progress->left_ns ? " left" : "", progress->doing);
    for (char *at = line; *at; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    text_cut(line, width, len);
    memcpy(ret, line, strlen(line) + 1);
}
