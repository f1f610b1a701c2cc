/* SPDX-License-Identifier: Apache-2.0
 *
 * Debian's sshd on a port of 127.0.0.1, with a folder of its own: for tests of what talks to one.
 *
 * The user that runs the test is let in by the key "user" there.  Owner: fake_sshd_new() and
 * fake_sshd_free(); one thread at a time.  What fails fails the test.
 */
#ifndef FAKES_SSHD_H
#define FAKES_SSHD_H

#include <stdbool.h>
#include <stdint.h>
#include <vmtp/cloud.h>

struct fake_sshd {
    char folder[64];
    uint16_t port;
    const char *user;            /* who is let in */
    struct vmtp_channel process; /* priv NULL: it does not run */
};

/* Keys "host" and "user", and a port that is free.  NULL: there is no sshd on this machine. */
struct fake_sshd *fake_sshd_new(void);
/* NULL is fine. */
void fake_sshd_free(struct fake_sshd *sshd);
/* With this file of its folder as its host key. */
void fake_sshd_start(struct fake_sshd *sshd, const char *host_key);
void fake_sshd_stop(struct fake_sshd *sshd);

/* A file of its folder; one of the last four. */
const char *fake_sshd_path(const struct fake_sshd *sshd, const char *name);
/* A new key of type ed25519: files "name" and "name.pub". */
void fake_sshd_key(const struct fake_sshd *sshd, const char *name);
/* Whom it lets in: the content of "user.pub". */
void fake_sshd_allow(const struct fake_sshd *sshd, const char *line);

/* A socket that listens on a port of its own; one that is connected to a port, or -1. */
int fake_listener(int backlog, uint16_t *ret_port);
int fake_connected(uint16_t port);

#endif
