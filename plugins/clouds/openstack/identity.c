/* SPDX-License-Identifier: Apache-2.0 */
#include "identity.h"

#include "../../common/clock.h"
#include "catalog.h"
#include "complaint.h"
#include "errand.h"

#include <stdlib.h>
#include <strings.h>

#define DEFAULT_DOMAIN "default" /* the id that every keystone has */

/* What one authentication takes along. */
struct asking {
    struct vmtp_self *self;
    struct http *http;
    const struct os_credentials *credentials;
    uint64_t deadline_ns;
    unsigned int version;  /* 2 or 3 */
    char base[OS_URL_MAX]; /* "https://cloud.example:5000/identity/v3" */
};

/* ---- bodies ---- */

static json_t *domain_pack(const char *id, const char *name)
{
    return id || !name ? json_pack("{ss}", "id", id ? id : DEFAULT_DOMAIN)
                       : json_pack("{ss}", "name", name);
}

/* By its id, or by name and domain. */
static json_t *user_pack(const struct os_credentials *credentials)
{
    if (credentials->user_id)
        return json_pack("{ss}", "id", credentials->user_id);
    return json_pack("{ss so}", "name", credentials->username ? credentials->username : "",
                     "domain",
                     domain_pack(credentials->user_domain_id, credentials->user_domain_name));
}

static json_t *application_pack(const struct os_credentials *credentials)
{
    if (credentials->application_credential_id)
        return json_pack("{ss ss}", "id", credentials->application_credential_id, "secret",
                         credentials->application_credential_secret);
    return json_pack("{ss ss so}", "name", credentials->application_credential_name, "secret",
                     credentials->application_credential_secret, "user", user_pack(credentials));
}

static json_t *password_pack(const struct os_credentials *credentials)
{
    json_t *user = user_pack(credentials);

    json_object_set_new(user, "password", json_string(credentials->password));
    return json_pack("{so}", "user", user);
}

static json_t *identity_pack(const struct os_credentials *credentials)
{
    switch (credentials->auth) {
    case OS_AUTH_APPLICATION_CREDENTIAL:
        return json_pack("{s[s] so}", "methods", "application_credential", "application_credential",
                         application_pack(credentials));
    case OS_AUTH_TOKEN:
        return json_pack("{s[s] s{ss}}", "methods", "token", "token", "id", credentials->token);
    default:
        return json_pack("{s[s] so}", "methods", "password", "password",
                         password_pack(credentials));
    }
}

/* NULL: an application credential brings its own, and a user may have a default one. */
static json_t *scope_pack(const struct os_credentials *credentials)
{
    if (credentials->auth == OS_AUTH_APPLICATION_CREDENTIAL)
        return NULL;
    if (credentials->system_scope)
        return json_pack("{s{sb}}", "system", "all", 1);
    if (credentials->project_id)
        return json_pack("{s{ss}}", "project", "id", credentials->project_id);
    if (!credentials->project_name)
        return NULL;
    return json_pack("{s{ss so}}", "project", "name", credentials->project_name, "domain",
                     domain_pack(credentials->project_domain_id, credentials->project_domain_name));
}

static json_t *v3_pack(const struct os_credentials *credentials)
{
    json_t *scope = scope_pack(credentials), *auth;

    auth = json_pack("{so}", "identity", identity_pack(credentials));
    if (scope)
        json_object_set_new(auth, "scope", scope);
    return json_pack("{so}", "auth", auth);
}

static json_t *v2_pack(const struct os_credentials *credentials)
{
    json_t *auth;

    if (credentials->auth == OS_AUTH_TOKEN)
        auth = json_pack("{s{ss}}", "token", "id", credentials->token);
    else
        auth = json_pack("{s{ss ss}}", "passwordCredentials", "username", credentials->username,
                         "password", credentials->password);
    if (credentials->project_id)
        json_object_set_new(auth, "tenantId", json_string(credentials->project_id));
    else if (credentials->project_name)
        json_object_set_new(auth, "tenantName", json_string(credentials->project_name));
    return json_pack("{so}", "auth", auth);
}

/* ---- where ---- */

/* The auth URL as its root and the version that it ends in, 0 if in none. */
static int url_split(const char *url, char ret_root[OS_URL_MAX], unsigned int *ret_version,
                     struct vmtp_error *err)
{
    static const struct {
        const char *suffix;
        unsigned int version;
    } versions[] = { { "/v3", 3 }, { "/v2.0", 2 } };
    size_t len = strlen(url);

    if (strchr(url, '@'))
        return vmtp_fail(err, -EINVAL, "auth-url must not hold a user or password");
    if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
        return vmtp_fail(err, -EINVAL, "auth-url '%.100s' begins neither with http:// nor https://",
                         url);
    if (len + 8 > OS_URL_MAX)
        return vmtp_fail(err, -EINVAL, "auth-url '%.100s...' is too long", url);
    while (len > 0 && url[len - 1] == '/')
        len--;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        size_t suffix_len = strlen(versions[i].suffix);

        if (len > suffix_len &&
            strncmp(url + len - suffix_len, versions[i].suffix, suffix_len) == 0) {
            *ret_version = versions[i].version;
            len -= suffix_len;
            break;
        }
    }
    snprintf(ret_root, OS_URL_MAX, "%.*s", (int)len, url);
    return 0;
}

/* Which versions are there?  A server that does not say is taken to have v3. */
static int version_ask(struct asking *asking, const char *root, unsigned int preferred,
                       struct vmtp_error *err)
{
    char url[OS_URL_MAX + 1];
    const char *const headers[] = { "Accept: application/json", NULL };
    struct http_request request = {
        .method = "GET", .url = url, .headers = headers, .deadline_ns = asking->deadline_ns
    };
    struct errand errand = { asking->self, asking->http, &request, true };
    struct http_answer answer;
    json_t *versions;
    int r;

    snprintf(url, sizeof url, "%s/", root);
    r = errand_run(&errand, &answer, err);
    if (r < 0)
        return r;
    versions = answer.body ? json_loadb(answer.body, answer.len, 0, NULL) : NULL;
    asking->version = catalog_version(versions, preferred);
    if (!asking->version)
        asking->version = 3;
    json_decref(versions);
    http_answer_clear(&answer);
    return 0;
}

/* What the person says holds, or what the URL ends in; but a URL of the old version stands in many
 * files whose cloud has the new one alone. */
static int base_find(struct asking *asking, struct vmtp_error *err)
{
    const struct os_credentials *credentials = asking->credentials;
    char root[OS_URL_MAX];
    unsigned int suffix = 0;
    int r = url_split(credentials->auth_url, root, &suffix, err);

    if (r < 0)
        return r;
    asking->version = credentials->identity_version ? credentials->identity_version : suffix;
    if (!credentials->identity_version && suffix != 3)
        r = version_ask(asking, root, suffix, err);
    if (r < 0)
        return r;
    if (asking->version == 2 && credentials->auth == OS_AUTH_APPLICATION_CREDENTIAL)
        return vmtp_fail(err, -EINVAL, "v2.0 knows no application credentials");
    if (asking->version == 2 && credentials->auth == OS_AUTH_PASSWORD && !credentials->username)
        return vmtp_fail(err, -EINVAL, "v2.0 takes a username, not a user id");
    snprintf(asking->base, sizeof asking->base, "%.*s/%s", OS_URL_MAX - 8, root,
             asking->version == 2 ? "v2.0" : "v3");
    return 0;
}

/* ---- the token ---- */

void identity_secrets(const struct os_credentials *credentials, const char *token,
                      const char *ret[OS_SECRETS_MAX])
{
    const char *const all[] = { token, credentials->password, credentials->token,
                                credentials->application_credential_secret };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] && *all[i])
            *ret++ = all[i];
    *ret = NULL;
}

static int refusal_explain(const struct asking *asking, const struct http_answer *answer,
                           struct vmtp_error *err)
{
    const struct os_credentials *credentials = asking->credentials;
    const char *secrets[OS_SECRETS_MAX];
    const char *project =
        credentials->project_name ? credentials->project_name : credentials->project_id;
    int r;

    identity_secrets(credentials, "", secrets);
    r = complaint_fail(answer, secrets, err);
    if (credentials->auth == OS_AUTH_TOKEN && (r == -EACCES || r == -ENOENT))
        return vmtp_wrap(err, "the token has expired, or project '%.60s' is not for its user",
                         project ? project : "");
    if (r == -ENOENT || r == -EPROTO)
        return vmtp_wrap(err, "no keystone at %.200s", asking->base);
    if (r != -EACCES)
        return r;
    if (credentials->auth == OS_AUTH_APPLICATION_CREDENTIAL)
        return vmtp_wrap(err, "the application credential is not known or has expired, or its "
                              "secret is wrong");
    return vmtp_wrap(err,
                     "user '%.60s' is not known, the password is wrong, or project '%.60s' is not "
                     "for this user",
                     credentials->username ? credentials->username : credentials->user_id,
                     project ? project : "");
}

static int token_read(const struct asking *asking, const struct http_answer *answer,
                      struct os_token *ret, struct vmtp_error *err)
{
    json_t *root;
    int r;

    if (answer->status / 100 != 2)
        return refusal_explain(asking, answer, err);
    root = answer->body ? json_loadb(answer->body, answer->len, 0, NULL) : NULL;
    r = catalog_read(root, asking->credentials, asking->base, clock_now_ns(), ret, err);
    json_decref(root);
    if (r == 0 && asking->version == 3)
        memcpy(ret->text, answer->token, sizeof ret->text);
    if (r == 0 && !*ret->text)
        return vmtp_fail(err, -EPROTO, "the answer has no token in it");
    return r;
}

static int token_ask(const struct asking *asking, char *body, struct os_token *ret,
                     struct vmtp_error *err)
{
    char url[OS_URL_MAX + 16];
    const char *const headers[] = { "Content-Type: application/json", "Accept: application/json",
                                    NULL };
    struct http_request request = { .method = "POST",
                                    .url = url,
                                    .headers = headers,
                                    .body = body,
                                    .body_len = strlen(body),
                                    .deadline_ns = asking->deadline_ns };
    struct errand errand = { asking->self, asking->http, &request, true }; /* one token more */
    struct http_answer answer;
    int r;

    snprintf(url, sizeof url, "%s%s/tokens", asking->base, asking->version == 2 ? "" : "/auth");
    r = errand_run(&errand, &answer, err);
    if (r < 0)
        return r;
    r = token_read(asking, &answer, ret, err);
    http_answer_clear(&answer);
    return r;
}

int identity_authenticate(struct vmtp_self *self, struct http *http,
                          const struct os_credentials *credentials, uint64_t deadline_ns,
                          struct os_token *ret, struct vmtp_error *err)
{
    struct asking asking = { self, http, credentials, deadline_ns, 0, "" };
    struct os_token token = { 0 };
    char *text = NULL;
    json_t *body;
    int r = base_find(&asking, err);

    if (r == 0) {
        body = asking.version == 2 ? v2_pack(credentials) : v3_pack(credentials);
        text = body ? json_dumps(body, JSON_COMPACT) : NULL;
        json_decref(body);
        r = text ? token_ask(&asking, text, &token, err) : vmtp_fail(err, -ENOMEM, "out of memory");
    }
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    if (r == 0)
        *ret = token;
    explicit_bzero(&token, sizeof token);
    return r < 0 ? vmtp_wrap(err, "identity") : 0;
}
