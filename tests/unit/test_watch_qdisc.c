/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe watch: what queueing disciplines dropped, over rtnetlink.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/watch_device.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_file.c"
#include "../../plugins/tools/native/probe/watch_qdisc.c"

/* An answer with its statistics nested as the kernel does: drops 5. */
struct answer {
    struct tcmsg tc;
    struct rtattr outer;
    struct rtattr basic_head;
    uint32_t basic[4];
    struct rtattr queue_head;
    struct gnet_stats_queue queue;
};

static struct answer answer_make(void)
{
    struct answer a = { .queue = { .drops = 5, .qlen = 1 } };

    a.basic_head = (struct rtattr){ sizeof a.basic_head + sizeof a.basic, TCA_STATS_BASIC };
    a.queue_head = (struct rtattr){ sizeof a.queue_head + sizeof a.queue, TCA_STATS_QUEUE };
    a.outer = (struct rtattr){ (unsigned short)(sizeof a - offsetof(struct answer, outer)),
                               TCA_STATS2 | NLA_F_NESTED };
    return a;
}

static void finds_the_drops(void **state)
{
    struct answer a = answer_make();
    uint64_t dropped = 0;

    (void)state;
    assert_true(qdisc_parse(&a, sizeof a, &dropped));
    assert_int_equal(dropped, 5);
}

static void an_answer_cut_at_any_length_is_survived(void **state)
{
    struct answer a = answer_make();
    uint64_t dropped = 0;

    (void)state;
    for (size_t len = 0; len < sizeof a; len++) {
        void *exact = malloc(len ? len : 1); /* so that a sanitizer sees reads beyond it */

        memcpy(exact, &a, len);
        assert_false(qdisc_parse(exact, len, &dropped));
        free(exact);
    }
}

static void lengths_that_lie_are_survived(void **state)
{
    uint64_t dropped = 0;

    (void)state;
    for (unsigned lie = 0; lie < 8; lie++) {
        struct answer a = answer_make();

        if (lie & 1)
            a.outer.rta_len = 65535;
        if (lie & 2)
            a.basic_head.rta_len = 0;
        if (lie & 4)
            a.queue_head.rta_len = 4;
        assert_int_equal(qdisc_parse(&a, sizeof a, &dropped), lie == 0);
    }
}

static void one_that_comes_later_begins_at_nothing(void **state)
{
    struct counter c = { 0 };

    (void)state;
    assert_int_equal(drops_moved(&c, true, 7), 0); /* dropped before the watch began */
    assert_int_equal(drops_moved(&c, true, 9), 2);
    assert_int_equal(drops_moved(&c, false, 9), 0); /* it is gone */
    assert_int_equal(drops_moved(&c, true, 3), 3);  /* another has come, and dropped three */
}

/* Real interfaces of this machine, whichever they are. */
static void asks_without_being_answered_more_than_it_can_take(void **state)
{
    static struct watch_device w;
    struct watch_qdisc q = { .fd = -1 };
    struct figures f = { .count = 0 };

    (void)state;
    for (int i = 0; i < 3; i++) {
        device_take(&w,
                    "lo: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
                    "none: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
                    "eth0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
                    &f);
        qdisc_take(&q, &w, &f);
    }
    if (q.fd >= 0)
        close(q.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_drops),
        cmocka_unit_test(an_answer_cut_at_any_length_is_survived),
        cmocka_unit_test(lengths_that_lie_are_survived),
        cmocka_unit_test(one_that_comes_later_begins_at_nothing),
        cmocka_unit_test(asks_without_being_answered_more_than_it_can_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
