/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenSSH's container: see container.h.
 *
 * Base64 around: the magic, cipher, kdf and its options, one public key, and the private part:
 * twice the same random number (which shows that the passphrase was right), the key, a comment,
 * padding.  Everything decoded is overwritten before it is freed.
 */
#include "container.h"

#include "bcrypt.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN      "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END        "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC      "openssh-key-v1" /* with its NUL */
#define ED25519    32               /* bytes of a seed */
#define ROUNDS_MAX 4096             /* minutes of reckoning: more is an attack, not a key */

static const struct {
    const char *name, *openssl;
} ciphers[] = {
    { "aes128-ctr", "AES-128-CTR" }, { "aes192-ctr", "AES-192-CTR" },
    { "aes256-ctr", "AES-256-CTR" }, { "aes128-cbc", "AES-128-CBC" },
    { "aes192-cbc", "AES-192-CBC" }, { "aes256-cbc", "AES-256-CBC" },
};

/* ---- the keys ---- */

static EVP_PKEY *key_build(const char *type, OSSL_PARAM_BLD *builder)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if (params && context && EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return key;
}

static EVP_PKEY *rsa_read(struct ssh_reader *reader)
{
    static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
                                         OSSL_PKEY_PARAM_RSA_D };
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    BIGNUM *numbers[3] = { 0 };
    bool good = builder;
    EVP_PKEY *key;

    for (int i = 0; i < 3 && good; i++) {
        struct ssh_bytes bytes = ssh_read_string(reader);

        numbers[i] = BN_bin2bn(bytes.data, (int)bytes.len, i == 2 ? BN_secure_new() : NULL);
        good = numbers[i] && OSSL_PARAM_BLD_push_BN(builder, names[i], numbers[i]);
    }
    key = good && !reader->failed ? key_build("RSA", builder) : NULL;
    for (int i = 0; i < 3; i++)
        BN_clear_free(numbers[i]);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

static EVP_PKEY *ecdsa_read(struct ssh_reader *reader, const char *group)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    struct ssh_bytes point, number;
    BIGNUM *private;
    EVP_PKEY *key = NULL;

    ssh_read_string(reader); /* the curve, which the type says too */
    point = ssh_read_string(reader);
    number = ssh_read_string(reader);
    private = BN_bin2bn(number.data, (int)number.len, BN_secure_new());
    if (!reader->failed && builder && private &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.len) &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, private))
        key = key_build("EC", builder);
    BN_clear_free(private);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

static EVP_PKEY *ed25519_read(struct ssh_reader *reader)
{
    struct ssh_bytes both;

    ssh_read_string(reader); /* the public half, which follows the seed once more */
    both = ssh_read_string(reader);
    if (reader->failed || both.len != 2 * ED25519)
        return NULL;
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, both.data, ED25519);
}

static int private_read(struct ssh_reader reader, bool encrypted, EVP_PKEY **ret)
{
    uint32_t check = ssh_read_u32(&reader);
    struct ssh_bytes type;

    if (check != ssh_read_u32(&reader) || reader.failed)
        return encrypted ? -ENOKEY : -EINVAL;
    type = ssh_read_string(&reader);
    if (ssh_bytes_are(type, "ssh-ed25519"))
        *ret = ed25519_read(&reader);
    else if (ssh_bytes_are(type, "ssh-rsa"))
        *ret = rsa_read(&reader);
    else if (ssh_bytes_are(type, "ecdsa-sha2-nistp256"))
        *ret = ecdsa_read(&reader, "prime256v1");
    else if (ssh_bytes_are(type, "ecdsa-sha2-nistp384"))
        *ret = ecdsa_read(&reader, "secp384r1");
    else if (ssh_bytes_are(type, "ecdsa-sha2-nistp521"))
        *ret = ecdsa_read(&reader, "secp521r1");
    return *ret ? 0 : -EINVAL;
}

/* ---- the box they are in ---- */

static int base64_read(struct ssh_bytes text, struct ssh_buffer *ret)
{
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int used = 0, rest = 0, r = -EINVAL;

    ret->data = context && text.len < (1u << 20) ? calloc(1, text.len + 64) : NULL;
    ret->room = ret->data ? text.len + 64 : 0;
    if (!ret->data) {
        EVP_ENCODE_CTX_free(context);
        return -ENOMEM;
    }
    EVP_DecodeInit(context);
    if (EVP_DecodeUpdate(context, ret->data, &used, text.data, (int)text.len) >= 0 &&
        EVP_DecodeFinal(context, ret->data + used, &rest) == 1)
        r = 0;
    ret->len = (size_t)used + (size_t)rest;
    EVP_ENCODE_CTX_free(context);
    return r;
}

static const EVP_CIPHER *cipher_find(struct ssh_bytes name)
{
    for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
        if (ssh_bytes_are(name, ciphers[i].name))
            return EVP_get_cipherbyname(ciphers[i].openssl);
    return NULL;
}

static int private_decrypt(const EVP_CIPHER *cipher, const unsigned char *key_and_iv,
                           struct ssh_bytes from, struct ssh_buffer *ret)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len = 0;
    bool good;

    ssh_add(ret, from.data, from.len); /* room for as much */
    good = context && !ret->failed && from.len < (1u << 20) &&
           from.len % (size_t)EVP_CIPHER_get_block_size(cipher) == 0 &&
           EVP_DecryptInit_ex(context, cipher, NULL, key_and_iv,
                              key_and_iv + EVP_CIPHER_get_key_length(cipher)) == 1 &&
           EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
           EVP_DecryptUpdate(context, ret->data, &len, from.data, (int)from.len) == 1;
    EVP_CIPHER_CTX_free(context);
    return good ? 0 : -EINVAL;
}

static int private_open(struct ssh_bytes name, struct ssh_bytes options, struct ssh_bytes from,
                        const char *passphrase, struct ssh_buffer *ret)
{
    const EVP_CIPHER *cipher = cipher_find(name);
    struct ssh_reader reader = { options.data, options.len, false };
    struct ssh_bytes salt = ssh_read_string(&reader);
    uint32_t rounds = ssh_read_u32(&reader);
    unsigned char key[SSH_BCRYPT_MAX];
    int r;

    if (!cipher)
        return -ENOTSUP;
    if (!passphrase || !*passphrase)
        return -ENOKEY;
    if (reader.failed || rounds > ROUNDS_MAX)
        return -EINVAL;
    r = ssh_bcrypt(passphrase, salt, rounds, key,
                   (size_t)EVP_CIPHER_get_key_length(cipher) +
                       (size_t)EVP_CIPHER_get_iv_length(cipher));
    if (r == 0)
        r = private_decrypt(cipher, key, from, ret);
    explicit_bzero(key, sizeof key);
    return r;
}

static int box_read(struct ssh_reader reader, const char *passphrase, EVP_PKEY **ret)
{
    struct ssh_bytes magic = ssh_read_bytes(&reader, sizeof MAGIC);
    struct ssh_bytes cipher = ssh_read_string(&reader), kdf = ssh_read_string(&reader);
    struct ssh_bytes options = ssh_read_string(&reader), private;
    bool encrypted = !ssh_bytes_are(cipher, "none");
    struct ssh_buffer open = { 0 };
    int r = 0;

    if (!ssh_bytes_equal(magic, MAGIC, sizeof MAGIC) || ssh_read_u32(&reader) != 1)
        return -EINVAL;
    ssh_read_string(&reader); /* the public half */
    private = ssh_read_string(&reader);
    if (reader.failed)
        return -EINVAL;
    if (encrypted)
        r = ssh_bytes_are(kdf, "bcrypt") ? private_open(cipher, options, private, passphrase, &open)
                                         : -ENOTSUP;
    else
        ssh_add(&open, private.data, private.len);
    if (r == 0)
        r = open.failed
                ? -ENOMEM
                : private_read((struct ssh_reader){ open.data, open.len, false }, encrypted, ret);
    ssh_buffer_clear(&open);
    return r;
}

bool ssh_container_is(struct ssh_bytes text)
{
    return text.len && memmem(text.data, text.len, BEGIN, strlen(BEGIN));
}

int ssh_container_read(struct ssh_bytes text, const char *passphrase, EVP_PKEY **ret)
{
    const unsigned char *end = text.data + text.len;
    const unsigned char *from = memmem(text.data, text.len, BEGIN, strlen(BEGIN));
    const unsigned char *to;
    struct ssh_buffer box = { 0 };
    EVP_PKEY *key = NULL;
    int r;

    if (!from)
        return -EINVAL;
    from += strlen(BEGIN);
    to = memmem(from, (size_t)(end - from), END, strlen(END));
    if (!to)
        return -EINVAL;
    r = base64_read((struct ssh_bytes){ from, (size_t)(to - from) }, &box);
    if (r == 0)
        r = box_read((struct ssh_reader){ box.data, box.len, false }, passphrase, &key);
    ssh_buffer_clear(&box);
    if (r == 0)
        *ret = key;
    return r;
}
