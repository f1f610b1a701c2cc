/* SPDX-License-Identifier: Apache-2.0 */
#include "ceiling.h"

#include "repeat.h"

#include <math.h>

#define TCP_BYTES 20
#define TIMESTAMP_BYTES                                                                            \
    12 /* RFC 7323: ten, and two to align; Linux sends them unless told not to */
#define UDP_BYTES      8
#define FRAGMENT_BYTES 8 /* RFC 8200: the extension header of a fragment */

static double ip_bytes(uint32_t family)
{
    return family == 6 ? 40 : 20;
}

double ceiling_tcp(const struct vmtp_reach *reach, uint32_t family, double payload_bytes)
{
    double headers = ip_bytes(family) + TCP_BYTES + TIMESTAMP_BYTES;
    double packet;

    if (!reach->rate_bps || (!reach->mtu && payload_bytes <= 0))
        return NAN;
    if (payload_bytes <= 0)
        payload_bytes = reach->mtu - headers;
    packet = payload_bytes + headers;
    if (reach->mtu && packet > reach->mtu)
        packet = reach->mtu; /* a full segment without timestamps */
    if (payload_bytes <= 0 || packet < payload_bytes)
        return NAN;
    return (double)reach->rate_bps * payload_bytes / (packet + reach->overhead_bytes);
}

double ceiling_udp(const struct vmtp_reach *reach, uint32_t family, double payload_bytes)
{
    double datagram = payload_bytes + UDP_BYTES, header = ip_bytes(family), packets = 1;

    if (!reach->rate_bps || !reach->mtu || !(payload_bytes > 0))
        return NAN;
    if (datagram + header > reach->mtu) {
        if (family == 6)
            header += FRAGMENT_BYTES;
        packets = ceil(datagram / (floor((reach->mtu - header) / 8) * 8));
    }
    if (!(packets >= 1) || !isfinite(packets))
        return NAN;
    return (double)reach->rate_bps * payload_bytes /
           (datagram + packets * (header + reach->overhead_bytes));
}

static double final_median(const struct measurement *measurement, const char *name)
{
    const struct component *tool = measurement->flow->variant->tool;
    _free_ double *values = calloc(measurement->trial_count + 1, sizeof *values);

    for (uint32_t i = 0; values && i < tool->table.metrics.count; i++)
        if (strcmp(component_metric(tool, i)->name, name) == 0)
            return stats_median(values, measurement_finals(measurement, i, values));
    return NAN;
}

static const char *variant_option(const struct variant *variant, const char *name)
{
    for (size_t i = 0; i < variant->option_count; i++)
        if (strcmp(variant->options[i].name, name) == 0)
            return variant->options[i].value;
    return "";
}

/* The option `length` where a tool has one; 0 where it leaves that to the tool. */
static double option_length(const struct variant *variant)
{
    const struct vmtp_table *options = &variant->tool->table.options;

    for (uint32_t i = 0; variant->opt && i < options->count; i++) {
        const struct vmtp_option *option = table_row(options, i);
        uint64_t bytes;

        if (option->type != VMTP_SIZE || strcmp(option->name, "length") != 0)
            continue;
        memcpy(&bytes, (const char *)variant->opt + option->offset, sizeof bytes);
        return (double)bytes;
    }
    return 0;
}

/* As measured, it is only as exact as the trial's duration: just above what the MTU holds, it is
 * taken for that and not for two fragments. */
static double datagram_length(const struct measurement *measurement)
{
    const struct planned_flow *flow = measurement->flow;
    double length = option_length(flow->variant), fits;

    if (length > 0)
        return length;
    length = final_median(measurement, VMTP_GOODPUT) * ((double)flow->spec->duration_ns / 1e9) / 8 /
             final_median(measurement, VMTP_RECEIVED);
    fits = measurement->reach.mtu - ip_bytes(flow->route.family) - UDP_BYTES;
    return length > fits && length < fits * 1.05 ? fits : length;
}

double measurement_ceiling(const struct measurement *measurement)
{
    const char *protocol = variant_option(measurement->flow->variant, "protocol");
    double mss = final_median(measurement, VMTP_MSS);
    uint32_t family = measurement->flow->route.family;

    if (strcmp(protocol, "tcp") == 0 || (!*protocol && mss > 0))
        return ceiling_tcp(&measurement->reach, family, mss > 0 ? mss : 0);
    if (strcmp(protocol, "udp") == 0 || !*protocol)
        return ceiling_udp(&measurement->reach, family, datagram_length(measurement));
    return NAN;
}
