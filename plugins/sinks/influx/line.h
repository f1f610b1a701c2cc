/* SPDX-License-Identifier: Apache-2.0
 *
 * A line of InfluxDB's line protocol: a measurement, its tags, its fields and its time.
 *
 * In this order: begin, tags, fields, end; a line needs a field.  What the protocol has no way to
 * say in a name (control characters, backslashes) becomes "_"; texts are cut where the server would
 * refuse them.  What is not known (NAN, "") is left out.  On the stack of whoever writes it; what
 * goes wrong with the stream, the stream remembers.
 */
#ifndef INFLUX_LINE_H
#define INFLUX_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define LINE_NAME_MAX 1024 /* bytes of a tag: a series may have 65535 */
#define LINE_TEXT_MAX 4096 /* bytes of a field's text */

struct line {
    FILE *to;
    unsigned int fields;
};

void line_begin(struct line *line, const char *measurement);
void line_tag(struct line *line, const char *name, const char *value);
void line_number(struct line *line, const char *name, double value);
void line_text(struct line *line, const char *name, const char *value);
void line_flag(struct line *line, const char *name, bool value);
void line_end(struct line *line, uint64_t wall_ns);

#endif
