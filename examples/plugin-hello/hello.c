/* SPDX-License-Identifier: Apache-2.0
 *
 * hello: round-trip times with nothing but bash at the client.
 *
 * bash opens one TCP connection after another.  connect() returns when the SYN has been answered,
 * be it by a server (SYN and ACK) or, where nobody listens, by the kernel (RST, RFC 9293 3.5.2),
 * so nothing has to run at the server.  The figures hold what bash itself takes: some tens of
 * microseconds.
 *
 * It is also the smallest plugin that does real work, to begin one's own from.  From top to bottom:
 * options, metrics, check(), plan(), command(), parse(), the tables.  It has no globals that change
 * and no state: with whole set, parse() gets a trial's output in one piece.
 */
#include <stdlib.h>

#include <vmtp/plugin.h>

#define NS_PER_US         1000
#define NS_PER_S          1000000000ull
#define NOBODY_LISTENS    9   /* discard, RFC 863: switched off everywhere */
#define BYTES_PER_CONNECT 400 /* SYN, SYN+ACK, ACK, two FIN and their ACKs, with headers */

/* ---- what a scenario may say: from this table come defaults, checks, help and the page ---- */

struct options {
    uint64_t port;
    uint64_t pause_ns;
    int answer;
};

enum { ANY_ANSWER = 1, ACCEPTED };

static const struct vmtp_choice answers[] = {
    { "any", ANY_ANSWER, "A refusal is an answer too" },
    { "accepted", ACCEPTED, "A refusal fails the trial" },
    { 0 },
};

static const struct vmtp_option options[] = {
    { "port", "Port to connect to; 0: one on which nobody listens",
      VMTP_OPT_PORT(struct options, port), .def = "0" },
    { "pause", "Time between two connections", VMTP_OPT_DURATION(struct options, pause_ns),
      .def = "10ms", .min = 1000000, .max = 60000000000 },
    { "answer", "What counts as an answer", VMTP_OPT_ENUM(struct options, answer, answers),
      .def = "any" },
};

/* ---- what it measures: rtt is a name that all tools share, refused is its own ---- */

enum { RTT, REFUSED };

static const struct vmtp_metric metrics[] = {
    [RTT] = { VMTP_RTT, "s", "From SYN to its answer, as bash sees it", VMTP_DISTRIBUTION,
              VMTP_LOWER_IS_BETTER },
    [REFUSED] = { "refused", "connections", "Of these, answered by a refusal", VMTP_COUNTER, 0 },
};

/* ---- rules across options ---- */

static int hello_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;

    if (o->answer == ACCEPTED && o->port == 0)
        return vmtp_fail(err, -EINVAL, "answer: accepted needs the port of a server, as port: 22");
    return 0;
}

/* ---- what a trial costs ---- */

static int hello_plan(struct vmtp_self *self, const struct vmtp_flow *flow,
                      const struct vmtp_trial *trial, struct vmtp_cost *ret, struct vmtp_error *err)
{
    const struct options *o = self->opt;

    (void)flow, (void)err;
    ret->bytes = ((trial->warmup_ns + trial->duration_ns) / o->pause_ns + 1) * BYTES_PER_CONNECT;
    return 0;
}

/* ---- what to run ---- */

/* Values come as arguments and are never pasted into the text.  Each turn prints "MICROSECONDS
 * STATUS", behind what bash had to say.  EPOCHREALTIME is from bash 5.0 on and uses the decimal
 * point of the locale; LC_ALL=C below is for the messages that parse() knows. */
static const char script[] = "exec 2>&1\n"
                             "clock() { now=${EPOCHREALTIME//[.,]/}; }\n"
                             "clock; from=$((now + $3)); until=$((from + $4))\n"
                             "while [ $now -lt $until ]; do\n"
                             "  clock; begun=$now\n"
                             "  { :; } </dev/tcp/$1/$2; status=$?; clock\n"
                             "  [ $begun -lt $from ] || echo \"$((now - begun)) $status\"\n"
                             "  sleep $5\n"
                             "done\n";

VMTP_PRINTF(2, 3)
static const char *text(struct vmtp_self *self, const char *fmt, ...)
{
    char *copy = self->host->alloc(self, VMTP_ADDRESS_MAX);
    va_list ap;

    va_start(ap, fmt);
    if (copy)
        vsnprintf(copy, VMTP_ADDRESS_MAX, fmt, ap);
    va_end(ap);
    return copy;
}

static int hello_command(struct vmtp_self *self, const struct vmtp_flow *flow,
                         const struct vmtp_trial *trial, enum vmtp_role role, struct vmtp_argv *ret,
                         struct vmtp_error *err)
{
    const struct options *o = self->opt;
    unsigned long long port = o->port ? o->port : NOBODY_LISTENS;
    const char *const words[] = {
        "env",
        "LC_ALL=C",
        "bash",
        "-c",
        script,
        "hello",
        flow->address,
        text(self, "%llu", port),
        text(self, "%llu", (unsigned long long)trial->warmup_ns / NS_PER_US),
        text(self, "%llu", (unsigned long long)trial->duration_ns / NS_PER_US),
        text(self, "%.3f", (double)o->pause_ns / NS_PER_S),
    };
    const size_t count = sizeof words / sizeof *words;

    if (role == VMTP_SERVER)
        return 0; /* no words: nothing runs at that end */
    for (size_t i = 0; i < count; i++) {
        if (!words[i])
            return vmtp_fail(err, -ENOMEM, "hello: out of memory");
        ret->arg[i] = words[i];
    }
    ret->count = (uint32_t)count;
    return 0;
}

/* ---- what its output means ---- */

struct figures {
    struct vmtp_bucket *buckets; /* one for each time, then merged */
    size_t count;
    uint64_t min_ns, max_ns, refused;
};

static int by_index(const void *a, const void *b)
{
    uint32_t x = ((const struct vmtp_bucket *)a)->index, y = ((const struct vmtp_bucket *)b)->index;

    return (x > y) - (x < y);
}

static void figures_add(struct figures *f, uint64_t rtt_ns)
{
    if (f->count == 0 || rtt_ns < f->min_ns)
        f->min_ns = rtt_ns;
    if (rtt_ns > f->max_ns)
        f->max_ns = rtt_ns;
    f->buckets[f->count].index = vmtp_bucket_index(rtt_ns);
    f->buckets[f->count++].count = 1;
}

/* Buckets have to come in rising order, each once. */
static int figures_emit(struct vmtp_self *self, struct figures *f)
{
    struct vmtp_histogram histogram = { .size = sizeof histogram,
                                        .buckets = f->buckets,
                                        .scale = 1e-9,
                                        .min = f->min_ns,
                                        .max = f->max_ns };
    int r;

    qsort(f->buckets, f->count, sizeof *f->buckets, by_index);
    for (size_t i = 0; i < f->count; i++)
        if (histogram.count && f->buckets[histogram.count - 1].index == f->buckets[i].index)
            f->buckets[histogram.count - 1].count++;
        else
            f->buckets[histogram.count++] = f->buckets[i];
    r = self->host->emit_histogram(self, RTT, &histogram);
    return r < 0 ? r : vmtp_emit(self, REFUSED, 0, (double)f->refused, true);
}

/* bash says "hello: line 9: /dev/tcp/192.0.2.1/22: Connection refused": the last part of it. */
static int no_answer(const char *said, struct vmtp_error *err)
{
    size_t len = said ? strcspn(said, "\n") : 0, from = len;

    while (from && said[from - 1] != ':')
        from--;
    return vmtp_fail(err, -EPROTO, "hello: no answer:%.*s", (int)(len - from),
                     said ? said + from : "");
}

/* One line: a figure, or what bash said, which is kept for the figure that follows it.  A clock
 * that was set back makes a figure negative: it is none. */
static int line_take(const struct options *o, const char *line, size_t len, const char **said,
                     struct figures *f, struct vmtp_error *err)
{
    bool refused = *said && memmem(*said, strcspn(*said, "\n"), "refused", strlen("refused"));
    unsigned long long us;
    unsigned status;
    int used = 0;

    if (line[0] == '-' || sscanf(line, "%12llu %3u%n", &us, &status, &used) != 2 ||
        (size_t)used != len) {
        *said = line;
        return 0;
    }
    /* Only a refusal comes from the other end; "No route to host" can be of this very machine. */
    if (status != 0 && (!refused || o->answer == ACCEPTED))
        return no_answer(*said, err);
    f->refused += status != 0;
    *said = NULL;
    figures_add(f, us * NS_PER_US);
    return 0;
}

static int hello_parse(struct vmtp_self *self, const struct vmtp_flow *flow, enum vmtp_role role,
                       uint64_t time_ns, const char *output, struct vmtp_error *err)
{
    struct figures figures = { .buckets = calloc(strlen(output) / 3 + 1, sizeof *figures.buckets) };
    const char *said = NULL;
    int r = figures.buckets ? 0 : vmtp_fail(err, -ENOMEM, "hello: out of memory");

    (void)flow, (void)role, (void)time_ns;
    while (r == 0 && *output) {
        size_t len = strcspn(output, "\n");

        r = line_take(self->opt, output, len, &said, &figures, err);
        output += len + (output[len] == '\n');
    }
    if (r == 0 && figures.count == 0)
        r = vmtp_fail(err, -EPROTO, "hello: bash printed no figure (is it bash 5 or newer?): %.*s",
                      said ? (int)strcspn(said, "\n") : 0, said ? said : "");
    if (r == 0)
        r = figures_emit(self, &figures);
    free(figures.buckets);
    return r;
}

/* ---- the tables that make it a plugin ---- */

static const struct vmtp_tool tool = {
    .size = sizeof tool,
    .plan = hello_plan,
    .command = hello_command,
    .parse = hello_parse,
    .whole = 1,
};

static const struct vmtp_component hello = {
    .size = sizeof hello,
    .kind = VMTP_TOOL,
    .name = "hello",
    .summary = "Round-trip times of TCP connections, with nothing but bash",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .check = hello_check,
    .ops = &tool,
};

VMTP_MODULE(.name = "hello", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&hello));
