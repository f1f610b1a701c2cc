/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/report/table.c, causes.c and grid.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/report/table.h"

static const struct style plain = { .utf8 = true, .width = 100 };

#define RUN  "\"run\":{\"name\":\"demo\",\"id\":\"r1\",\"started\":\"2026-11-21T02:40:00Z\"}"
#define HEAD "demo  (run r1, 2026-11-21T02:40:00Z)\n"

static void shows(const char *document, const struct style *style, const char *expected)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    json_error_t error;
    json_t *json = json_loads(document, 0, &error);

    if (!json)
        fail_msg("%s at %d", error.text, error.position);
    assert_int_equal(table_format(json, style, &text), 0);
    assert_string_equal(buf_text(&text), expected);
    json_decref(json);
}

static const char bulk[] =
    "{" RUN ",\"results\":["
    "{\"flow\":\"bulk\",\"path\":\"same-network\",\"placement\":\"intra-node\",\"status\":\"ok\","
    "\"verdict\":\"pass\",\"labels\":{\"path\":\"same-network\",\"protocol\":\"tcp\"},"
    "\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"kind\":\"gauge\",\"value\":9.41e8,"
    "\"ci95\":[9.39e8,9.43e8],\"n\":6,\"of_ceiling\":0.981}},\"notes\":[]},"
    "{\"flow\":\"bulk\",\"path\":\"floating-ip\",\"placement\":\"\",\"status\":\"ok\","
    "\"verdict\":\"none\",\"labels\":{\"path\":\"floating-ip\",\"protocol\":\"udp\"},"
    "\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"kind\":\"gauge\",\"value\":1e8,"
    "\"no_ci95\":\"n too small: 3 < 6\",\"n\":3},"
    "\"loss\":{\"unit\":\"packets\",\"sent\":8000,\"lost\":10,\"ratio\":0.00125}},"
    "\"notes\":[\"disturbed in 1 of 3 trials\"]},"
    "{\"flow\":\"bulk\",\"from\":\"a\",\"to\":\"b\",\"status\":\"failed\",\"verdict\":\"fail\","
    "\"error\":\"3 of 3 trials failed: refused\",\"labels\":{\"protocol\":\"tcp\"},"
    "\"metrics\":{},\"notes\":[\"disturbed in 1 of 3 trials\"]}]}";

static void a_flow_is_a_table_and_what_is_absent_a_dash(void **state)
{
    (void)state;
    shows(
        bulk, &plain,
        HEAD
        "\nbulk\n"
        "  path                     protocol     goodput     95 %  of ceiling     loss  n  verdict "
        " notes\n"
        "  same-network/intra-node  tcp       941.0 Mb/s  ±0.21 %      98.1 %        –  6  pass\n"
        "  floating-ip              udp       100.0 Mb/s        –           –  0.125 %  3          "
        " 1\n"
        "  a → b                    tcp           failed        –           –        –  –  fail    "
        " 2,1\n"
        "\nnotes\n"
        "  1  disturbed in 1 of 3 trials\n"
        "  2  3 of 3 trials failed: refused\n");
}

static void plain_ascii_where_the_terminal_has_no_more(void **state)
{
    const struct style ascii = { .width = 100 };

    (void)state;
    shows(
        bulk, &ascii,
        HEAD
        "\nbulk\n"
        "  path                     protocol     goodput      95 %  of ceiling     loss  n  "
        "verdict  notes\n"
        "  same-network/intra-node  tcp       941.0 Mb/s  +-0.21 %      98.1 %        -  6  pass\n"
        "  floating-ip              udp       100.0 Mb/s         -           -  0.125 %  3         "
        "  1\n"
        "  a -> b                   tcp           failed         -           -        -  -  fail   "
        "  2,1\n"
        "\nnotes\n"
        "  1  disturbed in 1 of 3 trials\n"
        "  2  3 of 3 trials failed: refused\n");
}

static void latency_shows_only_the_percentiles_that_there_are(void **state)
{
    (void)state;
    shows(
        "{" RUN ",\"results\":[{\"flow\":\"echo\",\"path\":\"p\",\"status\":\"ok\",\"verdict\":"
        "\"none\",\"labels\":{},\"metrics\":{\"rtt\":{\"unit\":\"s\",\"kind\":\"distribution\","
        "\"p50\":0.00021,\"n\":100,\"min\":0.0001,\"max\":0.001,\"mean\":0.0002}},\"notes\":[]}]}",
        &plain,
        HEAD "\necho\n"
             "  path  rtt p50    n\n"
             "  p      210 us  100\n");
}

#define PAIR(path, number, goodput)                                                                \
    "{\"flow\":\"bulk\",\"path\":\"" path "\",\"status\":\"ok\",\"verdict\":\"none\",\"labels\":"  \
    "{\"pairs\":\"2\",\"pair\":\"" number                                                          \
    "\"},\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"kind\":"                                   \
    "\"gauge\",\"value\":" goodput ",\"n\":6}},\"notes\":[]}"

static void pairs_have_a_line_for_all_of_them(void **state)
{
    (void)state;
    shows("{" RUN ",\"results\":[" PAIR("p", "1", "6e8") "," PAIR(
              "p", "2",
              "2e8") "],"
                     "\"aggregates\":[{\"flow\":\"bulk\",\"path\":\"p\",\"status\":\"ok\","
                     "\"labels\":{\"pairs\":"
                     "\"2\"},\"pairs\":2,\"metrics\":{\"goodput\":{\"unit\":\"bit/"
                     "s\",\"value\":8e8,\"ci95\":"
                     "[7.6e8,8.4e8],\"n\":6}},\"slowest\":{\"pair\":2,\"goodput\":2e8},\"fastest\":"
                     "{\"pair\":1,"
                     "\"goodput\":6e8},\"fairness\":0.8,\"notes\":[\"unsteady\"]},"
                     "{\"flow\":\"bulk\",\"path\":\"q\",\"status\":\"failed\",\"labels\":{"
                     "\"pairs\":\"4\"},"
                     "\"pairs\":4,\"metrics\":{},\"error\":\"pair 3: refused\",\"notes\":[]},"
                     "{\"flow\":\"other\",\"path\":\"p\",\"status\":\"ok\",\"pairs\":1,\"metrics\":"
                     "{}}]}",
          &plain,
          HEAD
          "\nbulk\n"
          "  path  pairs  pair     goodput  n\n"
          "  p     2      1     600.0 Mb/s  6\n"
          "  p     2      2     200.0 Mb/s  6\n"
          "  together  pairs     goodput  95 %         slowest         fastest  fairness  n  "
          "notes\n"
          "  p         2      800.0 Mb/s  ±5 %  200.0 Mb/s (2)  600.0 Mb/s (1)     0.800  6  1\n"
          "  q         4          failed     –               –               –         –  –  2\n"
          "\nnotes\n"
          "  1  unsteady\n"
          "  2  pair 3: refused\n");
}

static void wide_intervals_are_written_out(void **state)
{
    (void)state;
    shows("{" RUN ",\"results\":[{\"flow\":\"f\",\"path\":\"p\",\"status\":\"ok\",\"verdict\":"
          "\"none\",\"labels\":{},\"metrics\":{\"mss\":{\"unit\":\"bytes\",\"kind\":\"gauge\","
          "\"value\":500,\"ci95\":[100,900],\"n\":6}},\"notes\":[]}]}",
          &plain,
          HEAD "\nf\n"
               "  path    mss            95 %  n\n"
               "  p     500 B  [100 B, 900 B]  6\n");
}

static void thresholds_say_how_many_and_why(void **state)
{
    (void)state;
    shows("{" RUN ",\"results\":[],\"thresholds\":["
          "{\"flow\":\"bulk\",\"metric\":\"goodput\",\"expect\":\">= 900M\",\"state\":\"pass\","
          "\"results\":[{\"state\":\"pass\"},{\"state\":\"pass\"}]},"
          "{\"flow\":\"\",\"metric\":\"loss\",\"expect\":\"< 1%\",\"state\":\"undecided\","
          "\"results\":[{\"state\":\"pass\"},{\"state\":\"undecided\",\"why\":\"not counted\"}]}],"
          "\"events\":[{\"time\":\"T\",\"kind\":\"note\",\"text\":\"hello\"}]}",
          &plain,
          HEAD "\nthresholds\n"
               "  state      flow   metric   expect   why\n"
               "  pass       bulk   goodput  >= 900M\n"
               "  undecided  (all)  loss     < 1%     1 of 2 results: not counted\n"
               "\nevents\n"
               "  T  note: hello\n");
}

static void colours_come_only_when_asked_for(void **state)
{
    _cleanup_(buf_clear) struct buf with = BUF(1 << 20), without = BUF(1 << 20);
    const struct style colourful = { .utf8 = true, .colour = true, .width = 100 };
    json_t *json = json_loads(bulk, 0, NULL);

    (void)state;
    assert_int_equal(table_format(json, &colourful, &with), 0);
    assert_int_equal(table_format(json, &plain, &without), 0);
    assert_non_null(strstr(buf_text(&with), "\033[32mpass\033[0m"));
    assert_non_null(strstr(buf_text(&with), "\033[31mfail\033[0m"));
    assert_null(strchr(buf_text(&without), '\033'));
    json_decref(json);
}

static void what_is_too_wide_is_cut_and_says_so(void **state)
{
    _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
    char document[4096], name[301];
    json_t *json;

    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(
        document, sizeof document,
        "{\"results\":[{\"flow\":\"f\",\"path\":\"%s\",\"status\":\"ok\",\"labels\":{\"a\":\"%s\"},"
        "\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"kind\":\"gauge\",\"value\":1,\"n\":1}}}]}",
        name, name);
    json = json_loads(document, 0, NULL);
    assert_non_null(json);
    assert_int_equal(table_format(json, &plain, &text), 0);
    assert_non_null(strstr(buf_text(&text), "x…"));
    assert_non_null(strstr(buf_text(&text), "1.000 b/s"));
    for (const char *line = buf_text(&text); line; line = strchr(line + 1, '\n'))
        assert_true(strcspn(line + 1, "\n") <= 100 + 4); /* two ellipses are six bytes */
    json_decref(json);
}

#define LIMITED(key, limit)                                                                        \
    "{\"flow\":\"f\",\"key\":\"flow=f," key "\",\"path\":\"p\",\"status\":\"ok\",\"labels\":{},"   \
    "\"metrics\":{\"goodput\":{\"unit\":\"bit/s\",\"kind\":\"gauge\",\"value\":1e8,\"n\":6},"      \
    "\"loss\":{\"sent\":100,\"received\":90,\"lost\":10,\"ratio\":0.1,\"softnet\":3,"              \
    "\"socket\":7,\"network\":0}},\"limit\":" limit "}"
#define BY_READER                                                                                  \
    "{\"cause\":\"receiver-application\",\"by\":\"the receiving program\",\"share\":1,"            \
    "\"evidence\":[\"the buffer was full\",\"more\"],\"advice\":\"let it read\"}"

static void what_limited_a_flow_stands_beside_it_and_below(void **state)
{
    (void)state;
    shows(
        "{" RUN
        ",\"results\":[" LIMITED("a=1", BY_READER) "," LIMITED("a=2", BY_READER) "," LIMITED(
            "a=3",
            "{\"cause\":\"line-rate\",\"by\":\"the line rate\",\"share\":1,\"evidence\":[\"x\"],"
            "\"advice\":\"y\"}") "," LIMITED("a=4",
                                             "{\"cause\":\"unknown\",\"by\":\"what is not known\","
                                             "\"share\":1,\"evidence\":[\"too little\"]}") "]}",
        &plain,
        HEAD "\nf\n"
             "  path     goodput  loss  n  limited by\n"
             "  p     100.0 Mb/s  10 %  6  the receiving program\n"
             "  p     100.0 Mb/s  10 %  6  the receiving program\n"
             "  p     100.0 Mb/s  10 %  6  the line rate\n"
             "  p     100.0 Mb/s  10 %  6  unknown\n"
             "  limited by the receiving program (2 of 4): the buffer was full\n"
             "  → let it read\n"
             "  limited by what is not known (1 of 4): too little\n"
             "  lost 10 of 100: receiver's backlog 3, receiving socket 7 (a=1)\n"
             "  lost 10 of 100: receiver's backlog 3, receiving socket 7 (a=2)\n"
             "  lost 10 of 100: receiver's backlog 3, receiving socket 7 (a=3)\n"
             "  lost 10 of 100: receiver's backlog 3, receiving socket 7 (a=4)\n");
}

static void advice_goes_on_in_the_next_line(void **state)
{
    const struct style narrow = { .utf8 = true, .width = 40 };

    (void)state;
    shows("{" RUN ",\"results\":[{\"flow\":\"f\",\"path\":\"p\",\"status\":\"ok\",\"metrics\":{"
          "\"goodput\":{\"unit\":\"bit/s\",\"kind\":\"gauge\",\"value\":1e8,\"n\":6}},\"limit\":"
          "{\"cause\":\"loss\",\"by\":\"loss\",\"evidence\":[\"1 of 3 was lost on its way to the "
          "other end\"],\"advice\":\"look for a policer on the way, and for drops of queues\"}}]}",
          &narrow,
          HEAD "\nf\n"
               "  path     goodput  n  limited by\n"
               "  p     100.0 Mb/s  6  loss\n"
               "  limited by loss: 1 of 3 was lost on\n"
               "  its way to the other end\n"
               "  → look for a policer on the way, and\n"
               "    for drops of queues\n");
}

static void a_document_without_anything_is_no_crash(void **state)
{
    static const char *const documents[] = {
        "{\"results\":[{}],\"thresholds\":[{}],\"events\":[{}]}",
        "{\"results\":[1],\"thresholds\":\"x\",\"events\":{}}",
        "{\"results\":[{\"limit\":3},{\"limit\":{\"cause\":1,\"by\":2,\"evidence\":3}}]}",
        "{\"results\":[{\"limit\":{\"cause\":\"x\",\"evidence\":[7],\"advice\":{}}}]}",
        "{\"results\":[{\"metrics\":{\"m\":3},\"notes\":[1],\"labels\":{\"l\":1}}]}",
    };

    (void)state;
    shows("{}", &plain, "  (run , )\n");
    for (size_t i = 0; i < COUNT(documents); i++) {
        _cleanup_(buf_clear) struct buf text = BUF(1 << 20);
        json_t *json = json_loads(documents[i], 0, NULL);

        assert_non_null(json);
        assert_int_equal(table_format(json, &plain, &text), 0);
        json_decref(json);
    }
}

static void a_frame_goes_around_cells_of_several_lines(void **state)
{
    static const struct column columns[] = { { .name = "n" }, { .name = "Data", .wrap = 10 } };
    const struct style framed = { .utf8 = true, .frame = true, .width = 100 };
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    _cleanup_(buf_clear) struct buf text = BUF(1 << 16);
    struct grid *grid = grid_new(arena, columns, COUNT(columns));
    struct cell *row = grid_row(grid);

    (void)state;
    row[0].text = "1";
    row[1].text = "one two  three \xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5x "
                  "abcdefghijklm";
    grid_row(grid)[1] = (struct cell){ "good", COLOUR_GREEN };
    assert_int_equal(grid_format(grid, &framed, &text), 0);
    assert_string_equal(buf_text(&text),
                        "+---+------------+\n"
                        "| n | Data       |\n"
                        "+---+------------+\n"
                        "| 1 | one two    |\n"
                        "|   | three      |\n"
                        "|   | \xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5 |\n"
                        "|   | x          |\n"
                        "|   | abcdefghij |\n"
                        "|   | klm        |\n"
                        "| \xe2\x80\x93 | good       |\n"
                        "+---+------------+\n");
}

#define SEARCHED(path, goal)                                                                       \
    "{\"flow\":\"udp\",\"key\":\"flow=udp,path=" path "\",\"path\":\"" path                        \
    "\",\"status\":\"ok\",\"verdict\":\"none\",\"labels\":{},\"metrics\":{},\"notes\":[],"         \
    "\"search\":{\"goals\":[{\"loss\":0.05," goal ",\"trials\":17},{\"loss\":0}]}}"

#define FOUND     "\"state\":\"found\",\"lower\":940e6,\"upper\":952.1e6"
#define AT_LEAST  "\"state\":\"irregular\",\"lower\":2e9"
#define LESS_THAN "\"state\":\"irregular\",\"upper\":1e5"
#define UNDECIDED "\"state\":\"undecided\""

static const char searches[] = "{" RUN ",\"results\":[" SEARCHED("a", FOUND) "," SEARCHED(
    "b", AT_LEAST) "," SEARCHED("c", LESS_THAN) "," SEARCHED("d", UNDECIDED) "]}";

static void the_bounds_of_a_search_stand_below_its_flow(void **state)
{
    (void)state;
    shows(searches, &plain,
          HEAD "\nudp\n"
               "  path\n"
               "  a\n"
               "  b\n"
               "  c\n"
               "  d\n"
               "  search 5 %: 940.0 Mb/s to 952.1 Mb/s, 17 trials  (path=a)\n"
               "  search 5 %: at least 2.000 Gb/s, 17 trials  (path=b)\n"
               "  search 5 %: less than 100.0 kb/s, 17 trials  (path=c)\n"
               "  search 5 %: nothing found, 17 trials, undecided  (path=d)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flow_is_a_table_and_what_is_absent_a_dash),
        cmocka_unit_test(plain_ascii_where_the_terminal_has_no_more),
        cmocka_unit_test(latency_shows_only_the_percentiles_that_there_are),
        cmocka_unit_test(pairs_have_a_line_for_all_of_them),
        cmocka_unit_test(wide_intervals_are_written_out),
        cmocka_unit_test(thresholds_say_how_many_and_why),
        cmocka_unit_test(colours_come_only_when_asked_for),
        cmocka_unit_test(what_is_too_wide_is_cut_and_says_so),
        cmocka_unit_test(the_bounds_of_a_search_stand_below_its_flow),
        cmocka_unit_test(what_limited_a_flow_stands_beside_it_and_below),
        cmocka_unit_test(advice_goes_on_in_the_next_line),
        cmocka_unit_test(a_document_without_anything_is_no_crash),
        cmocka_unit_test(a_frame_goes_around_cells_of_several_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
