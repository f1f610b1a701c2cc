/* SPDX-License-Identifier: Apache-2.0
 *
 * A document without what takes most room and is needed least: the series of trials and the
 * histograms.  An event of the document says that they are not there.  Pure.
 */
#ifndef MONGODB_LEAN_H
#define MONGODB_LEAN_H

#include <jansson.h>
#include <stdbool.h>

/* bytes: how large it was.  false: there was nothing to leave out, or memory has run out. */
bool document_lean(json_t *document, size_t bytes);

#endif
