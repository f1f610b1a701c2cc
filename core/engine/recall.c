/* SPDX-License-Identifier: Apache-2.0 */
#include "recall.h"

#include "../base/clock.h"
#include "context.h"

#define RECALL_NS (5 * 60 * NS_PER_S)

int sink_recall(const struct means *means, const struct section *sink,
                const struct vmtp_question *question,
                int (*take)(void *arg, const char *json, size_t len), void *arg,
                struct vmtp_error *err)
{
    _cleanup_(instance_closep) struct instance *instance = NULL;
    const struct vmtp_sink *ops = &sink->component->ops.sink;
    const char *name = sink->component->table.name;
    struct run none = { .registry = means->registry, .log = means->log };
    struct context context = {
        .run = &none, .component = sink->component, .name = name, .cancel_fd = -1
    };
    int r;

    if (!ops->recall)
        return vmtp_fail(err, -ENOTSUP, "sink %s can't be asked for what it keeps", name);
    r = instance_open(sink->component, sink->opt, &context_host, &context, &instance, err);
    if (r == 0) {
        context_step(&context, RECALL_NS);
        r = ops->recall(&instance->self, question, take, arg, err);
    }
    return r < 0 ? vmtp_wrap(err, "sink %s", name) : r;
}
