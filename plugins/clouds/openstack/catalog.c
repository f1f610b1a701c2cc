/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog.h"

#include "../../common/clock.h"

#include <strings.h>
#include <time.h>

#define LIFETIME_MAX_S (10 * 365 * 86400LL)
#define OFFERS_MAX     400

const char *const os_service_types[OS_IMAGE + 1] = { [OS_IDENTITY] = "identity",
                                                     [OS_COMPUTE] = "compute",
                                                     [OS_NETWORK] = "network",
                                                     [OS_IMAGE] = "image" };

static const char *const base_versions[] = {
    [OS_IDENTITY] = "v3", [OS_COMPUTE] = "v2.1", [OS_NETWORK] = "v2.0", [OS_IMAGE] = "v2"
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* ---- versions ---- */

static unsigned int version_of(const json_t *row)
{
    const char *id = text_of(row, "id");

    return strncmp(id, "v3", 2) == 0 ? 3 : strncmp(id, "v2", 2) == 0 ? 2 : 0;
}

unsigned int catalog_version(const json_t *versions, unsigned int preferred)
{
    const json_t *list = json_object_get(versions, "versions"), *row;
    unsigned int best = version_of(json_object_get(versions, "version"));
    size_t i;

    if (json_is_object(list))
        list = json_object_get(list, "values");
    json_array_foreach(list, i, row)
    {
        unsigned int version = version_of(row);

        if (version && (version == preferred || !best || (version > best && best != preferred)))
            best = version;
    }
    return best;
}

/* ---- base URLs ---- */

/* The first part of a path that is a version; NULL: there is none. */
static const char *version_find(const char *path, size_t *ret_len)
{
    for (const char *part = strchr(path, '/'); part; part = strchr(part + 1, '/')) {
        size_t len = strcspn(part + 1, "/");

        if (len >= 2 && part[1] == 'v' && strspn(part + 2, "0123456789.") == len - 1) {
            *ret_len = len;
            return part + 1;
        }
    }
    return NULL;
}

/* An endpoint may be written with its version or without; of identity and image only ours will do,
 * of the others what is written: it may have the project behind it. */
static bool base_make(enum os_service service, const char *url, char ret[OS_URL_MAX])
{
    const char *ours = base_versions[service], *host = strstr(url, "://"), *path, *version;
    size_t len = strlen(url), version_len;

    if (!host || (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0))
        return false;
    path = host + 3 + strcspn(host + 3, "/");
    if (memchr(host, '@', (size_t)(path - host)) || len + 8 > OS_URL_MAX)
        return false;
    version = version_find(path, &version_len);
    if (version && (service == OS_IDENTITY || service == OS_IMAGE)) {
        len = (size_t)(version - url);
        version = NULL;
    }
    while (len > 0 && url[len - 1] == '/')
        len--;
    if (version)
        snprintf(ret, OS_URL_MAX, "%.*s", (int)len, url);
    else
        snprintf(ret, OS_URL_MAX, "%.*s/%s", (int)len, url, ours);
    return true;
}

/* ---- endpoints ---- */

/* Of v3 {"interface": "public", "url"}, of v2.0 {"publicURL", "internalURL"}. */
static const char *endpoint_url(const json_t *endpoint, const char *interface)
{
    char key[32];

    if (strcmp(text_of(endpoint, "interface"), interface) == 0)
        return text_of(endpoint, "url");
    snprintf(key, sizeof key, "%.20sURL", interface);
    return text_of(endpoint, key);
}

static const char *endpoint_region(const json_t *endpoint)
{
    const char *region = text_of(endpoint, "region");

    return *region ? region : text_of(endpoint, "region_id");
}

/* region NULL: any. */
static const json_t *endpoint_find(const json_t *services, const char *type, const char *region,
                                   const char *interface)
{
    const json_t *service, *endpoint;
    size_t i, n;

    json_array_foreach(services, i, service)
    {
        if (strcmp(text_of(service, "type"), type) != 0)
            continue;
        json_array_foreach(json_object_get(service, "endpoints"), n, endpoint)
        {
            bool there = !region || strcmp(endpoint_region(endpoint), region) == 0;

            if (there && *endpoint_url(endpoint, interface))
                return endpoint;
        }
    }
    return NULL;
}

/* Each of it once: "public RegionOne, internal RegionOne, ". */
static void offer_add(char offers[OFFERS_MAX], const char *interface, const char *region)
{
    char offer[160];
    size_t used = strlen(offers);

    snprintf(offer, sizeof offer, "%.40s %.100s, ", interface, region);
    if (!strstr(offers, offer) && used + strlen(offer) < OFFERS_MAX)
        memcpy(offers + used, offer, strlen(offer) + 1);
}

static void offers_list(const json_t *services, const char *type, char ret[OFFERS_MAX])
{
    static const char *const interfaces[] = { "public", "internal", "admin" };
    const json_t *service, *endpoint;
    size_t i, n;

    *ret = '\0';
    json_array_foreach(services, i, service)
    {
        if (strcmp(text_of(service, "type"), type) != 0)
            continue;
        json_array_foreach(json_object_get(service, "endpoints"), n, endpoint)
        {
            for (size_t k = 0; k < sizeof interfaces / sizeof *interfaces; k++)
                if (*endpoint_url(endpoint, interfaces[k]))
                    offer_add(ret, interfaces[k], endpoint_region(endpoint));
        }
    }
    if (*ret)
        ret[strlen(ret) - strlen(", ")] = '\0';
}

static int endpoint_lacks(const json_t *services, const char *type, const char *region,
                          const char *interface, struct vmtp_error *err)
{
    char offers[OFFERS_MAX];

    offers_list(services, type, offers);
    if (!*offers)
        return vmtp_fail(err, -ENOENT, "the catalog has no %s service", type);
    return vmtp_fail(err, -ENOENT,
                     "the catalog has no %s service for interface '%.40s'%s%.100s%s: there is %s",
                     type, interface, region ? " in region '" : "", region ? region : "",
                     region ? "'" : "", offers);
}

/* Without a region that is asked for, all services are of the one whose compute comes first; what
 * it lacks, regions may have in common. */
static int bases_find(const json_t *services, const struct os_credentials *credentials,
                      struct os_token *ret, struct vmtp_error *err)
{
    const char *interface = credentials->interface ? credentials->interface : "public";
    const char *region = credentials->region;
    const json_t *first = endpoint_find(services, "compute", region, interface);

    for (enum os_service i = OS_IDENTITY; i <= OS_IMAGE; i++) {
        const char *type = os_service_types[i], *wanted = first ? endpoint_region(first) : region;
        const json_t *endpoint = endpoint_find(services, type, wanted, interface);
        const char *url;

        if (!endpoint && !region)
            endpoint = endpoint_find(services, type, NULL, interface);
        url = endpoint ? endpoint_url(endpoint, interface) : "";
        if (!endpoint && i == OS_IDENTITY)
            continue;
        if (!endpoint)
            return endpoint_lacks(services, type, region, interface, err);
        if (!base_make(i, url, ret->base[i]))
            return vmtp_fail(err, -EPROTO, "the catalog has '%.100s' as the URL of %s", url, type);
    }
    return 0;
}

/* ---- the token ---- */

static bool time_read(const char *text, time_t *ret)
{
    struct tm tm = { 0 };

    if (!strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
        return false;
    *ret = timegm(&tm);
    return true;
}

/* Both ends are of the server's clock: whether ours is right does not matter. */
static uint64_t expiry_of(const char *issued, const char *expires, uint64_t now_ns)
{
    time_t from, to;

    if (!time_read(issued, &from) || !time_read(expires, &to) || to <= from ||
        to - from > LIFETIME_MAX_S)
        return 0;
    return now_ns + (uint64_t)(to - from) * NS_PER_S;
}

int catalog_read(const json_t *answer, const struct os_credentials *credentials,
                 const char *auth_base, uint64_t now_ns, struct os_token *ret,
                 struct vmtp_error *err)
{
    const json_t *v3 = json_object_get(answer, "token"), *v2 = json_object_get(answer, "access");
    const json_t *token = v3 ? v3 : json_object_get(v2, "token");
    const json_t *project = json_object_get(token, v3 ? "project" : "tenant");
    const json_t *user = json_object_get(v3 ? v3 : v2, "user");
    const json_t *services = json_object_get(v3 ? v3 : v2, v3 ? "catalog" : "serviceCatalog");

    if (!json_is_object(token))
        return vmtp_fail(err, -EPROTO, "the answer has no token in it");
    if (!project && !json_object_get(token, "system"))
        return vmtp_fail(err, -EINVAL,
                         "the token is of no project: name one (project-name, "
                         "OS_PROJECT_NAME)");
    snprintf(ret->text, sizeof ret->text, "%s", v3 ? "" : text_of(token, "id"));
    snprintf(ret->project, sizeof ret->project, "%s", text_of(project, "id"));
    snprintf(ret->user, sizeof ret->user, "%s", text_of(user, "id"));
    snprintf(ret->base[OS_IDENTITY], OS_URL_MAX, "%s", auth_base);
    ret->expires_ns = expiry_of(text_of(token, "issued_at"),
                                text_of(token, v3 ? "expires_at" : "expires"), now_ns);
    return bases_find(services, credentials, ret, err);
}
