/* SPDX-License-Identifier: Apache-2.0 */
#include "netlink.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES 65536 /* a link with many virtual functions is long */

int netlink_open(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

/* The kernel has answered when send() returns, and where there is nothing to tell it says
 * nothing. */
void *netlink_ask(const struct netlink_question *q, size_t *ret_len)
{
    void *answer = malloc(ANSWER_BYTES);
    int fd = netlink_open();
    ssize_t n = -1;

    if (answer && fd >= 0 && send(fd, q, q->header.nlmsg_len, 0) >= 0)
        n = recv(fd, answer, ANSWER_BYTES, MSG_DONTWAIT);
    if (fd >= 0)
        close(fd);
    if (n <= 0) {
        free(answer);
        return NULL;
    }
    *ret_len = (size_t)n;
    return answer;
}

bool message_open(const void *answer, size_t len, uint16_t type, void *ret_fixed, size_t fixed,
                  struct attributes *ret)
{
    size_t head = NLMSG_LENGTH(NLMSG_ALIGN(fixed));
    struct nlmsghdr h;

    if (len < head)
        return false;
    memcpy(&h, answer, sizeof h);
    if (h.nlmsg_type != type || h.nlmsg_len < head || h.nlmsg_len > len)
        return false;
    memcpy(ret_fixed, (const char *)answer + NLMSG_HDRLEN, fixed);
    *ret = (struct attributes){ (const char *)answer + head, h.nlmsg_len - head };
    return true;
}

bool attribute_next(struct attributes *list, struct attribute *ret)
{
    struct rtattr head;
    size_t whole;

    if (list->left < sizeof head)
        return false;
    memcpy(&head, list->at, sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > list->left)
        return false;
    *ret = (struct attribute){ head.rta_type & NLA_TYPE_MASK, list->at + RTA_LENGTH(0),
                               head.rta_len - RTA_LENGTH(0) };
    whole = RTA_ALIGN(head.rta_len);
    list->at += whole < list->left ? whole : list->left;
    list->left -= whole < list->left ? whole : list->left;
    return true;
}

struct attributes attributes_within(const struct attribute *a)
{
    return (struct attributes){ a->data, a->len };
}

void attribute_text(const struct attribute *a, char *to, size_t size)
{
    size_t len = a->len < size ? a->len : size - 1;

    memcpy(to, a->data, len);
    to[len] = 0;
}
