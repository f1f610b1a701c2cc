/* SPDX-License-Identifier: Apache-2.0
 *
 * From libyaml's events: its document loader would follow aliases without a limit.
 */
#include "yaml.h"

#include "fd.h"
#include "text.h"

#include <yaml.h>

#define ANCHORS_MAX 1000
#define PATH_ROOM   200

struct anchor {
    const char *name;
    const struct node *node; /* NULL while it is being read */
};

struct reader {
    yaml_parser_t yaml;
    struct arena *arena;
    const char *file;
    size_t nodes, anchor_count;
    struct anchor anchors[ANCHORS_MAX];
    struct vmtp_error *err;
};

static int out_of_memory(struct reader *reader)
{
    return vmtp_fail(reader->err, -ENOMEM, "%.100s: out of memory", reader->file);
}

/* What is wrong at a mark, which counts from 0. */
VMTP_PRINTF(3, 4)
static int mark_fail(struct reader *reader, yaml_mark_t mark, const char *fmt, ...)
{
    char what[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return vmtp_fail(reader->err, -EINVAL, "%.100s:%zu:%zu: %s", reader->file, mark.line + 1,
                     mark.column + 1, what);
}

/* Line and column of an offset; columns count characters, as libyaml's do. */
static yaml_mark_t mark_of(const char *text, size_t offset)
{
    yaml_mark_t mark = { .index = offset };

    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static int next_event(struct reader *reader, yaml_event_t *ret)
{
    const yaml_parser_t *yaml = &reader->yaml;

    if (yaml_parser_parse(&reader->yaml, ret))
        return 0;
    if (yaml->error == YAML_MEMORY_ERROR)
        return out_of_memory(reader);
    if (yaml->error == YAML_READER_ERROR)
        return mark_fail(reader,
                         mark_of((const char *)yaml->input.string.start, yaml->problem_offset),
                         "%s", yaml->problem);
    if (yaml->context)
        return mark_fail(reader, yaml->problem_mark, "%s %s (line %zu)", yaml->problem,
                         yaml->context, yaml->context_mark.line + 1);
    return mark_fail(reader, yaml->problem_mark, "%s", yaml->problem);
}

static int node_new(struct reader *reader, yaml_mark_t mark, size_t depth, struct node **ret)
{
    struct node *node;

    if (depth > YAML_DEPTH_MAX)
        return mark_fail(reader, mark, "more than %d levels deep", YAML_DEPTH_MAX);
    if (++reader->nodes > YAML_NODES_MAX)
        return mark_fail(reader, mark, "more than %d values, aliases written out", YAML_NODES_MAX);
    node = arena_alloc(reader->arena, sizeof *node);
    if (!node)
        return out_of_memory(reader);
    node->text = "";
    node->file = reader->file;
    node->line = (uint32_t)mark.line + 1;
    node->column = (uint32_t)mark.column + 1;
    *ret = node;
    return 0;
}

/* A list or map with its newest child. */
struct chain {
    struct node *parent, *last;
};

static void chain_add(struct chain *chain, struct node *child)
{
    child->parent = chain->parent;
    child->index = chain->parent->count++;
    if (chain->last)
        chain->last->next = child;
    else
        chain->parent->first = child;
    chain->last = child;
}

static int anchor_add(struct reader *reader, const yaml_event_t *event, const yaml_char_t *name,
                      struct anchor **ret)
{
    struct anchor *anchor;

    *ret = NULL;
    if (!name)
        return 0;
    if (reader->anchor_count == ANCHORS_MAX)
        return mark_fail(reader, event->start_mark, "more than %d anchors", ANCHORS_MAX);
    anchor = &reader->anchors[reader->anchor_count++];
    anchor->name = arena_strdup(reader->arena, (const char *)name);
    anchor->node = NULL;
    *ret = anchor;
    return anchor->name ? 0 : out_of_memory(reader);
}

/* Where it was written stays; its key is the new place's business. */
static int copy_node(struct reader *reader, yaml_mark_t mark, const struct node *from, size_t depth,
                     struct node **ret)
{
    struct node *copy = NULL;
    struct chain chain;
    int r = node_new(reader, mark, depth, &copy);

    if (r < 0)
        return r;
    copy->kind = from->kind;
    copy->text = from->text;
    copy->quoted = from->quoted;
    copy->line = from->line;
    copy->column = from->column;
    chain = (struct chain){ .parent = copy };
    for (const struct node *child = from->first; child; child = child->next) {
        struct node *more = NULL;

        r = copy_node(reader, mark, child, depth + 1, &more);
        if (r < 0)
            return r;
        more->key = child->key;
        more->key_line = child->key_line;
        more->key_column = child->key_column;
        chain_add(&chain, more);
    }
    *ret = copy;
    return 0;
}

static int read_alias(struct reader *reader, const yaml_event_t *event, size_t depth,
                      struct node **ret)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *anchor = NULL;

    for (size_t i = reader->anchor_count; i > 0 && !anchor; i--)
        if (strcmp(reader->anchors[i - 1].name, name) == 0)
            anchor = &reader->anchors[i - 1];
    if (!anchor)
        return mark_fail(reader, event->start_mark, "alias *%.60s has no anchor above it", name);
    if (!anchor->node)
        return mark_fail(reader, event->start_mark, "alias *%.60s lies within its own anchor",
                         name);
    return copy_node(reader, event->start_mark, anchor->node, depth, ret);
}

static int refuse_tag(struct reader *reader, const yaml_event_t *event, const yaml_char_t *tag)
{
    if (!tag)
        return 0;
    return mark_fail(reader, event->start_mark,
                     "tag '%.60s' is not supported: write the value without, quoted if it is text",
                     (const char *)tag);
}

static int read_scalar(struct reader *reader, const yaml_event_t *event, size_t depth,
                       struct node **ret)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    struct node *node = NULL;
    int r = refuse_tag(reader, event, event->data.scalar.tag);

    if (r < 0)
        return r;
    if (memchr(value, '\0', len))
        return mark_fail(reader, event->start_mark, "NUL in a value");
    r = node_new(reader, event->start_mark, depth, &node);
    if (r < 0)
        return r;
    node->kind = NODE_SCALAR;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = arena_strndup(reader->arena, value, len);
    if (!node->text)
        return out_of_memory(reader);
    *ret = node;
    return 0;
}

static int read_node(struct reader *reader, const yaml_event_t *event, size_t depth,
                     struct node **ret);

static int read_list(struct reader *reader, struct node *list, size_t depth)
{
    struct chain chain = { .parent = list };
    bool ended = false;
    int r = 0;

    while (r == 0 && !ended) {
        struct node *item = NULL;
        yaml_event_t event;

        r = next_event(reader, &event);
        if (r < 0)
            return r;
        ended = event.type == YAML_SEQUENCE_END_EVENT;
        if (!ended)
            r = read_node(reader, &event, depth + 1, &item);
        if (item)
            chain_add(&chain, item);
        yaml_event_delete(&event);
    }
    return r;
}

/* The value that belongs to a key, which is itself an event. */
static int read_pair(struct reader *reader, const yaml_event_t *key, size_t depth,
                     struct node **ret)
{
    struct node *name = NULL;
    yaml_event_t event;
    int r = 0;

    if (key->type != YAML_SCALAR_EVENT || key->data.scalar.anchor)
        return mark_fail(reader, key->start_mark, "a key must be a plain word");
    r = read_scalar(reader, key, depth, &name);
    if (r < 0)
        return r;
    if (!name->quoted && strcmp(name->text, "<<") == 0)
        return mark_fail(reader, key->start_mark,
                         "merge keys (<<) are not supported: use an alias for a whole value");
    r = next_event(reader, &event);
    if (r < 0)
        return r;
    r = read_node(reader, &event, depth, ret);
    yaml_event_delete(&event);
    if (r < 0)
        return r;
    (*ret)->key = name->text;
    (*ret)->key_line = name->line;
    (*ret)->key_column = name->column;
    return 0;
}

static int by_key(const void *one, const void *other)
{
    const struct node *a = *(const struct node *const *)one;
    const struct node *b = *(const struct node *const *)other;
    int order = strcmp(a->key, b->key);

    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static int refuse_duplicates(struct reader *reader, const struct node *map)
{
    _free_ const struct node **all = calloc(map->count + 1, sizeof *all);
    size_t n = 0;

    if (!all)
        return out_of_memory(reader);
    for (const struct node *child = map->first; child; child = child->next)
        all[n++] = child;
    qsort(all, n, sizeof *all, by_key);
    for (size_t i = 1; i < n; i++)
        if (strcmp(all[i - 1]->key, all[i]->key) == 0)
            return key_fail(reader->err, all[i], "key '%.60s' is there already, in line %u",
                            all[i]->key, all[i - 1]->key_line);
    return 0;
}

static int read_map(struct reader *reader, struct node *map, size_t depth)
{
    struct chain chain = { .parent = map };
    bool ended = false;
    int r = 0;

    while (r == 0 && !ended) {
        struct node *value = NULL;
        yaml_event_t event;

        r = next_event(reader, &event);
        if (r < 0)
            return r;
        ended = event.type == YAML_MAPPING_END_EVENT;
        if (!ended)
            r = read_pair(reader, &event, depth + 1, &value);
        if (r == 0 && value)
            chain_add(&chain, value);
        yaml_event_delete(&event);
    }
    return r < 0 ? r : refuse_duplicates(reader, map);
}

static int read_collection(struct reader *reader, const yaml_event_t *event, size_t depth,
                           struct node **ret)
{
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    struct node *node = NULL;
    int r = refuse_tag(reader, event,
                       list ? event->data.sequence_start.tag : event->data.mapping_start.tag);

    if (r < 0)
        return r;
    r = node_new(reader, event->start_mark, depth, &node);
    if (r < 0)
        return r;
    node->kind = list ? NODE_LIST : NODE_MAP;
    r = list ? read_list(reader, node, depth) : read_map(reader, node, depth);
    if (r == 0)
        *ret = node;
    return r;
}

static int read_node(struct reader *reader, const yaml_event_t *event, size_t depth,
                     struct node **ret)
{
    struct anchor *anchor = NULL;
    int r;

    if (event->type == YAML_ALIAS_EVENT)
        return read_alias(reader, event, depth, ret);
    if (event->type == YAML_SCALAR_EVENT) {
        r = anchor_add(reader, event, event->data.scalar.anchor, &anchor);
        r = r < 0 ? r : read_scalar(reader, event, depth, ret);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        r = anchor_add(reader, event, event->data.sequence_start.anchor, &anchor);
        r = r < 0 ? r : read_collection(reader, event, depth, ret);
    } else {
        r = anchor_add(reader, event, event->data.mapping_start.anchor, &anchor);
        r = r < 0 ? r : read_collection(reader, event, depth, ret);
    }
    if (r == 0 && anchor)
        anchor->node = *ret;
    return r;
}

/* Stream start, document start, the root, document end, stream end; nothing else. */
static int read_stream(struct reader *reader, struct node **ret)
{
    int documents = 0, r = 0;
    bool ended = false;

    while (r == 0 && !ended) {
        yaml_event_t event;

        r = next_event(reader, &event);
        if (r < 0)
            return r;
        ended = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
            r = mark_fail(reader, event.start_mark, "a second document: only one is wanted");
        else if (event.type == YAML_ALIAS_EVENT || event.type == YAML_SCALAR_EVENT ||
                 event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
            r = read_node(reader, &event, 1, ret);
        yaml_event_delete(&event);
    }
    if (r == 0 && !*ret)
        r = mark_fail(reader, (yaml_mark_t){ 0 }, "empty");
    return r;
}

static int check_bytes(struct reader *reader, const char *text, size_t len)
{
    const char *nul = len ? memchr(text, '\0', len) : NULL;
    size_t at = 0;

    if (len > YAML_BYTES_MAX)
        return vmtp_fail(reader->err, -EINVAL, "%.100s: larger than %d bytes", reader->file,
                         YAML_BYTES_MAX);
    if (nul)
        return mark_fail(reader, mark_of(text, (size_t)(nul - text)), "NUL byte");
    if (!utf8_valid(text, len, &at))
        return mark_fail(reader, mark_of(text, at), "byte 0x%02x is not UTF-8",
                         (unsigned)(unsigned char)text[at]);
    return 0;
}

int yaml_parse(const char *text, size_t len, const char *file, struct arena *arena,
               const struct node **ret, struct vmtp_error *err)
{
    _free_ struct reader *reader = calloc(1, sizeof *reader);
    struct node *root = NULL;
    int r;

    if (!reader)
        return vmtp_fail(err, -ENOMEM, "%.100s: out of memory", file);
    reader->arena = arena;
    reader->err = err;
    reader->file = arena_strdup(arena, file);
    if (!reader->file || !yaml_parser_initialize(&reader->yaml))
        return vmtp_fail(err, -ENOMEM, "%.100s: out of memory", file);
    yaml_parser_set_encoding(&reader->yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->yaml, (const unsigned char *)text, len);
    r = check_bytes(reader, text, len);
    r = r < 0 ? r : read_stream(reader, &root);
    yaml_parser_delete(&reader->yaml);
    if (r == 0)
        *ret = root;
    return r;
}

int yaml_read(const char *file, struct arena *arena, const char **ret, size_t *ret_len,
              struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf buf = BUF(YAML_BYTES_MAX);
    int r = file_read(strcmp(file, "-") == 0 ? "/dev/stdin" : file, &buf, err);

    if (r < 0)
        return r;
    *ret = arena_strndup(arena, buf_text(&buf), buf.len);
    if (!*ret)
        return vmtp_fail(err, -ENOMEM, "%.100s: out of memory", file);
    *ret_len = buf.len;
    return 0;
}

const struct node *node_get(const struct node *node, const char *key)
{
    if (!node || node->kind != NODE_MAP)
        return NULL;
    for (const struct node *child = node->first; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

bool node_is_null(const struct node *node)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL" };

    if (node->kind != NODE_SCALAR || node->quoted)
        return false;
    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(node->text, words[i]) == 0)
            return true;
    return false;
}

const char *node_noun(const struct node *node)
{
    if (node->kind == NODE_SCALAR)
        return node_is_null(node) ? "nothing" : "a value";
    return node->kind == NODE_LIST ? "a list" : "a map";
}

void node_path(const struct node *node, char *ret, size_t len)
{
    const struct node *way[YAML_DEPTH_MAX + 1];
    size_t n = 0, used = 0;

    for (; node && node->parent && n < COUNT(way); node = node->parent)
        way[n++] = node;
    if (len)
        ret[0] = '\0';
    while (n-- > 0 && used < len) {
        int more;

        if (way[n]->parent->kind == NODE_LIST)
            more = snprintf(ret + used, len - used, "[%zu]", way[n]->index);
        else
            more = snprintf(ret + used, len - used, "%s%.60s", used ? "." : "", way[n]->key);
        used += more > 0 ? (size_t)more : 0;
    }
}

static void node_place(const struct node *node, bool key, char *ret, size_t len)
{
    char path[PATH_ROOM];
    bool at_key = key && node->key;

    node_path(node, path, sizeof path);
    if (!node->file[0])
        snprintf(ret, len, "%s", path);
    else
        snprintf(ret, len, "%.100s:%u:%u%s%s", node->file, at_key ? node->key_line : node->line,
                 at_key ? node->key_column : node->column, path[0] ? ": " : "", path);
}

int node_fail_at(struct vmtp_error *err, const struct node *node, bool key, const char *file,
                 int line, const char *fmt, ...)
{
    char place[PATH_ROOM + 140], what[600];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    node_place(node, key, place, sizeof place);
    return vmtp_fail_at(err, -EINVAL, file, line, "%s%s%s", place, place[0] ? ": " : "", what);
}

int node_wrap(struct vmtp_error *err, const struct node *node)
{
    char place[PATH_ROOM + 140];

    node_place(node, false, place, sizeof place);
    return vmtp_wrap(err, "%s", place);
}
