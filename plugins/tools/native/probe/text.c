/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

static void skip_blanks(const char **at)
{
    while (**at == ' ' || **at == '\t')
        (*at)++;
}

bool text_number(const char **at, uint64_t *ret)
{
    uint64_t value = 0;

    skip_blanks(at);
    if (**at < '0' || **at > '9')
        return false;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        unsigned digit = (unsigned)(**at - '0');

        value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
    }
    *ret = value;
    return true;
}

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

bool text_hex(const char **at, uint32_t *ret)
{
    uint32_t value = 0;

    skip_blanks(at);
    if (hex_digit(**at) < 0)
        return false;
    for (; hex_digit(**at) >= 0; (*at)++)
        value = value << 4 | (uint32_t)hex_digit(**at);
    *ret = value;
    return true;
}

size_t text_word(const char **at, const char **ret)
{
    skip_blanks(at);
    *ret = *at;
    while (**at && **at != ' ' && **at != '\t' && **at != '\n')
        (*at)++;
    return (size_t)(*at - *ret);
}

const char *text_next_line(const char *at)
{
    const char *end = strchr(at, '\n');

    return end && end[1] ? end + 1 : NULL;
}

const char *text_line(const char *text, const char *begin)
{
    size_t len = strlen(begin);

    for (const char *line = text; line; line = text_next_line(line))
        if (strncmp(line, begin, len) == 0)
            return line + len;
    return NULL;
}
