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
#include "../../plugins/common/process.h"
#include "../../plugins/common/ssh/loop.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SSHD "/usr/sbin/sshd"

struct fixture {
    char folder[64];
    struct vmtp_channel sshd;
    struct ssh_key *key;
    const struct ssh_key *keys[1];
    struct ssh_trust trust;
    struct ssh_target target;
    struct ssh_loop *loop;
};

/* ---- the server ---- */

/* A socket that listens on a port of its own. */
static int listener(int backlog, uint16_t *ret_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static int connected(uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static const char *path(const struct fixture *f, const char *name)
{
    static char text[4][128];
    static unsigned int turn;
    char *ret = text[turn++ % 4];

    snprintf(ret, sizeof text[0], "%s/%s", f->folder, name);
    return ret;
}

static void key_make(const struct fixture *f, const char *name)
{
    const char *const argv[] = { "ssh-keygen", "-q", "-t", "ed25519",     "-N", "",
                                 "-C",         "",   "-f", path(f, name), NULL };
    struct process_spec spec = { .argv = argv };
    struct vmtp_channel channel = { .size = sizeof channel };
    struct pollfd ended = { .events = POLLIN };

    assert_int_equal(process_start(&spec, &channel, NULL), 0);
    close(channel.in);
    close(channel.out);
    close(channel.err);
    ended.fd = channel.ended;
    assert_int_equal(poll(&ended, 1, 10000), 1);
    assert_int_equal(process_reap(&channel), 0);
}

static void config_write(const struct fixture *f)
{
    FILE *file = fopen(path(f, "config"), "we");

    assert_non_null(file);
    fprintf(file,
            "ListenAddress 127.0.0.1\nPort %u\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\n"
            "UsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nPidFile none\n",
            f->target.spec.port, path(f, "host"), path(f, "user.pub"));
    fclose(file);
}

static void known_write(const struct fixture *f)
{
    FILE *from = fopen(path(f, "host.pub"), "re"), *to = fopen(path(f, "known"), "we");
    char key[512] = "";

    assert_non_null(from);
    assert_non_null(to);
    assert_non_null(fgets(key, sizeof key, from));
    fprintf(to, "[127.0.0.1]:%u %s", f->target.spec.port, key);
    fclose(from);
    fclose(to);
}

static void sshd_start(struct fixture *f)
{
    const char *const argv[] = { SSHD, "-D", "-e", "-f", path(f, "config"), NULL };
    struct process_spec spec = { .argv = argv };
    uint64_t deadline_ns = clock_now_ns() + 10 * NS_PER_S;
    int fd = -1;

    f->sshd.size = sizeof f->sshd;
    assert_int_equal(process_start(&spec, &f->sshd, NULL), 0);
    while (fd < 0 && clock_now_ns() < deadline_ns) {
        fd = connected(f->target.spec.port);
        poll(NULL, 0, 10);
    }
    assert_true(fd >= 0);
    close(fd);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const struct passwd *user = getpwuid(geteuid());

    *state = f;
    if (access(SSHD, X_OK) < 0)
        return 0;
    snprintf(f->folder, sizeof f->folder, "/tmp/vmtp-test-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    key_make(f, "host");
    key_make(f, "user");
    assert_int_equal(ssh_key_load(path(f, "user"), NULL, &f->key, NULL), 0);
    f->keys[0] = f->key;
    f->target = (struct ssh_target){
        .spec = { .host = "127.0.0.1" },
        .credentials = { user ? user->pw_name : "root", NULL, f->keys, 1, "" },
        .trust = &f->trust,
        .timeout_ns = 10 * NS_PER_S,
    };
    mkdir("/run/sshd", 0755);
    close(listener(1, &f->target.spec.port));
    config_write(f);
    known_write(f);
    sshd_start(f);
    assert_int_equal(ssh_known_load(path(f, "known"), NULL, &f->trust.known, NULL), 0);
    assert_int_equal(ssh_loop_new(&f->loop, NULL), 0);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {
        "host", "host.pub", "user", "user.pub", "config", "known"
    };
    struct fixture *f = *state;

    ssh_loop_free(f->loop);
    ssh_known_free(f->trust.known);
    ssh_key_free(f->key);
    if (f->sshd.priv) {
        process_signal(&f->sshd, SIGTERM);
        process_reap(&f->sshd);
        close(f->sshd.in);
        close(f->sshd.out);
        close(f->sshd.err);
    }
    for (size_t i = 0; f->key && i < sizeof names / sizeof *names; i++)
        unlink(path(f, names[i]));
    if (f->folder[0])
        rmdir(f->folder);
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
    listen_fd = listener(0, &deaf.spec.port);
    filler = connected(deaf.spec.port); /* from now on it answers nobody */
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
