/* SPDX-License-Identifier: Apache-2.0
 *
 * One HTTP exchange on one handle of libcurl: what libcurl is told, what it calls, and why there
 * was no answer.
 *
 * On the stack of whoever performs it.  Private to http.c.
 */
#ifndef OPENSTACK_TRANSFER_H
#define OPENSTACK_TRANSFER_H

#include "http.h"

#include <curl/curl.h>

#define ORIGIN_MAX 300

struct transfer {
    const struct http_request *request;
    CURL *easy;
    char origin[ORIGIN_MAX]; /* "https://cloud.example:5000" */
    struct curl_slist *headers;
    struct http_answer answer;
    size_t room;
    uint64_t offset;            /* in the file that is sent or written */
    int failure;                /* why we ourselves ended it: a negative errno */
    time_t date, retry;         /* Date; Retry-After where that is a date; 0: not said */
    uint64_t cancelled_ns;      /* when it was, and goes on for its grace; 0: it was not */
    curl_off_t moved;           /* bytes, both ways, when something last moved ... */
    uint64_t moved_ns;          /* ... which was then */
    char word[CURL_ERROR_SIZE]; /* libcurl's own */
};

/* The request as options of the handle; -ENOMEM. */
int transfer_set(struct transfer *transfer, const char *cacert, bool insecure);
/* 0: not known yet. */
int transfer_status(const struct transfer *transfer);
/* Has any byte of it been sent? */
enum http_reach transfer_reach(const struct transfer *transfer);
/* The answer is whole. */
void transfer_finish(struct transfer *transfer);
/* There is none, and libcurl says so. */
int transfer_explain(const struct transfer *transfer, CURLcode code, struct vmtp_error *err);
/* Of a URL what comes before its path, without user and password. */
void origin_of(const char *url, char ret[ORIGIN_MAX]);

#endif
