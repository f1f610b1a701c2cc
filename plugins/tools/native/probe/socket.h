/* SPDX-License-Identifier: Apache-2.0
 *
 * Socket options, each with a text that says what was asked and why it failed.
 */
#ifndef PROBE_SOCKET_H
#define PROBE_SOCKET_H

#include <vmtp/error.h>

#include "params.h"

#include <sys/socket.h>

struct address {
    struct sockaddr_storage ss;
    socklen_t len;
};

/* Numeric, with %scope for IPv6 link-local. */
int address_parse(struct address *, const char *text, uint16_t port, struct vmtp_error *);
void address_any(struct address *, int family, uint16_t port);
void address_set_port(struct address *, uint16_t port);
uint16_t address_port(const struct address *);

/* A non-blocking socket of the trial's protocol with all the options that the trial asks for. */
int socket_open(const struct params *, int family, struct vmtp_error *);
/* The timeouts of a blocking socket: it returns often enough to see stop. */
void socket_block(int fd);
/* A closed connection is reset: nothing that is queued goes on after the end. */
void socket_abort_on_close(int fd);
/* The path MTU that this connected socket knows of; 0: unknown. */
uint32_t socket_mtu(int fd);

#endif
