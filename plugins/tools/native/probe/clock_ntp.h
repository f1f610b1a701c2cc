/* SPDX-License-Identifier: Apache-2.0
 *
 * ntpd's control messages (RFC 9327, mode 6), as far as its system variables go: of ntpd 4 and of
 * NTPsec.  Pure.
 */
#ifndef PROBE_CLOCK_NTP_H
#define PROBE_CLOCK_NTP_H

#include "clock_keeper.h"

#include <stddef.h>

#define NTP_QUESTION_BYTES 64
#define NTP_ANSWER_BYTES   1024

/* The length. */
size_t ntp_question(uint16_t sequence, uint8_t ret[NTP_QUESTION_BYTES]);
/* 0; -EAGAIN: of another question; -EPROTO: no such answer; -EACCES: it refuses to tell. */
int ntp_answer(const uint8_t *data, size_t len, uint16_t sequence, struct clock_keeper *ret);

#endif
