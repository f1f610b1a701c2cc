/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include "clock.h"
#include "output.h"
#include "sysfile.h"
#include "watch_source.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTERVAL_MAX_MS 3600000ull

struct watch {
    struct sources *sources;
    enum source_mode mode;
    uint64_t interval_ns, due_ns;
    uint64_t told_ns, cpu_ns; /* of the last line, and the process's CPU time then */
    double look_ns;           /* CPU that a look takes, a moving average */
    struct output out;
    char word[16]; /* what has come of a line on stdin */
    size_t word_len;
};

static void line_begin(struct json_writer *w, char *buf, size_t size, const char *event,
                       uint64_t now_ns)
{
    output_begin(w, buf, size, event);
    json_add_uint(w, "t", now_ns);
}

static void say_hello(struct watch *watch)
{
    char buf[512], boot[64];
    struct json_writer w;
    struct stat net;

    line_begin(&w, buf, sizeof buf, "hello", clock_now());
    if (sysfile_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot))
        json_add_text(&w, "boot", boot);
    if (!stat("/proc/self/ns/net", &net))
        json_add_uint(&w, "net", net.st_ino);
    json_add_uint(&w, "hz", (uint64_t)sysconf(_SC_CLK_TCK));
    json_add_uint(&w, "cpus", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
    output_send(&watch->out, &w);
}

/* Of all CPU time of a second, what this process took. */
static void add_self(struct watch *watch, uint64_t now_ns, struct figures *f)
{
    uint64_t cpu_ns = clock_cpu();

    if (watch->told_ns && now_ns > watch->told_ns)
        figures_add(f, FIGURE_NETWORK, "watch_cost", NULL,
                    (double)(cpu_ns - watch->cpu_ns) / (double)(now_ns - watch->told_ns));
    watch->cpu_ns = cpu_ns;
}

static void say_figures(struct watch *watch)
{
    static char buf[FIGURE_LINE_SIZE + 512];
    static struct figures figures;
    struct json_writer w;
    uint64_t now_ns = clock_now();

    figures.count = 0;
    sources_take(watch->sources, watch->mode, now_ns, &figures);
    add_self(watch, now_ns, &figures);
    line_begin(&w, buf, sizeof buf, "figures", now_ns);
    if (watch->told_ns)
        json_add_real(&w, "span", (double)(now_ns - watch->told_ns) * 1e-9);
    figures_write(&figures, FIGURE_MACHINE, &w, "machine");
    figures_write(&figures, FIGURE_NETWORK, &w, "network");
    output_send(&watch->out, &w);
    watch->told_ns = now_ns;
}

/* A reader that has fallen behind gets no more lines, and with the next one all that was counted
 * meanwhile. */
static bool is_read(const struct watch *watch)
{
    struct pollfd out = { .fd = watch->out.fd, .events = POLLOUT };

    return poll(&out, 1, 0) > 0 && out.revents & POLLOUT;
}

static void word_take(struct watch *watch)
{
    static const char *const words[] = {
        [SOURCES_IDLE] = "idle", [SOURCES_NETWORK] = "network", [SOURCES_WHOLE] = "whole"
    };

    for (int i = 0; i < 3; i++)
        if (strcmp(watch->word, words[i]) == 0)
            watch->mode = (enum source_mode)i;
}

/* False: stdin has ended. */
static bool input_read(struct watch *watch)
{
    char chunk[64];
    ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);

    for (ssize_t i = 0; i < n; i++) {
        if (chunk[i] == '\n') {
            watch->word[watch->word_len] = 0;
            word_take(watch);
            watch->word_len = 0;
        } else if (watch->word_len < sizeof watch->word - 1) {
            watch->word[watch->word_len++] = chunk[i];
        }
    }
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Until the next line is due; false: stdin has ended. */
static bool due_wait(struct watch *watch)
{
    for (;;) {
        struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
        uint64_t now_ns = clock_now();
        uint64_t left_ns = watch->due_ns > now_ns ? watch->due_ns - now_ns : 0;
        struct timespec left = { .tv_sec = (time_t)(left_ns / NS_PER_S),
                                 .tv_nsec = (long)(left_ns % NS_PER_S) };
        int n;

        n = ppoll(&in, 1, &left, NULL);
        if (n > 0 && !input_read(watch))
            return false;
        if (clock_now() >= watch->due_ns)
            return true;
    }
}

/* The first look opens much that later ones only read. */
static void look(struct watch *watch)
{
    uint64_t before_ns = clock_read(CLOCK_THREAD_CPUTIME_ID);
    bool first = !watch->told_ns;

    say_figures(watch);
    if (!first)
        watch->look_ns +=
            ((double)(clock_read(CLOCK_THREAD_CPUTIME_ID) - before_ns) - watch->look_ns) / 8;
}

static void due_next(struct watch *watch)
{
    uint64_t interval_ns = watch_pause(watch->interval_ns, (uint64_t)watch->look_ns),
             now_ns = clock_now();

    watch->due_ns += interval_ns;
    if (watch->due_ns <= now_ns) /* what was missed is not made up for */
        watch->due_ns = now_ns + interval_ns;
}

static int watch_run(struct watch *watch)
{
    say_hello(watch);
    watch->due_ns = clock_now(); /* what the first figures are compared with */
    while (due_wait(watch)) {
        if (is_read(watch))
            look(watch);
        if (watch->out.fd < 0)
            return 1;
        due_next(watch);
    }
    return 0;
}

int watch_command(char *const *argv)
{
    static struct watch watch = { .out = { .lock = PTHREAD_MUTEX_INITIALIZER,
                                           .fd = STDOUT_FILENO } };
    char *end = NULL;
    unsigned long ms = argv[0] ? strtoul(argv[0], &end, 10) : 0;

    if (!argv[0] || *end || ms < 1 || ms > INTERVAL_MAX_MS ||
        (argv[1] && (strcmp(argv[1], "--network-only") != 0 || argv[2]))) {
        fprintf(stderr, "usage: vmtp-probe watch INTERVAL_MS [--network-only]\n");
        return 2;
    }
    watch.mode = argv[1] ? SOURCES_NETWORK : SOURCES_WHOLE;
    watch.interval_ns = ms * NS_PER_MS;
    watch.sources = sources_open(watch.interval_ns);
    if (!watch.sources) {
        fprintf(stderr, "out of memory\n");
        return 1;
    }
    return watch_run(&watch);
}
