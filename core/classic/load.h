/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's "cpu_load": how many CPUs of each host that Ganglia knows were busy before and during a
 * test.
 *
 * Of what monitor gmond saw, wherever the host stands in the run.  Pure; borrows what it is given.
 */
#ifndef VMTP_CLASSIC_LOAD_H
#define VMTP_CLASSIC_LOAD_H

#include <jansson.h>

/* { ADDRESS: [baseline, sample, ...] }; NULL: nothing is known of the time before.  The samples are
 * those of the trial, or of all trials where it is NULL. */
json_t *load_json(const json_t *document, const json_t *result, const json_t *trial);

#endif
