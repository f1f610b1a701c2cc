/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests to the kernel for queueing disciplines: tbf and netem.  See shape.h.
 */
#include "shape.h"

#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define NETEM_HANDLE 0x10000u  /* 1: */
#define TBF_HANDLE   0x100000u /* 10: */
#define TICK_NS      64u       /* of the traffic control's old clock */

static uint32_t ticks(int64_t time_ns)
{
    uint64_t value = (uint64_t)time_ns / TICK_NS;

    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static struct nlmsghdr *qdisc_begin(struct netlink_request *request, uint32_t index,
                                    uint32_t parent, uint32_t handle, const char *kind)
{
    struct tcmsg *message =
        netlink_begin(request, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, sizeof *message);

    message->tcm_family = AF_UNSPEC;
    message->tcm_ifindex = (int)index;
    message->tcm_parent = parent;
    message->tcm_handle = handle;
    mnl_attr_put_strz(request->header, TCA_KIND, kind);
    return request->header;
}

int shape_impair(struct netlink *netlink, uint32_t index, const struct shape *shape)
{
    struct netlink_request request;
    struct nlmsghdr *header = qdisc_begin(&request, index, TC_H_ROOT, NETEM_HANDLE, "netem");
    struct tc_netem_qopt options = { .latency = ticks(shape->delay_ns),
                                     .jitter = ticks(shape->jitter_ns),
                                     .loss = shape->loss,
                                     .limit = shape->limit_packets };
    /* netem's attributes follow its struct inside of TCA_OPTIONS. */
    struct nlattr *nest = mnl_attr_nest_start(header, TCA_OPTIONS);

    memcpy(mnl_nlmsg_put_extra_header(header, sizeof options), &options, sizeof options);
    mnl_attr_put(header, TCA_NETEM_LATENCY64, sizeof shape->delay_ns, &shape->delay_ns);
    mnl_attr_put(header, TCA_NETEM_JITTER64, sizeof shape->jitter_ns, &shape->jitter_ns);
    mnl_attr_nest_end(header, nest);
    return netlink_call(netlink, &request);
}

int shape_limit(struct netlink *netlink, uint32_t index, const struct shape *shape, bool impaired)
{
    struct netlink_request request;
    uint32_t rate = shape->rate_bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)shape->rate_bytes;
    uint32_t parent = impaired ? NETEM_HANDLE | 1 : TC_H_ROOT;
    struct nlmsghdr *header = qdisc_begin(&request, index, parent, TBF_HANDLE, "tbf");
    struct tc_tbf_qopt options = { .rate = { .rate = rate, .linklayer = TC_LINKLAYER_ETHERNET },
                                   .limit = shape->limit_bytes };
    struct nlattr *nest = mnl_attr_nest_start(header, TCA_OPTIONS);

    mnl_attr_put(header, TCA_TBF_PARMS, sizeof options, &options);
    mnl_attr_put(header, TCA_TBF_BURST, sizeof shape->burst_bytes, &shape->burst_bytes);
    if (shape->rate_bytes > UINT32_MAX)
        mnl_attr_put(header, TCA_TBF_RATE64, sizeof shape->rate_bytes, &shape->rate_bytes);
    mnl_attr_nest_end(header, nest);
    return netlink_call(netlink, &request);
}
