/* SPDX-License-Identifier: Apache-2.0
 *
 * One answer of gmond: connect, read to the end, within a deadline.
 *
 * gmond sends all it knows to whoever connects, and closes.  [worker]
 */
#ifndef GMOND_FETCH_H
#define GMOND_FETCH_H

#include "../../common/dial.h"
#include "report.h"

/* report() gets each host that came whole, also where the rest failed.  -ECANCELED: stopped. */
int fetch(const struct dial *from, void (*report)(void *arg, const struct report *report),
          void *arg, struct vmtp_error *err);

#endif
