/* SPDX-License-Identifier: Apache-2.0
 *
 * Talking to the kernel over netlink: the socket.  See netlink.h.
 *
 * Of libmnl only what works on memory of the caller is used.
 */
#include "netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_DEADLINE_MS                                                                         \
    10000 /* the kernel's: netlink answers at once or after a module loads                         \
           */

int netlink_open(struct netlink *netlink, int protocol)
{
    const int on = 1;

    netlink->seq = 0;
    netlink->detail[0] = '\0';
    netlink->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (netlink->fd < 0)
        return -errno;
    /* Linux 4.12 and 4.3; without them errors are only less well explained. */
    setsockopt(netlink->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    setsockopt(netlink->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    return 0;
}

void netlink_close(struct netlink *netlink)
{
    if (netlink->fd >= 0)
        close(netlink->fd);
    netlink->fd = -1;
}

void *netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, size_t extra)
{
    memset(request->buffer, 0, sizeof request->buffer);
    request->header = mnl_nlmsg_put_header(request->buffer);
    request->header->nlmsg_type = type;
    request->header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
    return mnl_nlmsg_put_extra_header(request->header, extra);
}

/* The kernel's own words follow its copy of the request's header (NETLINK_CAP_ACK). */
static void detail_take(struct netlink *netlink, const struct nlmsghdr *header)
{
    const struct nlmsgerr *answer = mnl_nlmsg_get_payload(header);
    size_t offset = sizeof *answer;
    const struct nlattr *attr;

    netlink->detail[0] = '\0';
    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
        return;
    if (!(header->nlmsg_flags & NLM_F_CAPPED))
        offset += MNL_ALIGN(answer->msg.nlmsg_len - sizeof answer->msg);
    mnl_attr_for_each(attr, header, (unsigned int)offset)
    {
        size_t len = mnl_attr_get_payload_len(attr);

        if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG || len == 0)
            continue;
        if (len > sizeof netlink->detail)
            len = sizeof netlink->detail;
        memcpy(netlink->detail, mnl_attr_get_payload(attr), len);
        netlink->detail[len - 1] = '\0';
    }
}

static ssize_t answer_receive(struct netlink *netlink, void *buffer, size_t size)
{
    struct pollfd ready = { .fd = netlink->fd, .events = POLLIN };
    ssize_t n;
    int r = poll(&ready, 1, ANSWER_DEADLINE_MS);

    if (r == 0)
        return -ETIMEDOUT;
    do
        n = recv(netlink->fd, buffer, size, 0);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/* Reads until the acknowledgement of last_seq, or an error of any request, is there. */
static int answer_wait(struct netlink *netlink, uint32_t last_seq)
{
    char buffer[8192] __attribute__((aligned(16)));

    for (;;) {
        ssize_t n = answer_receive(netlink, buffer, sizeof buffer);
        const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;

        if (n < 0)
            return (int)n;
        for (int left = (int)n; mnl_nlmsg_ok(header, left);
             header = mnl_nlmsg_next(header, &left)) {
            const struct nlmsgerr *answer = mnl_nlmsg_get_payload(header);

            if (header->nlmsg_type != NLMSG_ERROR)
                continue;
            if (answer->error)
                detail_take(netlink, header);
            if (answer->error || header->nlmsg_seq == last_seq)
                return answer->error;
        }
    }
}

int netlink_send_batch(struct netlink *netlink, const void *batch, size_t len, uint32_t last_seq)
{
    ssize_t n;

    netlink->detail[0] = '\0';
    do
        n = send(netlink->fd, batch, len, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return answer_wait(netlink, last_seq);
}

int netlink_call(struct netlink *netlink, struct netlink_request *request)
{
    request->header->nlmsg_seq = ++netlink->seq;
    return netlink_send_batch(netlink, request->header, request->header->nlmsg_len,
                              request->header->nlmsg_seq);
}
