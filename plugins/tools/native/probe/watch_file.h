/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of /proc that is opened once and read again and again.
 *
 * /proc/net belongs to the namespace that the file was opened in.  Owned by who opened it; all of
 * them by one thread.
 */
#ifndef PROBE_WATCH_FILE_H
#define PROBE_WATCH_FILE_H

/* A file is at most this long for us; /proc/stat of 500 CPUs is. */
#define WATCH_TEXT_MAX (256 * 1024)

struct watch_file {
    int fd; /* -1: it is not there */
};

void watch_file_open(struct watch_file *, const char *path);
void watch_file_close(struct watch_file *);
/* All of it, with a NUL, into a buffer that all files share; NULL: it can't be read, or is too
 * long. */
const char *watch_file_read(struct watch_file *);

#endif
