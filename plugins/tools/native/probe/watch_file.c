/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SHORT 1024 /* the kernel gives pages of whole lines: less than this is the end */

void watch_file_open(struct watch_file *f, const char *path)
{
    f->fd = open(path, O_RDONLY | O_CLOEXEC);
}

void watch_file_close(struct watch_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

const char *watch_file_read(struct watch_file *f)
{
    static char text[WATCH_TEXT_MAX]; /* of the one thread that looks */
    size_t len = 0;
    ssize_t n;

    if (f->fd < 0)
        return NULL;
    do {
        n = pread(f->fd, text + len, sizeof text - len, (off_t)len);
        len += n > 0 ? (size_t)n : 0;
    } while (n >= SHORT && len < sizeof text);
    if (n < 0 || len == sizeof text)
        return NULL;
    text[len] = 0;
    return text;
}

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
