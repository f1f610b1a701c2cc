/* SPDX-License-Identifier: Apache-2.0 */
#include "causes.h"

#include "../base/text.h"

#include <errno.h>

#define ARROW_WIDTH 3

static const char *cause_of(const json_t *result)
{
    return json_text(json_object_get(result, "limit"), "cause");
}

const char *cell_limit(const json_t *result)
{
    const char *by = json_text(json_object_get(result, "limit"), "by");

    if (strcmp(cause_of(result), "unknown") == 0)
        return "unknown";
    return *by ? by : NULL;
}

/* That a rate was reached which nobody could exceed is in the table already. */
static bool is_finding(const char *cause)
{
    return *cause && strcmp(cause, "line-rate") != 0 && strcmp(cause, "pacing") != 0;
}

static bool is_of(const json_t *result, const char *flow, const char *cause)
{
    return strcmp(json_text(result, "flow"), flow) == 0 && strcmp(cause_of(result), cause) == 0;
}

/* ---- lines of the style's width ---- */

static size_t columns_of(const char *text, size_t len)
{
    char word[512];

    snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1), text);
    return text_width(word);
}

/* Words as far as they fit, then a new line, indented. */
static int words_add(struct table *table, struct buf *ret, const char *text, size_t at,
                     size_t indent)
{
    int r = 0;

    while (r == 0 && *text) {
        size_t len = strcspn(text, " "), columns = columns_of(text, len);

        if (at > indent && at + 1 + columns > table->style->width) {
            r = buf_printf(ret, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            r = buf_add_text(ret, " ");
            at++;
        }
        r = r < 0 ? r : buf_add(ret, text, len);
        at += columns;
        text += len + strspn(text + len, " ");
    }
    return r < 0 ? r : buf_add_text(ret, "\n");
}

/* ---- causes ---- */

static const char *first_evidence(struct table *table, const json_t *limit)
{
    const char *first = json_string_value(json_array_get(json_object_get(limit, "evidence"), 0));

    return cell_plain(table, first ? first : "");
}

static int cause_format(struct table *table, const json_t *result, size_t same, size_t all,
                        struct buf *ret)
{
    const json_t *limit = json_object_get(result, "limit");
    const char *by = cell_plain(table, json_text(limit, "by"));
    const char *evidence = first_evidence(table, limit);
    const char *advice = cell_plain(table, json_text(limit, "advice"));
    const char *count =
        all > 1 ? cell_printf(table, " (%zu of %zu)", same, all) : cell_keep(table, "");
    const char *head;
    int r;

    if (table->failed)
        return -ENOMEM;
    head =
        cell_printf(table, "limited by %s%s%s%.300s", by, count, *evidence ? ": " : "", evidence);
    r = head ? buf_add_text(ret, "  ") : -ENOMEM;
    r = r < 0 ? r : words_add(table, ret, head, 2, 2);
    if (r < 0 || !*advice)
        return r;
    r = buf_printf(ret, "  %s ", table->style->utf8 ? "→" : ">");
    return r < 0 ? r : words_add(table, ret, advice, 2 + ARROW_WIDTH - 1, 2 + ARROW_WIDTH - 1);
}

/* Has the same cause been told of a result before it? */
static bool told_before(const json_t *results, const char *flow, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_of(json_array_get(results, i), flow, cause_of(json_array_get(results, at))))
            return true;
    return false;
}

int causes_format(struct table *table, const json_t *results, const char *flow, struct buf *ret)
{
    const json_t *result;
    size_t i, k, all = 0;
    int r = 0;

    json_array_foreach(results, i, result) all += strcmp(json_text(result, "flow"), flow) == 0;
    json_array_foreach(results, i, result)
    {
        const char *cause = cause_of(result);
        const json_t *other;
        size_t same = 0;

        if (r < 0 || !is_finding(cause) || !is_of(result, flow, cause) ||
            told_before(results, flow, i))
            continue;
        json_array_foreach(results, k, other) same += is_of(other, flow, cause);
        r = cause_format(table, result, same, all, ret);
    }
    return r;
}

/* ---- losses ---- */

/* In the order of the way. */
static const struct {
    const char *field, *where;
} stages[] = {
    { "sender", "sender's queue" },
    { "nic_sender", "sender's interface" },
    { "network", "network" },
    { "nic_receiver", "receiver's interface" },
    { "softnet", "receiver's backlog" },
    { "reassembly", "reassembly" },
    { "socket", "receiving socket" },
};

static int loss_format(struct table *table, const json_t *result, const json_t *loss,
                       struct buf *ret)
{
    _cleanup_(buf_clear) struct buf line = BUF(1024);
    const char *key = json_text(result, "key"), *rest = strchr(key, ',');
    bool first = true;
    int r = buf_printf(
        &line, "lost %lld of %lld:", (long long)json_integer_value(json_object_get(loss, "lost")),
        (long long)json_integer_value(json_object_get(loss, "sent")));

    for (size_t i = 0; i < COUNT(stages) && r == 0; i++) {
        const json_t *count = json_object_get(loss, stages[i].field);

        if (json_integer_value(count) <= 0)
            continue;
        r = buf_printf(&line, "%s %s %lld", first ? "" : ",", stages[i].where,
                       (long long)json_integer_value(count));
        first = false;
    }
    r = r < 0 ? r : buf_printf(&line, "  (%.200s)", rest ? rest + 1 : key);
    r = r < 0 ? r : buf_add_text(ret, "  ");
    return r < 0 ? r : words_add(table, ret, cell_plain(table, buf_text(&line)), 2, 4);
}

int losses_format(struct table *table, const json_t *results, const char *flow, struct buf *ret)
{
    const json_t *result;
    size_t i;
    int r = 0;

    json_array_foreach(results, i, result)
    {
        const json_t *loss = json_object_get(json_object_get(result, "metrics"), "loss");

        if (r == 0 && strcmp(json_text(result, "flow"), flow) == 0 &&
            json_integer_value(json_object_get(loss, "lost")) > 0 &&
            json_object_get(loss, "network"))
            r = loss_format(table, result, loss, ret);
    }
    return r;
}
