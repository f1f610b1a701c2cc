/* SPDX-License-Identifier: Apache-2.0
 *
 * Option tables at work: checked when a plugin is loaded, filled from a section of a scenario.
 *
 * Pure but for secrets, which are read from the environment or a file, or asked for, when they are
 * filled in.
 */
#ifndef VMTP_PLUGIN_OPTION_H
#define VMTP_PLUGIN_OPTION_H

#include "../base/yaml.h"

#include <vmtp/option.h>

/* Who is asked for a secret, such as one that is written {prompt: WHAT}: 0 and the text, or a
 * negative errno with the reason; -ECANCELED once cancel_fd (-1: none) is readable, -EINTR where
 * the person breaks off. */
struct prompt {
    int (*ask)(void *arg, const char *what, int cancel_fd, char *ret, size_t len,
               struct vmtp_error *err);
    void *arg;
};

/* Can this table, which came with a plugin, be worked with?  -EINVAL (damaged), -ENOTSUP (a type
 * or flag this core does not know), -ENOMEM. */
int option_table_lint(const struct vmtp_table *table, size_t opt_size, struct vmtp_error *err);

/* The row of that name; NULL: there is none. */
const struct vmtp_option *option_find(const struct vmtp_table *table, const char *name);

/* An options struct with the defaults and then what the section says; everything is the arena's.
 * section: a map; NULL or null: nothing is said, node is then where to point to for what is
 * required.  prompt NULL: nobody can be asked, such a secret stays NULL.  -EINVAL with
 * "file:line:column: path: what is wrong", -ENOMEM. */
int options_fill(const struct vmtp_table *table, size_t opt_size, const struct node *section,
                 const struct node *node, const struct prompt *prompt, struct arena *arena,
                 void **ret, struct vmtp_error *err);

/* One option's value in a filled struct, as one would write it; "***" for a secret.  NULL: out of
 * memory. */
const char *option_text(const struct vmtp_option *option, const void *opt, struct arena *arena);

#endif
