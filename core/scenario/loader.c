/* SPDX-License-Identifier: Apache-2.0 */
#include "loader.h"

#include "../base/text.h"
#include "../base/units.h"

#include <inttypes.h>

int loader_no_memory(struct loader *loader)
{
    return vmtp_fail(loader->err, -ENOMEM, "%.100s: out of memory", loader->scenario->file);
}

int loader_warn(struct loader *loader, const struct node *node, const char *fmt, ...)
{
    struct scenario *scenario = loader->scenario;
    struct vmtp_error place = { 0 };
    char what[400];
    va_list ap;

    if (scenario->warning_count == loader->warning_room) {
        size_t room = loader->warning_room * 2 + 8;
        const char **more = arena_array(loader->arena, room, sizeof *more);

        if (!more)
            return loader_no_memory(loader);
        if (scenario->warning_count)
            memcpy(more, scenario->warnings, scenario->warning_count * sizeof *more);
        scenario->warnings = more;
        loader->warning_room = room;
    }
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    (void)key_fail(&place, node, "%s", what);
    scenario->warnings[scenario->warning_count] = arena_strdup(loader->arena, place.text);
    if (!scenario->warnings[scenario->warning_count])
        return loader_no_memory(loader);
    scenario->warning_count++;
    return 0;
}

int keys_check(struct loader *loader, const struct node *map, const char *const *known)
{
    if (map->kind != NODE_MAP)
        return node_fail(loader->err, map, "%s where a map is wanted", node_noun(map));
    for (const struct node *child = map->first; child; child = child->next) {
        struct nearest nearest = { .word = child->key };
        bool found = false;

        for (size_t i = 0; known[i] && !found; i++) {
            found = strcmp(known[i], child->key) == 0;
            nearest_offer(&nearest, known[i]);
        }
        if (!found)
            return key_fail(loader->err, child, "there is no key '%.60s' here%s", child->key,
                            nearest_hint(&nearest).text);
    }
    return 0;
}

int text_check(struct loader *loader, const struct node *node, const char *what)
{
    if (node->kind != NODE_SCALAR || node_is_null(node))
        return node_fail(loader->err, node, "%s where %s is wanted", node_noun(node), what);
    return 0;
}

int list_check(struct loader *loader, const struct node *node, const char *what)
{
    if (node->kind != NODE_LIST)
        return node_fail(loader->err, node, "%s where a list of %s is wanted", node_noun(node),
                         what);
    if (node->count > ITEMS_MAX)
        return node_fail(loader->err, node, "more than %d %s", ITEMS_MAX, what);
    return 0;
}

int name_read(struct loader *loader, const struct node *node, const char *what, const char **ret)
{
    int r = text_check(loader, node, what);

    if (r < 0)
        return r;
    if (!name_is_plain(node->text))
        return node_fail(loader->err, node,
                         "'%.60s' can't be a name: letters, digits, '.', '_' and '-', at most 63",
                         node->text);
    *ret = node->text;
    return 0;
}

int duration_read(struct loader *loader, const struct node *node, uint64_t least_ns,
                  uint64_t most_ns, uint64_t *ret)
{
    uint64_t value = 0;
    int r;

    if (!node)
        return 0;
    r = text_check(loader, node, "a duration");
    if (r < 0)
        return r;
    if (duration_parse(node->text, &value) < 0)
        return node_fail(loader->err, node,
                         "'%.40s' is not a duration: write a number with ns, us, ms, s, m or h",
                         node->text);
    if (value < least_ns || value > most_ns)
        return node_fail(loader->err, node, "'%.40s' is out of range: %s to %s", node->text,
                         duration_written(least_ns).text, duration_written(most_ns).text);
    *ret = value;
    return 0;
}

int count_read(struct loader *loader, const struct node *node, uint64_t least, uint64_t most,
               uint64_t *ret)
{
    uint64_t value = 0;
    int r;

    if (!node)
        return 0;
    r = text_check(loader, node, "a number");
    if (r < 0)
        return r;
    if (uint_parse(node->text, &value) < 0)
        return node_fail(loader->err, node, "'%.40s' is not a whole number", node->text);
    if (value < least || value > most)
        return node_fail(loader->err, node, "%.40s is out of range: %" PRIu64 " to %" PRIu64,
                         node->text, least, most);
    *ret = value;
    return 0;
}

int share_read(struct loader *loader, const struct node *node, double *ret)
{
    double value = 0;
    int r = text_check(loader, node, "a share, as 2%,");

    if (r < 0)
        return r;
    if (share_parse(node->text, &value) < 0)
        return node_fail(loader->err, node, "'%.40s' is not a share, as 2%% or 0.02", node->text);
    *ret = value;
    return 0;
}

int word_read(struct loader *loader, const struct node *node, const char *const *words, size_t *ret)
{
    _cleanup_(buf_clear) struct buf all = BUF(400);
    struct nearest nearest = { .word = node->text };
    int r = text_check(loader, node, "a word");

    if (r < 0)
        return r;
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], node->text) == 0) {
            *ret = i;
            return 0;
        }
        nearest_offer(&nearest, words[i]);
        (void)buf_printf(&all, "%s%s", all.len ? ", " : "", words[i]);
    }
    return node_fail(loader->err, node, "'%.40s' is none of %s%s", node->text, buf_text(&all),
                     nearest_hint(&nearest).text);
}
