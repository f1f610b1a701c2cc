/* SPDX-License-Identifier: Apache-2.0
 *
 * Collects why a tool can't run a flow, one phrase after the other.
 */
#ifndef VMTP_ENGINE_REASONS_H
#define VMTP_ENGINE_REASONS_H

#include <vmtp/tool.h>

struct reasons {
    struct vmtp_reasons table;
    char text[1024]; /* "": none; else joined by "; " */
};

void reasons_init(struct reasons *reasons);

#endif
