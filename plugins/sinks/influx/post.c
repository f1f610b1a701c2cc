/* SPDX-License-Identifier: Apache-2.0 */
#include "post.h"

#include "../../common/clock.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS  5000L
#define RETRY_MAX_S 1000000u

struct post {
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    char origin[300];
    char word[CURL_ERROR_SIZE]; /* libcurl's own */
};

/* ---- what libcurl calls ---- */

static curl_socket_t socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)arg, (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t body_take(char *data, size_t size, size_t count, void *arg)
{
    struct post_answer *answer = arg;
    size_t len = size * count, room = sizeof answer->body - 1 - answer->len;

    memcpy(answer->body + answer->len, data, len < room ? len : room);
    answer->len += len < room ? len : room;
    return len;
}

/* ---- making one ---- */

static void origin_set(struct post *post, const char *url)
{
    const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : url;
    int len = (int)(host - url) + (int)strcspn(host, "/?#");

    snprintf(post->origin, sizeof post->origin, "%.*s", len, url);
}

static int header_add(struct post *post, const char *name, const char *value)
{
    struct curl_slist *headers;
    char text[4096];
    int n = snprintf(text, sizeof text, "%s %s", name, value);

    if (n < 0 || (size_t)n >= sizeof text)
        return -ENAMETOOLONG;
    headers = curl_slist_append(post->headers, text);
    explicit_bzero(text, sizeof text);
    if (!headers)
        return -ENOMEM;
    post->headers = headers;
    return 0;
}

static int headers_set(struct post *post, const struct post_options *options)
{
    int r = header_add(post, "Content-Type:", "text/plain; charset=utf-8");

    if (r == 0)
        r = header_add(post, "Expect:", "");
    if (r == 0 && options->token)
        r = header_add(post, "Authorization: Token", options->token);
    if (r == 0)
        curl_easy_setopt(post->easy, CURLOPT_HTTPHEADER, post->headers);
    return r;
}

static void trust_set(CURL *easy, const struct post_options *options)
{
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options->insecure ? 0L : 2L);
    if (options->cacert)
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->cacert);
    if (options->user) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, options->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, options->password ? options->password : "");
    }
}

static int handle_set(struct post *post, const struct post_options *options)
{
    CURL *easy = post->easy;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, socket_open);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "vmtp/" VMTP_VERSION);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, post->word);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_take);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a name server is not waited for */
#endif
    trust_set(easy, options);
    if (curl_easy_setopt(easy, CURLOPT_URL, options->url) != CURLE_OK)
        return -ENOMEM;
    return headers_set(post, options);
}

int post_new(const struct post_options *options, struct post **ret, struct vmtp_error *err)
{
    struct post *post;
    int r = -ENOMEM;

    if (options->cacert && access(options->cacert, R_OK) < 0)
        return vmtp_fail(err, -errno, "can't read cacert '%.200s': %s", options->cacert,
                         strerror(errno));
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return vmtp_fail(err, -EIO, "libcurl does not start");
    post = calloc(1, sizeof *post);
    if (!post) {
        curl_global_cleanup();
        return vmtp_fail(err, -ENOMEM, "out of memory");
    }
    post->multi = curl_multi_init();
    post->easy = curl_easy_init();
    origin_set(post, options->url);
    if (post->multi && post->easy)
        r = handle_set(post, options);
    if (r < 0) {
        post_free(post);
        return r == -ENOMEM ? vmtp_fail(err, r, "out of memory")
                            : vmtp_fail(err, r, "the token is too long");
    }
    *ret = post;
    return 0;
}

void post_free(struct post *post)
{
    if (!post)
        return;
    curl_easy_cleanup(post->easy);
    curl_multi_cleanup(post->multi);
    for (struct curl_slist *header = post->headers; header; header = header->next)
        explicit_bzero(header->data, strlen(header->data)); /* one of them may hold the token */
    curl_slist_free_all(post->headers);
    free(post);
    curl_global_cleanup();
}

const char *post_origin(const struct post *post)
{
    return post->origin;
}

/* ---- sending ---- */

static int connect_explain(const struct post *post, struct vmtp_error *err)
{
    long code = 0;

    curl_easy_getinfo(post->easy, CURLINFO_OS_ERRNO, &code);
    if (code <= 0)
        return vmtp_fail(err, -EHOSTUNREACH, "can't connect to %s: %.200s", post->origin,
                         post->word);
    return vmtp_fail(err, (int)-code, "can't connect to %s: %s", post->origin, strerror((int)code));
}

static int post_explain(const struct post *post, CURLcode code, struct vmtp_error *err)
{
    const char *word = *post->word ? post->word : curl_easy_strerror(code);

    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return vmtp_fail(err, -EHOSTUNREACH, "can't connect to %s: %.200s", post->origin, word);
    case CURLE_COULDNT_CONNECT:
        return connect_explain(post, err);
    case CURLE_OPERATION_TIMEDOUT:
        return vmtp_fail(err, -ETIMEDOUT, "can't connect to %s: no answer within %ld s",
                         post->origin, CONNECT_MS / 1000);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return vmtp_fail(err, -EKEYREJECTED,
                         "%s is not to be trusted: %.200s; cacert names the file of its authority",
                         post->origin, word);
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
        return vmtp_fail(err, -ECONNRESET, "%s: the connection was lost before the whole answer",
                         post->origin);
    default:
        return vmtp_fail(err, code == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EIO, "%s: %.200s",
                         post->origin, word);
    }
}

static int post_pause(struct post *post, uint64_t deadline_ns, int cancel_fd,
                      struct vmtp_error *err)
{
    struct curl_waitfd cancel = { .fd = cancel_fd, .events = CURL_WAIT_POLLIN };
    int wait_ms = clock_wait_ms(deadline_ns);

    if (wait_ms == 0)
        return vmtp_fail(err, -ETIMEDOUT, "%s: no answer in time", post->origin);
    if (curl_multi_poll(post->multi, &cancel, 1, wait_ms, NULL) != CURLM_OK)
        return vmtp_fail(err, -EIO, "can't wait for %s", post->origin);
    return cancel.revents ? vmtp_fail(err, -ECANCELED, "interrupted") : 0;
}

static int post_run(struct post *post, uint64_t deadline_ns, int cancel_fd, struct vmtp_error *err)
{
    const CURLMsg *message;
    int running = 1, left, r = 0;

    while (r == 0 && running) {
        if (curl_multi_perform(post->multi, &running) != CURLM_OK)
            return vmtp_fail(err, -EIO, "can't talk to %s", post->origin);
        if (running)
            r = post_pause(post, deadline_ns, cancel_fd, err);
    }
    if (r < 0)
        return r;
    message = curl_multi_info_read(post->multi, &left);
    if (message && message->data.result != CURLE_OK)
        return post_explain(post, message->data.result, err);
    return 0;
}

static void answer_finish(const struct post *post, struct post_answer *answer)
{
    curl_off_t retry_after_s = 0;
    long status = 0;

    curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &retry_after_s); /* also of a date */
    answer->status = (int)status;
    if (retry_after_s > 0)
        answer->retry_after_s = retry_after_s < RETRY_MAX_S ? (uint64_t)retry_after_s : RETRY_MAX_S;
}

int post_send(struct post *post, const char *body, size_t len, uint64_t deadline_ns, int cancel_fd,
              struct post_answer *ret, struct vmtp_error *err)
{
    struct post_answer answer = { 0 };
    int r;

    *post->word = '\0';
    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(post->easy, CURLOPT_WRITEDATA, &answer);
    if (curl_multi_add_handle(post->multi, post->easy) != CURLM_OK)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = post_run(post, deadline_ns, cancel_fd, err);
    answer_finish(post, &answer);
    curl_multi_remove_handle(post->multi, post->easy);
    if (r == 0)
        *ret = answer;
    return r;
}
