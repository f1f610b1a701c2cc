/* SPDX-License-Identifier: Apache-2.0 */
#include "chart.h"

#include <errno.h>

static void (*const charts[])(struct page *page, const struct papers *papers) = {
    verdict_chart,  thresholds_chart, mesh_chart,       matrix_chart, dots_chart,
    history_chart,  scaling_chart,    latency_chart,    loss_chart,   search_chart,
    timeline_chart, notes_chart,      properties_chart,
};

static const char *title_of(struct page *page, const struct papers *papers)
{
    const json_t *run = json_object_get(papers->list[0].document, "run");
    const char *name = json_text(run, "name");

    if (papers->count > 1)
        return cell_printf(&page->cells, "%zu runs of %.80s", papers->count, name);
    return *name ? name : papers->list[0].name;
}

int charts_format(const struct papers *papers, struct buf *ret, struct vmtp_error *err)
{
    _cleanup_(page_clear) struct page page = { 0 };
    const char *title;

    if (page_init(&page) < 0)
        return vmtp_fail(err, -ENOMEM, "page: out of memory");
    for (size_t i = 0; i < COUNT(charts); i++)
        charts[i](&page, papers);
    title = title_of(&page, papers);
    return page_finish(&page, title ? title : "", ret, err);
}
