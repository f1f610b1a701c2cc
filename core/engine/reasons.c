/* SPDX-License-Identifier: Apache-2.0 */
#include "reasons.h"

#include "../base/attr.h"

_printf_(2, 3) static void reasons_add(struct vmtp_reasons *table, const char *fmt, ...)
{
    struct reasons *reasons = CONTAINER(table, struct reasons, table);
    size_t used = strlen(reasons->text);
    va_list ap;

    if (used && used + 3 < sizeof reasons->text) {
        memcpy(reasons->text + used, "; ", 3);
        used += 2;
    }
    va_start(ap, fmt);
    vsnprintf(reasons->text + used, sizeof reasons->text - used, fmt, ap);
    va_end(ap);
}

void reasons_init(struct reasons *reasons)
{
    reasons->table.add = reasons_add;
    reasons->text[0] = '\0';
}
