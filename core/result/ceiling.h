/* SPDX-License-Identifier: Apache-2.0
 *
 * What goodput a path could carry at best: the slowest link's rate, less what headers take of it.
 *
 * Pure functions; "not known" is NAN.
 */
#ifndef VMTP_RESULT_CEILING_H
#define VMTP_RESULT_CEILING_H

#include "trial.h"

/* A TCP stream of full segments: payload_bytes is its MSS; 0: what the MTU leaves beside headers
 * with timestamps. */
double ceiling_tcp(const struct vmtp_reach *reach, uint32_t family, double payload_bytes);
/* Datagrams of that payload, in fragments where the MTU is too small for them. */
double ceiling_udp(const struct vmtp_reach *reach, uint32_t family, double payload_bytes);

/* Of a flow, by what it says of itself: the option `protocol`, the metric `mss`, and for datagrams
 * the option `length` or else goodput over datagrams received. */
double measurement_ceiling(const struct measurement *measurement);

#endif
