/* SPDX-License-Identifier: Apache-2.0
 *
 * What came of it, before anything else: passed, failed or undecided, of how many flows, and how
 * good the measuring itself was.  Of several documents, a line for each.
 */
#include "../result/document.h"
#include "chart.h"

/* What a document comes to. */
struct tally {
    int ok, failed, skipped;        /* results */
    int trials, disturbed, limited; /* trials with that mark */
    int pass, fail, undecided;      /* thresholds */
};

static void trials_count(const json_t *trials, struct tally *tally)
{
    const json_t *trial, *mark;
    size_t i, k;

    json_array_foreach(trials, i, trial)
    {
        tally->trials++;
        json_array_foreach(json_object_get(trial, "marks"), k, mark)
        {
            const char *text = json_string_value(mark);

            tally->disturbed += text && strcmp(text, "disturbed") == 0;
            tally->limited += text && strcmp(text, "generator-limited") == 0;
        }
    }
}

static struct tally tally_make(const struct papers *papers, const json_t *document)
{
    struct tally tally = { 0 };
    const json_t *entry;
    size_t i;

    json_array_foreach(json_object_get(document, "results"), i, entry)
    {
        const char *status = json_text(entry, "status");

        if (!papers_show(papers, entry))
            continue;
        tally.ok += strcmp(status, "ok") == 0;
        tally.failed += strcmp(status, "failed") == 0;
        tally.skipped += strcmp(status, "skipped") == 0;
        trials_count(json_object_get(entry, "trials"), &tally);
    }
    json_array_foreach(json_object_get(document, "thresholds"), i, entry)
    {
        const char *state = json_text(entry, "state");

        tally.pass += strcmp(state, "pass") == 0;
        tally.fail += strcmp(state, "fail") == 0;
        tally.undecided += strcmp(state, "undecided") == 0;
    }
    return tally;
}

/* ---- one document ---- */

struct judgement {
    const char *class, *sign, *word;
};

static struct judgement judgement_of(const json_t *document, const struct tally *tally)
{
    switch (document_verdict(document)) {
    case EXIT_FAIL:
        return (struct judgement){ "fail", "✗", "Failed" };
    case EXIT_PASS:
        if (tally->pass > 0)
            return (struct judgement){ "pass", "✓", "Passed" };
        return (struct judgement){ "pass", "✓", "Measured" };
    default:
        return (struct judgement){ "open", "?", "Undecided" };
    }
}

static void badge_add(struct markup *markup, const struct judgement *judgement)
{
    markup_add(markup, "<span class=\"badge %s\"><i>%s</i></span><span class=\"%s\">%s</span>",
               judgement->class, judgement->sign, judgement->class, judgement->word);
}

/* "3 failed", where there are any. */
static void part_add(struct markup *markup, int count, const char *class, const char *what)
{
    if (count)
        markup_add(markup, "<small class=\"%s\">%d %s</small>", class, count, what);
}

static void tiles_add(struct markup *markup, const struct tally *tally)
{
    markup_add(markup, "<dl class=\"tiles\">\n<div><dt>Flows measured</dt><dd>%d", tally->ok);
    part_add(markup, tally->failed, "fail", "failed");
    part_add(markup, tally->skipped, "open", "skipped");
    markup_add(markup, "</dd></div>\n");
    if (tally->pass + tally->fail + tally->undecided) {
        markup_add(markup, "<div><dt>Thresholds held</dt><dd>%d", tally->pass);
        part_add(markup, tally->fail, "fail", "missed");
        part_add(markup, tally->undecided, "open", "undecided");
        markup_add(markup, "</dd></div>\n");
    }
    markup_add(markup, "<div><dt>Trials</dt><dd>%d", tally->trials);
    part_add(markup, tally->disturbed, "open", "disturbed");
    part_add(markup, tally->limited, "open", "generator-limited");
    markup_add(markup, "</dd></div>\n</dl>\n");
}

/* "2026-11-21 17:05" of a moment in the document. */
static const char *minute_of(struct page *page, const json_t *document)
{
    const char *started = json_text(json_object_get(document, "run"), "started");

    return strlen(started) < 16 ? started
                                : cell_printf(&page->cells, "%.10s %.5s", started, started + 11);
}

static void single_add(struct page *page, const struct papers *papers)
{
    const json_t *document = papers->list[0].document, *run = json_object_get(document, "run");
    const char *name = json_text(run, "name");
    struct tally tally = tally_make(papers, document);
    struct judgement judgement = judgement_of(document, &tally);
    struct markup *body = &page->body;

    markup_add(body, "<div class=\"verdict\">\n<div class=\"what\"><h1>");
    markup_cut(body, *name ? name : papers->list[0].name, 120);
    markup_add(body, "</h1>\n<p class=\"state\">");
    badge_add(body, &judgement);
    markup_add(body, "</p>\n<small>%s UTC · ", minute_of(page, document));
    markup_cut(body, json_text(json_object_get(document, "cloud"), "name"), 60);
    markup_add(body, " · run ");
    markup_cut(body, json_text(run, "id"), 60);
    markup_add(body, "</small></div>\n");
    tiles_add(body, &tally);
    markup_add(body, "</div>\n");
}

/* ---- several ---- */

static void line_add(struct page *page, const struct papers *papers, const struct paper *paper)
{
    struct tally tally = tally_make(papers, paper->document);
    struct judgement judgement = judgement_of(paper->document, &tally);
    struct markup *body = &page->body;

    markup_add(body, "<tr><td class=\"keep\">");
    badge_add(body, &judgement);
    markup_add(body, "</td><th scope=\"row\">");
    markup_cut(body, paper->name, 60);
    markup_add(body, "</th><td>");
    markup_cut(body, json_text(json_object_get(paper->document, "run"), "name"), 60);
    markup_add(body,
               "</td><td class=\"keep\">%s</td><td class=\"num\">%d</td><td class=\"num\">%d</td>"
               "<td class=\"num\">%d</td><td class=\"num\">%d of %d</td><td class=\"num\">%d</td>"
               "<td class=\"num\">%d</td></tr>\n",
               minute_of(page, paper->document), tally.ok, tally.failed, tally.skipped, tally.pass,
               tally.pass + tally.fail + tally.undecided, tally.disturbed, tally.limited);
}

/* "48 passed", of how many documents each. */
static void summary_add(struct page *page, const struct papers *papers)
{
    static const struct judgement all[] = {
        { "fail", "✗", "Failed" },
        { "open", "?", "Undecided" },
        { "pass", "✓", "Passed" },
        { "pass", "✓", "Measured" },
    };

    markup_add(&page->body, "<h1>%zu runs side by side</h1>\n<p class=\"state\">", papers->count);
    for (size_t k = 0; k < COUNT(all); k++) {
        int count = 0;

        for (size_t i = 0; i < papers->count; i++) {
            struct tally tally = tally_make(papers, papers->list[i].document);

            count += strcmp(judgement_of(papers->list[i].document, &tally).word, all[k].word) == 0;
        }
        if (count == 0)
            continue;
        badge_add(&page->body, &all[k]);
        markup_add(&page->body, " <span class=\"%s\">%d</span> &emsp;", all[k].class, count);
    }
    markup_add(&page->body, "</p>\n");
}

static void several_add(struct page *page, const struct papers *papers)
{
    bool folded = papers->count > PAPERS_BESIDE;

    summary_add(page, papers);
    if (folded)
        page_table_begin(page, "Each run");
    else
        page_sheet_begin(page, "Each run", "");
    markup_add(&page->body, "<tr><th scope=\"col\">Verdict</th><th scope=\"col\">File</th>"
                            "<th scope=\"col\">Scenario</th><th scope=\"col\">Started, UTC</th>"
                            "<th scope=\"col\" class=\"num\">Measured</th>"
                            "<th scope=\"col\" class=\"num\">Failed</th>"
                            "<th scope=\"col\" class=\"num\">Skipped</th>"
                            "<th scope=\"col\" class=\"num\">Thresholds held</th>"
                            "<th scope=\"col\" class=\"num\">Trials disturbed</th>"
                            "<th scope=\"col\" class=\"num\">Limited by generator</th></tr>\n");
    for (size_t i = 0; i < papers->count; i++)
        line_add(page, papers, &papers->list[i]);
    if (folded)
        page_table_end(page);
    else
        page_sheet_end(page);
}

void verdict_chart(struct page *page, const struct papers *papers)
{
    page_section(page, "verdict", NULL, NULL);
    if (papers->count == 1)
        single_add(page, papers);
    else
        several_add(page, papers);
}
