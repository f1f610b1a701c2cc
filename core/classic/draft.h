/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML that is being written: lines, and text quoted where it must be.
 *
 * The first failure sticks, so that a writer looks once, at the end.
 */
#ifndef VMTP_CLASSIC_DRAFT_H
#define VMTP_CLASSIC_DRAFT_H

#include "../base/buf.h"

#include <vmtp/error.h>

#define DRAFT_MAX (1024 * 1024)

struct draft {
    struct buf text;
    int r; /* 0, or what failed */
};

#define DRAFT                                                                                      \
    {                                                                                              \
        .text = BUF(DRAFT_MAX)                                                                     \
    }

_printf_(2, 3) void draft_printf(struct draft *draft, const char *fmt, ...);
/* Text as one scalar, which stays text whatever it looks like. */
void draft_text(struct draft *draft, const char *text);

#endif
