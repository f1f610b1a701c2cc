/* SPDX-License-Identifier: Apache-2.0
 *
 * Under which circumstances: the run, what was found out of the cloud, the endpoints.  A column for
 * each document; what differs between them stands out.
 */
#include "chart.h"

#include <errno.h>

#define NAMES_MAX 400
#define TEXT_MAX  160

/* Names in the order in which they were first seen. */
struct names {
    const char *list[NAMES_MAX];
    size_t count;
};

static void name_add(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i], name) == 0)
            return;
    if (names->count < NAMES_MAX)
        names->list[names->count++] = name;
}

/* What an object in each of the documents has: those of the run, of the cloud's facts, ... */
static struct names *names_of(struct page *page, const struct papers *papers,
                              const json_t *(*part)(const json_t *document, const char *of),
                              const char *of)
{
    struct names *names = arena_alloc(page->cells.arena, sizeof *names);
    const char *name;
    json_t *value;

    for (size_t i = 0; names && i < papers->count; i++)
        json_object_foreach((json_t *)part(papers->list[i].document, of), name, value)
            name_add(names, name);
    if (!names)
        markup_fail(&page->body, -ENOMEM);
    return names;
}

/* A value as text: numbers and texts as they are, what is inside of an object in one line. */
static const char *value_text(struct page *page, const json_t *value)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 16);
    const char *name;
    json_t *field;
    int r = 0;

    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_number(value))
        return cell_keep(&page->cells, real_written(json_number_value(value)).text);
    if (json_is_boolean(value))
        return json_is_true(value) ? "yes" : "no";
    json_object_foreach((json_t *)value, name, field)
    {
        if (r == 0 &&
            (json_is_string(field) ? *json_string_value(field) != '\0' : !json_is_object(field)))
            r = buf_printf(&text, "%s%.60s %.160s", text.len ? ", " : "", name,
                           value_text(page, field));
    }
    return cell_keep(&page->cells, buf_text(&text));
}

static bool all_same(const struct papers *papers, const char *const *texts)
{
    for (size_t i = 1; i < papers->count; i++)
        if (strcmp(texts[0], texts[i]) != 0)
            return false;
    return true;
}

/* A row; where all documents say the same, that once. */
static void row_add(struct page *page, const struct papers *papers, const char *name,
                    const char *const *texts)
{
    bool same = all_same(papers, texts);
    struct markup *body = &page->body;

    if (same && !*texts[0])
        return;
    markup_add(body, "<tr%s><th scope=\"row\">",
               same && papers->count > 1 ? " class=\"same\"" : "");
    markup_cut(body, name, 60);
    markup_add(body, "</th>");
    for (size_t i = 0; i < (same ? 1 : papers->count); i++) {
        if (same)
            markup_add(body, "<td colspan=\"%zu\">", papers->count);
        else
            markup_add(body, "<td>");
        markup_cut(body, texts[i], TEXT_MAX);
        markup_add(body, "</td>");
    }
    markup_add(body, "</tr>\n");
}

static void rows_add(struct page *page, const struct papers *papers, const char *title,
                     const json_t *(*part)(const json_t *document, const char *of), const char *of)
{
    struct names *names = names_of(page, papers, part, of);
    const char **texts = arena_array(page->cells.arena, papers->count, sizeof *texts);

    if (!names || !texts || names->count == 0) {
        if (!texts)
            markup_fail(&page->body, -ENOMEM);
        return;
    }
    markup_add(&page->body, "<tr><th scope=\"rowgroup\" colspan=\"%zu\">", papers->count + 1);
    markup_cut(&page->body, title, 60);
    markup_add(&page->body, "</th></tr>\n");
    for (size_t n = 0; n < names->count; n++) {
        for (size_t i = 0; i < papers->count; i++) {
            texts[i] = value_text(
                page, json_object_get(part(papers->list[i].document, of), names->list[n]));
            texts[i] = texts[i] ? texts[i] : "";
        }
        row_add(page, papers, names->list[n], texts);
    }
}

/* ---- the parts of a document ---- */

static const json_t *part_run(const json_t *document, const char *of)
{
    (void)of;
    return json_object_get(document, "run");
}

static const json_t *part_facts(const json_t *document, const char *of)
{
    (void)of;
    return json_object_get(json_object_get(document, "cloud"), "facts");
}

static const json_t *part_endpoints(const json_t *document, const char *of)
{
    (void)of;
    return json_object_get(document, "endpoints");
}

static const json_t *part_endpoint(const json_t *document, const char *of)
{
    return json_object_get(json_object_get(document, "endpoints"), of);
}

void properties_chart(struct page *page, const struct papers *papers)
{
    struct names *endpoints = names_of(page, papers, part_endpoints, NULL);

    page_section(page, "properties", "Properties",
                 papers->count > 1 ? "What all have in common is grey." : NULL);
    page_sheet_begin(page, "Properties", "");
    rows_add(page, papers, "run", part_run, NULL);
    rows_add(page, papers, "cloud", part_facts, NULL);
    for (size_t i = 0; endpoints && papers->count <= PAPERS_SINGLE && i < endpoints->count; i++)
        rows_add(page, papers, endpoints->list[i], part_endpoint, endpoints->list[i]);
    page_sheet_end(page);
}
