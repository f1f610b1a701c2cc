/* SPDX-License-Identifier: Apache-2.0
 *
 * greeter: a tool for tests, that runs a program of its name and takes the number it prints.
 */
#include <vmtp/plugin.h>

#include <math.h>
#include <stdlib.h>

static const struct vmtp_metric metrics[] = {
    { .name = VMTP_GOODPUT, .unit = "bit/s", .help = "What it said", .kind = VMTP_GAUGE },
};

static const struct vmtp_program programs[] = {
    { .name = "greeter", .package = "greetings", .roles = VMTP_CLIENT },
};

static int greeter_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                           const struct vmtp_trial *trial, enum vmtp_role role,
                           struct vmtp_argv *ret, struct vmtp_error *err)
{
    (void)self, (void)flow, (void)trial, (void)err;
    if (role == VMTP_CLIENT)
        ret->arg[ret->count++] = "greeter";
    return 0;
}

static int greeter_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                         uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    char *end;
    double value = strtod(text, &end);

    (void)flow, (void)role;
    if (end == text || *end || !isfinite(value))
        return vmtp_fail(err, -EPROTO, "greeter said no number: '%.40s'", text);
    return vmtp_emit(self, 0, time_ns, value, true);
}

static const struct vmtp_tool tool = {
    .size = sizeof tool,
    .command = greeter_command,
    .parse = greeter_parse,
    .programs = VMTP_TABLE(programs),
};

static const struct vmtp_component greeter = {
    .size = sizeof greeter,
    .kind = VMTP_TOOL,
    .name = "greeter",
    .summary = "A number from a program",
    .metrics = VMTP_TABLE(metrics),
    .ops = &tool,
};

VMTP_MODULE(.name = "greeter", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&greeter));
