/* SPDX-License-Identifier: Apache-2.0 */
#include "draft.h"

#include <stdbool.h>

void draft_printf(struct draft *draft, const char *fmt, ...)
{
    _free_ char *line = NULL;
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vasprintf(&line, fmt, ap);
    va_end(ap);
    if (len < 0) {
        line = NULL;
        draft->r = -ENOMEM;
    }
    if (draft->r == 0)
        draft->r = buf_add(&draft->text, line, (size_t)len);
}

/* A word that no YAML takes for anything but a string, in a flow map either. */
static bool is_plain(const char *text)
{
    static const char *const words[] = { "y",    "n",     "yes",  "no",  "on", "off",
                                         "true", "false", "null", "nan", "inf" };
    bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || *text == '/';

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcasecmp(words[i], text) == 0)
            return false;
    return letter && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789._/-")] == '\0';
}

void draft_text(struct draft *draft, const char *text)
{
    if (is_plain(text)) {
        draft_printf(draft, "%s", text);
        return;
    }
    draft_printf(draft, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            draft_printf(draft, "\\%c", *text);
        else if ((unsigned char)*text < ' ' || *text == 0x7f)
            draft_printf(draft, "\\x%02x", (unsigned)*text);
        else
            draft_printf(draft, "%c", *text);
    }
    draft_printf(draft, "\"");
}
