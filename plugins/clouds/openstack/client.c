/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include "../../common/clock.h"
#include "catalog.h"
#include "complaint.h"
#include "errand.h"
#include "identity.h"
#include "recall.h"

#include <pthread.h>
#include <stdlib.h>

#define PATH_MAX_LEN 2048
#define EARLY_NS     (60 * NS_PER_S) /* before it expires a token is renewed */
#define AGAIN_NS     (5 * NS_PER_S)  /* after a renewal that failed while the old one is good */
#define HEADERS_MAX  8
#define GRACE_NS     (10 * NS_PER_S) /* for the answer to a POST that a cancel meets under way */

struct os_client {
    struct vmtp_self *self;
    const struct os_credentials *credentials;
    struct http *http;
    uint64_t timeout_ns;
    struct recall recall;
    struct os_token first; /* constant, but for its text, which is not used */
    pthread_mutex_t lock;  /* of all below; held while a new token is asked for */
    struct os_token token;
    unsigned int number; /* of the token: 1 for the first */
    uint64_t renew_ns;   /* when it is due; 0: when it is refused */
};

/* One call under way; on the stack of its thread. */
struct calling {
    struct os_client *client;
    const struct os_call *call;
    uint64_t deadline_ns;
    unsigned int number;   /* of the token that is used; 0: none yet */
    char token[8192 + 32]; /* the header */
    char url[OS_URL_MAX + PATH_MAX_LEN];
    char content_type[120], microversion[2][80];
    const char *headers[HEADERS_MAX];
    char *body;
};

/* ---- the token ---- */

/* A given token is not renewed: the new one would expire with it. */
static uint64_t renewal_of(const struct os_credentials *credentials, const struct os_token *token)
{
    uint64_t now_ns = clock_now_ns(), left_ns;

    if (!token->expires_ns || token->expires_ns <= now_ns || credentials->auth == OS_AUTH_TOKEN)
        return 0;
    left_ns = token->expires_ns - now_ns;
    return token->expires_ns - (left_ns / 4 < EARLY_NS ? left_ns / 4 : EARLY_NS);
}

/* Under the lock, so that one asks and all others have what comes of it. */
static int token_renew(struct os_client *client, uint64_t deadline_ns, struct vmtp_error *err)
{
    int r = identity_authenticate(client->self, client->http, client->credentials, deadline_ns,
                                  &client->token, err);

    if (r < 0)
        return r;
    client->number++;
    client->renew_ns = renewal_of(client->credentials, &client->token);
    return 0;
}

/* One that is still good is used on when there is no new one yet. */
static void token_renew_early(struct os_client *client, uint64_t deadline_ns)
{
    struct vmtp_error why = { 0 };

    if (token_renew(client, deadline_ns, &why) == 0)
        return;
    client->renew_ns = clock_now_ns() + AGAIN_NS;
    vmtp_debug(client->self, "the token could not be renewed yet: %s", why.text);
}

/* Another one than the call has been refused with, if it has. */
static int token_take(struct calling *calling, struct vmtp_error *err)
{
    struct os_client *client = calling->client;
    uint64_t now_ns = clock_now_ns(), half_ns;
    int r = 0;

    pthread_mutex_lock(&client->lock);
    half_ns = now_ns / 2 + calling->deadline_ns / 2; /* the rest is the call's */
    if (client->number == calling->number ||
        (client->renew_ns && now_ns >= client->token.expires_ns))
        r = token_renew(client, calling->deadline_ns, err);
    else if (client->renew_ns && now_ns >= client->renew_ns)
        token_renew_early(client, half_ns);
    if (r == -ENOENT) { /* of the token, not of what the call is about */
        r = -EACCES;
        if (err)
            err->code = r;
    }
    if (r == 0) {
        calling->number = client->number;
        snprintf(calling->token, sizeof calling->token, "X-Auth-Token: %s", client->token.text);
    }
    pthread_mutex_unlock(&client->lock);
    return r;
}

/* ---- a call ---- */

static void headers_make(struct calling *calling)
{
    const struct os_call *call = calling->call;
    const char **header = calling->headers;

    *header++ = calling->token;
    *header++ = "Accept: application/json";
    if (call->upload || call->body) {
        snprintf(calling->content_type, sizeof calling->content_type, "Content-Type: %.100s",
                 call->content_type ? call->content_type
                 : call->upload     ? "application/octet-stream"
                                    : "application/json");
        *header++ = calling->content_type;
    }
    if (call->microversion) {
        /* The second is what nova knew before 2.27. */
        snprintf(calling->microversion[0], sizeof *calling->microversion,
                 "OpenStack-API-Version: compute %.40s", call->microversion);
        snprintf(calling->microversion[1], sizeof *calling->microversion,
                 "X-OpenStack-Nova-API-Version: %.40s", call->microversion);
        *header++ = calling->microversion[0];
        *header++ = calling->microversion[1];
    }
    *header = NULL;
}

static bool may_be_repeated(const struct os_call *call)
{
    /* An upload that was cut has left the image in a state that takes no second one. */
    return !call->upload && strcmp(call->method, "POST") != 0 && strcmp(call->method, "PATCH") != 0;
}

static int call_try(struct calling *calling, struct http_answer *ret, struct vmtp_error *err)
{
    struct os_client *client = calling->client;
    const struct os_call *call = calling->call;
    struct http_request request = { .method = call->method,
                                    .url = calling->url,
                                    .headers = calling->headers,
                                    .body = calling->body,
                                    .body_len = calling->body ? strlen(calling->body) : 0,
                                    .upload = call->upload,
                                    .deadline_ns = calling->deadline_ns,
                                    .grace_ns = strcmp(call->method, "POST") == 0 ? GRACE_NS : 0,
                                    .stall_ns = call->upload ? client->timeout_ns : 0 };
    struct errand errand = { client->self, client->http, &request, may_be_repeated(call) };
    int r = token_take(calling, err);

    if (r < 0)
        return r;
    headers_make(calling);
    return errand_run(&errand, ret, err);
}

static int call_prepare(struct calling *calling, struct vmtp_error *err)
{
    const struct os_call *call = calling->call;
    struct os_client *client = calling->client;
    int len = snprintf(calling->url, sizeof calling->url, "%s%s", client->first.base[call->service],
                       call->path);

    if (len < 0 || (size_t)len >= sizeof calling->url)
        return vmtp_fail(err, -E2BIG, "the path '%.60s...' is too long", call->path);
    calling->deadline_ns = errand_deadline_ns(client->self, call->upload ? 0 : client->timeout_ns);
    if (call->body) {
        calling->body = json_dumps(call->body, JSON_COMPACT);
        if (!calling->body)
            return vmtp_fail(err, -ENOMEM, "out of memory");
    }
    return 0;
}

static void call_clear(struct calling *calling)
{
    if (calling->body)
        explicit_bzero(calling->body, strlen(calling->body));
    free(calling->body);
    explicit_bzero(calling->token, sizeof calling->token);
}

static int answer_refused(const struct calling *calling, const struct http_answer *answer,
                          struct vmtp_error *err)
{
    const char *secrets[OS_SECRETS_MAX];

    identity_secrets(calling->client->credentials, strchr(calling->token, ' ') + 1, secrets);
    return complaint_fail(answer, secrets, err);
}

static int answer_read(const struct calling *calling, const struct http_answer *answer,
                       json_t **ret, struct vmtp_error *err)
{
    json_t *root;

    if (answer->status / 100 != 2)
        return answer_refused(calling, answer, err);
    if (!ret)
        return 0;
    *ret = NULL;
    if (answer->len == 0)
        return 0;
    root = json_loadb(answer->body, answer->len, 0, NULL);
    if (!root)
        return vmtp_fail(err, -EPROTO, "the answer to %s %.200s is no JSON but '%.40s'",
                         calling->call->method, calling->call->path, answer->content_type);
    *ret = root;
    return 0;
}

int os_call(struct os_client *client, const struct os_call *call, json_t **ret,
            struct vmtp_error *err)
{
    struct calling calling = { .client = client, .call = call };
    struct http_answer answer = { 0 };
    int r = call_prepare(&calling, err);

    if (r == 0)
        r = call_try(&calling, &answer, err);
    if (r == 0 && answer.status == 401) { /* refused, so nothing was done */
        http_answer_clear(&answer);
        r = call_try(&calling, &answer, err);
    }
    if (r == 0) {
        r = answer_read(&calling, &answer, ret, err);
        http_answer_clear(&answer);
    }
    call_clear(&calling);
    return r < 0 ? vmtp_wrap(err, "%s", os_service_types[call->service]) : 0;
}

/* ---- the usual ones ---- */

VMTP_PRINTF(5, 0)
static int call_make(struct os_client *client, struct os_call *call, json_t **ret,
                     struct vmtp_error *err, const char *fmt, va_list ap)
{
    char path[PATH_MAX_LEN];
    int len = vsnprintf(path, sizeof path, fmt, ap);

    if (len < 0 || (size_t)len >= sizeof path)
        return vmtp_fail(err, -E2BIG, "%s: the path '%.60s...' is too long",
                         os_service_types[call->service], path);
    call->path = path;
    return os_call(client, call, ret, err);
}

int os_get(struct os_client *client, enum os_service service, json_t **ret, struct vmtp_error *err,
           const char *fmt, ...)
{
    struct os_call call = { .service = service, .method = "GET" };
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = call_make(client, &call, ret, err, fmt, ap);
    va_end(ap);
    return r;
}

/* The body is stolen. */
VMTP_PRINTF(7, 0)
static int call_send(struct os_client *client, const char *method, enum os_service service,
                     json_t *body, json_t **ret, struct vmtp_error *err, const char *fmt,
                     va_list ap)
{
    struct os_call call = { .service = service, .method = method, .body = body };
    int r = body ? call_make(client, &call, ret, err, fmt, ap)
                 : vmtp_fail(err, -ENOMEM, "out of memory");

    json_decref(body);
    return r;
}

int os_post(struct os_client *client, enum os_service service, json_t *body, json_t **ret,
            struct vmtp_error *err, const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = call_send(client, "POST", service, body, ret, err, fmt, ap);
    va_end(ap);
    return r;
}

int os_put(struct os_client *client, enum os_service service, json_t *body, json_t **ret,
           struct vmtp_error *err, const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = call_send(client, "PUT", service, body, ret, err, fmt, ap);
    va_end(ap);
    return r;
}

int os_delete(struct os_client *client, enum os_service service, struct vmtp_error *err,
              const char *fmt, ...)
{
    struct os_call call = { .service = service, .method = "DELETE" };
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = call_make(client, &call, NULL, err, fmt, ap);
    va_end(ap);
    return r;
}

/* ---- the client ---- */

int os_client_new(struct vmtp_self *self, const struct os_options *opt,
                  const struct os_credentials *credentials, struct os_client **ret,
                  struct vmtp_error *err)
{
    const struct http_options http = { credentials->cacert, credentials->insecure };
    struct os_client *client = calloc(1, sizeof *client);
    int r;

    if (!client)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    client->self = self;
    client->credentials = credentials;
    client->timeout_ns = opt->api_timeout_ns;
    pthread_mutex_init(&client->lock, NULL);
    recall_init(&client->recall);
    r = http_new(&http, &client->http, err);
    if (r == 0)
        r = token_renew(client, errand_deadline_ns(self, client->timeout_ns), err);
    if (r < 0) {
        os_client_free(client);
        return r;
    }
    client->first = client->token;
    explicit_bzero(client->first.text, sizeof client->first.text);
    *ret = client;
    return 0;
}

void os_client_free(struct os_client *client)
{
    if (!client)
        return;
    http_free(client->http);
    recall_clear(&client->recall);
    pthread_mutex_destroy(&client->lock);
    explicit_bzero(client, sizeof *client);
    free(client);
}

const char *os_client_project(const struct os_client *client)
{
    return client->first.project;
}

const char *os_client_user(const struct os_client *client)
{
    return client->first.user;
}

const char *os_client_auth_url(const struct os_client *client)
{
    return client->credentials->auth_url;
}

struct vmtp_self *os_client_self(const struct os_client *client)
{
    return client->self;
}

struct recall *os_client_recall(struct os_client *client)
{
    return &client->recall;
}
