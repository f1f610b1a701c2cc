/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes core/scenario with the components of tests/fakes: what is taken can be planned and
 * printed, what is refused says where.
 */
#include "core/scenario/plan.h"

#include "../fakes/components.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void plan_all(const struct scenario *scenario)
{
    _cleanup_(plan_freep) struct plan *plan = NULL;
    _fclose_ FILE *out = fopen("/dev/null", "we");
    struct vmtp_error err = { 0 };

    if (plan_make(scenario, NULL, &plan, &err) < 0) {
        if (plan || err.code >= 0 || !err.text[0])
            abort();
        return;
    }
    for (size_t s = 0; s < plan->stage_count; s++)
        if (plan->stages[s].flow_count == 0 || plan->stages[s].repeat.min == 0)
            abort();
    if (out)
        plan_print(plan, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    struct vmtp_error err = { 0 };

    if (memmem(data, size, "file", 4))
        return 0; /* it would read any file of this machine */
    if (scenario_parse((const char *)data, size, "f", fake_registry(), NULL, &scenario, &err) == 0)
        plan_all(scenario);
    else if (scenario || err.code >= 0 || strncmp(err.text, "f:", 2) != 0)
        abort();
    return 0;
}
