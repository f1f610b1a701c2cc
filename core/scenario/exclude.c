/* SPDX-License-Identifier: Apache-2.0
 *
 * exclude: a list of maps; a combination that has all values of one of them is left out.
 */
#include "matrix.h"

#include "../base/text.h"
#include "../plugin/value.h"

/* All dimensions of that name: one key of the flow, or an option in several tools. */
typedef int visit_function(struct loader *loader, const struct dimension *dimension, void *arg);

static int dimensions_visit(struct loader *loader, const struct matrix *matrix, const char *name,
                            visit_function *visit, void *arg)
{
    int r = 0;

    for (size_t k = 0; r == 0 && k < BY_KEYS; k++)
        if (matrix->keys[k].node && (!name || strcmp(matrix->keys[k].name, name) == 0))
            r = visit(loader, &matrix->keys[k], arg);
    for (size_t t = 0; r == 0 && t < matrix->tool_count; t++)
        for (size_t d = 0; r == 0 && d < matrix->tools[t].count; d++)
            if (!name || strcmp(matrix->tools[t].dimensions[d].name, name) == 0)
                r = visit(loader, &matrix->tools[t].dimensions[d], arg);
    return r;
}

struct lookup {
    const struct node *node; /* the value as written */
    size_t seen;             /* dimensions of that name */
    const char *value;       /* in its one true form, if one of them has it */
    struct nearest nearest;
};

static int value_match(struct loader *loader, const struct dimension *dimension, void *arg)
{
    struct lookup *lookup = arg;
    const char *text = lookup->node->text;
    uint64_t value[2] = { 0 };

    lookup->seen++;
    if (dimension->option) {
        uint32_t type = dimension->option->type;

        text = value_parse(dimension->option, type, text, loader->arena, value, NULL) < 0
                   ? text
                   : value_text(dimension->option, type, value, loader->arena);
        if (!text)
            return loader_no_memory(loader);
    }
    for (size_t i = 0; i < dimension->count; i++) {
        if (strcmp(dimension->values[i], text) == 0)
            lookup->value = dimension->values[i];
        nearest_offer(&lookup->nearest, dimension->values[i]);
    }
    return 0;
}

static int tool_match(const struct matrix *matrix, struct lookup *lookup)
{
    lookup->seen = 1;
    for (size_t t = 0; t < matrix->tool_count; t++) {
        const char *name = matrix->tools[t].component->table.name;

        if (strcmp(name, lookup->node->text) == 0)
            lookup->value = name;
        nearest_offer(&lookup->nearest, name);
    }
    return 0;
}

static int name_offer(struct loader *loader, const struct dimension *dimension, void *arg)
{
    (void)loader;
    nearest_offer(arg, dimension->name);
    return 0;
}

static int dimension_unknown(struct loader *loader, const struct matrix *matrix,
                             const struct node *node)
{
    struct nearest nearest = { .word = node->key };

    nearest_offer(&nearest, "tool");
    (void)dimensions_visit(loader, matrix, NULL, name_offer, &nearest);
    return key_fail(loader->err, node, "this flow has no dimension '%.60s'%s", node->key,
                    nearest_hint(&nearest).text);
}

/* dimension: the child of an exclusion's map; node: it or, where it is a list, one of its items. */
static int condition_add(struct loader *loader, const struct matrix *matrix,
                         const struct node *dimension, const struct node *node,
                         struct condition *ret)
{
    struct lookup lookup = { .node = node, .nearest = { .word = node->text } };
    int r = text_check(loader, node, "a value");

    if (r < 0)
        return r;
    if (strcmp(dimension->key, "tool") == 0)
        r = tool_match(matrix, &lookup);
    else
        r = dimensions_visit(loader, matrix, dimension->key, value_match, &lookup);
    if (r < 0)
        return r;
    if (!lookup.seen)
        return dimension_unknown(loader, matrix, dimension);
    if (!lookup.value)
        return node_fail(loader->err, node, "no '%.60s' is '%.60s' in this flow%s", dimension->key,
                         node->text, nearest_hint(&lookup.nearest).text);
    ret->values[ret->count++] = lookup.value;
    return 0;
}

static int condition_read(struct loader *loader, const struct matrix *matrix,
                          const struct node *node, struct condition *ret)
{
    size_t room = node->kind == NODE_LIST ? node->count : 1;
    int r = 0;

    if (room == 0 || room > ITEMS_MAX)
        return node_fail(loader->err, node, "a list of %zu values: 1 to %d are wanted", room,
                         ITEMS_MAX);
    ret->name = node->key;
    ret->values = arena_array(loader->arena, room, sizeof *ret->values);
    if (!ret->values)
        return loader_no_memory(loader);
    if (node->kind != NODE_LIST)
        return condition_add(loader, matrix, node, node, ret);
    for (const struct node *item = node->first; r == 0 && item; item = item->next)
        r = condition_add(loader, matrix, node, item, ret);
    return r;
}

static int exclusion_read(struct loader *loader, const struct matrix *matrix,
                          const struct node *node, struct exclusion *ret)
{
    if (node->kind != NODE_MAP || node->count == 0)
        return node_fail(loader->err, node, "%s where a map of dimensions and values is wanted",
                         node->kind == NODE_MAP ? "an empty map" : node_noun(node));
    ret->node = node;
    ret->conditions = arena_array(loader->arena, node->count, sizeof *ret->conditions);
    if (!ret->conditions)
        return loader_no_memory(loader);
    for (const struct node *child = node->first; child; child = child->next) {
        int r = condition_read(loader, matrix, child, &ret->conditions[ret->count++]);

        if (r < 0)
            return r;
    }
    return 0;
}

int exclusions_read(struct loader *loader, const struct node *node, struct matrix *matrix)
{
    int r;

    if (!node)
        return 0;
    r = list_check(loader, node, "maps");
    if (r < 0)
        return r;
    matrix->exclusions = arena_array(loader->arena, node->count + 1, sizeof *matrix->exclusions);
    if (!matrix->exclusions)
        return loader_no_memory(loader);
    for (const struct node *child = node->first; child; child = child->next) {
        r = exclusion_read(loader, matrix, child, &matrix->exclusions[matrix->exclusion_count++]);
        if (r < 0)
            return r;
    }
    return 0;
}

static const char *value_of(const struct matrix *matrix, const char *name,
                            const char *const keys[BY_KEYS], const struct setting *setting)
{
    const struct tool_spec *tool = setting->tool;

    if (strcmp(name, "tool") == 0)
        return tool->component->table.name;
    for (size_t k = 0; k < BY_KEYS; k++)
        if (matrix->keys[k].node && strcmp(matrix->keys[k].name, name) == 0)
            return keys[k];
    for (size_t d = 0; d < tool->count; d++)
        if (strcmp(tool->dimensions[d].name, name) == 0)
            return setting->values[d];
    return NULL;
}

static bool condition_holds(const struct condition *condition, const char *value)
{
    for (size_t i = 0; value && i < condition->count; i++)
        if (strcmp(condition->values[i], value) == 0)
            return true;
    return false;
}

bool exclusions_match(const struct matrix *matrix, const char *const keys[BY_KEYS],
                      const struct setting *setting)
{
    for (size_t e = 0; e < matrix->exclusion_count; e++) {
        struct exclusion *exclusion = &matrix->exclusions[e];
        bool all = true;

        for (size_t c = 0; all && c < exclusion->count; c++)
            all = condition_holds(&exclusion->conditions[c],
                                  value_of(matrix, exclusion->conditions[c].name, keys, setting));
        if (all) {
            exclusion->used = true;
            return true;
        }
    }
    return false;
}
