/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that is written from beginning to end and appears under its name only when it is whole.
 *
 * "-" is vmtp's own stdout; a device or a pipe is written to as it is.  Whoever opens it closes or
 * drops it.  One thread at a time.
 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <vmtp/host.h>

struct out_file {
    FILE *stream; /* NULL: not open */
    const char *path;
    char temporary[PATH_MAX]; /* "": written in place */
    int status;               /* why writing failed first */
};

bool path_is_stdout(const char *path);

/* path is borrowed until the file is closed. */
int out_file_open(struct out_file *file, const char *path, struct vmtp_error *err);
/* What fails is said by out_file_close(). */
void out_file_write(struct out_file *file, const void *data, size_t len);
/* Down to the disk and under its name; or why not, and then nothing has changed there. */
int out_file_close(struct out_file *file, struct vmtp_error *err);
/* Of text that is put together in memory: close it.  False: something of it is missing. */
bool stream_close(FILE *stream);
/* Tell the person where the results are; nothing for stdout and "". */
void out_file_tell(struct vmtp_self *self, const char *path);
/* A whole text, which is taken, and the person told; NULL: out of memory. */
int out_file_keep(struct vmtp_self *self, const char *path, char *text, struct vmtp_error *err);
/* Forget it, unless it is closed already. */
void out_file_drop(struct out_file *file);

#endif
