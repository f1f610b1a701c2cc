/* SPDX-License-Identifier: Apache-2.0
 *
 * Collections that come in pages: os_list() of client.h.  [any]
 *
 * Each service has a link to the next page of its own form.  Only the query of it is taken: behind
 * a proxy, its host and the beginning of its path may not be the way there.
 */
#include "catalog.h"

#include <stdlib.h>

#define PATH_MAX_LEN 2048
#define PAGES_MAX    1000

/* "servers_links": [{"rel": "next", "href": URL}] of nova and neutron. */
static const char *link_find(const json_t *page, const char *key)
{
    const json_t *link;
    char links[80];
    size_t i;

    snprintf(links, sizeof links, "%.60s_links", key);
    json_array_foreach(json_object_get(page, links), i, link)
    {
        const char *rel = json_string_value(json_object_get(link, "rel"));

        if (rel && strcmp(rel, "next") == 0)
            return json_string_value(json_object_get(link, "href"));
    }
    return NULL;
}

/* Of the next page "?marker=..."; NULL: there is none. */
static const char *next_query(const json_t *page, const char *key)
{
    const char *url = link_find(page, key);

    if (!url)
        url = json_string_value(json_object_get(page, "next")); /* glance */
    if (!url)
        url = json_string_value(json_object_get(json_object_get(page, "links"), "next"));
    return url ? strchr(url, '?') : NULL;
}

/* The page's path becomes that of the next one: 1, or 0 where there is none. */
static int path_turn(char path[PATH_MAX_LEN], const json_t *page, const char *key,
                     struct vmtp_error *err)
{
    const char *query = next_query(page, key);
    size_t base = strcspn(path, "?");

    if (!query)
        return 0;
    if (strcmp(path + base, query) == 0)
        return vmtp_fail(err, -EPROTO, "a page of '%.60s' leads to itself", key);
    if (base + strlen(query) >= PATH_MAX_LEN)
        return vmtp_fail(err, -EPROTO, "the link to a page of '%.60s' is too long", key);
    memcpy(path + base, query, strlen(query) + 1);
    return 1;
}

static int page_add(struct os_client *client, enum os_service service, const char *key,
                    char path[PATH_MAX_LEN], json_t *all, struct vmtp_error *err)
{
    json_t *page = NULL, *rows;
    int r = os_get(client, service, &page, err, "%s", path);

    if (r < 0)
        return r;
    rows = json_object_get(page, key);
    if (!json_is_array(rows))
        r = vmtp_fail(err, -EPROTO, "the answer has no list '%.60s' in it", key);
    else if (json_array_extend(all, rows) < 0)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    else
        r = path_turn(path, page, key, err);
    json_decref(page);
    return r < 0 ? vmtp_wrap(err, "%s", os_service_types[service]) : r;
}

int os_list(struct os_client *client, enum os_service service, const char *key, json_t **ret,
            struct vmtp_error *err, const char *fmt, ...)
{
    char path[PATH_MAX_LEN];
    json_t *all = json_array();
    int r = 1, len;
    va_list ap;

    if (!all)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    va_start(ap, fmt);
    len = vsnprintf(path, sizeof path, fmt, ap);
    va_end(ap);
    if (len < 0 || (size_t)len >= sizeof path)
        r = vmtp_fail(err, -E2BIG, "the path of '%.60s' is too long", key);
    for (unsigned int i = 0; r > 0 && i < PAGES_MAX; i++)
        r = page_add(client, service, key, path, all, err);
    if (r > 0)
        r = vmtp_fail(err, -EPROTO, "'%.60s' has more than %d pages", key, PAGES_MAX);
    if (r < 0) {
        json_decref(all);
        return r;
    }
    *ret = all;
    return 0;
}
