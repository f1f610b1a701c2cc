/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints where each field of the contract is and what each constant is worth.
 *
 * Built with today's headers and with those of each older ABI; layout.sh compares what they print.
 * A new field or struct gets a line here once a minor version has it: the older headers lack it, so
 * its line then stands behind #if VMTP_ABI_MINOR >= N.
 */
#include <stdio.h>
#include <vmtp/plugin.h>

#define FIELD(type, field)                                                                         \
    printf("%s.%s at %zu, %zu bytes\n", #type, #field, offsetof(struct type, field),               \
           sizeof(((struct type *)0)->field))
#define VALUE(name) printf("%s %d\n", #name, (int)(name))

static void choice(void)
{
    FIELD(vmtp_choice, name);
    FIELD(vmtp_choice, value);
    FIELD(vmtp_choice, help);
}

static void list(void)
{
    FIELD(vmtp_list, items);
    FIELD(vmtp_list, count);
}

static void pair(void)
{
    FIELD(vmtp_pair, name);
    FIELD(vmtp_pair, value);
}

static void map(void)
{
    FIELD(vmtp_map, pairs);
    FIELD(vmtp_map, count);
}

static void option(void)
{
    FIELD(vmtp_option, name);
    FIELD(vmtp_option, help);
    FIELD(vmtp_option, type);
    FIELD(vmtp_option, flags);
    FIELD(vmtp_option, offset);
    FIELD(vmtp_option, def);
    FIELD(vmtp_option, min);
    FIELD(vmtp_option, max);
    FIELD(vmtp_option, choices);
    FIELD(vmtp_option, item);
}

static void table(void)
{
    FIELD(vmtp_table, rows);
    FIELD(vmtp_table, count);
    FIELD(vmtp_table, stride);
}

static void metric(void)
{
    FIELD(vmtp_metric, name);
    FIELD(vmtp_metric, unit);
    FIELD(vmtp_metric, help);
    FIELD(vmtp_metric, kind);
    FIELD(vmtp_metric, flags);
}

static void bucket(void)
{
    FIELD(vmtp_bucket, index);
    FIELD(vmtp_bucket, count);
}

static void histogram(void)
{
    FIELD(vmtp_histogram, size);
    FIELD(vmtp_histogram, buckets);
    FIELD(vmtp_histogram, count);
    FIELD(vmtp_histogram, scale);
    FIELD(vmtp_histogram, min);
    FIELD(vmtp_histogram, max);
}

static void error(void)
{
    FIELD(vmtp_error, code);
    FIELD(vmtp_error, where);
    FIELD(vmtp_error, text);
}

static void endpoint(void)
{
    FIELD(vmtp_endpoint, size);
    FIELD(vmtp_endpoint, name);
    FIELD(vmtp_endpoint, address);
    FIELD(vmtp_endpoint, location);
    FIELD(vmtp_endpoint, priv);
}

static void flow(void)
{
    FIELD(vmtp_flow, size);
    FIELD(vmtp_flow, key);
    FIELD(vmtp_flow, path);
    FIELD(vmtp_flow, client);
    FIELD(vmtp_flow, server);
    FIELD(vmtp_flow, address);
    FIELD(vmtp_flow, family);
    FIELD(vmtp_flow, mtu);
}

static void trial(void)
{
    FIELD(vmtp_trial, size);
    FIELD(vmtp_trial, number);
    FIELD(vmtp_trial, warmup_ns);
    FIELD(vmtp_trial, duration_ns);
    FIELD(vmtp_trial, interval_ns);
    FIELD(vmtp_trial, rate_bps);
    FIELD(vmtp_trial, streams);
}

static void sample(void)
{
    FIELD(vmtp_sample, size);
    FIELD(vmtp_sample, subject);
    FIELD(vmtp_sample, metric);
    FIELD(vmtp_sample, final);
    FIELD(vmtp_sample, time_ns);
    FIELD(vmtp_sample, value);
    FIELD(vmtp_sample, part);
}

static void event(void)
{
    FIELD(vmtp_event, size);
    FIELD(vmtp_event, subject);
    FIELD(vmtp_event, kind);
    FIELD(vmtp_event, time_ns);
    FIELD(vmtp_event, text);
}

static void spawn(void)
{
    FIELD(vmtp_spawn, size);
    FIELD(vmtp_spawn, argv);
}

static void line(void)
{
    FIELD(vmtp_line, text);
    FIELD(vmtp_line, len);
    FIELD(vmtp_line, fd);
    FIELD(vmtp_line, time_ns);
}

static void exec(void)
{
    FIELD(vmtp_exec, size);
    FIELD(vmtp_exec, argv);
    FIELD(vmtp_exec, deadline_ns);
    FIELD(vmtp_exec, line);
    FIELD(vmtp_exec, arg);
}

static void host(void)
{
    FIELD(vmtp_host, size);
    FIELD(vmtp_host, abi_minor);
    FIELD(vmtp_host, log);
    FIELD(vmtp_host, alloc);
    FIELD(vmtp_host, cancel_fd);
    FIELD(vmtp_host, deadline_ns);
    FIELD(vmtp_host, pause);
    FIELD(vmtp_host, progress);
    FIELD(vmtp_host, emit);
    FIELD(vmtp_host, emit_histogram);
    FIELD(vmtp_host, emit_event);
    FIELD(vmtp_host, ready);
    FIELD(vmtp_host, spawn);
    FIELD(vmtp_host, process_write);
    FIELD(vmtp_host, process_line);
    FIELD(vmtp_host, process_stop);
    FIELD(vmtp_host, exec);
    FIELD(vmtp_host, put);
    FIELD(vmtp_host, helper);
    FIELD(vmtp_host, endpoint);
    FIELD(vmtp_host, owns);
    FIELD(vmtp_host, freed);
    FIELD(vmtp_host, version);
    FIELD(vmtp_host, fact);
    FIELD(vmtp_host, ask);
}

static void self(void)
{
    FIELD(vmtp_self, host);
    FIELD(vmtp_self, opt);
    FIELD(vmtp_self, state);
}

static void argv(void)
{
    FIELD(vmtp_argv, arg);
    FIELD(vmtp_argv, count);
}

static void reasons(void)
{
    FIELD(vmtp_reasons, add);
}

static void facts(void)
{
    FIELD(vmtp_facts, size);
    FIELD(vmtp_facts, json);
    FIELD(vmtp_facts, cpus);
    FIELD(vmtp_facts, mtu);
}

static void cost(void)
{
    FIELD(vmtp_cost, size);
    FIELD(vmtp_cost, extra_ns);
    FIELD(vmtp_cost, bytes);
    FIELD(vmtp_cost, port);
    FIELD(vmtp_cost, alone);
    FIELD(vmtp_cost, slack_ns);
}

static void program(void)
{
    FIELD(vmtp_program, name);
    FIELD(vmtp_program, package);
    FIELD(vmtp_program, roles);
}

static void tool(void)
{
    FIELD(vmtp_tool, size);
    FIELD(vmtp_tool, can_run);
    FIELD(vmtp_tool, plan);
    FIELD(vmtp_tool, prepare);
    FIELD(vmtp_tool, finish);
    FIELD(vmtp_tool, run);
    FIELD(vmtp_tool, command);
    FIELD(vmtp_tool, parse);
    FIELD(vmtp_tool, whole);
    FIELD(vmtp_tool, ready_text);
    FIELD(vmtp_tool, programs);
    FIELD(vmtp_tool, rated);
    FIELD(vmtp_tool, streamed);
}

static void path(void)
{
    FIELD(vmtp_path, name);
    FIELD(vmtp_path, help);
}

static void route(void)
{
    FIELD(vmtp_route, size);
    FIELD(vmtp_route, path);
    FIELD(vmtp_route, placement);
    FIELD(vmtp_route, from);
    FIELD(vmtp_route, to);
    FIELD(vmtp_route, family);
}

static void want(void)
{
    FIELD(vmtp_want, size);
    FIELD(vmtp_want, name);
    FIELD(vmtp_want, opt);
}

static void reach(void)
{
    FIELD(vmtp_reach, size);
    FIELD(vmtp_reach, address);
    FIELD(vmtp_reach, mtu);
    FIELD(vmtp_reach, rate_bps);
    FIELD(vmtp_reach, overhead_bytes);
    FIELD(vmtp_reach, proof);
    FIELD(vmtp_reach, doubt);
}

static void channel(void)
{
    FIELD(vmtp_channel, size);
    FIELD(vmtp_channel, in);
    FIELD(vmtp_channel, out);
    FIELD(vmtp_channel, err);
    FIELD(vmtp_channel, ended);
    FIELD(vmtp_channel, priv);
}

static void owned(void)
{
    FIELD(vmtp_owned, kind);
    FIELD(vmtp_owned, id);
    FIELD(vmtp_owned, age_ns);
}

static void need(void)
{
    FIELD(vmtp_need, size);
    FIELD(vmtp_need, kind);
    FIELD(vmtp_need, count);
}

static void cloud(void)
{
    FIELD(vmtp_cloud, size);
    FIELD(vmtp_cloud, endpoint_options);
    FIELD(vmtp_cloud, endpoint_opt_size);
    FIELD(vmtp_cloud, paths);
    FIELD(vmtp_cloud, placements);
    FIELD(vmtp_cloud, resolve);
    FIELD(vmtp_cloud, deploy);
    FIELD(vmtp_cloud, undeploy);
    FIELD(vmtp_cloud, reach);
    FIELD(vmtp_cloud, spawn);
    FIELD(vmtp_cloud, signal);
    FIELD(vmtp_cloud, reap);
    FIELD(vmtp_cloud, put);
    FIELD(vmtp_cloud, check_endpoint);
    FIELD(vmtp_cloud, needs);
    FIELD(vmtp_cloud, asks);
}

static void record(void)
{
    FIELD(vmtp_record, size);
    FIELD(vmtp_record, run);
    FIELD(vmtp_record, flow);
    FIELD(vmtp_record, subject);
    FIELD(vmtp_record, metric);
    FIELD(vmtp_record, unit);
    FIELD(vmtp_record, kind);
    FIELD(vmtp_record, trial);
    FIELD(vmtp_record, final);
    FIELD(vmtp_record, wall_ns);
    FIELD(vmtp_record, value);
    FIELD(vmtp_record, failed);
    FIELD(vmtp_record, search);
    FIELD(vmtp_record, part);
}

static void question(void)
{
    FIELD(vmtp_question, size);
    FIELD(vmtp_question, run);
    FIELD(vmtp_question, protocol);
    FIELD(vmtp_question, encapsulation);
    FIELD(vmtp_question, since_wall_ns);
    FIELD(vmtp_question, until_wall_ns);
    FIELD(vmtp_question, most);
}

static void sink(void)
{
    FIELD(vmtp_sink, size);
    FIELD(vmtp_sink, begin);
    FIELD(vmtp_sink, record);
    FIELD(vmtp_sink, end);
    FIELD(vmtp_sink, takes_stdout);
    FIELD(vmtp_sink, recall);
}

static void monitor(void)
{
    FIELD(vmtp_monitor, size);
    FIELD(vmtp_monitor, run);
}

static void component(void)
{
    FIELD(vmtp_component, size);
    FIELD(vmtp_component, kind);
    FIELD(vmtp_component, name);
    FIELD(vmtp_component, summary);
    FIELD(vmtp_component, options);
    FIELD(vmtp_component, metrics);
    FIELD(vmtp_component, opt_size);
    FIELD(vmtp_component, state_size);
    FIELD(vmtp_component, check);
    FIELD(vmtp_component, open);
    FIELD(vmtp_component, close);
    FIELD(vmtp_component, ops);
}

static void module(void)
{
    FIELD(vmtp_module, size);
    FIELD(vmtp_module, abi_major);
    FIELD(vmtp_module, abi_minor);
    FIELD(vmtp_module, name);
    FIELD(vmtp_module, version);
    FIELD(vmtp_module, license);
    FIELD(vmtp_module, url);
    FIELD(vmtp_module, components);
}

static void constants(void)
{
    VALUE(VMTP_BOOL);
    VALUE(VMTP_INT);
    VALUE(VMTP_UINT);
    VALUE(VMTP_REAL);
    VALUE(VMTP_STRING);
    VALUE(VMTP_ENUM);
    VALUE(VMTP_DURATION);
    VALUE(VMTP_SIZE);
    VALUE(VMTP_RATE);
    VALUE(VMTP_ADDRESS);
    VALUE(VMTP_PORT);
    VALUE(VMTP_PATH);
    VALUE(VMTP_LIST);
    VALUE(VMTP_MAP);
    VALUE(VMTP_REQUIRED);
    VALUE(VMTP_SECRET);
    VALUE(VMTP_DEPRECATED);
    VALUE(VMTP_GAUGE);
    VALUE(VMTP_COUNTER);
    VALUE(VMTP_DISTRIBUTION);
    VALUE(VMTP_LOWER_IS_BETTER);
    VALUE(VMTP_NOTE);
    VALUE(VMTP_GENERATOR_LIMITED);
    VALUE(VMTP_DISTURBED);
    VALUE(VMTP_LOST_CONNECTION);
    VALUE(VMTP_DEBUG);
    VALUE(VMTP_INFO);
    VALUE(VMTP_WARN);
    VALUE(VMTP_CLIENT);
    VALUE(VMTP_SERVER);
    VALUE(VMTP_TOOL);
    VALUE(VMTP_CLOUD);
    VALUE(VMTP_SINK);
    VALUE(VMTP_MONITOR);
    VALUE(VMTP_ARGV_MAX);
    VALUE(VMTP_ADDRESS_MAX);
    VALUE(VMTP_BUCKET_BITS);
    VALUE(VMTP_BUCKETS);
}

int main(void)
{
    choice();
    list();
    pair();
    map();
    option();
    table();
    metric();
    bucket();
    histogram();
    error();
    endpoint();
    flow();
    trial();
    sample();
    event();
    spawn();
    line();
    exec();
    host();
    self();
    argv();
    reasons();
    facts();
    cost();
    program();
    tool();
    path();
    route();
    want();
    reach();
    channel();
    owned();
    need();
    cloud();
    record();
    question();
    sink();
    monitor();
    component();
    module();
    constants();
    puts(VMTP_SYMBOL);
    return 0;
}
