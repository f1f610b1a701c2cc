/* SPDX-License-Identifier: Apache-2.0 */
#include "option.h"

#include "sized.h"

#include "../base/fd.h"
#include "../base/text.h"
#include "component.h"
#include "value.h"

#define OPTIONS_MAX 1000
#define CHOICES_MAX 1000
#define SECRET_MAX  (64 * 1024)
#define PROMPT_MAX  1024
#define FLAGS_KNOWN (VMTP_REQUIRED | VMTP_SECRET | VMTP_DEPRECATED)

/* A row as it was in ABI 1.0; later ones may be longer. */
#define ROW_BYTES (offsetof(struct vmtp_option, item) + sizeof(uint32_t))

static int choices_lint(const struct vmtp_option *option, struct vmtp_error *err)
{
    size_t n = 0;

    for (; option->choices && option->choices[n].name; n++) {
        const char *name = option->choices[n].name;

        if (n >= CHOICES_MAX)
            return vmtp_fail(err, -EINVAL, "its choices have no end");
        if (!name_is_plain(name))
            return vmtp_fail(err, -EINVAL, "its choice '%.40s' is not a name", name);
        for (size_t i = 0; i < n; i++)
            if (strcmp(option->choices[i].name, name) == 0)
                return vmtp_fail(err, -EINVAL, "its choice '%.40s' stands there twice", name);
    }
    return n ? 0 : vmtp_fail(err, -EINVAL, "it has no choices");
}

static int range_lint(const struct vmtp_option *option, const struct value_type *type,
                      struct vmtp_error *err)
{
    bool ranged = option->type == VMTP_LIST ? value_type(option->item)->ranged : type->ranged;

    if (option->min == 0 && option->max == 0)
        return 0;
    if (!ranged)
        return vmtp_fail(err, -EINVAL, "a %s has no range", type->name);
    if (option->min > option->max)
        return vmtp_fail(err, -EINVAL, "its least value is above its largest");
    return 0;
}

static int row_lint(const struct vmtp_option *option, size_t opt_size, struct vmtp_error *err)
{
    const struct value_type *type = value_type(option->type);
    uint32_t item = option->type == VMTP_LIST ? option->item : option->type;

    if (!option->help || !option->help[0])
        return vmtp_fail(err, -EINVAL, "it has no help");
    if (!type)
        return vmtp_fail(err, -ENOTSUP, "this vmtp does not know its type %u", option->type);
    if (option->flags & ~(uint32_t)FLAGS_KNOWN)
        return vmtp_fail(err, -ENOTSUP, "this vmtp does not know its flags 0x%x", option->flags);
    if (option->type == VMTP_LIST && !(value_type(item) && value_type(item)->scalar))
        return vmtp_fail(err, -EINVAL, "the items of its list are of no scalar type");
    if (option->offset > opt_size || type->size > opt_size - option->offset)
        return vmtp_fail(err, -EINVAL, "it lies outside of its struct");
    if (option->offset % type->alignment)
        return vmtp_fail(err, -EINVAL, "it is not aligned in its struct");
    if (option->def && option->flags & VMTP_REQUIRED)
        return vmtp_fail(err, -EINVAL, "it is required and yet has a default");
    if (option->flags & VMTP_SECRET && item != VMTP_STRING && item != VMTP_PATH)
        return vmtp_fail(err, -EINVAL, "a secret must be a string");
    if (item == VMTP_ENUM && choices_lint(option, err) < 0)
        return -EINVAL;
    return range_lint(option, type, err);
}

/* No two rows of the same name or at the same place. */
static int neighbours_lint(const struct vmtp_table *table, uint32_t i, struct vmtp_error *err)
{
    const struct vmtp_option *option = table_row(table, i);
    size_t end = option->offset + value_type(option->type)->size;

    for (uint32_t j = 0; j < i; j++) {
        const struct vmtp_option *other = table_row(table, j);

        if (strcmp(option->name, other->name) == 0)
            return vmtp_fail(err, -EINVAL, "it stands there twice");
        if (option->offset < other->offset + value_type(other->type)->size && other->offset < end)
            return vmtp_fail(err, -EINVAL, "it overlaps with option '%s'", other->name);
    }
    return 0;
}

static int defaults_fill(const struct vmtp_table *table, struct arena *arena, void *opt,
                         struct vmtp_error *err);

static int defaults_lint(const struct vmtp_table *table, size_t opt_size, struct vmtp_error *err)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    void *opt = arena ? arena_alloc(arena, opt_size + 1) : NULL;

    if (!opt)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return defaults_fill(table, arena, opt, err);
}

int option_table_lint(const struct vmtp_table *table, size_t opt_size, struct vmtp_error *err)
{
    int r;

    if (table->count == 0)
        return 0;
    if (!table->rows || table->count > OPTIONS_MAX || table->stride < ROW_BYTES ||
        table->stride % _Alignof(struct vmtp_option) ||
        (uintptr_t)table->rows % _Alignof(struct vmtp_option))
        return vmtp_fail(err, -EINVAL, "its table of options is damaged");
    r = rows_check(table, sizeof(struct vmtp_option), "a row of its options", err);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < table->count; i++) {
        const struct vmtp_option *option = table_row(table, i);

        if (!option->name || !name_is_kebab(option->name))
            return vmtp_fail(err, -EINVAL, "option %u: '%.40s' is not a kebab-case name", i,
                             option->name ? option->name : "");
        r = row_lint(option, opt_size, err);
        r = r < 0 ? r : neighbours_lint(table, i, err);
        if (r < 0)
            return vmtp_wrap(err, "option '%s'", option->name);
    }
    return defaults_lint(table, opt_size, err);
}

const struct vmtp_option *option_find(const struct vmtp_table *table, const char *name)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct vmtp_option *option = table_row(table, i);

        if (strcmp(option->name, name) == 0)
            return option;
    }
    return NULL;
}

static int strip_secret(const struct node *node, const char *text, size_t len, struct arena *arena,
                        const char **ret, struct vmtp_error *err)
{
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    if (memchr(text, '\0', len) || !utf8_valid(text, len, NULL))
        return node_fail(err, node, "the secret there is not text");
    *ret = arena_strndup(arena, text, len);
    return *ret ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

/* {prompt: WHAT}; *ret stays NULL where nobody can be asked. */
static int secret_ask(const struct prompt *prompt, const struct node *what, struct arena *arena,
                      const char **ret, struct vmtp_error *err)
{
    char text[PROMPT_MAX] = "";
    int r;

    *ret = NULL;
    if (!prompt)
        return 0;
    r = prompt->ask(prompt->arg, what->text, -1, text, sizeof text, err);
    r = r < 0 ? node_wrap(err, what) : strip_secret(what, text, strlen(text), arena, ret, err);
    explicit_bzero(text, sizeof text);
    return r;
}

/* {env: NAME}, {file: PATH} or {prompt: WHAT}. */
static int secret_read(const struct node *node, const struct prompt *prompt, struct arena *arena,
                       const char **ret, struct vmtp_error *err)
{
    static const struct vmtp_option where = { .name = "file", .type = VMTP_PATH };
    const struct node *env = node_get(node, "env"), *file = node_get(node, "file");
    const struct node *ask = node_get(node, "prompt");
    const struct node *from = env ? env : file ? file : ask;
    _cleanup_(buf_clear) struct buf buf = BUF(SECRET_MAX);
    struct vmtp_error why = { 0 };
    const char *text;

    if (node->count != 1 || !from || from->kind != NODE_SCALAR || node_is_null(from))
        return node_fail(err, node,
                         "a secret is text, {env: NAME}, {file: PATH} or {prompt: WHAT}");
    if (ask)
        return secret_ask(prompt, ask, arena, ret, err);
    if (env) {
        text = getenv(env->text);
        if (!text)
            return node_fail(err, env, "environment variable '%.60s' is not set", env->text);
        return strip_secret(env, text, strlen(text), arena, ret, err);
    }
    if (value_parse(&where, VMTP_PATH, file->text, arena, &text, &why) < 0 ||
        file_read(text, &buf, &why) < 0)
        return node_fail(err, file, "%s", why.text);
    return strip_secret(file, buf_text(&buf), buf.len, arena, ret, err);
}

/* Where values come to lie, and who is asked for secrets. */
struct fill {
    struct arena *arena;
    const struct prompt *prompt;
};

static int scalar_fill(const struct vmtp_option *option, uint32_t type, const struct node *node,
                       const struct fill *fill, void *ret, struct vmtp_error *err)
{
    const char *text = node->text;
    int r;

    if (option->flags & VMTP_SECRET && node->kind == NODE_MAP) {
        r = secret_read(node, fill->prompt, fill->arena, &text, err);
        if (r < 0)
            return r;
        if (!text)
            return 0;
    } else if (node->kind != NODE_SCALAR || node_is_null(node)) {
        return node_fail(err, node, "%s where %s%s is wanted", node_noun(node),
                         option->type == VMTP_LIST ? "an item that is a " : "a ",
                         value_type(type)->name);
    }
    r = value_parse(option, type, text, fill->arena, ret, err);
    return r < 0 ? node_wrap(err, node) : 0;
}

static int list_fill(const struct vmtp_option *option, const struct node *node,
                     const struct fill *fill, struct vmtp_list *ret, struct vmtp_error *err)
{
    size_t size = value_type(option->item)->size;
    struct vmtp_list list = { 0 };
    char *items;

    if (node->kind != NODE_LIST)
        return node_fail(err, node, "%s where a list is wanted", node_noun(node));
    items = arena_array(fill->arena, node->count + 1, size);
    if (!items)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    for (const struct node *child = node->first; child; child = child->next) {
        int r = scalar_fill(option, option->item, child, fill, items + list.count++ * size, err);

        if (r < 0)
            return r;
    }
    list.items = list.count ? items : NULL;
    *ret = list;
    return 0;
}

static int map_fill(const struct node *node, struct arena *arena, struct vmtp_map *ret,
                    struct vmtp_error *err)
{
    struct vmtp_pair *pairs;
    size_t n = 0;

    if (node->kind != NODE_MAP)
        return node_fail(err, node, "%s where a map of strings is wanted", node_noun(node));
    pairs = arena_array(arena, node->count + 1, sizeof *pairs);
    if (!pairs)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    for (const struct node *child = node->first; child; child = child->next) {
        if (child->kind != NODE_SCALAR)
            return node_fail(err, child, "%s where a string is wanted", node_noun(child));
        pairs[n++] = (struct vmtp_pair){ .name = child->key, .value = child->text };
    }
    *ret = (struct vmtp_map){ .pairs = n ? pairs : NULL, .count = n };
    return 0;
}

static int option_fill(const struct vmtp_option *option, const struct node *node,
                       const struct fill *fill, void *opt, struct vmtp_error *err)
{
    void *at = (char *)opt + option->offset;

    if (option->type == VMTP_LIST)
        return list_fill(option, node, fill, at, err);
    if (option->type == VMTP_MAP)
        return map_fill(node, fill->arena, at, err);
    if (node->kind == NODE_LIST)
        return node_fail(err, node, "a list where one %s is wanted",
                         value_type(option->type)->name);
    return scalar_fill(option, option->type, node, fill, at, err);
}

/* Lists and maps are written in YAML, all else is the text itself. */
static int default_fill(const struct vmtp_option *option, struct arena *arena, void *opt,
                        struct vmtp_error *err)
{
    const struct node *node = NULL;
    int r;

    if (option->type != VMTP_LIST && option->type != VMTP_MAP)
        return value_parse(option, option->type, option->def, arena, (char *)opt + option->offset,
                           err);
    r = yaml_parse(option->def, strlen(option->def), "default", arena, &node, err);
    return r < 0 ? r : option_fill(option, node, &(struct fill){ .arena = arena }, opt, err);
}

/* An enum without a default is 0, which need not be a choice. */
static int defaults_fill(const struct vmtp_table *table, struct arena *arena, void *opt,
                         struct vmtp_error *err)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct vmtp_option *option = table_row(table, i);

        if (option->def && default_fill(option, arena, opt, err) < 0)
            return vmtp_wrap(err, "option '%s': its default", option->name);
    }
    return 0;
}

static int unknown_fail(const struct vmtp_table *table, const struct node *child,
                        struct vmtp_error *err)
{
    struct nearest nearest = { .word = child->key };

    for (uint32_t i = 0; i < table->count; i++)
        nearest_offer(&nearest, ((const struct vmtp_option *)table_row(table, i))->name);
    return key_fail(err, child, "there is no option '%.60s'%s", child->key,
                    nearest_hint(&nearest).text);
}

static int required_check(const struct vmtp_table *table, const struct node *section,
                          const struct node *node, struct vmtp_error *err)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct vmtp_option *option = table_row(table, i);

        if (!(option->flags & VMTP_REQUIRED) || node_get(section, option->name))
            continue;
        if (node)
            return key_fail(err, node, "option '%s' is required: %s", option->name, option->help);
        return vmtp_fail(err, -EINVAL, "option '%s' is required: %s", option->name, option->help);
    }
    return 0;
}

int options_fill(const struct vmtp_table *table, size_t opt_size, const struct node *section,
                 const struct node *node, const struct prompt *prompt, struct arena *arena,
                 void **ret, struct vmtp_error *err)
{
    const struct fill fill = { arena, prompt };
    void *opt = arena_alloc(arena, opt_size + 1);
    int r;

    if (!opt)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (section && node_is_null(section))
        section = NULL;
    if (section && section->kind != NODE_MAP)
        return node_fail(err, section, "%s where a map of options is wanted", node_noun(section));
    r = defaults_fill(table, arena, opt, err);
    if (r < 0)
        return r;
    for (const struct node *child = section ? section->first : NULL; child; child = child->next) {
        const struct vmtp_option *option = option_find(table, child->key);

        r = option ? option_fill(option, child, &fill, opt, err) : unknown_fail(table, child, err);
        if (r < 0)
            return r;
    }
    r = required_check(table, section, section ? section : node, err);
    if (r == 0)
        *ret = opt;
    return r;
}

const char *option_text(const struct vmtp_option *option, const void *opt, struct arena *arena)
{
    return value_text(option, option->type, (const char *)opt + option->offset, arena);
}
