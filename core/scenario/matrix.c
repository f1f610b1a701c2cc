/* SPDX-License-Identifier: Apache-2.0
 *
 * From a flow's dimensions to its variants: the product, less what is excluded, each checked
 * against what the cloud offers.
 */
#include "matrix.h"

#include "../base/text.h"

#define PAIRS_MAX 1000

static const char *const key_names[BY_KEYS] = {
    "path", "placement", "family", "from", "to", "pairs"
};

char *key_add(struct arena *arena, const char *key, const char *name, const char *value)
{
    _cleanup_(buf_clear) struct buf safe = BUF(64 * 1024);
    int r = buf_add_text(&safe, "");

    for (; r == 0 && *value; value++) {
        if ((unsigned char)*value <= ' ' || *value == 0x7f || strchr(",=%", *value))
            r = buf_printf(&safe, "%%%02x", (unsigned)(unsigned char)*value);
        else
            r = buf_add(&safe, value, 1);
    }
    if (r < 0)
        return NULL;
    return arena_printf(arena, "%s%s%s=%s", key, *key ? "," : "", name, buf_text(&safe));
}

/* Path or endpoints always, for they say what was measured, and pairs; the rest as far as it
 * multiplied. */
char *variant_key(struct arena *arena, const char *flow, const struct variant *variant)
{
    const struct vmtp_pair where[] = { { "path", variant->path },
                                       { "placement", variant->placement },
                                       { "from", variant->from },
                                       { "to", variant->to } };
    char *key = key_add(arena, "", "flow", flow);

    for (size_t i = 0; key && i < COUNT(where); i++)
        if (*where[i].value)
            key = key_add(arena, key, where[i].name, where[i].value);
    for (size_t i = 0; key && i < variant->label_count; i++) {
        const struct vmtp_pair *label = &variant->labels[i];
        bool there = false;

        for (size_t k = 0; k < COUNT(where); k++)
            there = there || strcmp(label->name, where[k].name) == 0;
        if (!there)
            key = key_add(arena, key, label->name, label->value);
    }
    return key;
}

static int paths_get(struct loader *loader, const struct node *node, struct vmtp_table *ret)
{
    const struct section *cloud = &loader->scenario->cloud;
    const struct vmtp_cloud *ops = &cloud->component->ops.cloud;
    struct vmtp_error why = { 0 };

    if (!ops->paths || !ops->resolve)
        return key_fail(loader->err, node,
                        "cloud '%s' offers no paths: name two endpoints with from and to",
                        cloud->component->table.name);
    if (ops->paths(cloud->opt, ret, &why) < 0)
        return key_fail(loader->err, node, "cloud '%s': %s", cloud->component->table.name,
                        why.text);
    return 0;
}

static int path_check(struct loader *loader, const struct node *node)
{
    _cleanup_(buf_clear) struct buf all = BUF(400);
    struct nearest nearest = { .word = node->text };
    struct vmtp_table paths = { 0 };
    int r = paths_get(loader, node, &paths);

    if (r < 0)
        return r;
    for (uint32_t i = 0; i < paths.count; i++) {
        const struct vmtp_path *path = table_row(&paths, i);

        if (strcmp(path->name, node->text) == 0)
            return 0;
        nearest_offer(&nearest, path->name);
        (void)buf_printf(&all, "%s%s", all.len ? ", " : "", path->name);
    }
    return node_fail(loader->err, node, "cloud '%s' offers no path '%.60s' here%s (it offers: %s)",
                     loader->scenario->cloud.component->table.name, node->text,
                     nearest_hint(&nearest).text, all.len ? buf_text(&all) : "none");
}

static int endpoint_check(struct loader *loader, const struct node *node)
{
    const struct scenario *scenario = loader->scenario;
    struct nearest nearest = { .word = node->text };

    for (size_t i = 0; i < scenario->endpoint_count; i++) {
        if (strcmp(scenario->endpoints[i].name, node->text) == 0)
            return 0;
        nearest_offer(&nearest, scenario->endpoints[i].name);
    }
    return node_fail(loader->err, node, "there is no endpoint '%.60s' under endpoints:%s",
                     node->text, nearest_hint(&nearest).text);
}

static int family_check(struct loader *loader, const struct node *node)
{
    static const char *const words[] = { "ipv4", "ipv6", NULL };
    size_t ignored;

    return word_read(loader, node, words, &ignored);
}

static int pairs_check(struct loader *loader, const struct node *node)
{
    uint64_t ignored = 0;
    int r = count_read(loader, node, 1, PAIRS_MAX, &ignored);

    if (r == 0 && *node->text == '0')
        return node_fail(loader->err, node, "'%.40s' begins with a 0", node->text);
    return r;
}

/* Of the combinations that are left, so that `exclude` can take out what does not exist. */
static int placement_check(struct loader *loader, const struct node *node, const char *path,
                           const char *placement)
{
    const struct section *cloud = &loader->scenario->cloud;
    const char *const *names = cloud->component->ops.cloud.placements
                                   ? cloud->component->ops.cloud.placements(cloud->opt, path)
                                   : NULL;
    _cleanup_(buf_clear) struct buf all = BUF(400);
    struct nearest nearest = { .word = placement };

    for (; names && *names; names++) {
        if (strcmp(*names, placement) == 0)
            return 0;
        nearest_offer(&nearest, *names);
        (void)buf_printf(&all, "%s%s", all.len ? ", " : "", *names);
    }
    if (!all.len)
        return key_fail(loader->err, node, "path '%.60s' has no placements: leave the key out",
                        path);
    return node_fail(loader->err, node, "path '%.60s' has no placement '%.60s'%s (it has: %s)",
                     path, placement, nearest_hint(&nearest).text, buf_text(&all));
}

static int keys_read(struct loader *loader, const struct node *flow, struct matrix *matrix)
{
    static int (*const checks[BY_KEYS])(struct loader *, const struct node *) = {
        path_check, NULL, family_check, endpoint_check, endpoint_check, pairs_check,
    };

    for (size_t k = 0; k < BY_KEYS; k++) {
        const struct node *node = node_get(flow, key_names[k]);
        struct dimension *dimension = &matrix->keys[k];
        int r = node ? dimension_read(loader, node, key_names[k], NULL, dimension) : 0;

        for (size_t i = 0; r == 0 && checks[k] && i < dimension->count; i++)
            r = checks[k](loader, dimension->nodes[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

/* A path, or two endpoints. */
static int keys_agree(struct loader *loader, const struct node *flow, const struct matrix *matrix)
{
    const struct dimension *path = &matrix->keys[BY_PATH], *from = &matrix->keys[BY_FROM];
    const struct dimension *to = &matrix->keys[BY_TO], *placement = &matrix->keys[BY_PLACEMENT];
    const struct dimension *pairs = &matrix->keys[BY_PAIRS];

    if (path->node && (from->node || to->node))
        return key_fail(loader->err, from->node ? from->node : to->node,
                        "the flow names a path already: from and to belong to flows without one");
    if (!path->node && !(from->node && to->node))
        return node_fail(loader->err, flow,
                         "the flow does not say between what: write path, or from and to");
    if (!path->node && placement->node)
        return key_fail(loader->err, placement->node, "a placement belongs to a path");
    if (!path->node && pairs->node)
        return key_fail(loader->err, pairs->node,
                        "pairs belong to a path: between endpoints that have names, write lists of "
                        "from and to, and run: { parallel: yes }");
    return 0;
}

struct expansion {
    struct matrix *matrix;
    struct flow_spec *flow;
    const struct node *node;
    size_t digits[BY_KEYS];
    bool *checked; /* for each setting: its options have passed check() */
};

static int setting_check(struct loader *loader, struct expansion *expansion, size_t s)
{
    const struct setting *setting = &expansion->matrix->settings[s];

    if (expansion->checked[s])
        return 0;
    expansion->checked[s] = true;
    return options_check(loader, setting->tool->component, setting->opt, setting->tool->node);
}

static int labels_make(struct loader *loader, const struct expansion *expansion,
                       const char *const keys[BY_KEYS], const struct setting *setting,
                       struct variant *ret)
{
    struct vmtp_pair *labels =
        arena_array(loader->arena, BY_KEYS + setting->label_count, sizeof *labels);
    size_t n = 0;

    if (!labels)
        return loader_no_memory(loader);
    for (size_t k = 0; k < BY_KEYS; k++)
        if (k != BY_PAIRS && expansion->matrix->keys[k].count > 1)
            labels[n++] = (struct vmtp_pair){ key_names[k], keys[k] };
    for (size_t i = 0; i < setting->label_count; i++)
        labels[n++] = setting->labels[i];
    if (keys[BY_PAIRS])
        labels[n++] = (struct vmtp_pair){ key_names[BY_PAIRS], keys[BY_PAIRS] };
    ret->labels = labels;
    ret->label_count = n;
    return 0;
}

static int variant_add(struct loader *loader, struct expansion *expansion,
                       const char *const keys[BY_KEYS], size_t s)
{
    const struct setting *setting = &expansion->matrix->settings[s];
    struct variant *variant = &expansion->flow->variants[expansion->flow->variant_count];
    const struct dimension *placement = &expansion->matrix->keys[BY_PLACEMENT];
    int r = setting_check(loader, expansion, s);

    if (r == 0 && keys[BY_PLACEMENT])
        r = placement_check(loader, placement->nodes[expansion->digits[BY_PLACEMENT]],
                            keys[BY_PATH], keys[BY_PLACEMENT]);
    if (r < 0)
        return r;
    variant->path = keys[BY_PATH] ? keys[BY_PATH] : "";
    variant->placement = keys[BY_PLACEMENT] ? keys[BY_PLACEMENT] : "";
    variant->from = keys[BY_FROM] ? keys[BY_FROM] : "";
    variant->to = keys[BY_TO] ? keys[BY_TO] : "";
    variant->family = keys[BY_FAMILY] && strcmp(keys[BY_FAMILY], "ipv6") == 0 ? 6 : 4;
    variant->pairs = keys[BY_PAIRS] ? (uint32_t)strtoul(keys[BY_PAIRS], NULL, 10) : 0;
    variant->tool = setting->tool->component;
    variant->opt = setting->opt;
    variant->options = setting->options;
    variant->option_count = setting->option_count;
    expansion->flow->variant_count++;
    return labels_make(loader, expansion, keys, setting, variant);
}

/* All settings for one combination of the flow's keys. */
static int combination_expand(struct loader *loader, struct expansion *expansion)
{
    const struct matrix *matrix = expansion->matrix;
    const char *keys[BY_KEYS] = { NULL };
    int r = 0;

    for (size_t k = 0; k < BY_KEYS; k++)
        if (matrix->keys[k].node)
            keys[k] = matrix->keys[k].values[expansion->digits[k]];
    if (keys[BY_FROM] && strcmp(keys[BY_FROM], keys[BY_TO]) == 0 &&
        matrix->keys[BY_FROM].count * matrix->keys[BY_TO].count > 1)
        return 0; /* of all pairs; a single one is meant as written */
    for (size_t s = 0; r == 0 && s < matrix->setting_count; s++)
        if (!exclusions_match(matrix, keys, &matrix->settings[s]))
            r = variant_add(loader, expansion, keys, s);
    return r;
}

static size_t keys_product(const struct matrix *matrix)
{
    size_t n = 1;

    for (size_t k = 0; k < BY_KEYS; k++)
        if (matrix->keys[k].count && n <= VARIANTS_MAX)
            n *= matrix->keys[k].count;
    return n > VARIANTS_MAX ? VARIANTS_MAX + 1 : n;
}

static void keys_turn(struct expansion *expansion)
{
    for (size_t k = BY_KEYS; k-- > 0;) {
        if (++expansion->digits[k] < expansion->matrix->keys[k].count)
            return;
        expansion->digits[k] = 0;
    }
}

static int by_text(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Two entries of `tool:` with the same name can come out the same. */
static int keys_unique(struct loader *loader, const struct expansion *expansion)
{
    const struct flow_spec *flow = expansion->flow;
    _free_ const char **keys = calloc(flow->variant_count + 1, sizeof *keys);

    if (!keys)
        return loader_no_memory(loader);
    for (size_t i = 0; i < flow->variant_count; i++) {
        keys[i] = variant_key(loader->arena, flow->name, &flow->variants[i]);
        if (!keys[i])
            return loader_no_memory(loader);
    }
    qsort(keys, flow->variant_count, sizeof *keys, by_text);
    for (size_t i = 1; i < flow->variant_count; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0)
            return node_fail(loader->err, expansion->node,
                             "two combinations have the same key '%.200s': give the option that "
                             "differs as a list, or write two flows",
                             keys[i]);
    return 0;
}

static int expand(struct loader *loader, struct expansion *expansion)
{
    const struct matrix *matrix = expansion->matrix;
    size_t n = keys_product(matrix);
    size_t room = n * matrix->setting_count;
    int r = 0;

    if (n > VARIANTS_MAX || room > VARIANTS_MAX - loader->variants)
        return node_fail(loader->err, expansion->node,
                         "the scenario would have more than %d combinations", VARIANTS_MAX);
    expansion->flow->variants = arena_array(loader->arena, room, sizeof(struct variant));
    expansion->checked = arena_array(loader->arena, matrix->setting_count, sizeof(bool));
    if (!expansion->flow->variants || !expansion->checked)
        return loader_no_memory(loader);
    for (; r == 0 && n > 0; n--) {
        r = combination_expand(loader, expansion);
        keys_turn(expansion);
    }
    loader->variants += expansion->flow->variant_count;
    if (r == 0 && expansion->flow->variant_count == 0)
        r = node_fail(loader->err, expansion->node, "nothing is left of this flow");
    return r < 0 ? r : keys_unique(loader, expansion);
}

/* The tool that stands in is one thing: what it is told does not multiply. */
static int otherwise_read(struct loader *loader, const struct node *node, struct flow_spec *flow)
{
    struct matrix matrix = { 0 };
    struct variant *variant = arena_alloc(loader->arena, sizeof *variant);
    int r;

    if (!node)
        return 0;
    if (!variant)
        return loader_no_memory(loader);
    r = tools_read(loader, node, &matrix);
    r = r < 0 ? r : settings_make(loader, &matrix);
    if (r == 0 && matrix.setting_count != 1)
        r = node_fail(loader->err, node, "several tools or combinations: one is wanted here");
    if (r < 0)
        return r;
    variant->tool = matrix.settings->tool->component;
    variant->opt = matrix.settings->opt;
    variant->options = matrix.settings->options;
    variant->option_count = matrix.settings->option_count;
    flow->otherwise = variant;
    return options_check(loader, variant->tool, variant->opt, matrix.settings->tool->node);
}

int variants_make(struct loader *loader, const struct node *node, struct flow_spec *flow)
{
    struct matrix matrix = { 0 };
    struct expansion expansion = { .matrix = &matrix, .flow = flow, .node = node };
    const struct node *tool = node_get(node, "tool");
    int r = keys_read(loader, node, &matrix);

    r = r < 0 ? r : keys_agree(loader, node, &matrix);
    if (r == 0 && !tool)
        r = node_fail(loader->err, node, "the flow has no tool");
    r = r < 0 ? r : tools_read(loader, tool, &matrix);
    r = r < 0 ? r : settings_make(loader, &matrix);
    r = r < 0 ? r : exclusions_read(loader, node_get(node, "exclude"), &matrix);
    r = r < 0 ? r : expand(loader, &expansion);
    r = r < 0 ? r : otherwise_read(loader, node_get(node, "otherwise"), flow);
    for (size_t e = 0; r == 0 && e < matrix.exclusion_count; e++)
        if (!matrix.exclusions[e].used)
            r = loader_warn(loader, matrix.exclusions[e].node, "takes nothing out");
    return r;
}
