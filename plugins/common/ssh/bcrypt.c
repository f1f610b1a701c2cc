/* SPDX-License-Identifier: Apache-2.0
 *
 * bcrypt_pbkdf: see bcrypt.h.
 *
 * It is PBKDF2 with bcrypt in the place of the HMAC, SHA-512 in front of both inputs, and the
 * output bytes dealt out in strides.  Blowfish begins with the digits of pi, which are reckoned
 * here (Machin's formula) rather than listed: a few milliseconds against four thousand bytes.
 */
#include "bcrypt.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <string.h>

#define WORDS      (18 + 4 * 256)
#define DIGEST     64 /* of SHA-512 */
#define HASH_WORDS 8
#define HASH       32
#define PI_BITS    (WORDS * 32)
#define GUARD_BITS 64
#define ROUNDS_MAX 100000

/* Its parts lie as pi fills them. */
struct blowfish {
    uint32_t p[18];
    uint32_t s[4][256];
};

/* ---- pi ---- */

/* sum += or -= factor * arctan(1/x), all scaled by 2^(PI_BITS + GUARD_BITS) */
static bool arctan_add(BIGNUM *sum, unsigned long factor, unsigned long x, bool negative)
{
    BIGNUM *power = BN_new(), *term = BN_new();
    bool good = power && term && BN_set_word(power, factor) &&
                BN_lshift(power, power, PI_BITS + GUARD_BITS);

    if (good)
        BN_div_word(power, x);
    for (unsigned long n = 1; good && !BN_is_zero(power); n += 2, negative = !negative) {
        good = BN_copy(term, power) != NULL;
        BN_div_word(term, n);
        good = good && (negative ? BN_sub(sum, sum, term) : BN_add(sum, sum, term));
        BN_div_word(power, x * x);
    }
    BN_free(power);
    BN_free(term);
    return good;
}

static int pi_words(uint32_t ret[WORDS])
{
    unsigned char bytes[WORDS * 4];
    BIGNUM *pi = BN_new();
    bool good = pi && arctan_add(pi, 16, 5, false) && arctan_add(pi, 4, 239, true) &&
                BN_rshift(pi, pi, GUARD_BITS) && BN_mask_bits(pi, PI_BITS) &&
                BN_bn2binpad(pi, bytes, sizeof bytes) == (int)sizeof bytes;
    struct ssh_reader reader = { bytes, sizeof bytes, false };

    BN_free(pi);
    for (int i = 0; good && i < WORDS; i++)
        ret[i] = ssh_read_u32(&reader);
    return good ? 0 : -ENOMEM;
}

/* ---- Blowfish, and how bcrypt keys it ---- */

static uint32_t mix(const struct blowfish *fish, uint32_t x)
{
    return ((fish->s[0][x >> 24] + fish->s[1][x >> 16 & 0xff]) ^ fish->s[2][x >> 8 & 0xff]) +
           fish->s[3][x & 0xff];
}

static void encipher(const struct blowfish *fish, uint32_t block[2])
{
    uint32_t left = block[0] ^ fish->p[0], right = block[1];

    for (int i = 1; i <= 16; i += 2) {
        right ^= mix(fish, left) ^ fish->p[i];
        left ^= mix(fish, right) ^ fish->p[i + 1];
    }
    block[0] = right ^ fish->p[17];
    block[1] = left;
}

/* The next word of a digest that is read round and round; of none: 0. */
static uint32_t stream_word(const unsigned char *digest, size_t *at)
{
    const unsigned char *b = digest + *at;

    if (!digest)
        return 0;
    *at = (*at + 4) % DIGEST;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void refill(struct blowfish *fish, uint32_t *words, size_t count, const unsigned char *salt,
                   size_t *at, uint32_t block[2])
{
    for (size_t i = 0; i < count; i += 2) {
        block[0] ^= stream_word(salt, at);
        block[1] ^= stream_word(salt, at);
        encipher(fish, block);
        words[i] = block[0];
        words[i + 1] = block[1];
    }
}

/* salt may be NULL. */
static void expand(struct blowfish *fish, const unsigned char *salt, const unsigned char *key)
{
    uint32_t block[2] = { 0, 0 };
    size_t key_at = 0, salt_at = 0;

    for (int i = 0; i < 18; i++)
        fish->p[i] ^= stream_word(key, &key_at);
    refill(fish, fish->p, 18, salt, &salt_at, block);
    for (int i = 0; i < 4; i++)
        refill(fish, fish->s[i], 256, salt, &salt_at, block);
}

static void bcrypt_hash(const struct blowfish *fresh, const unsigned char pass[DIGEST],
                        const unsigned char salt[DIGEST], unsigned char ret[HASH])
{
    static const char magic[] = "OxychromaticBlowfishSwatDynamite";
    struct ssh_reader reader = { (const unsigned char *)magic, HASH, false };
    struct blowfish fish = *fresh;
    uint32_t words[HASH_WORDS];

    expand(&fish, salt, pass);
    for (int i = 0; i < 64; i++) {
        expand(&fish, NULL, salt);
        expand(&fish, NULL, pass);
    }
    for (int i = 0; i < HASH_WORDS; i++)
        words[i] = ssh_read_u32(&reader);
    for (int i = 0; i < 64; i++)
        for (int j = 0; j < HASH_WORDS; j += 2)
            encipher(&fish, words + j);
    for (int i = 0; i < HASH; i++)
        ret[i] = (unsigned char)(words[i / 4] >> 8 * (i % 4));
    explicit_bzero(&fish, sizeof fish);
    explicit_bzero(words, sizeof words);
}

/* ---- the key ---- */

static void sha512(const void *data, size_t len, unsigned char ret[DIGEST])
{
    EVP_Digest(data, len, ret, NULL, EVP_sha512(), NULL);
}

/* Block number `count`, from 1. */
static void block_make(const struct blowfish *fresh, const unsigned char pass[DIGEST],
                       const struct ssh_buffer *salt, uint32_t rounds, unsigned char ret[HASH])
{
    unsigned char digest[DIGEST], hash[HASH];

    sha512(salt->data, salt->len, digest);
    bcrypt_hash(fresh, pass, digest, hash);
    memcpy(ret, hash, HASH);
    for (uint32_t i = 1; i < rounds; i++) {
        sha512(hash, HASH, digest);
        bcrypt_hash(fresh, pass, digest, hash);
        for (int j = 0; j < HASH; j++)
            ret[j] ^= hash[j];
    }
    explicit_bzero(hash, sizeof hash);
    explicit_bzero(digest, sizeof digest);
}

int ssh_bcrypt(const char *passphrase, struct ssh_bytes salt, uint32_t rounds, unsigned char *ret,
               size_t len)
{
    size_t blocks = (len + HASH - 1) / HASH;
    unsigned char pass[DIGEST], block[HASH];
    struct blowfish fresh;
    int r;

    _Static_assert(sizeof fresh == WORDS * 4, "pi fills it without a gap");
    if (len == 0 || len > SSH_BCRYPT_MAX || rounds == 0 || rounds > ROUNDS_MAX || !salt.len)
        return -EINVAL;
    r = pi_words((uint32_t *)(void *)&fresh);
    sha512(passphrase, strlen(passphrase), pass);
    for (uint32_t count = 1; r == 0 && count <= blocks; count++) {
        struct ssh_buffer numbered = { 0 };

        ssh_add(&numbered, salt.data, salt.len);
        ssh_add_u32(&numbered, count);
        if (numbered.failed)
            r = -ENOMEM;
        else
            block_make(&fresh, pass, &numbered, rounds, block);
        for (size_t i = 0; r == 0 && i * blocks + count - 1 < len && i < HASH; i++)
            ret[i * blocks + count - 1] = block[i];
        ssh_buffer_clear(&numbered);
    }
    explicit_bzero(pass, sizeof pass);
    explicit_bzero(block, sizeof block);
    return r;
}
