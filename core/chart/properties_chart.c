/* SPDX-License-Identifier: Apache-2.0
 *
 * Under which circumstances: the run, what was found out of the cloud, the endpoints.  A column for
 * each document, but of many one for all; what differs between them stands out.  What all endpoints
 * have in common is said once.
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

/* A part of each document: what this gives for it. */
struct part {
    const json_t *(*get)(const json_t *document, const char *of);
    const char *of;
};

static const json_t *part_of(const struct papers *papers, size_t paper, const struct part *part)
{
    return part->get(papers->list[paper].document, part->of);
}

/* What that part has in any of the documents. */
static struct names *names_of(struct page *page, const struct papers *papers,
                              const struct part *part)
{
    struct names *names = arena_alloc(page->cells.arena, sizeof *names);
    const char *name;
    json_t *value;

    for (size_t i = 0; names && i < papers->count; i++)
        json_object_foreach((json_t *)part_of(papers, i, part), name, value) name_add(names, name);
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
    if (json_is_object(json_object_get(value, "uses"))) /* of a fitness, the grades */
        value = json_object_get(value, "uses");
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

/* One for each document, or one for all of many. */
static size_t columns_of(const struct papers *papers)
{
    return papers->count <= PAPERS_BESIDE ? papers->count : 1;
}

/* Each that differs from the one before it, as far as there is room. */
static const char *texts_joined(struct page *page, const char *const *texts, size_t count)
{
    _cleanup_(buf_clear) struct buf joined = BUF(1 << 16);

    for (size_t i = 0; i < count && joined.len < TEXT_MAX; i++)
        if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0)
            buf_printf(&joined, "%s%.200s", i ? ", " : "", *texts[i] ? texts[i] : "–");
    return cell_keep(&page->cells, buf_text(&joined));
}

/* A row; where all documents say the same, that once; of many, all in one cell. */
static void row_add(struct page *page, const struct papers *papers, const char *name,
                    const char *const *texts)
{
    bool same = all_same(papers, texts), many = papers->count > PAPERS_BESIDE;
    const char *joined = many ? texts_joined(page, texts, papers->count) : NULL;
    struct markup *body = &page->body;

    if (same && !*texts[0])
        return;
    markup_add(body, "<tr class=\"%s\"><th scope=\"row\">",
               same && papers->count > 1 ? "same" : "");
    markup_cut(body, name, 60);
    markup_add(body, "</th>");
    for (size_t i = 0; i < (same ? 1 : columns_of(papers)); i++) {
        if (same)
            markup_add(body, "<td colspan=\"%zu\">", columns_of(papers));
        else
            markup_add(body, "<td>");
        markup_cut(body, joined ? joined : texts[i], TEXT_MAX);
        markup_add(body, "</td>");
    }
    markup_add(body, "</tr>\n");
}

static void rows_add(struct page *page, const struct papers *papers, const char *title,
                     const struct part *part, const struct names *names)
{
    const char **texts = arena_array(page->cells.arena, papers->count, sizeof *texts);

    if (!names || !texts || names->count == 0) {
        if (!texts)
            markup_fail(&page->body, -ENOMEM);
        return;
    }
    markup_add(&page->body, "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%zu\">",
               columns_of(papers) + 1);
    markup_cut(&page->body, title, 60);
    markup_add(&page->body, "</th></tr>\n");
    for (size_t n = 0; n < names->count; n++) {
        for (size_t i = 0; i < papers->count; i++) {
            texts[i] = value_text(page, json_object_get(part_of(papers, i, part), names->list[n]));
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

/* ---- endpoints ---- */

static const json_t *part_first_endpoint(const json_t *document, const char *of)
{
    json_t *endpoints = (json_t *)part_endpoints(document, of);

    return json_object_iter_value(json_object_iter(endpoints));
}

/* Do all endpoints of the document say the same of it? */
static bool is_shared(const json_t *document, const char *name)
{
    const json_t *first = part_first_endpoint(document, NULL);
    const char *endpoint;
    json_t *facts;

    json_object_foreach((json_t *)part_endpoints(document, NULL), endpoint, facts)
    {
        if (!json_equal(json_object_get(facts, name), json_object_get(first, name)))
            return false;
    }
    return json_object_get(first, name);
}

/* Those names that are shared in all documents, or those that are not. */
static struct names names_shared(const struct papers *papers, const struct names *names,
                                 bool wanted)
{
    struct names some = { .count = 0 };

    for (size_t n = 0; n < names->count; n++) {
        bool shared = true;

        for (size_t i = 0; i < papers->count; i++)
            shared = shared && is_shared(papers->list[i].document, names->list[n]);
        if (shared == wanted)
            some.list[some.count++] = names->list[n];
    }
    return some;
}

static void endpoints_add(struct page *page, const struct papers *papers)
{
    const struct names *endpoints = names_of(page, papers, &(struct part){ part_endpoints, NULL });
    struct part first = { part_first_endpoint, NULL };
    struct names *of_first = names_of(page, papers, &first), some;
    bool several = endpoints && endpoints->count > 1;

    if (!endpoints || !of_first)
        return;
    if (several) {
        some = names_shared(papers, of_first, true);
        rows_add(page, papers, "all endpoints", &first, &some);
    }
    for (size_t i = 0; i < endpoints->count; i++) {
        struct part endpoint = { part_endpoint, endpoints->list[i] };
        struct names *names = names_of(page, papers, &endpoint);

        if (!names)
            return;
        some = several ? names_shared(papers, names, false) : *names;
        rows_add(page, papers, endpoints->list[i], &endpoint, &some);
    }
}

/* Which column is whose. */
static void files_add(struct markup *body, const struct papers *papers)
{
    markup_add(body, "<tr><td></td>");
    for (size_t i = 0; i < papers->count; i++) {
        markup_add(body, "<th scope=\"col\">");
        markup_cut(body, papers->list[i].name, 48);
        markup_add(body, "</th>");
    }
    markup_add(body, "</tr>\n");
}

void properties_chart(struct page *page, const struct papers *papers)
{
    struct part run = { part_run, NULL }, facts = { part_facts, NULL };

    page_section(page, "properties", "Properties",
                 papers->count > 1 ? "What all have in common is grey." : NULL);
    page_sheet_begin(page, "Properties", "properties");
    if (papers->count > 1 && papers->count <= PAPERS_BESIDE)
        files_add(&page->body, papers);
    rows_add(page, papers, "run", &run, names_of(page, papers, &run));
    rows_add(page, papers, "cloud", &facts, names_of(page, papers, &facts));
    if (papers->count <= PAPERS_SINGLE)
        endpoints_add(page, papers);
    page_sheet_end(page);
}
