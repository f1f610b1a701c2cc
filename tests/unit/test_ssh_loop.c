/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/ssh/loop.c and what it drives, with a real sshd on 127.0.0.1: what a
 * server that behaves oddly does to the others.  Each wait has a deadline, so a hang is a failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/clock.h"
#include "../../plugins/common/ssh/loop.h"

#include "../fakes/sshd.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
    struct fake_sshd *sshd; /* NULL: there is none, and so nothing below */
    struct ssh_key *key;
    const struct ssh_key *keys[1];
    struct ssh_trust trust;
    struct ssh_target target;
    struct ssh_loop *loop;
};

static void known_write(const struct fixture *f)
{
    FILE *from = fopen(fake_sshd_path(f->sshd, "host.pub"), "re");
    FILE *to = fopen(fake_sshd_path(f->sshd, "known"), "we");
    char key[512] = "";

    assert_non_null(from);
    assert_non_null(to);
    assert_non_null(fgets(key, sizeof key, from));
    fprintf(to, "[127.0.0.1]:%u %s", f->sshd->port, key);
    fclose(from);
    fclose(to);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    f->sshd = fake_sshd_new();
    if (!f->sshd)
        return 0;
    assert_int_equal(ssh_key_load(fake_sshd_path(f->sshd, "user"), NULL, &f->key, NULL), 0);
    f->keys[0] = f->key;
    f->target = (struct ssh_target){
        .spec = { .host = "127.0.0.1", .port = f->sshd->port },
        .credentials = { f->sshd->user, NULL, f->keys, 1, "" },
        .trust = &f->trust,
        .timeout_ns = 10 * NS_PER_S,
    };
    known_write(f);
    fake_sshd_start(f->sshd, "host");
    assert_int_equal(ssh_known_load(fake_sshd_path(f->sshd, "known"), NULL, &f->trust.known, NULL),
                     0);
    assert_int_equal(ssh_loop_new(&f->loop, NULL), 0);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    ssh_loop_free(f->loop);
    ssh_known_free(f->trust.known);
    ssh_key_free(f->key);
    fake_sshd_free(f->sshd);
    free(f);
    return 0;
}

/* ---- commands ---- */

static struct ssh_process *begin(struct fixture *f, const struct ssh_target *target,
                                 const char *script)
{
    const char *const argv[] = { "sh", "-c", script, NULL };
    struct ssh_process *process = NULL;

    assert_int_equal(ssh_loop_start(f->loop, target, "mark", argv, &process, NULL), 0);
    return process;
}

static int await(struct ssh_process *process, struct vmtp_error *err)
{
    struct ssh_patience patience = { clock_now_ns() + 20 * NS_PER_S, -1 };

    return ssh_process_await(process, &patience, err);
}

static uint64_t cpu_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* ---- tests ---- */

static void notices_a_lost_connection_although_nobody_reads(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };
    struct ssh_process *process;
    struct pollfd ended = { .events = POLLIN };
    uint64_t before_ns = cpu_ns();

    if (!f->loop)
        skip();
    process = begin(f, &f->target,
                    "(sleep 1; kill -9 $PPID) </dev/null >/dev/null 2>&1 & "
                    "head -c 300000 /dev/zero | tee /dev/stderr");
    if (await(process, &err) < 0)
        fail_msg("%s", err.text);
    ended.fd = process->ends.ended;
    assert_int_equal(poll(&ended, 1, 8000), 1);
    assert_true(cpu_ns() - before_ns < NS_PER_S / 2);
    assert_int_equal(ssh_loop_reap(f->loop, process), 255);
}

static void takes_no_server_for_another_whose_tunnel_was_given_up(void **state)
{
    struct fixture *f = *state;
    struct ssh_target behind = f->target, deaf = f->target;
    struct ssh_process *first, *given_up, *next;
    struct ssh_target another;
    struct vmtp_error err = { 0 };
    int listen_fd, filler;

    if (!f->loop)
        skip();
    behind.jump = deaf.jump = &f->target;
    behind.timeout_ns = 6 * NS_PER_S;
    another = behind;
    deaf.timeout_ns = NS_PER_S / 5;
    listen_fd = fake_listener(0, &deaf.spec.port);
    filler = fake_connected(deaf.spec.port); /* from now on it answers nobody */
    first = begin(f, &behind, "read line");
    assert_int_equal(await(first, &err), 0);
    given_up = begin(f, &deaf, "true");
    assert_int_equal(await(given_up, &err), -ETIMEDOUT);
    assert_non_null(strstr(err.text, "the jump host does not reach it within 0.2 s"));
    assert_int_equal(listen(listen_fd, 8), 0); /* the jump host's next try is answered */
    next = begin(f, &another, "true");
    if (await(next, &err) < 0)
        fail_msg("%s", err.text);
    ssh_loop_drop(f->loop, next);
    ssh_loop_drop(f->loop, given_up);
    ssh_loop_drop(f->loop, first);
    ssh_loop_free(f->loop); /* targets outlive it */
    f->loop = NULL;
    close(listen_fd);
    close(filler);
}

static int begin_and_drop(struct fixture *f, struct vmtp_error *err)
{
    struct ssh_process *process = begin(f, &f->target, "true");
    int r = await(process, err);

    ssh_loop_drop(f->loop, process);
    return r;
}

/* Its connection, on which the others are, stops and goes on by itself when the test is over. */
static void gives_a_channel_up_that_is_never_opened(void **state)
{
    struct fixture *f = *state;
    uint64_t limit_ns = clock_now_ns() + 10 * NS_PER_S;
    struct ssh_process *stopper;
    struct vmtp_error err = { 0 };
    int r = 0;

    if (!f->loop)
        skip();
    f->target.timeout_ns = NS_PER_S / 2;
    stopper = begin(f, &f->target,
                    "(sleep 6; kill -CONT $PPID) </dev/null >/dev/null 2>&1 & "
                    "read line; kill -STOP $PPID");
    if (await(stopper, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(write(stopper->ends.in, "\n", 1), 1);
    /* the last of them may have its channel, but is not answered any more */
    while (r == 0 && clock_now_ns() < limit_ns)
        r = begin_and_drop(f, &err);
    assert_int_equal(r, -ETIMEDOUT);
    assert_int_equal(begin_and_drop(f, &err), -ETIMEDOUT);
    assert_true(clock_now_ns() < limit_ns);
    assert_non_null(strstr(err.text, "does not start a command in time"));
    ssh_loop_drop(f->loop, stopper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(notices_a_lost_connection_although_nobody_reads, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(takes_no_server_for_another_whose_tunnel_was_given_up,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_a_channel_up_that_is_never_opened, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
