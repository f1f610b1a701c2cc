/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/ssh/known.c, with the files of its fuzzer's corpus.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/ssh/known.c"

#define CORPUS "tests/fuzz/corpus/ssh_known/"
#define KEYS   "tests/fuzz/corpus/ssh_key/"

/* The blob of a public key file. */
static struct ssh_buffer key_of(const char *path)
{
    struct ssh_known *known = NULL;
    struct ssh_buffer blob = { 0 };
    char line[2048] = "name ";
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_non_null(fgets(line + 5, sizeof line - 5, file));
    fclose(file);
    assert_int_equal(ssh_known_load(NULL, NULL, &known, NULL), 0);
    assert_int_equal(ssh_known_parse(known, "x", line, strlen(line)), 0);
    assert_int_equal(known->count, 1);
    ssh_add(&blob, known->lines[0].key.data, known->lines[0].key.len);
    ssh_known_free(known);
    return blob;
}

static struct ssh_known_answer ask(const struct ssh_known *known, const char *host, uint16_t port,
                                   const char *key)
{
    struct ssh_buffer blob = key_of(key);
    struct ssh_known_answer answer =
        ssh_known_check(known, host, port, (struct ssh_bytes){ blob.data, blob.len });

    ssh_buffer_clear(&blob);
    return answer;
}

static struct ssh_known *load(const char *path)
{
    struct ssh_known *known = NULL;
    struct vmtp_error err = { 0 };

    if (ssh_known_load(path, NULL, &known, &err) < 0)
        fail_msg("%s", err.text);
    return known;
}

static void knows_names_ports_and_patterns(void **state)
{
    struct ssh_known *known = load(CORPUS "mixed");

    (void)state;
    assert_int_equal(ask(known, "server", 22, KEYS "ed25519.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(ask(known, "SERVER", 22, KEYS "ed25519.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(ask(known, "server", 2222, KEYS "ecdsa256.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(ask(known, "server", 23, KEYS "ed25519.pub").verdict, SSH_KNOWN_NOT);
    assert_int_equal(ask(known, "a.example.net", 22, KEYS "ecdsa256.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(ask(known, "bad.example.net", 22, KEYS "ecdsa256.pub").verdict, SSH_KNOWN_NOT);
    assert_int_equal(ask(known, "10.0.0.7", 22, KEYS "ecdsa256.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(ask(known, "10.0.0.77", 22, KEYS "ecdsa256.pub").verdict, SSH_KNOWN_NOT);
    assert_int_equal(ask(known, "a.example.org", 22, KEYS "ed25519.pub").verdict, SSH_KNOWN_NOT);
    ssh_known_free(known);
}

static void tells_a_changed_key_from_another_type_and_from_a_revoked_one(void **state)
{
    struct ssh_known *known = load(CORPUS "mixed");
    struct ssh_known_answer answer = ask(known, "server", 22, KEYS "locked-ed25519.pub");

    (void)state;
    assert_int_equal(answer.verdict, SSH_KNOWN_CHANGED);
    assert_string_equal(answer.file, CORPUS "mixed");
    assert_int_equal(answer.line, 2);
    answer = ask(known, "server", 22, KEYS "ecdsa256.pub");
    assert_int_equal(answer.verdict, SSH_KNOWN_OTHER);
    assert_string_equal(answer.type, "ssh-ed25519");
    answer = ask(known, "anybody", 22, KEYS "ecdsa384.pub");
    assert_int_equal(answer.verdict, SSH_KNOWN_REVOKED);
    assert_int_equal(answer.line, 5);
    ssh_known_free(known);
}

static void knows_hashed_names(void **state)
{
    struct ssh_known *known = load(CORPUS "hashed");

    (void)state;
    assert_int_equal(ask(known, "secret-host", 22, KEYS "ed25519.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(ask(known, "secret-host", 2222, KEYS "ecdsa256.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(ask(known, "secret-host", 2222, KEYS "ed25519.pub").verdict, SSH_KNOWN_OTHER);
    assert_int_equal(ask(known, "other-host", 22, KEYS "ed25519.pub").verdict, SSH_KNOWN_NOT);
    ssh_known_free(known);
}

static void type_count(void *arg, const char *type)
{
    unsigned int *count = arg;

    *count += strcmp(type, "ssh-ed25519") == 0 ? 1 : 100;
}

static void names_the_types_that_it_knows(void **state)
{
    struct ssh_known *known = load(CORPUS "mixed");
    unsigned int count = 0;

    (void)state;
    ssh_known_types(known, "server", 22, type_count, &count);
    assert_int_equal(count, 1);
    ssh_known_free(known);
}

/* A file of its own, whose last line may lack its newline. */
static void adds(const char *before, bool hashed)
{
    char folder[] = "/tmp/vmtp-test-XXXXXX", path[64];
    struct ssh_buffer blob = key_of(KEYS "ecdsa521.pub");
    struct vmtp_error err = { 0 };
    struct ssh_known *known;
    FILE *file;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/known", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(before, file);
    fclose(file);
    known = load(path);
    if (ssh_known_add(known, "new", 2200, (struct ssh_bytes){ blob.data, blob.len }, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(ask(known, "new", 2200, KEYS "ecdsa521.pub").verdict, SSH_KNOWN_GOOD);
    ssh_known_free(known);
    known = load(path); /* as it is on disk */
    assert_int_equal(ask(known, "new", 2200, KEYS "ecdsa521.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(known->count, *before ? 2 : 1);
    assert_int_equal(strncmp(known->lines[known->count - 1].names, "|1|", 3) == 0, hashed);
    ssh_known_free(known);
    ssh_buffer_clear(&blob);
    unlink(path);
    rmdir(folder);
}

static void adds_a_key_in_the_manner_of_the_file(void **state)
{
    (void)state;
    adds("", false);
    adds("old ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA", false);
    adds("|1|XanC9XcRQTFQMoZN38ooh78cSPw=|oB4b1dDuBrxS0v3/l+3vhrW217o= ssh-ed25519 "
         "AAAAC3NzaC1lZDI1NTE5AAAA",
         true);
}

static void forgets_one_server_and_no_other(void **state)
{
    struct ssh_buffer blob = key_of(KEYS "ed25519.pub");
    struct ssh_bytes key = { blob.data, blob.len };
    struct ssh_known *known = load(NULL);

    (void)state;
    assert_int_equal(ssh_known_add(known, "10.0.0.1", 22, key, NULL), 0);
    assert_int_equal(ssh_known_add(known, "10.0.0.2", 22, key, NULL), 0);
    assert_int_equal(ssh_known_add(known, "10.0.0.1", 2222, key, NULL), 0);
    ssh_known_forget(known, "10.0.0.1", 22);
    assert_int_equal(ask(known, "10.0.0.1", 22, KEYS "ed25519.pub").verdict, SSH_KNOWN_NOT);
    assert_int_equal(ask(known, "10.0.0.2", 22, KEYS "ed25519.pub").verdict, SSH_KNOWN_GOOD);
    assert_int_equal(ask(known, "10.0.0.1", 2222, KEYS "ed25519.pub").verdict, SSH_KNOWN_GOOD);
    ssh_known_free(known);
    ssh_buffer_clear(&blob);
}

static void says_which_file_it_can_not_read_or_write(void **state)
{
    struct ssh_buffer blob = key_of(KEYS "ed25519.pub");
    struct ssh_bytes key = { blob.data, blob.len };
    struct vmtp_error err = { 0 };
    struct ssh_known *known = NULL;

    (void)state;
    assert_int_equal(ssh_known_load("/dev/null/x", NULL, &known, &err), -ENOTDIR);
    assert_string_equal(err.text, "/dev/null/x: Not a directory");
    known = load("/proc/no-such-folder/known");
    assert_true(ssh_known_add(known, "new", 22, key, &err) < 0);
    assert_string_equal(err.text, "can't write the key of new to /proc/no-such-folder/known: No "
                                  "such file or directory");
    ssh_known_free(known);
    ssh_buffer_clear(&blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_names_ports_and_patterns),
        cmocka_unit_test(tells_a_changed_key_from_another_type_and_from_a_revoked_one),
        cmocka_unit_test(knows_hashed_names),
        cmocka_unit_test(names_the_types_that_it_knows),
        cmocka_unit_test(adds_a_key_in_the_manner_of_the_file),
        cmocka_unit_test(forgets_one_server_and_no_other),
        cmocka_unit_test(says_which_file_it_can_not_read_or_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
