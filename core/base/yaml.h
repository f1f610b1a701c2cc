/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML as a tree of nodes that know where they were written.
 *
 * Immutable once parsed; all of it lives in the arena that was given.  What goes beyond the
 * limits is refused before much work is done: 1 MiB, 64 levels, 100,000 nodes with every alias
 * written out, one document, UTF-8 without NUL.  Scalars are those of YAML 1.2's core schema:
 * `no` is a string.  Tags and merge keys (<<) are refused, duplicate keys too.
 */
#ifndef VMTP_BASE_YAML_H
#define VMTP_BASE_YAML_H

#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <vmtp/error.h>

#define YAML_BYTES_MAX (1024 * 1024)
#define YAML_DEPTH_MAX 64
#define YAML_NODES_MAX 100000

enum node_kind { NODE_SCALAR = 1, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    const char *text; /* of a scalar; "" else */
    bool quoted;      /* written so that it can only be a string */
    const char *file;
    uint32_t line, column; /* from 1 */
    const struct node *parent;
    const char *key; /* in a map; NULL else */
    uint32_t key_line, key_column;
    size_t index; /* in a list or map: from 0 */
    const struct node *first, *next;
    size_t count; /* of a list or map: how many are in it */
};

/* Errors read "file:line:column: what is wrong". */
int yaml_parse(const char *text, size_t len, const char *file, struct arena *arena,
               const struct node **ret, struct vmtp_error *err);
/* The content of a file, "-" being stdin. */
int yaml_read(const char *file, struct arena *arena, const char **ret, size_t *ret_len,
              struct vmtp_error *err);

/* The value of a key in a map.  NULL: there is none, or the node is NULL or no map. */
const struct node *node_get(const struct node *node, const char *key);
/* Nothing was written, or null. */
bool node_is_null(const struct node *node);
/* "a list", "a map", "a value", "nothing". */
const char *node_noun(const struct node *node);
/* "flows[0].tool.native.rate"; "" for the root.  Cut if it does not fit. */
void node_path(const struct node *node, char *ret, size_t len);

/* vmtp_fail(-EINVAL) with "file:line:column: path: " in front; the position is that of the value,
 * or that of its key.  A text of no file (""), which nobody can look up, has the path alone. */
#define node_fail(err, node, ...) node_fail_at(err, node, false, __FILE__, __LINE__, __VA_ARGS__)
#define key_fail(err, node, ...)  node_fail_at(err, node, true, __FILE__, __LINE__, __VA_ARGS__)

VMTP_PRINTF(6, 7)
int node_fail_at(struct vmtp_error *err, const struct node *node, bool key, const char *file,
                 int line, const char *fmt, ...);
/* Put the same in front of an error that has been made already. */
int node_wrap(struct vmtp_error *err, const struct node *node);

#endif
