/* SPDX-License-Identifier: Apache-2.0
 *
 * The probe's lines to its controller.  After POLLOUT a pipe takes PIPE_BUF bytes without
 * blocking, so a controller that has stopped to read can never hold the probe in write().
 */
#include "output.h"

#include "../protocol.h"
#include "clock.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

void output_begin(struct json_writer *w, char *buf, size_t size, const char *event)
{
    json_begin(w, buf, size);
    json_add_text(w, "ev", event);
}

static int write_part(int fd, const char *data, size_t len)
{
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    ssize_t n;

    if (poll(&p, 1, (int)(PROBE_SILENCE_NS / NS_PER_MS)) <= 0 || !(p.revents & POLLOUT))
        return -EPIPE;
    n = write(fd, data, len > PIPE_BUF ? PIPE_BUF : len);
    return n > 0 ? (int)n : n < 0 && errno == EINTR ? 0 : -EPIPE;
}

void output_send(struct output *o, struct json_writer *w)
{
    size_t len = json_end(w), done = 0;

    pthread_mutex_lock(&o->lock);
    while (done < len && o->fd >= 0) {
        int n = write_part(o->fd, w->buf + done, len - done);

        if (n < 0)
            o->fd = -1; /* the end of stdin will end the probe; until then it is silent */
        else
            done += (size_t)n;
    }
    pthread_mutex_unlock(&o->lock);
}

void output_text(struct output *o, const char *event, const char *text)
{
    char buf[2048];
    struct json_writer w;

    output_begin(&w, buf, sizeof buf, event);
    json_add_text(&w, "text", text);
    output_send(o, &w);
}

void output_error(struct output *o, const struct vmtp_error *err)
{
    char buf[4096];
    struct json_writer w;

    output_begin(&w, buf, sizeof buf, "error");
    json_add_uint(&w, "errno", (uint64_t)(err->code < 0 ? -err->code : EIO));
    json_add_text(&w, "text", err->text);
    output_send(o, &w);
}
