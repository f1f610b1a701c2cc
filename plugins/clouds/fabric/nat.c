/* SPDX-License-Identifier: Apache-2.0
 *
 * Floating addresses: see nat.h.
 *
 * As in Neutron's router, for each endpoint with fixed address F and floating address A:
 *     prerouting   ip daddr A                  dnat to F
 *     postrouting  ct status dnat, ip saddr F  snat to A
 * so a client that asks for a floating address is seen by the server under its own one.
 */
#include "nat.h"

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>
#include <stdlib.h>

#define TABLE        "floating"
#define PREROUTING   "prerouting"
#define POSTROUTING  "postrouting"
#define RULE_BYTES   1024 /* of one message, generously */
#define SADDR_OFFSET 12   /* in the IPv4 header */
#define DADDR_OFFSET 16

struct writer {
    char *buffer;
    size_t used;
    uint32_t seq;
};

static struct nlmsghdr *message_begin(struct writer *writer, uint16_t type, uint16_t flags)
{
    return nftnl_nlmsg_build_hdr(writer->buffer + writer->used, type, NFPROTO_IPV4, flags,
                                 ++writer->seq);
}

static void message_end(struct writer *writer, const struct nlmsghdr *header)
{
    writer->used += MNL_ALIGN(header->nlmsg_len);
}

static void write_bracket(struct writer *writer, bool begin)
{
    char *at = writer->buffer + writer->used;
    struct nlmsghdr *header =
        begin ? nftnl_batch_begin(at, ++writer->seq) : nftnl_batch_end(at, ++writer->seq);

    message_end(writer, header);
}

static int write_table(struct writer *writer)
{
    struct nftnl_table *table = nftnl_table_alloc();
    struct nlmsghdr *header;

    if (!table)
        return -ENOMEM;
    nftnl_table_set_str(table, NFTNL_TABLE_NAME, TABLE);
    header = message_begin(writer, NFT_MSG_NEWTABLE, NLM_F_CREATE);
    nftnl_table_nlmsg_build_payload(header, table);
    nftnl_table_free(table);
    message_end(writer, header);
    return 0;
}

static int write_chain(struct writer *writer, const char *name, uint32_t hook, int priority)
{
    struct nftnl_chain *chain = nftnl_chain_alloc();
    struct nlmsghdr *header;

    if (!chain)
        return -ENOMEM;
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, TABLE);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
    nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "nat");
    nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, hook);
    nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, priority);
    header = message_begin(writer, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    nftnl_chain_nlmsg_build_payload(header, chain);
    nftnl_chain_free(chain);
    message_end(writer, header);
    return 0;
}

/* A new expression of the rule, or NULL. */
static struct nftnl_expr *rule_expr(struct nftnl_rule *rule, const char *kind)
{
    struct nftnl_expr *expr = nftnl_expr_alloc(kind);

    if (expr)
        nftnl_rule_add_expr(rule, expr);
    return expr;
}

static bool rule_match_address(struct nftnl_rule *rule, uint32_t offset, struct in_addr address)
{
    struct nftnl_expr *load = rule_expr(rule, "payload");
    struct nftnl_expr *compare = rule_expr(rule, "cmp");

    if (!load || !compare)
        return false;
    nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
    nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
    nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_LEN, sizeof address);
    nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
    nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
    nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
    nftnl_expr_set(compare, NFTNL_EXPR_CMP_DATA, &address, sizeof address);
    return true;
}

/* Only connections that came in by a floating address. */
static bool rule_match_translated(struct nftnl_rule *rule)
{
    const uint32_t mask = IPS_DST_NAT, zero = 0;
    struct nftnl_expr *load = rule_expr(rule, "ct");
    struct nftnl_expr *bits = rule_expr(rule, "bitwise");
    struct nftnl_expr *compare = rule_expr(rule, "cmp");

    if (!load || !bits || !compare)
        return false;
    nftnl_expr_set_u32(load, NFTNL_EXPR_CT_KEY, NFT_CT_STATUS);
    nftnl_expr_set_u32(load, NFTNL_EXPR_CT_DREG, NFT_REG_1);
    nftnl_expr_set_u32(bits, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
    nftnl_expr_set_u32(bits, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
    nftnl_expr_set_u32(bits, NFTNL_EXPR_BITWISE_LEN, sizeof mask);
    nftnl_expr_set(bits, NFTNL_EXPR_BITWISE_MASK, &mask, sizeof mask);
    nftnl_expr_set(bits, NFTNL_EXPR_BITWISE_XOR, &zero, sizeof zero);
    nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
    nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_OP, NFT_CMP_NEQ);
    nftnl_expr_set(compare, NFTNL_EXPR_CMP_DATA, &zero, sizeof zero);
    return true;
}

static bool rule_translate(struct nftnl_rule *rule, uint32_t type, struct in_addr address)
{
    struct nftnl_expr *load = rule_expr(rule, "immediate");
    struct nftnl_expr *nat = rule_expr(rule, "nat");

    if (!load || !nat)
        return false;
    nftnl_expr_set_u32(load, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
    nftnl_expr_set(load, NFTNL_EXPR_IMM_DATA, &address, sizeof address);
    nftnl_expr_set_u32(nat, NFTNL_EXPR_NAT_TYPE, type);
    nftnl_expr_set_u32(nat, NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
    nftnl_expr_set_u32(nat, NFTNL_EXPR_NAT_REG_ADDR_MIN, NFT_REG_1);
    return true;
}

static bool rule_fill(struct nftnl_rule *rule, bool destination, const struct place *place)
{
    if (destination)
        return rule_match_address(rule, DADDR_OFFSET, place->floating) &&
               rule_translate(rule, NFT_NAT_DNAT, place->ip4);
    return rule_match_translated(rule) && rule_match_address(rule, SADDR_OFFSET, place->ip4) &&
           rule_translate(rule, NFT_NAT_SNAT, place->floating);
}

static int write_rule(struct writer *writer, bool destination, const struct place *place)
{
    struct nftnl_rule *rule = nftnl_rule_alloc();
    struct nlmsghdr *header;

    if (!rule)
        return -ENOMEM;
    nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, TABLE);
    nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, destination ? PREROUTING : POSTROUTING);
    nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_IPV4);
    if (!rule_fill(rule, destination, place)) {
        nftnl_rule_free(rule);
        return -ENOMEM;
    }
    header = message_begin(writer, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK);
    nftnl_rule_nlmsg_build_payload(header, rule);
    nftnl_rule_free(rule);
    message_end(writer, header);
    return 0;
}

static int write_all(struct writer *writer, const struct topology *topology)
{
    int r;

    write_bracket(writer, true);
    r = write_table(writer);
    if (r == 0)
        r = write_chain(writer, PREROUTING, NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST);
    if (r == 0)
        r = write_chain(writer, POSTROUTING, NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC);
    for (uint32_t i = 0; r == 0 && i < topology->place_count; i++) {
        if (!topology->places[i].floats)
            continue;
        r = write_rule(writer, true, &topology->places[i]);
        if (r == 0)
            r = write_rule(writer, false, &topology->places[i]);
    }
    return r;
}

int nat_make(const struct topology *topology, struct nat_batch *ret, struct vmtp_error *err)
{
    struct writer writer = { 0 };

    *ret = (struct nat_batch){ 0 };
    if (!topology->floats)
        return 0;
    writer.buffer = calloc(2 * (size_t)topology->place_count + 8, RULE_BYTES);
    if (!writer.buffer || write_all(&writer, topology) < 0) {
        free(writer.buffer);
        return vmtp_fail(err, -ENOMEM, "out of memory");
    }
    ret->last_seq = writer.seq;
    write_bracket(&writer, false);
    ret->data = writer.buffer;
    ret->len = writer.used;
    return 0;
}

void nat_free(struct nat_batch *batch)
{
    free(batch->data);
    *batch = (struct nat_batch){ 0 };
}

int nat_load(const struct nat_batch *batch, char detail[NETLINK_DETAIL])
{
    struct netlink netlink;
    int r = netlink_open(&netlink, NETLINK_NETFILTER);

    detail[0] = '\0';
    if (r < 0)
        return r;
    r = netlink_send_batch(&netlink, batch->data, batch->len, batch->last_seq);
    memcpy(detail, netlink.detail, sizeof netlink.detail);
    netlink_close(&netlink);
    return r;
}
