/* SPDX-License-Identifier: Apache-2.0
 *
 * The mark of a run: see mark.h.
 */
#include "mark.h"

#include <stdio.h>
#include <string.h>

#define RUN_LEN (sizeof "20261121-130829-1f3a8c02" - 1)

const char *mark_run(const char *label)
{
    size_t len = strlen(label);

    return len > RUN_LEN ? label + len - RUN_LEN : label;
}

json_t *mark_tags(const char *label)
{
    return json_pack("[s,s]", "vmtp", mark_run(label));
}

void mark_text(const char *label, char *ret, size_t len)
{
    snprintf(ret, len, "made by vmtp, run %s", mark_run(label));
}
