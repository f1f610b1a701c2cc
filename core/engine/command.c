/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include "../base/clock.h"
#include "fleet.h"
#include "process.h"

#include <limits.h>

#define LISTEN_NS    (10 * NS_PER_S)
#define LOOK_NS      (20 * NS_PER_MS) /* between looks at the endpoint's sockets */
#define WHOLE_MAX    (8 * 1024 * 1024)
#define SERVER_QUIET (100 * NS_PER_MS) /* for what it says of a client by itself */
#define SERVER_GRACE NS_PER_S          /* and when it is told to end */

/* One end of a trial. */
struct end {
    struct instance *tool;
    const struct vmtp_flow *flow;
    const struct vmtp_endpoint *endpoint;
    enum vmtp_role role;
    struct vmtp_argv argv;
    struct vmtp_process *process;
    struct buf whole;
    bool told;            /* parse() has all it needs, whatever the exit status */
    bool complained;      /* the last words are from stderr: nothing else is put in their place */
    char last_words[300]; /* for the error if it fails */
    char guard[PATH_MAX]; /* the probe's path at the endpoint */
};

static const struct vmtp_tool *tool_of(const struct end *end)
{
    return &end->tool->component->ops.tool;
}

static const struct vmtp_host *host_of(const struct end *end)
{
    return end->tool->self.host;
}

/* Under the probe's guard: a program that would go on when vmtp or the way to it is gone, does
 * not. */
static int end_spawn(struct end *end, struct vmtp_error *err)
{
    const char *argv[VMTP_ARGV_MAX + 4] = { end->guard, "guard", "--" };
    struct vmtp_spawn spawn = { .size = sizeof spawn, .argv = argv };
    const struct vmtp_host *host = host_of(end);
    struct vmtp_self *self = &end->tool->self;
    char local[PATH_MAX];
    int r = host->helper(self, "vmtp-probe", local, sizeof local, err);

    if (r == 0)
        r = host->put(self, end->endpoint, local, end->guard, sizeof end->guard, err);
    if (r < 0)
        return r;
    memcpy(argv + 3, end->argv.arg, (end->argv.count + 1) * sizeof *argv);
    argv[3] = context_program(self, end->endpoint, argv[3]);
    return host->spawn(self, end->endpoint, &spawn, &end->process, err);
}

static int end_start(struct end *end, const struct vmtp_trial *trial, struct vmtp_error *err)
{
    int r = tool_of(end)->command(&end->tool->self, end->flow, trial, end->role, &end->argv, err);

    if (r < 0)
        return r;
    if (end->argv.count > VMTP_ARGV_MAX)
        return vmtp_fail(err, -E2BIG, "command of more than %d words", VMTP_ARGV_MAX);
    end->argv.arg[end->argv.count] = NULL;
    return end->argv.count ? end_spawn(end, err) : 0;
}

static int end_parse(struct end *end, uint64_t time_ns, const char *text, struct vmtp_error *err)
{
    int r = tool_of(end)->parse(&end->tool->self, end->flow, end->role, time_ns, text, err);

    end->told |= r > 0;
    return r < 0 ? r : 0;
}

static void words_keep(struct end *end, const struct vmtp_line *line)
{
    bool complaint = line->fd != 1;

    if (!line->len || (!complaint && (end->complained || tool_of(end)->whole)))
        return;
    end->complained = complaint;
    snprintf(end->last_words, sizeof end->last_words, "%s", line->text);
}

static int end_take(struct end *end, const struct vmtp_line *line, struct vmtp_error *err)
{
    int r;

    words_keep(end, line);
    if (!tool_of(end)->whole)
        return end_parse(end, line->time_ns, line->text, err);
    if (line->fd != 1)
        return 0;
    r = buf_add(&end->whole, line->text, line->len);
    if (r == 0)
        r = buf_add(&end->whole, "\n", 1);
    return r < 0 ? vmtp_fail(err, r, "%s printed more than %d bytes", end->argv.arg[0], WHOLE_MAX)
                 : 0;
}

/* For a tool that wants it so: all that the end has printed. */
static int end_parse_whole(struct end *end, struct vmtp_error *err)
{
    if (!tool_of(end)->whole)
        return 0;
    return end_parse(end, clock_now_ns(), buf_text(&end->whole), err);
}

/* Read to the end of what it prints. */
static int end_drain(struct end *end, uint64_t deadline_ns, struct vmtp_error *err)
{
    struct vmtp_line line;
    int r;

    while ((r = host_of(end)->process_line(&end->tool->self, end->process, &line, deadline_ns,
                                           err)) > 0) {
        r = end_take(end, &line, err);
        if (r < 0)
            return r;
    }
    return r;
}

static int end_stop(struct end *end, uint64_t grace_ns, struct vmtp_error *err)
{
    struct vmtp_process *process = TAKE(end->process);

    return process ? host_of(end)->process_stop(&end->tool->self, process, grace_ns, err) : 0;
}

/* ---- is the server there? ---- */

struct look {
    uint32_t port;
    bool found;
};

/* /proc/net/tcp and its like: "  0: 00000000:1389 00000000:0000 0A ..."; 0A is LISTEN, 07 is a
 * UDP socket that is bound. */
static int look_line(void *arg, const struct vmtp_line *line)
{
    struct look *look = arg;
    unsigned port, state;

    if (sscanf(line->text, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port, &state) == 2 &&
        port == look->port && (state == 0x0a || state == 0x07))
        look->found = true;
    return 0;
}

/* It ended with this status, though nobody had told it to. */
static int end_failed(const struct end *end, int status, struct vmtp_error *err)
{
    return vmtp_fail(err, -EPROTO, "endpoint %s: %s%s ended with %d%s%s", end->endpoint->name,
                     end->role == VMTP_SERVER ? "the server " : "", end->argv.arg[0], status,
                     end->last_words[0] ? ": " : "", end->last_words);
}

static int server_ended(struct end *server, struct vmtp_error *err)
{
    int r = server->whole.len ? end_parse_whole(server, err) : 0; /* it may know why */

    if (r == 0)
        r = end_stop(server, NS_PER_S, err);
    return r < 0 ? r : end_failed(server, r, err);
}

/* Take in what it says until then; that it has ended is an error. */
static int server_hear(struct end *server, uint64_t until_ns, struct vmtp_error *err)
{
    struct vmtp_line line;
    int r;

    while ((r = host_of(server)->process_line(&server->tool->self, server->process, &line, until_ns,
                                              err)) > 0)
        if ((r = end_take(server, &line, err)) < 0)
            return r;
    return r == -ETIMEDOUT ? 0 : r < 0 ? r : server_ended(server, err);
}

/* Somebody listens there: the server, unless it is gone. */
static int port_owned(struct end *server, uint32_t port, struct vmtp_error *err)
{
    int r = server_hear(server, clock_now_ns() + LOOK_NS, err);

    if (r < 0 && r != -ECANCELED)
        return vmtp_wrap(err, "port %u is another program's", port);
    return r;
}

static int port_wait(struct end *server, uint32_t port, struct vmtp_error *err)
{
    static const char *const argv[] = { "cat",           "/proc/net/tcp",  "/proc/net/tcp6",
                                        "/proc/net/udp", "/proc/net/udp6", NULL };
    struct vmtp_self *self = &server->tool->self;
    struct look look = { .port = port };
    struct vmtp_exec exec = { .size = sizeof exec, .argv = argv, .line = look_line, .arg = &look };
    uint64_t deadline_ns = clock_now_ns() + LISTEN_NS;

    for (;;) {
        int r = host_of(server)->exec(self, server->endpoint, &exec, err);

        if (r < 0)
            return r;
        if (look.found)
            return port_owned(server, port, err);
        if (clock_now_ns() > deadline_ns)
            return vmtp_fail(err, -ETIMEDOUT, "endpoint %s: %s does not listen on port %u",
                             server->endpoint->name, server->argv.arg[0], port);
        r = server_hear(server, clock_now_ns() + LOOK_NS, err);
        if (r < 0)
            return r;
    }
}

static int text_wait(struct end *server, const char *text, struct vmtp_error *err)
{
    uint64_t deadline_ns = clock_now_ns() + LISTEN_NS;
    struct vmtp_line line;
    int r;

    while ((r = host_of(server)->process_line(&server->tool->self, server->process, &line,
                                              deadline_ns, err)) > 0) {
        int taken = end_take(server, &line, err);

        if (taken < 0 || strstr(line.text, text))
            return taken < 0 ? taken : 0;
    }
    return r < 0 ? r : server_ended(server, err);
}

static int server_wait(struct end *server, uint32_t port, struct vmtp_error *err)
{
    const struct vmtp_tool *tool = tool_of(server);

    if (!server->process)
        return 0;
    if (tool->ready_text)
        return text_wait(server, tool->ready_text, err);
    return port ? port_wait(server, port, err) : 0;
}

/* ---- the trial ---- */

/* The client has said all: read what the server has still to say, then stop it. */
static int server_end(struct end *server, struct vmtp_error *err)
{
    struct vmtp_self *self = &server->tool->self;
    int status, r;

    if (!server->process)
        return 0;
    r = end_drain(server, clock_now_ns() + SERVER_QUIET, err);
    if (r == -ETIMEDOUT) {
        host_of(server)->process_write(self, server->process, NULL, 0, 0, NULL);
        r = end_drain(server, clock_now_ns() + SERVER_GRACE, err);
        end_stop(server, 0, NULL);
        status = 0;
    } else {
        status = end_stop(server, NS_PER_S, NULL);
    }
    if (r == 0 && server->whole.len)
        r = end_parse_whole(server, err);
    if (r == 0 && status > 0 && !server->told)
        return end_failed(server, status, err);
    return r == -ETIMEDOUT ? 0 : r;
}

static int client_hear(struct end *client, struct vmtp_error *err)
{
    int r = end_drain(client, 0, err);

    if (r == -ETIMEDOUT)
        vmtp_fail(err, r, "endpoint %s: %s did not end in time%s%s", client->endpoint->name,
                  client->argv.arg[0], client->last_words[0] ? ": " : "", client->last_words);
    return r;
}

/* It has closed its output: what it ended with, and what that says. */
static int client_end(struct end *client, struct vmtp_error *err)
{
    int status = end_stop(client, NS_PER_S, err), r = status;

    if (status == 0 || (status > 0 && client->whole.len))
        r = end_parse_whole(client, err);
    if (status > 0 && r >= 0 && !client->told)
        return end_failed(client, status, err);
    return r < 0 ? r : 0;
}

/* Programs end with 0 also when nothing came of it.  Who complained knows why. */
static int figures_need(struct end *client, const struct end *server, struct vmtp_error *err)
{
    const struct context *context = instance_owner(&client->tool->self);
    const struct end *end = server->complained && !client->complained ? server : client;

    if (trial_is_measured(context->trial))
        return 0;
    return vmtp_fail(err, -EPROTO, "endpoint %s: %s told no result%s%s", end->endpoint->name,
                     end->argv.arg[0], end->last_words[0] ? ": " : "", end->last_words);
}

static int ends_run(struct end *client, struct end *server, const struct vmtp_trial *trial,
                    uint32_t port, struct vmtp_error *err)
{
    uint64_t start_ns;
    int r;

    r = end_start(server, trial, err);
    if (r == 0)
        r = server_wait(server, port, err);
    if (r == 0)
        r = host_of(client)->ready(&client->tool->self, &start_ns, err);
    if (r == 0)
        r = end_start(client, trial, err);
    if (r == 0 && client->process)
        r = client_hear(client, err);
    if (r == 0 && client->process)
        r = client_end(client, err);
    if (r == 0)
        r = server_end(server, err);
    return r < 0 ? r : figures_need(client, server, err);
}

int command_run(struct instance *tool, const struct vmtp_flow *flow, const struct vmtp_trial *trial,
                uint32_t port, struct vmtp_error *err)
{
    struct end client = { .tool = tool,
                          .flow = flow,
                          .endpoint = flow->client,
                          .role = VMTP_CLIENT,
                          .whole = BUF(WHOLE_MAX) };
    struct end server = { .tool = tool,
                          .flow = flow,
                          .endpoint = flow->server,
                          .role = VMTP_SERVER,
                          .whole = BUF(WHOLE_MAX) };
    int r = ends_run(&client, &server, trial, port, err);

    end_stop(&client, 0, NULL);
    end_stop(&server, 0, NULL);
    buf_clear(&client.whole);
    buf_clear(&server.whole);
    return r;
}
