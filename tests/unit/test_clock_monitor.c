/* SPDX-License-Identifier: Apache-2.0
 *
 * The clock monitor: what becomes of the probe's lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../plugins/monitors/clock/account.c"
#include "../../plugins/monitors/clock/clock.c"
#include "../fakes/host.h"

#define LINES_MAX 40

/* In place of plugins/common/watch.c: the lines of one endpoint, and then the end. */
static const char *lines[LINES_MAX];
static const char *argv_seen;

double watch_number(const json_t *json, const char *key, double min, double max, double other)
{
    const json_t *v = json_object_get(json, key);
    double value = json_is_number(v) ? json_number_value(v) : NAN;

    return value >= min && value <= max ? value : other;
}

int watch_run(struct vmtp_self *self, const struct vmtp_endpoint *const *endpoints, size_t count,
              const struct watch_spec *spec, struct vmtp_error *err)
{
    (void)self, (void)err;
    assert_int_equal(count, 1);
    assert_string_equal(spec->argv[0], "clock");
    argv_seen = strcmp(spec->argv[1], "1000") == 0 ? "1000" : "other";
    assert_null(spec->argv[2]);
    for (size_t i = 0; i < LINES_MAX && lines[i]; i++) {
        json_t *json = json_loads(lines[i], 0, NULL);
        const struct watch_line line = {
            .endpoint = endpoints[0],
            .event = json_string_value(json_object_get(json, "ev")),
            .json = json,
            .time_ns = 1000 + i,
        };

        assert_non_null(json);
        assert_int_equal(spec->line(spec->arg, &line), 0);
        json_decref(json);
    }
    return -ECANCELED;
}

static struct fake_host *watched(void)
{
    static const struct options opt = { .interval_ns = 1000 * NS_PER_MS };
    const struct vmtp_endpoint a = { .size = sizeof a, .name = "a" };
    const struct vmtp_endpoint *all[] = { &a };
    struct fake_host *host = fake_host_new(&opt, 0);
    struct vmtp_error err = { 0 };

    assert_non_null(host);
    assert_int_equal(clock_run(&host->self, all, 1, &err), -ECANCELED);
    return host;
}

static void tell(const char *const *texts, size_t count)
{
    memset(lines, 0, sizeof lines);
    assert_true(count <= LINES_MAX);
    memcpy(lines, texts, count * sizeof *texts);
}
#define TELL(...)                                                                                  \
    tell((const char *const[]){ __VA_ARGS__ },                                                     \
         sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static double value_of(const struct fake_host *host, uint32_t metric)
{
    const struct fake_sample *row = fake_host_sample(host, metric, false);

    return row ? row->sample.value : NAN;
}

static void account_is(const char *line, const char *wanted)
{
    char text[ACCOUNT_BYTES];
    json_t *json = json_loads(line, 0, NULL);

    assert_non_null(json);
    account_text(json, text);
    json_decref(json);
    assert_string_equal(text, wanted);
}

#define KEPT                                                                                       \
    "{\"ev\":\"clock\",\"t\":5,\"synchronised\":true,\"offset_s\":-1e-06,\"error_s\":2.1e-05,"     \
    "\"keeper\":\"chronyd\",\"from\":\"192.0.2.1\",\"stratum\":3,\"source\":\"tsc\","              \
    "\"sources\":\"tsc kvm-clock\",\"kernel\":{\"synchronised\":true,\"offset_s\":0,"              \
    "\"max_error_s\":0.25,\"est_error_s\":0.001,\"rate\":1e-05},\"drift\":1.5e-05,\"steps\":0}"
#define LOST                                                                                       \
    "{\"ev\":\"clock\",\"t\":6,\"synchronised\":false,\"keeper\":\"chronyd\",\"stratum\":0,"       \
    "\"source\":\"tsc\"}"
#define SET(size) "{\"ev\":\"step\",\"t\":7,\"size_s\":" size ",\"within_s\":1e-6}"
#define TURNED(drift)                                                                              \
    "{\"ev\":\"clock\",\"t\":8,\"synchronised\":true,\"keeper\":\"chronyd\",\"drift\":" drift      \
    ",\"source\":\"tsc\"}"

static void makes_figures_of_a_line(void **state)
{
    struct fake_host *host;

    (void)state;
    TELL(KEPT);
    host = watched();
    assert_string_equal(argv_seen, "1000");
    assert_true(value_of(host, OFFSET) == -1e-6);
    assert_true(value_of(host, ERROR) == 2.1e-5);
    assert_true(value_of(host, SYNCHRONISED) == 1);
    assert_true(value_of(host, DRIFT) == 1.5e-5);
    assert_true(value_of(host, MAX_ERROR) == 0.25);
    assert_true(value_of(host, EST_ERROR) == 0.001);
    assert_true(value_of(host, STEPS) == 0); /* that nobody set it is known */
    assert_true(isnan(value_of(host, HOST_OFFSET)));
    assert_true(isnan(value_of(host, STEP)));
    for (size_t i = 0; i < host->sample_count; i++) {
        assert_string_equal(host->samples[i].subject, "a");
        assert_int_equal(host->samples[i].sample.time_ns, 1000);
    }
    fake_host_free(host);
}

static void tells_once_how_a_clock_is_kept(void **state)
{
    struct fake_host *host;

    (void)state;
    TELL(KEPT, KEPT, KEPT);
    host = watched();
    assert_int_equal(host->event_count, 1);
    assert_int_equal(host->events[0].event.kind, VMTP_NOTE);
    assert_string_equal(host->events[0].subject, "a");
    assert_string_equal(host->events[0].text, "the clock is kept by chronyd from 192.0.2.1 "
                                              "(stratum 3), within 21 us; clock source tsc");
    fake_host_free(host);
}

static void tells_when_the_clock_has_lost_its_source(void **state)
{
    struct fake_host *host;

    (void)state;
    TELL(KEPT, LOST, LOST, KEPT);
    host = watched();
    assert_int_equal(host->event_count, 3);
    assert_string_equal(host->events[1].text,
                        "the clock is not synchronised: chronyd follows nothing; clock source tsc");
    fake_host_free(host);
}

static void does_not_tell_without_end(void **state)
{
    struct fake_host *host;

    (void)state;
    memset(lines, 0, sizeof lines);
    for (size_t i = 0; i < LINES_MAX; i++)
        lines[i] = i % 4 == 0 ? KEPT : i % 4 == 2 ? LOST : SET("0.5");
    host = watched();
    assert_int_equal(host->event_count, NOTES_MAX + STEP_EVENTS);
    fake_host_free(host);
}

static void disturbs_the_trial_at_a_step(void **state)
{
    struct fake_host *host;

    (void)state;
    TELL(KEPT, SET("1.2"), SET("-0.0375"));
    host = watched();
    assert_int_equal(host->event_count, 3);
    assert_int_equal(host->events[1].event.kind, VMTP_DISTURBED);
    assert_int_equal(host->events[1].event.time_ns, 1001);
    assert_string_equal(host->events[1].text, "the clock was set by +1.2 s");
    assert_string_equal(host->events[2].text, "the clock was set by -37.5 ms");
    assert_true(value_of(host, STEPS) == 1);
    assert_true(value_of(host, STEP) == -0.0375);
    fake_host_free(host);
}

static void disturbs_the_trial_while_the_clock_is_turned(void **state)
{
    struct fake_host *host;

    (void)state;
    TELL(TURNED("2e-4"), TURNED("-0.0833"), TURNED("-0.0833"), TURNED("1e-5"), TURNED("0.01"));
    host = watched();
    assert_int_equal(host->event_count, 3);
    assert_int_equal(host->events[1].event.kind, VMTP_DISTURBED);
    assert_string_equal(host->events[1].text, "the clock is being turned: it runs 8.3 % too slow");
    assert_string_equal(host->events[2].text, "the clock is being turned: it runs 1 % too fast");
    fake_host_free(host);
}

static void emits_nothing_of_a_line_that_makes_no_sense(void **state)
{
    static const uint32_t none[] = { OFFSET, ERROR, DRIFT, MAX_ERROR, HOST_OFFSET };
    struct fake_host *host;

    (void)state;
    TELL("{\"ev\":\"clock\",\"offset_s\":1e300,\"error_s\":-1,\"drift\":\"fast\",\"kernel\":7,"
         "\"host\":{\"offset_s\":null},\"synchronised\":\"yes\",\"keeper\":[]}",
         "{\"ev\":\"of a younger probe\",\"offset_s\":1}", "{\"ev\":\"step\"}");
    host = watched();
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(isnan(value_of(host, none[i])));
    assert_true(isnan(value_of(host, SYNCHRONISED)));
    assert_string_equal(host->events[0].text, "nothing is told of the clock");
    assert_string_equal(host->events[1].text, "the clock was set");
    assert_true(value_of(host, STEPS) == 1);
    fake_host_free(host);
}

static void words_what_is_known(void **state)
{
    (void)state;
    account_is("{\"synchronised\":false,\"kernel\":{\"synchronised\":false}}",
               "the clock is not synchronised: nothing is seen to keep it");
    account_is("{\"synchronised\":false,\"keeper\":\"ptp4l\"}",
               "the clock is not synchronised: ptp4l runs, but the kernel knows nothing of it");
    account_is("{\"synchronised\":true,\"keeper\":\"systemd-timesyncd\","
               "\"kernel\":{\"synchronised\":true}}",
               "the clock is kept by systemd-timesyncd, and nothing vouches for its error");
    account_is("{\"synchronised\":true,\"error_s\":0.0012,\"kernel\":{\"synchronised\":true}}",
               "the clock is synchronised, by what can't be seen from there, within 1.2 ms");
    account_is("{\"synchronised\":true,\"error_s\":2,\"keeper\":\"chronyd\",\"beside\":\"ntpd\","
               "\"kernel\":{\"synchronised\":false,\"leap\":\"insert\"}}",
               "the clock is watched, not set, by chronyd, within 2 s; ntpd runs "
               "beside it; there will be a leap second at the end of the day");
    account_is("{\"synchronised\":true,\"error_s\":4e-7,\"keeper\":\"chronyd\",\"from\":\"PHC0\","
               "\"host\":{\"device\":\"ptp0\",\"name\":\"KVM virtual PTP\",\"readable\":true,"
               "\"offset_s\":-2e-7,\"within_s\":0}}",
               "the clock is kept by chronyd from PHC0, within 400 ns; it is 200 ns behind the "
               "host's (KVM virtual PTP)");
    account_is("{\"synchronised\":true,\"error_s\":1,\"keeper\":\"ntpd\","
               "\"host\":{\"device\":\"ptp0\",\"name\":\"hyperv\",\"readable\":false}}",
               "the clock is kept by ntpd, within 1 s; the host lends its clock (hyperv), but "
               "/dev/ptp0 can't be read");
}

static void lets_no_text_out_that_a_terminal_obeys(void **state)
{
    char line[1000], long_word[600];

    (void)state;
    account_is("{\"synchronised\":true,\"error_s\":1,\"keeper\":\"\\u001b[2Jx\\u00e9\"}",
               "the clock is kept by ?[2Jx??, within 1 s");
    memset(long_word, 'x', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = 0;
    snprintf(line, sizeof line, "{\"synchronised\":true,\"keeper\":\"%s\",\"error_s\":1}",
             long_word);
    account_is(line, "the clock is kept by xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, within "
                     "1 s");
}

static void writes_seconds_as_people_do(void **state)
{
    static const struct {
        double s;
        const char *text;
    } each[] = {
        { 0, "the clock was set by +0 ns" },        { 1e-9, "the clock was set by +1 ns" },
        { 999.7e-9, "the clock was set by +1 us" }, { -0.9999, "the clock was set by -1 s" },
        { 37, "the clock was set by +37 s" },       { -86400, "the clock was set by -86400 s" },
    };
    char text[ACCOUNT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        account_step(each[i].s, text);
        assert_string_equal(text, each[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_figures_of_a_line),
        cmocka_unit_test(tells_once_how_a_clock_is_kept),
        cmocka_unit_test(tells_when_the_clock_has_lost_its_source),
        cmocka_unit_test(does_not_tell_without_end),
        cmocka_unit_test(disturbs_the_trial_at_a_step),
        cmocka_unit_test(disturbs_the_trial_while_the_clock_is_turned),
        cmocka_unit_test(emits_nothing_of_a_line_that_makes_no_sense),
        cmocka_unit_test(words_what_is_known),
        cmocka_unit_test(lets_no_text_out_that_a_terminal_obeys),
        cmocka_unit_test(writes_seconds_as_people_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
