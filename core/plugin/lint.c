/* SPDX-License-Identifier: Apache-2.0 */
#include "lint.h"

#include "option.h"
#include "sized.h"

#define NAME_MAX_BYTES 64
#define SIZE_LIMIT     (1u << 20) /* of an options or state struct */
#define METRICS_MAX    1000
#define PROGRAMS_MAX   16 /* of one tool */
#define ROLES          (VMTP_CLIENT | VMTP_SERVER)

/* The metrics of include/vmtp/metric.h: whoever uses the name means the same. */
static const struct vmtp_metric shared[] = {
    { .name = VMTP_GOODPUT, .unit = "bit/s", .kind = VMTP_GAUGE },
    { .name = VMTP_OFFERED, .unit = "bit/s", .kind = VMTP_GAUGE },
    { .name = VMTP_SENT, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_RECEIVED, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_LOST_SOCKET, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_DUPLICATED, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_REORDERED, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_RETRANSMITS, .unit = "segments", .kind = VMTP_COUNTER },
    { .name = VMTP_SPURIOUS, .unit = "segments", .kind = VMTP_COUNTER },
    { .name = VMTP_RTT, .unit = "s", .kind = VMTP_DISTRIBUTION },
    { .name = VMTP_PDV, .unit = "s", .kind = VMTP_DISTRIBUTION },
    { .name = VMTP_JITTER, .unit = "s", .kind = VMTP_GAUGE },
    { .name = VMTP_CONNECT_RTT, .unit = "s", .kind = VMTP_GAUGE },
    { .name = VMTP_MSS, .unit = "bytes", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_CLIENT, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_SERVER, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_TCP_RTT, .unit = "s", .kind = VMTP_GAUGE },
    { .name = VMTP_TCP_MIN_RTT, .unit = "s", .kind = VMTP_GAUGE },
    { .name = VMTP_CWND, .unit = "bytes", .kind = VMTP_GAUGE },
    { .name = VMTP_BUSY, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_RWND_LIMITED, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_SNDBUF_LIMITED, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_DELIVERY_RATE, .unit = "bit/s", .kind = VMTP_GAUGE },
    { .name = VMTP_PACING_RATE, .unit = "bit/s", .kind = VMTP_GAUGE },
    { .name = VMTP_APP_LIMITED, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_UNSENT, .unit = "bytes", .kind = VMTP_GAUGE },
    { .name = VMTP_RECEIVE_FILL, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_READING, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_SENDER, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_RECEIVER, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_DELAY_SENDER, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_DELAY_RECEIVER, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_LOST_SENDER, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_LOST_NIC_SENDER, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_LOST_NIC_RECEIVER, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_LOST_SOFTNET, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_LOST_REASSEMBLY, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_CPU_BUSY, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_USER, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_NICE, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_SYSTEM, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_IOWAIT, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_IRQ, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_SOFTIRQ, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_STEAL, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_CPU_GUEST, .unit = "ratio", .kind = VMTP_GAUGE },
    { .name = VMTP_STALL, .unit = "s", .kind = VMTP_GAUGE },
    { .name = VMTP_SOFTNET_DROPPED, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_SOFTNET_SQUEEZED, .unit = "1", .kind = VMTP_COUNTER },
    { .name = VMTP_NIC_RX_DROPPED, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_NIC_TX_DROPPED, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_QDISC_DROPPED, .unit = "packets", .kind = VMTP_COUNTER },
    { .name = VMTP_UDP_RCVBUF_ERRORS, .unit = "packets", .kind = VMTP_COUNTER },
};

bool metric_is_shared(const char *name)
{
    for (size_t i = 0; i < COUNT(shared); i++)
        if (strcmp(name, shared[i].name) == 0)
            return true;
    return false;
}

static bool name_is(const char *name, char joint)
{
    size_t len = name ? strnlen(name, NAME_MAX_BYTES) : 0;

    if (len == 0 || len >= NAME_MAX_BYTES || name[0] == joint || name[len - 1] == joint)
        return false;
    for (const char *c = name; *c; c++)
        if ((*c < 'a' || *c > 'z') && (*c < '0' || *c > '9') && *c != joint)
            return false;
    return true;
}

static int metric_lint(const struct vmtp_metric *metric, struct vmtp_error *err)
{
    if (!name_is(metric->name, '_'))
        return vmtp_fail(err, -EINVAL, "metric '%.40s' lacks a snake_case name",
                         metric->name ? metric->name : "");
    if (!metric->unit || !metric->unit[0] || !metric->help || !metric->help[0])
        return vmtp_fail(err, -EINVAL, "metric %s lacks a unit or a help", metric->name);
    if (metric->kind < VMTP_GAUGE || metric->kind > VMTP_DISTRIBUTION)
        return vmtp_fail(err, -ENOTSUP, "metric %s is of kind %u, which this vmtp does not know",
                         metric->name, metric->kind);
    for (size_t i = 0; i < COUNT(shared); i++)
        if (strcmp(metric->name, shared[i].name) == 0 &&
            (strcmp(metric->unit, shared[i].unit) != 0 || metric->kind != shared[i].kind))
            return vmtp_fail(err, -EINVAL,
                             "metric %s is one that all tools share, in %s and of kind %u, "
                             "not in %s and of kind %u",
                             metric->name, shared[i].unit, shared[i].kind, metric->unit,
                             metric->kind);
    return 0;
}

static int metrics_lint(const struct vmtp_table *metrics, struct vmtp_error *err)
{
    int r = 0;

    if (metrics->count == 0)
        return 0;
    if (!metrics->rows || metrics->count > METRICS_MAX ||
        metrics->stride < sizeof(struct vmtp_metric))
        return vmtp_fail(err, -EINVAL, "its table of metrics is damaged");
    r = rows_check(metrics, sizeof(struct vmtp_metric), "a row of its metrics", err);
    for (uint32_t i = 0; r == 0 && i < metrics->count; i++) {
        const struct vmtp_metric *metric = table_row(metrics, i);

        r = metric_lint(metric, err);
        for (uint32_t j = 0; r == 0 && j < i; j++)
            if (strcmp(((const struct vmtp_metric *)table_row(metrics, j))->name, metric->name) ==
                0)
                r = vmtp_fail(err, -EINVAL, "metric %s stands there twice", metric->name);
    }
    return r;
}

static int programs_lint(const struct vmtp_table *programs, struct vmtp_error *err)
{
    if (programs->count == 0)
        return 0;
    if (!programs->rows || programs->count > PROGRAMS_MAX ||
        programs->stride < sizeof(struct vmtp_program))
        return vmtp_fail(err, -EINVAL, "its table of programs is damaged");
    for (uint32_t i = 0; i < programs->count; i++) {
        const struct vmtp_program *program = table_row(programs, i);

        if (!program->name || !program->name[0] || strchr(program->name, '/'))
            return vmtp_fail(err, -EINVAL, "program %u lacks a plain name", i + 1);
        if (!(program->roles & ROLES) || program->roles & ~(uint32_t)ROLES)
            return vmtp_fail(err, -EINVAL, "program %s is for neither end", program->name);
    }
    return rows_check(programs, sizeof(struct vmtp_program), "a row of its programs", err);
}

static int tool_lint(const struct vmtp_tool *tool, const struct vmtp_component *table,
                     struct vmtp_error *err)
{
    if (!tool->run && !(tool->command && tool->parse))
        return vmtp_fail(err, -EINVAL, "gives neither run() nor command() and parse()");
    if (table->metrics.count == 0)
        return vmtp_fail(err, -EINVAL, "has no metrics");
    return programs_lint(&tool->programs, err);
}

static int cloud_lint(const struct vmtp_cloud *cloud, struct vmtp_error *err)
{
    if (!cloud->deploy || !cloud->undeploy || !cloud->reach)
        return vmtp_fail(err, -EINVAL, "lacks deploy(), undeploy() or reach()");
    if (!cloud->spawn || !cloud->signal || !cloud->reap)
        return vmtp_fail(err, -EINVAL, "lacks spawn(), signal() or reap()");
    if (!cloud->paths != !cloud->resolve)
        return vmtp_fail(err, -EINVAL, "gives one of paths() and resolve() without the other");
    if (cloud->endpoint_opt_size > SIZE_LIMIT)
        return vmtp_fail(err, -EINVAL, "asks for %zu bytes of endpoint options",
                         cloud->endpoint_opt_size);
    if (option_table_lint(&cloud->endpoint_options, cloud->endpoint_opt_size, err) < 0)
        return vmtp_wrap(err, "endpoint options");
    return 0;
}

static int ops_lint(const struct component *component, struct vmtp_error *err)
{
    switch (component->table.kind) {
    case VMTP_TOOL:
        return tool_lint(&component->ops.tool, &component->table, err);
    case VMTP_CLOUD:
        return cloud_lint(&component->ops.cloud, err);
    case VMTP_SINK:
        if (!component->ops.sink.record && !component->ops.sink.end)
            return vmtp_fail(err, -EINVAL, "gives neither record() nor end()");
        return 0;
    default:
        if (!component->ops.monitor.run)
            return vmtp_fail(err, -EINVAL, "lacks run()");
        return 0;
    }
}

int component_lint(const struct component *component, struct vmtp_error *err)
{
    const struct vmtp_component *table = &component->table;
    int r;

    if (!name_is(table->name, '-'))
        return vmtp_fail(err, -EINVAL, "component '%.40s' lacks a kebab-case name",
                         table->name ? table->name : "");
    if (!table->summary || !table->summary[0])
        r = vmtp_fail(err, -EINVAL, "lacks a summary");
    else if (table->opt_size > SIZE_LIMIT || table->state_size > SIZE_LIMIT)
        r = vmtp_fail(err, -EINVAL, "asks for %zu bytes of options and %zu of state",
                      table->opt_size, table->state_size);
    else
        r = option_table_lint(&table->options, table->opt_size, err);
    if (r == 0)
        r = metrics_lint(&table->metrics, err);
    if (r == 0)
        r = ops_lint(component, err);
    return r < 0 ? vmtp_wrap(err, "%s %s", kind_name(table->kind), table->name) : 0;
}
