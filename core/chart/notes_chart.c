/* SPDX-License-Identifier: Apache-2.0
 *
 * What was noted of single results, and what happened to a run as a whole.
 */
#include "chart.h"

#define NOTES_SHOWN 200 /* of one document */

static bool has_notes(const json_t *result)
{
    return json_array_size(json_object_get(result, "notes")) || *json_text(result, "error") ||
           *json_text(result, "reason");
}

static void note_add(struct markup *body, const char *class, const char *text)
{
    if (!*text)
        return;
    markup_add(body, "<li class=\"%s\">", class);
    markup_cut(body, text, 400);
    markup_add(body, "</li>");
}

static void result_add(struct page *page, const json_t *result)
{
    const char *where = cell_where(&page->cells, result);
    struct markup *body = &page->body;
    const json_t *note;
    size_t i;

    markup_add(body, "<tr><th scope=\"row\">");
    markup_cut(body, json_text(result, "flow"), 40);
    markup_add(body, "</th><td>");
    markup_cut(body, where ? where : "", 80);
    markup_add(body, "</td><td><ul>");
    note_add(body, "fail", json_text(result, "error"));
    note_add(body, "open", json_text(result, "reason"));
    json_array_foreach(json_object_get(result, "notes"), i, note)
        note_add(body, "", json_string_value(note) ? json_string_value(note) : "");
    markup_add(body, "</ul></td></tr>\n");
}

static void event_add(struct markup *body, const json_t *event)
{
    markup_add(body, "<tr><th scope=\"row\">%s</th><td>%s</td><td>", json_text(event, "kind"),
               json_text(event, "time"));
    if (*json_text(event, "subject"))
        markup_add(body, "%s: ", json_text(event, "subject"));
    markup_cut(body, json_text(event, "text"), 400);
    markup_add(body, "</td></tr>\n");
}

static size_t notes_count(const struct papers *papers, const json_t *document)
{
    size_t count = json_array_size(json_object_get(document, "events")), i;
    const json_t *result;

    json_array_foreach(json_object_get(document, "results"), i, result) count +=
        papers_show(papers, result) && has_notes(result);
    return count;
}

static void document_add(struct page *page, const struct papers *papers, const json_t *document)
{
    size_t shown = 0, count = notes_count(papers, document), i;
    const json_t *entry;

    page_sheet_begin(page, "Notes", "");
    json_array_foreach(json_object_get(document, "events"), i, entry)
    {
        if (shown++ < NOTES_SHOWN)
            event_add(&page->body, entry);
    }
    json_array_foreach(json_object_get(document, "results"), i, entry)
    {
        if (papers_show(papers, entry) && has_notes(entry) && shown++ < NOTES_SHOWN)
            result_add(page, entry);
    }
    page_sheet_end(page);
    if (count > NOTES_SHOWN)
        markup_add(&page->body, "<p class=\"muted\">%zu more are in the document.</p>\n",
                   count - NOTES_SHOWN);
}

void notes_chart(struct page *page, const struct papers *papers)
{
    size_t count = 0;

    for (size_t i = 0; i < papers->count; i++)
        count += notes_count(papers, papers->list[i].document);
    if (count == 0 || papers->count > PAPERS_SINGLE)
        return;
    page_section(page, "notes", "Notes", "What to know beside the figures.");
    for (size_t i = 0; i < papers->count; i++) {
        if (notes_count(papers, papers->list[i].document) == 0)
            continue;
        if (papers->count > 1)
            page_fold_begin(page, papers->list[i].name);
        document_add(page, papers, papers->list[i].document);
        if (papers->count > 1)
            page_fold_end(page);
    }
}
