/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml.h"

#include <stdbool.h>
#include <yaml.h>

#include "secret.h"

#define DEPTH_MAX  32
#define VALUES_MAX 20000
#define MERGE      "<<"

struct reader {
    yaml_parser_t yaml;
    const char *file;
    json_t *anchors; /* by name, copies */
    size_t values;
    struct vmtp_error *err;
};

static int node_read(struct reader *reader, const yaml_event_t *event, unsigned int depth,
                     json_t **ret);

static int no_memory(struct reader *reader)
{
    return vmtp_fail(reader->err, -ENOMEM, "%.200s: out of memory", reader->file);
}

static int fail_at(struct reader *reader, yaml_mark_t mark, const char *what)
{
    return vmtp_fail(reader->err, -EINVAL, "%.200s:%zu:%zu: %s", reader->file, mark.line + 1,
                     mark.column + 1, what);
}

static int event_next(struct reader *reader, yaml_event_t *ret)
{
    const yaml_parser_t *yaml = &reader->yaml;

    if (yaml_parser_parse(&reader->yaml, ret))
        return 0;
    if (yaml->error == YAML_MEMORY_ERROR)
        return no_memory(reader);
    return fail_at(reader, yaml->problem_mark, yaml->problem ? yaml->problem : "it is no YAML");
}

static size_t values_count(const json_t *json)
{
    size_t i, count = 1;
    const char *key;
    json_t *value;

    json_array_foreach((json_t *)json, i, value) count += values_count(value);
    json_object_foreach((json_t *)json, key, value) count += values_count(value);
    return count;
}

static bool scalar_is_null(const yaml_event_t *event)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL" };
    const char *text = (const char *)event->data.scalar.value;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (event->data.scalar.plain_implicit && strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static int scalar_read(struct reader *reader, const yaml_event_t *event, json_t **ret)
{
    *ret =
        scalar_is_null(event) ? json_null() : json_string((const char *)event->data.scalar.value);
    return *ret ? 0 : no_memory(reader);
}

static int alias_read(struct reader *reader, const yaml_event_t *event, json_t **ret)
{
    const json_t *value = json_object_get(reader->anchors, (const char *)event->data.alias.anchor);

    if (!value)
        return fail_at(reader, event->start_mark, "the alias has no anchor above it");
    reader->values += values_count(value);
    if (reader->values > VALUES_MAX)
        return fail_at(reader, event->start_mark, "more than 20000 values, aliases written out");
    *ret = json_deep_copy(value);
    return *ret ? 0 : no_memory(reader);
}

static int list_read(struct reader *reader, unsigned int depth, json_t *list)
{
    for (;;) {
        yaml_event_t event;
        json_t *value = NULL;
        int r = event_next(reader, &event);

        if (r < 0)
            return r;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return 0;
        }
        r = node_read(reader, &event, depth, &value);
        yaml_event_delete(&event);
        if (r < 0)
            return r;
        if (json_array_append_new(list, value) < 0)
            return no_memory(reader);
    }
}

/* What a merge key names: a map or several, of which the first one to have a key wins. */
static int merge_add(json_t *merged, json_t *value)
{
    json_t *one;
    size_t i;
    int r = json_is_object(value) ? json_object_update_missing(merged, value) : 0;

    json_array_foreach(value, i, one)
    {
        if (r == 0 && json_is_object(one))
            r = json_object_update_missing(merged, one);
    }
    return r;
}

/* The value of one key, which is in event. */
static int member_read(struct reader *reader, const yaml_event_t *key, unsigned int depth,
                       json_t *map, json_t *merged)
{
    const char *name = (const char *)key->data.scalar.value;
    yaml_event_t event;
    json_t *value = NULL;
    int r;

    if (key->type != YAML_SCALAR_EVENT)
        return fail_at(reader, key->start_mark, "a key must be a word");
    r = event_next(reader, &event);
    if (r < 0)
        return r;
    r = node_read(reader, &event, depth, &value);
    yaml_event_delete(&event);
    if (r == 0 && strcmp(name, MERGE) == 0)
        r = merge_add(merged, value);
    else if (r == 0 && !json_is_null(value))
        r = json_object_set(map, name, value);
    json_decref(value);
    return r == -1 ? no_memory(reader) : r;
}

static int map_read(struct reader *reader, unsigned int depth, json_t *map)
{
    json_t *merged = json_object();
    bool ended = false;
    int r = merged ? 0 : no_memory(reader);

    while (r == 0 && !ended) {
        yaml_event_t event;

        r = event_next(reader, &event);
        if (r < 0)
            break;
        ended = event.type == YAML_MAPPING_END_EVENT;
        if (!ended)
            r = member_read(reader, &event, depth, map, merged);
        yaml_event_delete(&event);
    }
    if (r == 0 && json_object_update_missing(map, merged) < 0)
        r = no_memory(reader);
    json_decref(merged);
    return r;
}

static int anchor_add(struct reader *reader, const yaml_event_t *event, const json_t *value)
{
    const yaml_char_t *name =
        event->type == YAML_SCALAR_EVENT           ? event->data.scalar.anchor
        : event->type == YAML_SEQUENCE_START_EVENT ? event->data.sequence_start.anchor
        : event->type == YAML_MAPPING_START_EVENT  ? event->data.mapping_start.anchor
                                                   : NULL;

    if (!name)
        return 0;
    reader->values += values_count(value);
    if (json_object_set_new(reader->anchors, (const char *)name, json_deep_copy(value)) < 0)
        return no_memory(reader);
    return 0;
}

static int node_read(struct reader *reader, const yaml_event_t *event, unsigned int depth,
                     json_t **ret)
{
    json_t *value = NULL;
    int r = 0;

    if (depth > DEPTH_MAX || ++reader->values > VALUES_MAX)
        return fail_at(reader, event->start_mark, "more than 32 levels or 20000 values");
    if (event->type == YAML_SCALAR_EVENT)
        r = scalar_read(reader, event, &value);
    else if (event->type == YAML_ALIAS_EVENT)
        r = alias_read(reader, event, &value);
    else
        value = event->type == YAML_MAPPING_START_EVENT ? json_object() : json_array();
    if (r == 0 && !value)
        r = no_memory(reader);
    if (r == 0 && event->type == YAML_MAPPING_START_EVENT)
        r = map_read(reader, depth + 1, value);
    if (r == 0 && event->type == YAML_SEQUENCE_START_EVENT)
        r = list_read(reader, depth + 1, value);
    r = r < 0 ? r : anchor_add(reader, event, value);
    if (r < 0)
        secret_json_free(value);
    else
        *ret = value;
    return r;
}

/* The first document; what may stand behind it is nobody's business. */
static int document_read(struct reader *reader, json_t **ret)
{
    yaml_event_type_t type = YAML_NO_EVENT;
    int r = 0;

    while (r == 0 && !*ret && type != YAML_STREAM_END_EVENT) {
        yaml_event_t event;

        r = event_next(reader, &event);
        if (r < 0)
            break;
        type = event.type;
        if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
            type != YAML_STREAM_END_EVENT)
            r = node_read(reader, &event, 0, ret);
        yaml_event_delete(&event);
    }
    if (r == 0 && !json_is_object(*ret)) {
        secret_json_free(*ret);
        *ret = json_object();
        r = *ret ? 0 : no_memory(reader);
    }
    return r;
}

static int text_parse(const struct secret_text *text, const char *file, json_t **ret,
                      struct vmtp_error *err)
{
    struct reader reader = { .file = file, .anchors = json_object(), .err = err };
    json_t *json = NULL;
    int r;

    if (!reader.anchors || !yaml_parser_initialize(&reader.yaml)) {
        json_decref(reader.anchors);
        return no_memory(&reader);
    }
    yaml_parser_set_input_string(&reader.yaml, (const unsigned char *)text->data, text->len);
    r = document_read(&reader, &json);
    yaml_parser_delete(&reader.yaml);
    secret_json_free(reader.anchors);
    if (r == 0)
        *ret = json;
    else
        secret_json_free(json);
    return r;
}

int yaml_to_json(const char *file, json_t **ret, struct vmtp_error *err)
{
    struct secret_text text;
    int r = secret_read(file, &text, err);

    if (r < 0)
        return r;
    r = text_parse(&text, file, ret, err);
    secret_clear(&text);
    return r;
}
