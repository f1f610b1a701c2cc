/* SPDX-License-Identifier: Apache-2.0
 *
 * rtnetlink's answers in vmtp-probe: an interface, its queueing discipline, and answers that are
 * cut or lie about their lengths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/tools/native/probe/link.c"
#include "../../plugins/tools/native/probe/netlink.c"
#include "../../plugins/tools/native/probe/queue.c"

#include <net/if.h>

/* An answer that is being written. */
struct answer {
    size_t len;
    unsigned char byte[512] __attribute__((aligned(8)));
};

static void answer_begin(struct answer *a, uint16_t type, size_t fixed)
{
    struct nlmsghdr h = { .nlmsg_type = type };

    memset(a, 0, sizeof *a);
    memcpy(a->byte, &h, sizeof h);
    a->len = NLMSG_LENGTH(fixed);
}

static size_t attribute_begin(struct answer *a, unsigned type)
{
    struct rtattr head = { .rta_type = (unsigned short)type };
    size_t at = a->len;

    memcpy(a->byte + at, &head, sizeof head);
    a->len += sizeof head;
    return at;
}

static void attribute_end(struct answer *a, size_t at)
{
    unsigned short len = (unsigned short)(a->len - at);

    memcpy(a->byte + at, &len, sizeof len);
    a->len = RTA_ALIGN(a->len);
}

static void add(struct answer *a, unsigned type, const void *data, size_t len)
{
    size_t at = attribute_begin(a, type);

    memcpy(a->byte + a->len, data, len);
    a->len += len;
    attribute_end(a, at);
}

static void answer_end(struct answer *a)
{
    uint32_t len = (uint32_t)a->len;

    memcpy(a->byte, &len, sizeof len);
}

static void tbf_answer(struct answer *a)
{
    struct gnet_stats_queue q = { .qlen = 3, .backlog = 4500, .drops = 4000000000u };
    struct tcmsg fixed = { .tcm_handle = 0x80010000 };
    size_t at;

    answer_begin(a, RTM_NEWQDISC, sizeof fixed);
    memcpy(a->byte + NLMSG_HDRLEN, &fixed, sizeof fixed);
    add(a, TCA_KIND, "tbf", 4);
    at = attribute_begin(a, TCA_STATS2 | NLA_F_NESTED);
    add(a, TCA_STATS_BASIC, &(uint64_t[]){ 1, 2 }, 16);
    add(a, TCA_STATS_QUEUE, &q, sizeof q);
    attribute_end(a, at);
    answer_end(a);
}

static void reads_what_a_queue_dropped(void **state)
{
    struct queue_drops q;
    struct answer a;

    (void)state;
    tbf_answer(&a);
    queue_drops_take(a.byte, a.len, &q);
    assert_true(q.known);
    assert_string_equal(q.kind, "tbf");
    assert_int_equal(q.handle, 0x80010000);
    assert_true(q.dropped == 4000000000u);
}

static void reads_what_an_interface_is(void **state)
{
    struct link_name l;
    struct answer a;
    size_t at;

    (void)state;
    answer_begin(&a, RTM_NEWLINK, sizeof(struct ifinfomsg));
    add(&a, IFLA_IFNAME, "veth-0", 7);
    at = attribute_begin(&a, IFLA_LINKINFO | NLA_F_NESTED);
    add(&a, IFLA_INFO_KIND, "veth", 4); /* some drivers write no NUL */
    attribute_end(&a, at);
    answer_end(&a);
    link_name_take(a.byte, a.len, &l);
    assert_true(l.known);
    assert_string_equal(l.name, "veth-0");
    assert_string_equal(l.kind, "veth");
}

/* Exact copies, so that a sanitizer sees a byte too many. */
static void take_copy(const struct answer *a, size_t len)
{
    unsigned char *copy = malloc(len ? len : 1);
    struct queue_drops q;
    struct link_name l;

    assert_non_null(copy);
    memcpy(copy, a->byte, len);
    queue_drops_take(copy, len, &q);
    link_name_take(copy, len, &l);
    assert_false(l.known);
    if (len < a->len)
        assert_false(q.known);
    free(copy);
}

static void an_answer_that_was_cut_tells_nothing(void **state)
{
    struct answer a;

    (void)state;
    tbf_answer(&a);
    for (size_t len = 0; len <= a.len; len++)
        take_copy(&a, len);
}

static void lengths_that_lie_are_not_followed(void **state)
{
    static const unsigned short lies[] = { 0, 1, 3, 4, 5, 255, 65535 };
    struct answer a, bad;

    (void)state;
    tbf_answer(&a);
    for (size_t at = NLMSG_LENGTH(0); at + 2 <= a.len; at += 2)
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
            unsigned char *copy = malloc(a.len);
            struct queue_drops q;

            bad = a;
            memcpy(bad.byte + at, &lies[i], sizeof lies[i]);
            assert_non_null(copy);
            memcpy(copy, bad.byte, a.len);
            queue_drops_take(copy, a.len, &q);
            assert_true(strlen(q.kind) < sizeof q.kind);
            free(copy);
        }
}

static void an_attribute_that_is_longer_than_the_answer_is_none(void **state)
{
    unsigned short len = 4000;
    struct queue_drops q;
    struct answer a;

    (void)state;
    tbf_answer(&a);
    memcpy(a.byte + NLMSG_LENGTH(sizeof(struct tcmsg)) + RTA_SPACE(4), &len, sizeof len);
    queue_drops_take(a.byte, a.len, &q);
    assert_string_equal(q.kind, "tbf");
    assert_false(q.known);
}

static void an_error_is_no_answer(void **state)
{
    struct queue_drops q;
    struct link_name l;
    struct answer a;

    (void)state;
    answer_begin(&a, NLMSG_ERROR, sizeof(struct nlmsgerr));
    answer_end(&a);
    queue_drops_take(a.byte, a.len, &q);
    link_name_take(a.byte, a.len, &l);
    assert_false(q.known);
    assert_false(l.known);
}

static void knows_which_queues_tell_the_sender(void **state)
{
    (void)state;
    assert_true(queue_tells("tbf"));
    assert_true(queue_tells("pfifo_fast"));
    assert_true(queue_tells("noqueue"));
    assert_false(queue_tells("fq_codel"));
    assert_false(queue_tells("mq"));
    assert_false(queue_tells(""));
}

static void asks_this_machines_kernel(void **state)
{
    struct queue_drops q;
    struct link_name l;

    (void)state;
    link_name_read((int)if_nametoindex("lo"), &l);
    assert_true(l.known);
    assert_string_equal(l.name, "lo");
    queue_drops_read((int)if_nametoindex("lo"), &q); /* a loopback that is down has no queue */
    link_name_read(0, &l);
    queue_drops_read(0, &q);
    assert_false(l.known || q.known);
    queue_drops_read(0x7fffffff, &q);
    assert_false(q.known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_a_queue_dropped),
        cmocka_unit_test(reads_what_an_interface_is),
        cmocka_unit_test(an_answer_that_was_cut_tells_nothing),
        cmocka_unit_test(lengths_that_lie_are_not_followed),
        cmocka_unit_test(an_attribute_that_is_longer_than_the_answer_is_none),
        cmocka_unit_test(an_error_is_no_answer),
        cmocka_unit_test(knows_which_queues_tell_the_sender),
        cmocka_unit_test(asks_this_machines_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
