/* SPDX-License-Identifier: Apache-2.0
 *
 * What vmtp-probe makes of the kernel's figures, of its keeper's, and of a PTP device's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "../../plugins/tools/native/probe/clock_host.c"
#include "../../plugins/tools/native/probe/clock_kernel.c"
#include "../../plugins/tools/native/probe/clock_state.c"
#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"

static struct clock_state given;

void clock_keeper_ask(struct clock_asker *asker, struct clock_keeper *ret)
{
    asker->sequence++;
    *ret = given.keeper;
}

static void near(double value, double wanted)
{
    if (!(fabs(value - wanted) <= 1e-12 + 1e-9 * fabs(wanted)))
        fail_msg("%.12g is not %.12g", value, wanted);
}

static struct clock_state judged(void)
{
    struct clock_state s = given;

    clock_state_judge(&s);
    return s;
}

static void reads_microseconds_and_nanoseconds(void **state)
{
    struct timex t = {
        .offset = 1500, .maxerror = 2500, .esterror = 12, .freq = 65536 * 20, .tick = 10000
    };
    struct clock_kernel k = { 0 };

    (void)state;
    clock_kernel_take(&t, TIME_OK, &k);
    assert_true(k.known && k.synchronised);
    near(k.offset_s, 1.5e-3);
    near(k.max_error_s, 2.5e-3);
    near(k.est_error_s, 12e-6);
    near(k.rate, 20e-6);
    t.status = STA_NANO;
    t.tick = 10001;
    clock_kernel_take(&t, TIME_OK, &k);
    near(k.offset_s, 1.5e-6);
    near(k.max_error_s, 2.5e-3); /* microseconds all the same */
    near(k.rate, 120e-6);
}

static void knows_an_unsynchronised_kernel_by_either_sign(void **state)
{
    struct timex t = { .tick = 10000, .status = STA_UNSYNC };
    struct clock_kernel k = { 0 };

    (void)state;
    clock_kernel_take(&t, TIME_OK, &k);
    assert_false(k.synchronised);
    t.status = 0;
    clock_kernel_take(&t, TIME_ERROR, &k);
    assert_false(k.synchronised);
    k = (struct clock_kernel){ 0 };
    clock_kernel_take(&t, -1, &k); /* forbidden: nothing is known */
    assert_false(k.known);
}

static void knows_of_a_leap_second_to_come(void **state)
{
    struct timex t = { .tick = 10000, .status = STA_INS };
    struct clock_kernel k = { 0 };

    (void)state;
    clock_kernel_take(&t, TIME_INS, &k);
    assert_int_equal(k.leap, 1);
    assert_true(k.synchronised);
}

static void believes_the_keeper_before_the_kernel(void **state)
{
    struct clock_state s;

    (void)state;
    given = (struct clock_state){
        .kernel = { .known = true, .synchronised = false, .max_error_s = 16, .est_error_s = 16 },
        .keeper = { .name = "chronyd",
                    .answered = true,
                    .synchronised = true,
                    .offset_s = 1e-6,
                    .error_s = 2e-5 },
    };
    s = judged(); /* chronyd -x in a container: it watches a clock that it may not set */
    assert_true(s.synchronised);
    near(s.offset_s, 1e-6);
    near(s.error_s, 2e-5);
}

static void takes_no_figures_of_a_keeper_that_is_lost(void **state)
{
    struct clock_state s;

    (void)state;
    given = (struct clock_state){
        .kernel = { .known = true, .synchronised = true, .max_error_s = 1e-3, .est_error_s = 1e-4 },
        .keeper = { .answered = true, .error_s = 1e-6 },
    };
    s = judged();
    assert_false(s.synchronised);
    assert_true(isnan(s.error_s) && isnan(s.offset_s));
}

static void takes_the_kernels_bound_from_whoever_fills_it_in(void **state)
{
    struct clock_state s;

    (void)state;
    given = (struct clock_state){
        .kernel = { .known = true,
                    .synchronised = true,
                    .offset_s = -2e-4,
                    .max_error_s = 1e-3,
                    .est_error_s = 1e-4 },
        .keeper = { .name = "chronyd" }, /* seen to run, asked in vain */
    };
    s = judged();
    assert_true(s.synchronised);
    near(s.error_s, 1.2e-3);
    assert_true(isnan(s.offset_s));
}

static void gives_no_bound_where_the_keeper_begins_from_nothing(void **state)
{
    struct clock_state s;

    (void)state; /* systemd-timesyncd: both errors are set to 0, and only one of them grows */
    given = (struct clock_state){
        .kernel = { .known = true, .synchronised = true, .max_error_s = 500e-6 },
        .keeper = { .name = "systemd-timesyncd" },
    };
    s = judged();
    assert_true(s.synchronised);
    assert_true(isnan(s.error_s));
}

static void says_what_is_known_and_no_more(void **state)
{
    struct json_writer w;
    struct clock_state s;
    char buf[512];

    (void)state;
    given = (struct clock_state){ 0 };
    s = judged();
    json_begin(&w, buf, sizeof buf);
    clock_state_add(&w, &s);
    assert_true(json_end(&w) > 0);
    assert_string_equal(buf, "{}\n");
    given = (struct clock_state){
        .keeper = { .name = "chronyd",
                    .source = "PHC0",
                    .stratum = 1,
                    .answered = true,
                    .synchronised = true,
                    .offset_s = -0.5,
                    .error_s = 0.75,
                    .other = "ntpd" },
        .kernel = { .source = "kvm-clock", .available = "kvm-clock tsc" },
        .host = { .device = "ptp0", .name = "KVM virtual PTP" },
    };
    s = judged();
    json_begin(&w, buf, sizeof buf);
    clock_state_add(&w, &s);
    assert_true(json_end(&w) > 0);
    assert_string_equal(
        buf, "{\"synchronised\":true,\"offset_s\":-0.5,\"error_s\":0.75,\"keeper\":\"chronyd\","
             "\"beside\":\"ntpd\",\"from\":\"PHC0\",\"stratum\":1,\"source\":\"kvm-clock\","
             "\"sources\":\"kvm-clock tsc\",\"host\":{\"device\":\"ptp0\","
             "\"name\":\"KVM virtual PTP\",\"readable\":false}}\n");
}

static void knows_a_hypervisors_clock_by_its_name(void **state)
{
    (void)state;
    assert_true(clock_host_is("KVM virtual PTP"));
    assert_true(clock_host_is("hyperv"));
    assert_true(clock_host_is("ena-ptp-05"));
    assert_false(clock_host_is("ice-0000:17:00.0-clk"));
    assert_false(clock_host_is(""));
}

static struct ptp_clock_time moment(int64_t ns)
{
    return (struct ptp_clock_time){ .sec = ns / 1000000000, .nsec = (uint32_t)(ns % 1000000000) };
}

static void takes_the_narrowest_reading_of_a_device(void **state)
{
    struct ptp_sys_offset_extended s = { .n_samples = 3 };
    struct clock_host h = { 0 };
    const int64_t t = 1795000000000000000;

    (void)state;
    for (size_t i = 0; i < 3; i++) { /* the device is 5 us behind; the second try was the best */
        int64_t half = i == 1 ? 300 : 9000;

        s.ts[i][0] = moment(t);
        s.ts[i][1] = moment(t + half - 5000 + (i == 1 ? 0 : 4000));
        s.ts[i][2] = moment(t + 2 * half);
    }
    clock_host_take(&s, &h);
    assert_true(h.known);
    near(h.offset_s, 5e-6);
    near(h.within_s, 300e-9);
}

static void drops_a_reading_across_a_step(void **state)
{
    struct ptp_sys_offset_extended s = { .n_samples = 1000 }; /* nor reads beyond the end */
    struct clock_host h = { 0 };

    (void)state;
    for (size_t i = 0; i < PTP_MAX_SAMPLES; i++) {
        s.ts[i][0] = moment(2000000000);
        s.ts[i][2] = moment(1000000000);
    }
    clock_host_take(&s, &h);
    assert_false(h.known);
}

static void looks_at_this_machine_without_harm(void **state)
{
    struct clock_asker asker = { 0 };
    struct clock_state s = { 0 };

    (void)state;
    given = (struct clock_state){ 0 };
    clock_state_read(&asker, &s);
    assert_int_equal(s.synchronised, s.kernel.known && s.kernel.synchronised);
    assert_true(s.host.readable || !s.host.known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_microseconds_and_nanoseconds),
        cmocka_unit_test(knows_an_unsynchronised_kernel_by_either_sign),
        cmocka_unit_test(knows_of_a_leap_second_to_come),
        cmocka_unit_test(believes_the_keeper_before_the_kernel),
        cmocka_unit_test(takes_no_figures_of_a_keeper_that_is_lost),
        cmocka_unit_test(takes_the_kernels_bound_from_whoever_fills_it_in),
        cmocka_unit_test(gives_no_bound_where_the_keeper_begins_from_nothing),
        cmocka_unit_test(says_what_is_known_and_no_more),
        cmocka_unit_test(knows_a_hypervisors_clock_by_its_name),
        cmocka_unit_test(takes_the_narrowest_reading_of_a_device),
        cmocka_unit_test(drops_a_reading_across_a_step),
        cmocka_unit_test(looks_at_this_machine_without_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
