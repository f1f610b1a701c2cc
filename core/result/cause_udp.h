/* SPDX-License-Identifier: Apache-2.0
 *
 * The cause that one look of a flow of datagrams has: of those that were lost, where.  Pure.
 */
#ifndef VMTP_RESULT_CAUSE_UDP_H
#define VMTP_RESULT_CAUSE_UDP_H

#include "limit.h"
#include "look.h"

enum limit_cause cause_udp(const struct look *look, const struct terms *terms);

/* Of the datagrams that were lost, those that no stage owned up to: the network's; NAN: stages
 * are not known. */
double lost_elsewhere(const struct look *look);

#endif
