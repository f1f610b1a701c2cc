/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

#include "../base/units.h"
#include "ceiling.h"

#include <math.h>
#include <strings.h>

int terms_row(const struct measurement *measurement, const char *metric)
{
    const struct component *tool = measurement->flow->variant->tool;

    for (uint32_t i = 0; i < tool->table.metrics.count; i++)
        if (strcmp(component_metric(tool, i)->name, metric) == 0)
            return (int)i;
    return -1;
}

static const char *option_of(const struct measurement *measurement, const char *name)
{
    const struct variant *variant = measurement->flow->variant;

    for (size_t i = 0; i < variant->option_count; i++)
        if (strcmp(variant->options[i].name, name) == 0 && variant->options[i].value)
            return variant->options[i].value;
    return "";
}

static double rate_of(const char *text)
{
    uint64_t bps;

    return rate_parse(text, &bps) == 0 && bps ? (double)bps : NAN;
}

static double size_of(const char *text)
{
    uint64_t bytes;

    return size_parse(text, &bytes) == 0 && bytes ? (double)bytes : NAN;
}

/* Some tools have one size for both ends. */
static double buffer_of(const struct measurement *measurement, const char *name)
{
    double bytes = size_of(option_of(measurement, name));

    return isnan(bytes) ? size_of(option_of(measurement, "window")) : bytes;
}

static void ends_make(const struct measurement *measurement, struct terms *ret)
{
    const struct vmtp_route *route = &measurement->flow->route;
    const char *client = route->from ? route->from : "", *server = route->to ? route->to : "";
    bool down = strcmp(option_of(measurement, "direction"), "down") == 0;

    ret->both = strcmp(option_of(measurement, "direction"), "both") == 0;
    ret->senders[0] = ret->receivers[1] = down ? server : client;
    ret->receivers[0] = ret->senders[1] = down ? client : server;
    if (ret->both)
        return;
    ret->senders[1] = ret->receivers[1] = NULL;
    ret->sender_cpu = down ? VMTP_CPU_SERVER : VMTP_CPU_CLIENT;
    ret->receiver_cpu = down ? VMTP_CPU_CLIENT : VMTP_CPU_SERVER;
}

/* Without an option `protocol` it is what its metrics say. */
static void protocol_make(const struct measurement *measurement, struct terms *ret)
{
    const char *protocol = option_of(measurement, "protocol");

    ret->udp = strcasecmp(protocol, "udp") == 0 || strcasecmp(protocol, "multicast") == 0;
    ret->tcp = strcasecmp(protocol, "tcp") == 0;
    if (!*protocol)
        ret->tcp = terms_row(measurement, VMTP_RETRANSMITS) >= 0;
}

struct terms terms_make(const struct measurement *measurement)
{
    struct terms terms = { .asked_bps = rate_of(option_of(measurement, "rate")) };
    double connections;

    protocol_make(measurement, &terms);
    ends_make(measurement, &terms);
    terms.spins = strcmp(option_of(measurement, "wait"), "spin") == 0;
    terms.ceiling_bps = measurement_ceiling(measurement) * (terms.both ? 2 : 1);
    terms.asked_bps *= terms.both ? 2 : 1;
    terms.send_buffer_bytes = buffer_of(measurement, "send-buffer");
    terms.receive_buffer_bytes = buffer_of(measurement, "receive-buffer");
    terms.streams = 1;
    if (real_parse(option_of(measurement, "connections"), &connections) == 0 && connections >= 1)
        terms.streams = connections;
    return terms;
}
