/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/machine.c and access.c: into machines that boot, with a real
 * sshd on 127.0.0.1 in their place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/machine.c"
#define said access_said /* each file has its own */
#include "../../plugins/clouds/openstack/access.c"
#undef said
#include "../../plugins/clouds/openstack/crew.c"

#include "../../plugins/common/ssh/output.h"
#include "../fakes/host.h"
#include "../fakes/sshd.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

struct fixture {
    struct fake_sshd *sshd; /* NULL: there is none, and so nothing below */
    struct os_options opt;
    struct fake_host *host;
    struct os_access access;
    struct bp_machine plan;
    struct os_machine machines[2];
    char key[128], known[128];
};

static const char *console; /* what the cloud's API tells of it; NULL: it fails */

/* The client's, of which only the console is asked for here. */
int os_post(struct os_client *client, enum os_service service, json_t *body, json_t **ret,
            struct vmtp_error *err, const char *fmt, ...)
{
    (void)client;
    (void)err;
    assert_int_equal(service, OS_COMPUTE);
    assert_string_equal(fmt, "/servers/%s/action");
    assert_non_null(json_object_get(body, "os-getConsoleOutput"));
    json_decref(body);
    if (!console)
        return -EPERM;
    *ret = json_pack("{s:s}", "output", console);
    return 0;
}

static void opened(struct fixture *f)
{
    struct vmtp_error err = { 0 };

    f->host = fake_host_new(&f->opt, 0);
    if (access_open(&f->host->self, &f->access, &err) < 0)
        fail_msg("%s", err.text);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    console = NULL;
    f->sshd = fake_sshd_new();
    if (!f->sshd)
        return 0;
    setenv("HOME", f->sshd->folder, 1);
    f->opt = (struct os_options){ .user = f->sshd->user, .ssh_timeout_ns = 20 * NS_PER_S };
    snprintf(f->key, sizeof f->key, "%s", fake_sshd_path(f->sshd, "user"));
    snprintf(f->known, sizeof f->known, "%s", fake_sshd_path(f->sshd, "known"));
    f->plan.side = OS_SERVER;
    for (size_t i = 0; i < 2; i++) {
        f->machines[i] = (struct os_machine){
            .plan = &f->plan,
            .name = i ? "client" : "server",
            .port = { .ip4 = "127.0.0.1" },
            .server = { .id = "id", .zone = "nova" },
            .target = { .spec = { .port = f->sshd->port } },
        };
    }
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    if (f->host) {
        machines_leave(&f->host->self, f->machines, 2);
        access_close(&f->access);
    }
    fake_host_free(f->host);
    fake_sshd_free(f->sshd);
    free(f);
    return 0;
}

static int enter(struct fixture *f, size_t count, struct vmtp_error *err)
{
    return machines_enter(&f->host->self, NULL, &f->access, f->machines, count, err);
}

static void entered(struct fixture *f, size_t count)
{
    struct vmtp_error err = { 0 };

    if (enter(f, count, &err) < 0)
        fail_msg("%s", err.text);
}

/* ---- booting ---- */

static void *boot(void *arg)
{
    struct fixture *f = arg;

    poll(NULL, 0, 400);
    fake_sshd_allow(f->sshd, "# none yet");
    fake_sshd_start(f->sshd, "host");
    poll(NULL, 0, 800);
    fake_sshd_allow(f->sshd, f->access.public_key);
    return NULL;
}

static void enters_a_machine_as_soon_as_it_has_booted_and_knows_the_key(void **state)
{
    const char *const argv[] = { "echo", "here", NULL };
    struct fixture *f = *state;
    struct ssh_patience patience = { clock_now_ns() + 20 * NS_PER_S, -1 };
    struct ssh_output output = { 0 };
    pthread_t thread;

    if (!f->sshd)
        skip();
    opened(f);
    assert_int_equal(pthread_create(&thread, NULL, boot, f), 0);
    entered(f, 1);
    pthread_join(thread, NULL);
    assert_non_null(strstr(f->host->log, "lets nobody in yet: Connection refused"));
    assert_null(strstr(f->host->log, "warn "));
    assert_null(strstr(f->host->log, "info "));
    assert_int_equal(ssh_place_run(&f->machines[0].place, argv, 100, &patience, &output, NULL), 0);
    assert_string_equal((char *)output.out.data, "here\n");
    ssh_output_clear(&output);
    /* nothing is kept of it */
    assert_true(access(fake_sshd_path(f->sshd, ".ssh"), F_OK) < 0);
}

static void goes_through_the_first_where_another_has_no_address(void **state)
{
    struct fixture *f = *state;

    if (!f->sshd)
        skip();
    opened(f);
    fake_sshd_allow(f->sshd, f->access.public_key);
    fake_sshd_start(f->sshd, "host");
    f->machines[1].jump = &f->machines[0];
    snprintf(f->machines[1].server.host, sizeof f->machines[1].server.host, "hv2");
    entered(f, 2);
    assert_string_equal(f->machines[0].place.peer, "127.0.0.1");
    assert_string_equal(f->machines[1].place.peer, "");
    assert_string_equal(f->machines[0].location, "nova");
    assert_string_equal(f->machines[1].location, "nova:hv2");
}

static void count(void *arg, const char *type)
{
    unsigned int *known = arg;

    (void)type;
    (*known)++;
}

static void holds_a_host_key_once_the_machine_is_in(void **state)
{
    struct fixture *f = *state;
    unsigned int known = 0;
    struct vmtp_error err = { 0 };

    if (!f->sshd)
        skip();
    opened(f);
    fake_sshd_allow(f->sshd, f->access.public_key);
    fake_sshd_start(f->sshd, "host");
    entered(f, 1);
    machines_leave(&f->host->self, f->machines, 1);
    fake_sshd_stop(f->sshd);
    fake_sshd_key(f->sshd, "other");
    fake_sshd_start(f->sshd, "other");
    f->opt.ssh_timeout_ns = 2 * NS_PER_S;
    assert_int_equal(enter(f, 1, &err), -ETIMEDOUT);
    if (!strstr(err.text, "ITS HOST KEY HAS CHANGED"))
        fail_msg("%s", err.text);
    /* while it boots that is nothing to worry about */
    atomic_store(&f->access.fresh.held, false);
    entered(f, 1);
    ssh_known_types(f->access.fresh.known, "127.0.0.1", f->sshd->port, count, &known);
    assert_int_equal(known, 1);
}

static void says_why_a_machine_lets_nobody_in_and_what_its_console_said(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };

    if (!f->sshd)
        skip();
    f->opt.ssh_timeout_ns = NS_PER_S;
    opened(f);
    assert_int_equal(enter(f, 1, &err), -ETIMEDOUT);
    assert_string_equal(err.text, "server (127.0.0.1): no login within 1 s: Connection refused");
    console = "[  1.2] no root device\r\n\033[1;31mKernel panic\033[0m - not syncing\n\n";
    assert_int_equal(enter(f, 1, &err), -ETIMEDOUT);
    assert_non_null(strstr(err.text, ": Connection refused; its console ends: [ 1.2] no root "
                                     "device | Kernel panic - not syncing"));
}

static void does_not_wait_long_for_an_address_that_answers_nothing(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };
    int listen_fd, filler;

    if (!f->sshd)
        skip();
    f->opt.ssh_timeout_ns = 2 * NS_PER_S;
    opened(f);
    listen_fd = fake_listener(0, &f->machines[0].target.spec.port);
    filler = fake_connected(f->machines[0].target.spec.port); /* now it answers nobody */
    assert_int_equal(enter(f, 1, &err), -ETIMEDOUT);
    if (!strstr(err.text, ": Connection timed out"))
        fail_msg("%s", err.text);
    close(filler);
    close(listen_fd);
}

static void *cancel(void *arg)
{
    poll(NULL, 0, 300);
    fake_host_cancel(arg);
    return NULL;
}

static void ends_when_the_run_is_cancelled(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };
    uint64_t begin_ns = clock_now_ns();
    pthread_t thread;

    if (!f->sshd)
        skip();
    opened(f);
    assert_int_equal(pthread_create(&thread, NULL, cancel, f->host), 0);
    assert_int_equal(enter(f, 2, &err), -ECANCELED);
    pthread_join(thread, NULL);
    assert_true(clock_now_ns() - begin_ns < NS_PER_S);
}

/* ---- the external host ---- */

static void refuses_an_external_host_that_is_not_known(void **state)
{
    struct fixture *f = *state;
    struct vmtp_error err = { 0 };
    char spec[64];

    if (!f->sshd)
        skip();
    snprintf(spec, sizeof spec, "%s@127.0.0.1:%u", f->sshd->user, f->sshd->port);
    f->opt.external_host = spec;
    f->opt.external_key = f->key;
    f->machines[0] = (struct os_machine){ .name = OS_EXTERNAL_HOST };
    fake_sshd_start(f->sshd, "host");
    opened(f);
    assert_int_equal(external_enter(&f->host->self, &f->access, f->machines, &err), -EKEYREJECTED);
    assert_non_null(strstr(err.text, "external-host (127.0.0.1): its host key is not known"));
    access_close(&f->access);
    fake_host_free(f->host);
    f->opt.host_keys = SSH_TRUST_ACCEPT_NEW;
    f->opt.known_hosts = f->known;
    opened(f);
    if (external_enter(&f->host->self, &f->access, f->machines, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(access(f->known, F_OK), 0);
}

/* ---- keys ---- */

static void gives_the_cloud_the_public_half_of_whichever_key_is_used(void **state)
{
    struct fixture *f = *state;
    char line[512] = "";
    struct vmtp_error err = { 0 };
    FILE *file;

    if (!f->sshd)
        skip();
    opened(f);
    assert_non_null(f->access.own_key);
    assert_int_equal(strncmp(f->access.public_key, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", 32), 0);
    access_close(&f->access);
    assert_null(f->access.own_key);
    file = fopen(fake_sshd_path(f->sshd, "user.pub"), "re");
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    f->opt.key = f->key;
    assert_int_equal(access_open(&f->host->self, &f->access, &err), 0);
    assert_null(f->access.own_key);
    assert_int_equal(strncmp(f->access.public_key, line, 80), 0);
    access_close(&f->access);
    f->opt.public_key = fake_sshd_path(f->sshd, "host.pub");
    assert_int_equal(access_open(&f->host->self, &f->access, &err), 0);
    assert_int_not_equal(strncmp(f->access.public_key, line, 80), 0);
}

static void not_opened(const struct os_options *opt, const char *text)
{
    struct fake_host *host = fake_host_new(opt, 0);
    struct os_access access = { 0 };
    struct vmtp_error err = { 0 };

    assert_true(access_open(&host->self, &access, &err) < 0);
    assert_string_equal(err.text, text);
    access_close(&access);
    fake_host_free(host);
}

static void says_what_is_wrong_with_a_key(void **state)
{
    (void)state;
    not_opened(&(struct os_options){ .key = "/nowhere/id" },
               "key /nowhere/id: No such file or directory");
    not_opened(&(struct os_options){ .public_key = "/nowhere/id.pub" },
               "public key /nowhere/id.pub: No such file or directory");
    not_opened(&(struct os_options){ .public_key = "tests/fuzz/corpus/ssh_key/ed25519" },
               "public key tests/fuzz/corpus/ssh_key/ed25519: its first line is no public key of "
               "OpenSSH");
    not_opened(&(struct os_options){ .controller = "a@b", .known_hosts = "/dev/null/x" },
               "/dev/null/x: Not a directory");
}

static void takes_the_file_beside_an_encrypted_key(void **state)
{
    struct os_options opt = { .key = "tests/fuzz/corpus/ssh_key/locked-ed25519" };
    struct fake_host *host = fake_host_new(&opt, 0);
    struct os_access access = { 0 };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(access_open(&host->self, &access, &err), 0);
    assert_int_equal(strncmp(access.public_key, "ssh-ed25519 ", 12), 0);
    access_close(&access);
    fake_host_free(host);
}

/* ---- what a console says ---- */

static void cleaned(const char *text, size_t len, const char *wanted)
{
    char clean[256];

    console_clean(text, clean, len);
    assert_string_equal(clean, wanted);
}

static void shows_a_console_as_one_line_of_its_end(void **state)
{
    static char all[50000];

    (void)state;
    cleaned("", 256, "");
    cleaned("one\r\n\r\ntwo\n", 256, "one | two");
    cleaned("\033[2J\033[01;01H\033(Bbar\a\b  \t  login:  \n\n\033", 256, "bar login:");
    cleaned("first\nsecond line", 12, "second line");
    cleaned("\xc3\xa4\xc3\xb6\xc3\xbc", 6, "\xc3\xb6\xc3\xbc"); /* not half a letter */
    memset(all, '\n', sizeof all);                              /* clouds that tell all of it */
    memcpy(all + sizeof all - 8, "the end", 8);
    cleaned(all, 20, "the end");
    memset(all, 'x', sizeof all);
    memcpy(all + sizeof all - 8, "the end", 8);
    cleaned(all, 8, "the end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(enters_a_machine_as_soon_as_it_has_booted_and_knows_the_key,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(goes_through_the_first_where_another_has_no_address, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(holds_a_host_key_once_the_machine_is_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_why_a_machine_lets_nobody_in_and_what_its_console_said,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_not_wait_long_for_an_address_that_answers_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_when_the_run_is_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_an_external_host_that_is_not_known, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(gives_the_cloud_the_public_half_of_whichever_key_is_used,
                                        set_up, tear_down),
        cmocka_unit_test(says_what_is_wrong_with_a_key),
        cmocka_unit_test(takes_the_file_beside_an_encrypted_key),
        cmocka_unit_test(shows_a_console_as_one_line_of_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
