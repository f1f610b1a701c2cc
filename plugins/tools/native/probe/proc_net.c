/* SPDX-License-Identifier: Apache-2.0 */
#include "proc_net.h"

#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The number that the next word is; false: it is none, or none that we can hold. */
static bool whole_number(const char *at, uint64_t *ret)
{
    uint64_t value;
    char *end;

    at += strspn(at, " \t");
    if (*at < '0' || *at > '9')
        return false;
    errno = 0;
    value = strtoull(at, &end, 10);
    if (errno || (*end && !strchr(" \t\n", *end)))
        return false;
    *ret = value;
    return true;
}

/* The line that begins with that word, behind it; NULL: none. */
static const char *find_line(const char *text, const char *begin)
{
    for (const char *line = text; line; line = text_next_line(line)) {
        const char *at = line, *word;
        size_t len = text_word(&at, &word);

        if (text_is(word, len, begin))
            return at;
    }
    return NULL;
}

bool proc_net_column(const char *text, const char *table, const char *name, uint64_t *ret)
{
    const char *names = find_line(text, table), *values = names ? text_next_line(names) : NULL;
    const char *word, *value;
    size_t len;

    values = values ? find_line(values, table) : NULL;
    while (values && (len = text_word(&names, &word)) && text_word(&values, &value))
        if (text_is(word, len, name))
            return whole_number(value, ret);
    return false;
}

bool proc_net_row(const char *text, const char *name, uint64_t *ret)
{
    const char *at = find_line(text, name);

    return at && whole_number(at, ret);
}

bool proc_net_word(const char *text, const char *begin, const char *name, uint64_t *ret)
{
    const char *at = find_line(text, begin), *word;
    size_t len;

    while (at && (len = text_word(&at, &word)))
        if (text_is(word, len, name))
            return whole_number(at, ret);
    return false;
}

bool proc_net_device(const char *line, char ret_name[DEVICE_NAME_MAX], uint64_t ret[DEVICE_COLUMNS])
{
    const char *at = line, *name;
    size_t len = text_word(&at, &name);
    const char *colon = len ? memchr(name, ':', len) : NULL;

    /* The name's own colons ("eth0:1") come before the last; "eth0:123" leaves no blank. */
    for (const char *next = colon; next && next < name + len; next++)
        if (*next == ':')
            colon = next;
    if (!colon || colon == name || colon - name >= DEVICE_NAME_MAX)
        return false;
    at = colon + 1;
    for (int i = 0; i < DEVICE_COLUMNS; i++)
        if (!text_number(&at, &ret[i]))
            return false;
    memcpy(ret_name, name, (size_t)(colon - name));
    ret_name[colon - name] = 0;
    return true;
}

bool proc_net_dropped(const char *text, const char *name, uint64_t *ret_rx, uint64_t *ret_tx)
{
    for (const char *line = text; line; line = text_next_line(line)) {
        const char *begin = line + strspn(line, " ");
        uint64_t column[DEVICE_COLUMNS];
        char found[DEVICE_NAME_MAX];

        if (strncmp(begin, name, strlen(name)) != 0 || /* of hundreds few are read */
            !proc_net_device(line, found, column) || strcmp(found, name) != 0)
            continue;
        *ret_rx = column[RX_DROPPED] > column[RX_FIFO] ? column[RX_DROPPED] : column[RX_FIFO];
        *ret_tx = column[TX_DROPPED] + column[TX_ERRORS];
        return true;
    }
    return false;
}

bool proc_net_softnet(const char *line, struct softnet_row *ret)
{
    struct softnet_row row;
    uint32_t processed;

    if (!text_hex(&line, &processed) || !text_hex(&line, &row.dropped) ||
        !text_hex(&line, &row.squeezed))
        return false;
    *ret = row;
    return true;
}

bool proc_net_backlog(const char *text, uint32_t *ret_cpus, uint32_t *ret_dropped)
{
    uint32_t cpus = 0, sum = 0;

    for (const char *line = text; line; line = text_next_line(line)) {
        struct softnet_row row;

        if (!proc_net_softnet(line, &row))
            return false;
        sum += row.dropped;
        cpus++;
    }
    if (!cpus)
        return false;
    *ret_cpus = cpus;
    *ret_dropped = sum;
    return true;
}
