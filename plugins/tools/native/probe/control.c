/* SPDX-License-Identifier: Apache-2.0
 *
 * The probe's conversation with its controller.  This thread only reads commands and answers
 * them; a trial has its own.  It is also the dead man's handle: when stdin ends, or when nothing
 * came for 3 s in a trial, the process exits on the spot, and the kernel resets its connections.
 */
#include "control.h"

#include "../protocol.h"
#include "clock.h"
#include "cpu.h"
#include "facts.h"
#include "sysfile.h"
#include "trial.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define FACTS_BYTES    16384

struct control {
    struct output out;
    struct trial *trial;
    char line[LINE_MAX_BYTES];
    size_t len;
    uint64_t heard_ns;
    bool told; /* to go: before that its controller may be waiting for other flows */
};

static void say_hello(struct control *c)
{
    char buf[512], boot[48];
    struct json_writer w;

    output_begin(&w, buf, sizeof buf, "hello");
    json_add_uint(&w, "protocol", PROBE_PROTOCOL);
    json_add_text(&w, "version", PROBE_VERSION);
    json_add_uint(&w, "cpus", cpu_count());
    /* Tells whether both ends share one machine's CPUs. */
    if (sysfile_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot))
        json_add_text(&w, "boot", boot);
    output_send(&c->out, &w);
}

static int on_setup(struct control *c, const struct json_object *o, struct vmtp_error *err)
{
    struct params p;
    int r = params_read(&p, o, err);

    c->trial = trial_free(c->trial);
    c->told = false;
    return r ? r : trial_start(&c->trial, &p, &c->out, err);
}

static int on_go(struct control *c, const struct json_object *o, struct vmtp_error *err)
{
    uint64_t delay_ns = 0, rtt_ns = 0;

    if (!c->trial)
        return vmtp_fail(err, -EPROTO, "go without a trial");
    if (json_uint(o, "delay_ns", 0, PROBE_DURATION_MAX, &delay_ns) ||
        json_uint(o, "rtt_ns", 0, PROBE_CONNECT_NS, &rtt_ns))
        return vmtp_fail(err, -EPROTO, "go needs delay_ns and rtt_ns");
    c->told = true;
    trial_go(c->trial, delay_ns, rtt_ns);
    return 0;
}

static int on_end(struct control *c, const struct json_object *o, struct vmtp_error *err)
{
    const char *dir = json_text(o, "dir");
    uint64_t sent;

    if (!c->trial || !dir || json_uint(o, "sent", 0, UINT64_MAX - 1, &sent))
        return vmtp_fail(err, -EPROTO, "end needs a trial, dir and sent");
    trial_set_sent(c->trial, strcmp(dir, "down") ? UP : DOWN, sent);
    return 0;
}

static void say(struct control *c, const char *event)
{
    char buf[64];
    struct json_writer w;

    output_begin(&w, buf, sizeof buf, event);
    output_send(&c->out, &w);
}

static void send_facts(struct control *c, const struct json_object *o)
{
    char *buf = malloc(FACTS_BYTES);
    struct json_writer w;

    if (!buf)
        return;
    output_begin(&w, buf, FACTS_BYTES, "facts");
    facts_add(&w, json_text(o, "address"));
    output_send(&c->out, &w);
    free(buf);
}

static int dispatch(struct control *c, const char *line, size_t len, struct vmtp_error *err)
{
    struct json_object o;
    const char *op;
    int r = json_parse(&o, line, len);

    op = r ? NULL : json_text(&o, "op");
    if (!op)
        return vmtp_fail(err, -EPROTO, "not a command: '%.60s'", line);
    if (!strcmp(op, "alive"))
        say(c, "alive");
    else if (!strcmp(op, "setup"))
        return on_setup(c, &o, err);
    else if (!strcmp(op, "go"))
        return on_go(c, &o, err);
    else if (!strcmp(op, "end"))
        return on_end(c, &o, err);
    else if (!strcmp(op, "facts"))
        send_facts(c, &o);
    else if (!strcmp(op, "stop")) {
        c->trial = trial_free(c->trial);
        say(c, "stopped");
    } else {
        return vmtp_fail(err, -EPROTO, "unknown command '%.40s'", op);
    }
    return 0;
}

static void take_line(struct control *c, const char *line, size_t len)
{
    struct vmtp_error err = { 0 };

    c->heard_ns = clock_now();
    if (dispatch(c, line, len, &err) < 0)
        output_error(&c->out, &err);
}

/* All whole lines in the buffer; what is left moves to its front. */
static void take_lines(struct control *c)
{
    char *from = c->line, *end = c->line + c->len, *newline;

    while ((newline = memchr(from, '\n', (size_t)(end - from)))) {
        *newline = 0;
        take_line(c, from, (size_t)(newline - from));
        from = newline + 1;
    }
    c->len = (size_t)(end - from);
    memmove(c->line, from, c->len);
}

/* True while there is a controller. */
static bool read_commands(struct control *c, int fd)
{
    ssize_t n = read(fd, c->line + c->len, sizeof c->line - 1 - c->len);

    if (n <= 0)
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    c->len += (size_t)n;
    take_lines(c);
    return c->len < sizeof c->line - 1; /* a longer line is no command of ours */
}

int control_run(int in_fd, int out_fd)
{
    static struct control c; /* one conversation in a process; too big for a stack */
    struct pollfd p = { .fd = in_fd, .events = POLLIN };

    pthread_mutex_init(&c.out.lock, NULL);
    c.out.fd = out_fd;
    say_hello(&c);
    for (;;) {
        int count = poll(&p, 1, 250);

        if (count > 0 && !read_commands(&c, in_fd))
            break;
        if (c.trial && clock_now() > c.heard_ns + (c.told ? PROBE_SILENCE_NS : PROBE_READY_NS)) {
            static const char text[] = "vmtp-probe: no word from the controller for 3 s\n";

            (void)!write(STDERR_FILENO, text, sizeof text - 1);
            _exit(3);
        }
    }
    _exit(0); /* no joining, no flushing: traffic ends now */
}
