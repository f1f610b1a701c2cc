/* SPDX-License-Identifier: Apache-2.0
 *
 * chronyd answers everyone on UDP port 323 of the loopback interface, unless `cmdport 0` or another
 * network namespace is in the way; then root reaches it by its socket in /run/chrony.  ntpd answers
 * on port 123.  All of these are this machine's own, so an answer takes no time worth waiting for.
 */
#include "clock_keeper.h"

#include "clock.h"
#include "clock_chrony.h"
#include "clock_ntp.h"
#include "sysfile.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MS     100
#define CHRONY_PORT   323
#define NTP_PORT      123
#define CHRONY_FOLDER "/run/chrony"
#define TRY_AGAIN_NS  (30 * NS_PER_S) /* all ways, while nobody answers */
#define PROCESSES_MAX 100000

enum way { NO_WAY = 0, CHRONY_4, CHRONY_6, CHRONY_LOCAL, NTP_4, NTP_6, WAYS };

/* ---- one question ---- */

static int loopback_connect(int family, uint16_t port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } to;
    socklen_t len = family == AF_INET ? sizeof to.v4 : sizeof to.v6;
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    memset(&to, 0, sizeof to);
    to.any.sa_family = (sa_family_t)family;
    if (family == AF_INET) {
        to.v4.sin_port = htons(port);
        to.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
        to.v6.sin6_port = htons(port);
        to.v6.sin6_addr = in6addr_loopback;
    }
    if (fd >= 0 && connect(fd, &to.any, len) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* chronyd answers to where the question came from, which therefore has to have a name; it goes
 * again as soon as the answer is there. */
static int folder_connect(char *name, size_t size)
{
    struct sockaddr_un from = { .sun_family = AF_UNIX }, to = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(name, size, CHRONY_FOLDER "/vmtp-probe.%d.sock", (int)gettid());
    snprintf(from.sun_path, sizeof from.sun_path, "%s", name);
    snprintf(to.sun_path, sizeof to.sun_path, CHRONY_FOLDER "/chronyd.sock");
    if (fd < 0)
        return -1;
    if (!access(to.sun_path, W_OK) && !bind(fd, (struct sockaddr *)&from, sizeof from)) {
        if (!chmod(name, 0666) && !connect(fd, (struct sockaddr *)&to, sizeof to))
            return fd;
        (void)unlink(name);
    }
    close(fd);
    return -1;
}

/* What comes back within ANSWER_MS and is the answer. */
static bool answer_take(int fd, bool chrony, uint32_t sequence, struct clock_keeper *ret)
{
    uint64_t until_ns = clock_now() + ANSWER_MS * NS_PER_MS, now_ns;

    while ((now_ns = clock_now()) < until_ns) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        uint8_t data[NTP_ANSWER_BYTES];
        ssize_t n;
        int r;

        if (poll(&p, 1, (int)((until_ns - now_ns) / NS_PER_MS) + 1) <= 0)
            continue;
        n = recv(fd, data, sizeof data, 0);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return false; /* nobody is there */
        if (n <= 0)
            continue;
        r = chrony ? chrony_answer(data, (size_t)n, sequence, ret)
                   : ntp_answer(data, (size_t)n, (uint16_t)sequence, ret);
        if (r != -EAGAIN)
            return r == 0;
    }
    return false;
}

static bool way_ask(enum way way, uint32_t sequence, struct clock_keeper *ret)
{
    uint8_t question[CHRONY_BYTES > NTP_QUESTION_BYTES ? CHRONY_BYTES : NTP_QUESTION_BYTES];
    bool chrony = way <= CHRONY_LOCAL, answered;
    size_t len = CHRONY_BYTES;
    char name[64] = "";
    int fd;

    if (way == CHRONY_LOCAL)
        fd = folder_connect(name, sizeof name);
    else
        fd = loopback_connect(way == CHRONY_4 || way == NTP_4 ? AF_INET : AF_INET6,
                              chrony ? CHRONY_PORT : NTP_PORT);
    if (fd < 0)
        return false;
    if (chrony)
        chrony_question(sequence, question);
    else
        len = ntp_question((uint16_t)sequence, question);
    answered = send(fd, question, len, MSG_NOSIGNAL) == (ssize_t)len &&
               answer_take(fd, chrony, sequence, ret);
    close(fd);
    if (name[0])
        (void)unlink(name);
    return answered;
}

/* ---- who runs ---- */

static const struct {
    const char *process, *name; /* as /proc has it, at most 15 characters */
    bool alone;                 /* two of these fight over the clock */
} known[] = {
    { "chronyd", "chronyd", true },
    { "ntpd", "ntpd", true },
    { "systemd-timesyn", "systemd-timesyncd", true },
    { "phc2sys", "phc2sys", false },
    { "timemaster", "timemaster", false },
    { "ptp4l", "ptp4l", false },
};

#define KNOWN (sizeof known / sizeof *known)

static void process_see(const char *pid, bool seen[KNOWN])
{
    char path[64], text[32];

    snprintf(path, sizeof path, "/proc/%.16s/comm", pid);
    if (!sysfile_text(path, text, sizeof text))
        return;
    for (size_t i = 0; i < KNOWN; i++)
        if (!strcmp(text, known[i].process))
            seen[i] = true;
}

static void processes_see(bool seen[KNOWN])
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;

    for (int i = 0; proc && i < PROCESSES_MAX && (entry = readdir(proc)); i++)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
            process_see(entry->d_name, seen);
    if (proc)
        closedir(proc);
}

/* The first that runs, in the order of the table, for ret->name; and for ret->other one that fights
 * with the one that answers, or would. */
static void keeper_see(const char *answers, struct clock_keeper *ret)
{
    bool seen[KNOWN] = { false };

    memset(ret, 0, sizeof *ret);
    processes_see(seen);
    for (size_t i = 0; i < KNOWN; i++) {
        if (!seen[i])
            continue;
        if (!ret->name[0])
            snprintf(ret->name, sizeof ret->name, "%s", known[i].name);
        if (known[i].alone && !ret->other[0] &&
            strcmp(known[i].name, answers ? answers : ret->name) != 0)
            snprintf(ret->other, sizeof ret->other, "%s", known[i].name);
    }
}

bool clock_keeper_again(struct clock_asker *a, struct clock_keeper *ret)
{
    return a->way && way_ask(a->way, ++a->sequence, ret);
}

bool clock_keeper_find(struct clock_asker *a, struct clock_keeper *ret)
{
    if (!a->sequence)
        a->sequence = (uint32_t)clock_now() | 1;
    for (a->way = NO_WAY + 1; a->way < WAYS; a->way++)
        if (clock_keeper_again(a, ret))
            return true;
    a->way = NO_WAY;
    return false;
}

void clock_keeper_ask(struct clock_asker *a, struct clock_keeper *ret)
{
    struct clock_keeper k;
    uint64_t now_ns = clock_now();
    bool answered = clock_keeper_again(a, &k);

    if (!a->tried_ns || now_ns > a->tried_ns + TRY_AGAIN_NS || (a->way && !answered)) {
        a->tried_ns = now_ns;
        answered = answered || clock_keeper_find(a, &k);
        keeper_see(answered ? k.name : NULL, &a->seen);
    }
    if (answered)
        memcpy(k.other, a->seen.other, sizeof k.other);
    *ret = answered ? k : a->seen;
}
