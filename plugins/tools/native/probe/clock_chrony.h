/* SPDX-License-Identifier: Apache-2.0
 *
 * chronyd's command protocol, version 6 (chrony 1.27 and younger), as far as "tracking" goes. Pure.
 */
#ifndef PROBE_CLOCK_CHRONY_H
#define PROBE_CLOCK_CHRONY_H

#include "clock_keeper.h"

#include <stddef.h>

#define CHRONY_BYTES 104 /* of the question, padded to be no shorter than the answer, and of it */

void chrony_question(uint32_t sequence, uint8_t ret[CHRONY_BYTES]);
/* 0; -EAGAIN: of another question; -EPROTO: no such answer; -EACCES: it refuses to tell. */
int chrony_answer(const uint8_t *data, size_t len, uint32_t sequence, struct clock_keeper *ret);

#endif
