/* SPDX-License-Identifier: Apache-2.0
 *
 * What else differs between two sides of a comparison than their figures: versions, kernels and
 * their settings, what the cloud said of itself, options of the tools, MTU and rate of the paths.
 *
 * "What has changed?" is the first thing that is asked when figures have.  One thread.
 */
#ifndef VMTP_REPORT_DIFFERENCES_H
#define VMTP_REPORT_DIFFERENCES_H

#include "compare.h"

/* Adds a phrase for each to the notes: "kernel: 6.1.0 in OLD, 6.8.0 in NEW".  What only one side
 * tells is not there, nor what is of results that only one side has.  -ENOMEM. */
int differences_add(const struct side *old, const struct side *now, json_t *notes);

#endif
