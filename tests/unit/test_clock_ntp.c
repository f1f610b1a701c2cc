/* SPDX-License-Identifier: Apache-2.0
 *
 * What ntpd answers to vmtp-probe: recorded of NTPsec 1.2.2, and damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/clock_ntp.c"

#define ASKED 1

/* As recorded: its clock could not be set, so it is not in step. */
static const char recorded[] = "leap=3, stratum=4, rootdelay=0.043, rootdisp=187.541, "
                               "refid=10.9.0.1,\r\noffset=0.000000\r\n";

/* The packet around these variables. */
static size_t packet(const char *text, uint8_t to[NTP_ANSWER_BYTES])
{
    static const uint8_t head[HEADER_BYTES] = { 0xd6, 0x82, 0, ASKED, 0xc0, 0x16 };
    size_t len = strlen(text);

    assert_true(HEADER_BYTES + len <= NTP_ANSWER_BYTES);
    memcpy(to, head, sizeof head);
    to[10] = (uint8_t)(len >> 8);
    to[11] = (uint8_t)len;
    memcpy(to + HEADER_BYTES, text, len);
    return HEADER_BYTES + len;
}

static int answer(const char *text, struct clock_keeper *ret)
{
    uint8_t data[NTP_ANSWER_BYTES];
    size_t len = packet(text, data);

    return ntp_answer(data, len, ASKED, ret);
}

static void near(double value, double wanted)
{
    if (fabs(value - wanted) > 1e-9)
        fail_msg("%.12g is not %.12g", value, wanted);
}

static void asks_for_a_few_variables(void **state)
{
    uint8_t question[NTP_QUESTION_BYTES];
    size_t len = ntp_question(0x1234, question);

    (void)state;
    assert_memory_equal(question, "\x16\x02\x12\x34\0\0\0\0\0\0\0\x2c", 12);
    assert_int_equal(len, 12 + 44);
    assert_memory_equal(question + 12, variables, 44);
}

static void reads_what_ntpd_said(void **state)
{
    struct clock_keeper k;

    (void)state;
    assert_int_equal(answer(recorded, &k), 0);
    assert_string_equal(k.name, "ntpd");
    assert_string_equal(k.source, "10.9.0.1");
    assert_int_equal(k.stratum, 4);
    assert_true(k.answered);
    assert_false(k.synchronised);
}

static void adds_up_the_bound(void **state)
{
    struct clock_keeper k;

    (void)state; /* the form of ntpd 4.2.8 */
    assert_int_equal(answer("leap=00, stratum=2, rootdelay=3.000, rootdisp=20.500,\r\n"
                            "refid=192.0.2.7, offset=-0.250",
                            &k),
                     0);
    assert_true(k.synchronised);
    near(k.offset_s, 0.25e-3); /* it takes 0.25 ms away: this clock is ahead */
    near(k.error_s, 20.5e-3 + 1.5e-3 + 0.25e-3);
}

static void knows_who_follows_only_himself(void **state)
{
    struct clock_keeper k;

    (void)state;
    assert_int_equal(answer("leap=0,stratum=6,rootdelay=0,rootdisp=1,refid=LOCL,offset=0", &k), 0);
    assert_false(k.synchronised);
    assert_int_equal(
        answer("leap=0,stratum=6,rootdelay=0,rootdisp=1,refid=127.127.1.0,offset=0", &k), 0);
    assert_false(k.synchronised);
    assert_int_equal(answer("leap=0,stratum=1,rootdelay=0,rootdisp=1,refid=GPS,offset=0", &k), 0);
    assert_true(k.synchronised);
    assert_int_equal(answer("leap=0,stratum=16,rootdelay=0,rootdisp=1,refid=INIT,offset=0", &k), 0);
    assert_false(k.synchronised);
}

static void refuses_variables_that_are_none(void **state)
{
    static const char *const bad[] = {
        "",
        "leap=0",
        "leap=0,stratum=2,rootdelay=1,rootdisp=1,refid=x",            /* no offset */
        "leap=4,stratum=2,rootdelay=1,rootdisp=1,refid=x,offset=0",   /* no such leap */
        "leap=0,stratum=17,rootdelay=1,rootdisp=1,refid=x,offset=0",  /* nor stratum */
        "leap=0,stratum=2,rootdelay=-1,rootdisp=1,refid=x,offset=0",  /* less than nothing */
        "leap=0,stratum=2,rootdelay=1,rootdisp=nan,refid=x,offset=0", /* no number */
        "leap=0,stratum=2,rootdelay=1,rootdisp=inf,refid=x,offset=0",
        "leap=0,stratum=2,rootdelay=1,rootdisp=1,refid=x,offset=1e99",
        "leap=0,stratum=2,rootdelay=1,rootdisp=1,refid=x,offset=1s",
        "leap=0,stratum=2,rootdelay=1,rootdisp=1,refid=\x1b[0m,offset=1",
        "leap=0,stratum=2,rootdisp=1,refid=x,offset=00000000000000000000000000000000000",
    };
    struct clock_keeper k = { .stratum = 77 };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (answer(bad[i], &k) != -EPROTO)
            fail_msg("'%s' was taken", bad[i]);
    assert_int_equal(k.stratum, 77);
}

static void refuses_what_is_no_answer(void **state)
{
    uint8_t data[NTP_ANSWER_BYTES];
    struct clock_keeper k;
    size_t len = packet(recorded, data);

    (void)state;
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(ntp_answer(data, cut, ASKED, &k), -EPROTO);
    assert_int_equal(ntp_answer(data, len, ASKED + 1, &k), -EAGAIN);
    data[1] |= FAULT;
    assert_int_equal(ntp_answer(data, len, ASKED, &k), -EACCES);
    data[1] = RESPONSE | READ_VARIABLE | MORE;
    assert_int_equal(ntp_answer(data, len, ASKED, &k), -EPROTO);
    data[1] = READ_VARIABLE; /* our own question, sent back */
    assert_int_equal(ntp_answer(data, len, ASKED, &k), -EPROTO);
    packet(recorded, data);
    data[10] = 0xff; /* longer than the packet */
    assert_int_equal(ntp_answer(data, len, ASKED, &k), -EPROTO);
    packet(recorded, data);
    data[0] = 0x24; /* the answer of a time server, mode 4 */
    assert_int_equal(ntp_answer(data, len, ASKED, &k), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_for_a_few_variables),
        cmocka_unit_test(reads_what_ntpd_said),
        cmocka_unit_test(adds_up_the_bound),
        cmocka_unit_test(knows_who_follows_only_himself),
        cmocka_unit_test(refuses_variables_that_are_none),
        cmocka_unit_test(refuses_what_is_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
