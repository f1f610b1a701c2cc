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
#include "../../plugins/tools/native/probe/netlink.c"
#include "../../plugins/tools/native/probe/proc_net.c"
#include "../../plugins/tools/native/probe/queue.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_device.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_qdisc.c"

/* A dump's answer with its statistics nested as the kernel does: drops 5. */
struct answer {
    struct nlmsghdr header;
    struct tcmsg tc;
    struct rtattr outer;
    struct rtattr basic_head;
    uint32_t basic[4];
    struct rtattr queue_head;
    struct gnet_stats_queue queue;
};

static struct answer answer_make(uint32_t parent)
{
    struct answer a = { .header = { .nlmsg_len = sizeof a, .nlmsg_type = RTM_NEWQDISC },
                        .tc = { .tcm_ifindex = 3, .tcm_parent = parent },
                        .queue = { .drops = 5, .qlen = 1 } };

    a.basic_head = (struct rtattr){ sizeof a.basic_head + sizeof a.basic, TCA_STATS_BASIC };
    a.queue_head = (struct rtattr){ sizeof a.queue_head + sizeof a.queue, TCA_STATS_QUEUE };
    a.outer = (struct rtattr){ (unsigned short)(sizeof a - offsetof(struct answer, outer)),
                               TCA_STATS2 | NLA_F_NESTED };
    return a;
}

/* What is said of interface 3 by the first len bytes of a datagram of the dump. */
static struct drops said(const void *datagram, size_t len)
{
    static struct watch_device w = { .count = 2, .device = { { .index = 0 }, { .index = 3 } } };
    struct watch_qdisc q = { .seq = 0 };
    struct drops drops[2] = { { .root = false } };
    void *exact = malloc(len ? len : 1); /* so that a sanitizer sees reads beyond it */

    assert_non_null(exact);
    memcpy(exact, datagram, len);
    assert_true(answers_take(&q, exact, len, &w, drops));
    assert_false(drops[0].root || drops[0].ingress);
    free(exact);
    return drops[1];
}

static void finds_the_drops(void **state)
{
    struct answer both[] = { answer_make(TC_H_ROOT), answer_make(TC_H_INGRESS) };
    struct drops drops;

    (void)state;
    both[1].queue.drops = 7;
    drops = said(both, sizeof both);
    assert_true(drops.root && drops.ingress);
    assert_int_equal(drops.root_dropped, 5);
    assert_int_equal(drops.ingress_dropped, 7);
    drops = said(both, sizeof both[0]);
    assert_true(drops.root && !drops.ingress);
}

static void an_answer_cut_at_any_length_is_survived(void **state)
{
    struct answer a = answer_make(TC_H_ROOT);

    (void)state;
    for (size_t len = 0; len < sizeof a; len++) {
        assert_false(said(&a, len).root);
        a.header.nlmsg_len = (uint32_t)len;
        if (len >= sizeof a.header)
            assert_false(said(&a, len).root);
        a.header.nlmsg_len = sizeof a;
    }
}

static void lengths_that_lie_are_survived(void **state)
{
    (void)state;
    for (unsigned lie = 0; lie < 8; lie++) {
        struct answer a = answer_make(TC_H_ROOT);

        if (lie & 1)
            a.outer.rta_len = 65535;
        if (lie & 2)
            a.basic_head.rta_len = 0;
        if (lie & 4)
            a.queue_head.rta_len = 4;
        assert_int_equal(said(&a, sizeof a).root, lie == 0);
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
