/* SPDX-License-Identifier: Apache-2.0 */
#include "pick.h"

#include "../report/cells.h"

#include <math.h>

#define NAME_MAX 160 /* bytes of a name on the page */
#define PART_MAX 40  /* of each of its parts */

struct picks picks_make(const struct papers *papers, const char *list, size_t most,
                        bool (*wanted)(const struct pick *pick))
{
    struct picks picks = { .several = papers->count > 1 };

    for (size_t i = 0; papers->count <= PAPERS_SINGLE && i < papers->count; i++) {
        const json_t *entries = json_object_get(papers->list[i].document, list), *entry;
        size_t k, of_paper = 0;

        json_array_foreach(entries, k, entry)
        {
            struct pick pick = { &papers->list[i], entry };

            if (!papers_show(papers, entry) || !wanted(&pick))
                continue;
            if (of_paper++ < most && picks.count < PICKS_MAX)
                picks.list[picks.count++] = pick;
            else
                picks.left++;
        }
    }
    return picks;
}

bool pick_follows(const struct picks *picks, size_t i)
{
    return i > 0 && picks->list[i].paper == picks->list[i - 1].paper;
}

void picks_left(struct page *page, const struct picks *picks)
{
    if (picks->left)
        markup_add(&page->body, "<p class=\"muted\">%zu more %s not drawn here.</p>\n", picks->left,
                   picks->left == 1 ? "is" : "are");
}

/* Whole letters only. */
static void part_add(struct buf *name, const char *between, const char *text)
{
    size_t len = strnlen(text, PART_MAX + 1);
    bool cut = len > PART_MAX;

    if (!len)
        return;
    for (len = cut ? PART_MAX : len; cut && len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
        len--;
    if (name->len)
        buf_add_text(name, between);
    buf_add(name, text, len);
    if (cut)
        buf_add_text(name, "…");
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names;
}

/* "connections 4": what is not yet said. */
static void labels_add(struct buf *name, const json_t *entry)
{
    static const char *const said[] = { "path", "placement", "from", "to", NULL };
    bool aggregate = json_object_get(entry, "pairs");
    const char *key;
    json_t *value;

    json_object_foreach(json_object_get(entry, "labels"), key, value)
    {
        if (is_one_of(key, said) || (aggregate && strcmp(key, "pairs") == 0))
            continue;
        part_add(name, ", ", key);
        part_add(name, " ", json_string_value(value) ? json_string_value(value) : "");
    }
}

/* What does not fit is dropped: a name is for people. */
const char *pick_name(struct page *page, const struct picks *picks, const struct pick *pick)
{
    _cleanup_(buf_clear) struct buf name = BUF(NAME_MAX);
    const json_t *entry = pick->entry;
    const char *path = json_text(entry, "path");

    if (picks->several)
        part_add(&name, "", pick->paper->name);
    part_add(&name, ": ", json_text(entry, "flow"));
    part_add(&name, ", ", *path ? path : json_text(entry, "from"));
    if (!*path)
        part_add(&name, " → ", json_text(entry, "to"));
    part_add(&name, ", ", json_text(entry, "placement"));
    labels_add(&name, entry);
    return cell_keep(&page->cells, buf_text(&name));
}

void pick_heading(struct page *page, const struct picks *picks, const struct pick *pick)
{
    const char *name = pick_name(page, picks, pick);

    page_heading(page, name ? name : "");
}

double number_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

bool entries_alike(const json_t *one, const json_t *other, const char *const *but)
{
    static const char *const names[] = { "flow", "path", "placement", "tool" };
    const json_t *labels = json_object_get(one, "labels"),
                 *others = json_object_get(other, "labels");
    const char *name;
    json_t *value;

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(json_text(one, names[i]), json_text(other, names[i])) != 0)
            return false;
    json_object_foreach((json_t *)labels, name, value)
    {
        if (!is_one_of(name, but) && !json_equal(value, json_object_get(others, name)))
            return false;
    }
    return json_object_size(labels) == json_object_size(others) &&
           json_integer_value(json_object_get(one, "family")) ==
               json_integer_value(json_object_get(other, "family"));
}
