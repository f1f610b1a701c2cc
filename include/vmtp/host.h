/* SPDX-License-Identifier: Apache-2.0
 *
 * What passes between core and plugin, and what the core lends a plugin.
 *
 * A plugin calls the core only through struct vmtp_host, so it links against no vmtp library.
 * Every function names its thread: [main] load, check, open and close; [worker] one thread per
 * instance, never two at a time; [any] from every thread.  Times are CLOCK_MONOTONIC
 * nanoseconds of the machine that runs vmtp, unless the name says otherwise.
 *
 * A wait ends at its deadline with -ETIMEDOUT, and within a second after the run is cancelled
 * with -ECANCELED.  A deadline_ns of 0 means: that of the step that is being run.
 */
#ifndef VMTP_HOST_H
#define VMTP_HOST_H

#include <vmtp/error.h>
#include <vmtp/histogram.h>
#include <vmtp/metric.h>
#include <vmtp/option.h>

struct vmtp_self;

/* A place where commands run and traffic ends.  Only clouds make them; everyone else reads. */
struct vmtp_endpoint {
    size_t size;
    const char *name;     /* the scenario's, or the cloud's, name for it */
    const char *address;  /* where its data plane answers, numeric; may be IPv6 */
    const char *location; /* "zone:host", or "" */
    void *priv;           /* the cloud's own */
};

/* A client endpoint that reaches a server endpoint over one path. */
struct vmtp_flow {
    size_t size;
    const char *key;  /* stable across runs: "flow=bulk,path=same-network,protocol=tcp" */
    const char *path; /* the path's name, or "" */
    const struct vmtp_endpoint *client, *server;
    const char *address; /* by which the client reaches the server on this path, numeric */
    uint32_t family;     /* 4 or 6 */
    uint32_t mtu;        /* of the path, as the cloud knows it; 0: unknown */
};

/* One go of one flow.  The warm-up comes first and is not part of the duration. */
struct vmtp_trial {
    size_t size;
    uint32_t number; /* 1 for the first */
    uint64_t warmup_ns, duration_ns, interval_ns;
    uint64_t rate_bps; /* payload rate asked for by a rate search; 0: what the options say */
    uint32_t streams;  /* so many connections in each direction; 0: what the options say */
};

/* One figure.  Figures of one interval come as often as the tool has them; a final figure is
 * that of the whole trial and comes once. */
struct vmtp_sample {
    size_t size;
    const char *subject; /* an endpoint's name, or (monitors) that of something else that is
                            watched; NULL: the flow that is being run */
    uint32_t metric;     /* row of the component's metrics table */
    uint32_t final;      /* 1: of the whole trial; 0: of the interval that ends at time_ns */
    uint64_t time_ns;    /* 0: now */
    double value;
    const char *part; /* of the subject: "cpu3", "eth0"; NULL: all of it */
};

/* Something that happened, told beside the numbers. */
enum vmtp_event_kind {
    VMTP_NOTE = 1,          /* worth knowing, changes nothing */
    VMTP_GENERATOR_LIMITED, /* marks the trial: the sender could not offer what was asked */
    VMTP_DISTURBED,         /* marks the trial: a stall, stolen CPU time, a clock step */
    VMTP_LOST_CONNECTION,
};

struct vmtp_event {
    size_t size;
    const char *subject; /* an endpoint's name, or (monitors) that of something else that is
                            watched; NULL: the flow that is being run */
    uint32_t kind;       /* enum vmtp_event_kind */
    uint64_t time_ns;    /* 0: now */
    const char *text;    /* one phrase */
};

/* A command at an endpoint.  It is never given to a shell: a cloud whose transport has one
 * quotes each argument. */
struct vmtp_spawn {
    size_t size;
    const char *const *argv; /* ends with NULL; argv[0] is looked up in the endpoint's PATH */
};

/* A running process, held by the core until it is stopped. */
struct vmtp_process;

struct vmtp_line {
    const char *text; /* without its newline; valid until the next call for this process */
    size_t len;
    int fd;           /* 1 or 2: stdout or stderr */
    uint64_t time_ns; /* when it arrived */
};

struct vmtp_exec {
    size_t size;
    const char *const *argv;
    uint64_t deadline_ns;
    /* Called for each line; a negative return stops the command and is returned.  NULL: drop. */
    int (*line)(void *arg, const struct vmtp_line *line);
    void *arg;
};

enum vmtp_level { VMTP_DEBUG = 1, VMTP_INFO, VMTP_WARN };

struct vmtp_host {
    size_t size;
    uint32_t abi_minor; /* of the core: which of the fields below there are */

    /* [any] One line to the person; the core adds time and instance.  Never a secret. */
    void (*log)(struct vmtp_self *, int level, const char *fmt, va_list ap);
    /* [any] Zeroed memory that lasts until close() has returned; NULL: out of memory. */
    void *(*alloc)(struct vmtp_self *, size_t size);

    /* [any] Readable once work must stop: put it into every poll(). */
    int (*cancel_fd)(struct vmtp_self *);
    /* [any] Of the step that is being run; 0: none. */
    uint64_t (*deadline_ns)(struct vmtp_self *);
    /* [any] Wait until then.  0, -ECANCELED or -ETIMEDOUT (the step's own deadline came first). */
    int (*pause)(struct vmtp_self *, uint64_t until_ns);
    /* [any] How far the step is, 0..1, and what it is doing; may be dropped. */
    void (*progress)(struct vmtp_self *, double part, const char *doing);

    /* [any] What was measured.  All is copied.  0 or -ENOSPC and the like, said by the core. */
    int (*emit)(struct vmtp_self *, const struct vmtp_sample *);
    int (*emit_histogram)(struct vmtp_self *, uint32_t metric, const struct vmtp_histogram *);
    int (*emit_event)(struct vmtp_self *, const struct vmtp_event *);
    /* [worker] Tools, in run(): all is set up, traffic may start.  Waits for the flows that
     * start together; *ret_start_ns is the same for all of them and lies a little ahead. */
    int (*ready)(struct vmtp_self *, uint64_t *ret_start_ns, struct vmtp_error *);

    /* [any] Start a command.  The process is the caller's until process_stop(). */
    int (*spawn)(struct vmtp_self *, const struct vmtp_endpoint *, const struct vmtp_spawn *,
                 struct vmtp_process **ret, struct vmtp_error *);
    /* [worker] All of the bytes to its stdin; len 0 closes it. */
    int (*process_write)(struct vmtp_self *, struct vmtp_process *, const void *data, size_t len,
                         uint64_t deadline_ns, struct vmtp_error *);
    /* [worker] The next line of either output: 1, or 0 when both have ended.  A line longer than
     * 1 MiB is an error. */
    int (*process_line)(struct vmtp_self *, struct vmtp_process *, struct vmtp_line *ret,
                        uint64_t deadline_ns, struct vmtp_error *);
    /* [worker] Close its stdin, give it grace_ns to end, then SIGTERM, then SIGKILL; reap and
     * free it.  Returns the exit status, 128 + the signal that ended it, or a negative errno.
     * Also after a cancel. */
    int (*process_stop)(struct vmtp_self *, struct vmtp_process *, uint64_t grace_ns,
                        struct vmtp_error *);
    /* [any] Run a command to its end.  Returns its exit status or a negative errno. */
    int (*exec)(struct vmtp_self *, const struct vmtp_endpoint *, const struct vmtp_exec *,
                struct vmtp_error *);
    /* [any] Make a local file runnable at the endpoint, in a private folder of the run that is
     * removed with it; the path there goes to ret_path.  Put twice, it is sent once. */
    int (*put)(struct vmtp_self *, const struct vmtp_endpoint *, const char *from, char *ret_path,
               size_t len, struct vmtp_error *);
    /* [any] The path on this machine of a program that vmtp ships for endpoints: "vmtp-probe". */
    int (*helper)(struct vmtp_self *, const char *name, char *ret_path, size_t len,
                  struct vmtp_error *);

    /* [any] Clouds, in deploy(): this endpoint is ready.  The core copies the struct and its
     * strings; priv must last until undeploy() has returned. */
    int (*endpoint)(struct vmtp_self *, const struct vmtp_endpoint *, struct vmtp_error *);
    /* [any] Clouds: this run is about to make a resource that outlives it if vmtp is killed.
     * On disk when it returns 0; only then make it. */
    int (*owns)(struct vmtp_self *, const char *kind, const char *id, struct vmtp_error *);
    /* [any] Clouds: it is gone again. */
    int (*freed)(struct vmtp_self *, const char *kind, const char *id, struct vmtp_error *);

    /* [worker] Tools, in prepare() or run(): the version of the program that measures, "6.1.2".
     * It stands beside the results. */
    int (*version)(struct vmtp_self *, const char *text);

    /* [any] Clouds: what was found out of the cloud, "encapsulation" "vxlan".  It stands beside the
     * results; told again, the last value holds.  Never a secret. */
    int (*fact)(struct vmtp_self *, const char *name, const char *value);
    /* [worker] Clouds, in open() or deploy(): ask the person for a secret, such as a password that
     * the options leave out.  -ENXIO: there is nobody to be asked. */
    int (*ask)(struct vmtp_self *, const char *what, char *ret, size_t len, struct vmtp_error *);
};

/* An instance: of a tool one for each flow, of the other kinds one for each entry in the
 * scenario.  The core makes it, fills opt from the scenario and zeroes state. */
struct vmtp_self {
    const struct vmtp_host *host;
    const void *opt;
    void *state;
};

/* Fill a sized struct that the core lends: as much of from (size bytes, its own size first) as the
 * core knows of; the rest is not written. */
static inline void vmtp_give(void *ret, const void *from, size_t size)
{
    size_t room;

    memcpy(&room, ret, sizeof room);
    if (size > room)
        size = room;
    if (size > sizeof room)
        memcpy((char *)ret + sizeof room, (const char *)from + sizeof room, size - sizeof room);
}

/* ---- the same, shorter to write ---- */

VMTP_PRINTF(3, 4)
static inline void vmtp_log(struct vmtp_self *self, int level, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    self->host->log(self, level, fmt, ap);
    va_end(ap);
}
#define vmtp_debug(self, ...) vmtp_log(self, VMTP_DEBUG, __VA_ARGS__)
#define vmtp_info(self, ...)  vmtp_log(self, VMTP_INFO, __VA_ARGS__)
#define vmtp_warn(self, ...)  vmtp_log(self, VMTP_WARN, __VA_ARGS__)

/* The figure of one interval, or (final) of the whole trial. */
static inline int vmtp_emit(struct vmtp_self *self, uint32_t metric, uint64_t time_ns, double value,
                            bool final)
{
    struct vmtp_sample s;

    memset(&s, 0, sizeof s);
    s.size = sizeof s;
    s.metric = metric;
    s.time_ns = time_ns;
    s.value = value;
    s.final = final;
    return self->host->emit(self, &s);
}

static inline int vmtp_emit_event(struct vmtp_self *self, uint32_t kind, const char *text)
{
    struct vmtp_event e;

    memset(&e, 0, sizeof e);
    e.size = sizeof e;
    e.kind = kind;
    e.text = text;
    return self->host->emit_event(self, &e);
}

#endif
