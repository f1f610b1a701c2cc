/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include "facts.h"
#include "helper.h"

#include <limits.h>

/* Behind PATH: what a daemon or a bare SSH session often leaves out of it.  The probe looks in the
 * same folders. */
#define USUAL_FOLDERS "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const struct vmtp_program *program_row(const struct vmtp_tool *tool, uint32_t i)
{
    return table_row(&tool->programs, i);
}

static void missing_add(const struct vmtp_program *program, const char *where,
                        struct vmtp_reasons *reasons)
{
    reasons->add(reasons, "%s is not on %s: install it there (Debian: apt install %s)",
                 program->name, where, program->package ? program->package : program->name);
}

static bool folders_have(const char *folders, const char *name)
{
    char path[PATH_MAX];

    while (folders && *folders) {
        int len = (int)strcspn(folders, ":");

        if (snprintf(path, sizeof path, "%.*s/%s", len, folders, name) < (int)sizeof path &&
            access(path, X_OK) == 0)
            return true;
        folders += len;
        folders += *folders == ':';
    }
    return false;
}

void programs_look(const struct vmtp_tool *tool, struct vmtp_reasons *reasons)
{
    char path[PATH_MAX];

    for (uint32_t i = 0; i < tool->programs.count; i++) {
        const char *name = program_row(tool, i)->name;

        if (!folders_have(getenv("PATH"), name) && !folders_have(USUAL_FOLDERS, name) &&
            helper_find(name, path, sizeof path, NULL) < 0)
            missing_add(program_row(tool, i), "this machine", reasons);
    }
}

static size_t names_add(const struct variant *variant, const char **names, size_t count)
{
    const struct vmtp_tool *tool = variant ? &variant->tool->ops.tool : NULL;

    for (uint32_t i = 0; tool && i < tool->programs.count && count < PROGRAMS_MAX; i++) {
        size_t at = 0;

        while (at < count && strcmp(names[at], program_row(tool, i)->name) != 0)
            at++;
        names[at] = program_row(tool, i)->name;
        count += at == count;
    }
    return count;
}

const char **programs_list(const struct plan *plan, struct arena *arena)
{
    const char **names = arena_array(arena, PROGRAMS_MAX + 1, sizeof *names);
    size_t count = 0;

    for (size_t i = 0; names && i < plan->flow_count; i++) {
        const struct planned_flow *flow = &plan->flows[i];

        count = names_add(flow->variant, names, count);
        if (flow->otherwise)
            count = names_add(flow->otherwise->variant, names, count);
    }
    return names;
}

/* Put vmtp's own static build there, if it ships one.  false: why that can't be done is added. */
static bool program_put(struct fleet *fleet, const struct vmtp_endpoint *endpoint,
                        const struct vmtp_program *program, char *ret_path, size_t len,
                        struct vmtp_reasons *reasons)
{
    char local[PATH_MAX], where[128];
    struct vmtp_error err = { 0 };
    int r;

    if (helper_find(program->name, local, sizeof local, NULL) < 0) {
        snprintf(where, sizeof where, "endpoint %s", endpoint->name);
        missing_add(program, where, reasons);
        return false;
    }
    r = fleet_put(fleet, endpoint, local, ret_path, len, &err);
    if (r < 0)
        reasons->add(reasons, "%s could not be brought there: %s", program->name, err.text);
    return r >= 0;
}

/* Where nothing could be asked, the name alone must do. */
static void program_provide(struct fleet *fleet, const struct vmtp_endpoint *endpoint,
                            const struct vmtp_program *program, struct vmtp_reasons *reasons)
{
    char path[PATH_MAX];
    int r;

    if (program_path(fleet, endpoint, program->name) != program->name)
        return;
    r = facts_program(fleet->run, endpoint->name, program->name, path, sizeof path);
    if (r == -ENODATA)
        return;
    if (r < 0 && !program_put(fleet, endpoint, program, path, sizeof path, reasons))
        return;
    if (fleet_know(fleet, endpoint, program->name, path) < 0)
        reasons->add(reasons, "out of memory");
}

void programs_provide(struct fleet *fleet, const struct vmtp_tool *tool,
                      const struct vmtp_flow *flow, struct vmtp_reasons *reasons)
{
    for (uint32_t i = 0; i < tool->programs.count; i++) {
        const struct vmtp_program *program = program_row(tool, i);

        if (program->roles & VMTP_CLIENT)
            program_provide(fleet, flow->client, program, reasons);
        if (program->roles & VMTP_SERVER &&
            !(program->roles & VMTP_CLIENT && flow->server == flow->client))
            program_provide(fleet, flow->server, program, reasons);
    }
}

const char *program_path(struct fleet *fleet, const struct vmtp_endpoint *endpoint,
                         const char *name)
{
    const char *path = fleet_known(fleet, endpoint, name);

    return path ? path : name;
}
