/* SPDX-License-Identifier: Apache-2.0
 *
 * What came of it, before anything else: passed, failed or undecided, of how many flows, what
 * limited most of them, and how good the measuring itself was.  Of several documents, a line for
 * each.
 */
#include "../result/document.h"
#include "chart.h"

#define LIMITS_MAX 3 /* that are told of */
#define ERRORS_MAX 3

/* So many results were limited by that. */
struct limit {
    const char *by;
    int count;
};

/* What a document comes to. */
struct tally {
    struct limit limits[LIMITS_MAX]; /* the most frequent first */
    size_t limit_count;
    int unlimited;                  /* nothing says by what */
    int ok, failed, skipped;        /* results */
    int trials, disturbed, limited; /* trials with that mark */
    int pass, fail, undecided;      /* thresholds */
};

static void trials_count(const json_t *trials, struct tally *tally)
{
    const json_t *trial;
    size_t i;

    json_array_foreach(trials, i, trial)
    {
        tally->trials++;
        tally->disturbed += trial_has_mark(trial, "disturbed");
        tally->limited += trial_has_mark(trial, "generator-limited");
    }
}

static void limit_count(struct tally *tally, const char *by)
{
    size_t i = 0;

    while (i < tally->limit_count && strcmp(tally->limits[i].by, by) != 0)
        i++;
    if (i == LIMITS_MAX)
        return;
    if (i == tally->limit_count)
        tally->limits[tally->limit_count++] = (struct limit){ by, 0 };
    tally->limits[i].count++;
    for (; i > 0 && tally->limits[i - 1].count < tally->limits[i].count; i--) {
        struct limit less = tally->limits[i - 1];

        tally->limits[i - 1] = tally->limits[i];
        tally->limits[i] = less;
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
        if (strcmp(status, "ok") != 0)
            continue;
        if (result_limit(entry))
            limit_count(&tally, result_limit(entry));
        else
            tally.unlimited += !!json_object_get(json_object_get(entry, "metrics"), "goodput");
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

/* What most flows were limited by, and what the others were. */
static void limits_add(struct markup *markup, const struct tally *tally)
{
    if (tally->limit_count == 0)
        return;
    markup_add(markup, "<div><dt>Limited by</dt><dd>");
    markup_cut(markup, tally->limits[0].by, 40);
    markup_add(markup, "<small>%d %s</small>", tally->limits[0].count,
               tally->limits[0].count == 1 ? "flow" : "flows");
    for (size_t i = 1; i < tally->limit_count; i++) {
        markup_add(markup, "<small>");
        markup_cut(markup, tally->limits[i].by, 40);
        markup_add(markup, ": %d</small>", tally->limits[i].count);
    }
    if (tally->unlimited)
        markup_add(markup, "<small>not known: %d</small>", tally->unlimited);
    markup_add(markup, "</dd></div>\n");
}

static void tiles_add(struct markup *markup, const struct tally *tally)
{
    markup_add(markup, "<dl class=\"tiles\">\n<div><dt>Flows measured</dt><dd>%d", tally->ok);
    part_add(markup, tally->failed, "fail", "failed");
    part_add(markup, tally->skipped, "open", "skipped");
    markup_add(markup, "</dd></div>\n");
    if (tally->pass + tally->fail + tally->undecided) {
        markup_add(markup, "<div><dt>Thresholds held</dt><dd>%d of %d", tally->pass,
                   tally->pass + tally->fail + tally->undecided);
        part_add(markup, tally->fail, "fail", "missed");
        part_add(markup, tally->undecided, "open", "undecided");
        markup_add(markup, "</dd></div>\n");
    }
    limits_add(markup, tally);
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

/* Why it failed, before anybody has to look for it. */
static void errors_add(struct page *page, const struct papers *papers, const json_t *document)
{
    const json_t *result;
    size_t i, count = 0;

    json_array_foreach(json_object_get(document, "results"), i, result)
    {
        const char *where = cell_where(&page->cells, result);

        if (strcmp(json_text(result, "status"), "failed") != 0 || !papers_show(papers, result) ||
            count++ >= ERRORS_MAX)
            continue;
        markup_add(&page->body, "<p class=\"why\"><b class=\"fail\">✗ ");
        markup_cut(&page->body, json_text(result, "flow"), 40);
        markup_add(&page->body, "</b> <small>");
        markup_cut(&page->body, where ? where : "", 60);
        markup_add(&page->body, "</small> ");
        markup_cut(&page->body, json_text(result, "error"), 160);
        markup_add(&page->body, "</p>\n");
    }
    if (count > ERRORS_MAX)
        markup_add(&page->body, "<p class=\"why muted\">%zu more have failed.</p>\n",
                   count - ERRORS_MAX);
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
    errors_add(page, papers, document);
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
    markup_add(body, "</th><td class=\"keep\">");
    markup_cut(body, tally.limit_count ? tally.limits[0].by : "–", 40);
    markup_add(body, "</td><td>");
    markup_cut(body, json_text(json_object_get(paper->document, "run"), "name"), 60);
    markup_add(body, "</td><td class=\"keep\">%s</td><td class=\"num parts\">%d",
               minute_of(page, paper->document), tally.ok);
    part_add(body, tally.failed, "fail", "failed");
    part_add(body, tally.skipped, "open", "skipped");
    markup_add(body, "</td><td class=\"num\">%d of %d</td><td class=\"num parts\">%d", tally.pass,
               tally.pass + tally.fail + tally.undecided, tally.trials);
    part_add(body, tally.disturbed, "open", "disturbed");
    part_add(body, tally.limited, "open", "generator-limited");
    markup_add(body, "</td></tr>\n");
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
                            "<th scope=\"col\">Most limited by</th>"
                            "<th scope=\"col\">Scenario</th><th scope=\"col\">Started, UTC</th>"
                            "<th scope=\"col\" class=\"num\">Flows measured</th>"
                            "<th scope=\"col\" class=\"num\">Thresholds held</th>"
                            "<th scope=\"col\" class=\"num\">Trials</th></tr>\n");
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
