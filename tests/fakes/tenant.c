/* SPDX-License-Identifier: Apache-2.0
 *
 * A client of a scripted cloud: see tenant.h.
 */
#include "tenant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define NS_PER_S 1000000000ull

int tenant_set_up(void **state)
{
    struct tenant *tenant = calloc(1, sizeof *tenant);

    assert_non_null(tenant);
    tenant->cloud = fake_cloud_new(false);
    tenant->opt.api_timeout_ns = 10 * NS_PER_S;
    tenant->host = fake_host_new(&tenant->opt, 1);
    assert_non_null(tenant->host);
    snprintf(tenant->auth_url, sizeof tenant->auth_url, "%s/identity/v3", tenant->cloud->url);
    tenant->credentials = (struct os_credentials){ .auth_url = tenant->auth_url,
                                                   .username = "admin",
                                                   .user_domain_name = "Default",
                                                   .password = "secret",
                                                   .project_name = "admin",
                                                   .project_domain_name = "Default",
                                                   .interface = "public" };
    if (os_client_new(&tenant->host->self, &tenant->opt, &tenant->credentials, &tenant->client,
                      &tenant->err) < 0)
        fail_msg("%s", tenant->err.text);
    *state = tenant;
    return 0;
}

int tenant_tear_down(void **state)
{
    struct tenant *tenant = *state;

    os_client_free(tenant->client);
    fake_host_free(tenant->host);
    fake_cloud_free(tenant->cloud);
    free(tenant);
    return 0;
}

static const json_t *member_of(const json_t *json, const char *keys)
{
    while (json && *keys) {
        char key[64];
        size_t len = strcspn(keys, ".");

        snprintf(key, sizeof key, "%.*s", (int)len, keys);
        json = json_is_array(json) ? json_array_get(json, strtoul(key, NULL, 10))
                                   : json_object_get(json, key);
        keys += len + (keys[len] == '.');
    }
    return json;
}

const char *tenant_asked(struct tenant *tenant, const char *request, size_t number,
                         const char *keys)
{
    static char text[256];
    json_t *row = fake_cloud_request(tenant->cloud, request, number);
    json_t *body = json_object_get(row, "body"), *read = NULL;
    const json_t *member;

    if (json_is_string(body))
        body = read = json_loads(json_string_value(body), JSON_DECODE_ANY, NULL);
    member = member_of(body, keys);
    if (json_is_string(member))
        snprintf(text, sizeof text, "%s", json_string_value(member));
    else if (member) {
        char *dump = json_dumps(member, JSON_ENCODE_ANY | JSON_COMPACT);

        snprintf(text, sizeof text, "%s", dump ? dump : "");
        free(dump);
    } else {
        text[0] = '\0';
    }
    json_decref(read);
    json_decref(row);
    return text;
}
