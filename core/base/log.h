/* SPDX-License-Identifier: Apache-2.0
 *
 * One line to the person at a time.  Library layers don't log: they return errors.  What is
 * logged goes to the function that the front door has put into struct log.
 */
#ifndef VMTP_BASE_LOG_H
#define VMTP_BASE_LOG_H

#include "attr.h"

#include <stdarg.h>
#include <vmtp/host.h>

/* Receives whole lines without a newline, from any thread. */
typedef void log_function(void *arg, enum vmtp_level level, const char *line);

struct log {
    log_function *function; /* NULL: drop */
    void *arg;
    enum vmtp_level least; /* what is below this is dropped */
};

_printf_(3, 4) void log_line(const struct log *log, enum vmtp_level level, const char *fmt, ...);
_printf_(4, 0) void log_vline(const struct log *log, enum vmtp_level level, const char *prefix,
                              const char *fmt, va_list ap);

/* Each line of a text. */
void log_text(const struct log *log, enum vmtp_level level, const char *text);

#endif
