/* SPDX-License-Identifier: Apache-2.0
 *
 * The text that runs a command on a server: SSH has no argument lists, only a line for the user's
 * login shell, whichever that is.  Quoting is here and nowhere else.
 *
 * Pure.  The line starts sh, which tells in a first line on stdout as which process it goes on, and
 * then becomes the command.  A mark in the environment makes all that it starts findable later.
 */
#ifndef COMMON_SSH_COMMAND_H
#define COMMON_SSH_COMMAND_H

#include <stddef.h>

/* The caller's to free; NULL: out of memory.  mark: letters and digits. */
char *ssh_command_make(const char *mark, const char *const *argv);
/* What has come on stdout so far: is the first line in it?  1: yes, and *ret_pid is the process to
 * signal, or a negative number for its group; 0: no such program; and *ret_used bytes are to be
 * dropped.  0: not yet, and so many bytes can't be a part of it. */
int ssh_command_started(const char *text, size_t len, size_t *ret_used, int *ret_pid);

#endif
