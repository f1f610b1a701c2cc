/* SPDX-License-Identifier: Apache-2.0 */
#include "proc_net.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool proc_net_read(const char *path, char *to, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = 1;

    while (fd >= 0 && n > 0 && len + 1 < size) {
        n = read(fd, to + len, size - 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    to[len] = 0;
    return len > 0;
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end ? end + 1 : NULL;
}

/* The next word of the line, which ends at a blank; *ret_len 0: there is none. */
static const char *next_word(const char *at, size_t *ret_len)
{
    at += strspn(at, " \t");
    *ret_len = strcspn(at, " \t\n");
    return at;
}

static bool is_word(const char *word, size_t len, const char *name)
{
    return len == strlen(name) && !strncmp(word, name, len);
}

static bool number(const char *word, size_t len, int base, uint64_t *ret)
{
    char *end;
    uint64_t value;

    if (!len || !isxdigit((unsigned char)*word))
        return false;
    errno = 0;
    value = strtoull(word, &end, base);
    if (errno || end != word + len)
        return false;
    *ret = value;
    return true;
}

/* The line that begins with that word, behind it; NULL: none. */
static const char *find_line(const char *text, const char *begin)
{
    for (const char *line = text; line; line = next_line(line)) {
        size_t len;
        const char *word = next_word(line, &len);

        if (is_word(word, len, begin))
            return word + len;
    }
    return NULL;
}

bool proc_net_column(const char *text, const char *table, const char *name, uint64_t *ret)
{
    const char *names = find_line(text, table), *values = names ? next_line(names) : NULL;
    size_t name_len = 1, value_len = 1;

    values = values ? find_line(values, table) : NULL;
    while (values && name_len && value_len) {
        names = next_word(names, &name_len);
        values = next_word(values, &value_len);
        if (is_word(names, name_len, name))
            return number(values, value_len, 10, ret);
        names += name_len;
        values += value_len;
    }
    return false;
}

bool proc_net_row(const char *text, const char *name, uint64_t *ret)
{
    const char *at = find_line(text, name);
    size_t len;

    if (!at)
        return false;
    at = next_word(at, &len);
    return number(at, len, 10, ret);
}

bool proc_net_word(const char *text, const char *begin, const char *name, uint64_t *ret)
{
    const char *at = find_line(text, begin);
    size_t len = 1;

    while (at && len) {
        bool found;

        at = next_word(at, &len);
        found = is_word(at, len, name);
        at += len;
        if (found) {
            at = next_word(at, &len);
            return number(at, len, 10, ret);
        }
    }
    return false;
}

/* "eth0: bytes packets errs drop fifo frame compressed multicast" and the same for what is sent,
 * with colls and carrier for the next to last.  In old kernels no blank stands behind the colon. */
bool proc_net_device(const char *text, const char *name, uint64_t *ret_rx, uint64_t *ret_tx)
{
    enum { RX_DROP = 3, RX_FIFO, TX_ERRS = 10, TX_DROP, COLUMNS };
    uint64_t value[COLUMNS];
    const char *at = NULL;

    for (const char *line = text; line && !at; line = next_line(line)) {
        line += strspn(line, " ");
        if (is_word(line, strcspn(line, ":\n"), name) && line[strlen(name)] == ':')
            at = line + strlen(name) + 1;
    }
    for (int i = 0; i < COLUMNS; i++) {
        size_t len = 0;

        at = at ? next_word(at, &len) : NULL;
        if (!at || !number(at, len, 10, &value[i]))
            return false;
        at += len;
    }
    *ret_rx = value[RX_DROP] > value[RX_FIFO] ? value[RX_DROP] : value[RX_FIFO];
    *ret_tx = value[TX_DROP] + value[TX_ERRS];
    return true;
}

bool proc_net_backlog(const char *text, uint32_t *ret_cpus, uint32_t *ret_dropped)
{
    uint32_t cpus = 0, sum = 0;

    for (const char *line = text; line && *line; line = next_line(line)) {
        uint64_t processed, dropped;
        size_t len;
        const char *word = next_word(line, &len);

        if (!number(word, len, 16, &processed))
            return false;
        word = next_word(word + len, &len);
        if (!number(word, len, 16, &dropped))
            return false;
        sum += (uint32_t)dropped;
        cpus++;
    }
    if (!cpus)
        return false;
    *ret_cpus = cpus;
    *ret_dropped = sum;
    return true;
}
