/* SPDX-License-Identifier: Apache-2.0
 *
 * Checksums of files: see digest.h.
 */
#include "digest.h"

#include <ctype.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#define PIECE (1u << 20)

static const struct {
    const char *algorithm;
    size_t len; /* of its hex */
} algorithms[] = { { "sha256", 64 }, { "sha512", 128 }, { "md5", 32 } };

int digest_read(const char *text, struct digest *ret, struct vmtp_error *err)
{
    const char *colon = strchr(text, ':'), *hex = colon ? colon + 1 : text;
    size_t len = strlen(hex);

    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        const char *algorithm = algorithms[i].algorithm;

        if (len != algorithms[i].len || strspn(hex, "0123456789abcdefABCDEF") != len)
            continue;
        if (colon && (strlen(algorithm) != (size_t)(colon - text) ||
                      strncasecmp(algorithm, text, strlen(algorithm)) != 0))
            continue;
        snprintf(ret->algorithm, sizeof ret->algorithm, "%s", algorithm);
        for (size_t k = 0; k <= len; k++)
            ret->hex[k] = (char)tolower((unsigned char)hex[k]);
        return 0;
    }
    return vmtp_fail(err, -EINVAL,
                     "image-checksum '%.40s' must be sha256:HEX, sha512:HEX or md5:HEX with all "
                     "digits",
                     text);
}

static int digest_pieces(int fd, EVP_MD_CTX *context, void *piece, int cancel_fd,
                         struct vmtp_error *err)
{
    struct pollfd cancel = { .fd = cancel_fd, .events = POLLIN };
    off_t at = 0;
    ssize_t n;

    while ((n = pread(fd, piece, PIECE, at)) > 0) {
        EVP_DigestUpdate(context, piece, (size_t)n);
        at += n;
        if (poll(&cancel, 1, 0) > 0)
            return vmtp_fail(err, -ECANCELED, "interrupted");
    }
    return n < 0 ? vmtp_fail(err, -errno, "can't read the image: %s", strerror(errno)) : 0;
}

static void hex_write(const unsigned char *bytes, unsigned int count, char *ret)
{
    for (unsigned int i = 0; i < count; i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}

int digest_file(int fd, const char *algorithm, int cancel_fd, char ret_hex[DIGEST_HEX_MAX],
                struct vmtp_error *err)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    void *piece = malloc(PIECE);
    unsigned int count = 0;
    int r = 0;

    if (!context || !piece)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    else if (EVP_DigestInit_ex(context, EVP_get_digestbyname(algorithm), NULL) != 1)
        r = vmtp_fail(err, -EINVAL, "this machine's OpenSSL has no %.20s", algorithm);
    if (r == 0)
        r = digest_pieces(fd, context, piece, cancel_fd, err);
    if (r == 0) {
        EVP_DigestFinal_ex(context, bytes, &count);
        hex_write(bytes, count, ret_hex);
    }
    EVP_MD_CTX_free(context);
    free(piece);
    return r;
}
