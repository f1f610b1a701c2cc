/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/ssh/key.c, container.c and bcrypt.c, with the keys of their
 * fuzzer's corpus, which ssh-keygen has made.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/ssh/key.c"

#define KEYS "tests/fuzz/corpus/ssh_key/"

static const char *const open_keys[] = { "ed25519", "ecdsa256", "ecdsa384",   "ecdsa521",
                                         "rsa",     "pem-rsa",  "pkcs8-ecdsa" };
static const char *const locked_keys[] = { "locked-ed25519", "locked-cbc", "locked-rsa",
                                           "locked-pkcs8" };

static struct ssh_key *load(const char *name, const char *passphrase)
{
    struct ssh_key *key = NULL;
    struct vmtp_error err = { 0 };
    char path[128];

    snprintf(path, sizeof path, KEYS "%s", name);
    if (ssh_key_load(path, passphrase, &key, &err) < 0)
        fail_msg("%s", err.text);
    return key;
}

/* Its public half is what ssh-keygen wrote beside it. */
static void public_is_right(const struct ssh_key *key, const char *name)
{
    unsigned char text[1024];
    char path[128], line[1024];
    FILE *file;

    snprintf(path, sizeof path, KEYS "%s.pub", name);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    EVP_EncodeBlock(text, ssh_key_blob(key).data, (int)ssh_key_blob(key).len);
    if (!strstr(line, (const char *)text))
        fail_msg("%s is not in %s", (const char *)text, line);
}

static void signature_is_right(const struct ssh_key *key, const char *method)
{
    static const unsigned char data[] = "what is signed";
    struct ssh_buffer signature = { 0 };
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    struct vmtp_error err = { 0 };

    if (ssh_key_sign(key, method, (struct ssh_bytes){ data, sizeof data }, &signature, &err) < 0)
        fail_msg("%s", err.text);
    if (EVP_PKEY_get_base_id(key->private) != EVP_PKEY_EC) {
        assert_int_equal(
            EVP_DigestVerifyInit(context, NULL, digest_of(key, method), NULL, key->private), 1);
        assert_int_equal(
            EVP_DigestVerify(context, signature.data, signature.len, data, sizeof data), 1);
    } else {
        struct ssh_reader reader = { signature.data, signature.len, false };

        assert_true(ssh_read_string(&reader).len > 20);
        assert_true(ssh_read_string(&reader).len > 20);
        assert_true(!reader.failed && reader.left == 0);
    }
    EVP_MD_CTX_free(context);
    ssh_buffer_clear(&signature);
}

static void reads_every_kind_of_key_and_signs_with_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof open_keys / sizeof *open_keys; i++) {
        struct ssh_key *key = load(open_keys[i], NULL);

        public_is_right(key, open_keys[i]);
        signature_is_right(key, NULL);
        if (ssh_key_is_rsa(key)) {
            signature_is_right(key, "rsa-sha2-256");
            signature_is_right(key, "rsa-sha2-512");
        }
        ssh_key_free(key);
    }
}

static void opens_encrypted_keys_with_their_passphrase(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof locked_keys / sizeof *locked_keys; i++) {
        struct ssh_key *key = load(locked_keys[i], "open sesame");

        public_is_right(key, locked_keys[i]);
        ssh_key_free(key);
    }
}

static void refused(const char *name, const char *passphrase, int code, const char *text)
{
    struct ssh_key *key = NULL;
    struct vmtp_error err = { 0 };
    char path[128], wanted[256];

    snprintf(path, sizeof path, KEYS "%s", name);
    snprintf(wanted, sizeof wanted, "key %s: %s", path, text);
    assert_int_equal(ssh_key_load(path, passphrase, &key, &err), code);
    assert_null(key);
    assert_string_equal(err.text, wanted);
}

static void says_why_a_key_can_not_be_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof locked_keys / sizeof *locked_keys; i++) {
        refused(locked_keys[i], NULL, -ENOKEY, "is encrypted and there is no passphrase");
        refused(locked_keys[i], "sesame open", -ENOKEY, "the passphrase is wrong");
    }
    refused("locked-gcm", "open sesame", -ENOTSUP,
            "is encrypted in a way that vmtp can't read; ssh-keygen -p -Z aes256-ctr -f FILE "
            "writes it anew");
    refused("dsa", NULL, -EINVAL, "is no private key of type ed25519, ecdsa or RSA");
    refused("ed25519.pub", NULL, -EINVAL, "is no private key of type ed25519, ecdsa or RSA");
    refused("none", NULL, -ENOENT, "No such file or directory");
    refused("", NULL, -EINVAL, "Invalid argument"); /* a folder */
}

static void sends_the_public_half_under_the_name_of_the_method(void **state)
{
    struct ssh_key *key = load("rsa", NULL);
    struct ssh_buffer public = { 0 };
    struct ssh_reader reader;

    (void)state;
    ssh_key_public(key, "rsa-sha2-512", &public);
    reader = (struct ssh_reader){ public.data, public.len, false };
    assert_true(ssh_bytes_are(ssh_read_string(&reader), "rsa-sha2-512"));
    assert_int_equal(reader.left, ssh_key_blob(key).len - 4 - strlen("ssh-rsa"));
    ssh_buffer_clear(&public);
    ssh_key_public(key, NULL, &public);
    assert_true(ssh_bytes_equal(ssh_key_blob(key), public.data, public.len));
    ssh_buffer_clear(&public);
    ssh_key_free(key);
}

static void makes_a_key_of_its_own(void **state)
{
    struct ssh_key *key = NULL, *other = NULL;
    unsigned char text[256];
    char line[256], wanted[320];

    (void)state;
    assert_int_equal(ssh_key_make("the run's own key", &key, NULL), 0);
    assert_int_equal(ssh_key_make("another", &other, NULL), 0);
    assert_string_equal(ssh_key_name(key), "the run's own key");
    assert_false(
        ssh_bytes_equal(ssh_key_blob(key), ssh_key_blob(other).data, ssh_key_blob(other).len));
    signature_is_right(key, NULL);
    EVP_EncodeBlock(text, ssh_key_blob(key).data, (int)ssh_key_blob(key).len);
    snprintf(wanted, sizeof wanted, "ssh-ed25519 %s me", (const char *)text);
    assert_int_equal(ssh_key_line(key, "me", line, sizeof line), 0);
    assert_string_equal(line, wanted);
    assert_int_equal(ssh_key_line(key, "me", line, 40), -EMSGSIZE);
    ssh_key_free(other);
    ssh_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind_of_key_and_signs_with_it),
        cmocka_unit_test(opens_encrypted_keys_with_their_passphrase),
        cmocka_unit_test(says_why_a_key_can_not_be_used),
        cmocka_unit_test(sends_the_public_half_under_the_name_of_the_method),
        cmocka_unit_test(makes_a_key_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
