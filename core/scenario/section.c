/* SPDX-License-Identifier: Apache-2.0
 *
 * Sections that name a component: which one, and its options.
 */
#include "loader.h"

#include "../base/text.h"
#include "../plugin/option.h"

/* A plugin of that name that was found but not taken is the likeliest reason why there is none. */
static const char *refusal_of(const struct registry *registry, const char *name)
{
    size_t len = strlen(name);

    for (const struct refusal *refusal = registry->refusals; refusal; refusal = refusal->next) {
        const char *base = strrchr(refusal->path, '/');

        base = base ? base + 1 : refusal->path;
        if (strncmp(base, name, len) == 0 && strcmp(base + len, ".so") == 0)
            return refusal->reason;
    }
    return NULL;
}

static int unknown_fail(struct loader *loader, const struct node *node, enum vmtp_kind kind,
                        const char *name)
{
    _cleanup_(buf_clear) struct buf all = BUF(300);
    struct nearest nearest = { .word = name };
    const char *reason = refusal_of(loader->registry, name);
    bool at_key = name == node->key;

    for (const struct component *c = loader->registry->components; c; c = c->next) {
        if (c->table.kind != kind)
            continue;
        nearest_offer(&nearest, c->table.name);
        (void)buf_printf(&all, "%s%s", all.len ? ", " : "", c->table.name);
    }
    if (reason)
        return node_fail_at(loader->err, node, at_key, __FILE__, __LINE__,
                            "%s '%.60s' could not be loaded: %.300s", kind_name(kind), name,
                            reason);
    return node_fail_at(loader->err, node, at_key, __FILE__, __LINE__,
                        "there is no %s '%.60s'%s (there are: %s)", kind_name(kind), name,
                        nearest_hint(&nearest).text, all.len ? buf_text(&all) : "none");
}

int component_read(struct loader *loader, const struct node *node, enum vmtp_kind kind,
                   const struct component **ret, const struct node **ret_options)
{
    const struct node *options = node->kind == NODE_MAP ? node->first : NULL;
    const char *name = options ? options->key : node->text;
    const struct component *component;

    if (node->kind == NODE_LIST || (node->kind == NODE_SCALAR && node_is_null(node)))
        return node_fail(loader->err, node, "%s where a %s is wanted, as NAME: {options}",
                         node_noun(node), kind_name(kind));
    if (node->kind == NODE_MAP && node->count != 1)
        return node_fail(loader->err, node,
                         "%zu keys where the name of one %s is wanted, as NAME: {options}",
                         node->count, kind_name(kind));
    component = registry_find(loader->registry, kind, name);
    if (!component)
        return unknown_fail(loader, options ? options : node, kind, name);
    *ret = component;
    *ret_options = options && !node_is_null(options) ? options : NULL;
    return 0;
}

static int deprecated_warn(struct loader *loader, const struct vmtp_table *table,
                           const struct node *options)
{
    if (!options || options->kind != NODE_MAP)
        return 0;
    for (const struct node *child = options->first; child; child = child->next) {
        const struct vmtp_option *option = option_find(table, child->key);

        if (option && option->flags & VMTP_DEPRECATED) {
            int r = loader_warn(loader, child, "option '%s' is deprecated: %s", option->name,
                                option->help);

            if (r < 0)
                return r;
        }
    }
    return 0;
}

int options_read(struct loader *loader, const struct component *component,
                 const struct node *options, const struct node *node, void **ret)
{
    const struct vmtp_table *table = &component->table.options;
    int r = options_fill(table, component->table.opt_size, options, node, loader->prompt,
                         loader->arena, ret, loader->err);

    return r < 0 ? r : deprecated_warn(loader, table, options);
}

int options_check(struct loader *loader, const struct component *component, const void *opt,
                  const struct node *node)
{
    struct vmtp_error why = { 0 };
    int r = component->table.check ? component->table.check(opt, &why) : 0;

    if (r >= 0)
        return 0;
    if (r == -ENOKEY && !loader->scenario->file[0])
        return vmtp_fail(loader->err, r, "%s", why.text); /* the credentials' own place says more */
    key_fail(loader->err, node, "%s", why.text[0] ? why.text : "its options are refused");
    if (r != -ENOKEY)
        return -EINVAL;
    if (loader->err)
        loader->err->code = r; /* no fault of the scenario's */
    return r;
}

int section_read(struct loader *loader, const struct node *node, enum vmtp_kind kind,
                 struct section *ret)
{
    const struct node *options = NULL;
    int r = component_read(loader, node, kind, &ret->component, &options);

    if (r < 0)
        return r;
    ret->node = node->kind == NODE_MAP ? node->first : node;
    r = options_read(loader, ret->component, options, ret->node, &ret->opt);
    return r < 0 ? r : options_check(loader, ret->component, ret->opt, ret->node);
}
