/* SPDX-License-Identifier: Apache-2.0 */
#include "interface.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct row {
    char name[32];
    char address[SSH_ADDRESS_MAX]; /* without the prefix length */
    uint32_t family;
};

/* Walks over the lines: whose they are is said by ip in each, by ifconfig in the first of some. */
struct walk {
    const char *next;
    char name[32];
};

static bool word_next(const char **line, const char *end, const char **ret, size_t *ret_len)
{
    while (*line < end && isspace((unsigned char)**line))
        (*line)++;
    *ret = *line;
    while (*line < end && !isspace((unsigned char)**line))
        (*line)++;
    *ret_len = (size_t)(*line - *ret);
    return *ret_len > 0;
}

static void name_take(char ret[32], const char *word, size_t len)
{
    size_t n = 0;

    while (n < len && word[n] != '@' && word[n] != ':') /* "eth0@if2", "eth0:" */
        n++;
    snprintf(ret, 32, "%.*s", (int)(n < 31 ? n : 31), word);
}

/* "10.0.0.1/24", "addr:10.0.0.1" */
static bool address_take(struct row *row, const char *word, size_t len)
{
    unsigned char binary[16];

    if (len > 5 && strncmp(word, "addr:", 5) == 0)
        word += 5, len -= 5;
    snprintf(row->address, sizeof row->address, "%.*s", (int)(len < sizeof row->address ? len : 0),
             word);
    row->address[strcspn(row->address, "/%")] = '\0';
    return inet_pton(row->family == 6 ? AF_INET6 : AF_INET, row->address, binary) == 1;
}

static bool line_read(struct walk *walk, const char *line, const char *end, struct row *ret)
{
    const char *word;
    size_t len;
    bool begins = line < end && !isspace((unsigned char)*line);

    for (int n = 0; word_next(&line, end, &word, &len); n++) {
        bool number = n == 0 && len > 1 && word[len - 1] == ':' && isdigit((unsigned char)*word);

        if (begins && (n == 0 || (n == 1 && walk->name[0] == '\0'))) {
            walk->name[0] = '\0';
            if (!number) /* ip numbers its lines */
                name_take(walk->name, word, len);
            continue;
        }
        if (!(len == 4 && strncmp(word, "inet", 4) == 0) &&
            !(len == 5 && strncmp(word, "inet6", 5) == 0))
            continue;
        ret->family = len == 5 ? 6 : 4;
        if (word_next(&line, end, &word, &len) && len == 5 && strncmp(word, "addr:", 5) == 0)
            word_next(&line, end, &word, &len); /* "inet6 addr: fe80::1/64" */
        memcpy(ret->name, walk->name, sizeof ret->name);
        return address_take(ret, word, len);
    }
    return false;
}

static bool row_next(struct walk *walk, struct row *ret)
{
    while (*walk->next) {
        const char *line = walk->next, *end = strchrnul(line, '\n');

        walk->next = *end ? end + 1 : end;
        if (line_read(walk, line, end, ret))
            return true;
    }
    return false;
}

static bool is_link_local(const struct row *row)
{
    return row->family == 6 && strncasecmp(row->address, "fe80:", 5) == 0;
}

bool ssh_interface_address(const char *text, const char *interface, uint32_t family,
                           char ret[SSH_ADDRESS_MAX])
{
    struct walk walk = { .next = text };
    struct row row;

    while (row_next(&walk, &row))
        if (strcmp(row.name, interface) == 0 && row.family == family && !is_link_local(&row)) {
            memcpy(ret, row.address, sizeof row.address);
            return true;
        }
    return false;
}

bool ssh_interface_find(const char *text, const char *address, char *ret, size_t len)
{
    struct walk walk = { .next = text };
    struct row row;

    while (row_next(&walk, &row))
        if (strcmp(row.address, address) == 0) {
            snprintf(ret, len, "%s", row.name);
            return true;
        }
    return false;
}

void ssh_interface_names(const char *text, char *ret, size_t len)
{
    struct walk walk = { .next = text };
    char last[32] = "";
    struct row row;
    size_t used = 0;

    *ret = '\0';
    while (row_next(&walk, &row) && used < len) {
        if (strcmp(row.name, last) != 0)
            used += (size_t)snprintf(ret + used, len - used, "%s%s", used ? ", " : "", row.name);
        memcpy(last, row.name, sizeof last);
    }
}
