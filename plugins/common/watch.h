/* SPDX-License-Identifier: Apache-2.0
 *
 * A subcommand of vmtp-probe at every endpoint, for a monitor: started, listened to and stopped by
 * the monitor's own thread, which never waits for one endpoint alone.
 *
 * The probe says one JSON object a line, with "ev" (which kind of line) and "t" (nanoseconds of its
 * own CLOCK_MONOTONIC), at least once an interval, and ends with its stdin.  Lines "note" and
 * "error" (with a "text") are told as events of the endpoint; all others go to line().  One that
 * dies or goes silent is told once, and the others are watched on.
 */
#ifndef COMMON_WATCH_H
#define COMMON_WATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <vmtp/host.h>

struct watch;

struct watch_line {
    struct watch *watch;
    size_t index; /* of the endpoint, in the order of run() */
    const struct vmtp_endpoint *endpoint;
    const char *event;  /* its "ev" */
    const json_t *json; /* the whole object; borrowed */
    uint64_t time_ns;   /* its "t" by our CLOCK_MONOTONIC; when it came where it has none */
};

struct watch_spec {
    const char *const *argv; /* behind vmtp-probe: "watch", "100", NULL; at most 14 words */
    uint64_t interval_ns;
    /* A negative return ends the watching and is returned. */
    int (*line)(void *arg, const struct watch_line *line);
    /* That endpoint's probe has ended (gone) or is silent.  NULL: of no interest. */
    void (*lost)(void *arg, struct watch *watch, size_t index, bool gone);
    void *arg;
};

/* [worker] Until the cancel fd is readable: -ECANCELED.  Another negative errno: nobody is left to
 * be watched. */
int watch_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints, size_t count,
              const struct watch_spec *spec, struct vmtp_error *err);

/* [worker] For line() and lost(): a line to that endpoint's probe, with its newline.  One that
 * can't be written is no error here: the probe's end or silence is told anyway. */
void watch_say(struct watch *watch, size_t index, const char *text);
/* [worker] For line() and lost(): another time of that probe's clock by ours. */
uint64_t watch_time(const struct watch *watch, size_t index, uint64_t probe_ns);

/* A number of an object; other where it is absent, or outside min..max. */
double watch_number(const json_t *json, const char *key, double min, double max, double other);

#endif
