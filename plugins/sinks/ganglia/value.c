/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include "../../common/figure.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 100 /* of a metric: gmetad makes file names of them */

struct maker {
    const json_t *endpoints;
    struct values *values;
};

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

static void name_clean(char *name)
{
    for (; *name; name++)
        if (!is_name(*name))
            *name = '_';
}

static void text_clean(char *text)
{
    for (; *text; text++)
        if (*text < 0x20 || *text > 0x7e || strchr("\"&'<>\\", *text))
            *text = '_';
}

static uint32_t text_hash(const char *text)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

/* "flow=bulk,path=same-network" as ".bulk.same-network". */
static void key_write(FILE *to, const char *key)
{
    for (const char *end; *key; key = *end ? end + 1 : end) {
        const char *equals = memchr(key, '=', strcspn(key, ","));

        end = key + strcspn(key, ",");
        if (equals)
            key = equals + 1;
        fprintf(to, ".%.*s", (int)(end - key), key);
    }
}

/* What differs differs also where it is cut. */
static int name_make(const struct figure_row *row, char *ret, size_t size)
{
    char *name = NULL;
    size_t len;
    FILE *to = open_memstream(&name, &len);

    if (!to)
        return -ENOMEM;
    fputs("vmtp", to);
    key_write(to, row->key);
    fprintf(to, ".%s.%s", row->metric, row->stat);
    if (fclose(to) != 0) {
        free(name);
        return -ENOMEM;
    }
    if (len <= NAME_MAX_BYTES)
        snprintf(ret, size, "%s", name);
    else
        snprintf(ret, size, "%.*s-%08x", NAME_MAX_BYTES - 9, name, text_hash(name));
    name_clean(ret);
    free(name);
    return 0;
}

/* Ganglia takes the first colon for the end of the address, so IPv6 is no address here. */
static void host_make(const struct maker *maker, const char *endpoint, char *ret, size_t size)
{
    const json_t *facts = json_object_get(maker->endpoints, endpoint);
    const char *address = json_string_value(json_object_get(facts, "address"));
    char name[96], ip[64];

    snprintf(name, sizeof name, "%s", *endpoint ? endpoint : "vmtp");
    name_clean(name);
    snprintf(ip, sizeof ip, "%.63s", address && !strchr(address, ':') ? address : name);
    name_clean(ip);
    snprintf(ret, size, "%s:%s", ip, name);
}

static int value_room(struct values *values)
{
    size_t room = values->room ? 2 * values->room : 64;
    struct value *items;

    if (values->count < values->room)
        return 0;
    items = reallocarray(values->items, room, sizeof *items);
    if (!items)
        return -ENOMEM;
    values->items = items;
    values->room = room;
    return 0;
}

static int value_add(void *arg, const struct figure_row *row)
{
    const struct maker *maker = arg;
    struct values *values = maker->values;
    struct value *value;
    int r;

    if (!isfinite(row->value))
        return 0;
    r = value_room(values);
    if (r < 0)
        return r;
    value = &values->items[values->count];
    r = name_make(row, value->name, sizeof value->name);
    if (r < 0)
        return r;
    host_make(maker, row->from, value->host, sizeof value->host);
    snprintf(value->text, sizeof value->text, "%s", number_digits(row->value).text);
    snprintf(value->units, sizeof value->units, "%s", row->unit);
    snprintf(value->title, sizeof value->title, "%s %s, %s", row->metric, row->stat, row->flow);
    snprintf(value->about, sizeof value->about, "%s", row->key);
    text_clean(value->units);
    text_clean(value->title);
    text_clean(value->about);
    values->count++;
    return 0;
}

int values_make(const json_t *document, struct values *ret)
{
    struct maker maker = { json_object_get(document, "endpoints"), ret };

    *ret = (struct values){ 0 };
    return figures_each(document, value_add, &maker);
}

void values_clear(struct values *values)
{
    free(values->items);
    *values = (struct values){ 0 };
}
