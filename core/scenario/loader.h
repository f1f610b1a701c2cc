/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the scenario's loader share: the state of one load, and how values of the
 * language itself (not of a plugin's options) are read.
 *
 * All functions return 0 or a negative errno with the loader's error filled: position, path, what
 * is wrong.
 */
#ifndef VMTP_SCENARIO_LOADER_H
#define VMTP_SCENARIO_LOADER_H

#include "scenario.h"

#define ITEMS_MAX    1000  /* flows, values of one dimension, exclusions, thresholds */
#define VARIANTS_MAX 10000 /* in a scenario */

struct loader {
    struct scenario *scenario;
    struct arena *arena; /* the scenario's */
    const struct registry *registry;
    const struct prompt *prompt; /* NULL: nobody is asked */
    size_t variants;             /* so far */
    size_t warning_room;
    struct vmtp_error *err;
};

int loader_no_memory(struct loader *loader);
/* A whole phrase; the node's position is put in front. */
VMTP_PRINTF(3, 4)
int loader_warn(struct loader *loader, const struct node *node, const char *fmt, ...);

/* Is it a map with no other keys than these (NULL-terminated)? */
int keys_check(struct loader *loader, const struct node *map, const char *const *known);
/* Is it a scalar with something in it? */
int text_check(struct loader *loader, const struct node *node, const char *what);
/* Is it a list of at most ITEMS_MAX? */
int list_check(struct loader *loader, const struct node *node, const char *what);
/* Text, checked to be a name that can stand in keys and file names. */
int name_read(struct loader *loader, const struct node *node, const char *what, const char **ret);
/* Within limits; an absent node (NULL) leaves ret as it is. */
int duration_read(struct loader *loader, const struct node *node, uint64_t least_ns,
                  uint64_t most_ns, uint64_t *ret);
int count_read(struct loader *loader, const struct node *node, uint64_t least, uint64_t most,
               uint64_t *ret);
/* "2%" or "0.02". */
int share_read(struct loader *loader, const struct node *node, double *ret);
/* One of some words: its index. */
int word_read(struct loader *loader, const struct node *node, const char *const *words,
              size_t *ret);

/* `name`, `name: options` in a map of one, or nothing behind the name: the component, and its
 * options (NULL: none). */
int component_read(struct loader *loader, const struct node *node, enum vmtp_kind kind,
                   const struct component **ret, const struct node **ret_options);
/* Its options struct, filled and checked; node is where the component was named. */
int options_read(struct loader *loader, const struct component *component,
                 const struct node *options, const struct node *node, void **ret);
/* The component's own check() of a filled struct. */
int options_check(struct loader *loader, const struct component *component, const void *opt,
                  const struct node *node);
/* Both of the above. */
int section_read(struct loader *loader, const struct node *node, enum vmtp_kind kind,
                 struct section *ret);

/* The other parts. */
int flows_read(struct loader *loader, const struct node *node);
int variants_make(struct loader *loader, const struct node *node, struct flow_spec *flow);
/* NULL: there is none. */
int search_read(struct loader *loader, const struct node *node, const struct search_spec **ret);
int thresholds_read(struct loader *loader, const struct node *node);

#endif
