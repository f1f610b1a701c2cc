/* SPDX-License-Identifier: Apache-2.0
 *
 * The lines that iperf prints, read: 2.1 with -e and 2.0 without.  Pure.
 */
#ifndef IPERF_LINES_H
#define IPERF_LINES_H

#include "options.h"

/* "[ *1] 0.0000-0.5000 sec  ..."; a line that is not of one connection is none. */
struct line {
    int id;
    bool back; /* the star: of a connection that goes both ways, the way back */
    struct figures figures;
    double reordered; /* all that the line tells then */
};

bool line_read(const char *text, struct line *ret);

/* What is told of a connection when it is made; NAN: not told. */
struct connect {
    double mss, time_ms;
};

bool connect_read(const char *text, struct connect *ret);

#endif
