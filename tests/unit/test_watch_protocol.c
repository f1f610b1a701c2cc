/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: counters of IP, UDP and TCP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_protocol.c"

/* The figure of that key; -1: it was not told. */
static double told_of(const struct figures *f, const char *metric, const char *part)
{
    for (size_t i = 0; i < f->count; i++)
        if (!strcmp(f->row[i].metric, metric) && !strcmp(f->row[i].part, part))
            return f->row[i].value;
    return -1;
}

static struct watch_protocol *fresh(void)
{
    static struct watch_protocol p;

    memset(&p, 0, sizeof p);
    return &p;
}

static void finds_columns_by_their_names(void **state)
{
    struct watch_protocol *p = fresh();
    struct figures f = { .count = 0 };

    (void)state;
    protocol_take(p, "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors\n"
                     "Udp: 1 2 10 4 10\n"
                     "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn RetransSegs\nTcp: 1 200 12 -1 5\n");
    protocol_tell(p, &f);
    assert_int_equal(f.count, 0);
    protocol_take(p, "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors\n"
                     "Udp: 1 2 13 4 12\n"
                     "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn RetransSegs\nTcp: 1 200 12 -1 9\n");
    protocol_tell(p, &f);
    assert_true(told_of(&f, "udp_rcvbuf_errors", "") == 2);
    assert_true(told_of(&f, "udp_in_errors", "") == 3);
    assert_true(told_of(&f, "tcp_retransmits", "") == 4);
    f.count = 0;
    protocol_tell(p, &f);
    assert_int_equal(f.count, 0); /* it was told */
}

static void adds_both_families_under_one_name(void **state)
{
    struct watch_protocol *p = fresh();
    struct figures f = { .count = 0 };

    (void)state;
    for (int i = 0; i < 2; i++) {
        protocol_take(p, i ? "Udp: RcvbufErrors\nUdp: 7\n" : "Udp: RcvbufErrors\nUdp: 0\n");
        protocol_take(p,
                      i ? "Ip6InReceives  \t99\nUdp6RcvbufErrors   \t4\n" : "Udp6RcvbufErrors 1\n");
    }
    protocol_tell(p, &f);
    assert_true(told_of(&f, "udp_rcvbuf_errors", "") == 10);
    assert_int_equal(f.count, 1);
}

static void columns_that_move_are_found_again(void **state)
{
    struct watch_protocol *p = fresh();
    struct figures f = { .count = 0 };

    (void)state;
    protocol_take(p, "TcpExt: A TCPTimeouts\nTcpExt: 100 5\n");
    protocol_take(p, "TcpExt: TCPTimeouts AB\nTcpExt: 6 100\n");
    protocol_tell(p, &f);
    assert_true(told_of(&f, "tcp_timeouts", "") == 1);
}

static void a_group_of_the_same_name_in_another_is_not_mixed_up(void **state)
{
    struct watch_protocol *p = fresh();
    struct figures f = { .count = 0 };

    (void)state;
    for (int i = 0; i < 2; i++) /* UdpLite has the names that Udp has */
        protocol_take(p, i ? "UdpLite: RcvbufErrors\nUdpLite: 50\n"
                           : "UdpLite: RcvbufErrors\nUdpLite: 0\n");
    protocol_tell(p, &f);
    assert_int_equal(f.count, 0);
}

static void survives_any_text(void **state)
{
    static const char *const bad[] = { "",
                                       "\n\n",
                                       "Udp:",
                                       "Udp:\nUdp:\n",
                                       "Udp: RcvbufErrors\n",
                                       "Udp: RcvbufErrors\nTcp: 5\n",
                                       "Udp: RcvbufErrors\nUdp: x\n",
                                       "Udp: RcvbufErrors\nUdp: 99999999999999999999999\n",
                                       "Udp6RcvbufErrors",
                                       "Udp6RcvbufErrors x\n",
                                       ": :\n: :\n",
                                       "Ip: InDiscards\nIp: \nIpExt: InCEPkts\nIpExt:" };
    struct watch_protocol *p = fresh();
    struct figures f = { .count = 0 };
    static char wide[8192] = "Udp:";

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        protocol_take(p, bad[i]);
    for (size_t len = 4; len + 4 < sizeof wide; len += 2)
        memcpy(wide + len, " a", 3);
    memcpy(wide + sizeof wide - 4, "\nU", 3);
    protocol_take(p, wide);
    protocol_tell(p, &f);
}

static void each_counter_of_the_table_is_found(void **state)
{
    struct watch_protocol *p = fresh();

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        for (int value = 1; value < 3; value++) {
            struct figures f = { .count = 0 };
            char text[200];

            if (rows[i].group)
                snprintf(text, sizeof text, "%s %s\n%s %d\n", rows[i].group, rows[i].name,
                         rows[i].group, value);
            else
                snprintf(text, sizeof text, "%s %d\n", rows[i].name, value);
            protocol_take(p, text);
            protocol_tell(p, &f);
            assert_int_equal(f.count, value - 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_columns_by_their_names),
        cmocka_unit_test(adds_both_families_under_one_name),
        cmocka_unit_test(columns_that_move_are_found_again),
        cmocka_unit_test(a_group_of_the_same_name_in_another_is_not_mixed_up),
        cmocka_unit_test(survives_any_text),
        cmocka_unit_test(each_counter_of_the_table_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
