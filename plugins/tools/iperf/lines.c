/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define NUMBER_MAX  1e17
#define ID_MAX      100000
#define SECONDS_MAX 1e6

static const char *spaces_skip(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* A number that a count, a time or a rate can be; NULL: there is none. */
static const char *number_read(const char *at, double *ret)
{
    char *end;
    double value;

    at = spaces_skip(at);
    if (!isdigit((unsigned char)*at)) /* strtod() reads "nan", "0x" and signs, too */
        return NULL;
    value = strtod(at, &end);
    if (!(value <= NUMBER_MAX))
        return NULL;
    *ret = value;
    return end;
}

static const char *word_read(const char *at, const char *wanted)
{
    size_t len = strlen(wanted);

    at = at ? spaces_skip(at) : "";
    return strncmp(at, wanted, len) == 0 ? at + len : NULL;
}

/* A number of bytes or bits; -f b keeps it plain, else there are K, M or G in front of the unit. */
static const char *scaled_read(const char *at, const char *unit, double *ret)
{
    static const char letters[] = "KMGT";
    const char *letter;

    at = at ? number_read(at, ret) : NULL;
    at = at ? spaces_skip(at) : "";
    letter = *at ? strchr(letters, *at) : NULL;
    if (!letter)
        return word_read(at, unit);
    *ret *= pow(1024, (double)(letter - letters + 1));
    return word_read(at + 1, unit);
}

/* "[  1] " or "[ *1] " */
static const char *id_read(const char *at, struct line *line)
{
    double id = 0;

    at = word_read(at, "[");
    at = at ? spaces_skip(at) : "";
    line->back = *at == '*';
    at = number_read(at + line->back, &id);
    line->id = id <= ID_MAX ? (int)id : -1;
    return line->id < 0 ? NULL : word_read(at, "]");
}

/* "0.0000-0.5000 sec"; 2.0 puts a space behind the dash */
static const char *span_read(const char *at, struct figures *figures)
{
    at = at ? number_read(at, &figures->start_s) : NULL;
    at = word_read(at, "-");
    at = at ? number_read(at, &figures->end_s) : NULL;
    if (!at || figures->start_s > figures->end_s || figures->end_s > SECONDS_MAX)
        return NULL;
    return word_read(at, "sec");
}

/* "4466/0  4467 pps" or "12668/0  151  503K/94(29) us": only of TCP are there three columns.
 * From 2.2 on the third has what is on its way in front, and packets:
 * "658K(466)/5664K(4006)/7632(1329) us". */
static void sender_read(const char *at, struct figures *figures)
{
    double again, cwnd, rtt;

    if (sscanf(at, "%*f/%*f %lf %lfK/%lf", &again, &cwnd, &rtt) != 3 &&
        sscanf(at, "%*f/%*f %lf %*fK(%*u)/%lfK(%*u)/%lf", &again, &cwnd, &rtt) != 3)
        return;
    if (!(again >= 0 && again <= NUMBER_MAX && cwnd > 0 && cwnd <= NUMBER_MAX && rtt >= 0 &&
          rtt <= NUMBER_MAX))
        return;
    figures->retransmits = again;
    figures->cwnd_bytes = cwnd * 1024;
    figures->rtt_us = rtt;
}

/* "0.001 ms 0/8932 (0%)" */
static bool receiver_read(const char *at, struct figures *figures)
{
    double jitter, lost, all;
    bool negative;

    at = number_read(at, &jitter);
    at = word_read(at, "ms");
    if (!at)
        return false;
    negative = *spaces_skip(at) == '-'; /* more came than were sent: some came twice */
    at = number_read(spaces_skip(at) + negative, &lost);
    at = word_read(at, "/");
    if (!at || !number_read(at, &all))
        return false;
    figures->jitter_ms = jitter;
    figures->lost = negative ? 0 : lost;
    figures->datagrams = all;
    return true;
}

/* 2.0 rounds times to tenths of a second, and tells bytes and rate better than that. */
static void end_refine(struct figures *figures, double rate)
{
    double end_s = figures->start_s + figures->bytes * 8 / rate,
           off_s = fabs(end_s - figures->end_s);

    if (rate > 0 && off_s > 0.001 && off_s <= 0.05)
        figures->end_s = end_s;
}

bool line_read(const char *text, struct line *ret)
{
    struct line line = { .reordered = NAN, .figures = { 0, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN } };
    struct figures *figures = &line.figures;
    const char *at = span_read(id_read(text, &line), figures), *rest;
    double value, rate;

    if (!at)
        return false;
    rest = number_read(at, &value);
    if (rest && word_read(rest, "datagrams received out-of-order")) {
        line.reordered = value;
        *ret = line;
        return true;
    }
    rest = scaled_read(scaled_read(at, "Bytes", &figures->bytes), "bits/sec", &rate);
    if (!rest)
        return false;
    end_refine(figures, rate);
    if (!receiver_read(rest, figures))
        sender_read(rest, figures);
    *ret = line;
    return true;
}

bool connect_read(const char *text, struct connect *ret)
{
    const char *mss = strstr(text, "(icwnd/mss/irtt="), *took = strstr(text, "(ct=");

    *ret = (struct connect){ NAN, NAN };
    if (!strstr(text, " connected with "))
        return false;
    if (mss && (mss = strchr(mss + 16, '/')))
        number_read(mss + 1, &ret->mss);
    if (took)
        number_read(took + 4, &ret->time_ms);
    return true;
}
