/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_ntp.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES  12
#define VERSION_2     (2 << 3)
#define CONTROL       6
#define MODE_MASK     7
#define READ_VARIABLE 2
#define OP_MASK       0x1f
#define MORE          0x20
#define FAULT         0x40
#define RESPONSE      0x80
#define STRATUM_MAX   16
#define NOT_IN_STEP   3    /* leap: unsynchronised */
#define SENSIBLE_MS   1e13 /* no clock of ours is further off */
#define MS            1e-3

static const char variables[] = "leap,stratum,rootdelay,rootdisp,refid,offset";

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

size_t ntp_question(uint16_t sequence, uint8_t ret[NTP_QUESTION_BYTES])
{
    const size_t len = sizeof variables - 1;

    memset(ret, 0, NTP_QUESTION_BYTES);
    ret[0] = VERSION_2 | CONTROL;
    ret[1] = READ_VARIABLE;
    ret[2] = (uint8_t)(sequence >> 8);
    ret[3] = (uint8_t)sequence;
    ret[11] = (uint8_t)len;
    memcpy(ret + HEADER_BYTES, variables, len);
    return HEADER_BYTES + (len + 3) / 4 * 4;
}

/* What stands behind NAME= in "a=1, b=2,\r\nc=x"; false: nothing of that name, or it is too long.
 */
static bool value_of(const char *text, const char *name, char *to, size_t size)
{
    size_t len = strlen(name);

    while (*text) {
        const char *end;

        text += strspn(text, " ,\r\n");
        end = text + strcspn(text, ",\r\n");
        if (!strncmp(text, name, len) && text[len] == '=') {
            text += len + 1;
            if (end == text || (size_t)(end - text) >= size)
                return false;
            memcpy(to, text, (size_t)(end - text));
            to[end - text] = 0;
            return true;
        }
        text = end;
    }
    return false;
}

static bool number_of(const char *text, const char *name, double min, double max, double *ret)
{
    char value[32], *end;
    double number;

    if (!value_of(text, name, value, sizeof value))
        return false;
    number = strtod(value, &end);
    if (*end || !(number >= min && number <= max))
        return false;
    *ret = number;
    return true;
}

static int variables_read(const char *text, struct clock_keeper *ret)
{
    struct clock_keeper k = { .name = "ntpd", .answered = true };
    double leap, stratum, delay, dispersion, offset;

    if (!number_of(text, "leap", 0, 3, &leap) ||
        !number_of(text, "stratum", 0, STRATUM_MAX, &stratum) ||
        !number_of(text, "rootdelay", 0, SENSIBLE_MS, &delay) ||
        !number_of(text, "rootdisp", 0, SENSIBLE_MS, &dispersion) ||
        !number_of(text, "offset", -SENSIBLE_MS, SENSIBLE_MS, &offset))
        return -EPROTO;
    if (!value_of(text, "refid", k.source, sizeof k.source))
        k.source[0] = 0;
    for (char *p = k.source; *p; p++)
        if (*p < ' ' || *p > '~')
            return -EPROTO;
    k.stratum = (uint32_t)stratum;
    k.synchronised = k.stratum && k.stratum < STRATUM_MAX && leap < NOT_IN_STEP && k.source[0] &&
                     !clock_keeper_is_self(k.source);
    k.offset_s = 0 - offset * MS; /* theirs is what has to be added to be right */
    k.error_s = (dispersion + delay / 2 + fabs(offset)) * MS;
    *ret = k;
    return 0;
}

int ntp_answer(const uint8_t *data, size_t len, uint16_t sequence, struct clock_keeper *ret)
{
    char text[NTP_ANSWER_BYTES];
    size_t count;

    if (len < HEADER_BYTES || (data[0] & MODE_MASK) != CONTROL || !(data[1] & RESPONSE) ||
        (data[1] & OP_MASK) != READ_VARIABLE)
        return -EPROTO;
    if (get16(data + 2) != sequence)
        return -EAGAIN;
    if (data[1] & FAULT)
        return -EACCES;
    count = get16(data + 10);
    if ((data[1] & MORE) || get16(data + 8) || count > len - HEADER_BYTES || count >= sizeof text)
        return -EPROTO; /* so few variables come in one piece */
    memcpy(text, data + HEADER_BYTES, count);
    text[count] = 0;
    return variables_read(text, ret);
}
