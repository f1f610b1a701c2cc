/* SPDX-License-Identifier: Apache-2.0
 *
 * All that is known of this machine's clock at a moment, and what follows from it: how far from
 * true time it can be.  For the `clock` subcommand, for facts, and for one-way delays.
 */
#ifndef PROBE_CLOCK_STATE_H
#define PROBE_CLOCK_STATE_H

#include "clock_host.h"
#include "clock_keeper.h"
#include "clock_kernel.h"
#include "json.h"

struct clock_state {
    struct clock_kernel kernel;
    struct clock_keeper keeper;
    struct clock_host host;
    bool synchronised; /* as its keeper says, else as the kernel does */
    double offset_s;   /* this clock less true time; NAN: nobody estimates it */
    double error_s;    /* it is no further off than that; NAN: nobody vouches for a bound */
};

/* Look at all of it.  asker and state: zeroed before the first time, then as the last call left
 * them. */
void clock_state_read(struct clock_asker *, struct clock_state *);
/* What follows from kernel and keeper.  Pure. */
void clock_state_judge(struct clock_state *);
/* As fields of an open object: "synchronised", "offset_s", "error_s", "keeper", "from", "stratum",
 * "beside", "source", "sources", "kernel": {...}, "host": {...}; what is not known is absent. */
void clock_state_add(struct json_writer *, const struct clock_state *);

#endif
