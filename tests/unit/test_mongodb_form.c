/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents of the sink mongodb: keys, JSON to BSON and back, and what is left out of large ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/sinks/mongodb/form.c"
#include "../../plugins/sinks/mongodb/key.c"
#include "../../plugins/sinks/mongodb/lean.c"

/* ---- keys ---- */

static void packs(const char *key, const char *expected)
{
    char *packed = key_pack(key), *unpacked = key_unpack(packed);

    assert_string_equal(packed, expected);
    assert_string_equal(unpacked, key);
    free(packed);
    free(unpacked);
}

static void a_key_has_neither_dots_nor_dollars_and_can_be_undone(void **state)
{
    (void)state;
    packs("rtt", "rtt");
    packs("p99.9", "p99%2E9");
    packs("$where", "%24where");
    packs("10.0.0.1", "10%2E0%2E0%2E1");
    packs("50%", "50%25");
    packs("%2E", "%252E");
    packs("", "%");
    packs("%", "%25");
    packs("</script>\n\"", "</script>\n\"");
}

static void what_is_no_escape_stays_as_it_is(void **state)
{
    static const char *const keys[] = { "%2", "%2e", "%zz", "a%" };

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char *key = key_unpack(keys[i]);

        assert_string_equal(key, keys[i]);
        free(key);
    }
}

static void a_long_key_is_kept_whole(void **state)
{
    char *key = calloc(1, 100001), *packed, *again;

    (void)state;
    memset(key, '.', 100000);
    packed = key_pack(key);
    again = key_unpack(packed);
    assert_int_equal(strlen(packed), 300000);
    assert_string_equal(again, key);
    free(key);
    free(packed);
    free(again);
}

/* ---- there and back ---- */

/* The document as the server has it; the caller's to destroy. */
static bson_t *bson_from(const char *text)
{
    json_t *document = json_loads(text, JSON_ALLOW_NUL, NULL);
    bson_t *bson = bson_new();

    assert_non_null(document);
    assert_true(document_bson(document, bson));
    json_decref(document);
    return bson;
}

static void comes_back(const char *text)
{
    json_t *before = json_loads(text, 0, NULL), *after;
    bson_t *bson = bson_from(text);

    after = bson_document(bson);
    if (!json_equal(before, after))
        fail_msg("%s", json_dumps(after, 0));
    json_decref(before);
    json_decref(after);
    bson_destroy(bson);
}

static void a_document_comes_back_as_it_was(void **state)
{
    (void)state;
    comes_back("{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"r\"},\"a\":[1,-5000000000,0.1,true,"
               "false,null,\"x\",[],{}],\"p99.9\":{\"$x\":{\"\":[[1,2],[[3]],[{\"a.b\":[4]}]]}}}");
    comes_back(
        "{\"schema\":\"vmtp.classic/1\",\"vmtp_run\":\"r\",\"cpu_load\":{\"10.0.0.11\":[0.03,"
        "1.23]},\"args\":\"</script> \\\" \\n \\u00e9\"}");
}

static void the_run_is_its_id(void **state)
{
    bson_t *bson = bson_from("{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"r1\"}}");
    bson_t *classic = bson_from("{\"vmtp_run\":\"r2\"}");
    json_t *other = json_pack("{s:{}}", "run");
    bson_iter_t at;

    (void)state;
    assert_true(bson_iter_init_find(&at, bson, "_id"));
    assert_string_equal(bson_iter_utf8(&at, NULL), "r1");
    assert_true(bson_iter_init_find(&at, classic, "_id"));
    assert_string_equal(bson_iter_utf8(&at, NULL), "r2");
    assert_null(document_run(other));
    json_decref(other);
    bson_destroy(bson);
    bson_destroy(classic);
}

static void the_server_gets_no_array_in_an_array(void **state)
{
    bson_t *bson = bson_from("{\"run\":{\"id\":\"r\"},\"series\":[[1,2]]}");
    bson_iter_t top, at;

    (void)state;
    assert_true(bson_iter_init(&top, bson));
    assert_true(bson_iter_find_descendant(&top, "series.0.%array.1", &at));
    assert_int_equal(bson_iter_int32(&at), 2);
    bson_destroy(bson);
}

static void what_others_wrote_is_given_as_it_is(void **state)
{
    bson_t bson = BSON_INITIALIZER;
    bson_oid_t id;
    json_t *document;
    char *text;

    (void)state;
    bson_oid_init_from_string(&id, "5c98a3e01d41c8b1f2a3b4c5");
    BSON_APPEND_OID(&bson, "_id", &id);
    BSON_APPEND_UTF8(&bson, "a%2Eb", "c");
    BSON_APPEND_DATE_TIME(&bson, "date", 1553508000123);
    BSON_APPEND_DOUBLE(&bson, "nan", (double)NAN);
    BSON_APPEND_INT64(&bson, "n", 5000000000);
    BSON_APPEND_TIMESTAMP(&bson, "odd", 1, 2);
    document = bson_document(&bson);
    text = json_dumps(document, JSON_COMPACT);
    assert_string_equal(text,
                        "{\"_id\":\"5c98a3e01d41c8b1f2a3b4c5\",\"a%2Eb\":\"c\",\"date\":"
                        "\"2019-03-25T10:00:00Z\",\"nan\":null,\"n\":5000000000,\"odd\":null}");
    free(text);
    json_decref(document);
    bson_destroy(&bson);
}

static void text_that_is_none_has_marks_in_its_place(void **state)
{
    bson_t bson = BSON_INITIALIZER;
    json_t *document;

    (void)state;
    bson_append_utf8(&bson, "nul", -1, "a\0b", 3);
    bson_append_utf8(&bson, "wrong", -1, "a\xff\xc3(", 4);
    bson_append_utf8(&bson, "k\xff", -1, "good \xc3\xa9", -1);
    document = bson_document(&bson);
    assert_non_null(document);
    assert_string_equal(text_of(document, "nul"), "a\xEF\xBF\xBD"
                                                  "b");
    assert_string_equal(text_of(document, "wrong"), "a\xEF\xBF\xBD\xEF\xBF\xBD(");
    assert_string_equal(text_of(document, "k\xEF\xBF\xBD"), "good \xc3\xa9");
    json_decref(document);
    bson_destroy(&bson);
}

static void a_document_without_bottom_is_cut(void **state)
{
    bson_t *bson = bson_new();
    json_t *document;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        bson_t *outer = bson_new();

        BSON_APPEND_DOCUMENT(outer, "a", bson);
        bson_destroy(bson);
        bson = outer;
    }
    document = bson_document(bson);
    assert_non_null(document);
    json_decref(document);
    bson_destroy(bson);
}

/* ---- large ones ---- */

static void what_takes_most_room_is_left_out_and_told(void **state)
{
    json_t *document = json_loads(
        "{\"run\":{\"id\":\"r\",\"ended\":\"2026-11-21T17:00:00.000Z\"},\"events\":[],\"results\":["
        "{"
        "\"metrics\":{\"rtt\":{\"p50\":1,\"histogram\":{\"n\":1}}},\"trials\":[{\"number\":1,"
        "\"series\":{}}]}]}",
        0, NULL);
    char *text;

    (void)state;
    assert_true(document_lean(document, 21u << 20));
    text = json_dumps(document, JSON_COMPACT);
    assert_string_equal(
        text,
        "{\"run\":{\"id\":\"r\",\"ended\":\"2026-11-21T17:00:00.000Z\"},\"events\":[{\"time\":"
        "\"2026-11-21T17:00:00.000Z\",\"kind\":\"left-out\",\"text\":\"series and histograms are "
        "left "
        "out: with them it is 21 MB, and MongoDB takes 16\"}],\"results\":[{\"metrics\":{\"rtt\":{"
        "\"p50\":1}},\"trials\":[{\"number\":1}]}]}");
    assert_false(document_lean(document, 21u << 20));
    free(text);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_has_neither_dots_nor_dollars_and_can_be_undone),
        cmocka_unit_test(what_is_no_escape_stays_as_it_is),
        cmocka_unit_test(a_long_key_is_kept_whole),
        cmocka_unit_test(a_document_comes_back_as_it_was),
        cmocka_unit_test(the_run_is_its_id),
        cmocka_unit_test(the_server_gets_no_array_in_an_array),
        cmocka_unit_test(what_others_wrote_is_given_as_it_is),
        cmocka_unit_test(text_that_is_none_has_marks_in_its_place),
        cmocka_unit_test(a_document_without_bottom_is_cut),
        cmocka_unit_test(what_takes_most_room_is_left_out_and_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
