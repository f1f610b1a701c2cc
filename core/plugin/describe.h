/* SPDX-License-Identifier: Apache-2.0
 *
 * A component's tables for people and machines: what `vmtp plugins show`, the documentation and
 * editors are made of.
 *
 * All of them write to out and return 0 or -ENOMEM.
 */
#ifndef VMTP_PLUGIN_DESCRIBE_H
#define VMTP_PLUGIN_DESCRIBE_H

#include "component.h"

/* Aligned columns for a terminal. */
int describe_text(const struct component *component, FILE *out);
/* The same as Markdown tables. */
int describe_markdown(const struct component *component, FILE *out);
/* JSON Schema (draft 2020-12) of its options section in a scenario. */
int describe_schema(const struct component *component, FILE *out);

#endif
