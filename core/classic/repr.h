/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON values as Python prints them: {'tp_kbps': '940123', 128: {'loss_rate': 0.0}}.
 *
 * Pure.  Keys that are whole numbers stand without quotes, as VMTP's packet sizes do.
 */
#ifndef VMTP_CLASSIC_REPR_H
#define VMTP_CLASSIC_REPR_H

#include "../base/buf.h"

#include <jansson.h>

/* A value that is NULL was not to be had: -ENOMEM.  Else as buf_add(). */
int repr_add(struct buf *ret, const json_t *value);

#endif
