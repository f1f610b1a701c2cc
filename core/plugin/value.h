/* SPDX-License-Identifier: Apache-2.0
 *
 * One value of an option: from text to its C type, checked, and back to text.
 *
 * Errors are one phrase without a position; who knows where the text stood puts that in front.
 * They never show the value of an option that is secret.
 */
#ifndef VMTP_PLUGIN_VALUE_H
#define VMTP_PLUGIN_VALUE_H

#include "../base/arena.h"

#include <vmtp/error.h>
#include <vmtp/option.h>

struct value_type {
    const char *name; /* for people: "duration" */
    const char *form; /* how it is written */
    size_t size, alignment;
    bool scalar; /* may be the item of a list */
    bool ranged; /* min and max mean something */
};

/* NULL: this core does not know the type. */
const struct value_type *value_type(uint32_t type);

/* The text as a value of a scalar type (the option's, or that of its items), at ret.  Strings are
 * copied into the arena.  -EINVAL, -ENOMEM. */
int value_parse(const struct vmtp_option *option, uint32_t type, const char *text,
                struct arena *arena, void *ret, struct vmtp_error *err);

/* As one would write it; "***" for a secret one that is set.  NULL: out of memory. */
const char *value_text(const struct vmtp_option *option, uint32_t type, const void *value,
                       struct arena *arena);

/* Has the option a range?  Then its ends as one would write them; ret_most is "" where there is
 * no upper end. */
bool value_range(const struct vmtp_option *option, struct arena *arena, const char **ret_least,
                 const char **ret_most);

#endif
