/* SPDX-License-Identifier: Apache-2.0 */
#include "component.h"

const char *kind_name(enum vmtp_kind kind)
{
    static const char *const names[] = { "component", "tool", "cloud", "sink", "monitor" };

    return names[kind <= VMTP_MONITOR ? kind : 0];
}
