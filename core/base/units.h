/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers as people write them: durations, sizes, rates, shares; and back again.
 *
 * Pure and independent of the locale.  bit/s are powers of ten, bytes powers of two.  The
 * parsers take all of the text or nothing: 0, -EINVAL (not of that form), -ERANGE (too large, or
 * so small that nothing but 0 would be left).
 */
#ifndef VMTP_BASE_UNITS_H
#define VMTP_BASE_UNITS_H

#include <stdint.h>

/* "250ms", "1.5s"; ns, us, ms, s, m or min, h; a bare 0. */
int duration_parse(const char *text, uint64_t *ret_ns);
/* "64K"; K, M, G are 1024-based. */
int size_parse(const char *text, uint64_t *ret_bytes);
/* "2.5G"; K, M, G, T are 1000-based. */
int rate_parse(const char *text, uint64_t *ret_bps);
/* "2%" is 0.02, and so is "0.02". */
int share_parse(const char *text, double *ret);
/* Decimal whole numbers. */
int uint_parse(const char *text, uint64_t *ret);
int int_parse(const char *text, int64_t *ret);
/* "-1.5", "2e-3"; no hexadecimals, no infinities, nothing that is not a number. */
int real_parse(const char *text, double *ret);

/* A number as text, on the stack: puts(rate_text(rate_bps).text). */
struct number {
    char text[32];
};

/* As one would write it in a scenario; parsing it gives the same value. */
struct number duration_written(uint64_t ns); /* "250ms" */
struct number size_written(uint64_t bytes);  /* "64K" */
struct number rate_written(uint64_t bps);    /* "2500M" */
struct number real_written(double value);    /* "0.1" */

/* As one reads it: three digits and a unit. */
struct number duration_text(uint64_t ns); /* "210 us", "1.50 s", "2 min 5 s" */
struct number seconds_text(double s);     /* the same of a figure in s; "-12.0 us" */
struct number size_text(uint64_t bytes);  /* "64.0 KiB" */
struct number rate_text(double bps);      /* "9.410 Gb/s": four digits */
struct number share_text(double ratio);   /* "2.50 %" */
struct number share_exact(double ratio);  /* "2.5 %": as few digits as it has */

#endif
