/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp-probe: makes and measures traffic at one endpoint, told what to do on stdin.
 *
 *   vmtp-probe                  the conversation of protocol.h
 *   vmtp-probe facts [ADDRESS [PROGRAM...]]
 *                               what this machine is, and where it has these programs, as one
 *                               JSON object
 *   vmtp-probe guard -- PROGRAM [ARGUMENT...]
 *                               that program, until stdin ends
 *   vmtp-probe clock INTERVAL_MS
 *                               how this machine's clock is kept, until stdin ends (clock_watch.h)
 *   vmtp-probe watch INTERVAL_MS [--network-only]
 *                               what happens to this machine, until stdin ends (watch.h)
 *   vmtp-probe --version
 *
 * It opens no port but a trial's data port, writes no file (but a socket's name, for
 * chronyd to answer to) and runs no program but guard's.
 */
#include "../protocol.h"
#include "clock_watch.h"
#include "control.h"
#include "facts.h"
#include "guard.h"
#include "programs.h"
#include "watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* argv: the address and the programs, as far as they are given. */
static int print_facts(char *const *argv)
{
    char buf[16384];
    struct json_writer w;
    size_t len;

    json_begin(&w, buf, sizeof buf);
    facts_add(&w, argv[0]);
    if (argv[0])
        programs_add(&w, argv + 1);
    len = json_end(&w);
    return len && fwrite(buf, 1, len, stdout) == len && !fflush(stdout) ? 0 : 1;
}

static void raise_limits(void)
{
    struct rlimit limit;

    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && !strcmp(argv[1], "--version"))
        return printf("vmtp-probe %s\n", PROBE_VERSION) < 0;
    if (argc > 1 && !strcmp(argv[1], "facts"))
        return print_facts(argv + 2);
    if (argc > 3 && !strcmp(argv[1], "guard") && !strcmp(argv[2], "--"))
        return guard_run(argv + 3);
    if (argc == 3 && !strcmp(argv[1], "clock"))
        return clock_watch(argv[2]);
    if (argc > 1 && !strcmp(argv[1], "watch"))
        return watch_command(argv + 2);
    if (argc > 1) {
        fprintf(stderr, "usage: vmtp-probe [--version | facts [ADDRESS [PROGRAM...]] | "
                        "guard -- PROGRAM... | clock INTERVAL_MS | "
                        "watch INTERVAL_MS [--network-only]]\n");
        return 2;
    }
    raise_limits();
    return control_run(STDIN_FILENO, STDOUT_FILENO);
}
