/* SPDX-License-Identifier: Apache-2.0
 *
 * A document at a glance: a row for each path, a column for each flow with what multiplied in it,
 * and in the cells the figure, how sure it is, how much of the ceiling, and what limited it.
 * Pairs stand there as their sum.
 */
#include "chart.h"
#include "label.h"
#include "svg.h"

#include <errno.h>
#include <math.h>

#define ROWS_MAX    200
#define COLUMNS_MAX 60

struct column_head {
    const char *flow, *labels, *transport;
};

struct matrix {
    struct page *page;
    const json_t *rows[ROWS_MAX]; /* the first result of each */
    struct column_head columns[COLUMNS_MAX];
    const json_t *cells[ROWS_MAX][COLUMNS_MAX]; /* results and aggregates */
    size_t row_count, column_count, left_out;
};

/* ---- what stands where ---- */

/* Endpoints are a place of their own only where there is no path. */
static bool same_place(const json_t *one, const json_t *other)
{
    bool path = *json_text(one, "path") != '\0';

    return strcmp(json_text(one, "path"), json_text(other, "path")) == 0 &&
           strcmp(json_text(one, "placement"), json_text(other, "placement")) == 0 &&
           (path || (strcmp(json_text(one, "from"), json_text(other, "from")) == 0 &&
                     strcmp(json_text(one, "to"), json_text(other, "to")) == 0));
}

static size_t row_find(struct matrix *matrix, const json_t *result)
{
    size_t i = 0;

    while (i < matrix->row_count && !same_place(matrix->rows[i], result))
        i++;
    if (i == matrix->row_count && i < ROWS_MAX)
        matrix->rows[matrix->row_count++] = result;
    return i;
}

static size_t column_find(struct matrix *matrix, const struct column_head *head)
{
    size_t i = 0;

    while (i < matrix->column_count && (strcmp(matrix->columns[i].flow, head->flow) != 0 ||
                                        strcmp(matrix->columns[i].labels, head->labels) != 0))
        i++;
    if (i == matrix->column_count && i < COLUMNS_MAX)
        matrix->columns[matrix->column_count++] = *head;
    return i;
}

static void matrix_put(struct matrix *matrix, const json_t *result)
{
    struct column_head head = {
        .flow = json_text(result, "flow"),
        .labels = label_text(matrix->page, result),
        .transport = result_transport(result),
    };
    size_t row, column;

    if (!head.labels)
        return; /* out of memory: the page knows */
    row = row_find(matrix, result);
    column = column_find(matrix, &head);
    if (row < ROWS_MAX && column < COLUMNS_MAX && !matrix->cells[row][column])
        matrix->cells[row][column] = result;
    else
        matrix->left_out++;
}

/* An aggregate does not say what its pairs spoke: they do. */
static bool pairs_shown(const struct papers *papers, const json_t *results, const char *flow)
{
    const json_t *result;
    size_t i;

    json_array_foreach(results, i, result)
    {
        if (strcmp(json_text(result, "flow"), flow) == 0 && papers_show(papers, result))
            return true;
    }
    return false;
}

static void matrix_fill(struct matrix *matrix, const struct papers *papers, const json_t *document)
{
    const json_t *aggregates = json_object_get(document, "aggregates"), *result;
    size_t i;

    json_array_foreach(json_object_get(document, "results"), i, result)
    {
        if (papers_show(papers, result) && !(json_array_size(aggregates) && result_is_pair(result)))
            matrix_put(matrix, result);
    }
    json_array_foreach(aggregates, i, result)
    {
        if (pairs_shown(papers, json_object_get(document, "results"), json_text(result, "flow")))
            matrix_put(matrix, result);
    }
}

/* ---- a cell ---- */

static void share_draw(struct markup *body, const json_t *figure)
{
    const json_t *share = json_object_get(figure, "of_ceiling");
    double value = json_number_value(share);

    if (!json_is_number(share))
        return;
    svg_begin(body, 5, "share of the ceiling");
    svg_box(body, (struct point){ 0, 0 }, (struct point){ 1, 5 }, "track", NULL);
    svg_box(body, (struct point){ 0, 0 }, (struct point){ fmin(fmax(value, 0), 1), 5 }, "share",
            NULL);
    svg_end(body);
    markup_add(body, "<small>%s of %s</small>", share_text(value).text,
               figure_text(json_number_value(json_object_get(figure, "ceiling")), "bit/s").text);
}

static void figure_add(struct page *page, const json_t *figure, const char *name)
{
    bool distribution = figure_is_distribution(figure);
    struct table *cells = &page->cells;
    const char *span = figure_span(cells, figure);
    const char *p99 = cell_value(cells, figure, "p99");

    markup_add(&page->body, "<b>%s</b>", cell_value(cells, figure, middle_field(figure)));
    if (distribution)
        markup_add(&page->body, "<small>%s, median</small>", name);
    if (distribution && p99)
        markup_add(&page->body, "<small>p99 %s</small>", p99);
    if (!distribution && span)
        markup_add(&page->body, "<small>%s</small>", span);
    if (!distribution && !span)
        markup_add(&page->body, "<small>%s trials, no interval</small>",
                   cell_count(cells, figure, NULL));
    share_draw(&page->body, figure);
}

static void verdict_add(struct markup *body, const char *verdict)
{
    if (strcmp(verdict, "pass") == 0)
        markup_add(body, "<small class=\"pass\">✓ pass</small>");
    if (strcmp(verdict, "fail") == 0)
        markup_add(body, "<small class=\"fail\">✗ fail</small>");
    if (strcmp(verdict, "undecided") == 0)
        markup_add(body, "<small class=\"open\">? undecided</small>");
}

/* What a search found. */
static void search_add(struct page *page, const json_t *result)
{
    const json_t *goal =
        json_array_get(json_object_get(json_object_get(result, "search"), "goals"), 0);
    const json_t *lower = json_object_get(goal, "lower"), *upper = json_object_get(goal, "upper");

    if (lower && upper)
        markup_add(&page->body, "<small>loss of %s between %s and %s</small>",
                   share_exact(json_number_value(json_object_get(goal, "loss"))).text,
                   rate_text(json_number_value(lower)).text,
                   rate_text(json_number_value(upper)).text);
}

static void cell_add(struct page *page, const json_t *result)
{
    const char *status = json_text(result, "status"), *name = "";
    const json_t *figure = main_figure(result, &name);
    const char *loss =
        cell_loss(&page->cells, json_object_get(json_object_get(result, "metrics"), "loss"));
    const char *limit = json_text(result, "limit");

    if (strcmp(status, "failed") == 0)
        markup_add(&page->body, "<b class=\"fail\">✗ failed</b>");
    else if (strcmp(status, "skipped") == 0)
        markup_add(&page->body, "<b class=\"muted\">skipped</b>");
    else if (figure)
        figure_add(page, figure, name);
    else
        markup_add(&page->body, "<b class=\"muted\">no figure</b>");
    search_add(page, result);
    if (loss && strcmp(loss, "0") != 0)
        markup_add(&page->body, "<small>loss %s</small>", loss);
    if (*limit) {
        markup_add(&page->body, "<small>limited by ");
        markup_cut(&page->body, limit, 60);
        markup_add(&page->body, "</small>");
    }
    verdict_add(&page->body, json_text(result, "verdict"));
}

/* ---- the whole ---- */

static void heads_add(const struct matrix *matrix)
{
    struct markup *body = &matrix->page->body;

    markup_add(body, "<tr><th scope=\"col\">path</th>");
    for (size_t i = 0; i < matrix->column_count; i++) {
        const struct column_head *head = &matrix->columns[i];
        bool named = strcmp(head->flow, head->transport) != 0 &&
                     strncmp(head->labels, head->transport, strlen(head->transport)) != 0;

        markup_add(body, "<th scope=\"col\">");
        markup_cut(body, head->flow, 40);
        if (*head->transport && named)
            markup_add(body, "<span class=\"chip\">%s</span>", head->transport);
        markup_add(body, "<small>");
        markup_cut(body, head->labels, 80);
        markup_add(body, "</small></th>");
    }
    markup_add(body, "</tr>\n");
}

static void row_add(const struct matrix *matrix, size_t row)
{
    struct markup *body = &matrix->page->body;

    markup_add(body, "<tr><th scope=\"row\">");
    label_where(matrix->page, matrix->rows[row]);
    markup_add(body, "</th>");
    for (size_t i = 0; i < matrix->column_count; i++) {
        const struct column_head *head = &matrix->columns[i];

        if (!matrix->cells[row][i]) {
            markup_add(body, "<td class=\"none muted\">–</td>");
            continue;
        }
        markup_add(body, "<td data-column=\"");
        markup_cut(body, head->flow, 40);
        markup_add(body, "%s", *head->labels ? " " : "");
        markup_cut(body, head->labels, 80);
        markup_add(body, "\">");
        cell_add(matrix->page, matrix->cells[row][i]);
        markup_add(body, "</td>\n");
    }
    markup_add(body, "</tr>\n");
}

static void matrix_add(struct page *page, const struct papers *papers, const json_t *document)
{
    struct matrix *matrix = arena_alloc(page->cells.arena, sizeof *matrix);

    if (!matrix) {
        markup_fail(&page->body, -ENOMEM);
        return;
    }
    matrix->page = page;
    matrix_fill(matrix, papers, document);
    page_sheet_begin(page, "Paths and flows", "matrix");
    heads_add(matrix);
    for (size_t i = 0; i < matrix->row_count; i++)
        row_add(matrix, i);
    page_sheet_end(page);
    if (matrix->left_out)
        markup_add(&page->body, "<p class=\"muted\">%zu more are not shown.</p>\n",
                   matrix->left_out);
}

void matrix_chart(struct page *page, const struct papers *papers)
{
    if (papers->count > PAPERS_SINGLE)
        return;
    page_section(page, "matrix", "Paths",
                 "The median of the trials with its 95 % interval, and how much "
                 "of what the slowest link can carry that is.");
    for (size_t i = 0; i < papers->count; i++) {
        if (papers->count > 1)
            page_fold_begin(page, papers->list[i].name);
        matrix_add(page, papers, papers->list[i].document);
        if (papers->count > 1)
            page_fold_end(page);
    }
}
