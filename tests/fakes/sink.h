/* SPDX-License-Identifier: Apache-2.0
 *
 * One instance of a sink, as it was built, and a folder for what it writes.
 *
 * Whatever goes wrong in making them fails the test.
 */
#ifndef FAKES_SINK_H
#define FAKES_SINK_H

#include "core/plugin/registry.h"
#include "host.h"

struct fake_sink {
    struct registry *registry;
    const struct component *component;
    const struct vmtp_sink *ops;
    struct fake_host *host;
};

/* opt is borrowed. */
void fake_sink_make(struct fake_sink *sink, const char *name, const void *opt);
void fake_sink_clear(struct fake_sink *sink);
/* A run with so many records of goodput, and its document. */
int fake_sink_feed(struct fake_sink *sink, size_t records, const char *document,
                   struct vmtp_error *err);
/* What a sink makes of a document in the one file that it leaves in the folder; the caller's. */
char *fake_sink_write(const char *name, const void *opt, const char *folder, const char *path,
                      const char *document);

/* For cmocka: a folder whose path is *state, and its end with all that is in it. */
int folder_setup(void **state);
int folder_teardown(void **state);
size_t folder_files(const char *path);

#endif
