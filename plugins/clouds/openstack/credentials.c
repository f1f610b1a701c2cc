/* SPDX-License-Identifier: Apache-2.0 */
#include "credentials.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "clouds.h"
#include "openrc.h"
#include "secret.h"

#define PASSWORD_MAX 1024
#define NOWHERE      SIZE_MAX
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* One value, by its name behind "OS_" and another, such as the one before Keystone v3.  An option
 * that gives it also drops its rival, which says the same in another way. */
struct row {
    const char *name, *alias, *rival;
    size_t opt, field; /* in struct os_options and os_credentials, const char *; or NOWHERE */
};

#define OPT(field)   offsetof(struct os_options, field)
#define FIELD(field) offsetof(struct os_credentials, field)
#define BOTH(field)  OPT(field), FIELD(field)

static const struct row rows[] = {
    { "AUTH_URL", NULL, NULL, BOTH(auth_url) },
    { "AUTH_TYPE", NULL, NULL, OPT(auth_type), NOWHERE },
    { "IDENTITY_API_VERSION", NULL, NULL, OPT(identity_version), NOWHERE },
    { "USERNAME", NULL, "USER_ID", BOTH(username) },
    { "USER_ID", NULL, "USERNAME", BOTH(user_id) },
    { "USER_DOMAIN_NAME", "DOMAIN_NAME", "USER_DOMAIN_ID", BOTH(user_domain_name) },
    { "USER_DOMAIN_ID", "DOMAIN_ID", "USER_DOMAIN_NAME", BOTH(user_domain_id) },
    { "PASSWORD", NULL, NULL, BOTH(password) },
    { "PROJECT_NAME", "TENANT_NAME", "PROJECT_ID", BOTH(project_name) },
    { "PROJECT_ID", "TENANT_ID", "PROJECT_NAME", BOTH(project_id) },
    { "PROJECT_DOMAIN_NAME", "DOMAIN_NAME", "PROJECT_DOMAIN_ID", BOTH(project_domain_name) },
    { "PROJECT_DOMAIN_ID", "DOMAIN_ID", "PROJECT_DOMAIN_NAME", BOTH(project_domain_id) },
    { "APPLICATION_CREDENTIAL_ID", NULL, "APPLICATION_CREDENTIAL_NAME",
      BOTH(application_credential_id) },
    { "APPLICATION_CREDENTIAL_NAME", NULL, "APPLICATION_CREDENTIAL_ID",
      BOTH(application_credential_name) },
    { "APPLICATION_CREDENTIAL_SECRET", NULL, NULL, BOTH(application_credential_secret) },
    { "TOKEN", NULL, NULL, BOTH(token) },
    { "SYSTEM_SCOPE", NULL, NULL, OPT(system_scope), NOWHERE },
    { "REGION_NAME", NULL, NULL, BOTH(region) },
    { "INTERFACE", "ENDPOINT_TYPE", NULL, BOTH(interface) },
    { "CACERT", NULL, NULL, BOTH(cacert) },
    { "INSECURE", NULL, NULL, NOWHERE, NOWHERE },
};

/* What is handed out, and what its texts are part of. */
struct holder {
    struct os_credentials credentials; /* stays first */
    json_t *values;                    /* strings by the rows' names */
    char from[PATH_MAX + 100];         /* for people: "admin-openrc.sh", "the environment" */
    bool of_cloud;                     /* from is an entry of clouds.yaml, with names of its own */
};

static int out_of_memory(struct vmtp_error *err)
{
    return vmtp_fail(err, -ENOMEM, "out of memory");
}

static const char *text_of(const struct holder *holder, const char *name)
{
    return json_string_value(json_object_get(holder->values, name));
}

static int value_set(struct holder *holder, const char *name, const char *text,
                     struct vmtp_error *err)
{
    json_t *string = json_string(text);

    if (!string)
        return vmtp_fail(err, -EINVAL, "OS_%s of %.200s is not UTF-8", name, holder->from);
    return json_object_set_new(holder->values, name, string) < 0 ? out_of_memory(err) : 0;
}

/* ---- where they come from ---- */

/* What is known already goes before; aliases become names. */
static int values_take(struct holder *holder, json_t *values, struct vmtp_error *err)
{
    int r = 0;

    for (size_t i = 0; i < COUNT(rows) && r == 0; i++) {
        const char *text = json_string_value(json_object_get(values, rows[i].name));

        if (!text && rows[i].alias)
            text = json_string_value(json_object_get(values, rows[i].alias));
        if (text && !text_of(holder, rows[i].name))
            r = value_set(holder, rows[i].name, text, err);
    }
    secret_json_free(values);
    return r;
}

static int cloud_take(struct holder *holder, const char *name, struct vmtp_error *err)
{
    char file[PATH_MAX];
    json_t *values = NULL;
    int r = cloud_read(name, &values, file, err);

    if (r < 0)
        return r;
    snprintf(holder->from, sizeof holder->from, "cloud '%.60s' of %s", name, file);
    holder->of_cloud = true;
    return values_take(holder, values, err);
}

/* A file that names a cloud has the rest there. */
static int rc_take(struct holder *holder, const char *file, struct vmtp_error *err)
{
    struct secret_text text;
    json_t *values = NULL;
    char cloud[100] = "";
    int r = secret_read(file, &text, err);

    if (r < 0)
        return r;
    r = openrc_parse(text.data, text.len, &values);
    secret_clear(&text);
    if (r < 0)
        return out_of_memory(err);
    if (json_object_get(values, "CLOUD"))
        snprintf(cloud, sizeof cloud, "%s", json_string_value(json_object_get(values, "CLOUD")));
    snprintf(holder->from, sizeof holder->from, "%s", file);
    r = values_take(holder, values, err);
    return r == 0 && *cloud ? cloud_take(holder, cloud, err) : r;
}

/* NULL: not set, or nothing. */
static const char *variable(const char *name)
{
    char full[60];
    const char *text;

    snprintf(full, sizeof full, "OS_%s", name);
    text = getenv(full);
    return text && *text ? text : NULL;
}

static int environment_take(struct holder *holder, struct vmtp_error *err)
{
    const char *cloud = variable("CLOUD");
    int r = 0;

    if (cloud)
        return cloud_take(holder, cloud, err);
    snprintf(holder->from, sizeof holder->from, "the environment");
    for (size_t i = 0; i < COUNT(rows) && r == 0; i++) {
        const char *text = variable(rows[i].name);

        if (!text && rows[i].alias)
            text = variable(rows[i].alias);
        if (text)
            r = value_set(holder, rows[i].name, text, err);
    }
    return r;
}

/* The scenario's own, over all others. */
static int options_take(struct holder *holder, const struct os_options *opt, struct vmtp_error *err)
{
    int r = opt->insecure ? value_set(holder, "INSECURE", "true", err) : 0;

    for (size_t i = 0; i < COUNT(rows) && r == 0; i++) {
        const char *const *text = NULL;

        if (rows[i].opt != NOWHERE)
            text = (const char *const *)(const void *)((const char *)opt + rows[i].opt);
        if (!text || !*text || !**text)
            continue;
        if (rows[i].rival)
            json_object_del(holder->values, rows[i].rival);
        r = value_set(holder, rows[i].name, *text, err);
    }
    return r;
}

static int source_take(struct holder *holder, const struct os_options *opt, struct vmtp_error *err)
{
    if (opt->rc && opt->cloud)
        return vmtp_fail(err, -EINVAL, "rc and cloud both say whose credentials: give one");
    if (opt->rc)
        return rc_take(holder, opt->rc, err);
    return opt->cloud ? cloud_take(holder, opt->cloud, err) : environment_take(holder, err);
}

/* ---- what they are ---- */

static bool says(const char *text, const char *part)
{
    return text && strcasestr(text, part);
}

/* By the type that is named, else by what there is. */
static int auth_find(const struct holder *holder, enum os_auth *ret, struct vmtp_error *err)
{
    const char *type = text_of(holder, "AUTH_TYPE");
    bool application = text_of(holder, "APPLICATION_CREDENTIAL_ID") ||
                       text_of(holder, "APPLICATION_CREDENTIAL_NAME") ||
                       text_of(holder, "APPLICATION_CREDENTIAL_SECRET");
    static const struct {
        const char *name;
        enum os_auth auth;
    } types[] = { { "password", OS_AUTH_PASSWORD },
                  { "v2password", OS_AUTH_PASSWORD },
                  { "v3password", OS_AUTH_PASSWORD },
                  { "v3applicationcredential", OS_AUTH_APPLICATION_CREDENTIAL },
                  { "token", OS_AUTH_TOKEN },
                  { "v2token", OS_AUTH_TOKEN },
                  { "v3token", OS_AUTH_TOKEN } };

    *ret = application                ? OS_AUTH_APPLICATION_CREDENTIAL
           : text_of(holder, "TOKEN") ? OS_AUTH_TOKEN
                                      : OS_AUTH_PASSWORD;
    for (size_t i = 0; type && i < COUNT(types); i++)
        if (strcasecmp(type, types[i].name) == 0) {
            *ret = types[i].auth;
            return 0;
        }
    if (type)
        return vmtp_fail(err, -EINVAL,
                         "auth type '%.40s' of %.200s is not known: password, token and "
                         "v3applicationcredential are",
                         type, holder->from);
    return 0;
}

/* Domains that nobody named are those of the openstack command. */
static int domains_complete(struct holder *holder, struct vmtp_error *err)
{
    bool user = text_of(holder, "USERNAME") && !text_of(holder, "USER_DOMAIN_NAME") &&
                !text_of(holder, "USER_DOMAIN_ID");
    bool project = text_of(holder, "PROJECT_NAME") && !text_of(holder, "PROJECT_DOMAIN_NAME") &&
                   !text_of(holder, "PROJECT_DOMAIN_ID");
    int r = 0;

    if (holder->credentials.auth != OS_AUTH_PASSWORD || holder->credentials.identity_version == 2)
        return 0;
    if (user)
        r = value_set(holder, "USER_DOMAIN_ID", "default", err);
    return r == 0 && project ? value_set(holder, "PROJECT_DOMAIN_ID", "default", err) : r;
}

/* "3", "v3.0", "2.0"; else what the URL says. */
static unsigned int version_find(const struct holder *holder)
{
    const char *version = text_of(holder, "IDENTITY_API_VERSION");
    const char *url = text_of(holder, "AUTH_URL");

    if (version)
        return strchr(version, '3') ? 3 : strchr(version, '2') ? 2 : 0;
    return says(url, "/v2.0") ? 2 : says(url, "/v3") ? 3 : 0;
}

/* "publicURL" is what keystone called it before v3. */
static int interface_check(struct holder *holder, struct vmtp_error *err)
{
    static const char *const names[] = { "public", "internal", "admin" };
    const char *text = text_of(holder, "INTERFACE");

    for (size_t i = 0; i < COUNT(names); i++)
        if (!text || (strncmp(text, names[i], strlen(names[i])) == 0 &&
                      (!text[strlen(names[i])] || strcmp(text + strlen(names[i]), "URL") == 0)))
            return value_set(holder, "INTERFACE", names[i], err);
    return vmtp_fail(err, -EINVAL,
                     "interface '%.40s' of %.200s is not known: public, internal and admin are",
                     text, holder->from);
}

/* A shell would have written out the home folder. */
static int cacert_expand(struct holder *holder, struct vmtp_error *err)
{
    const char *text = text_of(holder, "CACERT"), *home = getenv("HOME");
    char path[PATH_MAX];

    if (!text || strncmp(text, "~/", 2) != 0 || !home)
        return 0;
    snprintf(path, sizeof path, "%s%s", home, text + 1);
    return value_set(holder, "CACERT", path, err);
}

static bool is_true(const char *text)
{
    return text && (strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0 ||
                    strcasecmp(text, "on") == 0 || strcmp(text, "1") == 0);
}

static void fields_fill(struct holder *holder)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].field != NOWHERE)
            *(const char **)(void *)((char *)&holder->credentials + rows[i].field) =
                text_of(holder, rows[i].name);
}

/* Values as they were written become what the client goes by. */
static int values_tidy(struct holder *holder, struct vmtp_error *err)
{
    struct os_credentials *credentials = &holder->credentials;
    const char *scope = text_of(holder, "SYSTEM_SCOPE");
    int r = auth_find(holder, &credentials->auth, err);

    credentials->identity_version = version_find(holder);
    credentials->system_scope = scope && strcasecmp(scope, "all") == 0;
    credentials->insecure = is_true(text_of(holder, "INSECURE"));
    r = r < 0 ? r : domains_complete(holder, err);
    r = r < 0 ? r : interface_check(holder, err);
    r = r < 0 ? r : cacert_expand(holder, err);
    fields_fill(holder);
    return r;
}

/* ---- what is missing ---- */

struct missing {
    const struct holder *holder;
    char text[300];
};

static void missing_name(struct missing *missing, const char *before, const char *name)
{
    size_t used = strlen(missing->text);
    bool lower = missing->holder->of_cloud;
    int len = snprintf(missing->text + used, sizeof missing->text - used, "%s%s%s", before,
                       lower ? "" : "OS_", name);

    for (char *at = missing->text + used + strlen(before); lower && len > 0 && *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
}

/* One of the two, where other is not NULL. */
static void need(struct missing *missing, const char *one, const char *other)
{
    if (text_of(missing->holder, one) || (other && text_of(missing->holder, other)))
        return;
    missing_name(missing, *missing->text ? ", " : "", one);
    if (other)
        missing_name(missing, " or ", other);
}

static int completeness_check(const struct holder *holder, struct vmtp_error *err)
{
    struct missing missing = { .holder = holder };
    const struct os_credentials *credentials = &holder->credentials;

    need(&missing, "AUTH_URL", NULL);
    if (credentials->auth == OS_AUTH_APPLICATION_CREDENTIAL) {
        need(&missing, "APPLICATION_CREDENTIAL_ID", "APPLICATION_CREDENTIAL_NAME");
        need(&missing, "APPLICATION_CREDENTIAL_SECRET", NULL);
        if (!credentials->application_credential_id)
            need(&missing, "USERNAME", "USER_ID");
    } else {
        if (credentials->auth == OS_AUTH_TOKEN)
            need(&missing, "TOKEN", NULL);
        else
            need(&missing, "USERNAME", "USER_ID");
        if (!credentials->system_scope)
            need(&missing, "PROJECT_NAME", "PROJECT_ID");
    }
    if (!*missing.text)
        return 0;
    return vmtp_fail(err, -ENOKEY, "%s missing in %.300s", missing.text, holder->from);
}

/* ---- the whole ---- */

static int holder_fill(struct holder *holder, const struct os_options *opt, struct vmtp_error *err)
{
    int r = source_take(holder, opt, err);

    r = r < 0 ? r : options_take(holder, opt, err);
    r = r < 0 ? r : values_tidy(holder, err);
    return r < 0 ? r : completeness_check(holder, err);
}

static int holder_new(const struct os_options *opt, struct holder **ret, struct vmtp_error *err)
{
    struct holder *holder = calloc(1, sizeof *holder);
    int r;

    if (!holder)
        return out_of_memory(err);
    holder->values = json_object();
    r = holder->values ? holder_fill(holder, opt, err) : out_of_memory(err);
    if (r < 0)
        os_credentials_free(&holder->credentials);
    else
        *ret = holder;
    return r;
}

/* A pipe can be read only once, and that is for later. */
static bool is_pipe(const char *file)
{
    struct stat st;

    return file && stat(file, &st) == 0 && S_ISFIFO(st.st_mode);
}

int os_credentials_check(const struct os_options *opt, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    struct holder *holder = NULL;

    if (is_pipe(opt->rc))
        return 0;
    if (holder_new(opt, &holder, &why) < 0)
        return vmtp_fail(err, -ENOKEY, "%s", why.text);
    os_credentials_free(&holder->credentials);
    return 0;
}

static bool needs_password(const struct holder *holder)
{
    return holder->credentials.auth == OS_AUTH_PASSWORD && !holder->credentials.password;
}

static void password_name(const struct holder *holder, char *ret, size_t len)
{
    const char *user = holder->credentials.username;

    snprintf(ret, len, "OpenStack password of %.100s", user ? user : "the user");
}

int os_credentials_asks(const void *opt, char *ret_what, size_t len)
{
    const struct os_options *options = opt;
    struct holder *holder = NULL;
    bool asks;

    if (is_pipe(options->rc) || holder_new(options, &holder, NULL) < 0)
        return 0;
    asks = needs_password(holder) && !variable("PASSWORD");
    if (asks)
        password_name(holder, ret_what, len);
    os_credentials_free(&holder->credentials);
    return asks;
}

static int password_ask(struct vmtp_self *self, struct holder *holder, struct vmtp_error *err)
{
    char text[PASSWORD_MAX] = "", what[160];
    int r;

    password_name(holder, what, sizeof what);
    r = self->host->ask(self, what, text, sizeof text, err);
    if (r < 0)
        return vmtp_wrap(err, "%s", what);
    r = value_set(holder, "PASSWORD", text, err);
    explicit_bzero(text, sizeof text);
    return r;
}

/* The environment lends its password to an openrc file or a cloud that has none. */
static int password_find(struct vmtp_self *self, struct holder *holder, struct vmtp_error *err)
{
    const char *lent = variable("PASSWORD");
    int r;

    if (!needs_password(holder))
        return 0;
    r = lent ? value_set(holder, "PASSWORD", lent, err) : password_ask(self, holder, err);
    fields_fill(holder);
    return r;
}

int os_credentials_new(struct vmtp_self *self, const struct os_options *opt,
                       struct os_credentials **ret, struct vmtp_error *err)
{
    struct holder *holder = NULL;
    int r = holder_new(opt, &holder, err);

    if (r < 0)
        return r;
    r = password_find(self, holder, err);
    if (r < 0)
        os_credentials_free(&holder->credentials);
    else
        *ret = &holder->credentials;
    return r;
}

void os_credentials_free(struct os_credentials *credentials)
{
    struct holder *holder = (struct holder *)(void *)credentials;

    if (!holder)
        return;
    secret_json_free(holder->values);
    free(holder);
}
