/* SPDX-License-Identifier: Apache-2.0
 *
 * Where packets went: of all that a flow sent, what each stage of the way dropped, what the network
 * lost, and what arrived.  Flows that lost nothing are a sentence.
 */
#include "../report/cells.h"
#include "chart.h"
#include "pick.h"
#include "svg.h"

#include <math.h>

#define FLOWS_MAX 20
#define HEIGHT    26.0
#define LEAST     0.004 /* of the width: what was lost is to be seen, however little */

/* The stages in which packets are lost, in the order of the way. */
static const struct stage {
    const char *field, *class, *what;
} stages[] = {
    { "sender", "bar s3", "dropped by the sender's queue" },
    { "nic_sender", "bar s3", "dropped by the sender's interface" },
    { "network", "bar network", "lost in the network" },
    { "nic_receiver", "bar s5", "dropped by the receiver's interface" },
    { "softnet", "bar s5", "dropped by the receiver's backlog" },
    { "reassembly", "bar s5", "fragments without the rest" },
    { "socket", "bar socket", "dropped by the socket" },
};

#define STAGES COUNT(stages)

/* What became of the packets of a flow, one after the other. */
struct way {
    double sent, received, lost[STAGES], unknown;
};

static const json_t *loss_of(const struct pick *pick)
{
    return json_object_get(json_object_get(pick->entry, "metrics"), "loss");
}

static struct way way_of(const struct pick *pick)
{
    const json_t *loss = loss_of(pick);
    struct way way = { .sent = number_of(loss, "sent"), .received = number_of(loss, "received") };

    for (size_t i = 0; i < STAGES; i++)
        way.lost[i] = number_of(loss, stages[i].field);
    if (!json_object_get(loss, "network"))
        way.unknown = way.sent - way.received;
    return way;
}

static bool has_loss(const struct pick *pick)
{
    struct way way = way_of(pick);

    return way.sent > 0 && way.received >= 0 && way.received < way.sent;
}

static bool has_none(const struct pick *pick)
{
    struct way way = way_of(pick);

    return way.sent > 0 && way.received >= way.sent;
}

/* A part of the bar, how it looks and what is written on it where there is room. */
struct part {
    double count;
    const char *class, *ink, *what;
};

/* From where the part before it ended; returns its own end.  shrink makes room for small parts. */
static double part_draw(struct page *page, const struct way *way, double from,
                        const struct part *part, double shrink)
{
    struct number share = share_text(part->count / way->sent);
    double width = fmin(fmax(part->count / way->sent - shrink, LEAST), 1 - from);

    if (!(part->count > 0))
        return from;
    svg_box(&page->body, (struct point){ from, 3 }, (struct point){ width, HEIGHT - 6 },
            part->class,
            cell_printf(&page->cells, "%s: %.0f packets, %s", part->what, part->count, share.text));
    if (width > 0.4)
        svg_text(&page->body, (struct point){ from + width / 2, HEIGHT / 2 + 4 }, ANCHOR_MIDDLE,
                 part->ink, part->what);
    return from + width;
}

/* From left to right; returns how many there are. */
static size_t parts_make(const struct way *way, struct part ret[STAGES + 2])
{
    size_t count = 0;

    ret[count++] = (struct part){ way->received, "bar received", "label", "received" };
    for (size_t i = 0; i < STAGES && !(way->unknown > 0); i++)
        if (way->lost[i] > 0)
            ret[count++] = (struct part){ way->lost[i], stages[i].class, "on", stages[i].what };
    if (way->unknown > 0)
        ret[count++] = (struct part){ way->unknown, "bar network", "on", "lost" };
    return count;
}

static void way_draw(struct page *page, const struct way *way, const char *name)
{
    struct part parts[STAGES + 2];
    size_t count = parts_make(way, parts);
    double at = 0, shrink = 0;

    for (size_t i = 1; i < count; i++)
        shrink += fmax(LEAST - parts[i].count / way->sent, 0);
    svg_begin(&page->body, HEIGHT, cell_printf(&page->cells, "Packets of %.200s", name));
    for (size_t i = 0; i < count; i++)
        at = part_draw(page, way, at, &parts[i], i == 0 ? shrink : 0);
    svg_end(&page->body);
}

static void count_add(struct markup *body, double count)
{
    if (isnan(count))
        markup_add(body, "<td class=\"num\">–</td>");
    else
        markup_add(body, "<td class=\"num\">%.0f</td>", count);
}

static void flow_row(struct page *page, const struct picks *picks, const struct pick *pick)
{
    struct way way = way_of(pick);
    const char *name = pick_name(page, picks, pick);

    if (!name)
        return;
    markup_add(&page->body, "<div class=\"row\"><div class=\"name\">%s</div>\n", name);
    way_draw(page, &way, name);
    markup_add(
        &page->body, "<div class=\"figure\">%s lost<small>%.0f of %.0f</small></div></div>\n",
        share_text((way.sent - way.received) / way.sent).text, way.sent - way.received, way.sent);
}

/* Does any of the flows know of it? */
static bool stage_is_known(const struct picks *picks, size_t stage)
{
    for (size_t i = 0; i < picks->count; i++)
        if (!isnan(way_of(&picks->list[i]).lost[stage]))
            return true;
    return false;
}

static void table_row(struct page *page, const struct picks *picks, const struct pick *pick)
{
    struct way way = way_of(pick);

    markup_add(&page->body, "<tr><th scope=\"row\">%s</th>", pick_name(page, picks, pick));
    count_add(&page->body, way.sent);
    for (size_t i = 0; i < STAGES; i++)
        if (stage_is_known(picks, i))
            count_add(&page->body, way.lost[i]);
    count_add(&page->body, way.received);
    markup_add(&page->body, "</tr>\n");
}

static void table_add(struct page *page, const struct picks *picks)
{
    struct markup *body = &page->body;

    page_table_begin(page, "Packets");
    markup_add(body, "<tr><th scope=\"col\">Flow</th><th scope=\"col\" class=\"num\">sent</th>");
    for (size_t i = 0; i < STAGES; i++)
        if (stage_is_known(picks, i))
            markup_add(body, "<th scope=\"col\" class=\"num\">%s</th>", stages[i].what);
    markup_add(body, "<th scope=\"col\" class=\"num\">received</th></tr>\n");
    for (size_t i = 0; i < picks->count; i++)
        table_row(page, picks, &picks->list[i]);
    page_table_end(page);
}

void loss_chart(struct page *page, const struct papers *papers)
{
    struct picks picks = picks_make(papers, "results", FLOWS_MAX, has_loss);
    struct picks none = picks_make(papers, "results", 0, has_none);

    if (!picks.count)
        return;
    page_section(page, "loss", "Loss",
                 "What became of the packets that each flow sent, stage by stage. What a socket "
                 "dropped was there: its host was too slow to take it.");
    for (size_t i = 0; i < picks.count; i++)
        flow_row(page, &picks, &picks.list[i]);
    if (none.left)
        markup_add(&page->body, "<p class=\"muted\">%zu more %s and lost nothing.</p>\n", none.left,
                   none.left == 1 ? "flow counted its packets" : "flows counted their packets");
    picks_left(page, &picks);
    table_add(page, &picks);
}
