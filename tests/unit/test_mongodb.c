/* SPDX-License-Identifier: Apache-2.0
 *
 * The sink mongodb without a MongoDB: servers that are not there, do not answer or hang up, and
 * documents that none would take.  tests/e2e/mongodb.sh has a real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plugins/common/clock.h"
#include "plugins/sinks/mongodb/options.h"
#include "tests/fakes/sink.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <sys/socket.h>
#include <unistd.h>

#define DOCUMENT                                                                                   \
    "{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"r1\",\"ended\":\"e\"},\"events\":[],"         \
    "\"results\":[]}"

/* A port that lets connections in, as far as the kernel does, and never says a word. */
static int mute_open(uint64_t *ret_port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof to;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &len), 0);
    *ret_port = ntohs(to.sin_port);
    return fd;
}

static struct mongodb_options options_for(uint64_t port)
{
    return (struct mongodb_options){ .host = "127.0.0.1",
                                     .port = port,
                                     .database = "d",
                                     .collection = "c",
                                     .samples = "",
                                     .timeout_ns = 300 * NS_PER_MS };
}

static void fails(const struct mongodb_options *opt, const char *document, int expected,
                  const char *phrase)
{
    struct vmtp_error err = { 0 };
    struct fake_sink sink;
    uint64_t began_ns;

    fake_sink_make(&sink, "mongodb", opt);
    began_ns = clock_now_ns();
    assert_int_equal(fake_sink_feed(&sink, 3, document, &err), expected);
    assert_true(clock_now_ns() - began_ns < 3 * NS_PER_S);
    if (!strstr(err.text, phrase))
        fail_msg("'%s' is not in '%s'", phrase, err.text);
    fake_sink_clear(&sink);
}

static void a_server_that_is_not_there_is_told_at_once(void **state)
{
    struct mongodb_options opt;
    uint64_t port;
    char phrase[64];

    (void)state;
    close(mute_open(&port));
    opt = options_for(port);
    snprintf(phrase, sizeof phrase, "127.0.0.1:%u: Connection refused", (unsigned)port);
    fails(&opt, DOCUMENT, -EHOSTUNREACH, phrase);
}

static void a_server_that_does_not_answer_is_given_up_after_the_timeout(void **state)
{
    struct mongodb_options opt;
    uint64_t port;
    int fd = mute_open(&port);

    (void)state;
    opt = options_for(port);
    fails(&opt, DOCUMENT, -EHOSTUNREACH, "calling hello on '127.0.0.1");
    opt.samples = "s"; /* what can't be cleared of samples does not keep from trying the results */
    fails(&opt, DOCUMENT, -EHOSTUNREACH, "calling hello on '127.0.0.1");
    close(fd);
}

static void a_tls_handshake_that_is_not_answered_is_given_up_too(void **state)
{
    struct mongodb_options opt;
    uint64_t port;
    int fd = mute_open(&port);

    (void)state;
    opt = options_for(port);
    opt.tls = true;
    fails(&opt, DOCUMENT, -EHOSTUNREACH, "TLS");
    close(fd);
}

static void a_socket_of_this_machine_is_a_server_too(void **state)
{
    struct mongodb_options opt = options_for(0);

    (void)state;
    opt.host = NULL;
    opt.uri = "mongodb://%2Fnowhere%2Fmongodb.sock";
    fails(&opt, DOCUMENT, -EHOSTUNREACH, "No such file or directory");
}

/* Cancels once the client has said something. */
struct listener {
    struct fake_host *host;
    int fd;
};

static void *listener_run(void *arg)
{
    struct listener *listener = arg;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
    char byte;

    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    fake_host_cancel(listener->host);
    assert_true(recv(fd, &byte, 1, MSG_WAITALL) >= 0); /* until the client has gone, or says more */
    close(fd);
    return NULL;
}

static void a_cancel_ends_the_wait(void **state)
{
    struct vmtp_error err = { 0 };
    struct mongodb_options opt;
    struct listener listener;
    struct fake_sink sink;
    pthread_t thread;
    uint64_t port, began_ns = clock_now_ns();

    (void)state;
    listener.fd = mute_open(&port);
    opt = options_for(port);
    opt.timeout_ns = 60 * NS_PER_S;
    fake_sink_make(&sink, "mongodb", &opt);
    listener.host = sink.host;
    assert_int_equal(pthread_create(&thread, NULL, listener_run, &listener), 0);
    assert_int_equal(fake_sink_feed(&sink, 3, DOCUMENT, &err), -ECANCELED);
    assert_non_null(strstr(err.text, ": cancelled"));
    assert_true(clock_now_ns() - began_ns < NS_PER_S);
    pthread_join(thread, NULL);
    fake_sink_clear(&sink);
    close(listener.fd);
}

static void the_deadline_of_the_step_holds(void **state)
{
    struct vmtp_error err = { 0 };
    struct mongodb_options opt;
    struct fake_sink sink;
    uint64_t port, began_ns = clock_now_ns();
    int fd = mute_open(&port);

    (void)state;
    opt = options_for(port);
    opt.timeout_ns = 60 * NS_PER_S;
    fake_sink_make(&sink, "mongodb", &opt);
    sink.host->deadline_ns = began_ns + 200 * NS_PER_MS;
    assert_int_equal(fake_sink_feed(&sink, 3, DOCUMENT, &err), -ETIMEDOUT);
    assert_non_null(strstr(err.text, ": no time is left for it"));
    assert_true(clock_now_ns() - began_ns < 3 * NS_PER_S);
    fake_sink_clear(&sink);
    close(fd);
}

static void a_document_without_a_run_is_refused(void **state)
{
    const struct mongodb_options opt = options_for(1);

    (void)state;
    fails(&opt, "{", -EINVAL, "the result document is none that names its run");
    fails(&opt, "{\"results\":[]}", -EINVAL, "the result document is none that names its run");
}

/* A document of 17 MB: in a histogram, which can be left out, or in a note, which can't. */
static char *large_document(bool histogram)
{
    char *text = malloc((17u << 20) + 1), *document;
    json_t *json;

    memset(text, 'x', 17u << 20);
    text[17u << 20] = '\0';
    json = json_pack("{s:{s:s, s:s}, s:[], s:[{s:{s:{s:s}}}]}", "run", "id", "r1", "ended", "e",
                     "events", "results", "metrics", "rtt", histogram ? "histogram" : "why", text);
    document = json_dumps(json, 0);
    json_decref(json);
    free(text);
    return document;
}

static void a_document_that_is_too_large_is_refused_unless_it_can_be_made_smaller(void **state)
{
    char *document = large_document(false);
    struct vmtp_error err = { 0 };
    struct mongodb_options opt;
    struct fake_sink sink;
    uint64_t port;

    (void)state;
    close(mute_open(&port));
    opt = options_for(port);
    fails(&opt, document, -EFBIG, "the document has 17 MB, and MongoDB takes 16");
    free(document);
    document = large_document(true);
    fake_sink_make(&sink, "mongodb", &opt);
    assert_int_equal(fake_sink_feed(&sink, 0, document, &err), -EHOSTUNREACH);
    assert_non_null(strstr(sink.host->log, "17 MB are more than MongoDB takes: kept without series "
                                           "and histograms"));
    fake_sink_clear(&sink);
    free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_is_not_there_is_told_at_once),
        cmocka_unit_test(a_server_that_does_not_answer_is_given_up_after_the_timeout),
        cmocka_unit_test(a_tls_handshake_that_is_not_answered_is_given_up_too),
        cmocka_unit_test(a_socket_of_this_machine_is_a_server_too),
        cmocka_unit_test(a_cancel_ends_the_wait),
        cmocka_unit_test(the_deadline_of_the_step_holds),
        cmocka_unit_test(a_document_without_a_run_is_refused),
        cmocka_unit_test(a_document_that_is_too_large_is_refused_unless_it_can_be_made_smaller),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
