/* SPDX-License-Identifier: Apache-2.0
 *
 * rtnetlink: questions to the kernel's configuration of the network, which it answers to everyone,
 * and what its answers are made of.  An answer that was cut or lies about its lengths is never
 * followed beyond its end.  A question takes the kernel's RTNL lock, which others may hold for
 * long. [any thread]
 */
#ifndef PROBE_NETLINK_H
#define PROBE_NETLINK_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_question {
    struct nlmsghdr header;
    union {
        struct ifinfomsg link;
        struct rtmsg route;
        struct tcmsg queue;
    };
    char attributes[64];
};

/* A socket; -1: none. */
int netlink_open(void);
/* One question with one answer, which is the caller's to free, and its length; NULL: there is
 * nothing to tell. */
void *netlink_ask(const struct netlink_question *, size_t *ret_len);

/* ---- answers; pure ---- */

struct attributes {
    const char *at;
    size_t left;
};

struct attribute {
    unsigned type;
    const void *data; /* in the answer */
    size_t len;
};

/* The attributes behind a message's fixed part of that size, which is copied to ret_fixed; false:
 * it is another message, or was cut. */
bool message_open(const void *answer, size_t len, uint16_t type, void *ret_fixed, size_t fixed,
                  struct attributes *ret);
/* The next one; false: there is none that is whole. */
bool attribute_next(struct attributes *, struct attribute *ret);
struct attributes attributes_within(const struct attribute *);
/* With a NUL; what is too long is cut. */
void attribute_text(const struct attribute *, char *to, size_t size);

#endif
