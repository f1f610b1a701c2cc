/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/client.c, errand.c, pages.c and text.c against a scripted cloud
 * that answers as a real one was recorded, and fails as it is told to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "../../plugins/common/clock.h"
#include "../fakes/tenant.h"

#define PASSWORD   "secret"          /* of the tenant */
#define TOKEN      "token-of-a-test" /* as it is recorded */
#define ASK_V3     "POST /identity/v3/auth/tokens"
#define THREADS    4
#define REQUEST_ID "(req-e0e6a6d2-241c-4f97-b10a-62dda879fe68)"

static struct tenant *tenant;
static struct fake_cloud *cloud;
static struct fake_host *fake;
static struct os_client *client;
static struct vmtp_error err;

static int begin(void **state)
{
    tenant_set_up(state);
    tenant = *state;
    cloud = tenant->cloud;
    fake = tenant->host;
    client = tenant->client;
    err = (struct vmtp_error){ 0 };
    return 0;
}

static int end(void **state)
{
    assert_null(strstr(fake->log, PASSWORD));
    assert_null(strstr(fake->log, TOKEN));
    return tenant_tear_down(state);
}

/* Another client, which finds the cloud as the script says. */
static void opened_again(const char *script)
{
    fake_cloud_script(cloud, script);
    os_client_free(tenant->client);
    tenant->client = NULL;
    if (os_client_new(&fake->self, &tenant->opt, &tenant->credentials, &tenant->client, &err) < 0)
        fail_msg("%s", err.text);
    client = tenant->client;
}

static void error_has(int code, const char *part)
{
    assert_int_equal(err.code, code);
    if (!strstr(err.text, part))
        fail_msg("'%s' does not have '%s'", err.text, part);
    assert_null(strstr(err.text, PASSWORD));
    assert_null(strstr(err.text, TOKEN));
}

/* ---- calls ---- */

static void calls_each_service_at_its_base(void **state)
{
    json_t *answer = NULL;
    char text[80];

    (void)state;
    assert_int_equal(os_get(client, OS_COMPUTE, &answer, &err, "/os-services"), 0);
    assert_int_equal(json_array_size(json_object_get(answer, "services")), 4);
    json_decref(answer);
    assert_int_equal(os_get(client, OS_IMAGE, &answer, &err, "/images?name=%s", "pf-image"), 0);
    json_decref(answer);
    assert_int_equal(os_post(client, OS_NETWORK, json_pack("{s{ss}}", "network", "name", "n"),
                             &answer, &err, "/networks"),
                     0);
    assert_true(os_text(json_object_get(answer, "network"), "id", text, sizeof text));
    json_decref(answer);
    assert_int_equal(fake_cloud_count(cloud, "GET /compute/v2.1/os-services"), 1);
    assert_int_equal(fake_cloud_count(cloud, "GET /image/v2/images"), 1);
    assert_string_equal(fake_cloud_body(cloud, "POST /network/v2.0/networks"),
                        "{\"network\":{\"name\":\"n\"}}");
    assert_string_equal(fake_cloud_header(cloud, "POST /network/v2.0/networks", 0, "x-auth-token"),
                        TOKEN);
    assert_string_equal(fake_cloud_header(cloud, "POST /network/v2.0/networks", 0, "content-type"),
                        "application/json");
    assert_int_equal(os_post(client, OS_NETWORK, NULL, &answer, &err, "/networks"), -ENOMEM);
}

static void gives_nothing_for_an_answer_without_content(void **state)
{
    json_t *answer = json_true();

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'PUT', 'path': '/compute/v2.1/x', 'status': 202},"
                             " {'method': 'DELETE', 'path': '/compute/v2.1/x', 'status': 204}]");
    assert_int_equal(os_put(client, OS_COMPUTE, json_object(), &answer, &err, "/x"), 0);
    assert_null(answer);
    assert_int_equal(os_delete(client, OS_COMPUTE, &err, "/x"), 0);
}

static void sends_what_a_call_says(void **state)
{
    struct os_call call = {
        .service = OS_COMPUTE, .method = "GET", .path = "/servers", .microversion = "2.72"
    };
    json_t *body = json_object();

    (void)state;
    assert_int_equal(os_call(client, &call, NULL, &err), 0);
    assert_string_equal(
        fake_cloud_header(cloud, "GET /compute/v2.1/servers", 0, "openstack-api-version"),
        "compute 2.72");
    assert_string_equal(
        fake_cloud_header(cloud, "GET /compute/v2.1/servers", 0, "x-openstack-nova-api-version"),
        "2.72");
    fake_cloud_script(cloud, "[{'method': 'PATCH', 'path': '/image/v2/images/i'}]");
    call = (struct os_call){ .service = OS_IMAGE,
                             .method = "PATCH",
                             .path = "/images/i",
                             .body = body,
                             .content_type = "application/patch" };
    assert_int_equal(os_call(client, &call, NULL, &err), 0);
    assert_string_equal(fake_cloud_header(cloud, "PATCH /image/v2/images/i", 0, "content-type"),
                        "application/patch");
    json_decref(body);
}

static int get_x(void)
{
    json_t *answer = NULL;
    int r;

    err = (struct vmtp_error){ 0 };
    r = os_get(client, OS_NETWORK, &answer, &err, "/x");
    json_decref(answer);
    return r;
}

static int post_x(void)
{
    err = (struct vmtp_error){ 0 };
    return os_post(client, OS_NETWORK, json_object(), NULL, &err, "/x");
}

#define GET_X           "GET /network/v2.0/x"
#define POST_X          "POST /network/v2.0/x"
#define X(method, rest) "{'method': '" method "', 'path': '/network/v2.0/x'" rest "}"

static void tells_what_the_service_says(void **state)
{
    (void)state;
    fake_cloud_script(cloud, "[{'use': 'net-404', 'path': '/network/v2.0/x'}]");
    assert_int_equal(get_x(), -ENOENT);
    assert_string_equal(err.text, "network: 404 NetworkNotFound: Network "
                                  "00000000-0000-0000-0000-000000000000 could not be "
                                  "found " REQUEST_ID);
    fake_cloud_script(cloud, "[{'use': 'router-del-inuse', 'path': '/network/v2.0/x'}]");
    assert_int_equal(os_delete(client, OS_NETWORK, &err, "/x"), -EBUSY);
    error_has(-EBUSY, "network: 409 RouterInUse: Router d93dab02-a60c-42c5-96d5-d7cb72eb7293 has "
                      "ports still attached: ");
    fake_cloud_script(cloud, "[{'use': 'server-quota-exceeded', 'path': '/network/v2.0/x'}]");
    assert_int_equal(post_x(), -EDQUOT);
    error_has(-EDQUOT, "403 forbidden: Quota exceeded for ram: Requested 999999, but already used "
                       "768 of 51200 ram (");
    fake_cloud_script(cloud, "[{'use': 'demo-hypervisors-403', 'path': '/network/v2.0/x'}]");
    assert_int_equal(get_x(), -EPERM);
    error_has(-EPERM, "403 forbidden: Policy doesn't allow os_compute_api:os-hypervisors:list");
}

static void asks_again_what_is_safe_to_ask_again(void **state)
{
    static const char *const troubles[] = { "'status': 500", "'status': 503", "'fault': 'reset'",
                                            "'fault': 'reset-body', 'body': 'ab'",
                                            "'fault': 'truncate', 'body': 'ab'" };
    char script[400];

    (void)state;
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        snprintf(
            script, sizeof script,
            "[" X("GET", ", 'times': 1, %s") "," X("GET", ", 'body': {}") "," X("POST", ", %s") "]",
            troubles[i], troubles[i]);
        fake_cloud_script(cloud, script);
        assert_int_equal(get_x(), 0);
        assert_int_equal(fake_cloud_count(cloud, GET_X), 2);
        assert_true(post_x() < 0);
        assert_int_equal(fake_cloud_count(cloud, POST_X), 1);
    }
    error_has(-ECONNRESET, "network: http://127.0.0.1:");
    error_has(-ECONNRESET, ": the connection was lost in the middle of the answer");
}

static void tells_trouble_that_does_not_end(void **state)
{
    (void)state;
    /* 0.3 s, 0.6 s, and there is no time for 1.2 s */
    fake->deadline_ns = clock_now_ns() + 1200 * NS_PER_MS;
    fake_cloud_script(cloud,
                      "[" X("GET", ", 'status': 503, 'body': '<h1>503 Busy</h1> Come again.'") "]");
    assert_int_equal(get_x(), -EREMOTEIO);
    assert_string_equal(err.text, "network: 503: Busy Come again");
    assert_int_equal(fake_cloud_count(cloud, GET_X), 3);
}

static void waits_as_long_as_a_rate_limit_says(void **state)
{
    static const char *const limits[] = { "429", "413" };
    char script[400];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint64_t began_ns = clock_now_ns();

        snprintf(script, sizeof script,
                 "[" X("POST", ", 'times': 1, 'status': %s, 'headers': {'Retry-After': '1'}") "," X(
                     "POST", ", 'body': {}") "]",
                 limits[i]);
        fake_cloud_script(cloud, script);
        assert_int_equal(post_x(), 0);
        assert_int_equal(fake_cloud_count(cloud, POST_X), 2);
        assert_true(clock_now_ns() - began_ns >= NS_PER_S);
    }
}

static void does_not_wait_beyond_the_deadline(void **state)
{
    uint64_t began_ns;

    (void)state;
    fake_cloud_script(cloud,
                      "[" X("GET", ", 'status': 429, 'headers': {'Retry-After': '100'},"
                                   "  'body': {'error': {'message': 'Too many requests.'}}") "]");
    began_ns = clock_now_ns();
    assert_int_equal(get_x(), -EBUSY);
    assert_string_equal(err.text, "network: 429: Too many requests");
    assert_true(clock_now_ns() - began_ns < NS_PER_S);
    fake_cloud_script(cloud, "[" X("GET", ", 'fault': 'silent'") "]");
    fake->deadline_ns = clock_now_ns() + 300 * NS_PER_MS; /* of the step */
    assert_int_equal(get_x(), -ETIMEDOUT);
    error_has(-ETIMEDOUT, ": no answer in time");
    assert_true(clock_now_ns() - began_ns < 2 * NS_PER_S);
    fake->deadline_ns = 0;
}

static void tells_json_from_other_things(void **state)
{
    (void)state;
    fake_cloud_script(cloud,
                      "[" X("GET", ", 'body': '<html>Sign in</html>', 'headers': {'Content-Type':"
                                   " 'text/html'}") "]");
    assert_int_equal(get_x(), -EPROTO);
    assert_string_equal(err.text, "network: the answer to GET /x is no JSON but 'text/html'");
    fake_cloud_script(cloud, "[" X("GET", ", 'body': '[1, 2', 'times': 1") "]");
    assert_int_equal(get_x(), -EPROTO);
    fake_cloud_script(cloud, "[" X("GET", ", 'size': 40000000") "]");
    assert_int_equal(get_x(), -EMSGSIZE);
    error_has(-EMSGSIZE, "the answer is longer than 32 MiB");
}

static void keeps_secrets_out_of_what_services_echo(void **state)
{
    (void)state;
    fake_cloud_script(cloud,
                      "[" X("GET", ", 'status': 400, 'body': {'badRequest': {'message': 'Bad token "
                                   "token-of-a-test, password secret'}}") "]");
    assert_int_equal(get_x(), -EINVAL);
    assert_string_equal(err.text, "network: 400 badRequest: Bad token ***, password ***");
}

static void traces_each_try_without_its_secrets(void **state)
{
    char line[200];

    (void)state;
    fake_cloud_script(cloud, "[{'use': 'net-404', 'path': '/network/v2.0/x'}]");
    get_x();
    snprintf(line, sizeof line, "debug POST %s/identity/v3/auth/tokens: 201 in ", cloud->url);
    assert_non_null(strstr(fake->log, line));
    assert_non_null(strstr(fake->log, " ms req-55e283ef-3318-4f18-9447-97ac35e0f2ba\n"));
    snprintf(line, sizeof line, "debug GET %s/network/v2.0/x: 404 in ", cloud->url);
    assert_non_null(strstr(fake->log, line));
}

/* ---- tokens that end ---- */

static void asks_for_another_token_when_one_is_refused(void **state)
{
    (void)state;
    fake_cloud_script(
        cloud,
        "[" X("POST", ", 'times': 1, 'status': 401") "," X("POST", ", 'body': {}") "," X(
            "GET",
            ", 'status': 401, 'body': 'no'") ","
                                             "{'use': 'token', 'headers': {'X-Subject-Token': "
                                             "'second'}}]");
    assert_int_equal(post_x(), 0);
    assert_string_equal(fake_cloud_header(cloud, POST_X, 0, "x-auth-token"), TOKEN);
    assert_string_equal(fake_cloud_header(cloud, POST_X, 1, "x-auth-token"), "second");
    assert_int_equal(fake_cloud_count(cloud, ASK_V3), 1);
    assert_int_equal(get_x(), -EACCES); /* once is enough */
    assert_string_equal(err.text, "network: 401: no");
    assert_int_equal(fake_cloud_count(cloud, GET_X), 2);
}

/* Else what is deleted would be taken for gone. */
static void a_keystone_that_is_not_found_is_not_what_was_asked_for(void **state)
{
    (void)state;
    fake_cloud_script(
        cloud,
        "[" X("DELETE", ", 'status': 401") ","
                                           "{'method': 'POST', 'path': '/identity/v3/auth/tokens',"
                                           " 'status': 404, 'body': 'Not Found'}]");
    assert_int_equal(os_delete(client, OS_NETWORK, &err, "/x"), -EACCES);
    error_has(-EACCES, "network: identity: no keystone at ");
}

static void *get_in_thread(void *arg)
{
    json_t *answer = NULL;

    *(int *)arg = os_get(client, OS_NETWORK, &answer, NULL, "/x");
    json_decref(answer);
    return NULL;
}

static void all_that_are_refused_ask_for_one_token(void **state)
{
    pthread_t threads[THREADS];
    int results[THREADS];

    (void)state;
    fake_cloud_script(cloud, "[" X("GET", ", 'times': 4, 'status': 401, 'delay': 0.3") "," X(
                                 "GET", ", 'body': {}") ",{'use': 'token', 'delay': 0.2}]");
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, get_in_thread, &results[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(results[i], 0);
    }
    assert_int_equal(fake_cloud_count(cloud, GET_X), 2 * THREADS);
    assert_int_equal(fake_cloud_count(cloud, ASK_V3), 1);
}

/* The first token is good until this second of its minute, whose first it is from. */
#define SHORT_TOKEN(until)                                                                         \
    "{'method': 'POST', 'path': '/identity/v3/auth/tokens', 'status': 201, 'times': 1,"            \
    " 'headers': {'X-Subject-Token': 'first'}, 'body': {'token': {'issued_at':"                    \
    "  '2026-11-21T04:05:01Z', 'expires_at': '2026-11-21T04:05:" until "Z', 'project':"            \
    "  {'id': 'p'}, 'catalog': ["                                                                  \
    "  {'type': 'compute', 'endpoints': [{'interface': 'public', 'url': '@URL@/c'}]},"             \
    "  {'type': 'network', 'endpoints': [{'interface': 'public', 'url': '@URL@/network'}]},"       \
    "  {'type': 'image', 'endpoints': [{'interface': 'public', 'url': '@URL@/i'}]}]}}}"

static void renews_a_token_before_it_expires(void **state)
{
    (void)state;
    opened_again("[" SHORT_TOKEN("02") "," X("GET", ", 'body': {}") "]");
    assert_int_equal(get_x(), 0);
    assert_string_equal(fake_cloud_header(cloud, GET_X, 0, "x-auth-token"), "first");
    assert_int_equal(fake->api.pause(&fake->self, clock_now_ns() + 800 * NS_PER_MS),
                     0); /* of one second */
    assert_int_equal(get_x(), 0);
    assert_string_equal(fake_cloud_header(cloud, GET_X, 1, "x-auth-token"), TOKEN);
    assert_int_equal(fake_cloud_count(cloud, ASK_V3), 2);
}

static void uses_a_token_on_that_can_not_be_renewed_yet(void **state)
{
    (void)state;
    opened_again("[" SHORT_TOKEN("03") ", {'method': 'POST', 'path': '/identity/v3/auth/tokens',"
                                       " 'status': 403}," X("GET", ", 'body': {}") "]");
    assert_int_equal(fake->api.pause(&fake->self, clock_now_ns() + 1600 * NS_PER_MS), 0);
    assert_int_equal(get_x(), 0); /* its last quarter is half a second */
    assert_int_equal(get_x(), 0);
    assert_string_equal(fake_cloud_header(cloud, GET_X, 1, "x-auth-token"), "first");
    assert_int_equal(fake_cloud_count(cloud, ASK_V3), 2);
    assert_int_equal(fake->api.pause(&fake->self, clock_now_ns() + 500 * NS_PER_MS), 0);
    assert_int_equal(get_x(), -EPERM);
}

/* ---- cancel ---- */

static void *cancel_soon(void *arg)
{
    (void)arg;
    poll(NULL, 0, 150);
    fake_host_cancel(fake);
    return NULL;
}

static void cancelled_within_a_second(const char *script)
{
    uint64_t began_ns;
    pthread_t thread;

    fake_cloud_script(cloud, script);
    began_ns = clock_now_ns();
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, NULL), 0);
    assert_int_equal(get_x(), -ECANCELED);
    pthread_join(thread, NULL);
    assert_string_equal(strrchr(err.text, ' '), " interrupted");
    assert_true(clock_now_ns() - began_ns < NS_PER_S);
    assert_int_equal(get_x(), -ECANCELED);
}

static void a_cancel_ends_a_wait_for_an_answer(void **state)
{
    (void)state;
    cancelled_within_a_second("[" X("GET", ", 'fault': 'silent'") "]");
}

static void a_cancel_ends_a_wait_for_another_try(void **state)
{
    (void)state;
    cancelled_within_a_second("[" X("GET", ", 'status': 429, 'headers': {'Retry-After': '8'}") "]");
}

static void a_cancel_ends_a_wait_for_a_token(void **state)
{
    (void)state;
    cancelled_within_a_second("[" X("GET", ", 'status': 401") ",{'use': 'token', 'delay': 10}]");
}

/* ---- pages ---- */

static size_t list_size(enum os_service service, const char *key, const char *path)
{
    json_t *list = NULL;
    size_t size;

    err = (struct vmtp_error){ 0 };
    if (os_list(client, service, key, &list, &err, "%s", path) < 0)
        return (size_t)-1;
    size = json_array_size(list);
    json_decref(list);
    return size;
}

static void reads_all_pages_of_every_service(void **state)
{
    (void)state;
    fake_cloud_script(
        cloud,
        "[{'method': 'GET', 'path': '/compute/v2.1/servers?limit=1', 'body': {'servers': [1],"
        "   'servers_links': [{'rel': 'next', 'href': 'http://inside:1/v2.1/servers?limit=1&m=a'}]"
        "  }},"
        " {'method': 'GET', 'path': '/compute/v2.1/servers?limit=1&m=a', 'body': {'servers': [2]}},"
        " {'method': 'GET', 'path': '/network/v2.0/ports?m=b', 'body': {'ports': [2, 3]}},"
        " {'method': 'GET', 'path': '/network/v2.0/ports', 'body': {'ports': [1], 'ports_links': ["
        "   {'rel': 'previous', 'href': '?no'}, {'rel': 'next', 'href': '@URL@/v2.0/ports?m=b'}]}},"
        " {'method': 'GET', 'path': '/image/v2/images?name=x', 'body': {'images': [1], 'next':"
        "   '/v2/images?name=x&marker=c'}},"
        " {'method': 'GET', 'path': '/image/v2/images?name=x&marker=c', 'body': {'images': [2]}},"
        " {'method': 'GET', 'path': '/identity/v3/users?m=d', 'body': {'users': [], 'links':"
        "   {'next': null}}},"
        " {'method': 'GET', 'path': '/identity/v3/users', 'body': {'users': [1], 'links': {'next':"
        "   '@URL@/identity/v3/users?m=d'}}}]");
    assert_int_equal(list_size(OS_COMPUTE, "servers", "/servers?limit=1"), 2);
    assert_int_equal(list_size(OS_NETWORK, "ports", "/ports"), 3);
    assert_int_equal(list_size(OS_IMAGE, "images", "/images?name=x"), 2);
    assert_int_equal(list_size(OS_IDENTITY, "users", "/users"), 1);
}

static void refuses_pages_that_never_end(void **state)
{
    (void)state;
    fake_cloud_script(cloud,
                      "[{'method': 'GET', 'path': '/network/v2.0/ports', 'body': {'ports': [1],"
                      "  'ports_links': [{'rel': 'next', 'href': '/ports?m=b'}]}}]");
    assert_int_equal(list_size(OS_NETWORK, "ports", "/ports"), (size_t)-1);
    assert_string_equal(err.text, "network: a page of 'ports' leads to itself");
    assert_int_equal(fake_cloud_count(cloud, "GET /network/v2.0/ports"), 2);
    assert_int_equal(list_size(OS_COMPUTE, "ports", "/servers"), (size_t)-1);
    assert_string_equal(err.text, "compute: the answer has no list 'ports' in it");
}

/* ---- text ---- */

static void escapes_what_a_path_must_not_have(void **state)
{
    char text[32];

    (void)state;
    assert_int_equal(os_escape("a-B_9.~", text, sizeof text), 0);
    assert_string_equal(text, "a-B_9.~");
    assert_int_equal(os_escape("a b/?&=%\xc3\xb3", text, sizeof text), 0);
    assert_string_equal(text, "a%20b%2F%3F%26%3D%25%C3%B3");
    assert_int_equal(os_escape("abc", text, 3), -E2BIG);
    assert_int_equal(os_escape("abc", text, 4), 0);
}

static void reads_members_only_of_their_type(void **state)
{
    json_t *object = json_pack("{ss si sf sn}", "text", "four", "number", 7, "real", 7.5, "null");
    char text[5];

    (void)state;
    assert_true(os_text(object, "text", text, sizeof text));
    assert_string_equal(text, "four");
    assert_false(os_text(object, "text", text, sizeof text - 1));
    assert_string_equal(text, "");
    assert_false(os_text(object, "number", text, sizeof text));
    assert_false(os_text(NULL, "text", text, sizeof text));
    assert_int_equal(os_number(object, "number", 1), 7);
    assert_int_equal(os_number(object, "real", 1), 1);
    assert_int_equal(os_number(object, "null", 1), 1);
    assert_int_equal(os_number(NULL, "number", 1), 1);
    json_decref(object);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(calls_each_service_at_its_base),
        test(gives_nothing_for_an_answer_without_content),
        test(sends_what_a_call_says),
        test(tells_what_the_service_says),
        test(asks_again_what_is_safe_to_ask_again),
        test(tells_trouble_that_does_not_end),
        test(waits_as_long_as_a_rate_limit_says),
        test(does_not_wait_beyond_the_deadline),
        test(tells_json_from_other_things),
        test(keeps_secrets_out_of_what_services_echo),
        test(traces_each_try_without_its_secrets),
        test(asks_for_another_token_when_one_is_refused),
        test(all_that_are_refused_ask_for_one_token),
        test(a_keystone_that_is_not_found_is_not_what_was_asked_for),
        test(renews_a_token_before_it_expires),
        test(uses_a_token_on_that_can_not_be_renewed_yet),
        test(a_cancel_ends_a_wait_for_an_answer),
        test(a_cancel_ends_a_wait_for_another_try),
        test(a_cancel_ends_a_wait_for_a_token),
        test(reads_all_pages_of_every_service),
        test(refuses_pages_that_never_end),
        test(escapes_what_a_path_must_not_have),
        test(reads_members_only_of_their_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
