/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/catalog.c: versions, endpoints and their base URLs, expiry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/catalog.c"

#define AUTH_BASE "http://k:5000/v3"

static struct os_token token;
static struct vmtp_error err;

/* ' stands for ". */
static json_t *parsed(const char *text)
{
    char copy[4096];
    json_t *json;

    assert_true(strlen(text) < sizeof copy);
    memcpy(copy, text, strlen(text) + 1);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    json = json_loads(copy, 0, NULL);
    assert_non_null(json);
    return json;
}

static unsigned int version(const char *text, unsigned int preferred)
{
    json_t *json = parsed(text);
    unsigned int found = catalog_version(json, preferred);

    json_decref(json);
    return found;
}

static int read_answer(const char *text, struct os_credentials credentials)
{
    json_t *json = parsed(text);
    int r;

    token = (struct os_token){ 0 };
    err = (struct vmtp_error){ 0 };
    r = catalog_read(json, &credentials, AUTH_BASE, 1000, &token, &err);
    json_decref(json);
    return r;
}

static void finds_versions_in_every_form(void **state)
{
    static const char many[] = "{'versions': {'values': [{'id': 'v2.0'}, {'id': 'v3.14'}]}}";

    (void)state;
    assert_int_equal(version(many, 0), 3);
    assert_int_equal(version(many, 2), 2);
    assert_int_equal(version("{'versions': [{'id': 'v2.0'}]}", 3), 2);
    assert_int_equal(version("{'versions': [{'id': 'v2.0'}, {'id': 'v3'}, {'id': 'v2.0'}]}", 0), 3);
    assert_int_equal(version("{'version': {'id': 'v3.8'}}", 2), 3);
    assert_int_equal(version("{'versions': [{'id': 'v3'}, {'id': 'x'}]}", 0), 3);
    assert_int_equal(version("{'versions': 7}", 0), 0);
    assert_int_equal(version("['v3']", 0), 0);
}

static const char *base(enum os_service service, const char *url)
{
    static char text[OS_URL_MAX];

    return base_make(service, url, text) ? text : NULL;
}

static void gives_each_url_its_version(void **state)
{
    (void)state;
    assert_string_equal(base(OS_IMAGE, "http://c:9292"), "http://c:9292/v2");
    assert_string_equal(base(OS_IMAGE, "http://c/image/"), "http://c/image/v2");
    assert_string_equal(base(OS_IMAGE, "http://c:9292/v1"), "http://c:9292/v2");
    assert_string_equal(base(OS_NETWORK, "https://c/networking"), "https://c/networking/v2.0");
    assert_string_equal(base(OS_NETWORK, "http://c:9696/v2.0/"), "http://c:9696/v2.0");
    assert_string_equal(base(OS_COMPUTE, "http://c:8774/v2.1/0a1b"), "http://c:8774/v2.1/0a1b");
    assert_string_equal(base(OS_COMPUTE, "http://v3/compute"), "http://v3/compute/v2.1");
    assert_string_equal(base(OS_IDENTITY, "http://c/identity/v2.0"), "http://c/identity/v3");
    assert_string_equal(base(OS_IDENTITY, "http://c/identity"), "http://c/identity/v3");
}

static void refuses_urls_that_a_token_must_not_go_to(void **state)
{
    char long_url[OS_URL_MAX];

    (void)state;
    assert_null(base(OS_COMPUTE, "ftp://c/"));
    assert_null(base(OS_COMPUTE, "http://me:pw@c/"));
    assert_null(base(OS_COMPUTE, "c:8774"));
    memset(long_url, 'a', sizeof long_url - 1);
    long_url[sizeof long_url - 1] = '\0';
    memcpy(long_url, "http://", 7);
    assert_null(base(OS_COMPUTE, long_url));
    read_answer("{'token': {'project': {'id': 'p'}, 'catalog': [{'type': 'compute', 'endpoints': ["
                "{'interface': 'public', 'region': 'r', 'url': 'gopher://x'}]}]}}",
                (struct os_credentials){ 0 });
    assert_string_equal(err.text, "the catalog has 'gopher://x' as the URL of compute");
}

#define ENDPOINT(region, interface, url)                                                           \
    "{'region': '" region "', 'interface': '" interface "', 'url': '" url "'}"
#define SERVICE(type, endpoints) "{'type': '" type "', 'endpoints': [" endpoints "]}"
#define TOKEN(catalog)                                                                             \
    "{'token': {'issued_at': '2026-11-21T04:05:01.000000Z', 'expires_at': "                        \
    "'2026-11-21T05:05:01.000000Z', 'user': {'id': 'u1'}, 'project': {'id': 'p1'}, 'catalog': "    \
    "[" catalog "]}}"

/* Regions A and B, which are not in the same order everywhere; images are kept in common. */
static const char two_regions[] = TOKEN(SERVICE(
    "compute",
    ENDPOINT("B", "public", "http://b:8774/v2.1") "," ENDPOINT("A", "internal", "http://ai:8774/v2.1") "," ENDPOINT(
        "A", "public",
        "http://a:8774/v2.1")) "," SERVICE("network",
                                           ENDPOINT("A", "public", "http://a:9696") "," ENDPOINT(
                                               "B", "public",
                                               "http://b:9696")) "," SERVICE("image",
                                                                             ENDPOINT(
                                                                                 "A", "public",
                                                                                 "http://a:9292")));

static void takes_the_region_and_interface_that_are_named(void **state)
{
    (void)state;
    assert_int_equal(read_answer(two_regions, (struct os_credentials){ .region = "A" }), 0);
    assert_string_equal(token.base[OS_COMPUTE], "http://a:8774/v2.1");
    assert_string_equal(token.base[OS_NETWORK], "http://a:9696/v2.0");
    assert_string_equal(token.base[OS_IMAGE], "http://a:9292/v2");
    assert_string_equal(token.base[OS_IDENTITY], AUTH_BASE);
}

static void keeps_to_one_region_if_none_is_named(void **state)
{
    (void)state;
    assert_int_equal(read_answer(two_regions, (struct os_credentials){ 0 }), 0);
    assert_string_equal(token.base[OS_COMPUTE], "http://b:8774/v2.1");
    assert_string_equal(token.base[OS_NETWORK], "http://b:9696/v2.0");
    assert_string_equal(token.base[OS_IMAGE], "http://a:9292/v2"); /* the only one */
}

static void says_which_regions_and_interfaces_there_are(void **state)
{
    struct os_credentials credentials = { .region = "C" };

    (void)state;
    assert_int_equal(read_answer(two_regions, credentials), -ENOENT);
    assert_string_equal(err.text, "the catalog has no compute service for interface 'public' in "
                                  "region 'C': there is public B, internal A, public A");
    credentials = (struct os_credentials){ .interface = "admin" };
    assert_int_equal(read_answer(two_regions, credentials), -ENOENT);
    assert_string_equal(err.text, "the catalog has no compute service for interface 'admin': there "
                                  "is public B, internal A, public A");
    credentials = (struct os_credentials){ 0 };
    assert_int_equal(read_answer(TOKEN(SERVICE("dns", "")), credentials), -ENOENT);
    assert_string_equal(err.text, "the catalog has no compute service");
}

static void reads_who_and_how_long_by_the_server_s_clock(void **state)
{
    (void)state;
    assert_int_equal(read_answer(two_regions, (struct os_credentials){ 0 }), 0);
    assert_string_equal(token.project, "p1");
    assert_int_equal(token.expires_ns, 1000 + 3600 * NS_PER_S);
}

static void reads_the_catalog_of_v2(void **state)
{
    (void)state;
    assert_int_equal(
        read_answer(
            "{'access': {'token': {'id': 't', 'issued_at': '2015-01-01T00:00:00.5', 'expires': "
            "'2015-01-01T01:00:00Z', 'tenant': {'id': 'p2'}}, 'user': {'id': 'u2'}, "
            "'serviceCatalog': [{'type': 'compute', 'endpoints': [{'region': 'R', 'publicURL': "
            "'http://c/v2/p2', 'internalURL': 'http://i/v2/p2'}]}, {'type': 'network', "
            "'endpoints': [{'region': 'R', 'publicURL': 'http://n', 'internalURL': 'http://in'}]},"
            "{'type': 'image', 'endpoints': [{'region': 'R', 'internalURL': 'http://im'}]}]}}",
            (struct os_credentials){ .interface = "internal", .region = "R" }),
        0);
    assert_string_equal(token.text, "t");
    assert_string_equal(token.project, "p2");
    assert_int_equal(token.expires_ns, 1000 + 3600 * NS_PER_S);
    assert_string_equal(token.base[OS_COMPUTE], "http://i/v2/p2");
    assert_string_equal(token.base[OS_IMAGE], "http://im/v2");
}

static void takes_no_token_without_a_project(void **state)
{
    (void)state;
    assert_int_equal(read_answer("{'token': {'user': {'id': 'u'}}}", (struct os_credentials){ 0 }),
                     -EINVAL);
    assert_string_equal(err.text,
                        "the token is of no project: name one (project-name, OS_PROJECT_NAME)");
    assert_int_equal(read_answer("{'hello': 'world'}", (struct os_credentials){ 0 }), -EPROTO);
    assert_string_equal(err.text, "the answer has no token in it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_versions_in_every_form),
        cmocka_unit_test(gives_each_url_its_version),
        cmocka_unit_test(refuses_urls_that_a_token_must_not_go_to),
        cmocka_unit_test(takes_the_region_and_interface_that_are_named),
        cmocka_unit_test(keeps_to_one_region_if_none_is_named),
        cmocka_unit_test(says_which_regions_and_interfaces_there_are),
        cmocka_unit_test(reads_who_and_how_long_by_the_server_s_clock),
        cmocka_unit_test(reads_the_catalog_of_v2),
        cmocka_unit_test(takes_no_token_without_a_project),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
