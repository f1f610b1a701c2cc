/* SPDX-License-Identifier: Apache-2.0
 *
 * One HTTP exchange at a time over kept connections (libcurl).
 *
 * [any] thread may perform at the same time: each takes a connection of its own from the pool.
 * Redirects are followed only where the request says so, so that a token goes nowhere but to the
 * host it is meant for.  Proxies are those of the environment.  What may be done twice (GET, HEAD,
 * PUT, DELETE) is sent over a kept connection, and again over a new one if that proves to be dead;
 * everything else goes over a new connection and exactly once.
 */
#ifndef OPENSTACK_HTTP_H
#define OPENSTACK_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmtp/host.h>

#define HTTP_BODY_MAX (32u << 20)

struct http_options {
    const char *cacert; /* NULL: the system's */
    bool insecure;
};

/* What a body is, when it is not memory. */
struct http_file {
    int fd;        /* of a regular file: sent, or written anew, from its beginning */
    uint64_t size; /* of what is sent; what comes may be as long, 0: endless */
    /* Told as it moves: how much, of how much (0: not known).  NULL: nobody wants to know. */
    void (*moved)(void *arg, uint64_t bytes, uint64_t all_bytes);
    void *arg;
};

struct http_request {
    const char *method, *url;
    const char *const *headers; /* "Name: value", ends with NULL; NULL: none but curl's own */
    const char *body;           /* NULL: none */
    size_t body_len;
    const struct http_file *upload;   /* instead of body; NULL: none */
    const struct http_file *download; /* where an answer of 2xx goes instead of into memory */
    uint64_t deadline_ns;             /* CLOCK_MONOTONIC */
    int cancel_fd;
    uint64_t grace_ns; /* that an answer is still waited for after a cancel, once it is sent: what
                          makes something is better known to have made it */
    uint64_t stall_ns; /* given up when nothing has moved for so long; 0: at the deadline only */
    unsigned int redirects; /* that are followed at most; never from https to http */
};

struct http_answer {
    int status;
    char *body; /* NUL behind it; the caller's to free with http_answer_clear() */
    size_t len;
    char token[8192];     /* X-Subject-Token; "" if there is none */
    char request_id[128]; /* X-Openstack-Request-Id, X-Compute-Request-Id */
    char content_type[80];
    uint64_t retry_after_s; /* Retry-After; 0: not said */
};

/* How far a request that failed has come: what must not be done twice may be repeated only if it
 * never reached the server. */
enum http_reach { HTTP_NOT_SENT = 1, HTTP_SENT };

struct http;

int http_new(const struct http_options *options, struct http **ret, struct vmtp_error *err);
void http_free(struct http *http);
/* 0: there is an answer, whatever its status.  Negative: there is none, and *ret_reach says how far
 * it came: -ECANCELED, -ETIMEDOUT, -ECONNREFUSED (and what else connect() has), -ECONNRESET,
 * -EHOSTUNREACH also where there is no such host, -EKEYREJECTED not to be trusted, -EMSGSIZE longer
 * than HTTP_BODY_MAX, -EIO others. */
int http_perform(struct http *http, const struct http_request *request, struct http_answer *ret,
                 enum http_reach *ret_reach, struct vmtp_error *err);
void http_answer_clear(struct http_answer *answer);

#endif
