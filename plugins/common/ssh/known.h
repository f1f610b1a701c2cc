/* SPDX-License-Identifier: Apache-2.0
 *
 * known_hosts: which keys a server may show (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
 *
 * Plain and hashed names, [host]:port, patterns with * ? and !, @revoked; lines of certificate
 * authorities are passed over, for libssh2 has no certificates.  Owned by whoever loaded it; after
 * that the loop's thread alone uses it.
 */
#ifndef COMMON_SSH_KNOWN_H
#define COMMON_SSH_KNOWN_H

#include "wire.h"

#include <vmtp/error.h>

struct ssh_known;

enum ssh_known_verdict {
    SSH_KNOWN_GOOD = 1,
    SSH_KNOWN_NOT,     /* nothing is known of this server */
    SSH_KNOWN_OTHER,   /* keys of other types are known, none of this one */
    SSH_KNOWN_CHANGED, /* another key of this type is known */
    SSH_KNOWN_REVOKED,
};

struct ssh_known_answer {
    enum ssh_known_verdict verdict;
    const char *file; /* and the line that speaks for or against it; NULL: none */
    unsigned int line;
    char type[64]; /* of the key there */
};

/* The files that there are; a path may be NULL, and the first is the one that is added to. */
int ssh_known_load(const char *path, const char *also, struct ssh_known **ret,
                   struct vmtp_error *err);
void ssh_known_free(struct ssh_known *known);

/* key is the blob, of which the first string is its type. */
struct ssh_known_answer ssh_known_check(const struct ssh_known *known, const char *host,
                                        uint16_t port, struct ssh_bytes key);
/* Calls each() with the type of every key that is known of this server. */
void ssh_known_types(const struct ssh_known *known, const char *host, uint16_t port,
                     void (*each)(void *arg, const char *type), void *arg);
/* Write down a key, here and in the file; hashed if the file has hashed names. */
int ssh_known_add(struct ssh_known *known, const char *host, uint16_t port, struct ssh_bytes key,
                  struct vmtp_error *err);

/* Its keys are not known any more; files stay as they are. */
void ssh_known_forget(struct ssh_known *known, const char *host, uint16_t port);

/* Add the lines of a text, as if it were this file. */
int ssh_known_parse(struct ssh_known *known, const char *file, const char *text, size_t len);

#endif
