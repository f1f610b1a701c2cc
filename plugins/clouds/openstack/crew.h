/* SPDX-License-Identifier: Apache-2.0
 *
 * A crew: jobs that are done at the same time, by at most a few threads.
 *
 * Jobs are independent; each blocks as it likes.  After the first failure no further job begins;
 * those that run are waited for.
 */
#ifndef OPENSTACK_CREW_H
#define OPENSTACK_CREW_H

#include <stddef.h>

#include <vmtp/error.h>

#define CREW_MAX 8 /* threads */

/* Does job number i of what arg points to. */
typedef int (*crew_job)(void *arg, size_t i, struct vmtp_error *err);

/* All of 0 to count-1.  Returns 0, or what failed first, with its error. */
int crew_run(size_t count, crew_job job, void *arg, struct vmtp_error *err);

#endif
