/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP over libcurl: see http.h.
 *
 * An exchange has a line of its own: an easy handle in a multi handle, which keeps the connections.
 * Sockets are close-on-exec; the descriptors that libcurl makes for itself are not in all of its
 * versions, and are closed by process.c before a program runs.
 */
#include "http.h"

#include "../../common/clock.h"
#include "transfer.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct line {
    struct line *next;
    CURLM *multi;
    CURL *easy;
};

struct http {
    char *cacert;
    bool insecure;
    pthread_mutex_t lock; /* of the lines that nobody uses */
    struct line *lines;
};

/* ---- lines ---- */

static void line_free(struct line *line)
{
    if (!line)
        return;
    curl_easy_cleanup(line->easy);
    curl_multi_cleanup(line->multi);
    free(line);
}

static struct line *line_new(void)
{
    struct line *line = calloc(1, sizeof *line);

    if (!line)
        return NULL;
    line->multi = curl_multi_init();
    line->easy = curl_easy_init();
    if (line->multi && line->easy)
        return line;
    line_free(line);
    return NULL;
}

static struct line *line_take(struct http *http)
{
    struct line *line;

    pthread_mutex_lock(&http->lock);
    line = http->lines;
    if (line)
        http->lines = line->next;
    pthread_mutex_unlock(&http->lock);
    return line ? line : line_new();
}

static void line_give_back(struct http *http, struct line *line)
{
    curl_multi_remove_handle(line->multi, line->easy);
    curl_easy_reset(line->easy);
    pthread_mutex_lock(&http->lock);
    line->next = http->lines;
    http->lines = line;
    pthread_mutex_unlock(&http->lock);
}

/* ---- the wait ---- */

static uint64_t transfer_stalls_ns(struct transfer *transfer, uint64_t now_ns)
{
    long head = 0;
    curl_off_t down = 0, up = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &head);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &up);
    if (head + down + up != transfer->moved) {
        transfer->moved = head + down + up;
        transfer->moved_ns = now_ns;
    }
    return transfer->request->stall_ns ? transfer->moved_ns + transfer->request->stall_ns
                                       : UINT64_MAX;
}

/* The deadline, or the end of the grace after a cancel. */
static uint64_t transfer_until_ns(const struct transfer *transfer)
{
    const struct http_request *request = transfer->request;
    uint64_t grace_ns = transfer->cancelled_ns + request->grace_ns;

    return transfer->cancelled_ns && grace_ns < request->deadline_ns ? grace_ns
                                                                     : request->deadline_ns;
}

static int transfer_cancel(struct transfer *transfer, struct vmtp_error *err)
{
    if (!transfer->request->grace_ns || transfer_reach(transfer) == HTTP_NOT_SENT)
        return vmtp_fail(err, -ECANCELED, "interrupted");
    transfer->cancelled_ns = clock_now_ns();
    return 0;
}

/* Sleep until something can be done; or it is over, by a cancel, the deadline or a stall. */
static int transfer_pause(struct line *line, struct transfer *transfer, struct vmtp_error *err)
{
    const struct http_request *request = transfer->request;
    struct curl_waitfd cancel = { .fd = request->cancel_fd, .events = CURL_WAIT_POLLIN };
    uint64_t now_ns = clock_now_ns(), stalls_ns = transfer_stalls_ns(transfer, now_ns);
    uint64_t over_ns = transfer_until_ns(transfer);
    bool listens = request->cancel_fd >= 0 && !transfer->cancelled_ns;

    if (now_ns >= over_ns && transfer->cancelled_ns)
        return vmtp_fail(err, -ECANCELED, "interrupted");
    if (now_ns >= over_ns)
        return vmtp_fail(err, -ETIMEDOUT, "%s: no %sanswer in time", transfer->origin,
                         transfer_status(transfer) ? "whole " : "");
    if (now_ns >= stalls_ns)
        return vmtp_fail(err, -ETIMEDOUT, "%s: nothing has moved for %.3g s", transfer->origin,
                         (double)request->stall_ns / 1e9);
    if (curl_multi_poll(line->multi, &cancel, listens,
                        clock_wait_ms(stalls_ns < over_ns ? stalls_ns : over_ns), NULL) != CURLM_OK)
        return vmtp_fail(err, -EIO, "can't wait for %s", transfer->origin);
    return cancel.revents ? transfer_cancel(transfer, err) : 0;
}

static int transfer_run(struct line *line, struct transfer *transfer, struct vmtp_error *err)
{
    const CURLMsg *message;
    int running = 1, left, r;

    transfer->moved_ns = clock_now_ns();
    for (;;) {
        if (curl_multi_perform(line->multi, &running) != CURLM_OK)
            return vmtp_fail(err, -EIO, "can't talk to %s", transfer->origin);
        if (!running)
            break;
        r = transfer_pause(line, transfer, err);
        if (r < 0)
            return r;
    }
    message = curl_multi_info_read(line->multi, &left);
    if (message && message->data.result != CURLE_OK)
        return transfer_explain(transfer, message->data.result, err);
    return 0;
}

/* ---- the whole ---- */

static bool is_cancelled(int cancel_fd)
{
    struct pollfd cancel = { .fd = cancel_fd, .events = POLLIN };

    return poll(&cancel, 1, 0) > 0;
}

static int transfer_begin(const struct http *http, struct line *line, struct transfer *transfer,
                          struct vmtp_error *err)
{
    const struct http_file *download = transfer->request->download;

    if (is_cancelled(transfer->request->cancel_fd))
        return vmtp_fail(err, -ECANCELED, "interrupted");
    if (download && ftruncate(download->fd, 0) < 0)
        return vmtp_fail(err, -errno, "can't write what comes from %s: %s", transfer->origin,
                         strerror(errno));
    if (transfer_set(transfer, http->cacert, http->insecure) < 0 ||
        curl_multi_add_handle(line->multi, line->easy) != CURLM_OK)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return 0;
}

int http_perform(struct http *http, const struct http_request *request, struct http_answer *ret,
                 enum http_reach *ret_reach, struct vmtp_error *err)
{
    struct line *line = line_take(http);
    struct transfer transfer = { .request = request };
    int r;

    *ret_reach = HTTP_NOT_SENT;
    if (!line)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    transfer.easy = line->easy;
    origin_of(request->url, transfer.origin);
    r = transfer_begin(http, line, &transfer, err);
    if (r == 0)
        r = transfer_run(line, &transfer, err);
    *ret_reach = transfer_reach(&transfer);
    if (r == 0) {
        transfer_finish(&transfer);
        *ret = transfer.answer;
        transfer.answer.body = NULL;
    }
    http_answer_clear(&transfer.answer);
    line_give_back(http, line);
    curl_slist_free_all(transfer.headers);
    return r;
}

void http_answer_clear(struct http_answer *answer)
{
    if (answer->body)
        explicit_bzero(answer->body, answer->len); /* it may be a token */
    free(answer->body);
    explicit_bzero(answer, sizeof *answer);
}

int http_new(const struct http_options *options, struct http **ret, struct vmtp_error *err)
{
    struct http *http;

    if (options->cacert && access(options->cacert, R_OK) < 0)
        return vmtp_fail(err, -errno, "can't read cacert '%.200s': %s", options->cacert,
                         strerror(errno));
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return vmtp_fail(err, -EIO, "libcurl does not start");
    http = calloc(1, sizeof *http);
    if (http && options->cacert)
        http->cacert = strdup(options->cacert);
    if (!http || (options->cacert && !http->cacert)) {
        free(http);
        curl_global_cleanup();
        return vmtp_fail(err, -ENOMEM, "out of memory");
    }
    http->insecure = options->insecure;
    pthread_mutex_init(&http->lock, NULL);
    *ret = http;
    return 0;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    for (struct line *line = http->lines, *next; line; line = next) {
        next = line->next;
        line_free(line);
    }
    pthread_mutex_destroy(&http->lock);
    free(http->cacert);
    free(http);
    curl_global_cleanup();
}
