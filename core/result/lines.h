/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of JSON objects, one a line, that only grows: what journal and ledger are written in.
 *
 * The file is valid at every moment: a line that could not be written whole is taken back, and a
 * last line that a crash has cut is not seen by the reader.  One thread at a time.
 */
#ifndef VMTP_RESULT_LINES_H
#define VMTP_RESULT_LINES_H

#include <jansson.h>
#include <stdint.h>
#include <vmtp/error.h>

/* No line is longer: neither written nor read. */
#define LINES_MAX_BYTES (16u << 20)

/* Write a line (text without its newline) at *end, the length of the file, and move *end behind
 * it.  On failure the file is as before, as far as the disk lets us.  -EMSGSIZE: too long. */
int lines_append(int fd, uint64_t *end, const char *text, size_t len);

/* Give each line's object to line() until that returns non-zero, which is returned.  Lines that
 * are none are passed over; then, after the last one, -EBADMSG with the number of the first.
 * *ret_end, which may be NULL, becomes the end of the last line that was ended properly. */
int lines_read(int fd, const char *name, int (*line)(void *arg, const json_t *line), void *arg,
               uint64_t *ret_end, struct vmtp_error *err);

#endif
