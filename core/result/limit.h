/* SPDX-License-Identifier: Apache-2.0
 *
 * What limited a flow: each interval of its trials is judged by what was seen in it, and the cause
 * that most of them share is the flow's.
 *
 * Pure.  A figure that is missing is no evidence; evidence that disagrees makes the cause unknown:
 * a wrong answer that sounds sure is worse than none.
 */
#ifndef VMTP_RESULT_LIMIT_H
#define VMTP_RESULT_LIMIT_H

#include "trial.h"

enum limit_cause {
    LIMIT_NONE = 0, /* nothing to say: a latency, a flow without goodput */
    LIMIT_UNKNOWN,
    LIMIT_SENDER_SCHEDULING,    /* the sending thread was ready and had no CPU */
    LIMIT_HYPERVISOR,           /* stolen CPU time, stalls */
    LIMIT_SENDER_CPU,           /* a full core at the sender */
    LIMIT_RECEIVER_SOFTIRQ,     /* the receiver's kernel */
    LIMIT_RECEIVER_CPU,         /* a full core of the receiving program */
    LIMIT_RECEIVER_APPLICATION, /* the receiving program does not read */
    LIMIT_RECEIVE_WINDOW,       /* less than rate times RTT, and can't grow */
    LIMIT_SEND_BUFFER,          /* the same at the sender */
    LIMIT_SENDER_APPLICATION,   /* the sending program has nothing to send */
    LIMIT_PACING,               /* the rate that was asked for */
    LIMIT_LINE_RATE,            /* what the path can carry with these headers */
    LIMIT_TOKEN_BUCKET,         /* a burst, then less */
    LIMIT_LOSS,                 /* loss or a policer */
    LIMIT_QUEUEING,             /* a queue that fills */
    LIMIT_PER_FLOW,             /* two connections carry more than one */
    LIMIT_CAUSES
};

/* From since_ns to until_ns of a trial, since its start. */
struct limit_span {
    uint32_t trial;
    uint64_t since_ns, until_ns;
    enum limit_cause cause;
};

#define LIMIT_EVIDENCE_MAX 6

struct limit {
    enum limit_cause cause;
    double share;                       /* of the intervals that had it */
    char *evidence[LIMIT_EVIDENCE_MAX]; /* whole phrases with figures */
    size_t evidence_count;
    char advice[240];         /* one line; "": none */
    struct limit_span *spans; /* of all trials in order, equal neighbours joined */
    size_t span_count;
    double burst_bps, sustained_bps, burst_s; /* of LIMIT_TOKEN_BUCKET; else NAN */
};

/* "line-rate", and what stands behind "limited by": "the line rate". */
const char *limit_name(enum limit_cause cause);
const char *limit_phrase(enum limit_cause cause);

/* 0 or -ENOMEM. */
int limit_make(const struct measurement *measurement, struct limit **ret);
void limit_free(struct limit *limit);
DEFINE_CLEANUP(limit_free, struct limit *)

/* Would another trial tell more?  The cause is not known, and neither with twice the streams
 * (*ret_wider) nor for twice as long (*ret_longer) was it tried yet. */
void limit_wants(const struct measurement *measurement, bool *ret_wider, bool *ret_longer);

#endif
