/* SPDX-License-Identifier: Apache-2.0 */
#include "key.h"

#include "agent.h"
#include "container.h"

#include <fcntl.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX   (64 * 1024)
#define NUMBER_MAX 2056 /* bytes of an RSA key's numbers: 16 Kibit */

struct ssh_key {
    char name[160];
    struct ssh_buffer blob; /* the public half */
    EVP_PKEY *private;      /* NULL: the agent has it */
    char agent[PATH_MAX];
};

static const struct {
    int nid;
    const char *group, *name, *type;
} curves[] = {
    { NID_X9_62_prime256v1, "prime256v1", "nistp256", "ecdsa-sha2-nistp256" },
    { NID_secp384r1, "secp384r1", "nistp384", "ecdsa-sha2-nistp384" },
    { NID_secp521r1, "secp521r1", "nistp521", "ecdsa-sha2-nistp521" },
};

const char *ssh_key_name(const struct ssh_key *key)
{
    return key->name;
}

struct ssh_bytes ssh_key_blob(const struct ssh_key *key)
{
    return (struct ssh_bytes){ key->blob.data, key->blob.len };
}

static struct ssh_bytes key_type(const struct ssh_key *key)
{
    struct ssh_reader reader = { key->blob.data, key->blob.len, false };

    return ssh_read_string(&reader);
}

int ssh_key_line(const struct ssh_key *key, const char *comment, char *ret, size_t len)
{
    unsigned char *text = malloc((key->blob.len + 2) / 3 * 4 + 1);
    struct ssh_bytes type = key_type(key);
    int n;

    if (!text)
        return -ENOMEM;
    EVP_EncodeBlock(text, key->blob.data, (int)key->blob.len);
    n = snprintf(ret, len, "%.*s %s %s", (int)type.len, (const char *)type.data, (const char *)text,
                 comment);
    free(text);
    return n < 0 || (size_t)n >= len ? -EMSGSIZE : 0;
}

bool ssh_key_is_rsa(const struct ssh_key *key)
{
    return ssh_bytes_are(key_type(key), "ssh-rsa");
}

void ssh_key_free(struct ssh_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->private);
    ssh_buffer_clear(&key->blob);
    free(key);
}

/* ---- the public half of a private key ---- */

static int number_add(struct ssh_buffer *blob, EVP_PKEY *private, const char *name)
{
    unsigned char bytes[NUMBER_MAX];
    BIGNUM *number = NULL;
    int len = -1;

    if (EVP_PKEY_get_bn_param(private, name, &number) && BN_num_bytes(number) <= NUMBER_MAX)
        len = BN_bn2bin(number, bytes);
    BN_free(number);
    if (len >= 0)
        ssh_add_mpint(blob, bytes, (size_t)len);
    return len < 0 ? -EINVAL : 0;
}

static int point_add(struct ssh_buffer *blob, EVP_PKEY *private)
{
    unsigned char *point = NULL;
    size_t len = EVP_PKEY_get1_encoded_public_key(private, &point);

    ssh_add_string(blob, point, len);
    OPENSSL_free(point);
    return len ? 0 : -EINVAL;
}

static int curve_add(struct ssh_buffer *blob, EVP_PKEY *private)
{
    char group[64];

    if (!EVP_PKEY_get_utf8_string_param(private, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                        NULL))
        return -EINVAL;
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (strcmp(curves[i].group, group) == 0) {
            ssh_add_text(blob, curves[i].type);
            ssh_add_text(blob, curves[i].name);
            return point_add(blob, private);
        }
    return -EINVAL;
}

static int ed25519_add(struct ssh_buffer *blob, EVP_PKEY *private)
{
    unsigned char bytes[32];
    size_t len = sizeof bytes;

    if (EVP_PKEY_get_raw_public_key(private, bytes, &len) != 1)
        return -EINVAL;
    ssh_add_text(blob, "ssh-ed25519");
    ssh_add_string(blob, bytes, len);
    return 0;
}

static int blob_make(struct ssh_buffer *blob, EVP_PKEY *private)
{
    int r = -EINVAL;

    switch (EVP_PKEY_get_base_id(private)) {
    case EVP_PKEY_RSA:
        ssh_add_text(blob, "ssh-rsa");
        r = number_add(blob, private, OSSL_PKEY_PARAM_RSA_E);
        r = r < 0 ? r : number_add(blob, private, OSSL_PKEY_PARAM_RSA_N);
        break;
    case EVP_PKEY_EC:
        r = curve_add(blob, private);
        break;
    case EVP_PKEY_ED25519:
        r = ed25519_add(blob, private);
        break;
    }
    return r == 0 && blob->failed ? -ENOMEM : r;
}

/* ---- reading ---- */

struct asked_passphrase {
    const char *text;
    bool asked;
};

static int passphrase_give(char *ret, int room, int writing, void *arg)
{
    struct asked_passphrase *passphrase = arg;
    size_t len = passphrase->text ? strlen(passphrase->text) : 0;

    (void)writing;
    passphrase->asked = true;
    if (len == 0 || len > (size_t)room)
        return -1;
    memcpy(ret, passphrase->text, len);
    return (int)len;
}

static int pem_read(struct ssh_bytes text, const char *passphrase, EVP_PKEY **ret)
{
    struct asked_passphrase asked = { passphrase, false };
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);

    if (!bio)
        return -ENOMEM;
    *ret = PEM_read_bio_PrivateKey(bio, NULL, passphrase_give, &asked);
    BIO_free(bio);
    if (*ret)
        return 0;
    return asked.asked ? -ENOKEY : -EINVAL;
}

static int read_explain(const char *name, const char *passphrase, int code, struct vmtp_error *err)
{
    switch (code) {
    case -ENOKEY:
        return vmtp_fail(err, code, "%s: %s", name,
                         passphrase && *passphrase ? "the passphrase is wrong"
                                                   : "is encrypted and there is no passphrase");
    case -ENOTSUP:
        return vmtp_fail(err, code,
                         "%s: is encrypted in a way that vmtp can't read; ssh-keygen -p -Z "
                         "aes256-ctr -f FILE writes it anew",
                         name);
    case -ENOMEM:
        return vmtp_fail(err, code, "%s: out of memory", name);
    default:
        return vmtp_fail(err, code, "%s: is no private key of type ed25519, ecdsa or RSA", name);
    }
}

int ssh_key_parse(const char *name, struct ssh_bytes text, const char *passphrase,
                  struct ssh_key **ret, struct vmtp_error *err)
{
    struct ssh_key *key = calloc(1, sizeof *key);
    int r;

    if (!key)
        return read_explain(name, passphrase, -ENOMEM, err);
    snprintf(key->name, sizeof key->name, "%s", name);
    r = ssh_container_is(text) ? ssh_container_read(text, passphrase, &key->private)
                               : pem_read(text, passphrase, &key->private);
    if (r == 0)
        r = blob_make(&key->blob, key->private);
    if (r < 0) {
        ssh_key_free(key);
        return read_explain(name, passphrase, r, err);
    }
    *ret = key;
    return 0;
}

static int file_read(const char *path, struct ssh_buffer *ret)
{
    unsigned char chunk[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    ssize_t n = 0;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        n = -1, errno = EINVAL;
    while (n >= 0 && ret->len <= FILE_MAX && (n = read(fd, chunk, sizeof chunk)) > 0)
        ssh_add(ret, chunk, (size_t)n);
    if (n < 0)
        n = -errno;
    close(fd);
    explicit_bzero(chunk, sizeof chunk);
    return n < 0 ? (int)n : ret->failed ? -ENOMEM : ret->len > FILE_MAX ? -EFBIG : 0;
}

int ssh_key_load(const char *path, const char *passphrase, struct ssh_key **ret,
                 struct vmtp_error *err)
{
    struct ssh_buffer text = { 0 };
    char name[160];
    int r = file_read(path, &text);

    snprintf(name, sizeof name, "key %.150s", path);
    if (r < 0)
        vmtp_fail(err, r, "%s: %s", name, strerror(-r));
    else
        r = ssh_key_parse(name, (struct ssh_bytes){ text.data, text.len }, passphrase, ret, err);
    ssh_buffer_clear(&text);
    return r;
}

int ssh_key_make(const char *name, struct ssh_key **ret, struct vmtp_error *err)
{
    struct ssh_key *key = calloc(1, sizeof *key);
    int r = key ? 0 : -ENOMEM;

    if (r == 0 && !(key->private = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")))
        r = -EIO;
    if (r == 0)
        r = blob_make(&key->blob, key->private);
    if (r < 0) {
        ssh_key_free(key);
        return vmtp_fail(err, r, "%s: OpenSSL can't make a key of type ed25519", name);
    }
    snprintf(key->name, sizeof key->name, "%s", name);
    *ret = key;
    return 0;
}

/* ---- the agent's ---- */

struct taking {
    const char *socket_path;
    struct ssh_key **keys;
    size_t max;
    int count;
};

static bool type_is_known(struct ssh_bytes type)
{
    bool known = ssh_bytes_are(type, "ssh-rsa") || ssh_bytes_are(type, "ssh-ed25519");

    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        known = known || ssh_bytes_are(type, curves[i].type);
    return known;
}

static int identity_take(void *arg, const struct ssh_identity *identity)
{
    struct taking *taking = arg;
    struct ssh_key *key;
    struct ssh_reader reader = { identity->blob.data, identity->blob.len, false };

    if (!type_is_known(ssh_read_string(&reader)) || (size_t)taking->count == taking->max)
        return 0;
    key = calloc(1, sizeof *key);
    if (!key)
        return -ENOMEM;
    snprintf(key->name, sizeof key->name, "the agent's key %.*s",
             identity->comment.len < 80 ? (int)identity->comment.len : 80,
             (const char *)identity->comment.data);
    snprintf(key->agent, sizeof key->agent, "%s", taking->socket_path);
    ssh_add(&key->blob, identity->blob.data, identity->blob.len);
    taking->keys[taking->count++] = key;
    return key->blob.failed ? -ENOMEM : 0;
}

int ssh_key_from_agent(const char *socket_path, struct ssh_key **ret, size_t max,
                       struct vmtp_error *err)
{
    struct taking taking = { .socket_path = socket_path, .keys = ret, .max = max };
    struct vmtp_error why = { 0 };
    int r = ssh_agent_list(socket_path, identity_take, &taking, &why);

    if (r == 0)
        return taking.count;
    while (taking.count)
        ssh_key_free(ret[--taking.count]);
    return vmtp_fail(err, r, "%s", why.code ? why.text : "out of memory");
}

/* ---- signing ---- */

void ssh_key_public(const struct ssh_key *key, const char *method, struct ssh_buffer *ret)
{
    struct ssh_reader reader = { key->blob.data, key->blob.len, false };
    struct ssh_bytes type = ssh_read_string(&reader);

    if (method)
        ssh_add_text(ret, method);
    else
        ssh_add_string(ret, type.data, type.len);
    ssh_add(ret, reader.next, reader.left);
}

static const EVP_MD *digest_of(const struct ssh_key *key, const char *method)
{
    struct ssh_bytes type = key_type(key);

    if (ssh_bytes_are(type, "ssh-rsa"))
        return !method                               ? EVP_sha1()
               : strcmp(method, "rsa-sha2-512") == 0 ? EVP_sha512()
                                                     : EVP_sha256();
    if (ssh_bytes_are(type, curves[0].type))
        return EVP_sha256();
    if (ssh_bytes_are(type, curves[1].type))
        return EVP_sha384();
    return ssh_bytes_are(type, curves[2].type) ? EVP_sha512() : NULL;
}

static int raw_sign(EVP_PKEY *private, const EVP_MD *digest, struct ssh_bytes data,
                    unsigned char *ret, size_t *ret_len)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context && EVP_DigestSignInit(context, NULL, digest, NULL, private) == 1 &&
                EVP_DigestSign(context, ret, ret_len, data.data, data.len) == 1;

    EVP_MD_CTX_free(context);
    return good ? 0 : -EIO;
}

/* SSH wants the two numbers of an ecdsa signature, OpenSSL gives them in DER. */
static int ecdsa_add(struct ssh_buffer *ret, const unsigned char *der, size_t len)
{
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
    unsigned char bytes[80];

    if (!signature)
        return -EIO;
    ssh_add_mpint(ret, bytes, (size_t)BN_bn2bin(ECDSA_SIG_get0_r(signature), bytes));
    ssh_add_mpint(ret, bytes, (size_t)BN_bn2bin(ECDSA_SIG_get0_s(signature), bytes));
    ECDSA_SIG_free(signature);
    return 0;
}

int ssh_key_sign(const struct ssh_key *key, const char *method, struct ssh_bytes data,
                 struct ssh_buffer *ret, struct vmtp_error *err)
{
    unsigned char raw[NUMBER_MAX];
    size_t len = sizeof raw;
    int r;

    if (!key->private) {
        uint32_t flags = !method                               ? 0
                         : strcmp(method, "rsa-sha2-512") == 0 ? SSH_AGENT_SHA2_512
                                                               : SSH_AGENT_SHA2_256;

        return ssh_agent_sign(key->agent, ssh_key_blob(key), data, flags, ret, err);
    }
    r = raw_sign(key->private, digest_of(key, method), data, raw, &len);
    if (r == 0 && EVP_PKEY_get_base_id(key->private) == EVP_PKEY_EC)
        r = ecdsa_add(ret, raw, len);
    else if (r == 0)
        ssh_add(ret, raw, len);
    return r < 0 ? vmtp_fail(err, r, "%s: OpenSSL can't sign with it", key->name) : 0;
}
