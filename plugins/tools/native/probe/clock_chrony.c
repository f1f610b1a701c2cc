/* SPDX-License-Identifier: Apache-2.0
 *
 * As in chrony's candm.h: a header, then the tracking report.  All in network byte order; a real
 * number has 7 bits of exponent and 25 of coefficient, both signed.
 */
#include "clock_chrony.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define VERSION        6
#define QUESTION       1
#define ANSWER         2
#define TRACKING       33
#define TRACKING_REPLY 5
#define SUCCESS        0
#define FAMILY_4       1
#define FAMILY_6       2
#define NOT_IN_STEP    3 /* leap status: unsynchronised */
#define STRATUM_MAX    16
#define SENSIBLE_S     1e10 /* no clock of ours is further off */

/* Offsets of fields. */
enum {
    AT_COMMAND = 4,
    AT_REPLY = 6,
    AT_STATUS = 8,
    AT_QUESTION_SEQUENCE = 8,
    AT_SEQUENCE = 16,
    AT_REFERENCE = 28,
    AT_ADDRESS = 32,
    AT_FAMILY = 48,
    AT_STRATUM = 52,
    AT_LEAP = 54,
    AT_CORRECTION = 68,
    AT_DELAY = 92,
    AT_DISPERSION = 96,
};

static uint32_t get32(const uint8_t *p)
{
    uint32_t value;

    memcpy(&value, p, sizeof value);
    return be32toh(value);
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static double get_real(const uint8_t *p)
{
    uint32_t word = get32(p);
    int exponent = (int)(word >> 25), coefficient = (int)(word & 0x1ffffff);

    if (exponent >= 1 << 6)
        exponent -= 1 << 7;
    if (coefficient >= 1 << 24)
        coefficient -= 1 << 25;
    return ldexp(coefficient, exponent - 25);
}

void chrony_question(uint32_t sequence, uint8_t ret[CHRONY_BYTES])
{
    uint32_t word = htobe32(sequence);

    memset(ret, 0, CHRONY_BYTES);
    ret[0] = VERSION;
    ret[1] = QUESTION;
    ret[AT_COMMAND + 1] = TRACKING;
    memcpy(ret + AT_QUESTION_SEQUENCE, &word, sizeof word);
}

/* The address where it has one, else the reference id: letters of a reference clock, or its
 * number. */
static void get_source(const uint8_t *data, char *to, size_t size)
{
    const uint8_t *id = data + AT_REFERENCE;
    uint16_t family = get16(data + AT_FAMILY);
    size_t len = 0;

    to[0] = 0;
    if (family == FAMILY_4 || family == FAMILY_6) {
        inet_ntop(family == FAMILY_4 ? AF_INET : AF_INET6, data + AT_ADDRESS, to, (socklen_t)size);
        return;
    }
    while (len < 4 && isalnum(id[len]))
        len++;
    if (len)
        snprintf(to, size, "%.*s", (int)len, (const char *)id);
    else if (get32(id))
        inet_ntop(AF_INET, id, to, (socklen_t)size);
}

int chrony_answer(const uint8_t *data, size_t len, uint32_t sequence, struct clock_keeper *ret)
{
    double correction, delay, dispersion;
    struct clock_keeper k = { .name = "chronyd", .answered = true };

    if (len < AT_SEQUENCE + 4 || data[0] != VERSION || data[1] != ANSWER ||
        get16(data + AT_COMMAND) != TRACKING)
        return -EPROTO;
    if (get32(data + AT_SEQUENCE) != sequence)
        return -EAGAIN;
    if (get16(data + AT_STATUS) != SUCCESS)
        return -EACCES;
    if (len < CHRONY_BYTES || get16(data + AT_REPLY) != TRACKING_REPLY)
        return -EPROTO;
    correction = get_real(data + AT_CORRECTION);
    delay = get_real(data + AT_DELAY);
    dispersion = get_real(data + AT_DISPERSION);
    k.stratum = get16(data + AT_STRATUM);
    if (delay < 0 || dispersion < 0 || k.stratum > STRATUM_MAX ||
        fabs(correction) + delay + dispersion > SENSIBLE_S)
        return -EPROTO;
    get_source(data, k.source, sizeof k.source);
    k.synchronised = k.stratum && k.stratum < STRATUM_MAX && get16(data + AT_LEAP) != NOT_IN_STEP &&
                     k.source[0] && !clock_keeper_is_self(k.source);
    k.offset_s = 0 - correction; /* what has to be added to be right */
    k.error_s = dispersion + delay / 2 + fabs(correction);
    *ret = k;
    return 0;
}
