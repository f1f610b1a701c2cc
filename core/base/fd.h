/* SPDX-License-Identifier: Apache-2.0
 *
 * File descriptors: waiting with a deadline and a cancel fd, writing whole, files as text.
 */
#ifndef VMTP_BASE_FD_H
#define VMTP_BASE_FD_H

#include "attr.h"
#include "buf.h"

#include <poll.h>
#include <stdint.h>
#include <vmtp/error.h>

/* Wait until one of the fds has an event (their number), the deadline has come (0), or cancel_fd
 * is readable (-ECANCELED).  deadline_ns 0: no deadline; cancel_fd -1: none.  count is at most 7.
 */
int fd_poll(struct pollfd *fds, size_t count, uint64_t deadline_ns, int cancel_fd);

/* Make an eventfd readable; safe in a signal handler.  And how often that was done, since the last
 * time that this was asked. */
void fd_raise(int fd);
uint64_t fd_lower(int fd);

/* All of it, whatever it takes: 0 or a negative errno. */
int fd_write_all(int fd, const void *data, size_t len);

/* The whole of a file, which may not be larger than ret's maximum. */
int file_read(const char *path, struct buf *ret, struct vmtp_error *err);

/* Make a directory, mode 0700, and those above it. */
int dir_make(const char *path, struct vmtp_error *err);

/* Write a file so that its name shows either the old content or all of the new one: a temporary
 * file beside it, fsync, rename. */
int file_replace(const char *path, const void *data, size_t len, unsigned mode,
                 struct vmtp_error *err);

/* The same, but a link, a device or a pipe stays what it is, and so does a file that has another
 * name too or whose folder can't be written: what is there is written into. */
int file_store(const char *path, const void *data, size_t len, unsigned mode,
               struct vmtp_error *err);

#endif
