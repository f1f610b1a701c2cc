/* SPDX-License-Identifier: Apache-2.0
 *
 * What gmond and gmetad answer, whole and broken.  The files are what a real gmond 3.7.2 answered,
 * and variants of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/monitors/gmond/answer.c"
#include "../../plugins/monitors/gmond/mend.c"
#include "../../plugins/monitors/gmond/report.c"
#include "../../plugins/monitors/gmond/spelling.c"
#include "../../plugins/monitors/gmond/unpack.c"

#include <math.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone=\"yes\"?>\n"
#define ROOT "<GANGLIA_XML VERSION=\"3.7.2\" SOURCE=\"gmond\">\n"
#define IN   ROOT "<CLUSTER NAME=\"c\" LOCALTIME=\"1000\">"
#define OUT  "</CLUSTER></GANGLIA_XML>\n"

static struct report hosts[64];
static size_t host_count;
static struct vmtp_error err;

static void take(void *arg, const struct report *report)
{
    (void)arg;
    if (host_count < 64)
        hosts[host_count] = *report;
    host_count++;
}

static void add(char *text, size_t size, const char *more)
{
    size_t len = strlen(text);

    snprintf(text + len, size - len, "%s", more);
}

static int feed_all(struct answer *answer, const char *data, size_t len, size_t piece)
{
    int r = 0;

    for (size_t n; len > 0 && r == 0; data += n, len -= n) {
        n = piece < len ? piece : len;
        r = answer_feed(answer, data, n, &err);
    }
    return r < 0 ? r : answer_end(answer, &err);
}

static int read_bytes(const char *data, size_t len, size_t piece)
{
    struct answer *answer = NULL;
    int r;

    host_count = 0;
    err.code = 0;
    assert_int_equal(answer_new(take, NULL, &answer), 0);
    r = feed_all(answer, data, len, piece);
    answer_free(answer);
    assert_int_equal(r, err.code);
    return r;
}

static int read_text(const char *text)
{
    return read_bytes(text, strlen(text), 4096);
}

static size_t file_load(const char *name, char *ret, size_t size)
{
    char path[100];
    size_t len;
    FILE *file;

    snprintf(path, sizeof path, "tests/fuzz/corpus/gmond/%s", name);
    file = fopen(path, "re");
    assert_non_null(file);
    len = fread(ret, 1, size, file);
    fclose(file);
    return len;
}

static int read_file(const char *name)
{
    char bytes[65536];

    return read_bytes(bytes, file_load(name, bytes, sizeof bytes), 1000);
}

/* ---- what is whole ---- */

static void every_host_is_there_with_its_figures(void **state)
{
    (void)state;
    assert_int_equal(read_file("spoofed.xml"), 0);
    assert_int_equal(host_count, 5);
    assert_string_equal(hosts[0].name, "hostA");
    assert_string_equal(hosts[0].address, "10.1.1.1");
    assert_true(hosts[0].localtime_s == 1795229278);
    assert_int_equal(hosts[0].silent_s, 1);
    assert_int_equal(hosts[0].expected_s, 20);
    assert_float_equal(hosts[0].values[R_USER], 12.5, 1e-9);
    assert_true(isnan(hosts[0].values[R_IDLE]));
    assert_true(isnan(hosts[3].values[R_USER]));
    assert_string_equal(hosts[4].name, "localhost");
    assert_float_equal(hosts[4].values[R_IDLE], 94.6, 1e-9);
    assert_float_equal(hosts[4].values[R_CPUS], 2, 1e-9);
    assert_float_equal(hosts[4].values[R_LOAD_ONE], 1.52, 1e-9);
}

static void pieces_of_any_size_are_read_alike(void **state)
{
    char bytes[65536];
    size_t len = file_load("nonascii.xml", bytes, sizeof bytes);

    (void)state;
    for (size_t piece = 1; piece < 40; piece++) {
        assert_int_equal(read_bytes(bytes, len, piece), 0);
        assert_int_equal(host_count, 4);
    }
}

static void hosts_of_grids_are_there_too(void **state)
{
    (void)state;
    assert_int_equal(read_file("grid.xml"), 0);
    assert_int_equal(host_count, 4);
    assert_true(hosts[0].localtime_s == 1795229278);
}

static void what_gzip_packed_is_unpacked(void **state)
{
    (void)state;
    assert_int_equal(read_file("packed.gz"), 0);
    assert_int_equal(host_count, 4);
}

static void what_stands_behind_the_end_is_not_read(void **state)
{
    struct answer *answer = NULL;

    (void)state;
    assert_int_equal(answer_new(take, NULL, &answer), 0);
    assert_int_equal(answer_feed(answer, IN OUT "junk", strlen(IN OUT) + 4, &err), 1);
    assert_int_equal(answer_feed(answer, "<more", 5, &err), 1);
    assert_int_equal(answer_end(answer, &err), 0);
    answer_free(answer);
}

static void blanks_in_front_do_no_harm(void **state)
{
    (void)state;
    assert_int_equal(read_text("\r\n\n  " HEAD IN "<HOST NAME=\"a\" IP=\"\"/>" OUT), 0);
    assert_int_equal(host_count, 1);
}

/* ---- encodings ---- */

static void what_gmond_spoils_costs_no_host(void **state)
{
    (void)state;
    assert_int_equal(read_file("nonascii.xml"), 0);
    assert_int_equal(host_count, 4);
    assert_float_equal(hosts[1].values[R_IDLE], 87.5, 1e-9);
}

static void control_characters_and_stray_references_cost_no_host(void **state)
{
    (void)state;
    assert_int_equal(read_text(HEAD IN "<HOST NAME=\"a&b\x01&#0;&#xd800;&nope;&\" IP=\"1.2.3.4\">"
                                       "</HOST><HOST NAME=\"&#65;&#x42;&amp;\"/>" OUT),
                     0);
    assert_int_equal(host_count, 2);
    assert_string_equal(hosts[0].name, "a?b??#0;?#xd800;?nope;?");
    assert_string_equal(hosts[1].name, "AB&");
}

static void a_declared_encoding_that_is_wrong_is_no_matter(void **state)
{
    (void)state;
    assert_int_equal(read_file("wrong-utf8.xml"), 0);
    assert_string_equal(hosts[0].name, "h\xc3\xb6stA");
    assert_int_equal(read_text("<?xml version=\"1.0\" encoding=\"UTF-16\"?>" IN
                               "<HOST NAME=\"h\xc3\xb6st\"/>" OUT),
                     0);
    assert_string_equal(hosts[0].name, "h\xc3\xb6st");
    assert_int_equal(
        read_text("<?xml version=\"1.0\" encoding=\"KOI8-R\"?>" IN "<HOST NAME=\"\xff\"/>" OUT), 0);
    assert_string_equal(hosts[0].name, "\xc3\xbf");
}

static void utf16_is_read(void **state)
{
    (void)state;
    assert_int_equal(read_file("utf16.xml"), 0);
    assert_int_equal(host_count, 4);
    assert_string_equal(hosts[0].name, "hostA");
}

static void a_long_name_is_cut_between_characters(void **state)
{
    char text[2048] = HEAD IN "<HOST NAME=\"x";

    (void)state;
    for (size_t i = 0; i < 300; i++)
        add(text, sizeof text, "\xc3\xb6");
    add(text, sizeof text, "\"/>" OUT);
    assert_int_equal(read_text(text), 0);
    assert_int_equal(strlen(hosts[0].name), REPORT_NAME_MAX - 1);
    assert_string_equal(hosts[0].name + REPORT_NAME_MAX - 3, "\xc3\xb6");
}

/* ---- figures ---- */

static void figure_is(const char *value, double wanted)
{
    char text[400];

    snprintf(text, sizeof text,
             HEAD IN "<HOST NAME=\"a\"><METRIC NAME=\"cpu_user\" VAL=\"%s\" TN=\"7\"/></HOST>" OUT,
             value);
    assert_int_equal(read_text(text), 0);
    if (isnan(wanted))
        assert_true(isnan(hosts[0].values[R_USER]));
    else
        assert_float_equal(hosts[0].values[R_USER], wanted, 1e-9);
    assert_int_equal(hosts[0].ages_s[R_USER], 7);
}

static void a_figure_that_can_not_be_is_none(void **state)
{
    (void)state;
    figure_is("12.5", 12.5);
    figure_is("0", 0);
    figure_is("100.0", 100);
    figure_is("", NAN);
    figure_is("-1", NAN);
    figure_is("nan", NAN);
    figure_is("inf", NAN);
    figure_is("1e999", NAN);
    figure_is("161.0", NAN);
    figure_is("12,5", NAN);
    figure_is("12 %", NAN);
    figure_is("OFF", NAN);
}

static void metrics_elsewhere_are_not_a_hosts(void **state)
{
    (void)state;
    assert_int_equal(read_text(HEAD IN "<METRIC NAME=\"cpu_user\" VAL=\"1\"/><HOST NAME=\"a\">"
                                       "<X><METRIC NAME=\"cpu_user\" VAL=\"2\"/></X></HOST>" OUT),
                     0);
    assert_true(isnan(hosts[0].values[R_USER]));
}

/* ---- what is not whole ---- */

static void what_came_whole_is_used_wherever_it_is_cut(void **state)
{
    char bytes[65536];
    size_t len = file_load("spoofed.xml", bytes, sizeof bytes), before = 0;

    (void)state;
    for (size_t cut = 0; cut + 2 < len; cut++) {
        assert_int_equal(read_bytes(bytes, cut, 4096), -EPROTO);
        assert_true(host_count >= before && host_count <= 5);
        before = host_count;
        assert_non_null(strstr(err.text, cut < 4 ? "is empty" : "ends in the middle"));
    }
    assert_int_equal(before, 5);
    len = file_load("packed.gz", bytes, sizeof bytes);
    for (size_t cut = 2; cut + 16 < len; cut++)
        assert_int_equal(read_bytes(bytes, cut, 7), -EPROTO);
}

static void refused(const char *text, const char *why)
{
    assert_true(read_text(text) < 0);
    assert_non_null(strstr(err.text, why));
}

static void what_gmond_does_not_send_is_refused(void **state)
{
    (void)state;
    refused("<html><body>502 Bad Gateway</body></html>", "is not Ganglia's");
    refused("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "can't be read from line 1 on");
    refused("\x1f\x8b\x08zzzzzzzzzzzzzzzz", "can't be unpacked");
    refused(HEAD IN "<HOST NAME=\"a\"/><HOST NAME=\"b\"></CLUSTER>", "mismatched tag");
    assert_int_equal(host_count, 1);
}

static void entities_are_not_used(void **state)
{
    (void)state;
    assert_int_equal(read_file("entities.xml"), 0);
    assert_int_equal(host_count, 1);
    assert_string_equal(hosts[0].name, "?b;");
}

static void grids_may_be_nested_but_not_for_ever(void **state)
{
    char text[4096] = HEAD ROOT;

    (void)state;
    for (int i = 0; i < 10; i++)
        add(text, sizeof text, "<GRID NAME=\"g\">");
    add(text, sizeof text, "<CLUSTER NAME=\"c\"><HOST NAME=\"a\"/>");
    assert_int_equal(read_text(text), -EPROTO);
    assert_int_equal(host_count, 1);
    add(text, sizeof text, "<A><A><A><A><A><A><A>");
    refused(text, "nested too deeply");
}

static void a_tag_without_end_is_refused(void **state)
{
    size_t len = (2u << 20) + 100;
    char *text = malloc(len);

    (void)state;
    assert_non_null(text);
    memset(text, 'a', len);
    memcpy(text, HEAD IN "<HOST NAME=\"", strlen(HEAD IN "<HOST NAME=\""));
    assert_int_equal(read_bytes(text, len, 32768), -EFBIG);
    assert_non_null(strstr(err.text, "longer than 1024 KiB"));
    free(text);
}

static void an_answer_without_end_is_refused(void **state)
{
    char hosts_text[16384] = "";
    struct answer *answer = NULL;
    int r = 0;

    (void)state;
    while (strlen(hosts_text) < 16000)
        add(hosts_text, sizeof hosts_text, "<HOST NAME=\"a\" IP=\"1.2.3.4\"></HOST>\n");
    host_count = 0;
    assert_int_equal(answer_new(take, NULL, &answer), 0);
    assert_int_equal(answer_feed(answer, HEAD IN, strlen(HEAD IN), &err), 0);
    for (int i = 0; i < 5000 && r == 0; i++)
        r = answer_feed(answer, hosts_text, strlen(hosts_text), &err);
    assert_int_equal(r, -EFBIG);
    answer_free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_host_is_there_with_its_figures),
        cmocka_unit_test(pieces_of_any_size_are_read_alike),
        cmocka_unit_test(hosts_of_grids_are_there_too),
        cmocka_unit_test(what_gzip_packed_is_unpacked),
        cmocka_unit_test(what_stands_behind_the_end_is_not_read),
        cmocka_unit_test(blanks_in_front_do_no_harm),
        cmocka_unit_test(what_gmond_spoils_costs_no_host),
        cmocka_unit_test(control_characters_and_stray_references_cost_no_host),
        cmocka_unit_test(a_declared_encoding_that_is_wrong_is_no_matter),
        cmocka_unit_test(utf16_is_read),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
        cmocka_unit_test(a_figure_that_can_not_be_is_none),
        cmocka_unit_test(metrics_elsewhere_are_not_a_hosts),
        cmocka_unit_test(what_came_whole_is_used_wherever_it_is_cut),
        cmocka_unit_test(what_gmond_does_not_send_is_refused),
        cmocka_unit_test(entities_are_not_used),
        cmocka_unit_test(grids_may_be_nested_but_not_for_ever),
        cmocka_unit_test(a_tag_without_end_is_refused),
        cmocka_unit_test(an_answer_without_end_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
