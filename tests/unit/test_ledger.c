/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/ledger.c and folder.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/result/ledger.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

static char state_folder[64], folder[96], path[128];

static int setup(void **state)
{
    (void)state;
    snprintf(state_folder, sizeof state_folder, "/tmp/vmtp-test-XXXXXX");
    if (!mkdtemp(state_folder))
        return -1;
    snprintf(folder, sizeof folder, "%s/run", state_folder);
    snprintf(path, sizeof path, "%s/ledger.ndjson", folder);
    setenv("VMTP_STATE_DIR", state_folder, 1);
    return mkdir(folder, 0700);
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(name);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(state_folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct ledger *create(void)
{
    struct ledger *ledger = NULL;
    struct vmtp_error err = { 0 };

    assert_int_equal(ledger_create(folder, &ledger, &err), 0);
    return ledger;
}

/* What is owned, newest first, as "kind:id kind:id ". */
static void owns(struct ledger *ledger, const char *expected)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    _cleanup_(buf_clear) struct buf text = BUF(4096);
    struct vmtp_table rows;

    assert_int_equal(ledger_rows(ledger, arena, &rows, NULL), 0);
    for (uint32_t i = 0; i < rows.count; i++) {
        const struct vmtp_owned *owned = (const struct vmtp_owned *)rows.rows + i;

        assert_int_equal(buf_printf(&text, "%s:%s ", owned->kind, owned->id), 0);
    }
    assert_string_equal(buf_text(&text), expected);
}

static void remembers_what_was_made_and_is_not_gone(void **state)
{
    _cleanup_(ledger_freep) struct ledger *ledger = create();

    (void)state;
    owns(ledger, "");
    assert_int_equal(ledger_add(ledger, "netns", "a", NULL), 0);
    assert_int_equal(ledger_add(ledger, "netns", "b", NULL), 0);
    assert_int_equal(ledger_add(ledger, "link", "a", NULL), 0);
    assert_int_equal(ledger_add(ledger, "netns", "a", NULL), 0); /* known already */
    owns(ledger, "link:a netns:b netns:a ");
    assert_int_equal(ledger_drop(ledger, "netns", "a", NULL), 0);
    assert_int_equal(ledger_drop(ledger, "netns", "never", NULL), 0);
    owns(ledger, "link:a netns:b ");
}

static void tells_how_long_ago_something_was_made(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct ledger *ledger = create();
    const struct vmtp_owned *owned;
    struct vmtp_table rows;
    uint64_t before_ns = clock_now_ns();

    (void)state;
    assert_int_equal(ledger_add(ledger, "vm", "1", NULL), 0);
    ledger_free(ledger);
    usleep(20000);
    assert_int_equal(ledger_open(folder, &ledger, NULL), 0);
    assert_int_equal(ledger_rows(ledger, arena, &rows, NULL), 0);
    owned = rows.rows;
    assert_in_range(owned->age_ns, 19 * NS_PER_MS, clock_now_ns() - before_ns + NS_PER_MS);
    ledger_free(ledger);
}

static void is_read_again_after_its_run_has_died(void **state)
{
    struct ledger *ledger = create();

    (void)state;
    assert_int_equal(ledger_add(ledger, "vm", "1", NULL), 0);
    assert_int_equal(ledger_add(ledger, "vm", "2", NULL), 0);
    assert_int_equal(ledger_drop(ledger, "vm", "1", NULL), 0);
    ledger_free(ledger);
    assert_int_equal(ledger_open(folder, &ledger, NULL), 0);
    owns(ledger, "vm:2 ");
    assert_int_equal(ledger_drop(ledger, "vm", "2", NULL), 0);
    ledger_free(ledger);
    assert_int_equal(ledger_open(folder, &ledger, NULL), 0);
    owns(ledger, "");
    ledger_free(ledger);
}

static void nobody_opens_it_while_its_run_lives(void **state)
{
    _cleanup_(ledger_freep) _unused_ struct ledger *ledger = create();
    struct ledger *other = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(ledger_open(folder, &other, &err), -EBUSY);
    assert_non_null(strstr(err.text, "its run is still alive"));
}

static void write_text(const char *text)
{
    assert_int_equal(file_replace(path, text, strlen(text), 0644, NULL), 0);
}

static void a_line_that_was_cut_was_never_relied_on(void **state)
{
    struct ledger *ledger = NULL;

    (void)state;
    write_text(
        "{\"op\":\"add\",\"kind\":\"vm\",\"id\":\"1\"}\n{\"op\":\"add\",\"kind\":\"vm\",\"id");
    assert_int_equal(ledger_open(folder, &ledger, NULL), 0);
    owns(ledger, "vm:1 ");
    assert_int_equal(ledger_add(ledger, "vm", "2", NULL), 0);
    ledger_free(ledger);
    assert_int_equal(ledger_open(folder, &ledger, NULL), 0);
    owns(ledger, "vm:2 vm:1 ");
    ledger_free(ledger);
}

static void a_damaged_line_is_for_a_person_to_judge(void **state)
{
    static const char *const damages[] = {
        "rubbish\n",
        "{}\n",
        "{\"op\":\"add\",\"kind\":\"vm\"}\n",
        "{\"op\":\"lose\",\"kind\":\"vm\",\"id\":\"1\"}\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(damages); i++) {
        struct ledger *ledger = NULL;
        struct vmtp_error err = { 0 };

        write_text(damages[i]);
        assert_int_equal(ledger_open(folder, &ledger, &err), -EBADMSG);
        assert_non_null(strstr(err.text, "mend or remove the line"));
    }
}

static void an_id_that_can_not_be_written_is_refused(void **state)
{
    _cleanup_(ledger_freep) struct ledger *ledger = create();
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(ledger_add(ledger, "vm", "\xff", &err), -EINVAL);
    owns(ledger, "");
}

static void without_a_ledger_there_is_nothing_to_open(void **state)
{
    struct ledger *ledger = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(ledger_open(folder, &ledger, &err), -ENOENT);
}

/* ---- folders ---- */

static void ids_sort_by_time_and_differ(void **state)
{
    char one[32], other[32];

    (void)state;
    run_id_make(one);
    run_id_make(other);
    assert_int_equal(strspn(one, "0123456789abcdef-"), strlen(one));
    assert_true(strlen(one) >= 20);
    assert_true(strncmp(one, other, 15) <= 0);
}

static void make(const char *id)
{
    _free_ char *made = NULL;
    struct stat st;

    assert_int_equal(run_folder_make(NULL, id, &made, NULL), 0);
    assert_int_equal(stat(made, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
}

static void finds(const char *id, int expected, const char *end)
{
    _free_ char *found = NULL;
    struct vmtp_error err = { 0 };

    assert_int_equal(run_folder_find(id, &found, &err), expected);
    if (expected < 0)
        assert_non_null(strstr(err.text, end));
    else
        assert_string_equal(strrchr(found, '/') + 1, end);
}

static void a_run_is_found_by_a_beginning_that_no_other_has(void **state)
{
    (void)state;
    finds("last", -ENOENT, "there are no runs yet");
    make("20261121-024000-1f3a");
    make("20261121-024001-0000");
    make("20261122-000000-aaaa");
    finds("20261122", 0, "20261122-000000-aaaa");
    finds("20261121-024000-1f3a", 0, "20261121-024000-1f3a");
    finds("last", 0, "20261122-000000-aaaa");
    finds("20261121", -EEXIST, "several begin like this");
    finds("2025", -ENOENT, "there is none of this name");
    finds("", -ENOENT, "none");
    finds("../run", -ENOENT, "none");
}

static void runs_are_listed_oldest_first(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    const char **ids;
    size_t count;

    (void)state;
    assert_int_equal(run_list(arena, &ids, &count, NULL), 0);
    assert_int_equal(count, 0);
    make("20261122-000000-aaaa");
    make("20261121-024000-1f3a");
    assert_int_equal(run_list(arena, &ids, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_string_equal(ids[0], "20261121-024000-1f3a");
}

static void a_run_is_removed_with_all_of_its_files(void **state)
{
    _free_ char *made = NULL;
    char file[PATH_MAX];
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(run_folder_make(NULL, "one", &made, NULL), 0);
    snprintf(file, sizeof file, "%s/journal.ndjson", made);
    assert_int_equal(file_replace(file, "{}", 2, 0600, NULL), 0);
    assert_int_equal(run_folder_remove(made, &err), 0);
    finds("one", -ENOENT, "there are no runs yet");
    assert_int_equal(run_folder_remove(made, &err), -ENOENT);
}

static void a_run_is_made_once_and_has_a_plain_name(void **state)
{
    _free_ char *made = NULL;

    (void)state;
    make("one");
    assert_int_equal(run_folder_make(NULL, "one", &made, NULL), -EEXIST);
    assert_int_equal(run_folder_make(NULL, "../one", &made, NULL), -EINVAL);
    assert_int_equal(run_folder_make(NULL, "", &made, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(remembers_what_was_made_and_is_not_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_how_long_ago_something_was_made, setup, teardown),
        cmocka_unit_test_setup_teardown(is_read_again_after_its_run_has_died, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_opens_it_while_its_run_lives, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_that_was_cut_was_never_relied_on, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_line_is_for_a_person_to_judge, setup, teardown),
        cmocka_unit_test_setup_teardown(an_id_that_can_not_be_written_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_ledger_there_is_nothing_to_open, setup, teardown),
        cmocka_unit_test_setup_teardown(ids_sort_by_time_and_differ, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_is_found_by_a_beginning_that_no_other_has, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(runs_are_listed_oldest_first, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_is_removed_with_all_of_its_files, setup, teardown),
        cmocka_unit_test_setup_teardown(a_run_is_made_once_and_has_a_plain_name, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
