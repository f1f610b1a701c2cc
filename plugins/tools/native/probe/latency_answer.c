/* SPDX-License-Identifier: Apache-2.0
 *
 * The answering end of a latency trial: each whole request gets a response that begins with the
 * request's header.  Runs until it is stopped; a connection that the asking end has closed is
 * its end too.  [job]
 */
#include "clock.h"
#include "meter.h"
#include "payload.h"
#include "socket.h"

#include <endian.h>
#include <poll.h>

#include "../protocol.h"

struct answerer {
    struct job *j;
    int fd;
    bool spin;
    char *rx, *tx;
    size_t have;
    uint64_t answers;
    struct meter meter;
};

/* Blocks at most 20 ms at a time, whatever the receiving side does. */
static int answer(struct answerer *a)
{
    const struct params *p = &a->j->t->p;
    size_t done = 0;

    memcpy(a->tx, a->rx, sizeof(struct packet_header));
    a->answers++;
    while (done < p->response && !trial_stopped(a->j->t)) {
        ssize_t n = send(a->fd, a->tx + done, p->response - done, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n >= 0) {
            done += (size_t)n;
        } else if (p->udp) {
            return 0; /* lost: the asking end will see it */
        } else if (errno == EAGAIN) {
            struct pollfd poll_fd = { .fd = a->fd, .events = POLLOUT };

            poll(&poll_fd, 1, 20);
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

static bool is_request(const struct answerer *a, ssize_t n)
{
    struct packet_header h;

    memcpy(&h, a->rx, sizeof h);
    return n >= (ssize_t)sizeof h && be64toh(h.token) == a->j->t->p.token &&
           be64toh(h.seq) >> PACKET_PHASE_SHIFT != PHASE_HELLO;
}

/* 1: goes on; 0: the connection is gone; or a negative errno. */
static int answer_next(struct answerer *a)
{
    const struct params *p = &a->j->t->p;
    ssize_t n = recv(a->fd, a->rx + a->have, p->request - a->have, a->spin ? MSG_DONTWAIT : 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR || (p->udp && errno == ECONNREFUSED)))
        return 1;
    if (n < 0 || (!n && !p->udp))
        return 0;
    if (p->udp)
        return is_request(a, n) ? (answer(a), 1) : 1;
    a->have += (size_t)n;
    if (a->have < p->request)
        return 1;
    a->have = 0;
    return answer(a) < 0 ? 0 : 1;
}

static void send_result(const struct answerer *a)
{
    char buf[512];
    struct json_writer w;

    result_begin(&w, buf, sizeof buf, a->j, &a->meter);
    json_add_uint(&w, "answers", a->answers);
    output_send(a->j->t->out, &w);
}

int latency_answer(struct job *j)
{
    const struct params *p = &j->t->p;
    struct answerer a = { .j = j, .fd = j->fd[0], .spin = p->wait == WAIT_SPIN };

    a.rx = payload_make(p->request);
    a.tx = payload_make(p->response);
    if (!a.rx || !a.tx) {
        payload_free(a.rx, p->request);
        payload_free(a.tx, p->response);
        return vmtp_fail(&j->err, -ENOMEM, "out of memory");
    }
    if (!a.spin)
        socket_block(a.fd);
    meter_begin(&a.meter, clock_now(), clock_now());
    while (!trial_stopped(j->t) && answer_next(&a) > 0)
        ;
    meter_end(&a.meter, clock_now());
    send_result(&a);
    payload_free(a.rx, p->request);
    payload_free(a.tx, p->response);
    return 0;
}
