/* SPDX-License-Identifier: Apache-2.0 */
#include "ask.h"

#include "program.h"
#include "reasons.h"

/* can_run() and plan() are pure: their instance has options and zeroed state, was never opened,
 * and is lent a log and memory. */
struct asked {
    struct vmtp_self self;
    const struct log *log;
    struct arena *arena;
};

_printf_(3, 0) static void asked_log(struct vmtp_self *self, int level, const char *fmt, va_list ap)
{
    log_vline(CONTAINER(self, struct asked, self)->log, (enum vmtp_level)level, "", fmt, ap);
}

static void *asked_alloc(struct vmtp_self *self, size_t size)
{
    return arena_alloc(CONTAINER(self, struct asked, self)->arena, size);
}

static const struct vmtp_host asked_host = {
    .size = sizeof asked_host,
    .abi_minor = VMTP_ABI_MINOR,
    .log = asked_log,
    .alloc = asked_alloc,
};

static int ask(void *arg, const struct plan *plan, const struct planned_flow *flow,
               const struct vmtp_trial *trial, struct vmtp_cost *ret, const char **ret_reason,
               struct vmtp_error *err)
{
    struct arena *arena = plan->arena;
    const struct component *component = flow->variant->tool;
    const struct vmtp_tool *tool = &component->ops.tool;
    struct vmtp_flow table = { .size = sizeof table,
                               .key = flow->key,
                               .path = flow->route.path,
                               .family = flow->route.family };
    struct asked asked = { .self = { .host = &asked_host, .opt = flow->variant->opt },
                           .log = arg,
                           .arena = arena };
    struct reasons reasons;

    *ret = (struct vmtp_cost){ .size = sizeof *ret };
    *ret_reason = NULL;
    asked.self.state = arena_alloc(arena, component->table.state_size);
    if (!asked.self.state)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    reasons_init(&reasons);
    if (tool->can_run)
        tool->can_run(&asked.self, &table, NULL, NULL, &reasons.table);
    if (!plan->scenario->cloud.component->ops.cloud.put)
        programs_look(tool, &reasons.table); /* endpoints have this machine's programs */
    if (reasons.text[0]) {
        *ret_reason = arena_strdup(arena, reasons.text);
        return *ret_reason ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
    }
    return tool->plan ? tool->plan(&asked.self, &table, trial, ret, err) : 0;
}

struct plan_tools ask_tools(const struct log *log)
{
    return (struct plan_tools){ .ask = ask, .arg = (void *)log };
}

int ask_plan(const struct scenario *scenario, const struct log *log, struct plan **ret,
             struct vmtp_error *err)
{
    const struct plan_tools tools = ask_tools(log);

    for (size_t i = 0; i < scenario->warning_count; i++)
        log_line(log, VMTP_WARN, "%s", scenario->warnings[i]);
    return plan_make(scenario, &tools, ret, err);
}
