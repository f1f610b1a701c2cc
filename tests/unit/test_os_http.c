/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/http.c and transfer.c against a scripted server that keeps what
 * it was asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../plugins/clouds/openstack/http.h"
#include "../../plugins/common/clock.h"
#include "../fakes/cloud.h"

static struct fake_cloud *cloud;
static struct http *http;

/* What the last request came to. */
static struct http_answer answer;
static enum http_reach reach;
static struct vmtp_error err;

static int setup(void **state)
{
    (void)state;
    unsetenv("http_proxy");
    cloud = fake_cloud_new(false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_cloud_free(cloud);
    return 0;
}

static int open_http(void **state)
{
    (void)state;
    return http_new(&(struct http_options){ 0 }, &http, NULL);
}

static int close_http(void **state)
{
    (void)state;
    http_answer_clear(&answer);
    http_free(http);
    return 0;
}

static uint64_t in_ms(uint64_t ms)
{
    return clock_now_ns() + ms * NS_PER_MS;
}

static int perform_url(struct http_request request, const char *url)
{
    http_answer_clear(&answer);
    err = (struct vmtp_error){ 0 };
    request.url = url;
    if (!request.deadline_ns)
        request.deadline_ns = in_ms(10000);
    if (!request.cancel_fd)
        request.cancel_fd = -1;
    return http_perform(http, &request, &answer, &reach, &err);
}

static int perform(struct http_request request, const char *path)
{
    char url[200];

    snprintf(url, sizeof url, "%s%s", cloud->url, path);
    return perform_url(request, url);
}

static int get(const char *path)
{
    return perform((struct http_request){ .method = "GET" }, path);
}

static int post(const char *path)
{
    return perform((struct http_request){ .method = "POST", .body = "{}", .body_len = 2 }, path);
}

static void error_is(int code, const char *part)
{
    assert_int_equal(err.code, code);
    if (!strstr(err.text, part))
        fail_msg("'%s' does not have '%s'", err.text, part);
}

static int connection_of(const char *request, size_t number)
{
    json_t *row = fake_cloud_request(cloud, request, number);
    int connection = (int)json_integer_value(json_object_get(row, "connection"));

    json_decref(row);
    return connection;
}

/* ---- answers ---- */

static void gives_status_body_and_headers(void **state)
{
    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a', 'status': 404, 'body': 'gone',"
                             "  'headers': {'X-Subject-Token': 'secret', 'Content-Type': 'a/b',"
                             "              'X-Openstack-Request-Id': 'req-1'}}]");
    assert_int_equal(get("/a"), 0);
    assert_int_equal(answer.status, 404);
    assert_string_equal(answer.body, "gone");
    assert_int_equal(answer.len, 4);
    assert_string_equal(answer.token, "secret");
    assert_string_equal(answer.request_id, "req-1");
    assert_string_equal(answer.content_type, "a/b");
}

static void sends_method_headers_and_body(void **state)
{
    const char *const headers[] = { "X-Auth-Token: t", "Content-Type: application/json", NULL };
    struct http_request request = {
        .method = "PATCH", .headers = headers, .body = "{\"a\":1}", .body_len = 7
    };
    json_t *row, *sent;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'PATCH', 'path': '/a', 'status': 204}]");
    assert_int_equal(perform(request, "/a?b=c"), 0);
    assert_int_equal(answer.status, 204);
    assert_null(answer.body);
    row = fake_cloud_request(cloud, "PATCH /a", 0);
    sent = json_object_get(row, "headers");
    assert_string_equal(json_string_value(json_object_get(row, "path")), "/a?b=c");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "body"), "a")), 1);
    assert_string_equal(json_string_value(json_object_get(sent, "x-auth-token")), "t");
    assert_null(json_object_get(sent, "expect"));
    json_decref(row);
}

static void reads_retry_after_as_seconds_and_as_date(void **state)
{
    (void)state;
    fake_cloud_script(cloud,
                      "[{'method': 'GET', 'path': '/s', 'headers': {'Retry-After': '17'}},"
                      " {'method': 'GET', 'path': '/d', 'headers': {"
                      "    'Date': 'Sat, 21 Nov 2026 04:05:01 GMT',"
                      "    'Retry-After': 'Sat, 21 Nov 2026 04:06:11 GMT'}},"
                      " {'method': 'GET', 'path': '/n', 'headers': {'Retry-After': 'soon'}}]");
    assert_int_equal(get("/s"), 0);
    assert_int_equal(answer.retry_after_s, 17);
    assert_int_equal(get("/d"), 0);
    assert_int_equal(answer.retry_after_s, 70);
    assert_int_equal(get("/n"), 0);
    assert_int_equal(answer.retry_after_s, 0);
}

static void refuses_a_body_of_300_megabytes(void **state)
{
    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a', 'size': 314572800}]");
    assert_int_equal(get("/a"), -EMSGSIZE);
    error_is(-EMSGSIZE, "the answer is longer than 32 MiB");
}

/* ---- connections ---- */

static void keeps_connections_for_what_may_be_repeated(void **state)
{
    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a'}, {'method': 'POST', 'path': '/a'},"
                             " {'method': 'DELETE', 'path': '/a', 'status': 204}]");
    assert_int_equal(get("/a"), 0);
    assert_int_equal(get("/a"), 0);
    assert_int_equal(perform((struct http_request){ .method = "DELETE" }, "/a"), 0);
    assert_int_equal(connection_of("GET /a", 0), connection_of("GET /a", 1));
    assert_int_equal(connection_of("GET /a", 0), connection_of("DELETE /a", 0));
    assert_int_equal(post("/a"), 0);
    assert_int_not_equal(connection_of("GET /a", 0), connection_of("POST /a", 0));
}

static void asks_again_where_a_kept_connection_is_dead(void **state)
{
    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a', 'fault': 'close'}]");
    for (int i = 0; i < 3; i++)
        assert_int_equal(get("/a"), 0);
    assert_int_equal(fake_cloud_count(cloud, "GET /a"), 3);
}

static void never_sends_a_post_twice(void **state)
{
    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a'},"
                             " {'method': 'POST', 'path': '/a', 'fault': 'reset'}]");
    assert_int_equal(get("/a"), 0); /* there is a connection to be used again */
    assert_int_equal(post("/a"), -ECONNRESET);
    error_is(-ECONNRESET, ": the connection was lost before the answer");
    assert_int_equal(reach, HTTP_SENT);
    assert_int_equal(fake_cloud_count(cloud, "POST /a"), 1);
}

static void tells_an_answer_that_is_cut_from_a_whole_one(void **state)
{
    static const char *const faults[] = { "truncate", "reset-body" };
    char script[200];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(script, sizeof script,
                 "[{'method': 'GET', 'path': '/a', 'body': '0123456789', 'fault': '%s'}]",
                 faults[i]);
        fake_cloud_script(cloud, script);
        assert_int_equal(get("/a"), -ECONNRESET);
        error_is(-ECONNRESET, ": the connection was lost in the middle of the answer");
        assert_int_equal(fake_cloud_count(cloud, "GET /a"), 1);
    }
}

/* A port of this machine that nobody listens to. */
static void dead_url(char ret[64])
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    snprintf(ret, 64, "http://127.0.0.1:%u", ntohs(address.sin_port));
}

static void says_who_can_not_be_reached_and_why(void **state)
{
    char url[64], text[160];

    (void)state;
    dead_url(url);
    assert_int_equal(perform_url((struct http_request){ .method = "POST" }, url), -ECONNREFUSED);
    snprintf(text, sizeof text, "can't connect to %s: Connection refused", url);
    assert_string_equal(err.text, text);
    assert_int_equal(reach, HTTP_NOT_SENT);
    assert_int_equal(perform_url((struct http_request){ .method = "GET" }, "http://a..b/c"),
                     -EHOSTUNREACH);
    error_is(-EHOSTUNREACH, "can't connect to http://a..b: ");
}

static void takes_only_http_and_no_password_in_a_url(void **state)
{
    char url[100];

    (void)state;
    assert_int_equal(perform_url((struct http_request){ .method = "GET" }, "file:///etc/passwd"),
                     -EIO);
    snprintf(url, sizeof url, "http://me:geheim@%s/a", cloud->url + strlen("http://"));
    assert_int_equal(perform_url((struct http_request){ .method = "GET" }, url), -EINVAL);
    error_is(-EINVAL, "a URL must not hold a user or password");
    assert_null(strstr(err.text, "geheim"));
}

static void opens_sockets_close_on_exec(void **state)
{
    DIR *folder;
    struct dirent *entry;
    int sockets = 0;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a'}]");
    assert_int_equal(get("/a"), 0);
    folder = opendir("/proc/self/fd");
    while ((entry = readdir(folder))) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        struct sockaddr_storage address;
        socklen_t len = sizeof address;

        if (getsockname(fd, (struct sockaddr *)&address, &len) < 0 || address.ss_family != AF_INET)
            continue;
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        sockets++;
    }
    closedir(folder);
    assert_true(sockets > 0);
}

static void goes_through_the_proxy_of_the_environment(void **state)
{
    json_t *row;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a'}]");
    setenv("http_proxy", cloud->url, 1);
    setenv("no_proxy", "127.0.0.1", 1);
    assert_int_equal(perform_url((struct http_request){ .method = "GET" }, "http://cloud.test/a"),
                     0);
    assert_int_equal(get("/a"), 0);
    unsetenv("http_proxy");
    unsetenv("no_proxy");
    row = fake_cloud_request(cloud, "GET /a", 0);
    assert_true(json_is_true(json_object_get(row, "proxied")));
    json_decref(row);
    row = fake_cloud_request(cloud, "GET /a", 1);
    assert_false(json_is_true(json_object_get(row, "proxied")));
    json_decref(row);
}

/* ---- waits ---- */

static void gives_up_at_the_deadline(void **state)
{
    uint64_t began_ns = clock_now_ns();

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a', 'fault': 'silent'},"
                             " {'method': 'GET', 'path': '/b', 'fault': 'drip', 'body': 'long'}]");
    assert_int_equal(
        perform((struct http_request){ .method = "GET", .deadline_ns = in_ms(200) }, "/a"),
        -ETIMEDOUT);
    error_is(-ETIMEDOUT, ": no answer in time");
    assert_int_equal(
        perform((struct http_request){ .method = "GET", .deadline_ns = in_ms(300) }, "/b"),
        -ETIMEDOUT);
    error_is(-ETIMEDOUT, ": no whole answer in time");
    assert_true(clock_now_ns() - began_ns < 2 * NS_PER_S);
}

static void gives_up_when_nothing_moves(void **state)
{
    struct http_request request = { .method = "GET", .stall_ns = 400 * NS_PER_MS };

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a', 'fault': 'stall', 'body': 'long'},"
                             " {'method': 'GET', 'path': '/b', 'fault': 'drip', 'body': 'long'}]");
    assert_int_equal(perform(request, "/a"), -ETIMEDOUT);
    error_is(-ETIMEDOUT, ": nothing has moved for 0.4 s");
    assert_int_equal(perform(request, "/b"), 0); /* slow, but it moves */
    assert_string_equal(answer.body, "long");
}

static void *cancel_soon(void *arg)
{
    poll(NULL, 0, 200);
    eventfd_write(*(int *)arg, 1);
    return NULL;
}

static void ends_soon_after_a_cancel(void **state)
{
    int fd = eventfd(0, EFD_CLOEXEC);
    struct http_request request = { .method = "GET", .cancel_fd = fd };
    uint64_t began_ns = clock_now_ns();
    pthread_t thread;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a', 'fault': 'silent'}]");
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &fd), 0);
    assert_int_equal(perform(request, "/a"), -ECANCELED);
    pthread_join(thread, NULL);
    assert_string_equal(err.text, "interrupted");
    assert_int_equal(reach, HTTP_SENT);
    assert_true(clock_now_ns() - began_ns < NS_PER_S);
    assert_int_equal(perform(request, "/a"), -ECANCELED);
    assert_int_equal(reach, HTTP_NOT_SENT);
    assert_int_equal(fake_cloud_count(cloud, "GET /a"), 1);
    close(fd);
}

static int cancelled_post(const char *path, uint64_t grace_ns)
{
    int fd = eventfd(0, EFD_CLOEXEC), r;
    struct http_request request = { .method = "POST", .cancel_fd = fd, .grace_ns = grace_ns };
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &fd), 0);
    r = perform(request, path);
    pthread_join(thread, NULL);
    close(fd);
    return r;
}

static void waits_a_grace_for_the_answer_to_what_it_has_sent(void **state)
{
    (void)state;
    fake_cloud_script(cloud, "[{'method': 'POST', 'path': '/a', 'delay': 0.5},"
                             " {'method': 'POST', 'path': '/b', 'fault': 'silent'}]");
    assert_int_equal(cancelled_post("/a", 5 * NS_PER_S), 0);
    assert_int_equal(answer.status, 200);
    assert_int_equal(cancelled_post("/b", 300 * NS_PER_MS), -ECANCELED);
    assert_int_equal(reach, HTTP_SENT);
}

/* ---- redirects and files ---- */

static void follows_redirects_only_where_told_to(void **state)
{
    (void)state;
    fake_cloud_script(
        cloud,
        "[{'method': 'GET', 'path': '/a', 'status': 302, 'headers': {'Location': '@URL@/b'}},"
        " {'method': 'GET', 'path': '/b', 'status': 302, 'headers': {'Location': '@URL@/c'}},"
        " {'method': 'GET', 'path': '/c', 'body': 'here'}]");
    assert_int_equal(get("/a"), 0);
    assert_int_equal(answer.status, 302);
    assert_int_equal(fake_cloud_count(cloud, "GET /b"), 0);
    assert_int_equal(perform((struct http_request){ .method = "GET", .redirects = 2 }, "/a"), 0);
    assert_string_equal(answer.body, "here");
    assert_int_equal(perform((struct http_request){ .method = "GET", .redirects = 1 }, "/a"), -EIO);
    error_is(-EIO, "Maximum (1) redirects followed");
}

/* How much has moved, as it was told. */
static uint64_t moved, moved_all;

static void keep_moved(void *arg, uint64_t bytes, uint64_t all_bytes)
{
    (void)arg;
    moved = bytes;
    moved_all = all_bytes;
}

static void downloads_into_a_file_what_succeeds(void **state)
{
    struct http_file file = { .fd = memfd_create("body", MFD_CLOEXEC), .moved = keep_moved };
    struct http_request request = { .method = "GET", .download = &file };
    char byte;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a', 'body': 'ab', 'size': 50000000},"
                             " {'method': 'GET', 'path': '/b', 'status': 404, 'body': 'gone'}]");
    assert_int_equal(perform(request, "/a"), 0);
    assert_null(answer.body);
    assert_int_equal(lseek(file.fd, 0, SEEK_END), 50000002);
    assert_int_equal(pread(file.fd, &byte, 1, 1), 1);
    assert_int_equal(byte, 'b');
    assert_int_equal(moved, 50000002);
    assert_int_equal(moved_all, 50000002);
    assert_int_equal(perform(request, "/b"), 0);
    assert_string_equal(answer.body, "gone");
    assert_int_equal(lseek(file.fd, 0, SEEK_END), 0);
    close(file.fd);
}

/* Whether or not its length is told beforehand. */
static void ends_a_download_that_is_too_long(void **state)
{
    struct http_file file = { .fd = memfd_create("body", MFD_CLOEXEC), .size = 1 << 20 };
    struct http_request request = { .method = "GET", .download = &file };

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/a', 'body': 'ab', 'size': 50000000},"
                             " {'method': 'GET', 'path': '/b', 'body': 'ab', 'size': 1000000}]");
    assert_int_equal(perform(request, "/a"), -EFBIG);
    assert_non_null(strstr(err.text, ": the file is longer than 0.000977 GiB"));
    assert_int_equal(lseek(file.fd, 0, SEEK_END), 0);
    assert_int_equal(perform(request, "/b"), 0);
    close(file.fd);
}

static void uploads_a_file_from_its_beginning(void **state)
{
    struct http_file file = { .fd = memfd_create("body", MFD_CLOEXEC), .size = 11 };
    struct http_request request = { .method = "PUT", .upload = &file };
    json_t *row;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'PUT', 'path': '/a', 'status': 204}]");
    assert_int_equal(write(file.fd, "hello world", 11), 11);
    assert_int_equal(perform(request, "/a"), 0);
    assert_int_equal(answer.status, 204);
    row = fake_cloud_request(cloud, "PUT /a", 0);
    assert_string_equal(json_string_value(json_object_get(row, "body")), "hello world");
    json_decref(row);
    file.size = 12;
    assert_int_equal(perform(request, "/a"), -ENODATA);
    error_is(-ENODATA, " became shorter");
    close(file.fd);
}

/* ---- trust ---- */

static void trusts_whom_it_is_told_to(void **state)
{
    struct fake_cloud *secure = fake_cloud_new(true);
    struct http_request request = { .method = "GET" };
    char cacert[100], url[100];

    (void)state;
    fake_cloud_script(secure, "[{'method': 'GET', 'path': '/a'}]");
    snprintf(url, sizeof url, "%s/a", secure->url);
    snprintf(cacert, sizeof cacert, "%s/ca.crt", secure->folder);
    assert_int_equal(perform_url(request, url), -EKEYREJECTED);
    error_is(-EKEYREJECTED, " is not to be trusted: ");
    error_is(-EKEYREJECTED, "; cacert (OS_CACERT) names the file of its authority, insecure "
                            "(OS_INSECURE) trusts anybody");
    http_free(http);
    assert_int_equal(http_new(&(struct http_options){ .cacert = cacert }, &http, &err), 0);
    assert_int_equal(perform_url(request, url), 0);
    http_free(http);
    assert_int_equal(http_new(&(struct http_options){ .insecure = true }, &http, &err), 0);
    assert_int_equal(perform_url(request, url), 0);
    http_free(http);
    http = NULL;
    assert_int_equal(http_new(&(struct http_options){ .cacert = "/not/there" }, &http, &err),
                     -ENOENT);
    assert_string_equal(err.text, "can't read cacert '/not/there': No such file or directory");
    fake_cloud_free(secure);
}

static void follows_no_redirect_from_https_to_http(void **state)
{
    struct fake_cloud *secure = fake_cloud_new(true);
    struct http_request request = { .method = "GET", .redirects = 3 };
    char script[300], url[100];

    (void)state;
    snprintf(script, sizeof script,
             "[{'method': 'GET', 'path': '/a', 'status': 302, 'headers': {'Location': '%s/b'}}]",
             cloud->url);
    fake_cloud_script(secure, script);
    fake_cloud_script(cloud, "[{'method': 'GET', 'path': '/b'}]");
    snprintf(url, sizeof url, "%s/a", secure->url);
    http_free(http);
    assert_int_equal(http_new(&(struct http_options){ .insecure = true }, &http, &err), 0);
    assert_int_equal(perform_url(request, url), -EIO);
    assert_int_equal(fake_cloud_count(cloud, "GET /b"), 0);
    fake_cloud_free(secure);
}

#define test(name) cmocka_unit_test_setup_teardown(name, open_http, close_http)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(gives_status_body_and_headers),
        test(sends_method_headers_and_body),
        test(reads_retry_after_as_seconds_and_as_date),
        test(refuses_a_body_of_300_megabytes),
        test(keeps_connections_for_what_may_be_repeated),
        test(asks_again_where_a_kept_connection_is_dead),
        test(never_sends_a_post_twice),
        test(tells_an_answer_that_is_cut_from_a_whole_one),
        test(says_who_can_not_be_reached_and_why),
        test(takes_only_http_and_no_password_in_a_url),
        test(opens_sockets_close_on_exec),
        test(goes_through_the_proxy_of_the_environment),
        test(gives_up_at_the_deadline),
        test(gives_up_when_nothing_moves),
        test(ends_soon_after_a_cancel),
        test(waits_a_grace_for_the_answer_to_what_it_has_sent),
        test(follows_redirects_only_where_told_to),
        test(downloads_into_a_file_what_succeeds),
        test(ends_a_download_that_is_too_long),
        test(uploads_a_file_from_its_beginning),
        test(trusts_whom_it_is_told_to),
        test(follows_no_redirect_from_https_to_http),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
