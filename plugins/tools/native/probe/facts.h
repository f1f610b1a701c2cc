/* SPDX-License-Identifier: Apache-2.0
 *
 * What this machine is, as one JSON object.  What can't be read is absent.  Nothing in it names
 * the machine or its owner.
 */
#ifndef PROBE_FACTS_H
#define PROBE_FACTS_H

#include "json.h"

/* The object's fields into an open object; address NULL: the default interface. */
void facts_add(struct json_writer *, const char *address);

#endif
