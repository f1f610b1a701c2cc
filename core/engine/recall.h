/* SPDX-License-Identifier: Apache-2.0
 *
 * A store of results is asked for what it keeps: outside of any run, by the main thread.
 */
#ifndef VMTP_ENGINE_RECALL_H
#define VMTP_ENGINE_RECALL_H

#include "run.h"

/* Give each document that answers to take(), the newest first, until it returns non-zero, which is
 * returned.  -ENOTSUP: this sink is no store. */
int sink_recall(const struct means *means, const struct section *sink,
                const struct vmtp_question *question,
                int (*take)(void *arg, const char *json, size_t len), void *arg,
                struct vmtp_error *err);

#endif
