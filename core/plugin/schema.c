/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON Schema of a component's options, so that editors complete and check scenarios.  It can't
 * say everything that the loader checks (the range of "250ms"), but refuses nothing that is right.
 */
#include "describe.h"

#include "../base/units.h"
#include "../base/yaml.h"
#include "value.h"

#include <jansson.h>

#define NUMBER "[0-9]*[.]?[0-9]+"

/* jansson's functions that set take NULL and say -1, so that only the end needs a look: a NULL
 * that has come in anywhere leaves a mark here. */
struct sketch {
    bool failed;
};

static void put(struct sketch *sketch, json_t *object, const char *key, json_t *value)
{
    if (!object || !value || json_object_set_new(object, key, value) < 0)
        sketch->failed = true;
}

static void append(struct sketch *sketch, json_t *array, json_t *value)
{
    if (!array || !value || json_array_append_new(array, value) < 0)
        sketch->failed = true;
}

/* As YAML's core schema would read it. */
static json_t *scalar_json(uint32_t type, const char *text)
{
    uint64_t whole = 0;
    double real = 0;

    if (type == VMTP_BOOL)
        return json_boolean(text[0] == 't' || text[0] == 'T');
    if (type == VMTP_REAL && real_parse(text, &real) == 0)
        return json_real(real);
    if (type != VMTP_STRING && type != VMTP_PATH && type != VMTP_ENUM &&
        uint_parse(text, &whole) == 0 && whole <= INT64_MAX)
        return json_integer((json_int_t)whole);
    return json_string(text);
}

static json_t *default_json(struct sketch *sketch, const struct vmtp_option *option)
{
    _cleanup_(arena_freep) struct arena *arena = NULL;
    const struct node *node = NULL;
    json_t *value;

    if (option->type != VMTP_LIST && option->type != VMTP_MAP)
        return scalar_json(option->type, option->def);
    arena = arena_new();
    if (!arena || yaml_parse(option->def, strlen(option->def), "", arena, &node, NULL) < 0)
        return NULL;
    value = option->type == VMTP_LIST ? json_array() : json_object();
    for (const struct node *child = node->first; child; child = child->next) {
        if (option->type == VMTP_LIST)
            append(sketch, value, scalar_json(option->item, child->text));
        else
            put(sketch, value, child->key, json_string(child->text));
    }
    return value;
}

static void put_range(struct sketch *sketch, json_t *schema, const struct vmtp_option *option,
                      int64_t least, int64_t most)
{
    bool ranged = option->min != 0 || option->max != 0;

    if (ranged || least != INT64_MIN)
        put(sketch, schema, "minimum", json_integer(ranged ? option->min : least));
    if (ranged || most != INT64_MAX)
        put(sketch, schema, "maximum", json_integer(ranged ? option->max : most));
}

static void put_choices(struct sketch *sketch, json_t *schema, const struct vmtp_option *option)
{
    json_t *names = json_array();

    for (const struct vmtp_choice *choice = option->choices; choice->name; choice++)
        append(sketch, names, json_string(choice->name));
    put(sketch, schema, "enum", names);
}

/* A number with a unit: text, or a bare number where that is allowed. */
static json_t *unit_json(const char *pattern)
{
    return json_pack("{s:[ss], s:s}", "type", "string", "number", "pattern", pattern);
}

static json_t *scalar_schema(struct sketch *sketch, const struct vmtp_option *option, uint32_t type)
{
    json_t *schema;

    switch (type) {
    case VMTP_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case VMTP_INT:
    case VMTP_UINT:
    case VMTP_PORT:
        schema = json_pack("{s:s}", "type", "integer");
        put_range(sketch, schema, option, type == VMTP_INT ? INT64_MIN : 0,
                  type == VMTP_PORT ? 65535 : INT64_MAX);
        return schema;
    case VMTP_REAL:
        schema = json_pack("{s:s}", "type", "number");
        put_range(sketch, schema, option, INT64_MIN, INT64_MAX);
        return schema;
    case VMTP_ENUM:
        schema = json_object();
        put_choices(sketch, schema, option);
        return schema;
    case VMTP_DURATION:
        return unit_json("^(0|" NUMBER "(ns|us|ms|s|m|min|h))$");
    case VMTP_SIZE:
        return unit_json("^" NUMBER "[KMG]?$");
    case VMTP_RATE:
        return unit_json("^" NUMBER "[KMGT]?$");
    default:
        return json_pack("{s:[sss]}", "type", "string", "number", "boolean");
    }
}

/* {env: NAME}, {file: PATH} or {prompt: WHAT}. */
static json_t *secret_schema(void)
{
    return json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}}, s:i, s:i, s:b}", "type", "object",
                     "properties", "env", "type", "string", "file", "type", "string", "prompt",
                     "type", "string", "minProperties", 1, "maxProperties", 1,
                     "additionalProperties", 0);
}

/* In a flow a list of values multiplies. */
static json_t *any_of(struct sketch *sketch, json_t *one, bool secret, bool multiplies)
{
    json_t *all = NULL;

    if (!secret && !multiplies)
        return one;
    all = json_array();
    if (multiplies)
        append(sketch, all,
               json_pack("{s:s, s:i, s:O}", "type", "array", "minItems", 1, "items", one));
    append(sketch, all, one);
    if (secret)
        append(sketch, all, secret_schema());
    return json_pack("{s:o}", "anyOf", all);
}

static json_t *option_schema(struct sketch *sketch, const struct vmtp_option *option, bool tool)
{
    bool secret = option->flags & VMTP_SECRET;
    json_t *schema;

    if (option->type == VMTP_LIST) {
        schema = json_pack("{s:s}", "type", "array");
        put(sketch, schema, "items", scalar_schema(sketch, option, option->item));
    } else if (option->type == VMTP_MAP) {
        schema = json_pack("{s:s, s:{s:[sss]}}", "type", "object", "additionalProperties", "type",
                           "string", "number", "boolean");
    } else {
        schema =
            any_of(sketch, scalar_schema(sketch, option, option->type), secret, tool && !secret);
    }
    put(sketch, schema, "description", json_string(option->help));
    if (option->def)
        put(sketch, schema, "default", default_json(sketch, option));
    if (option->flags & VMTP_DEPRECATED)
        put(sketch, schema, "deprecated", json_true());
    return schema;
}

static json_t *component_schema(struct sketch *sketch, const struct component *component)
{
    const struct vmtp_table *table = &component->table.options;
    bool tool = component->table.kind == VMTP_TOOL;
    json_t *properties = json_object(), *required = json_array();

    for (uint32_t i = 0; i < table->count; i++) {
        const struct vmtp_option *option = table_row(table, i);

        put(sketch, properties, option->name, option_schema(sketch, option, tool));
        if (option->flags & VMTP_REQUIRED)
            append(sketch, required, json_string(option->name));
    }
    return json_pack("{s:s, s:s, s:s, s:[ss], s:o, s:o, s:b}", "$schema",
                     "https://json-schema.org/draft/2020-12/schema", "title", component->table.name,
                     "description", component->table.summary, "type", "object", "null",
                     "properties", properties, "required", required, "additionalProperties", 0);
}

int describe_schema(const struct component *component, FILE *out)
{
    struct sketch sketch = { 0 };
    json_t *schema = component_schema(&sketch, component);
    int r = schema && !sketch.failed && json_dumpf(schema, out, JSON_INDENT(2)) == 0 ? 0 : -ENOMEM;

    json_decref(schema);
    fputc('\n', out);
    return r;
}
