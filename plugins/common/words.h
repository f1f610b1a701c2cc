/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of a command line, for a tool's command(): constants as they are, the rest from
 * host->alloc().  What goes wrong on the way is kept and told once, by words_end().
 * On the stack of whoever builds a command; [worker].
 */
#ifndef COMMON_WORDS_H
#define COMMON_WORDS_H

#include <vmtp/tool.h>

struct words {
    struct vmtp_self *self;
    struct vmtp_argv *argv;
    int status;
};

/* A word that outlives the command: a constant, or a string of the options or the flow. */
void words_add(struct words *words, const char *word);
/* A word that is put together here, such as an option with its value attached. */
void words_format(struct words *words, const char *fmt, ...) VMTP_PRINTF(2, 3);
/* An option and its value. */
void words_option(struct words *words, const char *option, const char *fmt, ...) VMTP_PRINTF(3, 4);
/* 0, or why the words are not all there. */
int words_end(const struct words *words, struct vmtp_error *err);

#endif
