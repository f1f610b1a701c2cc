/* SPDX-License-Identifier: Apache-2.0
 *
 * Dimensions: one value or a list of them, of a key of the flow or of a tool's option; and the
 * settings, the product of a tool's own dimensions.
 */
#include "matrix.h"

#include "../plugin/option.h"
#include "../plugin/value.h"

static int value_read(struct loader *loader, const struct node *node, struct dimension *ret)
{
    uint64_t value[2] = { 0 }; /* room for any scalar */
    int r;

    r = text_check(loader, node, ret->option ? value_type(ret->option->type)->name : "a name");
    if (r < 0)
        return r;
    ret->nodes[ret->count] = node;
    ret->values[ret->count] = node->text;
    if (ret->option) {
        if (value_parse(ret->option, ret->option->type, node->text, loader->arena, value,
                        loader->err) < 0)
            return node_wrap(loader->err, node);
        ret->values[ret->count] = value_text(ret->option, ret->option->type, value, loader->arena);
    }
    if (!ret->values[ret->count])
        return loader_no_memory(loader);
    for (size_t i = 0; i < ret->count; i++)
        if (strcmp(ret->values[i], ret->values[ret->count]) == 0)
            return node_fail(loader->err, node, "'%.60s' stands there twice", node->text);
    ret->count++;
    return 0;
}

int dimension_read(struct loader *loader, const struct node *node, const char *name,
                   const struct vmtp_option *option, struct dimension *ret)
{
    size_t room = node->kind == NODE_LIST ? node->count : 1;
    int r = 0;

    if (room > ITEMS_MAX)
        return node_fail(loader->err, node, "more than %d values", ITEMS_MAX);
    if (room == 0)
        return node_fail(loader->err, node, "an empty list: write at least one value");
    *ret = (struct dimension){ .name = name, .node = node, .option = option };
    ret->nodes = arena_array(loader->arena, room, sizeof(struct node *));
    ret->values = arena_array(loader->arena, room, sizeof(char *));
    if (!ret->nodes || !ret->values)
        return loader_no_memory(loader);
    if (node->kind != NODE_LIST)
        return value_read(loader, node, ret);
    for (const struct node *item = node->first; r == 0 && item; item = item->next)
        r = value_read(loader, item, ret);
    return r;
}

/* Options that take one value, written as values: each is a dimension, those of one value too,
 * because `exclude` may name them. */
static bool is_dimension(const struct vmtp_option *option, const struct node *node)
{
    if (!option || !value_type(option->type)->scalar || option->flags & VMTP_SECRET)
        return false;
    return node->kind == NODE_LIST || (node->kind == NODE_SCALAR && !node_is_null(node));
}

static int tool_read(struct loader *loader, const struct node *node, struct tool_spec *ret)
{
    int r = component_read(loader, node, VMTP_TOOL, &ret->component, &ret->options);

    if (r < 0)
        return r;
    ret->node = node->kind == NODE_MAP ? node->first : node;
    if (!ret->options)
        return 0;
    if (ret->options->kind != NODE_MAP)
        return node_fail(loader->err, ret->options, "%s where a map of options is wanted",
                         node_noun(ret->options));
    ret->dimensions = arena_array(loader->arena, ret->options->count + 1, sizeof(struct dimension));
    if (!ret->dimensions)
        return loader_no_memory(loader);
    for (const struct node *child = ret->options->first; child; child = child->next) {
        const struct vmtp_option *option = option_find(&ret->component->table.options, child->key);

        if (!is_dimension(option, child))
            continue;
        r = dimension_read(loader, child, option->name, option, &ret->dimensions[ret->count++]);
        if (r < 0)
            return r;
    }
    return 0;
}

int tools_read(struct loader *loader, const struct node *node, struct matrix *matrix)
{
    bool several = node->kind == NODE_LIST;
    size_t room = several ? node->count : 1;
    int r = several ? list_check(loader, node, "tools") : 0;

    if (r == 0 && room == 0)
        r = node_fail(loader->err, node, "an empty list: write at least one tool");
    if (r < 0)
        return r;
    matrix->tools = arena_array(loader->arena, room, sizeof *matrix->tools);
    if (!matrix->tools)
        return loader_no_memory(loader);
    if (!several)
        return tool_read(loader, node, &matrix->tools[matrix->tool_count++]);
    for (const struct node *item = node->first; r == 0 && item; item = item->next)
        r = tool_read(loader, item, &matrix->tools[matrix->tool_count++]);
    return r;
}

/* The section as if only one value had been written for each dimension. */
static const struct node *section_pick(struct loader *loader, const struct tool_spec *tool,
                                       const size_t *digits)
{
    struct node *section = arena_alloc(loader->arena, sizeof *section);
    struct node *copies =
        tool->options ? arena_array(loader->arena, tool->options->count + 1, sizeof *copies) : NULL;
    size_t d = 0, n = 0;

    if (!section || !copies)
        return NULL;
    *section = *tool->options;
    for (const struct node *child = tool->options->first; child; child = child->next) {
        const struct dimension *dimension = &tool->dimensions[d];
        const struct node *from = child;

        if (d < tool->count && dimension->node == child)
            from = dimension->nodes[digits[d++]];
        copies[n] = *from;
        copies[n].key = child->key;
        copies[n].key_line = child->key_line;
        copies[n].key_column = child->key_column;
        copies[n].next = NULL;
        if (n > 0)
            copies[n - 1].next = &copies[n];
        n++;
    }
    section->first = n ? copies : NULL;
    return section;
}

static int effective_make(struct loader *loader, struct setting *ret)
{
    const struct vmtp_table *table = &ret->tool->component->table.options;
    struct vmtp_pair *pairs = arena_array(loader->arena, table->count + 1, sizeof *pairs);

    if (!pairs)
        return loader_no_memory(loader);
    for (uint32_t i = 0; i < table->count; i++) {
        const struct vmtp_option *option = table_row(table, i);

        pairs[i].name = option->name;
        pairs[i].value = option_text(option, ret->opt, loader->arena);
        if (!pairs[i].value)
            return loader_no_memory(loader);
    }
    ret->options = pairs;
    ret->option_count = table->count;
    return 0;
}

static int labels_make(struct loader *loader, const struct matrix *matrix, const size_t *digits,
                       struct setting *ret)
{
    const struct tool_spec *tool = ret->tool;
    struct vmtp_pair *labels = arena_array(loader->arena, tool->count + 1, sizeof *labels);
    size_t n = 0;

    ret->values = arena_array(loader->arena, tool->count + 1, sizeof *ret->values);
    if (!labels || !ret->values)
        return loader_no_memory(loader);
    if (matrix->tool_count > 1)
        labels[n++] = (struct vmtp_pair){ "tool", tool->component->table.name };
    for (size_t d = 0; d < tool->count; d++) {
        const struct dimension *dimension = &tool->dimensions[d];

        ret->values[d] = dimension->values[digits[d]];
        if (dimension->count > 1)
            labels[n++] = (struct vmtp_pair){ dimension->name, ret->values[d] };
    }
    ret->labels = labels;
    ret->label_count = n;
    return 0;
}

static int setting_make(struct loader *loader, const struct matrix *matrix,
                        const struct tool_spec *tool, const size_t *digits, struct setting *ret)
{
    const struct node *section = NULL;
    int r;

    if (tool->options) {
        section = section_pick(loader, tool, digits);
        if (!section)
            return loader_no_memory(loader);
    }
    ret->tool = tool;
    r = options_read(loader, tool->component, section, tool->node, &ret->opt);
    r = r < 0 ? r : effective_make(loader, ret);
    return r < 0 ? r : labels_make(loader, matrix, digits, ret);
}

/* How many combinations; more than any scenario may have counts as VARIANTS_MAX + 1. */
static size_t product(const struct tool_spec *tool)
{
    size_t n = 1;

    for (size_t d = 0; d < tool->count; d++)
        n = n > VARIANTS_MAX ? n : n * tool->dimensions[d].count;
    return n > VARIANTS_MAX ? VARIANTS_MAX + 1 : n;
}

/* The next combination: the last dimension turns fastest. */
static void digits_turn(const struct tool_spec *tool, size_t *digits)
{
    for (size_t d = tool->count; d-- > 0;) {
        if (++digits[d] < tool->dimensions[d].count)
            return;
        digits[d] = 0;
    }
}

int settings_make(struct loader *loader, struct matrix *matrix)
{
    size_t room = 0;
    int r = 0;

    for (size_t t = 0; t < matrix->tool_count; t++)
        room += product(&matrix->tools[t]);
    if (room > VARIANTS_MAX)
        return node_fail(loader->err, matrix->tools[0].node, "more than %d combinations",
                         VARIANTS_MAX);
    matrix->settings = arena_array(loader->arena, room, sizeof *matrix->settings);
    if (!matrix->settings)
        return loader_no_memory(loader);
    for (size_t t = 0; r == 0 && t < matrix->tool_count; t++) {
        const struct tool_spec *tool = &matrix->tools[t];
        size_t *digits = arena_array(loader->arena, tool->count + 1, sizeof *digits);

        if (!digits)
            return loader_no_memory(loader);
        for (size_t n = product(tool); r == 0 && n > 0; n--) {
            r = setting_make(loader, matrix, tool, digits,
                             &matrix->settings[matrix->setting_count++]);
            digits_turn(tool, digits);
        }
    }
    return r;
}
