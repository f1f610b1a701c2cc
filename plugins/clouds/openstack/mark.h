/* SPDX-License-Identifier: Apache-2.0
 *
 * The mark: what an operator sees on a thing that vmtp has made, beside its name.
 *
 * For people and their lists alone: clean-up goes by names.  Pure.
 */
#ifndef OPENSTACK_MARK_H
#define OPENSTACK_MARK_H

#include <jansson.h>

/* The run's id, which every label ends in; the whole label if it is no label. */
const char *mark_run(const char *label);
/* [ "vmtp", RUN ]; NULL: out of memory. */
json_t *mark_tags(const char *label);
/* "made by vmtp, run RUN" */
void mark_text(const char *label, char *ret, size_t len);

#endif
