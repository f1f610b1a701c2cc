/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs of this machine, looked for where a person would find them.
 */
#ifndef PROBE_PROGRAMS_H
#define PROBE_PROGRAMS_H

#include "json.h"

/* "programs": the path of each of these names (ending with NULL) that can be run here: in PATH, or
 * in the usual folders, which a bare SSH session often leaves out of it. */
void programs_add(struct json_writer *, char *const *names);

#endif
