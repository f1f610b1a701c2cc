/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLD     "vmtp-started "
#define TOLD_MAX 40 /* bytes of the whole line */

/* $0 is the mark.  sshd makes each command the leader of a process group; where something else
 * does not, setsid does; where that is missing too, signals reach the command alone.  Field 5 of
 * stat is the group. */
static const char starter[] =
    "VMTP_RUN=$0; LC_ALL=C; export VMTP_RUN LC_ALL; "
    "command -v \"$1\" >/dev/null 2>&1 || { echo '" TOLD "0'; exit 127; }; "
    "g=; read -r p n s q g r </proc/$$/stat; "
    "if [ \"$g\" = $$ ]; then echo \"" TOLD "-$$\"; exec \"$@\"; fi; "
    "command -v setsid >/dev/null 2>&1 && "
    "exec setsid sh -c 'echo \"" TOLD "-$$\"; exec \"$@\"' sh \"$@\"; "
    "echo \"" TOLD "$$\"; exec \"$@\"";

/* Single quotes mean the same to sh, csh and fish, but for three characters: those stand outside,
 * behind a backslash. */
static void word_add(struct ssh_buffer *line, const char *word)
{
    bool quoted = false;

    for (; *word; word++) {
        bool outside = *word == '\'' || *word == '\\' || *word == '!';

        if (quoted == outside) {
            ssh_add(line, "'", 1);
            quoted = !quoted;
        }
        if (outside)
            ssh_add(line, "\\", 1);
        ssh_add(line, word, 1);
    }
    if (quoted)
        ssh_add(line, "'", 1);
}

static void argument_add(struct ssh_buffer *line, const char *word)
{
    ssh_add(line, " ", 1);
    if (*word)
        word_add(line, word);
    else
        ssh_add(line, "''", 2);
}

char *ssh_command_make(const char *mark, const char *const *argv)
{
    struct ssh_buffer line = { 0 };
    char *text;

    ssh_add(&line, "exec sh -c", 10);
    argument_add(&line, starter);
    argument_add(&line, mark);
    for (; *argv; argv++)
        argument_add(&line, *argv);
    ssh_add(&line, "", 1);
    text = line.failed ? NULL : strdup((const char *)line.data);
    ssh_buffer_clear(&line);
    return text;
}

/* The text has no NUL, and strtol() would go on behind an empty line. */
static int pid_read(const char *text, const char *end)
{
    char number[TOLD_MAX];

    snprintf(number, sizeof number, "%.*s", (int)(end - text < TOLD_MAX ? end - text : 0), text);
    return (int)strtol(number, NULL, 10);
}

int ssh_command_started(const char *text, size_t len, size_t *ret_used, int *ret_pid)
{
    const char *found = memmem(text, len, TOLD, strlen(TOLD));
    const char *end = found ? memchr(found, '\n', len - (size_t)(found - text)) : NULL;

    *ret_pid = 0;
    *ret_used = 0;
    if (end) {
        *ret_pid = pid_read(found + strlen(TOLD), end);
        *ret_used = (size_t)(end + 1 - text);
        return 1;
    }
    if (found)
        *ret_used = (size_t)(found - text);
    else if (len > TOLD_MAX)
        *ret_used = len - TOLD_MAX;
    return 0;
}
