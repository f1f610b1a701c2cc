/* SPDX-License-Identifier: Apache-2.0
 *
 * A part of a request while it is being made: what parts have in common, whatever their flows run
 * between.
 *
 * Whoever makes a part adds its flows, then lets the tests be made of what was wished for, writes
 * cloud and endpoints, and lets the rest of the scenario be written.  On the stack of the maker.
 */
#ifndef VMTP_CLASSIC_PART_H
#define VMTP_CLASSIC_PART_H

#include "draft.h"
#include "request.h"

struct part_maker {
    const struct wish *wish;
    const struct settings *settings;
    const struct registry *registry; /* NULL: nothing is known of plugins */
    struct classic_request *request;
    struct classic_part *part;
    struct draft draft;
    struct vmtp_error *err;
};

int part_no_memory(struct part_maker *maker);
/* A new part, with room for so many flows. */
int part_begin(struct part_maker *maker, size_t flows_max);
/* The tests of its flows.  -EINVAL: no sizes are left for the protocols wished for. */
int part_tests(struct part_maker *maker);

/* "    NAME: TEXT", quoted where it must be; nothing where text is NULL or "". */
void part_text(struct part_maker *maker, const char *name, const char *text);
/* The same of a list of texts. */
void part_texts(struct part_maker *maker, const char *name, const char *const *texts, size_t count);
/* "{ prompt: WHAT }", whose answer is known. */
int part_secret(struct part_maker *maker, const char *what, const char *value);
/* How the run goes, and all flows, behind the cloud; then the text is the part's. */
int part_end(struct part_maker *maker);

#endif
