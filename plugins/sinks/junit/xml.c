/* SPDX-License-Identifier: Apache-2.0 */
#include "xml.h"

#include <string.h>

static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;"; /* of "]]>" */
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

/* One character; returns how many bytes it had. */
static size_t character_write(FILE *out, const char *at, int attribute)
{
    unsigned char c = (unsigned char)*at;

    if (reference(*at))
        fputs(reference(*at), out);
    else if (strncmp(at, "\xef\xbf\xbe", 3) == 0 || strncmp(at, "\xef\xbf\xbf", 3) == 0) {
        fputs("\xef\xbf\xbd", out);
        return 3;
    } else if (c == '\r' || (attribute && (c == '\n' || c == '\t')))
        fprintf(out, "&#%u;", c);
    else if (c < 0x20 && c != '\n' && c != '\t')
        fputs("\xef\xbf\xbd", out);
    else
        fputc(c, out);
    return 1;
}

void xml_text(FILE *out, const char *text)
{
    while (*text)
        text += character_write(out, text, 0);
}

void xml_value(FILE *out, const char *text)
{
    while (*text)
        text += character_write(out, text, 1);
}

void xml_attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    xml_value(out, value);
    fputc('"', out);
}
