/* SPDX-License-Identifier: Apache-2.0 */
#include "credentials.h"

#include "../base/buf.h"
#include "../base/fd.h"
#include "../base/text.h"
#include "clouds.h"
#include "openrc.h"

#define RC_MAX       (1024 * 1024)
#define PASSWORD_MAX 1024
#define ENVIRONMENT  "the environment"
#define VARIABLES    400

/* The variables without OS_: the newer name, and the one before Keystone v3. */
static const char *const names[CRED_COUNT][2] = {
    [CRED_AUTH_URL] = { "AUTH_URL" },
    [CRED_IDENTITY_API_VERSION] = { "IDENTITY_API_VERSION" },
    [CRED_AUTH_TYPE] = { "AUTH_TYPE" },
    [CRED_USERNAME] = { "USERNAME" },
    [CRED_USER_ID] = { "USER_ID" },
    [CRED_PASSWORD] = { "PASSWORD" },
    [CRED_PROJECT_NAME] = { "PROJECT_NAME", "TENANT_NAME" },
    [CRED_PROJECT_ID] = { "PROJECT_ID", "TENANT_ID" },
    [CRED_USER_DOMAIN_NAME] = { "USER_DOMAIN_NAME" },
    [CRED_USER_DOMAIN_ID] = { "USER_DOMAIN_ID" },
    [CRED_PROJECT_DOMAIN_NAME] = { "PROJECT_DOMAIN_NAME" },
    [CRED_PROJECT_DOMAIN_ID] = { "PROJECT_DOMAIN_ID" },
    [CRED_APPLICATION_CREDENTIAL_ID] = { "APPLICATION_CREDENTIAL_ID" },
    [CRED_APPLICATION_CREDENTIAL_NAME] = { "APPLICATION_CREDENTIAL_NAME" },
    [CRED_APPLICATION_CREDENTIAL_SECRET] = { "APPLICATION_CREDENTIAL_SECRET" },
    [CRED_TOKEN] = { "TOKEN" },
    [CRED_REGION_NAME] = { "REGION_NAME" },
    [CRED_INTERFACE] = { "INTERFACE", "ENDPOINT_TYPE" },
    [CRED_CACERT] = { "CACERT" },
    [CRED_INSECURE] = { "INSECURE" },
};

static bool is_known(const struct credentials *credentials, enum credential_id id)
{
    return credentials->all[id].value != NULL;
}

static void credential_set(struct credentials *credentials, enum credential_id id,
                           const char *value, const char *from)
{
    credentials->all[id] = (struct credential){ value, from };
}

/* Of several lines the last one counts, as in a shell. */
static const char *map_find(const struct vmtp_map *map, const char *name)
{
    for (size_t i = name ? map->count : 0; i > 0; i--)
        if (strcmp(map->pairs[i - 1].name, name) == 0)
            return map->pairs[i - 1].value;
    return NULL;
}

static void map_take(struct credentials *credentials, const struct vmtp_map *map, const char *from)
{
    for (size_t id = 0; id < CRED_COUNT; id++) {
        const char *value = map_find(map, names[id][0]);

        value = value ? value : map_find(map, names[id][1]);
        if (value && !is_known(credentials, id))
            credential_set(credentials, id, value, from);
    }
}

static int cloud_take(struct credentials *credentials, const char *name, struct vmtp_error *err)
{
    struct vmtp_map map = { 0 };
    const char *file = NULL;
    int r = cloud_read(name, credentials->arena, &map, &file, err);

    if (r == 0)
        map_take(credentials, &map, file);
    return r;
}

static int rc_take(struct credentials *credentials, const char *file, struct vmtp_error *err)
{
    struct buf buf = BUF(RC_MAX);
    struct vmtp_map map = { 0 };
    const char *cloud;
    int r = file_read(file, &buf, err);

    if (r == 0 && openrc_parse(buf_text(&buf), buf.len, credentials->arena, &map) < 0)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    if (buf.data)
        explicit_bzero(buf.data, buf.len);
    buf_clear(&buf);
    if (r < 0)
        return r;
    map_take(credentials, &map, file);
    cloud = map_find(&map, "CLOUD");
    return cloud ? cloud_take(credentials, cloud, err) : 0;
}

static int environment_take(struct credentials *credentials, struct vmtp_error *err)
{
    struct vmtp_pair *pairs = arena_array(credentials->arena, VARIABLES, sizeof *pairs);
    struct vmtp_map map = { .pairs = pairs };

    if (!pairs)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    for (char **at = environ; at && *at && map.count < VARIABLES; at++) {
        const char *value = strchr(*at, '=');
        struct vmtp_pair *pair = &pairs[map.count];

        if (strncmp(*at, "OS_", 3) != 0 || !value || !value[1])
            continue;
        pair->name = arena_strndup(credentials->arena, *at + 3, (size_t)(value - *at) - 3);
        pair->value = arena_strdup(credentials->arena, value + 1);
        if (!pair->name || !pair->value)
            return vmtp_fail(err, -ENOMEM, "out of memory");
        map.count++;
    }
    map_take(credentials, &map, ENVIRONMENT);
    return 0;
}

static const char *variable(const struct wish *wish, const char *name)
{
    const char *value = wish->given[FLAG_NO_ENV] ? NULL : getenv(name);

    return value && *value ? value : NULL;
}

/* OS_CLOUD may stand in the environment for other programs: that it leads nowhere is said only
 * where credentials are needed. */
static int stray_cloud_take(struct credentials *credentials, const char *name,
                            struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int r = cloud_take(credentials, name, &why);

    if (r == 0)
        return 0;
    credentials->problem = arena_strdup(credentials->arena, why.text);
    return credentials->problem ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

/* The one source. */
static int source_take(struct credentials *credentials, const struct wish *wish,
                       struct vmtp_error *err)
{
    const char *cloud = variable(wish, "OS_CLOUD");

    if (wish->rc_file && wish->os_cloud)
        return vmtp_fail(err, -EINVAL, "-r and --os-cloud both say whose credentials: give one");
    if (wish->rc_file)
        return rc_take(credentials, wish->rc_file, err);
    if (wish->os_cloud)
        return cloud_take(credentials, wish->os_cloud, err);
    if (cloud)
        return stray_cloud_take(credentials, cloud, err);
    return wish->given[FLAG_NO_ENV] ? 0 : environment_take(credentials, err);
}

static int password_take(struct credentials *credentials, const struct wish *wish,
                         struct vmtp_error *err)
{
    const char *given = wish->password && *wish->password ? wish->password : NULL;
    const char *variable_text = variable(wish, "OS_PASSWORD");
    const char *text = given ? given : variable_text, *copy;

    if (!text || (!given && is_known(credentials, CRED_PASSWORD)))
        return 0;
    copy = arena_strdup(credentials->arena, text);
    credential_set(credentials, CRED_PASSWORD, copy, given ? "-p" : ENVIRONMENT);
    return copy ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

static bool is_application(const struct credentials *credentials)
{
    return is_known(credentials, CRED_APPLICATION_CREDENTIAL_ID) ||
           is_known(credentials, CRED_APPLICATION_CREDENTIAL_NAME) ||
           is_known(credentials, CRED_APPLICATION_CREDENTIAL_SECRET);
}

/* Is it a user's name and password, not an application's or a token? */
static bool is_user(const struct credentials *credentials)
{
    return !is_application(credentials) && !is_known(credentials, CRED_TOKEN);
}

static bool is_version_2(const struct credentials *credentials)
{
    const char *version = credentials->all[CRED_IDENTITY_API_VERSION].value;
    const char *url = credentials->all[CRED_AUTH_URL].value;

    return version ? version[0] == '2' : url && strstr(url, "/v2.0");
}

/* Domains that nobody named are those of the openstack command. */
static void domains_complete(struct credentials *credentials)
{
    static const char from[] = "the openstack command's default";

    if (!is_user(credentials) || is_version_2(credentials))
        return;
    if (is_known(credentials, CRED_USERNAME) && !is_known(credentials, CRED_USER_DOMAIN_NAME) &&
        !is_known(credentials, CRED_USER_DOMAIN_ID))
        credential_set(credentials, CRED_USER_DOMAIN_ID, "default", from);
    if (is_known(credentials, CRED_PROJECT_NAME) &&
        !is_known(credentials, CRED_PROJECT_DOMAIN_NAME) &&
        !is_known(credentials, CRED_PROJECT_DOMAIN_ID))
        credential_set(credentials, CRED_PROJECT_DOMAIN_ID, "default", from);
}

static struct credentials *credentials_new(void)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct credentials *credentials = arena ? arena_alloc(arena, sizeof *credentials) : NULL;

    if (credentials)
        credentials->arena = TAKE(arena);
    return credentials;
}

int credentials_read(const struct wish *wish, struct credentials **ret, struct vmtp_error *err)
{
    _cleanup_(credentials_freep) struct credentials *credentials = credentials_new();
    int r;

    if (!credentials)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    credentials->wished = wish->rc_file || wish->os_cloud;
    r = source_take(credentials, wish, err);
    r = r < 0 ? r : password_take(credentials, wish, err);
    if (r < 0)
        return r;
    domains_complete(credentials);
    *ret = TAKE(credentials);
    return 0;
}

bool credentials_given(const struct credentials *credentials)
{
    return credentials->wished || credentials->problem || is_application(credentials) ||
           is_known(credentials, CRED_AUTH_URL) || is_known(credentials, CRED_USERNAME) ||
           is_known(credentials, CRED_USER_ID) || is_known(credentials, CRED_TOKEN);
}

/* Is one of the two known?  Else both are named. */
static bool need(const struct credentials *credentials, enum credential_id one,
                 enum credential_id other, struct buf *missing)
{
    const char *comma = missing->len ? ", " : "";

    if (is_known(credentials, one) || is_known(credentials, other))
        return true;
    if (one == other)
        (void)buf_printf(missing, "%sOS_%s", comma, names[one][0]);
    else
        (void)buf_printf(missing, "%sOS_%s or OS_%s", comma, names[one][0], names[other][0]);
    return false;
}

static bool application_complete(const struct credentials *credentials, struct buf *missing)
{
    bool named = need(credentials, CRED_APPLICATION_CREDENTIAL_ID, CRED_APPLICATION_CREDENTIAL_NAME,
                      missing);
    bool secret = need(credentials, CRED_APPLICATION_CREDENTIAL_SECRET,
                       CRED_APPLICATION_CREDENTIAL_SECRET, missing);
    bool owned = is_known(credentials, CRED_APPLICATION_CREDENTIAL_ID) ||
                 need(credentials, CRED_USERNAME, CRED_USER_ID, missing);

    return named && secret && owned;
}

static bool user_complete(const struct credentials *credentials, struct buf *missing)
{
    bool user = !is_user(credentials) || need(credentials, CRED_USERNAME, CRED_USER_ID, missing);

    return need(credentials, CRED_PROJECT_NAME, CRED_PROJECT_ID, missing) && user;
}

const char *credentials_missing(const struct credentials *credentials)
{
    _cleanup_(buf_clear) struct buf missing = BUF(1024);
    const char *text;
    bool complete;

    if (credentials->problem)
        return credentials->problem;
    complete = need(credentials, CRED_AUTH_URL, CRED_AUTH_URL, &missing);
    complete = (is_application(credentials) ? application_complete(credentials, &missing)
                                            : user_complete(credentials, &missing)) &&
               complete;
    if (complete)
        return NULL;
    text = arena_printf(credentials->arena, "%s missing", buf_text(&missing));
    return text ? text : "values missing";
}

int credentials_ask(struct credentials *credentials, const struct prompt *prompt,
                    struct vmtp_error *err)
{
    const char *user = credentials->all[CRED_USERNAME].value;
    char text[PASSWORD_MAX] = "", what[160];
    const char *copy;
    int r;

    if (!is_user(credentials) || is_known(credentials, CRED_PASSWORD))
        return 0;
    snprintf(what, sizeof what, "OpenStack password of %.100s", user ? user : "the user");
    r = prompt->ask(prompt->arg, what, text, sizeof text, err);
    copy = r < 0 ? NULL : arena_strdup(credentials->arena, text);
    explicit_bzero(text, sizeof text);
    if (r < 0)
        return vmtp_wrap(err, "%s", what);
    credential_set(credentials, CRED_PASSWORD, copy, "the terminal");
    return copy ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

void credentials_free(struct credentials *credentials)
{
    static const enum credential_id secrets[] = { CRED_PASSWORD, CRED_TOKEN,
                                                  CRED_APPLICATION_CREDENTIAL_SECRET };

    if (!credentials)
        return;
    for (size_t i = 0; i < COUNT(secrets); i++) {
        const char *value = credentials->all[secrets[i]].value;

        if (value)
            explicit_bzero((char *)(uintptr_t)value, strlen(value));
    }
    arena_free(credentials->arena);
}
