/* SPDX-License-Identifier: Apache-2.0
 *
 * libvmtp.so as a program of somebody else's uses it: <vmtp/vmtp.h> and nothing of the core.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vmtp/vmtp.h>

#define HEAD "vmtp: 1\ncloud: local\nflows:\n"
#define ONE  "duration: 10ms, warmup: 0s, repeat: 1, path: loopback"

static const char quick[] = HEAD "  - { name: a, tool: 'null', " ONE " }\n";
static const char endless[] = HEAD "  - { name: a, tool: { 'null': { hang: true } }, " ONE " }\n";
static const char trusting[] =
    HEAD "  - { name: a, tool: { confidant: { secret: { prompt: the password } } }, " ONE " }\n";

static char folder[] = "/tmp/vmtp-test-XXXXXX";

static int setup(void **state)
{
    (void)state;
    unsetenv("VMTP_PLUGIN_PATH");
    return mkdtemp(folder) ? setenv("VMTP_STATE_DIR", folder, 1) : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct vmtp *vmtp_made(const struct vmtp_settings *settings)
{
    struct vmtp_error err = { 0 };
    struct vmtp *vmtp;

    if (vmtp_new(settings, &vmtp, &err) < 0)
        fail_msg("%s", err.text);
    return vmtp;
}

static int text_run(struct vmtp *vmtp, const char *text, char **ret_document,
                    struct vmtp_error *err)
{
    return vmtp_run(vmtp, text, strlen(text), "test.yaml", ret_document, err);
}

/* The id of the run that a document is of. */
static void run_of(const char *document, char ret[64])
{
    const char *at = strstr(document, "\"id\":\"");

    assert_non_null(at);
    assert_int_equal(sscanf(at, "\"id\":\"%63[^\"]", ret), 1);
}

static void a_scenario_becomes_a_document(void **state)
{
    struct vmtp *vmtp = vmtp_made(NULL);
    struct vmtp_error err = { 0 };
    char *document;

    (void)state;
    assert_int_equal(text_run(vmtp, quick, &document, &err), VMTP_PASSED);
    assert_non_null(strstr(document, "\"schema\":\"vmtp.result/1\""));
    assert_non_null(strstr(document, "\"status\":\"ok\""));
    assert_int_equal(err.code, 0);
    vmtp_text_free(document);
    vmtp_free(vmtp);
}

static void thresholds_make_the_verdict(void **state)
{
    static const char *const expects[] = { ">= 1M", ">= 9G" };
    static const int verdicts[] = { VMTP_PASSED, VMTP_FAILED };
    struct vmtp *vmtp = vmtp_made(NULL);
    char text[1024], *document;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 HEAD "  - { name: a, tool: 'null', duration: 10ms, warmup: 0s, repeat: 6, "
                      "path: loopback }\n"
                      "thresholds:\n  - { flow: a, metric: goodput, expect: '%s' }\n",
                 expects[i]);
        assert_int_equal(text_run(vmtp, text, &document, NULL), verdicts[i]);
        vmtp_text_free(document);
    }
    snprintf(text, sizeof text, "%sthresholds:\n  - { metric: goodput, expect: '>= 1M' }\n", quick);
    assert_int_equal(text_run(vmtp, text, &document, NULL), VMTP_UNDECIDED); /* one trial */
    vmtp_text_free(document);
    vmtp_free(vmtp);
}

static void it_may_be_called_again(void **state)
{
    struct vmtp *vmtp = vmtp_made(NULL);
    char *document, first[64], second[64];

    (void)state;
    assert_int_equal(text_run(vmtp, quick, &document, NULL), 0);
    run_of(document, first);
    vmtp_text_free(document);
    assert_int_equal(text_run(vmtp, quick, &document, NULL), 0);
    run_of(document, second);
    vmtp_text_free(document);
    assert_string_not_equal(first, second);
    vmtp_free(vmtp);
}

static void a_wrong_scenario_is_refused_with_its_place(void **state)
{
    static const char wrong[] = HEAD "  - { name: a, tool: nul, " ONE " }\n";
    struct vmtp *vmtp = vmtp_made(NULL);
    struct vmtp_error err = { 0 };
    char *document = (char *)wrong;

    (void)state;
    assert_int_equal(vmtp_check(vmtp, wrong, strlen(wrong), NULL, &err), -EINVAL);
    assert_non_null(strstr(err.text, "scenario:4:"));
    assert_int_equal(text_run(vmtp, wrong, &document, &err), -EINVAL);
    assert_non_null(strstr(err.text, "test.yaml:4:"));
    assert_non_null(strstr(err.text, "did you mean 'null'?"));
    assert_null(document);
    assert_int_equal(text_run(vmtp, wrong, &document, NULL), -EINVAL);
    vmtp_free(vmtp);
}

static void the_text_needs_no_nul(void **state)
{
    struct vmtp *vmtp = vmtp_made(NULL);
    char *text = malloc(sizeof quick - 1); /* so that a byte beyond is seen */

    (void)state;
    memcpy(text, quick, sizeof quick - 1);
    assert_int_equal(vmtp_check(vmtp, text, sizeof quick - 1, "test.yaml", NULL), 0);
    assert_int_equal(vmtp_check(vmtp, text, 0, "test.yaml", NULL), -EINVAL);
    free(text);
    vmtp_free(vmtp);
}

static size_t runs_in(const char *state_dir)
{
    char path[256];
    struct dirent **entries;
    int n;

    snprintf(path, sizeof path, "%s/runs", state_dir);
    n = scandir(path, &entries, NULL, NULL);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    if (n >= 0)
        free(entries);
    return n > 2 ? (size_t)n - 2 : 0;
}

static void a_check_and_a_plan_touch_nothing(void **state)
{
    struct vmtp *vmtp = vmtp_made(NULL);
    size_t before = runs_in(folder);
    char *plan;

    (void)state;
    assert_int_equal(vmtp_check(vmtp, endless, strlen(endless), NULL, NULL), 0);
    assert_int_equal(vmtp_plan(vmtp, endless, strlen(endless), NULL, &plan, NULL), 0);
    assert_non_null(strstr(plan, "\"schema\":\"vmtp.plan/1\""));
    assert_non_null(strstr(plan, "\"tool\":\"null\""));
    assert_non_null(strstr(plan, "\"trials\":{\"min\":1,\"max\":1}"));
    assert_int_equal(runs_in(folder), before);
    assert_non_null(strstr(plan, "\"needs\":{}"));
    assert_null(strstr(plan, "\"search\""));
    vmtp_text_free(plan);
    vmtp_free(vmtp);
}

static void runs_are_kept_where_the_settings_say(void **state)
{
    char own[64];
    struct vmtp_settings settings = { .size = sizeof settings, .state_dir = own };
    struct vmtp *vmtp;
    size_t before = runs_in(folder);
    char *document;

    (void)state;
    snprintf(own, sizeof own, "%s/own", folder);
    vmtp = vmtp_made(&settings);
    memset(own, 'x', 8); /* it has a copy */
    assert_int_equal(text_run(vmtp, quick, &document, NULL), 0);
    snprintf(own, sizeof own, "%s/own", folder);
    assert_int_equal(runs_in(own), 1);
    assert_int_equal(runs_in(folder), before);
    vmtp_text_free(document);
    vmtp_free(vmtp);
}

/* ---- what is told ---- */

struct ear {
    char text[4096];
    int level, calls;
};

static void hear(void *arg, int level, const char *line)
{
    struct ear *ear = arg;
    size_t used = strlen(ear->text);

    ear->level = level;
    ear->calls++;
    snprintf(ear->text + used, sizeof ear->text - used, "%s\n", line);
}

static void a_plugin_that_is_no_plugin_is_told(void **state)
{
    struct ear ear = { 0 };
    struct vmtp_settings settings = { .size = sizeof settings, .arg = &ear, .log = hear };
    char path[64], file[96];
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/bad", folder);
    snprintf(file, sizeof file, "%s/bad.so", path);
    assert_int_equal(mkdir(path, 0700), 0);
    fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    settings.plugin_path = path;
    vmtp_free(vmtp_made(&settings));
    assert_non_null(strstr(ear.text, "/bad/bad.so: "));
    assert_int_equal(ear.level, VMTP_WARN);
    ear.text[0] = '\0';
    settings.least = VMTP_WARN + 1;
    vmtp_free(vmtp_made(&settings));
    assert_string_equal(ear.text, "");
}

struct viewer {
    struct vmtp *vmtp;
    pthread_t thread;
    int calls, expected;
    bool elsewhere;
};

static void view(void *arg, const struct vmtp_progress *progress)
{
    struct viewer *viewer = arg;

    viewer->calls++;
    viewer->elsewhere |= !pthread_equal(viewer->thread, pthread_self());
    if (viewer->calls > 2 && strstr(progress->doing, "flow=a") && !viewer->expected) {
        viewer->expected = (int)progress->expected;
        vmtp_cancel(viewer->vmtp);
    }
}

static void progress_is_told_to_the_thread_that_called(void **state)
{
    struct viewer viewer = { .thread = pthread_self() };
    struct vmtp_settings settings = { .size = sizeof settings, .arg = &viewer, .progress = view };
    struct vmtp_error err = { 0 };
    char *document;

    (void)state;
    viewer.vmtp = vmtp_made(&settings);
    assert_int_equal(text_run(viewer.vmtp, endless, &document, &err), -ECANCELED);
    assert_false(viewer.elsewhere);
    assert_true(viewer.calls > 2);
    assert_int_equal(viewer.expected, 1);
    vmtp_text_free(document);
    vmtp_free(viewer.vmtp);
}

/* ---- secrets, and the thread that a tool runs in ---- */

struct keeper {
    const char *answer;
    int status, asked;
    char what[64];
};

static int keep(void *arg, const char *what, char *ret, size_t len)
{
    struct keeper *keeper = arg;

    keeper->asked++;
    snprintf(keeper->what, sizeof keeper->what, "%s", what);
    snprintf(ret, len, "%s", keeper->answer);
    return keeper->status;
}

static int secret_run(struct keeper *keeper, char **ret_document, struct vmtp_error *err)
{
    struct vmtp_settings settings = { .size = sizeof settings,
                                      .plugin_path = BUILD "/tests/plugins",
                                      .arg = keeper,
                                      .secret = keeper ? keep : NULL };
    struct vmtp *vmtp = vmtp_made(&settings);
    int r = text_run(vmtp, trusting, ret_document, err);

    vmtp_free(vmtp);
    return r;
}

static void a_secret_is_asked_for_and_told_to_nobody(void **state)
{
    struct keeper keeper = { .answer = "sesame" };
    struct vmtp_error err = { 0 };
    char *document;

    (void)state;
    if (secret_run(&keeper, &document, &err) != 0)
        fail_msg("%s\n%s", err.text, document);
    assert_int_equal(keeper.asked, 1);
    assert_string_equal(keeper.what, "the password");
    assert_non_null(strstr(document, "\"value\":1000"));
    assert_null(strstr(document, "sesame"));
    vmtp_text_free(document);
}

static void without_its_secret_a_run_does_not_begin(void **state)
{
    struct keeper silent = { .answer = "", .status = -ENOENT }, empty = { .answer = "" };
    size_t before = runs_in(folder);
    struct vmtp_error err = { 0 };
    char *document;

    (void)state;
    assert_int_equal(secret_run(&silent, &document, &err), -ENOENT);
    assert_non_null(strstr(err.text, "test.yaml:4:"));
    assert_null(document);
    assert_int_equal(secret_run(&empty, &document, &err), -ENOKEY);
    assert_non_null(strstr(err.text, "the answer is empty"));
    assert_int_equal(secret_run(NULL, &document, &err), -ENOKEY);
    assert_non_null(strstr(err.text, "nobody can be asked for it"));
    assert_int_equal(runs_in(folder), before);
}

/* What confidant sees, in a program that has done nothing about SIGPIPE. */
static void what_belongs_to_the_process_is_as_it_was(void **state)
{
    struct keeper keeper = { .answer = "sesame" };
    struct sigaction pipe_before, pipe_after;
    struct vmtp_error err = { 0 };
    sigset_t blocked;
    char *document, here[256], there[256];
    locale_t locale = uselocale((locale_t)0);

    (void)state;
    sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
    sigaction(SIGPIPE, NULL, &pipe_before);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    assert_non_null(getcwd(here, sizeof here));
    if (secret_run(&keeper, &document, &err) != 0)
        fail_msg("%s\n%s", err.text, document);
    sigaction(SIGPIPE, NULL, &pipe_after);
    assert_ptr_equal(pipe_before.sa_handler, pipe_after.sa_handler);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (int i = 1; i < SIGRTMIN; i++)
        assert_int_equal(sigismember(&blocked, i), i == SIGUSR2);
    assert_string_equal(here, getcwd(there, sizeof there));
    assert_ptr_equal(uselocale((locale_t)0), locale);
    vmtp_text_free(document);
}

static int fds_open(void)
{
    struct dirent **entries;
    int n = scandir("/proc/self/fd", &entries, NULL, NULL);

    assert_true(n > 0);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return n;
}

static void no_fd_is_left_open(void **state)
{
    int before = fds_open();

    it_may_be_called_again(state);
    a_wrong_scenario_is_refused_with_its_place(state);
    assert_int_equal(fds_open(), before);
}

/* ---- several threads ---- */

struct other {
    struct vmtp *vmtp;
    pthread_t thread;
    const char *text;
    char *document;
    struct vmtp_error err;
    int status;
};

static void *other_run(void *arg)
{
    struct other *other = arg;

    other->status = text_run(other->vmtp, other->text, &other->document, &other->err);
    return NULL;
}

static void other_start(struct other *other, const char *text)
{
    other->text = text;
    assert_int_equal(pthread_create(&other->thread, NULL, other_run, other), 0);
}

static void two_run_at_once(void **state)
{
    static const char text[] =
        HEAD "  - { name: a, tool: native, duration: 300ms, warmup: 0s, repeat: 1, "
             "path: loopback }\n";
    struct other others[2] = { { .vmtp = vmtp_made(NULL) }, { .vmtp = vmtp_made(NULL) } };
    char ids[2][64];

    (void)state;
    for (size_t i = 0; i < 2; i++)
        other_start(&others[i], text);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(others[i].thread, NULL);
        if (others[i].status != 0)
            fail_msg("%s\n%s", others[i].err.text, others[i].document);
        run_of(others[i].document, ids[i]);
        vmtp_text_free(others[i].document);
        vmtp_free(others[i].vmtp);
    }
    assert_string_not_equal(ids[0], ids[1]);
}

/* Set once a run is at its flow. */
static void note_begin(void *arg, const struct vmtp_progress *progress)
{
    if (strstr(progress->doing, "flow=a"))
        atomic_store((atomic_bool *)arg, true);
}

static void begin_await(atomic_bool *begun)
{
    for (int i = 0; i < 2000 && !atomic_load(begun); i++)
        usleep(5000);
    assert_true(atomic_load(begun));
}

static void a_cancel_from_another_thread_keeps_what_there_is(void **state)
{
    atomic_bool begun = false;
    struct vmtp_settings settings = { .size = sizeof settings,
                                      .arg = &begun,
                                      .progress = note_begin };
    struct other other = { .vmtp = vmtp_made(&settings) };
    struct vmtp_error err = { 0 };
    char *document;

    (void)state;
    other_start(&other, endless);
    begin_await(&begun);
    assert_int_equal(text_run(other.vmtp, quick, &document, &err), -EBUSY);
    assert_string_equal(err.text, "this struct vmtp is at another run");
    assert_int_equal(vmtp_check(other.vmtp, quick, strlen(quick), NULL, NULL), 0);
    vmtp_cancel(other.vmtp);
    pthread_join(other.thread, NULL);
    assert_int_equal(other.status, -ECANCELED);
    assert_string_equal(other.err.text, "interrupted");
    assert_non_null(other.document);
    assert_non_null(strstr(other.document, "\"kind\":\"interrupted\""));
    vmtp_text_free(other.document);

    vmtp_cancel(other.vmtp); /* nothing runs, and what comes next is not meant */
    assert_int_equal(text_run(other.vmtp, quick, &document, NULL), 0);
    vmtp_text_free(document);
    vmtp_free(other.vmtp);
}

/* ---- settings ---- */

static void settings_of_another_time_are_taken_or_refused(void **state)
{
    struct {
        struct vmtp_settings settings;
        void *newer;
    } future = { .settings.size = sizeof future };
    struct vmtp_settings old = { .size = offsetof(struct vmtp_settings, secret) };
    struct vmtp_settings damaged = { .size = 4 };
    struct vmtp_error err = { 0 };
    struct vmtp *vmtp;

    (void)state;
    vmtp_free(vmtp_made(&old));
    vmtp_free(vmtp_made(&future.settings));
    future.newer = &future;
    assert_int_equal(vmtp_new(&future.settings, &vmtp, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "it needs a newer vmtp"));
    assert_int_equal(vmtp_new(&damaged, &vmtp, &err), -EBADF);
    vmtp_free(NULL);
    vmtp_text_free(NULL);
}

static void it_knows_its_version(void **state)
{
    (void)state;
    assert_string_equal(vmtp_version(), VMTP_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scenario_becomes_a_document),
        cmocka_unit_test(thresholds_make_the_verdict),
        cmocka_unit_test(it_may_be_called_again),
        cmocka_unit_test(a_wrong_scenario_is_refused_with_its_place),
        cmocka_unit_test(the_text_needs_no_nul),
        cmocka_unit_test(a_check_and_a_plan_touch_nothing),
        cmocka_unit_test(runs_are_kept_where_the_settings_say),
        cmocka_unit_test(a_plugin_that_is_no_plugin_is_told),
        cmocka_unit_test(progress_is_told_to_the_thread_that_called),
        cmocka_unit_test(a_secret_is_asked_for_and_told_to_nobody),
        cmocka_unit_test(without_its_secret_a_run_does_not_begin),
        cmocka_unit_test(what_belongs_to_the_process_is_as_it_was),
        cmocka_unit_test(no_fd_is_left_open),
        cmocka_unit_test(two_run_at_once),
        cmocka_unit_test(a_cancel_from_another_thread_keeps_what_there_is),
        cmocka_unit_test(settings_of_another_time_are_taken_or_refused),
        cmocka_unit_test(it_knows_its_version),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
