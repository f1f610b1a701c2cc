/* SPDX-License-Identifier: Apache-2.0
 *
 * The sink mongodb's pure parts: its address, its rules across options, questions as filters, and
 * libmongoc's complaints as errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/sinks/mongodb/complaint.c"
#include "../../plugins/sinks/mongodb/options.c"
#include "../../plugins/sinks/mongodb/question.c"

#define WITH(...) filled((struct mongodb_options){ __VA_ARGS__ })

/* What a scenario leaves out is what the sink's table says. */
static struct mongodb_options filled(struct mongodb_options opt)
{
    opt.database = opt.database ? opt.database : "d";
    opt.collection = opt.collection ? opt.collection : "c";
    opt.samples = opt.samples ? opt.samples : "";
    opt.port = opt.port ? opt.port : 27017;
    opt.timeout_ns = 3 * NS_PER_S;
    return opt;
}

/* ---- address ---- */

static void address_is(struct mongodb_options opt, const char *expected)
{
    struct vmtp_error err = { 0 };
    mongoc_uri_t *uri = NULL;

    if (mongodb_check(&opt, &err) < 0 || mongodb_address(&opt, &uri, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(mongoc_uri_get_string(uri), expected);
    mongoc_uri_destroy(uri);
}

static mongoc_uri_t *address(struct mongodb_options opt)
{
    struct vmtp_error err = { 0 };
    mongoc_uri_t *uri = NULL;

    if (mongodb_address(&opt, &uri, &err) < 0)
        fail_msg("%s", err.text);
    return uri;
}

static void a_host_and_a_port_are_an_address(void **state)
{
    (void)state;
    address_is(WITH(.host = "db.example"), "mongodb://db.example:27017/");
    address_is(WITH(.port = 1), "mongodb://localhost:1/");
    address_is(WITH(.host = "fd77::1", .port = 28017), "mongodb://[fd77::1]:28017/");
}

static void a_uri_passes_through(void **state)
{
    static const char *const uri = "mongodb://u:p%40@a:1,b:2/?replicaSet=rs0&tls=true";

    (void)state;
    address_is(WITH(.uri = uri), uri);
}

static void waits_are_short_unless_the_uri_says_otherwise(void **state)
{
    mongoc_uri_t *uri = address(WITH(.uri = "mongodb://a/?connectTimeoutMS=7000"));

    (void)state;
    assert_int_equal(mongoc_uri_get_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, 0), 7000);
    assert_int_equal(mongoc_uri_get_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 0),
                     3000);
    assert_int_equal(mongoc_uri_get_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, 0), 30000);
    mongoc_uri_destroy(uri);
}

static void user_password_and_certificates_may_stand_beside_it(void **state)
{
    mongoc_uri_t *uri = address(WITH(.host = "a", .username = "u@x", .password = "p/:%",
                                     .auth_source = "users", .tls = true, .tls_ca_file = "ca.pem"));

    (void)state;
    assert_string_equal(mongoc_uri_get_username(uri), "u@x");
    assert_string_equal(mongoc_uri_get_password(uri), "p/:%");
    assert_string_equal(mongoc_uri_get_auth_source(uri), "users");
    assert_true(mongoc_uri_get_tls(uri));
    assert_string_equal(mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCAFILE, ""), "ca.pem");
    mongoc_uri_destroy(uri);
}

static void a_uri_that_is_none_is_not_shown(void **state)
{
    static const char *const wrong[] = { "mongodb://u:s3cret%@h", "mongodb://u:s3/cret@h",
                                         "http://u:s3cret@h", "s3cret" };

    (void)state;
    mongoc_log_set_handler(NULL, NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct mongodb_options opt = WITH(.uri = wrong[i]);
        struct vmtp_error err = { 0 };
        mongoc_uri_t *uri = NULL;

        assert_int_equal(mongodb_address(&opt, &uri, &err), -EINVAL);
        assert_string_equal(err.text, "uri can't be read: mongodb://[user:password@]host[:port]"
                                      "[/?option=value], what is special in user and password as "
                                      "%40 and the like");
    }
}

static void refused(struct mongodb_options opt, const char *expected)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(mongodb_check(&opt, &err), -EINVAL);
    assert_string_equal(err.text, expected);
}

static void options_that_do_not_fit_are_refused(void **state)
{
    struct mongodb_options portless = WITH(.host = "a");

    (void)state;
    portless.port = 0;
    refused(WITH(.uri = "mongodb://a", .host = "a"), "give either uri or host");
    refused(portless, "port 0 is none that a server can have");
    refused(WITH(.host = "a", .database = "a.b"), "database 'a.b' is no name that MongoDB takes");
    refused(WITH(.host = "a", .collection = "a$"), "a collection has a name without '$'");
    refused(WITH(.host = "a", .samples = "c"),
            "results and samples can't share the collection 'c'");
    refused(WITH(.host = "a", .password = "p"), "a password needs a username");
    refused(WITH(.host = "a", .tls_ca_file = "f"), "tls-ca-file needs tls: true");
}

static void an_option_that_would_be_passed_over_is_refused(void **state)
{
    const struct mongodb_options opt =
        WITH(.uri = "mongodb://a/?tls=true&tlsDisableOCSPEndpointCheck=true");
    struct vmtp_error err = { 0 };
    mongoc_uri_t *uri = NULL;

    (void)state;
    assert_int_equal(mongodb_address(&opt, &uri, &err), -ENOTSUP);
    assert_string_equal(err.text, "vmtp knows no tlsdisableocspendpointcheck: leave it out");
}

/* ---- questions ---- */

static void asks(struct vmtp_question question, enum form form, const char *filter,
                 const char *options)
{
    bson_t found = BSON_INITIALIZER, opts = BSON_INITIALIZER;
    char *text, *opts_text;

    question.size = sizeof question;
    question.run = question.run ? question.run : "";
    question.protocol = question.protocol ? question.protocol : "";
    question.encapsulation = question.encapsulation ? question.encapsulation : "";
    question_find(&question, form, &found, &opts);
    text = bson_as_relaxed_extended_json(&found, NULL);
    opts_text = bson_as_relaxed_extended_json(&opts, NULL);
    assert_string_equal(text, filter);
    if (options)
        assert_string_equal(opts_text, options);
    bson_free(text);
    bson_free(opts_text);
    bson_destroy(&found);
    bson_destroy(&opts);
}

static void whatever_it_is_is_asked_of_both_forms(void **state)
{
    (void)state;
    asks((struct vmtp_question){ .most = 3 }, FORM_RESULT,
         "{ \"run.started\" : { \"$exists\" : true } }",
         "{ \"sort\" : { \"run.started\" : -1 }, \"batchSize\" : 50, \"limit\" : 3 }");
    asks((struct vmtp_question){ 0 }, FORM_CLASSIC, "{ \"run.started\" : { \"$exists\" : false } }",
         "{ \"sort\" : { \"date\" : -1 }, \"batchSize\" : 50 }");
}

#define VLAN "{ \"$in\" : [ \"vlan\", \"VLAN\", \"Vlan\" ] }"
#define UDP  "{ \"$in\" : [ \"udp\", \"UDP\", \"Udp\" ] }"

static void each_part_of_a_question_is_asked_in_the_words_of_the_form(void **state)
{
    const struct vmtp_question question = { .run = "r",
                                            .protocol = "udp",
                                            .encapsulation = "vLAN",
                                            .since_wall_ns = 1553508000 * NS_PER_S,
                                            .until_wall_ns = 1553508001 * NS_PER_S };

    (void)state;
    setenv("TZ", "UTC-2", 1);
    asks(question, FORM_RESULT,
         "{ \"run.started\" : { \"$gte\" : \"2019-03-25T10:00:00\", \"$lt\" : "
         "\"2019-03-25T10:00:01\" }, \"run.id\" : \"r\", \"cloud.facts.encapsulation\" : " VLAN
         ", \"results.options.protocol\" : " UDP " }",
         NULL);
    asks(question, FORM_CLASSIC,
         "{ \"date\" : { \"$gte\" : \"2019-03-25 12:00:00\", \"$lt\" : \"2019-03-25 12:00:01\" }, "
         "\"run.started\" : { \"$exists\" : false }, \"$or\" : [ { \"vmtp_run\" : \"r\" }, { "
         "\"run_id\" : \"r\" } ], \"encapsulation\" : " VLAN ", \"flows.results.protocol\" : " UDP
         " }",
         NULL);
}

static void icmp_is_what_ping_measured_too(void **state)
{
    (void)state;
    asks((struct vmtp_question){ .protocol = "ICMP" }, FORM_RESULT,
         "{ \"run.started\" : { \"$exists\" : true }, \"$or\" : [ { \"results.options.protocol\" : "
         "{ "
         "\"$in\" : [ \"icmp\", \"ICMP\", \"Icmp\" ] } }, { \"results.tool\" : \"ping\" } ] }",
         NULL);
}

static void both_forms_say_when_they_began(void **state)
{
    bson_t *result = BCON_NEW("run", "{", "started", "2026-11-21T17:25:40.622Z", "}");
    bson_t *classic = BCON_NEW("date", "2019-03-25 12:00:00");
    bson_t *neither = BCON_NEW("date", "yesterday");

    (void)state;
    setenv("TZ", "UTC-2", 1);
    assert_true(document_began_ns(result, FORM_RESULT) == 1795281940622 * NS_PER_MS);
    assert_true(document_began_ns(classic, FORM_CLASSIC) == 1553508000 * NS_PER_S);
    assert_true(document_began_ns(neither, FORM_CLASSIC) == 0);
    assert_true(document_began_ns(classic, FORM_RESULT) == 0);
    bson_destroy(result);
    bson_destroy(classic);
    bson_destroy(neither);
}

/* ---- complaints ---- */

static void complains(uint32_t domain, uint32_t code, const char *words, int expected,
                      const char *text)
{
    struct vmtp_error err = { 0 };
    bson_error_t why;

    bson_set_error(&why, domain, code, "%s", words);
    assert_int_equal(complaint_fail(&err, "db:1", &why), expected);
    assert_string_equal(err.text, text);
}

static void a_complaint_is_a_code_and_one_phrase(void **state)
{
    (void)state;
    complains(MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE,
              "No suitable servers found (`serverSelectionTryOnce` set): [Connection refused]",
              -EHOSTUNREACH, "db:1: connection refused");
    complains(MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE,
              "No suitable servers found: [db:1: Connection refused] [db:2: no such host]",
              -EHOSTUNREACH, "db:1: Connection refused, db:2: no such host");
    complains(MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE,
              "No suitable servers found", -EHOSTUNREACH, "db:1: no suitable servers found");
    complains(MONGOC_ERROR_CLIENT, MONGOC_ERROR_CLIENT_AUTHENTICATE, "Authentication failed.",
              -EACCES, "db:1: authentication failed");
    complains(MONGOC_ERROR_SERVER, 10107, "not\nprimary", -EROFS, "db:1: not primary");
    complains(MONGOC_ERROR_SERVER, 13, "TLS is a must", -EACCES, "db:1: TLS is a must");
    complains(MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET, "Failed to read 4 bytes: EOF",
              -ECONNRESET, "db:1: failed to read 4 bytes: EOF");
    complains(MONGOC_ERROR_SERVER, 4711, "odd", -EIO, "db:1: odd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_and_a_port_are_an_address),
        cmocka_unit_test(a_uri_passes_through),
        cmocka_unit_test(waits_are_short_unless_the_uri_says_otherwise),
        cmocka_unit_test(user_password_and_certificates_may_stand_beside_it),
        cmocka_unit_test(a_uri_that_is_none_is_not_shown),
        cmocka_unit_test(options_that_do_not_fit_are_refused),
        cmocka_unit_test(an_option_that_would_be_passed_over_is_refused),
        cmocka_unit_test(whatever_it_is_is_asked_of_both_forms),
        cmocka_unit_test(each_part_of_a_question_is_asked_in_the_words_of_the_form),
        cmocka_unit_test(icmp_is_what_ping_measured_too),
        cmocka_unit_test(both_forms_say_when_they_began),
        cmocka_unit_test(a_complaint_is_a_code_and_one_phrase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
