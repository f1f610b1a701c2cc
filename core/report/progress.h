/* SPDX-License-Identifier: Apache-2.0
 *
 * The line that says how far a run is.  A pure function.
 */
#ifndef VMTP_REPORT_PROGRESS_H
#define VMTP_REPORT_PROGRESS_H

#include "../engine/run.h"

/* "12/40 trials  30 %  02:10 left  flow=bulk,path=direct", in at most width columns and len bytes
 * with the NUL; while it is not known what is left, how long it has been instead. */
void progress_line(const struct progress *progress, uint64_t elapsed_ns, size_t width, char *ret,
                   size_t len);

#endif
