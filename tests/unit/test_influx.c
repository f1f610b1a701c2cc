/* SPDX-License-Identifier: Apache-2.0
 *
 * The sink influx without an InfluxDB: lines, points, rules across options, and what is made of the
 * answers of a scripted server.  tests/e2e/sinks_servers.sh has a real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/sinks/influx/influx.c"
#include "../../plugins/sinks/influx/line.c"
#include "../../plugins/sinks/influx/points.c"
#include "../../plugins/sinks/influx/post.c"

#include "../fakes/cloud.h"
#include "../fakes/host.h"

#define DOCUMENT                                                                                   \
    "{\"schema\":\"vmtp.result/"                                                                   \
    "1\",\"run\":{\"id\":\"r1\",\"started\":\"2026-11-21T17:04:49.097Z\"},\"results\":[{\"key\":"  \
    "\"flow=b,path=p\",\"flow\":\"b\",\"tool\":\"native\",\"path\":\"p\",\"from\":\"a\",\"to\":"   \
    "\"b\",\"status\":\"ok\",\"verdict\":\"pass\",\"metrics\":{\"rtt\":{\"unit\":\"s\",\"p50\":"   \
    "0.001,\"p99\":0.25,\"n\":60,\"ci95\":{\"p50\":[0.0005,0.002]}},\"goodput\":{\"unit\":"        \
    "\"bit/s\",\"value\":9.5e8,\"stat\":\"median\",\"n\":3,\"no_ci95\":\"too few\"}}},{\"key\":"   \
    "\"k\",\"flow\":\"c\",\"status\":\"failed\",\"verdict\":\"none\",\"error\":\"it said "         \
    "\\\"no\\\"\",\"metrics\":{}}]}"

/* ---- lines ---- */

static char *text;
static size_t len;

static FILE *text_open(void)
{
    free(text);
    text = NULL;
    return open_memstream(&text, &len);
}

static int text_drop(void **state)
{
    (void)state;
    free(text);
    text = NULL;
    return 0;
}

static void a_line_has_tags_fields_and_a_time(void **state)
{
    struct line line = { .to = text_open() };

    (void)state;
    line_begin(&line, "m");
    line_tag(&line, "t", "v");
    line_tag(&line, "none", "");
    line_number(&line, "x", 1.5);
    line_number(&line, "not", NAN);
    line_number(&line, "never", -INFINITY);
    line_text(&line, "s", "hello");
    line_text(&line, "empty", "");
    line_flag(&line, "b", true);
    line_end(&line, 1795280689097000000);
    fclose(line.to);
    assert_string_equal(text, "m,t=v x=1.5,s=\"hello\",b=true 1795280689097000000\n");
}

static void what_has_a_meaning_is_escaped_or_replaced(void **state)
{
    struct line line = { .to = text_open() };

    (void)state;
    line_begin(&line, "a b,c");
    line_tag(&line, "k=1", "x, y=\"z\"\\\n\t\x7f</script>");
    line_text(&line, "s", "say \"no\"\\ \r\nx=1i,");
    line_end(&line, 1);
    fclose(line.to);
    assert_string_equal(text, "a\\ b\\,c,k\\=1=x\\,\\ y\\=\"z\"____</script> "
                              "s=\"say \\\"no\\\"\\\\   x=1i,\" 1\n");
}

static void long_texts_are_cut_between_characters(void **state)
{
    static char endless[100001];
    struct line line = { .to = text_open() };

    (void)state;
    for (size_t i = 0; i + 2 < sizeof endless; i += 2)
        memcpy(endless + i, "\xc3\xa9", 2);
    line_begin(&line, "m");
    line_tag(&line, "t", endless + 1);
    line_text(&line, "s", endless);
    line_end(&line, 1);
    fclose(line.to);
    assert_in_range(len, LINE_NAME_MAX + LINE_TEXT_MAX - 4, LINE_NAME_MAX + LINE_TEXT_MAX + 20);
    assert_non_null(strstr(text, "\xc3\xa9 s=\"\xc3\xa9"));
    assert_non_null(strstr(text, "\xc3\xa9\" 1\n"));
}

/* ---- points ---- */

static const struct vmtp_pair lab = { "site", "lab 7" };

static void points_make(const char *json, int wanted)
{
    const struct points points = { "vmtp", { &lab, 1 } };
    json_t *document = json_loads(json, 0, NULL);
    FILE *to = text_open();

    assert_non_null(document);
    assert_int_equal(document_points(&points, document, to), wanted);
    json_decref(document);
    fclose(to);
}

#define B "vmtp,site=lab\\ 7,flow=b,from=a,key=flow\\=b\\,path\\=p,metric="

static void a_document_has_a_point_for_each_metric(void **state)
{
    (void)state;
    points_make(DOCUMENT, 0);
    assert_string_equal(
        text,
        B "rtt,path=p,to=b,tool=native,unit=s run=\"r1\",status=\"ok\",verdict=\"pass\",n=60,"
          "p50=0.001,p50_low=0.0005,p50_high=0.002,p99=0.25 1795280689097573804\n" B
          "goodput,path=p,to=b,tool=native,unit=bit/s run=\"r1\",status=\"ok\",verdict=\"pass\","
          "why=\"too few\",n=3,median=950000000 1795280689097573804\n"
          "vmtp,site=lab\\ 7,flow=c,key=k run=\"r1\",status=\"failed\",verdict=\"none\","
          "why=\"it said \\\"no\\\"\" 1795280689097573804\n");
}

static void runs_that_began_together_do_not_overwrite_each_other(void **state)
{
    uint64_t first, second;

    (void)state;
    points_make("{\"run\":{\"id\":\"r1\",\"started\":"
                "\"2026-11-21T17:04:49.097Z\"},\"results\":[{\"key\":\"k\"}]}",
                0);
    first = strtoull(strrchr(text, ' '), NULL, 10);
    points_make("{\"run\":{\"id\":\"r2\",\"started\":\"2026-11-21T17:04:49.097Z\"},\"results\":["
                "{\"key\":\"k\"}]}",
                0);
    second = strtoull(strrchr(text, ' '), NULL, 10);
    assert_int_equal(first / 1000000, second / 1000000);
    assert_int_not_equal(first, second);
}

static void a_document_that_does_not_say_when_is_refused(void **state)
{
    (void)state;
    points_make("{\"run\":{\"id\":\"r1\"},\"results\":[]}", -EINVAL);
    points_make("{\"run\":{\"started\":\"yesterday\"},\"results\":[]}", -EINVAL);
    points_make("{}", -EINVAL);
}

static void a_sample_that_is_no_number_has_no_point(void **state)
{
    const struct points points = { "m", { NULL, 0 } };
    struct vmtp_record record = { .size = sizeof record,
                                  .run = "r1",
                                  .flow = "k",
                                  .subject = "a",
                                  .metric = "cpu",
                                  .unit = "ratio",
                                  .trial = 2,
                                  .final = 1,
                                  .wall_ns = 7,
                                  .value = 0.5,
                                  .search = 1 };
    FILE *to = text_open();

    (void)state;
    sample_point(&points, &record, to);
    record.value = NAN;
    sample_point(&points, &record, to);
    fclose(to);
    assert_string_equal(text,
                        "m_sample,final=true,key=k,metric=cpu,subject=a,unit=ratio run=\"r1\","
                        "value=0.5,trial=2,failed=false,search=true 7\n");
}

/* ---- options ---- */

static void refuses(struct options opt, const char *why)
{
    struct vmtp_error err = { 0 };

    if (!opt.measurement)
        opt.measurement = "vmtp";
    assert_int_equal(influx_check(&opt, &err), -EINVAL);
    assert_string_equal(err.text, why);
}

static void refuses_options_that_do_not_fit_together(void **state)
{
    const struct vmtp_pair taken = { "metric", "x" };
    const struct options good[] = { { .path = "a", .measurement = "m" },
                                    { .url = "https://h/x", .database = "d", .measurement = "m" },
                                    { .url = "HTTP://h", .bucket = "b", .measurement = "m" } };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(influx_check(&good[i], NULL), 0);
    refuses((struct options){ 0 }, "give path or url");
    refuses((struct options){ .url = "ftp://h", .database = "d" },
            "url 'ftp://h' is neither http:// nor https://");
    refuses((struct options){ .url = "http://u:secret@h", .database = "d" },
            "url holds a user or password: give user and password");
    refuses((struct options){ .url = "http://h/write?db=x", .database = "d" },
            "url 'http://h/write?db=x' has a query: give database or bucket");
    refuses((struct options){ .url = "http://h" },
            "give url a database (InfluxDB 1) or a bucket (InfluxDB 2 and 3)");
    refuses((struct options){ .url = "http://h", .bucket = "b", .user = "u" },
            "user and retention-policy are for a database; a bucket takes a token");
    refuses((struct options){ .url = "http://h", .database = "d", .token = "t" },
            "token and org are for a bucket; a database takes a user");
    refuses((struct options){ .url = "http://h", .database = "d", .password = "p" },
            "a password without a user");
    refuses((struct options){ .path = "a", .measurement = "" }, "measurement is empty");
    refuses((struct options){ .path = "a", .tags = { &taken, 1 } },
            "tags: 'metric' can't be a tag's name: it is taken");
}

static void only_a_dash_without_a_url_takes_stdout(void **state)
{
    (void)state;
    assert_true(influx_takes_stdout(&(struct options){ .path = "-" }));
    assert_false(influx_takes_stdout(&(struct options){ .path = "-", .url = "http://h" }));
    assert_false(influx_takes_stdout(&(struct options){ .path = "x" }));
}

/* ---- a server ---- */

static struct fake_cloud *cloud;
static struct vmtp_error err;

static int cloud_begin(void **state)
{
    (void)state;
    unsetenv("http_proxy");
    cloud = fake_cloud_new(false);
    return 0;
}

static int cloud_end(void **state)
{
    (void)state;
    fake_cloud_free(cloud);
    return 0;
}

static bool cancelled;

static int write_all(struct options opt, size_t samples)
{
    const struct vmtp_record record = { .size = sizeof record,
                                        .run = "r1",
                                        .flow = "k",
                                        .subject = "",
                                        .metric = "x",
                                        .unit = "s",
                                        .value = 1 };
    struct fake_host *host;
    int r;

    if (!opt.url)
        opt.url = cloud->url;
    if (!opt.bucket)
        opt.database = "d b";
    if (!opt.timeout_ns)
        opt.timeout_ns = 20 * 1000000000ull;
    opt.measurement = "vmtp";
    opt.samples = samples > 0;
    err = (struct vmtp_error){ 0 };
    host = fake_host_new(&opt, sizeof(struct state));
    if (cancelled)
        fake_host_cancel(host);
    r = influx_open(&host->self, &err);
    if (r == 0)
        r = influx_begin(&host->self, "r1", &err);
    for (size_t i = 0; i < samples && r == 0; i++)
        r = influx_record(&host->self, &record, &err);
    if (r == 0)
        r = influx_end(&host->self, DOCUMENT, sizeof DOCUMENT - 1, &err);
    influx_close(&host->self);
    fake_host_free(host);
    return r;
}

static void fails(const char *exchanges, struct options opt, int code, const char *why)
{
    fake_cloud_script(cloud, exchanges);
    assert_int_equal(write_all(opt, 0), code);
    if (!strstr(err.text, why))
        fail_msg("'%s' does not have '%s'", err.text, why);
    assert_null(strstr(err.text, "secret"));
}

static void writes_to_a_database_with_a_user(void **state)
{
    json_t *request;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'POST', 'path': '/write', 'status': 204}]");
    assert_int_equal(
        write_all((struct options){ .user = "u", .password = "secret", .retention_policy = "a&b" },
                  0),
        0);
    request = fake_cloud_request(cloud, "POST /write", 0);
    assert_string_equal(json_string_value(json_object_get(request, "path")),
                        "/write?precision=ns&db=d%20b&rp=a%26b");
    assert_non_null(strstr(json_string_value(json_object_get(request, "body")), "\nvmtp,flow=b,"));
    json_decref(request);
    assert_string_equal(fake_cloud_header(cloud, "POST /write", 0, "authorization"),
                        "Basic dTpzZWNyZXQ=");
}

static void writes_to_a_bucket_with_a_token(void **state)
{
    json_t *request;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'POST', 'path': '/api/v2/write', 'status': 204}]");
    assert_int_equal(write_all((struct options){ .bucket = "b", .org = "o", .token = "secret" }, 0),
                     0);
    request = fake_cloud_request(cloud, "POST /api/v2/write", 0);
    assert_string_equal(json_string_value(json_object_get(request, "path")),
                        "/api/v2/write?precision=ns&bucket=b&org=o");
    json_decref(request);
    assert_string_equal(fake_cloud_header(cloud, "POST /api/v2/write", 0, "authorization"),
                        "Token secret");
}

static void sends_many_samples_in_batches(void **state)
{
    const size_t sample_bytes = sizeof "vmtp_sample,final=false,key=k,metric=x,unit=s run=\"r1\","
                                       "value=1,failed=false,search=false 0\n" -
                                1;
    size_t bytes = 0, batches;

    (void)state;
    fake_cloud_script(cloud, "[{'method': 'POST', 'path': '/write', 'status': 204}]");
    assert_int_equal(write_all((struct options){ 0 }, 20000), 0);
    batches = fake_cloud_count(cloud, "POST /write");
    assert_in_range(batches, 4, 5);
    for (size_t i = 0; i < batches; i++) {
        json_t *request = fake_cloud_request(cloud, "POST /write", i);
        size_t size = (size_t)json_integer_value(json_object_get(request, "body"));

        assert_in_range(size, 1, BATCH_BYTES);
        bytes += size;
        json_decref(request);
    }
    assert_in_range(bytes, 20000 * sample_bytes, 20000 * sample_bytes + 1000);
}

#define POST "[{'method': 'POST', 'path': '/write', "

static void says_what_the_server_says(void **state)
{
    const struct options user = { .user = "u", .password = "secret" };

    (void)state;
    fails(POST "'status': 400, 'body': {'error': 'partial write: field type conflict'}}]", user,
          -EPROTO, "does not take the points (400): partial write: field type conflict");
    fails(POST "'status': 400, 'body': {'code': 'invalid', 'message': 'no such\\nthing'}}]", user,
          -EPROTO, "(400): no such");
    fails(POST "'status': 401, 'body': {'error': 'authorization failed'}}]", user, -EACCES,
          "does not let u write to database 'd b' (401): authorization failed");
    fails(POST "'status': 403}]", (struct options){ 0 }, -EACCES,
          "does not let anybody without a user or token write");
    fails(POST "'status': 404, 'body': {'error': 'database not found'}}]", user, -ENOENT,
          "has no database 'd b' (404): make it there, or mend url: database not found");
    fails(POST "'status': 413, 'body': '<html>'}]", user, -EMSGSIZE,
          "takes less than 512 KiB at once (413): raise its limit: <html>");
    fails(POST "'status': 500, 'body': ''}]", user, -EPROTO, "does not take the points (500)");
}

static void tries_again_when_the_server_is_busy(void **state)
{
    uint64_t began_ns = clock_now_ns();

    (void)state;
    fake_cloud_script(cloud, POST "'status': 503, 'headers': {'Retry-After': '1'}, 'times': 1},"
                                  "{'method': 'POST', 'path': '/write', 'status': 204}]");
    assert_int_equal(write_all((struct options){ 0 }, 0), 0);
    assert_int_equal(fake_cloud_count(cloud, "POST /write"), 2);
    assert_in_range(clock_now_ns() - began_ns, 900000000, 10000000000);
}

static void does_not_wait_longer_than_its_timeout(void **state)
{
    const struct options hasty = { .timeout_ns = 1500000000 };
    uint64_t began_ns = clock_now_ns();

    (void)state;
    fails(POST "'status': 429, 'headers': {'Retry-After': '60'}}]", hasty, -EBUSY,
          "is too busy (429), and timeout is over");
    fails(POST "'fault': 'silent'}]", hasty, -ETIMEDOUT, "no answer in time");
    assert_in_range(clock_now_ns() - began_ns, 0, 8000000000);
}

static void a_cancel_ends_the_wait(void **state)
{
    uint64_t began_ns = clock_now_ns();

    (void)state;
    cancelled = true;
    fails(POST "'fault': 'silent'}]", (struct options){ 0 }, -ECANCELED, "interrupted");
    cancelled = false;
    assert_in_range(clock_now_ns() - began_ns, 0, 5000000000);
}

static void says_how_a_connection_failed(void **state)
{
    (void)state;
    fails(POST "'fault': 'reset'}]", (struct options){ 0 }, -ECONNRESET,
          "the connection was lost before the whole answer");
    fails("[]", (struct options){ .url = "http://127.0.0.1:1" }, -ECONNREFUSED,
          "can't connect to http://127.0.0.1:1: Connection refused");
    fails("[]", (struct options){ .url = "http://nowhere.invalid" }, -EHOSTUNREACH,
          "can't connect to http://nowhere.invalid: Could not resolve host");
    fails("[]", (struct options){ .cacert = "/none" }, -ENOENT, "can't read cacert '/none'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_line_has_tags_fields_and_a_time, text_drop),
        cmocka_unit_test_teardown(what_has_a_meaning_is_escaped_or_replaced, text_drop),
        cmocka_unit_test_teardown(long_texts_are_cut_between_characters, text_drop),
        cmocka_unit_test_teardown(a_document_has_a_point_for_each_metric, text_drop),
        cmocka_unit_test_teardown(runs_that_began_together_do_not_overwrite_each_other, text_drop),
        cmocka_unit_test_teardown(a_document_that_does_not_say_when_is_refused, text_drop),
        cmocka_unit_test_teardown(a_sample_that_is_no_number_has_no_point, text_drop),
        cmocka_unit_test(refuses_options_that_do_not_fit_together),
        cmocka_unit_test(only_a_dash_without_a_url_takes_stdout),
        cmocka_unit_test(writes_to_a_database_with_a_user),
        cmocka_unit_test(writes_to_a_bucket_with_a_token),
        cmocka_unit_test(sends_many_samples_in_batches),
        cmocka_unit_test(says_what_the_server_says),
        cmocka_unit_test(tries_again_when_the_server_is_busy),
        cmocka_unit_test(does_not_wait_longer_than_its_timeout),
        cmocka_unit_test(a_cancel_ends_the_wait),
        cmocka_unit_test(says_how_a_connection_failed),
    };

    return cmocka_run_group_tests(tests, cloud_begin, cloud_end);
}
