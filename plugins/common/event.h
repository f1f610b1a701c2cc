/* SPDX-License-Identifier: Apache-2.0
 *
 * An event that is of one endpoint; vmtp_emit_event() is for those of the whole trial.  [worker]
 */
#ifndef COMMON_EVENT_H
#define COMMON_EVENT_H

#include <vmtp/host.h>

/* Of that moment; 0: of now. */
static inline int event_emit_at(struct vmtp_self *self, uint64_t time_ns, const char *subject,
                                uint32_t kind, const char *text)
{
    const struct vmtp_event event = {
        .size = sizeof event, .subject = subject, .kind = kind, .time_ns = time_ns, .text = text
    };

    return self->host->emit_event(self, &event);
}

static inline int event_emit(struct vmtp_self *self, const char *subject, uint32_t kind,
                             const char *text)
{
    return event_emit_at(self, 0, subject, kind, text);
}

#endif
