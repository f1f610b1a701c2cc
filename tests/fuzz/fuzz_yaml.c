/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes core/base/yaml.c: whatever is parsed is a sound tree, whatever is refused says where.
 */
#include "core/base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct node *node, const struct node *parent, int depth)
{
    char path[80];
    size_t n = 0;

    if (depth > YAML_DEPTH_MAX || node->parent != parent || !node->text || node->line == 0)
        abort();
    if (parent && (parent->kind == NODE_MAP) != (node->key != NULL))
        abort();
    node_path(node, path, sizeof path);
    if (parent && parent->kind == NODE_MAP && node_get(parent, node->key) != node)
        abort();
    for (const struct node *child = node->first; child; child = child->next) {
        if (n++ != child->index)
            abort();
        walk(child, node, depth + 1);
    }
    if (n != node->count)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    const struct node *root = NULL;
    struct vmtp_error err = { 0 };

    if (!arena)
        return 0;
    if (yaml_parse((const char *)data, size, "f", arena, &root, &err) == 0)
        walk(root, NULL, 1);
    else if (root || err.code >= 0 || strncmp(err.text, "f:", 2) != 0)
        abort();
    return 0;
}
