/* SPDX-License-Identifier: Apache-2.0
 *
 * One HTTP exchange: see transfer.h.
 */
#include "transfer.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS    10000L
#define RETRY_MAX_S   1000000u
#define FIRST_BYTES   4096
#define CURL_WORD_MAX 200

int transfer_status(const struct transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

/* ---- what libcurl calls ---- */

static curl_socket_t socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)arg, (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void header_copy(char *ret, size_t size, const char *value, size_t len)
{
    snprintf(ret, size, "%.*s", (int)(len < size ? len : size - 1), value);
}

/* A number of seconds or a date. */
static void retry_after_read(struct transfer *transfer, const char *value)
{
    char *end;
    unsigned long long seconds = strtoull(value, &end, 10);

    if (end > value && (*end == '\0' || *end == ' '))
        transfer->answer.retry_after_s = seconds < RETRY_MAX_S ? seconds : RETRY_MAX_S;
    else
        transfer->retry = curl_getdate(value, NULL);
}

static bool is_named(const char *name, size_t len, const char *wanted)
{
    return len == strlen(wanted) && strncasecmp(name, wanted, len) == 0;
}

static void header_read(struct transfer *transfer, const char *name, size_t name_len,
                        const char *value, size_t len)
{
    struct http_answer *answer = &transfer->answer;
    char text[128];

    header_copy(text, sizeof text, value, len);
    if (is_named(name, name_len, "X-Subject-Token")) {
        if (len < sizeof answer->token) /* a part of one is worth nothing */
            header_copy(answer->token, sizeof answer->token, value, len);
    } else if (is_named(name, name_len, "X-Openstack-Request-Id") ||
               (is_named(name, name_len, "X-Compute-Request-Id") && !*answer->request_id)) {
        header_copy(answer->request_id, sizeof answer->request_id, value, len);
    } else if (is_named(name, name_len, "Content-Type")) {
        header_copy(answer->content_type, sizeof answer->content_type, value, len);
    } else if (is_named(name, name_len, "Retry-After")) {
        retry_after_read(transfer, text);
    } else if (is_named(name, name_len, "Date")) {
        transfer->date = curl_getdate(text, NULL);
    }
}

/* A head begins with its status line; that of an answer comes behind those of 100 and redirects. */
static size_t header_take(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t len = size * count, end = len;
    const char *colon = memchr(data, ':', len), *value;

    if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        explicit_bzero(&transfer->answer.token, sizeof transfer->answer.token);
        *transfer->answer.request_id = *transfer->answer.content_type = '\0';
        transfer->answer.retry_after_s = 0;
        transfer->date = transfer->retry = 0;
        return len;
    }
    if (!colon)
        return len;
    while (end > 0 && strchr("\r\n \t", data[end - 1]))
        end--;
    for (value = colon + 1; value < data + end && (*value == ' ' || *value == '\t');)
        value++;
    header_read(transfer, data, (size_t)(colon - data), value,
                value < data + end ? (size_t)(data + end - value) : 0);
    return len;
}

static void tell_moved(const struct transfer *transfer, const struct http_file *file)
{
    curl_off_t size = 0;

    if (!file->moved)
        return;
    if (file == transfer->request->upload)
        size = (curl_off_t)file->size;
    else
        curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    file->moved(file->arg, transfer->offset, size > 0 ? (uint64_t)size : 0);
}

/* It has grown beyond what is wanted, or says that it will. */
static bool is_too_long(const struct transfer *transfer, size_t len)
{
    uint64_t most = transfer->request->download->size;
    curl_off_t announced = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    return most && (transfer->offset + len > most || (announced > 0 && (uint64_t)announced > most));
}

static int file_append(struct transfer *transfer, const char *data, size_t len)
{
    const struct http_file *file = transfer->request->download;

    if (is_too_long(transfer, len))
        return -EFBIG;
    while (len > 0) {
        ssize_t n = pwrite(file->fd, data, len, (off_t)transfer->offset);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            transfer->offset += (uint64_t)n;
            data += n;
            len -= (size_t)n;
        }
    }
    tell_moved(transfer, file);
    return 0;
}

static int memory_append(struct transfer *transfer, const char *data, size_t len)
{
    struct http_answer *answer = &transfer->answer;

    if (len > HTTP_BODY_MAX - answer->len)
        return -EMSGSIZE;
    if (answer->len + len >= transfer->room) {
        size_t room = 2 * (answer->len + len) + FIRST_BYTES;
        char *body = realloc(answer->body, room);

        if (!body)
            return -ENOMEM;
        answer->body = body;
        transfer->room = room;
    }
    memcpy(answer->body + answer->len, data, len);
    answer->len += len;
    answer->body[answer->len] = '\0';
    return 0;
}

static size_t body_take(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    bool to_file = transfer->request->download && transfer_status(transfer) / 100 == 2;

    transfer->failure = to_file ? file_append(transfer, data, size * count)
                                : memory_append(transfer, data, size * count);
    return transfer->failure < 0 ? 0 : size * count;
}

static size_t upload_give(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    const struct http_file *file = transfer->request->upload;
    uint64_t left = file->size - transfer->offset;
    size_t len = left < size * count ? (size_t)left : size * count;
    ssize_t n;

    do
        n = pread(file->fd, data, len, (off_t)transfer->offset);
    while (n < 0 && errno == EINTR);
    if (n < 0 || (n == 0 && len > 0)) {
        transfer->failure = n < 0 ? -errno : -ENODATA;
        return CURL_READFUNC_ABORT;
    }
    transfer->offset += (uint64_t)n;
    tell_moved(transfer, file);
    return (size_t)n;
}

static int upload_seek(void *arg, curl_off_t offset, int origin)
{
    struct transfer *transfer = arg;

    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    transfer->offset = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

/* ---- what libcurl is told ---- */

static void protocols_set(CURL *easy, const char *url)
{
    bool secure = strncasecmp(url, "https:", 6) == 0;
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
#else
    long http = CURLPROTO_HTTP | CURLPROTO_HTTPS;

    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, http);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, secure ? (long)CURLPROTO_HTTPS : http);
#endif
}

static bool may_be_repeated(const char *method)
{
    static const char *const methods[] = { "GET", "HEAD", "PUT", "DELETE" };

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(method, methods[i]) == 0)
            return true;
    return false;
}

static void connection_set(struct transfer *transfer, const char *cacert, bool insecure)
{
    const struct http_request *request = transfer->request;
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, socket_open);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, insecure ? 0L : 2L);
    if (cacert)
        curl_easy_setopt(easy, CURLOPT_CAINFO, cacert);
    /* When a kept connection ends before the first byte of an answer, libcurl sends the request
     * again, a POST too, though the server may have carried it out.  On a new one it does not. */
    if (!may_be_repeated(request->method) || request->upload)
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Whoever gives up does not wait for a name server that does not answer. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void body_set(struct transfer *transfer)
{
    const struct http_request *request = transfer->request;
    CURL *easy = transfer->easy;

    if (request->upload) {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->upload->size);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, upload_give);
        curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
        curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, upload_seek);
        curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
    } else if (request->body || strncmp(request->method, "P", 1) == 0) { /* of POST, PUT, PATCH */
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    }
    if (strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (strcmp(request->method, "GET") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static int headers_set(struct transfer *transfer)
{
    const struct http_request *request = transfer->request;
    /* A server is asked whether it wants a body only where that is long. */
    const char *const no_expect[] = { request->upload ? NULL : "Expect:", NULL };
    const char *const *const lists[] = { no_expect, request->headers };

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const char *const *header = lists[i]; header && *header; header++) {
            struct curl_slist *more = curl_slist_append(transfer->headers, *header);

            if (!more)
                return -ENOMEM;
            transfer->headers = more;
        }
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
    return 0;
}

int transfer_set(struct transfer *transfer, const char *cacert, bool insecure)
{
    const struct http_request *request = transfer->request;
    CURL *easy = transfer->easy;

    connection_set(transfer, cacert, insecure);
    protocols_set(easy, request->url);
    body_set(transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->word);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "vmtp/" VMTP_VERSION);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request->redirects ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)request->redirects);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_take);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    if (curl_easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK)
        return -ENOMEM;
    return headers_set(transfer);
}

/* ---- what came of it ---- */

static int callback_explain(const struct transfer *transfer, struct vmtp_error *err)
{
    const char *why = strerror(-transfer->failure);
    int code = transfer->failure;

    if (code == -EMSGSIZE)
        return vmtp_fail(err, code, "%s: the answer is longer than %u MiB", transfer->origin,
                         HTTP_BODY_MAX >> 20);
    if (code == -EFBIG)
        return vmtp_fail(err, code, "%s: the file is longer than %.3g GiB", transfer->origin,
                         (double)transfer->request->download->size / (double)(1u << 30));
    if (code == -ENOMEM)
        return vmtp_fail(err, code, "out of memory");
    if (code == -ENODATA)
        return vmtp_fail(err, code, "the file that is sent to %s became shorter", transfer->origin);
    if (transfer->request->upload)
        return vmtp_fail(err, code, "can't read what is sent to %s: %s", transfer->origin, why);
    return vmtp_fail(err, code, "can't write what comes from %s: %s", transfer->origin, why);
}

static int connect_explain(const struct transfer *transfer, struct vmtp_error *err)
{
    long code = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &code);
    if (code <= 0)
        return vmtp_fail(err, -ECONNREFUSED, "can't connect to %s: %.*s", transfer->origin,
                         CURL_WORD_MAX, transfer->word);
    return vmtp_fail(err, (int)-code, "can't connect to %s: %s", transfer->origin,
                     strerror((int)code));
}

static int trust_explain(const struct transfer *transfer, struct vmtp_error *err)
{
    return vmtp_fail(err, -EKEYREJECTED,
                     "%s is not to be trusted: %.*s; cacert (OS_CACERT) names the file of its "
                     "authority, insecure (OS_INSECURE) trusts anybody",
                     transfer->origin, CURL_WORD_MAX, transfer->word);
}

int transfer_explain(const struct transfer *transfer, CURLcode code, struct vmtp_error *err)
{
    const char *origin = transfer->origin;

    if (transfer->failure < 0)
        return callback_explain(transfer, err);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return vmtp_fail(err, -EHOSTUNREACH, "can't connect to %s: %.*s", origin, CURL_WORD_MAX,
                         transfer->word);
    case CURLE_COULDNT_CONNECT:
        return connect_explain(transfer, err);
    case CURLE_OPERATION_TIMEDOUT:
        return vmtp_fail(err, -ETIMEDOUT, "can't connect to %s: no answer within %ld s", origin,
                         CONNECT_MS / 1000);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return trust_explain(transfer, err);
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
        return vmtp_fail(err, -ECONNRESET, "%s: the connection was lost %s", origin,
                         transfer_status(transfer) ? "in the middle of the answer"
                                                   : "before the answer");
    case CURLE_LOGIN_DENIED:
        return vmtp_fail(err, -EINVAL, "a URL must not hold a user or password");
    default:
        return vmtp_fail(err, code == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EIO, "%s: %.*s", origin,
                         CURL_WORD_MAX,
                         *transfer->word ? transfer->word : curl_easy_strerror(code));
    }
}

enum http_reach transfer_reach(const struct transfer *transfer)
{
    long sent = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent > 0 ? HTTP_SENT : HTTP_NOT_SENT;
}

void transfer_finish(struct transfer *transfer)
{
    struct http_answer *answer = &transfer->answer;

    answer->status = transfer_status(transfer);
    if (transfer->retry > 0 && transfer->date > 0 && transfer->retry > transfer->date) {
        time_t wait = transfer->retry - transfer->date; /* both are the server's clock */

        answer->retry_after_s = wait < (time_t)RETRY_MAX_S ? (uint64_t)wait : RETRY_MAX_S;
    }
}

void origin_of(const char *url, char ret[ORIGIN_MAX])
{
    const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : url, *at;
    size_t scheme_len = (size_t)(host - url), len = strcspn(host, "/?#");

    while ((at = memchr(host, '@', len))) {
        len -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    snprintf(ret, ORIGIN_MAX, "%.*s%.*s", (int)scheme_len, url, (int)len, host);
}
