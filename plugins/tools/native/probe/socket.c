/* SPDX-License-Identifier: Apache-2.0
 *
 * Socket options.  Buffers are forced over rmem_max and wmem_max where the probe may
 * (CAP_NET_ADMIN), else they are what the sysctls allow.
 */
#include "socket.h"

#include "../protocol.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef IP_MTU
#define IP_MTU 14 /* linux/in.h, which does not go with netinet/in.h */
#endif

#define UDP_SEND_BYTES    (4u << 20)
#define UDP_RECEIVE_BYTES (32u << 20) /* the kernel doubles it, for its own overhead */
#define MANY_CONNECTIONS  32          /* from here on kernel memory is what grows */
#define BLOCK_US          20000

static int parse_ipv6(struct address *a, const char *text, uint16_t port)
{
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->ss;
    const char *scope = strchr(text, '%');
    char host[INET6_ADDRSTRLEN];
    size_t len = scope ? (size_t)(scope - text) : strlen(text);

    if (len >= sizeof host)
        return -EINVAL;
    memcpy(host, text, len);
    host[len] = 0;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    if (inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
        return -EINVAL;
    if (scope)
        in6->sin6_scope_id = if_nametoindex(scope + 1);
    a->len = sizeof *in6;
    return scope && !in6->sin6_scope_id ? -ENODEV : 0;
}

int address_parse(struct address *a, const char *text, uint16_t port, struct vmtp_error *err)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&a->ss;
    int r;

    memset(a, 0, sizeof *a);
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        a->len = sizeof *in;
        return 0;
    }
    r = parse_ipv6(a, text, port);
    return r ? vmtp_fail(err, r, "'%.60s' is not a numeric address: %s", text, strerror(-r)) : 0;
}

void address_any(struct address *a, int family, uint16_t port)
{
    memset(a, 0, sizeof *a);
    a->ss.ss_family = (sa_family_t)family;
    a->len = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    address_set_port(a, port);
}

void address_set_port(struct address *a, uint16_t port)
{
    if (a->ss.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
}

uint16_t address_port(const struct address *a)
{
    return ntohs(a->ss.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&a->ss)->sin6_port
                                             : ((const struct sockaddr_in *)&a->ss)->sin_port);
}

static int set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

static void set_buffer(int fd, int force, int plain, uint64_t bytes)
{
    if (bytes && set(fd, SOL_SOCKET, force, (int)bytes) < 0)
        (void)set(fd, SOL_SOCKET, plain, (int)bytes);
}

static uint64_t at_least(uint64_t bytes, uint64_t least)
{
    return bytes > least ? bytes : least;
}

static void set_buffers(int fd, const struct params *p)
{
    uint64_t tx = p->send_buffer, rx = p->receive_buffer, n = p->connections;

    if (p->udp && !tx)
        tx = at_least(UDP_SEND_BYTES / n, 256u << 10);
    if (p->udp && !rx)
        rx = at_least(UDP_RECEIVE_BYTES / n, 256u << 10);
    if (!p->udp && !tx && n >= MANY_CONNECTIONS)
        tx = at_least((8u << 20) / n, 128u << 10);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, tx);
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, rx);
}

static int set_tcp(int fd, const struct params *p, struct vmtp_error *err)
{
    uint64_t rate = p->rate_bps / 8 / p->connections;
    int r = 0;

    if (p->congestion[0] &&
        setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, p->congestion, strlen(p->congestion)) < 0)
        return vmtp_fail(err, -errno, "congestion control '%s': %s%s", p->congestion,
                         errno == ENOENT ? "this kernel does not have it" : strerror(errno),
                         errno == EPERM ? "; allow it in net.ipv4.tcp_allowed_congestion_control"
                                        : "");
    if (p->mss)
        r = set(fd, IPPROTO_TCP, TCP_MAXSEG, (int)p->mss);
    if (r)
        return vmtp_fail(err, r, "mss %d: %s", (int)p->mss, strerror(-r));
    if (p->latency)
        r = set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (!r && p->rate_bps && !p->latency &&
        setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof rate) < 0)
        r = -errno;
    return r ? vmtp_fail(err, r, "socket options: %s", strerror(-r)) : 0;
}

static int set_common(int fd, const struct params *p, int family, struct vmtp_error *err)
{
    int r = 0, tos = (int)p->dscp << 2;

    if (family == AF_INET6)
        r = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (!r && tos)
        r = family == AF_INET6 ? set(fd, IPPROTO_IPV6, IPV6_TCLASS, tos)
                               : set(fd, IPPROTO_IP, IP_TOS, tos);
    if (r)
        return vmtp_fail(err, r, "dscp %d: %s", (int)p->dscp, strerror(-r));
    set_buffers(fd, p);
    return p->udp ? 0 : set_tcp(fd, p, err);
}

int socket_open(const struct params *p, int family, struct vmtp_error *err)
{
    int type = (p->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd = socket(family, type, 0), r;

    if (fd < 0)
        return vmtp_fail(err, -errno, "socket: %s", strerror(errno));
    r = set_common(fd, p, family, err);
    if (r) {
        close(fd);
        return r;
    }
    return fd;
}

void socket_block(int fd)
{
    struct timeval tv = { 0, BLOCK_US };
    int flags = fcntl(fd, F_GETFL);

    (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
}

void socket_abort_on_close(int fd)
{
    struct linger linger = { 1, 0 };

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

uint32_t socket_mtu(int fd)
{
    int value = 0, family = 0;
    socklen_t len = sizeof family;

    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) < 0)
        return 0;
    len = sizeof value;
    if (family == AF_INET6)
        return getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &value, &len) < 0 ? 0 : (uint32_t)value;
    return getsockopt(fd, IPPROTO_IP, IP_MTU, &value, &len) < 0 ? 0 : (uint32_t)value;
}
