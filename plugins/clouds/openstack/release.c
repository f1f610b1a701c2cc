/* SPDX-License-Identifier: Apache-2.0 */
#include "release.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Since Liberty each service counts for itself: these are compute's. */
static const struct {
    const char *name;
    unsigned int major, minor; /* of its version; a minor of 0: any */
    unsigned int microversion; /* the largest, behind "2."; 0: there are none */
} releases[] = {
    { "Austin", 2010, 1, 0 },   { "Bexar", 2011, 1, 0 },    { "Cactus", 2011, 2, 0 },
    { "Diablo", 2011, 3, 0 },   { "Essex", 2012, 1, 0 },    { "Folsom", 2012, 2, 0 },
    { "Grizzly", 2013, 1, 0 },  { "Havana", 2013, 2, 0 },   { "Icehouse", 2014, 1, 0 },
    { "Juno", 2014, 2, 0 },     { "Kilo", 2015, 1, 3 },     { "Liberty", 12, 0, 12 },
    { "Mitaka", 13, 0, 25 },    { "Newton", 14, 0, 38 },    { "Ocata", 15, 0, 42 },
    { "Pike", 16, 0, 53 },      { "Queens", 17, 0, 60 },    { "Rocky", 18, 0, 65 },
    { "Stein", 19, 0, 72 },     { "Train", 20, 0, 79 },     { "Ussuri", 21, 0, 87 },
    { "Victoria", 22, 0, 87 },  { "Wallaby", 23, 0, 88 },   { "Xena", 24, 0, 90 },
    { "Yoga", 25, 0, 90 },      { "Zed", 26, 0, 93 },       { "Antelope", 27, 0, 95 },
    { "Bobcat", 28, 0, 95 },    { "Caracal", 29, 0, 96 },   { "Dalmatian", 30, 0, 96 },
    { "Epoxy", 31, 0, 100 },    { "Flamingo", 32, 0, 100 }, { "Gazpacho", 33, 0, 103 },
    { "Hibiscus", 34, 0, 104 },
};
#define RELEASES (sizeof releases / sizeof *releases)
#define NEWEST   releases[RELEASES - 1]

/* ---- by version ---- */

/* How long the version is that the line consists of, as in "26.2.2" and "26.0.0.0rc1"; 0: it is
 * something else. */
static size_t version_len(const char *line)
{
    size_t len = strspn(line, "0123456789abcdefghijklmnopqrstuvwxyz.+-~:");
    size_t number = strspn(line, "0123456789");

    return number && line[number] == '.' && isdigit((unsigned char)line[number + 1]) &&
                   strspn(line + len, " \t\r") == strcspn(line + len, "\n")
               ? len
               : 0;
}

static const char *name_of(unsigned int major, unsigned int minor)
{
    for (size_t i = 0; i < RELEASES; i++)
        if (releases[i].major == major && (!releases[i].minor || releases[i].minor == minor))
            return releases[i].name;
    return NULL;
}

bool release_by_version(const char *text, char *ret, size_t len)
{
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t used = version_len(line);
        char *rest;
        unsigned long major, minor;
        const char *name;

        if (!used)
            continue;
        major = strtoul(line, &rest, 10);
        minor = strtoul(rest + 1, NULL, 10);
        name = name_of((unsigned int)major, (unsigned int)minor);
        if (name)
            snprintf(ret, len, "%s (%.*s)", name, (int)used, line);
        else if (major > NEWEST.major && major < 2010)
            snprintf(ret, len, "later than %s (%.*s)", NEWEST.name, (int)used, line);
        else
            continue;
        return true;
    }
    return false;
}

/* ---- by microversion ---- */

bool release_by_microversion(const char *text, char *ret, size_t len)
{
    unsigned long number = strncmp(text, "2.", 2) == 0 ? strtoul(text + 2, NULL, 10) : 0;
    const char *before = NULL;
    size_t used = 0;

    if (*text && strncmp(text, "2.", 2) != 0)
        return false;
    for (size_t i = 0; number && i < RELEASES; i++) {
        if (releases[i].microversion && releases[i].microversion < number)
            before = releases[i].name;
        else if (releases[i].microversion == number && used < len)
            used += (size_t)snprintf(ret + used, len - used, "%s%s", used ? " or " : "",
                                     releases[i].name);
    }
    if (!number)
        snprintf(ret, len, "Juno or earlier");
    else if (!used && before)
        snprintf(ret, len, "later than %s", before);
    else if (!used)
        snprintf(ret, len, "Kilo");
    return true;
}
