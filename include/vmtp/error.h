/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: a negative errno, and with it one struct vmtp_error that the caller owns.
 *
 * Rules
 *   - The function that knows why fills the error, once.  Each layer that adds knowledge
 *     puts it in front with vmtp_wrap().  Nobody looks at the text to decide anything.
 *   - On success the error is untouched.  It may be NULL: then only the code is returned.
 *   - The text is one phrase without a newline: which object, what is wrong and, where there
 *     is one, the mend.  It never holds a secret.
 */
#ifndef VMTP_ERROR_H
#define VMTP_ERROR_H

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define VMTP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct vmtp_error {
    int code;       /* negative errno; 0 while nothing has failed */
    char where[60]; /* "nuttcp.c:142", shown with --debug */
    char text[960]; /* one phrase, outermost context first */
};

/* Record why, and return code, so that a failing function can end in one line:
 *     return vmtp_fail(err, -EPROTO, "no throughput in '%.40s'", line); */
#define vmtp_fail(err, code, ...) vmtp_fail_at(err, code, __FILE__, __LINE__, __VA_ARGS__)

VMTP_PRINTF(5, 6)
static inline int vmtp_fail_at(struct vmtp_error *err, int code, const char *file, int line,
                               const char *fmt, ...)
{
    if (err) {
        const char *base = strrchr(file, '/');
        va_list ap;

        err->code = code;
        snprintf(err->where, sizeof err->where, "%.48s:%d", base ? base + 1 : file, line);
        va_start(ap, fmt);
        vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
    }
    return code;
}

/* Say what was being done when a callee failed: puts "context: " in front.  Returns the code
 * that the callee recorded, or -EIO if it recorded none. */
VMTP_PRINTF(2, 3)
static inline int vmtp_wrap(struct vmtp_error *err, const char *fmt, ...)
{
    char inner[sizeof err->text];
    size_t used, rest;
    va_list ap;

    if (!err)
        return -EIO;
    memcpy(inner, err->text, sizeof inner);
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text - 2, fmt, ap);
    va_end(ap);
    used = strlen(err->text);
    memcpy(err->text + used, ": ", 3);
    used += 2;
    rest = strlen(inner);
    if (rest > sizeof err->text - used - 1)
        rest = sizeof err->text - used - 1; /* what does not fit is cut */
    memcpy(err->text + used, inner, rest);
    err->text[used + rest] = '\0';
    return err->code ? err->code : -EIO;
}

#endif
