/* SPDX-License-Identifier: Apache-2.0
 *
 * The probe's lines to its controller.  Whole lines are written under a lock, so every thread
 * may send; a controller that does not read for PROBE_SILENCE_NS is given up.
 */
#ifndef PROBE_OUTPUT_H
#define PROBE_OUTPUT_H

#include <vmtp/error.h>

#include "json.h"

#include <pthread.h>

struct output {
    pthread_mutex_t lock;
    int fd;
};

/* Begin an event line in the caller's buffer. */
void output_begin(struct json_writer *, char *buf, size_t size, const char *event);
/* [any thread] Ends the object and sends it. */
void output_send(struct output *, struct json_writer *);
/* [any thread] An event of nothing but a text. */
void output_text(struct output *, const char *event, const char *text);
/* [any thread] */
void output_error(struct output *, const struct vmtp_error *);

#endif
