/* SPDX-License-Identifier: Apache-2.0
 *
 * The sink fluentd without a server: MessagePack, its answers, and the records of a run.
 * tests/e2e/sinks_servers.sh has what decodes them with another program's msgpack.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/sinks/fluentd/fluentd.c"
#include "../../plugins/sinks/fluentd/forward.c"
#include "../../plugins/sinks/fluentd/pack.c"
#include "../../plugins/sinks/fluentd/story.c"

/* ---- MessagePack ---- */

static void packs(const char *json, const void *expected, size_t len)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    char *data = NULL;
    size_t size;
    FILE *to = open_memstream(&data, &size);

    assert_non_null(value);
    pack_json(to, value);
    fclose(to);
    assert_int_equal(size, len);
    assert_memory_equal(data, expected, len);
    free(data);
    json_decref(value);
}
#define PACKS(json, bytes) packs(json, bytes, sizeof bytes - 1)

static void values_are_packed_as_the_specification_says(void **state)
{
    (void)state;
    PACKS("null", "\xc0");
    PACKS("[true, false]", "\x92\xc3\xc2");
    PACKS("127", "\x7f");
    PACKS("128", "\xd3\x00\x00\x00\x00\x00\x00\x00\x80");
    PACKS("-1", "\xd3\xff\xff\xff\xff\xff\xff\xff\xff");
    PACKS("1.5", "\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00");
    PACKS("{\"a\": \"\\u00e9\"}", "\x81\xa1"
                                  "a\xa2\xc3\xa9");
    PACKS("[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]",
          "\xdd\x00\x00\x00\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
}

static void long_texts_have_longer_heads(void **state)
{
    static const struct {
        size_t len;
        const char *head;
        size_t head_len;
    } cases[] = { { 31, "\xbf", 1 },
                  { 32, "\xd9\x20", 2 },
                  { 255, "\xd9\xff", 2 },
                  { 256, "\xdb\x00\x00\x01\x00", 5 },
                  { 70000, "\xdb\x00\x01\x11\x70", 5 } };
    static char endless[70001];

    (void)state;
    memset(endless, 'x', sizeof endless);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *data = NULL;
        size_t size;
        FILE *to = open_memstream(&data, &size);

        pack_text(to, endless, cases[i].len);
        fclose(to);
        assert_int_equal(size, cases[i].head_len + cases[i].len);
        assert_memory_equal(data, cases[i].head, cases[i].head_len);
        free(data);
    }
}

static void a_time_has_its_nanoseconds(void **state)
{
    char *data = NULL;
    size_t size;
    FILE *to = open_memstream(&data, &size);

    (void)state;
    pack_event_time(to, 0x6920a1b2 * 1000000000ull + 0x01020304);
    fclose(to);
    assert_int_equal(size, 10);
    assert_memory_equal(data, "\xd7\x00\x69\x20\xa1\xb2\x01\x02\x03\x04", 10);
    free(data);
}

#define ACK                                                                                        \
    "\x81\xa3"                                                                                     \
    "ack\xa4"                                                                                      \
    "abcd"

static void an_acknowledgement_is_known_only_when_it_is_whole(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof ACK - 1; len++)
        assert_int_equal(pack_answer_read(ACK, len, "abcd"), PACK_CUT);
    assert_int_equal(pack_answer_read(ACK, sizeof ACK - 1, "abcd"), PACK_ACK);
    assert_int_equal(pack_answer_read("\x81\xc4\x03"
                                      "ack\xd9\x04"
                                      "abcd",
                                      12, "abcd"),
                     PACK_ACK);
}

static void another_answer_is_none(void **state)
{
    (void)state;
    assert_int_equal(pack_answer_read(ACK, sizeof ACK - 1, "abce"), PACK_OTHER);
    assert_int_equal(pack_answer_read(ACK, sizeof ACK - 1, "abcde"), PACK_OTHER);
    assert_int_equal(pack_answer_read("HTTP/1.1 400", 12, "abcd"), PACK_OTHER);
    assert_int_equal(pack_answer_read("\x81\x01\x02", 3, "abcd"), PACK_OTHER);
    assert_int_equal(pack_answer_read("\x92\xa4HELO\x80", 7, "abcd"), PACK_HELO);
}

/* ---- records ---- */

#define RESULT(key, status, verdict, more)                                                         \
    "{\"key\":\"" key "\",\"flow\":\"b\",\"status\":\"" status "\",\"verdict\":\"" verdict         \
    "\"" more "}"
#define DOCUMENT(results, events)                                                                  \
    "{\"run\":{\"id\":\"r1\",\"started\":\"2026-11-21T17:04:49.097Z\",\"ended\":"                  \
    "\"2026-11-21T17:05:00.5Z\"},\"results\":[" results "],\"events\":[" events "]}"
#define GOOD                                                                                       \
    RESULT("k1", "ok", "none",                                                                     \
           ",\"options\":{\"password\":\"***\"},\"trials\":[{\"number\":1}],\"metrics\":{"         \
           "\"goodput\":{\"value\":5e8,\"stat\":\"median\",\"histogram\":{\"n\":1}}}")

static struct story story;

static int story_drop(void **state)
{
    (void)state;
    story_clear(&story);
    return 0;
}

static void tell(const char *json, bool apart)
{
    json_t *document = json_loads(json, 0, NULL);

    assert_non_null(document);
    story_clear(&story);
    assert_int_equal(story_make(document, apart, &story), 0);
    json_decref(document);
}

static const json_t *record(const json_t *records, size_t i)
{
    return json_array_get(json_array_get(records, i), 1);
}

static void says(const json_t *of, const char *name, const char *expected)
{
    assert_string_equal(text(of, name), expected);
}

static void a_run_begins_has_results_a_summary_and_an_end(void **state)
{
    (void)state;
    tell(DOCUMENT(GOOD, ""), false);
    assert_int_equal(json_array_size(story.log), 4);
    says(record(story.log, 0), "loglevel", "START");
    says(record(story.log, 0), "message", "VMTP run is started");
    says(record(story.log, 0), "runlogdate", "2026-11-21T17:04:49.097000+0000");
    says(record(story.log, 0), "@timestamp", "2026-11-21T17:04:49.097000+0000");
    assert_int_equal(json_integer_value(json_object_get(record(story.log, 0), "numerrors")), 0);
    says(record(story.log, 1), "runlogdate", "2026-11-21T17:04:49.097000+0000");
    says(record(story.log, 1), "@timestamp", "2026-11-21T17:05:00.500000+0000");
    says(record(story.log, 1), "message",
         "{\"key\":\"k1\",\"flow\":\"b\",\"status\":\"ok\",\"verdict\":\"none\",\"metrics\":{"
         "\"goodput\":{\"value\":500000000.0,\"stat\":\"median\"}}}");
    says(record(story.log, 2), "message",
         "{\"Result\":[{\"Scenario Name\":\"k1\",\"Functional Status\":\"PASSED\",\"Data\":{"
         "\"goodput median\":500000000.0}}],\"Total Scenarios\":1,\"Passed Scenarios\":"
         "\"1 [100.00%]\",\"Failed Scenarios\":\"0 [0.00%]\",\"Skipped Scenarios\":\"0\"}");
    says(record(story.log, 3), "loglevel", "RUN_SUMMARY");
    says(record(story.log, 3), "message", "GOOD RUN");
    says(record(story.log, 3), "id", "r1/4");
}

static void ends(const char *message, int level, size_t errors, size_t warnings)
{
    const json_t *end = record(story.log, json_array_size(story.log) - 1);

    says(end, "message", message);
    assert_int_equal(json_integer_value(json_object_get(end, "numloglevel")), level);
    assert_int_equal(json_integer_value(json_object_get(end, "numerrors")), errors);
    assert_int_equal(json_integer_value(json_object_get(end, "numwarnings")), warnings);
}

static void the_end_says_how_it_went(void **state)
{
    (void)state;
    tell(DOCUMENT(GOOD, ""), false);
    ends("GOOD RUN", 20, 0, 0);
    tell(DOCUMENT(GOOD, "{\"text\":\"gmond is away\"}"), false);
    ends("RUN WITH WARNINGS", 30, 0, 1);
    says(record(story.log, 1), "message", "gmond is away");
    tell(DOCUMENT(RESULT("k", "ok", "undecided", ""), ""), false);
    ends("RUN WITH WARNINGS", 30, 0, 1);
    tell(DOCUMENT(RESULT("k", "failed", "none", ""), "{}"), false);
    ends("RUN WITH ERRORS", 40, 1, 1);
    tell(DOCUMENT(RESULT("k", "ok", "fail", "") "," RESULT("l", "skipped", "none", ""), ""), false);
    ends("RUN WITH ERRORS", 40, 1, 0);
    assert_int_equal(story.failed, 1);
    assert_int_equal(story.skipped, 1);
}

static void results_go_apart_where_they_are_to(void **state)
{
    (void)state;
    tell(DOCUMENT(GOOD, ""), true);
    assert_int_equal(json_array_size(story.log), 2);
    assert_int_equal(json_array_size(story.results), 2);
    says(record(story.results, 0), "id", "r1/2");
    says(record(story.log, 1), "id", "r1/4");
}

static void vmtp_s_own_document_has_its_flows(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tell("{\"date\":\"2026-11-21 17:04:49\",\"vmtp_run\":\"r9\",\"notes\":[\"n\"],\"flows\":[{"
         "\"desc\":\"VM to VM\",\"results\":[{\"protocol\":\"TCP\",\"throughput_kbps\":5},{"
         "\"protocol\":\"ICMP\",\"results\":[{\"error\":\"ping failed\"}]},{\"protocol\":\"UDP\","
         "\"skipped\":true,\"error\":\"no IPv6\"}]}]}",
         false);
    assert_int_equal(json_array_size(story.log), 5);
    says(record(story.log, 0), "runlogdate", "2026-11-21T17:04:49.000000+0000");
    says(record(story.log, 1), "message", "n");
    assert_non_null(strstr(text(record(story.log, 2), "message"), "{\"desc\":\"VM to VM\""));
    says(record(story.log, 2), "loglevel", "ERROR");
    assert_int_equal(story.passed, 1);
    assert_int_equal(story.failed, 1);
    assert_int_equal(story.skipped, 1);
    assert_non_null(strstr(text(record(story.log, 3), "message"),
                           "\"Scenario Name\":\"VM to VM, TCP\",\"Functional Status\":\"PASSED\""));
    ends("RUN WITH ERRORS", 40, 1, 1);
}

static void what_is_no_document_of_a_run_is_refused(void **state)
{
    json_t *none = json_pack("{s:s}", "date", "some day");

    (void)state;
    assert_int_equal(story_make(none, false, &story), -EINVAL);
    json_decref(none);
}

static void a_chunk_s_name_is_of_its_run_tag_and_number(void **state)
{
    struct shipment shipment = { .run = "r1", .tag = "t", .chunks = 1 };
    char first[CHUNK_ID], second[CHUNK_ID];

    (void)state;
    chunk_name(&shipment, first);
    chunk_name(&shipment, second);
    assert_string_equal(first, second);
    assert_int_equal(strlen(first), 24);
    shipment.chunks = 2;
    chunk_name(&shipment, second);
    assert_string_not_equal(first, second);
    shipment = (struct shipment){ .run = "r", .tag = "1t", .chunks = 1 };
    chunk_name(&shipment, second);
    assert_string_not_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_packed_as_the_specification_says),
        cmocka_unit_test(long_texts_have_longer_heads),
        cmocka_unit_test(a_time_has_its_nanoseconds),
        cmocka_unit_test(an_acknowledgement_is_known_only_when_it_is_whole),
        cmocka_unit_test(another_answer_is_none),
        cmocka_unit_test_teardown(a_run_begins_has_results_a_summary_and_an_end, story_drop),
        cmocka_unit_test_teardown(the_end_says_how_it_went, story_drop),
        cmocka_unit_test_teardown(results_go_apart_where_they_are_to, story_drop),
        cmocka_unit_test_teardown(vmtp_s_own_document_has_its_flows, story_drop),
        cmocka_unit_test(what_is_no_document_of_a_run_is_refused),
        cmocka_unit_test(a_chunk_s_name_is_of_its_run_tag_and_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
