/* SPDX-License-Identifier: Apache-2.0
 *
 * What Ganglia says of one host, and which of its metrics are of interest here.
 */
#ifndef GMOND_REPORT_H
#define GMOND_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum report_figure {
    R_USER, /* the first eight are percent of the time of all CPUs */
    R_NICE,
    R_SYSTEM,
    R_WIO,
    R_INTR,
    R_SINTR,
    R_STEAL,
    R_IDLE,
    R_CPUS,
    R_LOAD_ONE,
    R_FIGURES
};

#define REPORT_NAME_MAX    160 /* with an address it is a subject, which has 255 bytes at most */
#define REPORT_ADDRESS_MAX 64

struct report {
    char name[REPORT_NAME_MAX], address[REPORT_ADDRESS_MAX];
    int64_t localtime_s; /* when its cluster was written, by Ganglia's clock; 0: unknown */
    uint64_t silent_s, expected_s; /* since the host was heard; how soon it should be */
    double values[R_FIGURES];      /* NAN: none, or none that can be */
    uint64_t ages_s[R_FIGURES];    /* of them */
};

/* The figure of that name, or -1. */
int report_figure(const char *name);
/* NAN: it is no number that this figure may be. */
double report_value(enum report_figure figure, double value);
/* The same of a text. */
double report_value_read(enum report_figure figure, const char *text);
void report_clear(struct report *report);
/* What of cpu_system is told again as cpu_intr and cpu_sintr, in percent: all of these, as gmond
 * does on Linux and most others, or nothing. */
double report_twice(const double values[R_FIGURES]);
/* Do the shares of CPU time come to about all of it?  Those that are not known count for nothing.
 * *ret_percent: what they come to. */
bool report_sums_up(const double values[R_FIGURES], double *ret_percent);
/* Of the CPU time, in percent: neither idle nor waiting for a disk.  NAN: nobody can say. */
double report_busy(const double values[R_FIGURES]);

#endif
