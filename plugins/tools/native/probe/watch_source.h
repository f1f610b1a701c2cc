/* SPDX-License-Identifier: Apache-2.0
 *
 * All that `vmtp-probe watch` looks at: which files, how often, and at what cost.
 *
 * One thread.  What looking takes is measured; where all sources together take more than
 * SOURCES_BUDGET of a CPU, the dearest is looked at half as often, and so on; where they take much
 * less, it gets its rhythm back.
 */
#ifndef PROBE_WATCH_SOURCE_H
#define PROBE_WATCH_SOURCE_H

#include "watch_figures.h"

#define SOURCES_BUDGET 0.003         /* of a CPU; the sentinel and sending the lines come on top */
#define SOURCE_MOST_NS 5000000000ull /* none is looked at more rarely */

enum source_mode { SOURCES_IDLE, SOURCES_NETWORK, SOURCES_WHOLE };

struct sources;

/* NULL: out of memory. */
struct sources *sources_open(uint64_t interval_ns);
/* Look at those that are due, add their figures. */
void sources_take(struct sources *, enum source_mode, uint64_t now_ns, struct figures *);

#endif
