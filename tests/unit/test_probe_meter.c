/* SPDX-License-Identifier: Apache-2.0
 *
 * What vmtp-probe says of its own threads and sockets: intervals that add up, shares that are
 * shares, waiting told from being kept from reading.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/clock.c"
#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/meter.c"
#include "../../plugins/tools/native/probe/observer.c"
#include "../../plugins/tools/native/probe/output.c"
#include "../../plugins/tools/native/probe/runqueue.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/tcpview.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/window.c"

#include <arpa/inet.h>
#include <netinet/in.h>

#define MS 1000000ull

static const struct params half_second = { .duration_ns = 500 * MS, .interval_ns = 100 * MS };

/* What was written, read back. */
static struct json_object written(struct json_writer *w)
{
    struct json_object o;

    assert_int_equal(json_parse(&o, w->buf, json_end(w)), 0);
    return o;
}

static const struct json_field *field(const struct json_object *o, const char *key)
{
    for (size_t i = 0; i < o->count; i++)
        if (!strcmp(o->field[i].key, key))
            return &o->field[i];
    return NULL;
}

static double number(const struct json_object *o, const char *key)
{
    const struct json_field *f = field(o, key);

    if (!f || f->kind != JSON_NUMBER)
        fail_msg("no number '%s'", key);
    return strtod(f->text, NULL);
}

static struct json_object told(const struct page *p, bool sends, bool spins)
{
    static char buf[INTERVAL_BYTES];
    const struct meter m = { .spins = spins, .schedstat_fd = 0 };
    const struct job j = { .sends = sends };
    struct json_writer w;

    json_begin(&w, buf, sizeof buf);
    add_page(&w, &j, &m, p);
    return written(&w);
}

static void intervals_end_where_the_window_has_them(void **state)
{
    struct meter m;

    (void)state;
    assert_int_equal(meter_init(&m, &half_second), 0);
    assert_int_equal(m.count, 5);
    meter_pass(&m, 1000 * MS); /* not yet begun */
    assert_int_equal(m.passed, 0);
    meter_begin(&m, 1000 * MS, 1003 * MS); /* the first look was late */
    assert_int_equal(m.next_ns, 1100 * MS);
    meter_pass(&m, 1099 * MS);
    assert_int_equal(m.passed, 0);
    meter_pass(&m, 1101 * MS);
    assert_int_equal(m.passed, 1);
    assert_int_equal(m.page[0].elapsed_ns, 98 * MS);
    meter_pass(&m, 1401 * MS); /* two were slept through */
    assert_int_equal(m.passed, 4);
    for (int i = 1; i < 4; i++)
        assert_int_equal(m.page[i].elapsed_ns, 100 * MS);
    meter_end(&m, 1500 * MS);
    assert_int_equal(m.passed, 5);
    assert_int_equal(m.page[4].elapsed_ns, 99 * MS);
    assert_int_equal(m.whole.elapsed_ns, 497 * MS);
    meter_end(&m, 9000 * MS); /* once */
    assert_int_equal(m.whole.elapsed_ns, 497 * MS);
    meter_free(&m);
}

static void an_end_before_its_time_leaves_intervals_out(void **state)
{
    struct meter m;

    (void)state;
    assert_int_equal(meter_init(&m, &half_second), 0);
    meter_begin(&m, 1000 * MS, 1000 * MS);
    meter_end(&m, 1250 * MS);
    assert_int_equal(m.passed, 2);
    meter_free(&m);
    assert_int_equal(meter_init(&m, &half_second), 0);
    meter_begin(&m, 1000 * MS, 1000 * MS);
    meter_pass(&m, 1400 * MS);
    meter_end(&m, 1490 * MS); /* all has come */
    assert_int_equal(m.passed, 5);
    assert_int_equal(m.page[4].elapsed_ns, 90 * MS);
    meter_free(&m);
}

static void counts_the_time_that_it_computes(void **state)
{
    struct meter m;
    uint64_t now = clock_now(), end = now + 500 * MS;

    (void)state;
    assert_int_equal(meter_init(&m, &half_second), 0);
    meter_begin(&m, now, now);
    while (now < end && clock_read(CLOCK_THREAD_CPUTIME_ID) < m.first.thread_ns + 20 * MS) {
        now = clock_now();
        meter_pass(&m, now);
    }
    meter_end(&m, now);
    assert_true(m.whole.thread_ns > 0 && m.whole.thread_ns <= m.whole.cpu_ns + MS);
    assert_true(m.whole.thread_ns + m.whole.delay_ns <= m.whole.elapsed_ns + 5 * MS);
    meter_free(&m);
}

static void sleeping_is_waiting_for_data(void **state)
{
    const struct page p = { .elapsed_ns = 100, .thread_ns = 20, .delay_ns = 10, .cpu_ns = 30 };
    struct json_object o = told(&p, false, false);

    (void)state;
    assert_float_equal(number(&o, "reading"), 0.3, 1e-9);
    assert_float_equal(number(&o, "thread"), 0.2, 1e-9);
    assert_float_equal(number(&o, "delay"), 0.1, 1e-9);
    assert_float_equal(number(&o, "cpu"), 0.3, 1e-9);
    assert_null(field(&o, "fill")); /* nobody looked */
}

static void standing_still_is_not(void **state)
{
    const struct page p = { .elapsed_ns = 100,
                            .thread_ns = 20,
                            .seen = { .looked_ns = 90, .filled_ns = 45, .held_ns = 75 } };
    const struct page longer = { .elapsed_ns = 100, .seen = { .held_ns = 500 } };
    struct json_object o = told(&p, false, false);

    (void)state;
    assert_float_equal(number(&o, "reading"), 0.95, 1e-9);
    assert_float_equal(number(&o, "fill"), 0.5, 1e-9);
    o = told(&longer, false, false);
    assert_float_equal(number(&o, "reading"), 1, 0);
}

static void spinning_is_no_work(void **state)
{
    const struct page paced = { .elapsed_ns = 100, .thread_ns = 99, .idle_ns = 80 };
    struct json_object o = told(&paced, true, false);

    (void)state;
    assert_float_equal(number(&o, "thread"), 0.2, 1e-9);
    assert_null(field(&o, "reading"));
    o = told(&paced, false, true);
    assert_null(field(&o, "thread"));
    assert_null(field(&o, "reading"));
}

static void nothing_is_told_of_no_time(void **state)
{
    const struct page p = { .thread_ns = 5 };
    struct json_object o = told(&p, false, false);

    (void)state;
    assert_int_equal(o.count, 0);
}

/* ---- TCP sockets ---- */

static struct json_object seen(const struct tcpview *v)
{
    static char buf[INTERVAL_BYTES];
    struct json_writer w;

    json_begin(&w, buf, sizeof buf);
    tcpview_add(v, &w);
    return written(&w);
}

static void levels_are_means_of_the_looks(void **state)
{
    const struct tcpinfo one = { .connections = 2,
                                 .rtt_us_sum = 200,
                                 .cwnd_bytes = 1000,
                                 .delivery_bytes_s = 50,
                                 .unsent_bytes = 10,
                                 .app_limited = 1,
                                 .min_rtt_us = 40,
                                 .paced = 2,
                                 .pacing_bytes_s = 70,
                                 .has_delivery = true };
    const struct tcpinfo two = { .connections = 2,
                                 .rtt_us_sum = 600,
                                 .cwnd_bytes = 3000,
                                 .delivery_bytes_s = 150,
                                 .unsent_bytes = 30,
                                 .min_rtt_us = 30,
                                 .paced = 2,
                                 .pacing_bytes_s = 90,
                                 .has_delivery = true };
    struct tcpview v = { 0 };
    struct json_object o;

    (void)state;
    tcpview_look(&v, &one);
    tcpview_look(&v, &two);
    o = seen(&v);
    assert_float_equal(number(&o, "rtt_us"), 200, 1e-9);
    assert_float_equal(number(&o, "min_rtt_us"), 30, 0);
    assert_float_equal(number(&o, "cwnd_bytes"), 2000, 1e-9);
    assert_float_equal(number(&o, "delivery_bytes_s"), 100, 1e-9);
    assert_float_equal(number(&o, "unsent_bytes"), 20, 1e-9);
    assert_float_equal(number(&o, "pacing_bytes_s"), 80, 1e-9);
    assert_float_equal(number(&o, "app_limited"), 0.25, 1e-9);
    assert_null(field(&o, "busy")); /* nothing was counted */
}

static void a_rate_that_only_some_have_is_none(void **state)
{
    const struct tcpinfo info = { .connections = 2, .paced = 1, .pacing_bytes_s = 70 };
    struct tcpview v = { 0 };
    struct json_object o;

    (void)state;
    tcpview_look(&v, &info);
    o = seen(&v);
    assert_null(field(&o, "pacing_bytes_s"));
    assert_null(field(&o, "app_limited")); /* this kernel does not tell */
}

static void jiffies_make_no_more_than_all_of_the_time(void **state)
{
    const struct tcpinfo then = { .connections = 1, .retransmits = 5, .sndbuf_us = 9000 };
    const struct tcpinfo now = { .connections = 1,
                                 .retransmits = 8,
                                 .busy_us = 104000,
                                 .rwnd_us = 48000,
                                 .sndbuf_us = 8000,
                                 .has_busy = true };
    struct tcpview v = { 0 };
    struct json_object o;

    (void)state;
    tcpview_count(&v, &then, &now, 96 * MS);
    o = seen(&v);
    assert_float_equal(number(&o, "busy"), 1, 0);
    assert_float_equal(number(&o, "rwnd"), 0.5, 1e-9);
    assert_float_equal(number(&o, "sndbuf"), 0, 0); /* never backwards */
    assert_float_equal(number(&o, "retransmits"), 3, 0);
    assert_null(field(&o, "rtt_us")); /* nobody looked */
}

static void sockets_that_have_gone_tell_nothing(void **state)
{
    const struct tcpinfo then = { .connections = 1, .busy_us = 1 }, none = { 0 };
    struct tcpview v = { 0 };
    struct json_object o;

    (void)state;
    tcpview_look(&v, &none);
    tcpview_count(&v, &then, &none, 100 * MS);
    o = seen(&v);
    assert_int_equal(o.count, 0);
}

/* ---- the observer ---- */

/* Two ends of a TCP connection over loopback. */
static void connect_pair(int *fd)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&a, len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &len), 0);
    assert_int_equal(connect(fd[0], (struct sockaddr *)&a, len), 0);
    fd[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd[1] >= 0);
    close(listener);
}

static double fill_of(int fd)
{
    struct observer o = { .fd = &fd, .count = 1, .stream = true };
    struct observation seen;

    o.last_ns = clock_now() - 10 * MS;
    observer_look(&o);
    seen = observer_read(&o);
    assert_true(seen.looked_ns >= 10 * MS && seen.filled_ns <= seen.looked_ns);
    return (double)seen.filled_ns / (double)seen.looked_ns;
}

static void sees_data_that_nobody_reads(void **state)
{
    static char data[65536];
    int fd[2];

    (void)state;
    connect_pair(fd);
    assert_true(fill_of(fd[1]) < 0.01);
    while (send(fd[0], data, sizeof data, MSG_DONTWAIT) > 0)
        ;
    for (int i = 0; i < 500 && fill_of(fd[1]) < 0.3; i++) /* the rest is on its way */
        while (send(fd[0], data, sizeof data, MSG_DONTWAIT) > 0)
            ;
    assert_true(fill_of(fd[1]) >= 0.3);
    while (recv(fd[1], data, sizeof data, MSG_DONTWAIT) > 0)
        ;
    assert_true(fill_of(fd[1]) < 0.3);
    close(fd[0]);
    close(fd[1]);
}

/* Of bytes that nobody has read, how much time they take of what was looked at. */
static void a_look_counts_for_the_time_before_it(void **state)
{
    static char data[65536];
    int fd[2];
    struct observer o = { .fd = &fd[1], .count = 1, .stream = true };
    struct observation before, after;

    (void)state;
    connect_pair(fd);
    o.last_ns = clock_now() - 20 * MS;
    observer_look(&o);
    before = observer_read(&o);
    assert_true(before.filled_ns < before.looked_ns / 10);
    while (fill_of(fd[1]) < 0.3)
        (void)send(fd[0], data, sizeof data, MSG_DONTWAIT);
    o.last_ns = clock_now() - 80 * MS;
    o.started = true;
    observer_waited(&o, 4 * MS); /* not long */
    assert_int_equal(observer_read(&o).looked_ns, before.looked_ns);
    observer_waited(&o, 80 * MS);
    after = observer_read(&o);
    assert_true(after.looked_ns - before.looked_ns >= 80 * MS);
    assert_true(after.filled_ns - before.filled_ns >= 24 * MS);
    close(fd[0]);
    close(fd[1]);
}

static void notices_when_the_process_stood_still(void **state)
{
    struct observer o = { 0 };

    (void)state;
    note_held(&o, 18 * MS, 0);
    note_held(&o, 60 * MS, 41 * MS); /* it had no CPU: that is told elsewhere */
    assert_int_equal(observer_read(&o).held_ns, 0);
    note_held(&o, 97 * MS, 0);
    assert_int_equal(observer_read(&o).held_ns, 80 * MS);
}

static void an_observer_ends_when_told(void **state)
{
    int fd[2];
    struct observer o;
    uint64_t before;

    (void)state;
    connect_pair(fd);
    assert_int_equal(observer_start(&o, &fd[1], 1), 0);
    for (int i = 0; i < 2000 && !observer_read(&o).looked_ns; i++)
        clock_nap(5 * MS);
    assert_true(observer_read(&o).looked_ns > 0);
    before = clock_now();
    observer_stop(&o);
    observer_stop(&o);
    assert_true(clock_now() - before < NS_PER_S);
    close(fd[0]);
    close(fd[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_end_where_the_window_has_them),
        cmocka_unit_test(an_end_before_its_time_leaves_intervals_out),
        cmocka_unit_test(counts_the_time_that_it_computes),
        cmocka_unit_test(sleeping_is_waiting_for_data),
        cmocka_unit_test(standing_still_is_not),
        cmocka_unit_test(spinning_is_no_work),
        cmocka_unit_test(nothing_is_told_of_no_time),
        cmocka_unit_test(levels_are_means_of_the_looks),
        cmocka_unit_test(a_rate_that_only_some_have_is_none),
        cmocka_unit_test(jiffies_make_no_more_than_all_of_the_time),
        cmocka_unit_test(sockets_that_have_gone_tell_nothing),
        cmocka_unit_test(sees_data_that_nobody_reads),
        cmocka_unit_test(a_look_counts_for_the_time_before_it),
        cmocka_unit_test(notices_when_the_process_stood_still),
        cmocka_unit_test(an_observer_ends_when_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
