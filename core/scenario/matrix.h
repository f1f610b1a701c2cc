/* SPDX-License-Identifier: Apache-2.0
 *
 * What multiplies in a flow: dimensions and their values, on the way to variants.
 */
#ifndef VMTP_SCENARIO_MATRIX_H
#define VMTP_SCENARIO_MATRIX_H

#include "loader.h"

/* A key of the flow, or an option of its tool, with the values that were written for it. */
struct dimension {
    const char *name;
    const struct node *node; /* NULL: was not written */
    const struct node **nodes;
    const char **values; /* as text in its one true form: "1G", never "1000M" */
    size_t count;
    const struct vmtp_option *option; /* NULL: a key of the flow */
};

enum { BY_PATH, BY_PLACEMENT, BY_FAMILY, BY_FROM, BY_TO, BY_PAIRS, BY_KEYS };

/* A tool as the flow names it, with its options that multiply (or could). */
struct tool_spec {
    const struct component *component;
    const struct node *node, *options; /* options: NULL: none */
    struct dimension *dimensions;
    size_t count;
};

/* One combination of a tool's options. */
struct setting {
    const struct tool_spec *tool;
    void *opt;
    const char **values;            /* one for each of the tool's dimensions */
    const struct vmtp_pair *labels; /* of those with several values */
    size_t label_count;
    const struct vmtp_pair *options;
    size_t option_count;
};

struct condition {
    const char *name;
    const char **values;
    size_t count;
};

/* A map of `exclude:`. */
struct exclusion {
    const struct node *node;
    struct condition *conditions;
    size_t count;
    bool used;
};

struct matrix {
    struct dimension keys[BY_KEYS];
    struct tool_spec *tools;
    size_t tool_count;
    struct setting *settings;
    size_t setting_count;
    struct exclusion *exclusions;
    size_t exclusion_count;
};

/* dimension.c */
int dimension_read(struct loader *loader, const struct node *node, const char *name,
                   const struct vmtp_option *option, struct dimension *ret);
int tools_read(struct loader *loader, const struct node *node, struct matrix *matrix);
int settings_make(struct loader *loader, struct matrix *matrix);

/* exclude.c */
int exclusions_read(struct loader *loader, const struct node *node, struct matrix *matrix);
/* Is this combination to be left out?  keys: the value of each key, NULL where there is none. */
bool exclusions_match(const struct matrix *matrix, const char *const keys[BY_KEYS],
                      const struct setting *setting);

/* "flow=bulk,path=same-network,protocol=tcp"; NULL: out of memory. */
char *variant_key(struct arena *arena, const char *flow, const struct variant *variant);
/* ",name=value", with whatever could be mistaken for a comma or an equals sign as %2c. */
char *key_add(struct arena *arena, const char *key, const char *name, const char *value);

#endif
