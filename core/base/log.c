/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#define LINE_BYTES 1024

void log_vline(const struct log *log, enum vmtp_level level, const char *prefix, const char *fmt,
               va_list ap)
{
    char line[LINE_BYTES];
    int n;

    if (!log || !log->function || level < log->least)
        return;
    n = snprintf(line, sizeof line, "%s%s", prefix, *prefix ? ": " : "");
    if (n < 0 || (size_t)n >= sizeof line)
        return;
    vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' '; /* one line, and no terminal escapes from anybody's text */
    log->function(log->arg, level > VMTP_WARN ? VMTP_WARN : level, line); /* a plugin gave it */
}

void log_line(const struct log *log, enum vmtp_level level, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    log_vline(log, level, "", fmt, ap);
    va_end(ap);
}

void log_text(const struct log *log, enum vmtp_level level, const char *text)
{
    while (*text) {
        int len = (int)strcspn(text, "\n");

        log_line(log, level, "%.*s", len, text);
        text += len;
        text += *text == '\n';
    }
}
