/* SPDX-License-Identifier: Apache-2.0
 *
 * A result document in Prometheus's text format (0.0.4).
 *
 * A family of metrics is written in one piece, however many results have it, and a series once: a
 * scrape with the same series twice is refused as a whole.  Series have no timestamps, which
 * node_exporter does not take.  Pure functions.
 */
#ifndef PROMETHEUS_EXPOSITION_H
#define PROMETHEUS_EXPOSITION_H

#include <jansson.h>
#include <stdbool.h>
#include <vmtp/option.h>

/* The text, to be freed; NULL: out of memory.  labels are added to every series. */
char *exposition_text(const json_t *document, const struct vmtp_map *labels);

/* May a person give this name to a label? */
bool label_is_free(const char *name);

#endif
