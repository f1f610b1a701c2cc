/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/cli/reading.c; a store is asked in tests/e2e/summary.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/cli/reading.h"

#include <fcntl.h>
#include <sys/stat.h>

static char folder[] = "/tmp/vmtp-test-XXXXXX";
static struct reading reading;
static char path[200];

#define GOOD "{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"r1\"},\"results\":[]}"
#define OLD  "{\"flows\":[],\"run_id\":\"abcdef0\"}"

static const char *file_of(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *written(const char *name, const char *text)
{
    if (file_replace(file_of(name), text, strlen(text), 0600, NULL) < 0)
        fail_msg("%s can't be written", path);
    return path;
}

static void reads(const char *name, size_t count)
{
    struct vmtp_error err = { 0 };

    reading_clear(&reading);
    if (reading_add(&reading, name, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(reading.count, count);
}

static void refuses(const char *name, int code, const char *why)
{
    struct vmtp_error err = { 0 };

    reading_clear(&reading);
    assert_int_equal(reading_add(&reading, name, &err), code);
    if (!strstr(err.text, why))
        fail_msg("'%s' is not in '%s'", why, err.text);
}

static const char *id_of(size_t i)
{
    return json_string_value(json_object_get(json_object_get(reading.documents[i], "run"), "id"));
}

static void reads_documents_of_vmtp_and_of_vmtps_past(void **state)
{
    (void)state;
    reads(written("a", GOOD), 1);
    assert_string_equal(id_of(0), "r1");
    assert_string_equal(reading.names[0], path);
    reads(written("a", OLD), 1);
    assert_string_equal(id_of(0), "abcdef0");
}

static void reads_several_in_one_file(void **state)
{
    (void)state;
    reads(written("a", GOOD "\n" OLD " \n"), 2);
    reads(written("a", "[" GOOD "," OLD "," OLD "]"), 3);
    reads(written("a", "[]"), 0);
}

/* "\\\\u0000" is a backslash and five letters; a whole pair of surrogates is a letter. */
static void reads_what_no_text_can_hold_as_the_sign_for_it(void **state)
{
    const json_t *run;

    (void)state;
    reads(written("a",
                  "\xef\xbb\xbf{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"a\\u0000\\uD800b\","
                  "\"name\":\"\\\\u0000\\ud83d\\ude00\\udc00\",\"\\u0000\":1},\"results\":[]}"),
          1);
    run = json_object_get(reading.documents[0], "run");
    assert_string_equal(id_of(0), "a\xef\xbf\xbd\xef\xbf\xbd"
                                  "b");
    assert_string_equal(json_string_value(json_object_get(run, "name")),
                        "\\u0000\xf0\x9f\x98\x80\xef\xbf\xbd");
    assert_non_null(json_object_get(run, "\xef\xbf\xbd"));
    refuses(written("a", "\"\\u"), -EINVAL, ": no JSON: ");
}

static void reads_a_pipe(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], GOOD, strlen(GOOD)), strlen(GOOD));
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    reads(path, 1);
    close(ends[0]);
}

static void reads_a_run_by_folder_and_by_id(void **state)
{
    (void)state;
    setenv("VMTP_STATE_DIR", folder, 1);
    assert_int_equal(dir_make(file_of("runs/20260101-000000-00000001"), NULL), 0);
    written("runs/20260101-000000-00000001/result.json", GOOD);
    reads("20260101", 1);
    assert_string_equal(reading.names[0], "20260101-000000-00000001");
    reads("last", 1);
    reads(file_of("runs/20260101-000000-00000001"), 1);
}

static void reads_the_journal_of_a_run_that_has_no_document(void **state)
{
    (void)state;
    assert_int_equal(dir_make(file_of("killed"), NULL), 0);
    written("killed/journal.ndjson", "{\"t\":1,\"type\":\"run\",\"run\":\"k\"}\n");
    reads(file_of("killed"), 1);
    assert_string_equal(id_of(0), "k");
    reads(file_of("killed/journal.ndjson"), 1);
}

static void refuses_what_is_neither(void **state)
{
    (void)state;
    refuses(written("a", "{}"), -EINVAL,
            ": neither a result document of vmtp nor one of VMTP nor a journal");
    refuses(written("a", "[7]"), -EINVAL, ": neither a result document");
    refuses(written("a", ""), -EINVAL, ": empty");
    refuses(written("a", " \n"), -EINVAL, ": empty");
    refuses(written("a", GOOD "x"), -EINVAL, ": no JSON: line 1, column ");
    refuses(written("a", "{\"schema\":\"vmtp.result/1\",\"run\":{\"id\":\"r1\"},\"results\":[7]}"),
            -EINVAL, ": neither a result document");
    refuses("no-such-thing", -ENOENT, "no-such-thing is no file: run 'no-such-thing': there");
    refuses("/no/such/file", -ENOENT, "/no/such/file: No such file or directory");
    refuses(file_of("."), -ENOENT, "journal.ndjson: No such file or directory");
}

static void refuses_more_than_memory_holds(void **state)
{
    _free_ char *many = malloc((9u << 20) + 1);
    _close_ int fd = -1;

    (void)state;
    assert_non_null(many);
    memset(many, ',', 9u << 20);
    many[9u << 20] = '\0';
    refuses(written("a", many), -EFBIG, ": has more than 8388608 values");
    fd = open(file_of("b"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, (off_t)257 << 20), 0);
    refuses(path, -EMSGSIZE, ": larger than 268435456 bytes");
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_drop(void **state)
{
    static const char *const names[] = { "a",
                                         "b",
                                         "killed/journal.ndjson",
                                         "killed",
                                         "runs/20260101-000000-00000001/result.json",
                                         "runs/20260101-000000-00000001",
                                         "runs",
                                         "." };

    (void)state;
    reading_clear(&reading);
    for (size_t i = 0; i + 1 < COUNT(names); i++)
        remove(file_of(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_documents_of_vmtp_and_of_vmtps_past),
        cmocka_unit_test(reads_several_in_one_file),
        cmocka_unit_test(reads_what_no_text_can_hold_as_the_sign_for_it),
        cmocka_unit_test(reads_a_pipe),
        cmocka_unit_test(reads_a_run_by_folder_and_by_id),
        cmocka_unit_test(reads_the_journal_of_a_run_that_has_no_document),
        cmocka_unit_test(refuses_what_is_neither),
        cmocka_unit_test(refuses_more_than_memory_holds),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
