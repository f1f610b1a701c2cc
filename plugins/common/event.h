/* SPDX-License-Identifier: Apache-2.0
 *
 * An event that is of one endpoint; vmtp_emit_event() is for those of the whole trial.  [worker]
 */
#ifndef COMMON_EVENT_H
#define COMMON_EVENT_H

#include <vmtp/host.h>

static inline int event_emit(struct vmtp_self *self, const char *subject, uint32_t kind,
                             const char *text)
{
    struct vmtp_event event = {
        .size = sizeof event, .subject = subject, .kind = kind, .text = text
    };

    return self->host->emit_event(self, &event);
}

#endif
