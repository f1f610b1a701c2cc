/* SPDX-License-Identifier: Apache-2.0
 *
 * Everybody to everybody: a table with a row for each endpoint that sent and a column for each that
 * received, the darker the more.  What lies far from all the others is marked.  Flows whose pairs
 * have only one partner each are no mesh.
 */
#include "../report/cells.h"
#include "../result/stats.h"
#include "axis.h"
#include "chart.h"
#include "pick.h"

#include <math.h>

#define NODES_MAX   32
#define RESULTS_MAX (NODES_MAX * NODES_MAX)
#define NAME_MAX    24
#define LEVELS      8
#define FAR         3.5    /* standard deviations, by the median's */
#define OF_NORMAL   0.6745 /* a normal distribution's median deviation */

struct mesh {
    struct page *page;
    const char *from[NODES_MAX], *to[NODES_MAX];
    size_t from_count, to_count;
    const json_t *cells[NODES_MAX][NODES_MAX];
    double values[NODES_MAX * NODES_MAX];
    size_t count;
    const char *unit, *metric;
    double median, deviation;
    struct extent extent;
};

/* ---- which results are one mesh ---- */

static bool is_same_flow(const json_t *one, const json_t *other)
{
    static const char *const ends[] = { "from", "to", NULL };

    return entries_alike(one, other, ends);
}

/* NODES_MAX: there is none. */
static size_t node_find(const char *const *nodes, size_t count, const char *name)
{
    size_t i = 0;

    while (i < count && strcmp(nodes[i], name) != 0)
        i++;
    return i < count ? i : NODES_MAX;
}

/* In the order of their names and numbers: "n2" before "n10". */
static void node_add(const char **nodes, size_t *count, const char *name)
{
    size_t at = *count;

    if (*count == NODES_MAX || node_find(nodes, *count, name) < NODES_MAX)
        return;
    for (; at > 0 && strverscmp(nodes[at - 1], name) > 0; at--)
        nodes[at] = nodes[at - 1];
    nodes[at] = name;
    ++*count;
}

static void nodes_add(struct mesh *mesh, const json_t *result)
{
    node_add(mesh->from, &mesh->from_count, json_text(result, "from"));
    node_add(mesh->to, &mesh->to_count, json_text(result, "to"));
}

static void mesh_put(struct mesh *mesh, const json_t *result)
{
    const json_t *figure = main_figure(result, &mesh->metric);
    size_t from = node_find(mesh->from, mesh->from_count, json_text(result, "from"));
    size_t to = node_find(mesh->to, mesh->to_count, json_text(result, "to"));
    double value = figure ? figure_middle(figure) : NAN;

    if (from == NODES_MAX || to == NODES_MAX || isnan(value) || mesh->cells[from][to])
        return;
    mesh->cells[from][to] = figure;
    mesh->unit = json_text(figure, "unit");
    mesh->values[mesh->count++] = value;
    extent_add(&mesh->extent, value);
}

/* How far figures are from their median, by the median. */
static void spread_find(struct mesh *mesh)
{
    double away[NODES_MAX * NODES_MAX];

    mesh->median = stats_median(mesh->values, mesh->count);
    for (size_t i = 0; i < mesh->count; i++)
        away[i] = fabs(mesh->values[i] - mesh->median);
    mesh->deviation = stats_median(away, mesh->count);
}

/* Of the results from this one on; nothing if one before it is of the same flow. */
static void mesh_fill(struct mesh *mesh, const struct papers *papers, const json_t *results,
                      size_t at, void (*put)(struct mesh *mesh, const json_t *result))
{
    const json_t *first = json_array_get(results, at), *result;
    size_t i;

    json_array_foreach(results, i, result)
    {
        if (i >= RESULTS_MAX || (i < at && is_same_flow(first, result)))
            return;
        if (i >= at && papers_show(papers, result) && is_same_flow(first, result))
            put(mesh, result);
    }
}

/* Has anybody more than one partner? */
static bool mesh_is_one(const struct mesh *mesh)
{
    size_t most = mesh->from_count > mesh->to_count ? mesh->from_count : mesh->to_count;

    return mesh->from_count > 1 && mesh->to_count > 1 && mesh->count > most;
}

/* ---- the table ---- */

/* How dark: 0 to LEVELS - 1. */
static int level_of(const struct mesh *mesh, double value)
{
    double span = mesh->extent.high - mesh->extent.low;

    return span > 0 ? (int)((value - mesh->extent.low) / span * (LEVELS - 0.01)) : LEVELS / 2;
}

static const char *sign_of(const struct mesh *mesh, double value)
{
    double away = (value - mesh->median) * OF_NORMAL;

    if (!(fabs(away) > FAR * mesh->deviation) || fabs(away) < 0.01 * fabs(mesh->median))
        return "";
    return away > 0 ? "▲ " : "▼ ";
}

static void cell_add(const struct mesh *mesh, const json_t *figure)
{
    struct markup *body = &mesh->page->body;
    double value = figure ? figure_middle(figure) : NAN;

    if (isnan(value))
        markup_add(body, "<td class=\"num none\">–</td>");
    else
        markup_add(body, "<td class=\"num h%d\">%s%s</td>", level_of(mesh, value),
                   sign_of(mesh, value), figure_text(value, mesh->unit).text);
}

static void row_add(const struct mesh *mesh, size_t from)
{
    struct markup *body = &mesh->page->body;

    markup_add(body, "<tr><th scope=\"row\">");
    markup_cut(body, mesh->from[from], NAME_MAX);
    markup_add(body, " →</th>");
    for (size_t to = 0; to < mesh->to_count; to++)
        cell_add(mesh, mesh->cells[from][to]);
    markup_add(body, "</tr>\n");
}

static void table_add(const struct mesh *mesh)
{
    struct markup *body = &mesh->page->body;

    markup_add(body,
               "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
               "<table class=\"mesh\">\n<tr><td></td>",
               mesh->metric);
    for (size_t to = 0; to < mesh->to_count; to++) {
        markup_add(body, "<th scope=\"col\" class=\"num\">→ ");
        markup_cut(body, mesh->to[to], NAME_MAX);
        markup_add(body, "</th>");
    }
    markup_add(body, "</tr>\n");
    for (size_t from = 0; from < mesh->from_count; from++)
        row_add(mesh, from);
    markup_add(body, "</table></div>\n");
}

/* ---- all of them ---- */

static void heading_add(struct page *page, const struct papers *papers, const struct paper *paper,
                        const struct mesh *mesh, const json_t *result)
{
    const char *of = json_text(result, "flow");

    page_heading(
        page, papers->count > 1
                  ? cell_printf(&page->cells, "%.40s: %.40s, %.40s", paper->name, of, mesh->metric)
                  : cell_printf(&page->cells, "%.40s, %.40s", of, mesh->metric));
}

static void meshes_add(struct page *page, const struct papers *papers, const struct paper *paper,
                       bool *begun)
{
    const json_t *results = json_object_get(paper->document, "results");

    _free_ struct mesh *mesh = malloc(sizeof *mesh);

    page->cells.failed = page->cells.failed || !mesh;
    for (size_t i = 0; mesh && i < json_array_size(results) && i < RESULTS_MAX; i++) {
        *mesh = (struct mesh){ .page = page };
        mesh_fill(mesh, papers, results, i, nodes_add);
        mesh_fill(mesh, papers, results, i, mesh_put);
        if (!mesh_is_one(mesh))
            continue;
        if (!*begun)
            page_section(
                page, "mesh", "From each to each",
                "Who sent stands at the left, who received above: the stronger the colour, the "
                "more. "
                "▲ and ▼ are far from all the others.");
        *begun = true;
        spread_find(mesh);
        heading_add(page, papers, paper, mesh, json_array_get(results, i));
        table_add(mesh);
    }
}

void mesh_chart(struct page *page, const struct papers *papers)
{
    bool begun = false;

    for (size_t i = 0; papers->count <= PAPERS_SINGLE && i < papers->count; i++)
        meshes_add(page, papers, &papers->list[i], &begun);
}
