/* SPDX-License-Identifier: Apache-2.0
 *
 * A script for a scripted cloud (cloud.h), put together exchange by exchange.
 *
 * Owner: the test, which zeroes it.  One thread.
 */
#ifndef FAKES_SCRIPT_H
#define FAKES_SCRIPT_H

#include <vmtp/error.h>

#include "cloud.h"

struct script {
    char text[16384];
    size_t len;
};

/* One exchange as cloud_server.py has it; ' may stand for ". */
void script_add(struct script *script, const char *fmt, ...) VMTP_PRINTF(2, 3);
/* So many times, or (0) from now on; body is JSON, NULL: none. */
void script_answer(struct script *script, const char *method, const char *path, int status,
                   int times, const char *body);
/* A GET of a collection, with these things below its key. */
void script_list(struct script *script, const char *path, const char *key, int times,
                 const char *things);
/* A DELETE that works. */
void script_gone(struct script *script, const char *path);
void script_play(struct script *script, struct fake_cloud *cloud);

#endif
