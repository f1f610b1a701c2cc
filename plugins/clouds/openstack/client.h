/* SPDX-License-Identifier: Apache-2.0
 *
 * A cloud's client: a token, the catalog, and calls of its services in JSON.
 *
 * [any] once it is made; calls run at the same time.  A call asks for a new token once when it is
 * refused with 401; it is repeated, with back-off and Retry-After, only where that can do no harm:
 * GET, HEAD, PUT (but for uploads) and DELETE after 429, 500, 502, 503, 504 and lost connections,
 * POST only after 429, 413 with Retry-After, and where it never reached the server.  Errors name
 * the service, what the service says itself, and its request id: "network: 409 RouterInUse: Router
 * x still has ports (req-...)".  Passwords and tokens are in no error and no trace.
 */
#ifndef OPENSTACK_CLIENT_H
#define OPENSTACK_CLIENT_H

#include <jansson.h>

#include "credentials.h"
#include "http.h"

#define OS_ID_MAX   80
#define OS_NAME_MAX 256

enum os_service { OS_IDENTITY, OS_COMPUTE, OS_NETWORK, OS_IMAGE };

struct os_client;

/* Asks for the first token.  Credentials are borrowed. */
int os_client_new(struct vmtp_self *self, const struct os_options *opt,
                  const struct os_credentials *credentials, struct os_client **ret,
                  struct vmtp_error *err);
void os_client_free(struct os_client *client);

/* Of the token: constant while the client lives; "" where it is not known. */
const char *os_client_project(const struct os_client *client);
const char *os_client_user(const struct os_client *client);
const char *os_client_auth_url(const struct os_client *client);
struct vmtp_self *os_client_self(const struct os_client *client);
struct recall *os_client_recall(struct os_client *client); /* recall.h */

/* One call.  The path follows the service's versioned base URL ("/servers/detail?limit=5"; the base
 * of network ends in /v2.0, that of image in /v2, that of identity in /v3), must be escaped already
 * (os_escape), and the deadline is opt->api_timeout_ns from now or that of the step; of an
 * upload it is that of the step, and it must not rest for opt->api_timeout_ns. */
struct os_call {
    enum os_service service;
    const char *method, *path;
    const json_t *body;             /* borrowed; NULL: none */
    const char *microversion;       /* of compute; NULL: the least, 2.1 */
    const char *content_type;       /* of the body; NULL: JSON's, of an upload that of bytes */
    const struct http_file *upload; /* instead of body */
};

/* *ret (may be NULL, then the answer is dropped) is the caller's to decref; NULL where the answer
 * has no content.
 * -EACCES 401, -EPERM 403, -EDQUOT a quota (403 and 413 that say so, 409 OverQuota), -ENOENT 404 of
 * this call and nothing else, -EBUSY 409 and 429, -EINVAL 400 and other 4xx, -EREMOTEIO 5xx,
 * -EPROTO no JSON or not what it must be, and what http_perform() has. */
int os_call(struct os_client *client, const struct os_call *call, json_t **ret,
            struct vmtp_error *err);

/* The usual ones; fmt makes the path.  json bodies are stolen, NULL is -ENOMEM. */
VMTP_PRINTF(5, 6)
int os_get(struct os_client *client, enum os_service service, json_t **ret, struct vmtp_error *err,
           const char *fmt, ...);
VMTP_PRINTF(6, 7)
int os_post(struct os_client *client, enum os_service service, json_t *body, json_t **ret,
            struct vmtp_error *err, const char *fmt, ...);
VMTP_PRINTF(6, 7)
int os_put(struct os_client *client, enum os_service service, json_t *body, json_t **ret,
           struct vmtp_error *err, const char *fmt, ...);
VMTP_PRINTF(4, 5)
int os_delete(struct os_client *client, enum os_service service, struct vmtp_error *err,
              const char *fmt, ...);
/* All pages of a collection: *ret is an array of what stands below `key`. */
VMTP_PRINTF(6, 7)
int os_list(struct os_client *client, enum os_service service, const char *key, json_t **ret,
            struct vmtp_error *err, const char *fmt, ...);

/* A GET whose answer stays the same while the client lives is made once; *ret is borrowed. */
int os_recall(struct os_client *client, enum os_service service, const char *path,
              const json_t **ret, struct vmtp_error *err);

/* Percent-encoded for a path or a query; ret has room for len. */
int os_escape(const char *text, char *ret, size_t len);
/* A member that must be a string, copied; "" and false if it is none or too long. */
bool os_text(const json_t *object, const char *key, char *ret, size_t len);
/* A member that must be a whole number; otherwise `otherwise`. */
int64_t os_number(const json_t *object, const char *key, int64_t otherwise);

#endif
