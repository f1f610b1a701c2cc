/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/ssh/place.c and put.c, with a real sshd on 127.0.0.1: what becomes of a
 * place whose connection is cut, at every moment at which that can happen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/clock.h"
#include "../../plugins/common/ssh/output.h"

#include "../fakes/host.h"
#include "../fakes/sshd.h"

#include <dirent.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BIG_BYTES (12 << 20)

struct fixture {
    struct fake_sshd *sshd; /* NULL: there is none, and so nothing below */
    struct fake_host *host;
    struct ssh_key *key;
    const struct ssh_key *keys[1];
    struct ssh_trust trust;
    struct ssh_target target;
    struct ssh_loop *loop;
    struct ssh_place place;
};

static struct ssh_patience patience_of(uint64_t limit_ns)
{
    return (struct ssh_patience){ clock_now_ns() + limit_ns, -1 };
}

static void enter(struct fixture *f)
{
    struct ssh_patience patience = patience_of(20 * NS_PER_S);
    struct vmtp_error err = { 0 };

    if (ssh_place_begin(&f->place, f->loop, &f->target, &err) < 0 ||
        ssh_place_await(&f->place, &patience, &err) < 0)
        fail_msg("%s", err.text);
    atomic_store(&f->trust.held, true);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    f->sshd = fake_sshd_new();
    if (!f->sshd)
        return 0;
    f->host = fake_host_new(NULL, 0);
    assert_int_equal(ssh_key_load(fake_sshd_path(f->sshd, "user"), NULL, &f->key, NULL), 0);
    f->keys[0] = f->key;
    f->trust.policy = SSH_TRUST_FRESH;
    f->trust.self = &f->host->self;
    f->target = (struct ssh_target){
        .spec = { .host = "127.0.0.1", .port = f->sshd->port },
        .credentials = { f->sshd->user, NULL, f->keys, 1, "" },
        .trust = &f->trust,
        .timeout_ns = 10 * NS_PER_S,
    };
    fake_sshd_start(f->sshd, "host");
    assert_int_equal(ssh_known_load(NULL, NULL, &f->trust.known, NULL), 0);
    assert_int_equal(ssh_loop_new(&f->loop, NULL), 0);
    enter(f);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    struct ssh_patience patience = patience_of(5 * NS_PER_S);
    char folder[sizeof f->place.folder];
    struct stat about;

    if (f->sshd) {
        memcpy(folder, f->place.folder, sizeof folder);
        if (ssh_place_end(&f->place, &patience, NULL) == 0)
            assert_int_equal(stat(folder, &about), -1);
        ssh_loop_free(f->loop);
        ssh_known_free(f->trust.known);
        ssh_key_free(f->key);
        fake_host_free(f->host);
        fake_sshd_free(f->sshd);
    }
    free(f);
    return 0;
}

/* ---- what is done there ---- */

/* Its exit status, or why it did not start. */
static int run(struct fixture *f, const char *script, struct vmtp_error *err)
{
    const char *const argv[] = { "sh", "-c", script, NULL };
    struct ssh_patience patience = patience_of(20 * NS_PER_S);
    struct ssh_output output = { 0 };
    int r = ssh_place_run(&f->place, argv, 65536, &patience, &output, err);

    ssh_output_clear(&output);
    return r;
}

static struct vmtp_channel begin(struct fixture *f, const char *script)
{
    const char *const argv[] = { "sh", "-c", script, NULL };
    struct ssh_patience patience = patience_of(20 * NS_PER_S);
    struct vmtp_channel channel = { .size = sizeof channel };
    struct vmtp_error err = { 0 };

    if (ssh_place_spawn(&f->place, argv, &patience, &channel, &err) < 0)
        fail_msg("%s", err.text);
    return channel;
}

static bool has_ended(const struct vmtp_channel *channel, int wait_ms)
{
    struct pollfd ended = { .fd = channel->ended, .events = POLLIN };

    return poll(&ended, 1, wait_ms) == 1;
}

static int end(struct vmtp_channel *channel)
{
    int status;

    assert_true(has_ended(channel, 20000));
    ssh_pipe_close(&channel->in);
    ssh_pipe_close(&channel->out);
    ssh_pipe_close(&channel->err);
    status = ssh_place_reap(channel);
    return status;
}

/* What this script does, it does once it is known to run: before, it would be started again. */
static int run_told(struct fixture *f, const char *script)
{
    struct vmtp_channel channel = begin(f, script);

    assert_int_equal(write(channel.in, "\n", 1), 1);
    return end(&channel);
}

/* The connection is gone when this returns. */
static void cut(struct fixture *f)
{
    assert_int_equal(run_told(f, "read line; kill -9 $PPID"), 255);
    assert_true(ssh_place_is_lost(&f->place));
}

static void put(struct fixture *f, const char *from, char ret_path[PATH_MAX])
{
    struct ssh_patience patience = patience_of(20 * NS_PER_S);
    struct vmtp_error err = { 0 };

    if (ssh_place_put(&f->place, from, &patience, ret_path, PATH_MAX, &err) < 0)
        fail_msg("%s", err.text);
}

static const char *file_make(const struct fixture *f, const char *name, long bytes,
                             const char *text)
{
    const char *path = fake_sshd_path(f->sshd, name);
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    if (bytes)
        assert_int_equal(truncate(path, bytes), 0);
    return path;
}

static unsigned int warnings(const struct fixture *f)
{
    unsigned int count = 0;

    for (const char *at = f->host->log; (at = strstr(at, "entered again")); at++)
        count++;
    return count;
}

/* ---- tests ---- */

static void enters_again_what_was_cut_after_the_login(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    if (!f->sshd)
        skip();
    cut(f);
    if (run(f, "exit 7", &err) != 7)
        fail_msg("%s", err.text);
    cut(f);
    assert_int_equal(run(f, "exit 8", &err), 8);
    assert_int_equal(warnings(f), 2);
    assert_non_null(strstr(f->host->log, "warn 127.0.0.1: the connection was lost: the server "
                                         "closed it; it has been entered again"));
}

static void tells_that_a_command_was_cut_and_runs_the_next(void **state)
{
    struct fixture *f = *state;
    struct vmtp_channel running;
    char said[200] = "";

    if (!f->sshd)
        skip();
    running = begin(f, "sleep 30");
    cut(f);
    assert_true(has_ended(&running, 5000));
    assert_true(read(running.err, said, sizeof said - 1) > 0);
    assert_string_equal(said, "the connection was lost: the server closed it\n");
    assert_int_equal(end(&running), 255);
    assert_int_equal(run(f, "exit 3", NULL), 3);
}

/* It can't write to it either: what was there before is stopped. */
static void ends_what_is_left_there_before_it_begins(void **state)
{
    struct fixture *f = *state;
    struct vmtp_channel running;
    struct vmtp_error err = { 0 };
    char script[1200];

    if (!f->sshd)
        skip();
    running = begin(f, "trap '' TERM; while :; do sleep 0.1; done");
    snprintf(script, sizeof script,
             "read line; for p in $(grep -ls 'vmtp[-]keeper' /proc/[0-9]*/cmdline); do "
             "p=${p%%/cmdline}; "
             "grep -qs %s $p/cmdline && kill -STOP ${p#/proc/}; done; kill -9 $PPID",
             f->place.mark);
    assert_int_equal(run_told(f, script), 255);
    assert_int_equal(end(&running), 255);
    snprintf(
        script, sizeof script,
        "n=0; for p in $(grep -ls %s /proc/[0-9]*/cmdline); do p=${p%%/cmdline}; "
        "tr '\\0' '\\n' <$p/cmdline | grep -qx vmtp-keeper && n=$((n + 1)); done; "
        "[ $n = 1 ] && [ -d %s ] && [ $(grep -ls VMTP_RUN=%s /proc/[0-9]*/environ | wc -l) -lt "
        "6 ] && exit 5",
        f->place.mark, f->place.folder, f->place.mark);
    if (run(f, script, &err) != 5)
        fail_msg("%s", err.text);
}

static void puts_again_what_was_put(void **state)
{
    struct fixture *f = *state;
    char first[PATH_MAX], second[PATH_MAX], third[PATH_MAX], script[3 * PATH_MAX];

    if (!f->sshd)
        skip();
    put(f, file_make(f, "one", 0, "#!/bin/sh\nexit 3\n"), first);
    put(f, file_make(f, "two", 0, "#!/bin/sh\nexit 4\n"), second);
    cut(f);
    snprintf(script, sizeof script, "%s; [ $? = 3 ] && exec %s", first, second);
    assert_int_equal(run(f, script, NULL), 4);
    put(f, file_make(f, "one", 0, "#!/bin/sh\nexit 9\n"), third);
    assert_string_not_equal(first, third);
    assert_int_equal(run(f, third, NULL), 9);
}

/* A helper there waits for the first bytes of the file. */
static void puts_a_file_that_was_cut_on_its_way(void **state)
{
    struct fixture *f = *state;
    char path[PATH_MAX], script[2 * PATH_MAX];
    struct vmtp_channel cutter;

    if (!f->sshd)
        skip();
    snprintf(script, sizeof script, "while [ ! -s %s/1/big ]; do :; done; kill -9 $PPID",
             f->place.folder);
    cutter = begin(f, script);
    put(f, file_make(f, "big", BIG_BYTES, "#!/bin/sh\n"), path);
    assert_int_equal(end(&cutter), 255);
    assert_int_equal(warnings(f), 1);
    snprintf(script, sizeof script, "[ $(wc -c <%s) = %d ] && exit 6", path, BIG_BYTES);
    assert_int_equal(run(f, script, NULL), 6);
}

struct guest {
    pthread_t thread;
    struct fixture *f;
    struct vmtp_channel channel;
};

static void *guest_run(void *arg)
{
    struct guest *guest = arg;

    guest->channel = begin(guest->f, "read line; exit 2");
    return NULL;
}

/* Who comes second would end what the first has started. */
static void is_entered_by_one_of_many_who_need_it(void **state)
{
    struct fixture *f = *state;
    struct guest guests[5];

    if (!f->sshd)
        skip();
    cut(f);
    for (size_t i = 0; i < 5; i++) {
        guests[i].f = f;
        assert_int_equal(pthread_create(&guests[i].thread, NULL, guest_run, &guests[i]), 0);
    }
    for (size_t i = 0; i < 5; i++)
        pthread_join(guests[i].thread, NULL);
    assert_int_equal(warnings(f), 1);
    for (size_t i = 0; i < 5; i++) {
        assert_false(has_ended(&guests[i].channel, 0));
        ssh_pipe_close(&guests[i].channel.in);
        assert_int_equal(end(&guests[i].channel), 2);
    }
}

static void signals_through_the_new_keeper(void **state)
{
    struct fixture *f = *state;
    struct vmtp_channel running;

    if (!f->sshd)
        skip();
    cut(f);
    running = begin(f, "exec sleep 30");
    assert_int_equal(ssh_place_signal(&running, SIGTERM), 0);
    assert_int_equal(end(&running), 128 + SIGTERM);
}

static void gives_a_machine_up_that_is_gone(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };
    char path[PATH_MAX];
    struct ssh_patience patience;
    uint64_t begin_ns;

    if (!f->sshd)
        skip();
    f->target.timeout_ns = NS_PER_S;
    cut(f);
    fake_sshd_stop(f->sshd);
    begin_ns = clock_now_ns();
    assert_int_equal(run(f, "true", &err), -ENOTCONN);
    assert_string_equal(err.text, "the connection was lost: the server closed it; and then: "
                                  "Connection refused");
    assert_true(clock_now_ns() - begin_ns < 2 * NS_PER_S);
    begin_ns = clock_now_ns();
    patience = patience_of(20 * NS_PER_S);
    assert_int_equal(run(f, "true", &err), -ENOTCONN);
    assert_int_equal(ssh_place_put(&f->place, fake_sshd_path(f->sshd, "user.pub"), &patience, path,
                                   sizeof path, &err),
                     -ENOTCONN);
    assert_true(clock_now_ns() - begin_ns < NS_PER_S / 2);
}

static void waits_for_a_server_that_starts_anew(void **state)
{
    struct fixture *f = *state;
    struct guest guest = { .f = f };

    if (!f->sshd)
        skip();
    cut(f);
    fake_sshd_stop(f->sshd);
    assert_int_equal(pthread_create(&guest.thread, NULL, guest_run, &guest), 0);
    poll(NULL, 0, 700); /* in which it is refused more than once */
    fake_sshd_start(f->sshd, "host");
    pthread_join(guest.thread, NULL);
    ssh_pipe_close(&guest.channel.in);
    assert_int_equal(end(&guest.channel), 2);
}

static void believes_no_other_host_key(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    if (!f->sshd)
        skip();
    cut(f);
    fake_sshd_stop(f->sshd);
    fake_sshd_key(f->sshd, "other");
    fake_sshd_start(f->sshd, "other");
    assert_int_equal(run(f, "true", &err), -ENOTCONN);
    assert_non_null(strstr(err.text, "ITS HOST KEY HAS CHANGED"));
}

static void heeds_a_cancel_while_it_enters(void **state)
{
    struct fixture *f = *state;
    const char *const argv[] = { "true", NULL };
    struct vmtp_channel channel = { .size = sizeof channel };
    struct ssh_patience patience = patience_of(20 * NS_PER_S);
    struct vmtp_error err = { 0 };

    if (!f->sshd)
        skip();
    cut(f);
    patience.cancel_fd = f->host->cancel[0];
    fake_host_cancel(f->host);
    assert_int_equal(ssh_place_spawn(&f->place, argv, &patience, &channel, &err), -ECANCELED);
    assert_int_equal(run(f, "exit 4", &err), 4); /* and it is not given up */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(enters_again_what_was_cut_after_the_login),
        TEST(tells_that_a_command_was_cut_and_runs_the_next),
        TEST(ends_what_is_left_there_before_it_begins),
        TEST(puts_again_what_was_put),
        TEST(puts_a_file_that_was_cut_on_its_way),
        TEST(is_entered_by_one_of_many_who_need_it),
        TEST(signals_through_the_new_keeper),
        TEST(gives_a_machine_up_that_is_gone),
        TEST(waits_for_a_server_that_starts_anew),
        TEST(believes_no_other_host_key),
        TEST(heeds_a_cancel_while_it_enters),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
