/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include "../clock.h"

#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define GREETING_MAX (256 * 1024)
#define GREETING_END "\nready\n"
#define BACK_OFF_NS  (300 * NS_PER_MS)

/* $1 is the mark.  A keeper that was there before may not have noticed yet that its connection is
 * lost, or may be clearing up: it ends, with what it has begun, before anything is made anew.  A
 * folder is good if a script in it runs: /tmp is often mounted noexec. */
static const char keeper[] =
    "umask 077; n=$1; f=; "
    "sweep() { for s in 15 9 9; do "
    "l=$(grep -ls \"VMTP_RUN=$n\" /proc/[0-9]*/environ 2>/dev/null); [ -n \"$l\" ] || break; "
    "for p in $l; do p=${p#/proc/}; kill -$s \"${p%/environ}\" 2>/dev/null; done; sleep 1; done; "
    "}; "
    "finish() { trap '' HUP INT TERM PIPE; sweep; [ -z \"$f\" ] || rm -rf \"$f\"; }; "
    "trap finish EXIT; trap 'exit 1' HUP INT TERM; "
    "for p in $(grep -ls \"$n\" /proc/[0-9]*/cmdline 2>/dev/null); do "
    "p=${p#/proc/}; p=${p%/cmdline}; "
    "[ \"$p\" = $$ ] || [ \"$p\" = $PPID ] || kill -9 \"$p\" 2>/dev/null; done; sweep; "
    "for d in \"$TMPDIR\" /tmp /var/tmp \"$HOME/.cache\" /dev/shm; do "
    "[ -d \"$d\" ] && rm -rf \"$d/vmtp-$n\" && mkdir \"$d/vmtp-$n\" 2>/dev/null || continue; "
    "f=$d/vmtp-$n; "
    "echo '#!/bin/sh' >\"$f/try\" 2>/dev/null; chmod 700 \"$f/try\" 2>/dev/null; "
    "\"$f/try\" 2>/dev/null && rm \"$f/try\" && break; rm -rf \"$f\"; f=; done; "
    "echo \"machine $(uname -m)\"; echo \"folder $f\"; "
    "set -- $SSH_CONNECTION; echo \"arrived $3\"; "
    "{ ip -o addr || ifconfig -a; } 2>/dev/null; "
    "echo; echo ready; "
    "while read -r s p; do kill -s \"$s\" -- \"$p\" 2>/dev/null; done";

/* What the priv of a channel points to. */
struct place_process {
    struct ssh_place *place;
    struct ssh_process *process;
};

static int mark_make(char ret[33])
{
    unsigned char random[16];

    if (getrandom(random, sizeof random, 0) != sizeof random)
        return -EIO;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(ret + 2 * i, 3, "%02x", random[i]);
    return 0;
}

static void place_init(struct ssh_place *place, struct ssh_loop *loop,
                       const struct ssh_target *target)
{
    *place = (struct ssh_place){ .loop = loop,
                                 .target = target,
                                 .pipes = { sizeof place->pipes, -1, -1, -1, -1, NULL } };
    pthread_mutex_init(&place->lock, NULL);
    pthread_cond_init(&place->yielded, NULL);
}

/* Its own mark is another: it must not find itself. */
static int keeper_start(struct ssh_place *place, struct vmtp_error *err)
{
    const char *argv[] = { "sh", "-c", keeper, "vmtp-keeper", place->mark, NULL };

    return ssh_loop_start(place->loop, place->target, "keeper", argv, &place->keeper, err);
}

int ssh_place_begin(struct ssh_place *place, struct ssh_loop *loop, const struct ssh_target *target,
                    struct vmtp_error *err)
{
    place_init(place, loop, target);
    if (mark_make(place->mark) < 0)
        return vmtp_fail(err, -EIO, "no random numbers");
    return keeper_start(place, err);
}

/* ---- what the keeper says ---- */

static void fact_take(const char *text, const char *name, char *ret, size_t room)
{
    const char *line = strstr(text, name);
    size_t len = line ? strcspn(line + strlen(name), "\n") : 0;

    if (len && len < room) {
        memcpy(ret, line + strlen(name), len);
        ret[len] = '\0';
    }
}

static void peer_take(struct ssh_place *place, const struct sockaddr_storage *peer)
{
    if (peer->ss_family != AF_INET && peer->ss_family != AF_INET6)
        return;
    getnameinfo((const struct sockaddr *)peer,
                peer->ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                           : sizeof(struct sockaddr_in6),
                place->peer, sizeof place->peer, NULL, 0, NI_NUMERICHOST);
}

/* The facts stand in front of the interfaces, each in a line of its own. */
static void greeting_take(struct ssh_place *place, char *text)
{
    fact_take(text, "machine ", place->machine, sizeof place->machine);
    fact_take(text, "folder ", place->folder, sizeof place->folder);
    fact_take(text, "arrived ", place->arrived, sizeof place->arrived);
    peer_take(place, &place->keeper->peer);
    place->interfaces = text;
}

static int lost(struct ssh_place *place, struct vmtp_error *err)
{
    struct vmtp_error why;

    pthread_mutex_lock(place->keeper->lock);
    why = place->keeper->err;
    pthread_mutex_unlock(place->keeper->lock);
    if (why.code)
        return vmtp_fail(err, -ENOTCONN, "%s", why.text);
    return vmtp_fail(err, -ENOTCONN, "vmtp's shell there was ended by somebody else");
}

/* All of it, within the time that a command may take to start. */
static int greeting_read(struct ssh_place *place, struct ssh_patience patience,
                         struct ssh_buffer *ret, struct vmtp_error *err)
{
    uint64_t limit_ns = clock_now_ns() + SSH_START_TIMEOUTS * place->target->timeout_ns;
    int r = 1;

    if (limit_ns < patience.deadline_ns)
        patience.deadline_ns = limit_ns;
    while (r > 0 &&
           !(ret->len && memmem(ret->data, ret->len, GREETING_END, strlen(GREETING_END)))) {
        r = ssh_pipe_read(place->pipes.out, ret, GREETING_MAX, &patience, err);
        if (r == 0)
            r = lost(place, err);
    }
    ssh_add(ret, "", 1);
    if (r > 0 && ret->failed)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    return r < 0 ? r : 0;
}

int ssh_place_await(struct ssh_place *place, const struct ssh_patience *patience,
                    struct vmtp_error *err)
{
    struct ssh_buffer text = { 0 };
    int r = ssh_process_await(place->keeper, patience, err);

    if (r < 0)
        return r;
    ssh_loop_give(place->keeper, &place->pipes);
    r = greeting_read(place, *patience, &text, err);
    if (r < 0)
        ssh_buffer_clear(&text);
    else
        greeting_take(place, (char *)text.data);
    return r;
}

/* ---- the end ---- */

void ssh_place_release(struct ssh_place *place)
{
    ssh_pipe_close(&place->pipes.in);
}

static void place_free(struct ssh_place *place)
{
    if (!place->loop)
        return;
    ssh_pipe_close(&place->pipes.in);
    ssh_pipe_close(&place->pipes.out);
    ssh_pipe_close(&place->pipes.err);
    if (place->keeper)
        ssh_loop_drop(place->loop, place->keeper);
    place->keeper = NULL;
    free(place->interfaces);
    place->interfaces = NULL;
    while (place->files) {
        struct ssh_file *file = place->files;

        place->files = file->next;
        free(file);
    }
    pthread_cond_destroy(&place->yielded);
    pthread_mutex_destroy(&place->lock);
    place->loop = NULL;
}

int ssh_place_end(struct ssh_place *place, const struct ssh_patience *patience,
                  struct vmtp_error *err)
{
    bool held = place->keeper && place->interfaces;
    struct vmtp_error why;
    int r = 0;

    ssh_place_release(place);
    if (held)
        r = ssh_pipe_wait(place->keeper->ends.ended, POLLIN, patience, err);
    if (held && r == 0) {
        pthread_mutex_lock(place->keeper->lock);
        why = place->keeper->err;
        pthread_mutex_unlock(place->keeper->lock);
        if (why.code)
            r = vmtp_fail(err, -ENOTCONN,
                          "%s; its shell there removes %s and ends what was started, as soon as "
                          "the server notices",
                          why.text, place->folder[0] ? place->folder : "nothing");
    }
    place_free(place);
    return r;
}

/* ---- into it again ---- */

bool ssh_place_is_lost(struct ssh_place *place)
{
    bool gone;

    pthread_mutex_lock(&place->lock);
    pthread_mutex_lock(place->keeper->lock);
    gone = place->keeper->ended;
    pthread_mutex_unlock(place->keeper->lock);
    pthread_mutex_unlock(&place->lock);
    return gone;
}

int ssh_place_claim(struct ssh_place *place, const struct ssh_patience *patience,
                    struct vmtp_error *err)
{
    struct timespec until = { (time_t)(patience->deadline_ns / NS_PER_S),
                              (long)(patience->deadline_ns % NS_PER_S) };

    bool ours;
    int r = 0;

    /* Whoever has it watches the cancel fd. */
    pthread_mutex_lock(&place->lock);
    while (place->claimed && r == 0)
        r = pthread_cond_clockwait(&place->yielded, &place->lock, CLOCK_MONOTONIC, &until);
    ours = !place->claimed;
    place->claimed = true;
    pthread_mutex_unlock(&place->lock);
    return ours ? 0 : vmtp_fail(err, -ETIMEDOUT, "no answer in time");
}

void ssh_place_yield(struct ssh_place *place)
{
    pthread_mutex_lock(&place->lock);
    place->claimed = false;
    pthread_cond_signal(&place->yielded);
    pthread_mutex_unlock(&place->lock);
}

/* The new keeper takes the old one's place when all is as it was. */
static void keeper_replace(struct ssh_place *place, struct ssh_place *again)
{
    struct ssh_process *before = place->keeper;
    struct vmtp_channel pipes = place->pipes;

    pthread_mutex_lock(&place->lock);
    place->keeper = again->keeper;
    place->pipes = again->pipes;
    pthread_mutex_unlock(&place->lock);
    again->keeper = before;
    again->pipes = pipes;
}

static int enter_once(struct ssh_place *place, const struct ssh_patience *patience,
                      struct vmtp_error *err)
{
    struct ssh_place again;
    int r;

    place_init(&again, place->loop, place->target);
    memcpy(again.mark, place->mark, sizeof again.mark);
    r = keeper_start(&again, err);
    if (r == 0)
        r = ssh_place_await(&again, patience, err);
    if (r == 0 && strcmp(again.folder, place->folder) != 0)
        r = vmtp_fail(err, -ESTALE, "its folder %s can't be made again", place->folder);
    for (const struct ssh_file *file = place->files; r == 0 && file; file = file->next)
        r = ssh_file_send(place, file, patience, err);
    if (r == 0)
        keeper_replace(place, &again);
    place_free(&again);
    return r;
}

/* A server that is just being started anew says these. */
static bool may_pass(int code)
{
    return code == -ECONNREFUSED || code == -ECONNRESET || code == -ENOTCONN ||
           code == -EHOSTUNREACH || code == -ETIMEDOUT;
}

/* As long as one may take to log in. */
static int enter_again(struct ssh_place *place, const struct ssh_patience *patience,
                       struct vmtp_error *err)
{
    struct ssh_patience limit = *patience, pause = *patience;
    int r;

    if (limit.deadline_ns > clock_now_ns() + place->target->timeout_ns)
        limit.deadline_ns = clock_now_ns() + place->target->timeout_ns;
    for (;;) {
        r = enter_once(place, patience, err);
        pause.deadline_ns = clock_now_ns() + BACK_OFF_NS;
        if (r == 0 || !may_pass(r) || pause.deadline_ns >= limit.deadline_ns)
            return r;
        r = ssh_pipe_wait(-1, POLLIN, &pause, NULL);
        if (r == -ECANCELED)
            return vmtp_fail(err, r, "interrupted");
    }
}

int ssh_place_recover(struct ssh_place *place, const struct ssh_patience *patience,
                      struct vmtp_error *err)
{
    struct vmtp_error was = { 0 }, why = { 0 };
    struct vmtp_self *self = place->target->trust->self;
    int r;

    if (!ssh_place_is_lost(place))
        return 0;
    if (place->given_up.code)
        return vmtp_fail(err, place->given_up.code, "%s", place->given_up.text);
    lost(place, &was);
    r = enter_again(place, patience, &why);
    if (r == -ECANCELED)
        return vmtp_fail(err, r, "%s", why.text);
    if (r < 0)
        return vmtp_fail(
            err,
            vmtp_fail(&place->given_up, -ENOTCONN, "%.440s; and then: %.440s", was.text, why.text),
            "%s", place->given_up.text);
    vmtp_warn(self, "%s: %s; it has been entered again", place->target->spec.host, was.text);
    return 0;
}

/* ---- commands ---- */

int ssh_place_start(struct ssh_place *place, const char *const *argv,
                    const struct ssh_patience *patience, struct vmtp_channel *ret,
                    struct vmtp_error *err)
{
    struct vmtp_channel channel = { .size = sizeof channel };
    struct place_process *process = calloc(1, sizeof *process);
    int r;

    if (!process)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    process->place = place;
    r = ssh_loop_start(place->loop, place->target, place->mark, argv, &process->process, err);
    if (r == 0) {
        r = ssh_process_await(process->process, patience, err);
        if (r < 0)
            ssh_loop_drop(place->loop, process->process);
    }
    if (r < 0) {
        free(process);
        return r;
    }
    ssh_loop_give(process->process, &channel);
    channel.priv = process;
    vmtp_give(ret, &channel, sizeof channel);
    return 0;
}

static int place_hold(struct ssh_place *place, const struct ssh_patience *patience,
                      struct vmtp_error *err)
{
    int r;

    if (!ssh_place_is_lost(place))
        return 0;
    r = ssh_place_claim(place, patience, err);
    if (r < 0)
        return r;
    r = ssh_place_recover(place, patience, err);
    ssh_place_yield(place);
    return r;
}

int ssh_place_spawn(struct ssh_place *place, const char *const *argv,
                    const struct ssh_patience *patience, struct vmtp_channel *ret,
                    struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int r = place_hold(place, patience, err);

    if (r < 0)
        return r;
    r = ssh_place_start(place, argv, patience, ret, &why);
    if (r == 0)
        return 0;
    if (r == -ECANCELED || !ssh_place_is_lost(place))
        return vmtp_fail(err, r, "%s", why.text);
    r = place_hold(place, patience, err);
    return r < 0 ? r : ssh_place_start(place, argv, patience, ret, err);
}

int ssh_place_signal(const struct vmtp_channel *channel, int signal)
{
    const struct place_process *ours = channel->priv;
    struct ssh_process *process = ours->process;
    char line[48];
    int pid, len, r;

    pthread_mutex_lock(process->lock);
    pid = process->ended ? 0 : process->pid;
    pthread_mutex_unlock(process->lock);
    if (pid == 0)
        return 0;
    /* The numbers up to 15 are the same on every Linux.  So short a line goes in whole. */
    len = snprintf(line, sizeof line, "%d %d\n", signal, pid);
    pthread_mutex_lock(&ours->place->lock);
    r = write(ours->place->pipes.in, line, (size_t)len) < 0 ? -errno : 0;
    pthread_mutex_unlock(&ours->place->lock);
    return r;
}

int ssh_place_reap(struct vmtp_channel *channel)
{
    struct place_process *ours = channel->priv;
    int status = ssh_loop_reap(ours->place->loop, ours->process);

    free(ours);
    channel->ended = -1;
    channel->priv = NULL;
    return status;
}
