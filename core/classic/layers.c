/* SPDX-License-Identifier: Apache-2.0 */
#include "layers.h"

/* A map that is being made of others' children. */
struct chain {
    struct node *map, *last;
};

static int chain_add(struct chain *chain, const struct node *child, struct arena *arena)
{
    struct node *copy = child ? arena_alloc(arena, sizeof *copy) : NULL;

    if (!copy)
        return -ENOMEM;
    *copy = *child;
    copy->parent = chain->map;
    copy->index = chain->map->count++;
    copy->next = NULL;
    if (chain->last)
        chain->last->next = copy;
    else
        chain->map->first = copy;
    chain->last = copy;
    return 0;
}

/* What there is of a key in both. */
static const struct node *child_merge(const struct node *below, const struct node *above,
                                      enum layers_null null, struct arena *arena)
{
    if (!above || (node_is_null(above) && null == NULL_IS_NOTHING))
        return below;
    return layers_merge(below, above, null, arena);
}

const struct node *layers_merge(const struct node *below, const struct node *above,
                                enum layers_null null, struct arena *arena)
{
    struct chain chain = { 0 };
    int r = 0;

    if (below->kind != NODE_MAP || above->kind != NODE_MAP)
        return above;
    chain.map = arena_alloc(arena, sizeof *chain.map);
    if (!chain.map)
        return NULL;
    *chain.map = *above;
    chain.map->first = NULL;
    chain.map->count = 0;
    for (const struct node *child = below->first; child && r == 0; child = child->next)
        r = chain_add(&chain, child_merge(child, node_get(above, child->key), null, arena), arena);
    for (const struct node *child = above->first; child && r == 0; child = child->next)
        if (!node_get(below, child->key))
            r = chain_add(&chain, child, arena);
    return r < 0 ? NULL : chain.map;
}

static bool is_blank(const char *text)
{
    while (*text) {
        text += strspn(text, " \t\r");
        if (*text && *text != '#' && *text != '\n')
            return false;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return true;
}

int layer_parse(const char *text, size_t len, const char *file, struct arena *arena,
                const struct node **ret, struct vmtp_error *err)
{
    static const struct node nothing = { .kind = NODE_MAP, .text = "", .file = "", .line = 1 };
    const struct node *root = &nothing;
    int r = 0;

    if (!(strlen(text) == len && is_blank(text)))
        r = yaml_parse(text, len, file, arena, &root, err);
    if (r < 0)
        return r;
    if (node_is_null(root))
        root = &nothing;
    if (root->kind != NODE_MAP)
        return node_fail(err, root, "%s where a map of variables is wanted", node_noun(root));
    *ret = root;
    return 0;
}

int layer_read(const char *file, struct arena *arena, const struct node **ret,
               struct vmtp_error *err)
{
    const char *text = NULL;
    size_t len = 0;
    int r = yaml_read(file, arena, &text, &len, err);

    return r < 0 ? r : layer_parse(text, len, file, arena, ret, err);
}
