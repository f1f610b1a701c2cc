/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *line_next(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

/* Without blanks and quotes around it. */
static bool phrase_take(const char *text, size_t size, char *ret, size_t len)
{
    while (size && strchr(" \t\"'", text[0]))
        text++, size--;
    while (size && strchr(" \t\r\"'", text[size - 1]))
        size--;
    if (!size || size >= len)
        return false;
    memcpy(ret, text, size);
    ret[size] = '\0';
    return true;
}

/* "NAME=..." */
static bool variable_take(const char *text, const char *name, char *ret, size_t len)
{
    size_t used = strlen(name);

    for (const char *line = text; *line; line = line_next(line))
        if (strncmp(line, name, used) == 0 && line[used] == '=')
            return phrase_take(line + used + 1, strcspn(line + used + 1, "\n"), ret, len);
    return false;
}

bool inventory_distro(const char *text, char *ret, size_t len)
{
    char name[128], version[64];

    if (variable_take(text, "NAME", name, sizeof name)) {
        if (!variable_take(text, "VERSION_ID", version, sizeof version))
            version[0] = '\0';
        return (size_t)snprintf(ret, len, "%s%s%s", name, *version ? " " : "", version) < len;
    }
    for (const char *line = text; *line; line = line_next(line)) {
        const char *word = strstr(line, " release ");

        if (word && word < line + strcspn(line, "\n"))
            return phrase_take(line, strcspn(line, "\n"), ret, len);
    }
    return false;
}

/* ---- processors ---- */

/* "model name\t: X", whatever stands in front of the colon. */
static bool field_take(const char *line, const char *name, char *ret, size_t len)
{
    size_t used = strlen(name), blank;

    if (strncmp(line, name, used) != 0)
        return false;
    blank = strspn(line + used, " \t");
    if (line[used + blank] != ':')
        return false;
    used += blank + 1;
    return phrase_take(line + used, strcspn(line + used, "\n"), ret, len);
}

bool inventory_cpu(const char *text, const char *machine, char *ret, size_t len)
{
    char model[160] = "", number[32];
    unsigned int count = 0;

    for (const char *line = text; *line; line = line_next(line)) {
        count += field_take(line, "processor", number, sizeof number);
        if (!*model && !field_take(line, "model name", model, sizeof model))
            field_take(line, "cpu", model, sizeof model); /* of POWER */
    }
    return count && (size_t)snprintf(ret, len, "%u * %s", count, *model ? model : machine) < len;
}

/* ---- versions ---- */

bool inventory_version(const char *text, const char *word, char *ret, size_t len)
{
    const char *at = strstr(text, word);
    size_t size;

    if (!at)
        return false;
    at += strlen(word);
    at += strcspn(at, "0123456789\n");
    size = strcspn(at, " \t\r\n,)");
    return *at && *at != '\n' && phrase_take(at, size, ret, len);
}

/* ---- cards ---- */

bool inventory_is_interface(const char *name)
{
    size_t len = strlen(name);

    return len && len < INTERFACE_MAX && isalnum((unsigned char)*name) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:") ==
               len;
}

bool inventory_is_card(const char *entries)
{
    for (const char *line = entries; *line; line = line_next(line))
        if (strncmp(line, "device", 6) == 0 && strcspn(line, "\r\n") == 6)
            return true;
    return false;
}

void inventory_lower(const char *entries, char ret[INTERFACE_MAX])
{
    const char *line = entries;

    ret[0] = '\0';
    for (; *line && !*ret; line = line_next(line)) {
        char entry[6 + INTERFACE_MAX];

        if (phrase_take(line, strcspn(line, "\n"), entry, sizeof entry) &&
            strncmp(entry, "lower_", 6) == 0 && inventory_is_interface(entry + 6))
            snprintf(ret, INTERFACE_MAX, "%s", entry + 6);
    }
}

/* "0000:3b:00.1" */
static bool is_pci(const char *text, size_t len)
{
    static const char form[] = "hhhh:hh:hh.h";

    if (len != strlen(form))
        return false;
    for (size_t i = 0; i < len; i++)
        if (form[i] == 'h' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
            return false;
    return true;
}

/* The last of them: what is in front are bridges; behind it there may be a "virtio0". */
bool inventory_pci(const char *path, char *ret, size_t len)
{
    bool found = false;

    for (const char *part = path; *part; part += strcspn(part, "/\n"), part += *part != '\0')
        if (is_pci(part, strcspn(part, "/\n")))
            found = phrase_take(part, strcspn(part, "/\n"), ret, len);
    return found;
}

bool inventory_nic(const char *text, char *ret, size_t len)
{
    const char *at = strstr(text, " controller: ");

    if (!at)
        return false;
    at += strlen(" controller: ");
    return phrase_take(at, strcspn(at, "\n"), ret, len);
}
