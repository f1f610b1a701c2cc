/* SPDX-License-Identifier: Apache-2.0
 *
 * What was expected, and what became of it: the thresholds of all documents, the worst first.
 */
#include "chart.h"

#define SHOWN_MAX 50

static const struct state {
    const char *name, *class, *sign;
} states[] = { { "fail", "fail", "✗" }, { "undecided", "open", "?" }, { "pass", "pass", "✓" } };

/* Of the results that make it what it is, the first reason. */
static const char *why_of(const json_t *threshold, const char *state)
{
    const json_t *result;
    size_t i;

    json_array_foreach(json_object_get(threshold, "results"), i, result)
    {
        if (strcmp(json_text(result, "state"), state) == 0 && *json_text(result, "why"))
            return json_text(result, "why");
    }
    return "";
}

static size_t count_of(const json_t *threshold, const char *state)
{
    const json_t *result;
    size_t i, count = 0;

    json_array_foreach(json_object_get(threshold, "results"), i, result) count +=
        strcmp(json_text(result, "state"), state) == 0;
    return count;
}

static void threshold_add(struct markup *body, const char *file, const json_t *threshold,
                          const struct state *state)
{
    const char *flow = json_text(threshold, "flow");

    markup_add(body, "<tr><td class=\"keep %s\">%s %s</td>", state->class, state->sign,
               state->name);
    if (file) {
        markup_add(body, "<td>");
        markup_cut(body, file, 48);
        markup_add(body, "</td>");
    }
    markup_add(body, "<th scope=\"row\">");
    markup_cut(body, *flow ? flow : "all flows", 60);
    markup_add(body, "</th><td>");
    markup_cut(body, json_text(threshold, "metric"), 60);
    markup_add(body, " ");
    markup_cut(body, json_text(threshold, "expect"), 60);
    markup_add(body, "</td><td class=\"keep\">%zu of %zu</td><td>",
               count_of(threshold, state->name),
               json_array_size(json_object_get(threshold, "results")));
    markup_cut(body, why_of(threshold, state->name), 200);
    markup_add(body, "</td></tr>\n");
}

static void state_add(struct page *page, const struct papers *papers, const struct state *state,
                      size_t *shown)
{
    for (size_t p = 0; p < papers->count; p++) {
        const struct paper *paper = &papers->list[p];
        const json_t *threshold;
        size_t i;

        json_array_foreach(json_object_get(paper->document, "thresholds"), i, threshold)
        {
            if (strcmp(json_text(threshold, "state"), state->name) == 0 && (*shown)++ < SHOWN_MAX)
                threshold_add(&page->body, papers->count > 1 ? paper->name : NULL, threshold,
                              state);
        }
    }
}

static void table_add(struct page *page, const struct papers *papers, size_t kinds)
{
    size_t shown = 0;

    page_sheet_begin(page, "Thresholds", "");
    markup_add(&page->body, "<tr><th scope=\"col\">state</th>");
    if (papers->count > 1)
        markup_add(&page->body, "<th scope=\"col\">file</th>");
    markup_add(&page->body, "<th scope=\"col\">flow</th><th scope=\"col\">expected</th>"
                            "<th scope=\"col\">paths</th><th scope=\"col\">why</th></tr>\n");
    for (size_t i = 0; i < kinds; i++)
        state_add(page, papers, &states[i], &shown);
    page_sheet_end(page);
    if (shown > SHOWN_MAX)
        markup_add(&page->body, "<p class=\"muted\">%zu more are in the documents.</p>\n",
                   shown - SHOWN_MAX);
}

static size_t thresholds_count(const struct papers *papers, const char *state)
{
    const json_t *threshold;
    size_t i, count = 0;

    for (size_t p = 0; p < papers->count; p++)
        json_array_foreach(json_object_get(papers->list[p].document, "thresholds"), i, threshold)
            count += strcmp(json_text(threshold, "state"), state) == 0;
    return count;
}

/* Of many documents those that were held are only counted. */
void thresholds_chart(struct page *page, const struct papers *papers)
{
    size_t held = thresholds_count(papers, "pass");
    size_t others = thresholds_count(papers, "fail") + thresholds_count(papers, "undecided");
    bool counted = papers->count > PAPERS_BESIDE;

    if (held + others == 0)
        return;
    page_section(page, "thresholds", "Thresholds", NULL);
    if (counted)
        markup_add(&page->body, "<p class=\"lead\">%zu of %zu were held.</p>\n", held,
                   held + others);
    if (!counted || others)
        table_add(page, papers, COUNT(states) - counted);
}
