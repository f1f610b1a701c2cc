/* SPDX-License-Identifier: Apache-2.0
 *
 * What keeps this machine's clock, and how well it says it does: chronyd and ntpd are asked over
 * their own protocols, others are only seen to run.  Nothing of it changes anything.
 */
#ifndef PROBE_CLOCK_KEEPER_H
#define PROBE_CLOCK_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct clock_keeper {
    char name[24];   /* "chronyd"; "": nobody was found */
    char source[48]; /* what it follows: "192.0.2.1", "PHC0"; "": nothing, or it does not tell */
    uint32_t stratum;
    bool answered;     /* what follows is known */
    bool synchronised; /* with something other than itself */
    double offset_s;   /* this clock less true time, as it estimates */
    double error_s;    /* no further off than that: dispersion + delay / 2 + |offset| */
    char other[24];    /* a second one that runs beside it: they fight; "": none */
};

/* Ways of asking, as far as they were tried; zeroed at first.  [one thread] */
struct clock_asker {
    uint32_t sequence;
    int way;                  /* that answered last; 0: none */
    uint64_t tried_ns;        /* when all of them were tried */
    struct clock_keeper seen; /* running, when it was last looked */
};

/* Takes a fraction of a millisecond as a rule, 0.5 s where daemons listen and do not answer; now
 * and then it looks through all processes. */
void clock_keeper_ask(struct clock_asker *, struct clock_keeper *ret);
/* The same without looking who runs: false: nobody answers, and ret stays as it was. */
bool clock_keeper_find(struct clock_asker *, struct clock_keeper *ret);
/* Only the way that answered last, 0.1 s at most; false: there is none, or it does not answer. */
bool clock_keeper_again(struct clock_asker *, struct clock_keeper *ret);

/* Is a source of this name (or reference id) the machine's own undisciplined clock? */
static inline bool clock_keeper_is_self(const char *source)
{
    return !strncmp(source, "127.127.1.", 10) || !strncmp(source, "LOCL", 4) ||
           !strncmp(source, "LOCAL", 5);
}

#endif
