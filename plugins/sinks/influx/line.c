/* SPDX-License-Identifier: Apache-2.0 */
#include "line.h"

#include "../../common/figure.h"

#include <math.h>
#include <string.h>

/* Of a text so many bytes that it is no longer than max and no UTF-8 character is cut. */
static size_t text_len(const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);

    if (len <= max)
        return len;
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A measurement, the name or value of a tag, or the name of a field. */
static void name_write(FILE *to, const char *name)
{
    for (size_t i = 0, len = text_len(name, LINE_NAME_MAX); i < len; i++) {
        if (name[i] == ',' || name[i] == '=' || name[i] == ' ')
            putc('\\', to);
        putc(is_control(name[i]) || name[i] == '\\' ? '_' : name[i], to);
    }
}

static void field_begin(struct line *line, const char *name)
{
    putc(line->fields++ ? ',' : ' ', line->to);
    name_write(line->to, name);
    putc('=', line->to);
}

void line_begin(struct line *line, const char *measurement)
{
    line->fields = 0;
    name_write(line->to, measurement);
}

void line_tag(struct line *line, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    putc(',', line->to);
    name_write(line->to, name);
    putc('=', line->to);
    name_write(line->to, value);
}

void line_number(struct line *line, const char *name, double value)
{
    if (!isfinite(value))
        return;
    field_begin(line, name);
    fputs(number_digits(value).text, line->to);
}

void line_text(struct line *line, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    field_begin(line, name);
    putc('"', line->to);
    for (size_t i = 0, len = text_len(value, LINE_TEXT_MAX); i < len; i++) {
        if (value[i] == '"' || value[i] == '\\')
            putc('\\', line->to);
        putc(is_control(value[i]) ? ' ' : value[i], line->to);
    }
    putc('"', line->to);
}

void line_flag(struct line *line, const char *name, bool value)
{
    field_begin(line, name);
    fputs(value ? "true" : "false", line->to);
}

void line_end(struct line *line, uint64_t wall_ns)
{
    fprintf(line->to, " %llu\n", (unsigned long long)wall_ns);
}
