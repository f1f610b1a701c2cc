/* SPDX-License-Identifier: Apache-2.0
 *
 * The two probes of a flow, kept running between trials, and the conversation with them.
 * Owned by the instance's worker thread.
 */
#ifndef NATIVE_SESSION_H
#define NATIVE_SESSION_H

#include <jansson.h>
#include <vmtp/host.h>

#define RESULTS_MAX    2 /* both directions */
#define HISTOGRAMS_MAX 8

enum { CLIENT, SERVER };

/* What a probe has said in this trial. */
struct mail {
    bool stopped;
    json_t *setup;
    json_t *result[RESULTS_MAX];    /* up, down */
    json_t *intervals[RESULTS_MAX]; /* arrays of "interval" events, in their order */
    json_t *histogram[HISTOGRAMS_MAX];
    size_t histograms;
};

struct probe {
    const char *name;             /* the endpoint's */
    const char *role;             /* "client" or "server" */
    struct vmtp_process *process; /* NULL: not running */
    bool hello;
    uint64_t cpus;
    char boot[40];
    uint64_t heard_ns;
    char complaint[200]; /* its last line on stderr */
    struct mail mail;
};

struct session {
    struct probe probe[2]; /* CLIENT, SERVER */
    uint64_t said_ns;      /* the last "alive" to both */
    uint64_t trial;
};

/* Start the probes that do not run. */
int session_start(struct vmtp_self *, struct session *, const struct vmtp_flow *,
                  struct vmtp_error *);
/* End them; also after a cancel. */
void session_stop(struct vmtp_self *, struct session *);
/* Count their silence from now. */
void session_heard(struct session *);
/* Throw away what they have said. */
void session_forget(struct session *);

VMTP_PRINTF(5, 6)
int probe_say(struct vmtp_self *, struct session *, int which, struct vmtp_error *, const char *fmt,
              ...);

/* Read from both, with most patience for this one, until it has what is wanted; both are told
 * that we are alive.  An error that a probe says, its end or its silence is an error here; what:
 * "connect", for the text. */
typedef bool probe_has(const struct probe *, int arg);
int session_wait(struct vmtp_self *, struct session *, int which, probe_has *has, int arg,
                 uint64_t deadline_ns, const char *what, struct vmtp_error *);

bool probe_has_setup(const struct probe *, int unused);
bool probe_has_result(const struct probe *, int dir);
bool probe_has_stopped(const struct probe *, int unused);

/* A bounded number of an object: value, or other where it is absent or outside 0..max. */
double json_get(const json_t *, const char *key, double max, double other);
bool json_has(const json_t *, const char *key);

#endif
