/* SPDX-License-Identifier: Apache-2.0 */
#include "listen.h"

#include "../../common/clock.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (4 << 20)
#define AT_ONCE      1000 /* datagrams, before others have their turn */

/* ---- opening ---- */

static const char *place_of(const struct channel *channel)
{
    return *channel->group  ? channel->group
           : *channel->bind ? channel->bind
           : channel->ipv6  ? "::"
                            : "0.0.0.0";
}

static int address_find(const struct channel *channel, struct addrinfo **ret,
                        struct vmtp_error *err)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
                                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
    char service[8];

    snprintf(service, sizeof service, "%u", channel->port);
    if (getaddrinfo(place_of(channel), service, &hints, ret) != 0)
        return vmtp_fail(err, -EINVAL, "'%.60s' is no address to listen at: write a numeric one",
                         place_of(channel));
    return 0;
}

static int group_join(int fd, const struct addrinfo *group, unsigned int interface)
{
    if (group->ai_family == AF_INET6) {
        struct ipv6_mreq request = { .ipv6mr_interface = interface };

        request.ipv6mr_multiaddr =
            ((const struct sockaddr_in6 *)(const void *)group->ai_addr)->sin6_addr;
        return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request);
    }
    struct ip_mreqn request = { .imr_ifindex = (int)interface };

    request.imr_multiaddr = ((const struct sockaddr_in *)(const void *)group->ai_addr)->sin_addr;
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request);
}

/* A group's port may be shared, with the gmond of this machine too.  An address's port may not:
 * whoever binds it last would take what the other should get. */
static int fd_bind(int fd, const struct addrinfo *address, const struct channel *channel)
{
    unsigned int interface = *channel->interface ? if_nametoindex(channel->interface) : 0;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){ BUFFER_BYTES }, sizeof(int));
    if (*channel->interface && !interface)
        return -ENODEV;
    if (*channel->group)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    if (bind(fd, address->ai_addr, address->ai_addrlen) < 0)
        return -errno;
    if (*channel->group && group_join(fd, address, interface) < 0)
        return -errno;
    return 0;
}

static int bind_explain(const struct channel *channel, int code, struct vmtp_error *err)
{
    const char *mend = code == -EADDRINUSE ? ": is it gmond's? poll it, or let it send to another "
                                             "port too"
                       : code == -ENODEV && *channel->group ? ": give the interface"
                                                            : "";

    return vmtp_fail(err, code, "can't listen at %.60s port %u: %s%s", place_of(channel),
                     channel->port, strerror(-code), mend);
}

static int channel_open(const struct channel *channel, struct vmtp_error *err)
{
    struct addrinfo *address;
    int fd, r = address_find(channel, &address, err);

    if (r < 0)
        return r;
    fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    r = fd < 0 ? -errno : fd_bind(fd, address, channel);
    freeaddrinfo(address);
    if (r == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return bind_explain(channel, r, err);
}

int ears_open(struct ears *ears, const struct channel *channels, size_t count,
              struct vmtp_error *err)
{
    ears->count = 0;
    for (size_t i = 0; i < count; i++) {
        int fd = channel_open(&channels[i], err);

        if (fd < 0) {
            ears_close(ears);
            return fd;
        }
        ears->fds[ears->count++] = fd;
    }
    return 0;
}

void ears_close(struct ears *ears)
{
    while (ears->count > 0)
        close(ears->fds[--ears->count]);
}

/* ---- hearing ---- */

static void sender_name(const struct sockaddr_storage *sender, socklen_t len, char *ret,
                        size_t size)
{
    if (getnameinfo((const struct sockaddr *)sender, len, ret, (socklen_t)size, NULL, 0,
                    NI_NUMERICHOST) != 0)
        *ret = '\0';
    ret[strcspn(ret, "%")] = '\0'; /* the interface of a link-local one */
    if (strncmp(ret, "::ffff:", 7) == 0 && strchr(ret, '.'))
        memmove(ret, ret + 7, strlen(ret + 7) + 1);
}

static int fd_hear(int fd, void (*take)(void *arg, const struct message *, const char *sender),
                   void *arg)
{
    char room[MESSAGE_MAX], name[INET6_ADDRSTRLEN + 20];
    int n = 0;

    for (int i = 0; i < AT_ONCE; i++) {
        struct sockaddr_storage sender;
        socklen_t len = sizeof sender;
        struct message message;
        ssize_t got =
            recvfrom(fd, room, sizeof room, MSG_DONTWAIT, (struct sockaddr *)&sender, &len);

        if (got < 0)
            break;
        if (!message_read(room, (size_t)got, &message))
            continue;
        sender_name(&sender, len, name, sizeof name);
        take(arg, &message, name);
        n++;
    }
    return n;
}

int ears_hear(const struct ears *ears,
              void (*take)(void *arg, const struct message *message, const char *sender), void *arg)
{
    int n = 0;

    for (size_t i = 0; i < ears->count; i++)
        n += fd_hear(ears->fds[i], take, arg);
    return n;
}

int ears_wait(const struct ears *ears, uint64_t until_ns, int cancel_fd)
{
    struct pollfd ready[CHANNELS_MAX + 1] = { { .fd = cancel_fd, .events = POLLIN } };
    int n;

    for (size_t i = 0; i < ears->count; i++)
        ready[i + 1] = (struct pollfd){ .fd = ears->fds[i], .events = POLLIN };
    n = poll(ready, ears->count + 1, clock_wait_ms(until_ns));
    if (n > 0 && ready[0].revents)
        return -ECANCELED;
    return n > 0;
}
