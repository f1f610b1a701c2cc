/* SPDX-License-Identifier: Apache-2.0
 *
 * A document at a glance: a row for each path, a column for each flow with what multiplied in it
 * (turned where these are many), and in the cells the figure, how sure it is, how much of the
 * ceiling, and what limited it. Pairs stand there as their sum.
 */
#include "chart.h"
#include "label.h"
#include "svg.h"

#include <errno.h>
#include <math.h>

#define ROWS_MAX       200
#define COLUMNS_MAX    60
#define ROWS_IN_SIGHT  40
#define COLUMNS_BESIDE 6 /* as a page is wide */

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

/* Is there anything of a flow, or of any (NULL)?  An aggregate does not say what its pairs spoke:
 * they do. */
static bool flow_shown(const struct papers *papers, const json_t *results, const char *flow)
{
    const json_t *result;
    size_t i;

    json_array_foreach(results, i, result)
    {
        if ((!flow || strcmp(json_text(result, "flow"), flow) == 0) && papers_show(papers, result))
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
        if (flow_shown(papers, json_object_get(document, "results"), json_text(result, "flow")))
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

static void trials_add(struct page *page, const json_t *figure)
{
    const char *count = cell_count(&page->cells, figure, NULL);

    if (count)
        markup_add(&page->body, "<small>%s %s</small>", count,
                   strcmp(count, "1") == 0 ? "trial" : "trials, no interval");
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
        trials_add(page, figure);
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
    const char *limit = strcmp(status, "ok") == 0 ? result_limit(result) : NULL;

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
    if (limit) {
        markup_add(&page->body, "<small>limited by ");
        markup_cut(&page->body, limit, 60);
        markup_add(&page->body, "</small>");
    }
    verdict_add(&page->body, json_text(result, "verdict"));
}

/* ---- the whole ---- */

static void flow_head(const struct matrix *matrix, size_t i)
{
    const struct column_head *head = &matrix->columns[i];
    struct markup *body = &matrix->page->body;
    bool named = strcmp(head->flow, head->transport) != 0 &&
                 strncmp(head->labels, head->transport, strlen(head->transport)) != 0;

    markup_cut(body, head->flow, 40);
    if (*head->transport && named)
        markup_add(body, "<span class=\"chip\">%s</span>", head->transport);
    markup_add(body, "<small>");
    markup_cut(body, head->labels, 80);
    markup_add(body, "</small>");
}

static void place_head(const struct matrix *matrix, size_t i)
{
    label_where(matrix->page, matrix->rows[i]);
}

/* The same without markup, for an attribute. */
static void flow_words(const struct matrix *matrix, size_t i)
{
    const struct column_head *head = &matrix->columns[i];
    struct markup *body = &matrix->page->body;

    markup_cut(body, head->flow, 40);
    markup_add(body, "%s", *head->labels ? " " : "");
    markup_cut(body, head->labels, 80);
}

static void place_words(const struct matrix *matrix, size_t i)
{
    const char *where = cell_where(&matrix->page->cells, matrix->rows[i]);

    markup_cut(&matrix->page->body, where ? where : "", 80);
}

/* What runs down the page, and what across it. */
struct side {
    size_t count;
    void (*head)(const struct matrix *matrix, size_t i);
    void (*words)(const struct matrix *matrix, size_t i);
};

static void heads_add(const struct matrix *matrix, const struct side *across)
{
    struct markup *body = &matrix->page->body;

    markup_add(body, "<tr><th scope=\"col\">%s</th>", across->head == flow_head ? "path" : "flow");
    for (size_t i = 0; i < across->count; i++) {
        markup_add(body, "<th scope=\"col\">");
        across->head(matrix, i);
        markup_add(body, "</th>");
    }
    markup_add(body, "</tr>\n");
}

static void row_add(const struct matrix *matrix, const struct side *down, const struct side *across,
                    size_t row)
{
    struct markup *body = &matrix->page->body;

    markup_add(body, "<tr><th scope=\"row\">");
    down->head(matrix, row);
    markup_add(body, "</th>");
    for (size_t i = 0; i < across->count; i++) {
        const json_t *result =
            across->head == flow_head ? matrix->cells[row][i] : matrix->cells[i][row];

        if (!result) {
            markup_add(body, "<td class=\"none muted\">–</td>");
            continue;
        }
        markup_add(body, "<td data-column=\"");
        across->words(matrix, i);
        markup_add(body, "\">");
        cell_add(matrix->page, result);
        markup_add(body, "</td>\n");
    }
    markup_add(body, "</tr>\n");
}

/* Paths run down, unless there are more flows beside each other than a page is wide. */
static void table_add(const struct matrix *matrix)
{
    struct side paths = { matrix->row_count, place_head, place_words };
    struct side flows = { matrix->column_count, flow_head, flow_words };
    bool turned = flows.count > COLUMNS_BESIDE && flows.count > paths.count;
    const struct side *down = turned ? &flows : &paths, *across = turned ? &paths : &flows;

    page_sheet_begin(matrix->page, "Paths and flows", "matrix");
    heads_add(matrix, across);
    for (size_t i = 0; i < down->count; i++)
        row_add(matrix, down, across, i);
    page_sheet_end(matrix->page);
}

/* Folded away where there are several, or more rows than one looks at. */
static void matrix_add(struct page *page, const struct papers *papers, const struct paper *paper)
{
    struct matrix *matrix = arena_alloc(page->cells.arena, sizeof *matrix);
    bool several = papers->count > 1, folded;

    if (!matrix) {
        markup_fail(&page->body, -ENOMEM);
        return;
    }
    matrix->page = page;
    matrix_fill(matrix, papers, paper->document);
    folded = several || matrix->row_count > ROWS_IN_SIGHT;
    if (folded)
        page_fold_begin(page, several ? paper->name : "All paths");
    table_add(matrix);
    if (matrix->left_out)
        markup_add(&page->body, "<p class=\"muted\">%zu more are not shown.</p>\n",
                   matrix->left_out);
    if (folded)
        page_fold_end(page);
}

void matrix_chart(struct page *page, const struct papers *papers)
{
    bool any = false;

    for (size_t i = 0; i < papers->count; i++)
        any = any || flow_shown(papers, json_object_get(papers->list[i].document, "results"), NULL);
    if (!any || papers->count > PAPERS_SINGLE)
        return;
    page_section(page, "matrix", "Paths",
                 "The median of the trials with its 95 % interval, what share that is of what the "
                 "slowest link can carry, and what limited it.");
    for (size_t i = 0; i < papers->count; i++)
        matrix_add(page, papers, &papers->list[i]);
}
