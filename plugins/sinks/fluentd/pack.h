/* SPDX-License-Identifier: Apache-2.0
 *
 * MessagePack, as much of it as the forward protocol takes: values written to a stream, and the one
 * answer that a server gives.  Pure but for the stream, which remembers what goes wrong with it.
 */
#ifndef FLUENTD_PACK_H
#define FLUENTD_PACK_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* So many values follow (a map: pairs). */
void pack_array(FILE *to, uint32_t count);
void pack_map(FILE *to, uint32_t count);
void pack_text(FILE *to, const char *text, size_t len);
void pack_integer(FILE *to, int64_t value);
/* Time as Fluentd has it since 0.14: whole seconds since 1970 and nanoseconds. */
void pack_event_time(FILE *to, uint64_t wall_ns);
void pack_json(FILE *to, const json_t *value);

enum pack_answer { PACK_CUT, PACK_ACK, PACK_HELO, PACK_OTHER };

/* What these bytes begin with: the acknowledgement of this chunk, the question for a login, or
 * neither; or PACK_CUT: too few to tell. */
enum pack_answer pack_answer_read(const void *data, size_t len, const char *chunk);

#endif
