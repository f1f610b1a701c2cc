/* SPDX-License-Identifier: Apache-2.0
 *
 * What chronyd answers to vmtp-probe: recorded of chrony 4.3, and damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "../../plugins/tools/native/probe/clock_chrony.c"

#define ASKED 0x12345678

/* A client of 127.0.0.1; chronyc -c said within a millisecond or two: stratum 4, correction
 * -0.000002824 s, root delay 0.000004517 s, root dispersion 0.000014940 s. */
static const char follower[] =
    "060200000021000500000000000000001234567800000000000000007f0000017f000001000000000000000000"
    "0000000001000000040000000000006b02049505c3e7b8df4286d1daafeae7daafeae7fcdcea1cf8b1547004a3"
    "1a0fe09790bce2fa991b08825c8c";
/* One with `local stratum 3` and no source. */
static const char alone[] =
    "060200000021000500000000000000001234567800000000000000007f7f0101000000000000000000000000000000"
    "000000000000030000000000006b01fed71f36f9b30000000000000000000000000000000000000000000000000000"
    "0"
    "0000000000000000000";
/* One whose source has not answered yet. */
static const char lost[] =
    "060200000021000500000000000000001234567800000000000000000000000000000000000000000000000000000"
    "0000000000000000003000000000000000000000000000000000000000000000000000000000000000000000000048"
    "000000480000000000000";

static void unhex(const char *hex, uint8_t to[CHRONY_BYTES])
{
    assert_int_equal(strlen(hex), 2 * CHRONY_BYTES);
    for (size_t i = 0; i < CHRONY_BYTES; i++) {
        char two[3] = { hex[2 * i], hex[2 * i + 1], 0 };

        to[i] = (uint8_t)strtoul(two, NULL, 16);
    }
}

static int answer(const uint8_t *data, struct clock_keeper *ret)
{
    return chrony_answer(data, CHRONY_BYTES, ASKED, ret);
}

static void near(double value, double wanted, double by)
{
    if (fabs(value - wanted) > by)
        fail_msg("%.12g is not %.12g", value, wanted);
}

static void asks_as_chronyc_does(void **state)
{
    uint8_t question[CHRONY_BYTES];

    (void)state;
    chrony_question(0xa1b2c3d4, question);
    assert_memory_equal(question, "\x06\x01\0\0\0\x21\0\0\xa1\xb2\xc3\xd4\0\0\0\0\0\0\0\0", 20);
    for (size_t i = 20; i < CHRONY_BYTES; i++)
        assert_int_equal(question[i], 0);
}

static void reads_what_chronyc_reads(void **state)
{
    struct clock_keeper k;
    uint8_t data[CHRONY_BYTES];

    (void)state;
    unhex(follower, data);
    assert_int_equal(answer(data, &k), 0);
    assert_string_equal(k.name, "chronyd");
    assert_string_equal(k.source, "127.0.0.1");
    assert_int_equal(k.stratum, 4);
    assert_true(k.answered && k.synchronised);
    near(k.offset_s, 2.824e-6, 5e-9); /* fast: this clock is ahead */
    near(k.error_s, 2.824e-6 + 14.94e-6 + 4.517e-6 / 2, 1e-8);
}

static void knows_who_follows_only_himself(void **state)
{
    struct clock_keeper k;
    uint8_t data[CHRONY_BYTES];

    (void)state;
    unhex(alone, data);
    assert_int_equal(answer(data, &k), 0);
    assert_true(k.answered);
    assert_false(k.synchronised);
    assert_int_equal(k.stratum, 3);
}

static void knows_who_has_lost_his_source(void **state)
{
    struct clock_keeper k;
    uint8_t data[CHRONY_BYTES];

    (void)state;
    unhex(lost, data);
    assert_int_equal(answer(data, &k), 0);
    assert_true(k.answered);
    assert_false(k.synchronised);
    assert_string_equal(k.source, "");
    near(k.error_s, 1.5, 1e-6);
}

static void names_a_reference_clock_and_an_ipv6_server(void **state)
{
    struct clock_keeper k;
    uint8_t data[CHRONY_BYTES];

    (void)state;
    unhex(follower, data);
    data[AT_FAMILY + 1] = 0;
    memcpy(data + AT_REFERENCE, "PHC0", 4);
    assert_int_equal(answer(data, &k), 0);
    assert_string_equal(k.source, "PHC0");
    memcpy(data + AT_REFERENCE, "GPS", 4);
    assert_int_equal(answer(data, &k), 0);
    assert_string_equal(k.source, "GPS");
    data[AT_FAMILY + 1] = FAMILY_6;
    memset(data + AT_ADDRESS, 0, 16);
    data[AT_ADDRESS] = 0xfd;
    data[AT_ADDRESS + 15] = 7;
    assert_int_equal(answer(data, &k), 0);
    assert_string_equal(k.source, "fd00::7");
    assert_true(k.synchronised);
}

static void believes_the_leap_status(void **state)
{
    struct clock_keeper k;
    uint8_t data[CHRONY_BYTES];

    (void)state;
    unhex(follower, data);
    data[AT_LEAP + 1] = NOT_IN_STEP;
    assert_int_equal(answer(data, &k), 0);
    assert_false(k.synchronised);
}

static void refuses_what_is_no_answer(void **state)
{
    struct clock_keeper k = { .stratum = 77 };
    uint8_t data[CHRONY_BYTES], bad[CHRONY_BYTES];

    (void)state;
    unhex(follower, data);
    for (size_t len = 0; len < CHRONY_BYTES; len++)
        assert_int_equal(chrony_answer(data, len, ASKED, &k), -EPROTO);
    assert_int_equal(chrony_answer(data, CHRONY_BYTES, ASKED + 1, &k), -EAGAIN);
    memcpy(bad, data, sizeof bad);
    bad[0] = 5; /* version */
    assert_int_equal(answer(bad, &k), -EPROTO);
    memcpy(bad, data, sizeof bad);
    bad[AT_STATUS + 1] = 2; /* unauthorised */
    assert_int_equal(answer(bad, &k), -EACCES);
    memcpy(bad, data, sizeof bad);
    bad[AT_REPLY + 1] = 6;
    assert_int_equal(answer(bad, &k), -EPROTO);
    memcpy(bad, data, sizeof bad);
    bad[AT_STRATUM + 1] = 17;
    assert_int_equal(answer(bad, &k), -EPROTO);
    assert_int_equal(k.stratum, 77); /* untouched */
}

static void refuses_errors_that_can_not_be(void **state)
{
    struct clock_keeper k;
    uint8_t data[CHRONY_BYTES];

    (void)state;
    unhex(follower, data);
    data[AT_DISPERSION] = 0xe1;
    data[AT_DISPERSION + 1] = 0x89; /* a coefficient below 0 */
    assert_int_equal(answer(data, &k), -EPROTO);
    unhex(follower, data);
    data[AT_DELAY] = 0x7e; /* 2^62 s */
    assert_int_equal(answer(data, &k), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_as_chronyc_does),
        cmocka_unit_test(reads_what_chronyc_reads),
        cmocka_unit_test(knows_who_follows_only_himself),
        cmocka_unit_test(knows_who_has_lost_his_source),
        cmocka_unit_test(names_a_reference_clock_and_an_ipv6_server),
        cmocka_unit_test(believes_the_leap_status),
        cmocka_unit_test(refuses_what_is_no_answer),
        cmocka_unit_test(refuses_errors_that_can_not_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
