/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies that are posted to one HTTP server, one after the other over a kept connection (libcurl).
 *
 * No redirect is followed, so that a secret goes nowhere but to the server it is meant for.  Made
 * in open(), freed in close(); one thread at a time in between.
 */
#ifndef INFLUX_POST_H
#define INFLUX_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vmtp/error.h>

struct post_options {
    const char *url;
    const char *user, *password; /* NULL: none */
    const char *token;           /* NULL: none */
    const char *cacert;          /* NULL: the system's */
    bool insecure;
};

struct post_answer {
    int status;
    uint64_t retry_after_s; /* 0: not said */
    char body[2048];        /* its beginning */
    size_t len;
};

struct post;

/* The options' strings are borrowed until post_free(). */
int post_new(const struct post_options *options, struct post **ret, struct vmtp_error *err);
void post_free(struct post *post);
/* The server without path, user and password: "http://metrics.example:8086". */
const char *post_origin(const struct post *post);
/* 0: there is an answer, whatever its status. */
int post_send(struct post *post, const char *body, size_t len, uint64_t deadline_ns, int cancel_fd,
              struct post_answer *ret, struct vmtp_error *err);

#endif
