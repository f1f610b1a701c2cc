/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML trees laid over each other: maps are merged key by key, everything else is replaced.
 */
#ifndef VMTP_CLASSIC_LAYERS_H
#define VMTP_CLASSIC_LAYERS_H

#include "../base/yaml.h"

/* What a null in the upper tree does to what lies below it. */
enum layers_null { NULL_REPLACES, NULL_IS_NOTHING };

/* Every value keeps its place in its own file.  NULL: out of memory. */
const struct node *layers_merge(const struct node *below, const struct node *above,
                                enum layers_null null, struct arena *arena);

/* A file's tree; *ret is an empty map where there is nothing in it but comments. */
int layer_read(const char *file, struct arena *arena, const struct node **ret,
               struct vmtp_error *err);
/* The same of text. */
int layer_parse(const char *text, size_t len, const char *file, struct arena *arena,
                const struct node **ret, struct vmtp_error *err);

#endif
