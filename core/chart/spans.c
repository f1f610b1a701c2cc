/* SPDX-License-Identifier: Apache-2.0 */
#include "spans.h"

#include "../report/cells.h"
#include "pick.h"

#include <math.h>

#define SLOTS      120
#define CAUSES_MAX 16

/* The causes that occur, in the order found. */
struct causes {
    const char *name[CAUSES_MAX];
    double count[CAUSES_MAX];
    size_t n;
};

static size_t cause_at(struct causes *causes, const char *name)
{
    size_t i = 0;

    while (i < causes->n && strcmp(causes->name[i], name) != 0)
        i++;
    if (i == CAUSES_MAX)
        return CAUSES_MAX - 1;
    if (i == causes->n)
        causes->name[causes->n++] = name;
    return i;
}

static const json_t *spans_of(const json_t *result)
{
    return json_object_get(json_object_get(result, "limit"), "spans");
}

bool spans_known(const json_t *result)
{
    return json_array_size(spans_of(result)) > 0;
}

static double warmup_of(const json_t *result, json_int_t number)
{
    const json_t *trial;
    size_t i;

    json_array_foreach(json_object_get(result, "trials"), i, trial)
    {
        if (json_integer_value(json_object_get(trial, "number")) == number)
            return fmax(number_of(trial, "warmup"), 0);
    }
    return 0;
}

/* Which slots of the axis a span has. */
static void span_count(const json_t *result, const json_t *span, const struct axis *time,
                       struct causes *causes, double slots[SLOTS][CAUSES_MAX])
{
    double warmup = warmup_of(result, json_integer_value(json_object_get(span, "trial")));
    double from = axis_at(time, number_of(span, "since") - warmup) * SLOTS;
    double to = axis_at(time, number_of(span, "until") - warmup) * SLOTS;
    size_t cause = cause_at(causes, json_text(span, "cause"));

    if (!(from >= 0) || !(to > from))
        return;
    for (double slot = floor(from + 0.5); slot < fmin(floor(to + 0.5), SLOTS); slot++)
        slots[(size_t)slot][cause]++;
}

/* CAUSES_MAX: none. */
static size_t slot_cause(const double slot[CAUSES_MAX])
{
    size_t most = CAUSES_MAX;

    for (size_t i = 0; i < CAUSES_MAX; i++)
        if (slot[i] > 0 && (most == CAUSES_MAX || slot[i] > slot[most]))
            most = i;
    return most;
}

void spans_draw(struct page *page, const json_t *result, const struct axis *time, double y)
{
    double slots[SLOTS][CAUSES_MAX] = { { 0 } };
    struct causes causes = { .n = 0 };
    const json_t *span;
    size_t i;

    json_array_foreach(spans_of(result), i, span) span_count(result, span, time, &causes, slots);
    for (size_t from = 0, to; from < SLOTS; from = to) {
        size_t cause = slot_cause(slots[from]);

        for (to = from + 1; to < SLOTS && slot_cause(slots[to]) == cause;)
            to++;
        if (cause == CAUSES_MAX)
            continue;
        svg_box(&page->body, (struct point){ (double)from / SLOTS, y },
                (struct point){ (double)(to - from) / SLOTS, SPANS_HEIGHT },
                cell_printf(&page->cells, "bar s%zu", (cause + 2) % SVG_SERIES),
                cell_printf(&page->cells, "limited by: %.60s", causes.name[cause]));
    }
}

void spans_cell(struct page *page, const json_t *result, const json_t *trial)
{
    json_int_t number = json_integer_value(json_object_get(trial, "number"));
    struct causes causes = { .n = 0 };
    const json_t *span;
    double all = 0;
    size_t i;

    json_array_foreach(spans_of(result), i, span)
    {
        double seconds = number_of(span, "until") - number_of(span, "since");

        if (json_integer_value(json_object_get(span, "trial")) != number || !(seconds > 0))
            continue;
        causes.count[cause_at(&causes, json_text(span, "cause"))] += seconds;
        all += seconds;
    }
    markup_add(&page->body, "<td>%s", causes.n ? "" : "–");
    for (i = 0; i < causes.n; i++) {
        markup_add(&page->body, i ? ", " : "");
        markup_cut(&page->body, causes.name[i], 40);
        markup_add(&page->body, " %.0f %%", causes.count[i] / all * 100);
    }
    markup_add(&page->body, "</td>");
}
