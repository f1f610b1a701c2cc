/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#define VALUE_MAX 64 /* a number: whatever is longer is not told in part */

void words_add(struct words *words, const char *word)
{
    if (words->argv->count == VMTP_ARGV_MAX)
        words->status = -E2BIG;
    else
        words->argv->arg[words->argv->count++] = word;
}

VMTP_PRINTF(2, 0)
static void words_vformat(struct words *words, const char *fmt, va_list ap)
{
    char *word = words->self->host->alloc(words->self, VALUE_MAX);
    int len;

    if (!word) {
        words->status = -ENOMEM;
        return;
    }
    len = vsnprintf(word, VALUE_MAX, fmt, ap);
    if (len < 0 || len >= VALUE_MAX)
        words->status = -E2BIG;
    words_add(words, word);
}

void words_format(struct words *words, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    words_vformat(words, fmt, ap);
    va_end(ap);
}

void words_option(struct words *words, const char *option, const char *fmt, ...)
{
    va_list ap;

    words_add(words, option);
    va_start(ap, fmt);
    words_vformat(words, fmt, ap);
    va_end(ap);
}

int words_end(const struct words *words, struct vmtp_error *err)
{
    if (words->status == -ENOMEM)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (words->status < 0)
        return vmtp_fail(err, words->status, "the command line of %s is too long",
                         words->argv->arg[0]);
    return 0;
}
