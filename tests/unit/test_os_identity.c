/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/identity.c against a scripted cloud: where keystone is found,
 * what it is asked, and what is made of what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "../../plugins/clouds/openstack/client.h"
#include "../../plugins/common/clock.h"
#include "../fakes/cloud.h"
#include "../fakes/host.h"

#define PASSWORD "geheim-passwort"
#define TOKEN    "token-of-a-test" /* as it is recorded */
#define ASK_V3   "POST /identity/v3/auth/tokens"

static struct fake_cloud *cloud;
static struct fake_host *fake;
static struct os_client *client;
static struct os_options options;
static struct os_credentials credentials;
static char auth_url[100];
static struct vmtp_error err;

static int setup(void **state)
{
    (void)state;
    cloud = fake_cloud_new(false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_cloud_free(cloud);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    fake = fake_host_new(NULL, 1);
    options = (struct os_options){ .api_timeout_ns = 20 * NS_PER_S };
    snprintf(auth_url, sizeof auth_url, "%s/identity/v3", cloud->url);
    credentials = (struct os_credentials){ .auth_url = auth_url,
                                           .username = "admin",
                                           .password = PASSWORD,
                                           .user_domain_name = "Default",
                                           .project_name = "admin",
                                           .project_domain_id = "default",
                                           .interface = "public" };
    fake_cloud_script(cloud, "[]");
    return 0;
}

static int end(void **state)
{
    (void)state;
    os_client_free(client);
    client = NULL;
    assert_null(strstr(fake->log, PASSWORD));
    assert_null(strstr(fake->log, TOKEN));
    fake_host_free(fake);
    return 0;
}

static int open_client(void)
{
    os_client_free(client);
    client = NULL;
    err = (struct vmtp_error){ 0 };
    return os_client_new(&fake->self, &options, &credentials, &client, &err);
}

static void must_open(void)
{
    if (open_client() < 0)
        fail_msg("%s", err.text);
}

static void error_has(int code, const char *part)
{
    assert_int_equal(err.code, code);
    if (!strstr(err.text, part))
        fail_msg("'%s' does not have '%s'", err.text, part);
    assert_null(strstr(err.text, PASSWORD));
    assert_null(strstr(err.text, TOKEN));
}

static void asks_for_a_token_of_a_project(void **state)
{
    (void)state;
    must_open();
    assert_string_equal(fake_cloud_body(cloud, ASK_V3),
                        "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{"
                        "\"user\":{\"domain\":{\"name\":\"Default\"},\"name\":\"admin\","
                        "\"password\":\"" PASSWORD "\"}}},\"scope\":{\"project\":{\"domain\":{"
                        "\"id\":\"default\"},\"name\":\"admin\"}}}}");
    assert_string_equal(os_client_project(client), "6f031765bf824c3b9610144dd980ca4a");
    assert_string_equal(os_client_auth_url(client), auth_url);
}

static void asks_by_ids(void **state)
{
    (void)state;
    credentials = (struct os_credentials){
        .auth_url = auth_url, .user_id = "u1", .password = PASSWORD, .project_id = "p1"
    };
    must_open();
    assert_string_equal(fake_cloud_body(cloud, ASK_V3),
                        "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{"
                        "\"user\":{\"id\":\"u1\",\"password\":\"" PASSWORD "\"}}},\"scope\":{"
                        "\"project\":{\"id\":\"p1\"}}}}");
}

static void asks_with_an_application_credential(void **state)
{
    (void)state;
    credentials.auth = OS_AUTH_APPLICATION_CREDENTIAL;
    credentials.application_credential_id = "a1";
    credentials.application_credential_secret = "s1";
    must_open();
    assert_string_equal(fake_cloud_body(cloud, ASK_V3),
                        "{\"auth\":{\"identity\":{\"application_credential\":{\"id\":\"a1\","
                        "\"secret\":\"s1\"},\"methods\":[\"application_credential\"]}}}");
    credentials.application_credential_id = NULL;
    credentials.application_credential_name = "mine";
    fake_cloud_script(cloud, "[]");
    must_open();
    assert_string_equal(fake_cloud_body(cloud, ASK_V3),
                        "{\"auth\":{\"identity\":{\"application_credential\":{\"name\":\"mine\","
                        "\"secret\":\"s1\",\"user\":{\"domain\":{\"name\":\"Default\"},\"name\":"
                        "\"admin\"}},\"methods\":[\"application_credential\"]}}}");
}

static void asks_with_a_token_and_for_the_system(void **state)
{
    (void)state;
    credentials.auth = OS_AUTH_TOKEN;
    credentials.token = "t1";
    credentials.system_scope = true;
    must_open();
    assert_string_equal(fake_cloud_body(cloud, ASK_V3),
                        "{\"auth\":{\"identity\":{\"methods\":[\"token\"],\"token\":{\"id\":\"t1\"}"
                        "},\"scope\":{\"system\":{\"all\":true}}}}");
}

static void finds_keystone_behind_every_form_of_its_url(void **state)
{
    static const char *const forms[] = { "", "/", "/v3", "/v3/", "/v2.0", "/v2.0//" };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(auth_url, sizeof auth_url, "%s/identity%s", cloud->url, forms[i]);
        fake_cloud_script(cloud, "[]");
        must_open();
        assert_int_equal(fake_cloud_count(cloud, ASK_V3), 1);
    }
}

static void follows_no_link_to_another_host(void **state)
{
    (void)state;
    snprintf(auth_url, sizeof auth_url, "%s/identity", cloud->url);
    fake_cloud_script(cloud,
                      "[{'method': 'GET', 'path': '/identity/', 'status': 300, 'body': {'versions':"
                      " {'values': [{'id': 'v3.14', 'links': [{'rel': 'self', 'href':"
                      " 'http://192.0.2.1:5000/v3/'}]}]}}}]");
    must_open();
    assert_int_equal(fake_cloud_count(cloud, ASK_V3), 1);
}

static void takes_v3_where_versions_are_not_told(void **state)
{
    (void)state;
    snprintf(auth_url, sizeof auth_url, "%s/identity", cloud->url);
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/identity/', 'status': 403,"
                             "  'body': '<h1>no</h1>'}]");
    must_open();
    assert_int_equal(fake_cloud_count(cloud, ASK_V3), 1);
}

static const char v2_cloud[] =
    "[{'method': 'GET', 'path': '/old/', 'status': 300, 'body': {'versions': {'values': ["
    "   {'id': 'v2.0'}]}}},"
    " {'method': 'POST', 'path': '/old/v2.0/tokens', 'body': {'access': {'token': {'id':"
    "   'token-of-a-test', 'tenant': {'id': 'p2'}}, 'user': {'id': 'u2'}, 'serviceCatalog': ["
    "   {'type': 'compute', 'endpoints': [{'region': 'R', 'publicURL': '@URL@/compute/v2/p2'}]},"
    "   {'type': 'network', 'endpoints': [{'region': 'R', 'publicURL': '@URL@/network'}]},"
    "   {'type': 'image', 'endpoints': [{'region': 'R', 'publicURL': '@URL@/image'}]}]}}},"
    " {'method': 'GET', 'path': '/compute/v2/p2/servers', 'body': {'servers': []}}]";

static void speaks_v2_with_old_clouds(void **state)
{
    static const char *const forms[] = { "", "/v2.0" };
    json_t *answer = NULL;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(auth_url, sizeof auth_url, "%s/old%s", cloud->url, forms[i]);
        fake_cloud_script(cloud, v2_cloud);
        must_open();
        assert_string_equal(fake_cloud_body(cloud, "POST /old/v2.0/tokens"),
                            "{\"auth\":{\"passwordCredentials\":{\"password\":\"" PASSWORD
                            "\",\"username\":\"admin\"},\"tenantName\":\"admin\"}}");
    }
    assert_int_equal(os_get(client, OS_COMPUTE, &answer, &err, "/servers"), 0);
    assert_string_equal(fake_cloud_header(cloud, "GET /compute/v2/p2/servers", 0, "x-auth-token"),
                        TOKEN);
    json_decref(answer);
    credentials.auth = OS_AUTH_APPLICATION_CREDENTIAL;
    assert_int_equal(open_client(), -EINVAL);
    assert_string_equal(err.text, "identity: v2.0 knows no application credentials");
}

static void says_what_may_be_wrong_when_keystone_does_not(void **state)
{
    (void)state;
    fake_cloud_script(cloud, "[{'use': 'token-badpw'}]");
    assert_int_equal(open_client(), -EACCES);
    assert_null(client);
    assert_string_equal(err.text,
                        "identity: user 'admin' is not known, the password is wrong, or project "
                        "'admin' is not for this user: 401: The request you have made requires "
                        "authentication (req-86cc4e78-8ae4-4394-a59b-1f907e30a152)");
    assert_int_equal(fake_cloud_count(cloud, ASK_V3), 1);
    credentials.auth = OS_AUTH_APPLICATION_CREDENTIAL;
    credentials.application_credential_id = "a";
    credentials.application_credential_secret = "s";
    assert_int_equal(open_client(), -EACCES);
    error_has(-EACCES, "identity: the application credential is not known or has expired, or its "
                       "secret is wrong: 401");
    credentials.auth = OS_AUTH_TOKEN;
    credentials.token = "t";
    assert_int_equal(open_client(), -EACCES);
    error_has(-EACCES, "identity: the token has expired, or project 'admin' is not for its user: "
                       "401");
}

/* Of a token that it can't even read keystone says 404. */
static void tells_a_wrong_token_from_a_wrong_url(void **state)
{
    (void)state;
    fake_cloud_script(cloud,
                      "[{'method': 'POST', 'path': '/identity/v3/auth/tokens', 'status': 404,"
                      "  'body': {'error': {'message': 'Could not recognize Fernet token'}}}]");
    credentials.auth = OS_AUTH_TOKEN;
    credentials.token = "of-a-person";
    assert_true(open_client() < 0);
    assert_string_equal(err.text, "identity: the token has expired, or project 'admin' is not for "
                                  "its user: 404: Could not recognize Fernet token");
}

static void says_where_there_is_no_keystone(void **state)
{
    (void)state;
    fake_cloud_script(cloud,
                      "[{'method': 'POST', 'path': '/identity/v3/auth/tokens', 'status': 404,"
                      "  'body': '<h1>Not Found</h1>'}]");
    assert_int_equal(open_client(), -ENOENT);
    error_has(-ENOENT, "identity: no keystone at http://127.0.0.1:");
    error_has(-ENOENT, "/identity/v3: 404: Not Found");
    fake_cloud_script(cloud,
                      "[{'method': 'POST', 'path': '/identity/v3/auth/tokens', 'status': 200,"
                      "  'body': 'hello'}]");
    assert_int_equal(open_client(), -EPROTO);
    assert_string_equal(err.text, "identity: the answer has no token in it");
    credentials.auth_url = "cloud.test:5000";
    assert_int_equal(open_client(), -EINVAL);
    assert_string_equal(err.text, "identity: auth-url 'cloud.test:5000' begins neither with "
                                  "http:// nor https://");
    credentials.auth_url = "http://me:" PASSWORD "@cloud.test";
    assert_int_equal(open_client(), -EINVAL);
    error_has(-EINVAL, "identity: auth-url must not hold a user or password");
}

static void asks_keystone_again_when_it_has_trouble(void **state)
{
    (void)state;
    fake_cloud_script(cloud,
                      "[{'method': 'POST', 'path': '/identity/v3/auth/tokens', 'status': 503,"
                      "  'times': 1}]");
    must_open();
    assert_int_equal(fake_cloud_count(cloud, ASK_V3), 2);
}

static void knows_which_regions_there_are(void **state)
{
    (void)state;
    credentials.region = "Elsewhere";
    assert_int_equal(open_client(), -ENOENT);
    assert_string_equal(err.text,
                        "identity: the catalog has no compute service for interface 'public' in "
                        "region 'Elsewhere': there is internal RegionOne, admin RegionOne, public "
                        "RegionOne");
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(asks_for_a_token_of_a_project),
        test(asks_by_ids),
        test(asks_with_an_application_credential),
        test(asks_with_a_token_and_for_the_system),
        test(finds_keystone_behind_every_form_of_its_url),
        test(follows_no_link_to_another_host),
        test(takes_v3_where_versions_are_not_told),
        test(speaks_v2_with_old_clouds),
        test(says_what_may_be_wrong_when_keystone_does_not),
        test(tells_a_wrong_token_from_a_wrong_url),
        test(says_where_there_is_no_keystone),
        test(asks_keystone_again_when_it_has_trouble),
        test(knows_which_regions_there_are),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
