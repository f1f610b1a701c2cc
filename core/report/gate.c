/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"

#include "../base/units.h"

#include <math.h>

static bool is_named(const struct gate *gate, const char *name)
{
    return strlen(name) == gate->len && strncmp(gate->name, name, gate->len) == 0;
}

static int share_read(const char *text, const char *value, double *ret, struct vmtp_error *err)
{
    if (share_parse(value, ret) == 0 && *ret <= 1)
        return 0;
    return vmtp_fail(err, -EINVAL, "gate '%.40s': '%.20s' is no share of 0 to 1; write 5%% or 0.05",
                     text, value);
}

int gates_parse(struct gates *gates, const char *text, struct vmtp_error *err)
{
    const char *value = strchr(text, '=');
    struct gate gate = { .name = text, .share = NAN };
    int r = 0;

    if (!value)
        return share_read(text, text, &gates->share, err);
    gate.len = (size_t)(value++ - text);
    if (gate.len == 0)
        return vmtp_fail(err, -EINVAL, "gate '%.40s': no metric before the '='", text);
    if (gates->count == GATES_MAX)
        return vmtp_fail(err, -E2BIG, "gate '%.40s': more than %d gates", text, GATES_MAX);
    if (strcmp(value, "off") != 0)
        r = share_read(text, value, &gate.share, err);
    if (r == 0)
        gates->each[gates->count++] = gate;
    return r;
}

/* What the person said last; NULL: nothing. */
static const struct gate *gate_find(const struct gates *gates, const char *name)
{
    for (size_t i = gates->count; i > 0; i--)
        if (is_named(&gates->each[i - 1], name))
            return &gates->each[i - 1];
    return NULL;
}

/* Ping's own mean stands for what it has no single replies of. */
static bool is_usual(const char *name, const json_t *names)
{
    static const char *const usual[] = { "goodput", "transactions", "rtt.p50", "loss" };

    for (size_t i = 0; i < COUNT(usual); i++)
        if (strcmp(name, usual[i]) == 0)
            return true;
    return strcmp(name, "rtt_avg") == 0 && !json_object_get(names, "rtt.p50");
}

double gate_of(const struct gates *gates, const struct quantity *quantity, const json_t *names)
{
    bool median = quantity->statistic && strcmp(quantity->statistic, "p50") == 0;
    const struct gate *gate;
    char name[128];

    snprintf(name, sizeof name, "%.100s%s%.20s", quantity->metric, quantity->statistic ? "." : "",
             quantity->statistic ? quantity->statistic : "");
    gate = gate_find(gates, name);
    if (!gate && median)
        gate = gate_find(gates, quantity->metric);
    if (gate)
        return gate->share;
    if (!is_usual(name, names))
        return NAN;
    return strcmp(name, "loss") == 0 ? GATE_LOSS : gates->share;
}
