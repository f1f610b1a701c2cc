/* SPDX-License-Identifier: Apache-2.0
 *
 * A subcommand of vmtp-probe at every endpoint: its lines, its clock, its end and its silence.
 * The processes are played by a script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define WATCH_SILENCE_NS  (30 * NS_PER_MS)
#define WATCH_TOGETHER_NS together_ns
static unsigned long long together_ns;
#include "../../plugins/common/watch.c"

#include "../fakes/host.h"

#define PROBES 3

enum end { DIES, FALLS_SILENT, CANCELS, IS_BROKEN };

/* What one process does: these lines, then this. */
struct script {
    const char *const *lines; /* ends with NULL; "!..." is on stderr */
    enum end end;
    bool absent;      /* it can't be started */
    bool slow;        /* it starts once the second has said all it has to say */
    uint64_t late_ns; /* that its lines are on the way */
    _Atomic size_t at;
    int stopped, status;
    char written[128];
};

static struct script scripts[PROBES];
static const char *const nothing[] = { NULL };

static struct script *script_of(struct vmtp_process *process)
{
    return (struct script *)(void *)process;
}

static int play_helper(struct vmtp_self *self, const char *name, char *ret, size_t len,
                       struct vmtp_error *err)
{
    (void)self, (void)err;
    snprintf(ret, len, "/lib/%s", name);
    return 0;
}

static int play_put(struct vmtp_self *self, const struct vmtp_endpoint *endpoint, const char *from,
                    char *ret, size_t len, struct vmtp_error *err)
{
    (void)self, (void)endpoint, (void)err;
    snprintf(ret, len, "/there%s", from);
    return 0;
}

static int play_spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                      const struct vmtp_spawn *spawn, struct vmtp_process **ret,
                      struct vmtp_error *err)
{
    struct script *script = endpoint->priv;

    (void)self;
    assert_string_equal(spawn->argv[0], "/there/lib/vmtp-probe");
    assert_string_equal(spawn->argv[1], "watch");
    assert_string_equal(spawn->argv[2], "10");
    assert_null(spawn->argv[3]);
    while (script->slow && scripts[1].lines[atomic_load(&scripts[1].at)])
        (void)poll(NULL, 0, 1);
    if (script->absent)
        return vmtp_fail(err, -EHOSTUNREACH, "it is away");
    *ret = (struct vmtp_process *)(void *)script;
    return 0;
}

static int play_line(struct vmtp_self *self, struct vmtp_process *process, struct vmtp_line *ret,
                     uint64_t deadline_ns, struct vmtp_error *err)
{
    struct script *script = script_of(process);
    const char *text = script->lines[atomic_load(&script->at)];

    (void)self, (void)deadline_ns;
    if (!text && script->end == DIES)
        return 0;
    if (!text && script->end == IS_BROKEN)
        return vmtp_fail(err, -EPIPE, "endpoint b: its line is too long");
    if (!text)
        return script->end == CANCELS ? -ECANCELED : -ETIMEDOUT;
    atomic_fetch_add(&script->at, 1);
    *ret = (struct vmtp_line){ .text = text + (*text == '!'),
                               .len = strlen(text + (*text == '!')),
                               .fd = *text == '!' ? 2 : 1,
                               .time_ns = clock_now_ns() + script->late_ns };
    return 1;
}

static int play_write(struct vmtp_self *self, struct vmtp_process *process, const void *data,
                      size_t len, uint64_t deadline_ns, struct vmtp_error *err)
{
    struct script *script = script_of(process);

    (void)self, (void)deadline_ns, (void)err;
    if (len)
        snprintf(script->written, sizeof script->written, "%.*s", (int)len, (const char *)data);
    return 0;
}

static int play_stop(struct vmtp_self *self, struct vmtp_process *process, uint64_t grace_ns,
                     struct vmtp_error *err)
{
    (void)self, (void)grace_ns, (void)err;
    script_of(process)->stopped++;
    return script_of(process)->status;
}

/* What line() and lost() were given. */
struct given {
    char text[512];
    uint64_t time_ns[16];
    size_t count;
    int answer;
    struct watch *watch;
};

static int on_line(void *arg, const struct watch_line *line)
{
    struct given *given = arg;
    size_t len = strlen(given->text);

    snprintf(given->text + len, sizeof given->text - len, "%s:%s:%zu ", line->endpoint->name,
             line->event, line->index);
    if (given->count < 16)
        given->time_ns[given->count++] = line->time_ns;
    if (!strcmp(line->event, "hello"))
        watch_say(line->watch, line->index, "whole\n");
    return given->answer;
}

static void on_lost(void *arg, struct watch *watch, size_t index, bool gone)
{
    struct given *given = arg;
    size_t len = strlen(given->text);

    (void)watch;
    snprintf(given->text + len, sizeof given->text - len, "lost:%zu:%d ", index, gone);
}

/* Plays the scripts of that many endpoints to their end. */
static struct fake_host *play(size_t count, struct given *given, int expected,
                              struct vmtp_error *err)
{
    static const char *const names[] = { "a", "b", "c" };
    static const char *const argv[] = { "watch", "10", NULL };
    struct vmtp_endpoint endpoints[PROBES] = { 0 };
    const struct vmtp_endpoint *all[PROBES];
    const struct watch_spec spec = {
        .argv = argv, .interval_ns = NS_PER_MS, .line = on_line, .lost = on_lost, .arg = given
    };
    struct fake_host *fake = fake_host_new(NULL, 0);

    for (size_t i = 0; i < count; i++) {
        endpoints[i] = (struct vmtp_endpoint){ .size = sizeof endpoints[i],
                                               .name = names[i],
                                               .priv = &scripts[i] };
        all[i] = &endpoints[i];
    }
    assert_non_null(fake);
    fake->api.helper = play_helper;
    fake->api.put = play_put;
    fake->api.spawn = play_spawn;
    fake->api.process_line = play_line;
    fake->api.process_write = play_write;
    fake->api.process_stop = play_stop;
    assert_int_equal(watch_run(&fake->self, all, count, &spec, err), expected);
    for (size_t i = 0; i < count; i++) /* each that was started is stopped once */
        assert_int_equal(scripts[i].stopped, !scripts[i].absent);
    return fake;
}

static int fresh(void **state)
{
    (void)state;
    together_ns = 60 * NS_PER_S;
    for (size_t i = 0; i < PROBES; i++)
        scripts[i] = (struct script){ .lines = nothing, .end = CANCELS, .status = 128 + 9 };
    return 0;
}

static void check_event(const struct fake_host *fake, size_t at, const char *subject,
                        const char *text)
{
    assert_true(fake->event_count > at);
    assert_string_equal(fake->events[at].subject, subject);
    assert_int_equal(fake->events[at].event.kind, VMTP_NOTE);
    if (!strstr(fake->events[at].text, text))
        fail_msg("'%s' does not say '%s'", fake->events[at].text, text);
}

static void lines_come_with_their_endpoint(void **state)
{
    static const char *const lines[] = { "{\"ev\":\"hello\",\"t\":5}",
                                         "{\"ev\":\"figures\",\"t\":9}", "{\"t\":10}", NULL };
    static const char *const others[] = { "{\"ev\":\"figures\"}", NULL };
    struct given given = { .answer = 0 };

    (void)state;
    scripts[0].lines = lines;
    scripts[1].lines = others;
    fake_host_free(play(2, &given, -ECANCELED, NULL));
    assert_string_equal(given.text, "a:hello:0 a:figures:0 ");
    assert_string_equal(scripts[0].written, "whole\n");
    assert_string_equal(scripts[1].written, "");
}

static void one_that_dies_is_told_once_and_the_others_go_on(void **state)
{
    static const char *const first[] = { "{\"ev\":\"x\"}", "!its last words", NULL };
    static const char *const second[] = { "{\"ev\":\"1\"}", "{\"ev\":\"2\"}", NULL };
    struct given given = { .answer = 0 };
    struct fake_host *fake;

    (void)state;
    scripts[0].lines = first;
    scripts[0].end = DIES;
    scripts[1].lines = second;
    fake = play(2, &given, -ECANCELED, NULL);
    assert_string_equal(given.text, "a:x:0 lost:0:1 b:1:1 b:2:1 ");
    assert_int_equal(fake->event_count, 1);
    check_event(fake, 0, "a", "was killed by signal 9");
    check_event(fake, 0, "a", "its last words: nothing is known of this endpoint");
    fake_host_free(fake);
}

static void one_that_starts_late_keeps_no_other_from_being_heard(void **state)
{
    static const char *const first[] = { "{\"ev\":\"late\"}", NULL };
    static const char *const second[] = { "{\"ev\":\"1\"}", "{\"ev\":\"2\"}", NULL };
    struct given given = { .answer = 0 };

    (void)state;
    together_ns = NS_PER_MS;
    scripts[0].lines = first;
    scripts[0].slow = true;
    scripts[1].lines = second;
    scripts[1].end = FALLS_SILENT;
    fake_host_free(play(2, &given, -ECANCELED, NULL));
    assert_string_equal(given.text, "b:1:1 b:2:1 a:late:0 ");
}

static void one_whose_connection_is_lost_was_not_killed(void **state)
{
    struct given given = { .answer = 0 };
    struct fake_host *fake;

    (void)state;
    scripts[0].end = DIES;
    scripts[0].status = 255;
    fake = play(2, &given, -ECANCELED, NULL);
    check_event(fake, 0, "a", "vmtp-probe watch is out of reach: nothing is known");
    fake_host_free(fake);
}

static void one_that_breaks_is_stopped(void **state)
{
    struct given given = { .answer = 0 };
    struct fake_host *fake;

    (void)state;
    scripts[0].end = FALLS_SILENT;
    scripts[1].end = IS_BROKEN;
    scripts[2].end = CANCELS;
    fake = play(3, &given, -ECANCELED, NULL);
    check_event(fake, 0, "b", "its line is too long");
    fake_host_free(fake);
}

static void an_error_ends_it_when_nobody_is_left(void **state)
{
    struct given given = { .answer = 0 };
    struct vmtp_error err = { 0 };
    struct fake_host *fake;

    (void)state;
    scripts[0].end = DIES;
    scripts[1] = (struct script){ .lines = nothing, .absent = true };
    fake = play(2, &given, -ECONNABORTED, &err);
    assert_string_equal(err.text, "vmtp-probe watch runs at no endpoint any more");
    assert_int_equal(fake->event_count, 2);
    check_event(fake, 0, "b", "can't be started: it is away");
    check_event(fake, 1, "a", "was killed");
    fake_host_free(fake);
}

static const char *const one_line[] = { "{\"ev\":\"x\"}", NULL };

/* The second speaks until it has seen enough silence of the first. */
static int play_line_until_silence(struct vmtp_self *self, struct vmtp_process *process,
                                   struct vmtp_line *ret, uint64_t deadline_ns,
                                   struct vmtp_error *err)
{
    struct fake_host *fake = (struct fake_host *)self;
    struct script *script = script_of(process);

    if (script == &scripts[1] && fake->event_count == 1 && scripts[1].at++ == 20)
        scripts[0].at = 0; /* it comes back */
    if (script == &scripts[1] && fake->event_count >= 2)
        return -ECANCELED;
    return script == &scripts[1] ? -ETIMEDOUT : play_line(self, process, ret, deadline_ns, err);
}

static void one_that_is_silent_is_told_once_and_so_is_its_return(void **state)
{
    static const char *const argv[] = { "watch", "10", NULL };
    struct given given = { .answer = 0 };
    struct vmtp_endpoint a = { .size = sizeof a, .name = "a", .priv = &scripts[0] };
    struct vmtp_endpoint b = { .size = sizeof b, .name = "b", .priv = &scripts[1] };
    const struct vmtp_endpoint *all[] = { &a, &b };
    const struct watch_spec spec = {
        .argv = argv, .interval_ns = NS_PER_MS, .line = on_line, .lost = on_lost, .arg = &given
    };
    struct fake_host *fake = fake_host_new(NULL, 0);

    (void)state;
    scripts[0] = (struct script){ .lines = one_line, .end = FALLS_SILENT };
    scripts[1] = (struct script){ .lines = nothing, .end = FALLS_SILENT };
    fake->api.helper = play_helper;
    fake->api.put = play_put;
    fake->api.spawn = play_spawn;
    fake->api.process_line = play_line_until_silence;
    fake->api.process_write = play_write;
    fake->api.process_stop = play_stop;
    assert_int_equal(watch_run(&fake->self, all, 2, &spec, NULL), -ECANCELED);
    assert_string_equal(given.text, "a:x:0 lost:0:0 a:x:0 ");
    check_event(fake, 0, "a", "has said nothing for");
    check_event(fake, 1, "a", "speaks again after");
    fake_host_free(fake);
}

static void what_it_says_of_itself_is_told(void **state)
{
    static const char *const lines[] = { "{\"ev\":\"note\",\"t\":5,\"text\":\"it is slow\"}",
                                         "{\"ev\":\"error\",\"text\":\"no such file\"}",
                                         "{\"ev\":\"note\"}", NULL };
    struct given given = { .answer = 0 };
    struct fake_host *fake;

    (void)state;
    scripts[0].lines = lines;
    fake = play(1, &given, -ECANCELED, NULL);
    assert_string_equal(given.text, "");
    check_event(fake, 0, "a", "it is slow");
    check_event(fake, 1, "a", "no such file");
    check_event(fake, 2, "a", "without saying why");
    fake_host_free(fake);
}

static void rubbish_is_told_once(void **state)
{
    static const char *const lines[] = { "rubbish \xff%s%n",
                                         "",
                                         "[1]",
                                         "null",
                                         "{\"ev\":5}",
                                         "{",
                                         "{\"t\":-1,\"ev\":\"x\"}",
                                         "{\"t\":1e300,\"ev\":\"x\"}",
                                         "{\"t\":\"5\",\"ev\":\"x\"}",
                                         NULL };
    struct given given = { .answer = 0 };
    struct fake_host *fake;

    (void)state;
    scripts[0].lines = lines;
    fake = play(1, &given, -ECANCELED, NULL);
    assert_string_equal(given.text, "a:x:0 a:x:0 a:x:0 ");
    assert_int_equal(fake->event_count, 1);
    check_event(fake, 0, "a", "which is not a JSON object");
    fake_host_free(fake);
}

static void notes_have_an_end(void **state)
{
    static const char *lines[100];
    struct given given = { .answer = 0 };
    struct fake_host *fake;

    (void)state;
    for (int i = 0; i < 99; i++)
        lines[i] = "{\"ev\":\"note\",\"text\":\"again\"}";
    scripts[0].lines = lines;
    fake = play(1, &given, -ECANCELED, NULL);
    assert_int_equal(fake->event_count, NOTES_MAX);
    fake_host_free(fake);
}

static void what_line_returns_ends_it(void **state)
{
    struct given given = { .answer = -ENOSPC };

    (void)state;
    scripts[0].lines = one_line;
    fake_host_free(play(2, &given, -ENOSPC, NULL));
    assert_string_equal(given.text, "a:x:0 ");
}

static void nobody_to_watch_is_an_error(void **state)
{
    const struct watch_spec spec = { .interval_ns = 1 };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(watch_run(NULL, NULL, 0, &spec, &err), -EINVAL);
    assert_string_equal(err.text, "there is no endpoint to watch");
}

/* The probe's clock is 1000 s behind ours, and its lines take 5, 1 and 9 ms to come. */
static void times_are_by_the_line_that_came_fastest(void **state)
{
    struct distance d = { .known = false };
    const uint64_t apart_ns = 1000 * NS_PER_S;

    (void)state;
    distance_learn(&d, 10 * NS_PER_S + apart_ns + 5 * NS_PER_MS, 10 * NS_PER_S);
    assert_true(distance_map(&d, 10 * NS_PER_S) == 10 * NS_PER_S + apart_ns + 5 * NS_PER_MS);
    distance_learn(&d, 11 * NS_PER_S + apart_ns + NS_PER_MS, 11 * NS_PER_S);
    distance_learn(&d, 12 * NS_PER_S + apart_ns + 9 * NS_PER_MS, 12 * NS_PER_S);
    assert_true(distance_map(&d, 12 * NS_PER_S) == 12 * NS_PER_S + apart_ns + NS_PER_MS);
}

static void a_clock_that_is_ahead_of_ours_is_mapped_too(void **state)
{
    struct distance d = { .known = false };

    (void)state;
    distance_learn(&d, 5 * NS_PER_S, 9000 * NS_PER_S);
    assert_true(distance_map(&d, 9001 * NS_PER_S) == 6 * NS_PER_S);
}

/* It loses 100 ppm: after an hour the least distance of its beginning would be 360 ms wrong. */
static void a_clock_that_drifts_is_followed(void **state)
{
    struct distance d = { .known = false };
    uint64_t ours = 0, theirs = 0;

    (void)state;
    for (int i = 0; i < 36000; i++) {
        ours += 100 * NS_PER_MS;
        theirs += 100 * NS_PER_MS - 10000;
        distance_learn(&d, ours, theirs);
    }
    assert_true(distance_map(&d, theirs) > ours - 10 * NS_PER_MS);
}

/* They waited while other probes were started: the last of them is the one that came at once. */
static void lines_that_waited_are_mapped_by_the_youngest(void **state)
{
    static const char *const lines[] = { "{\"ev\":\"1\",\"t\":1000000000}",
                                         "{\"ev\":\"2\",\"t\":2000000000}",
                                         "{\"ev\":\"3\",\"t\":3000000000}", NULL };
    struct given given = { .answer = 0 };

    (void)state;
    scripts[0].lines = lines;
    fake_host_free(play(1, &given, -ECANCELED, NULL));
    assert_int_equal(given.count, 3);
    assert_true(given.time_ns[1] - given.time_ns[0] == NS_PER_S);
    assert_true(given.time_ns[2] - given.time_ns[1] == NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lines_come_with_their_endpoint, fresh),
        cmocka_unit_test_setup(one_that_dies_is_told_once_and_the_others_go_on, fresh),
        cmocka_unit_test_setup(one_that_starts_late_keeps_no_other_from_being_heard, fresh),
        cmocka_unit_test_setup(one_whose_connection_is_lost_was_not_killed, fresh),
        cmocka_unit_test_setup(one_that_breaks_is_stopped, fresh),
        cmocka_unit_test_setup(an_error_ends_it_when_nobody_is_left, fresh),
        cmocka_unit_test_setup(one_that_is_silent_is_told_once_and_so_is_its_return, fresh),
        cmocka_unit_test_setup(what_it_says_of_itself_is_told, fresh),
        cmocka_unit_test_setup(rubbish_is_told_once, fresh),
        cmocka_unit_test_setup(notes_have_an_end, fresh),
        cmocka_unit_test_setup(what_line_returns_ends_it, fresh),
        cmocka_unit_test_setup(lines_that_waited_are_mapped_by_the_youngest, fresh),
        cmocka_unit_test(nobody_to_watch_is_an_error),
        cmocka_unit_test(times_are_by_the_line_that_came_fastest),
        cmocka_unit_test(a_clock_that_is_ahead_of_ours_is_mapped_too),
        cmocka_unit_test(a_clock_that_drifts_is_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
