/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes core/classic/wish.c with one argument a line: the command line that is kept is text, and
 * what is refused says why.
 */
#include "core/base/text.h"
#include "core/classic/wish.h"

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void wish_check(const struct wish *wish)
{
    if (!utf8_valid(wish->args, strlen(wish->args), NULL))
        abort();
    if (wish->action == WISH_RUN && !wish->protocols)
        abort();
    if (wish->description && !utf8_valid(wish->description, strlen(wish->description), NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char program[] = "vmtp";
    char *argv[WORDS_MAX + 1] = { program };
    _free_ char *text = strndup((const char *)data, size);
    struct vmtp_error err = { 0 };
    struct wish *wish = NULL;
    char *rest = text;
    int argc = 1;

    while (rest && argc < WORDS_MAX)
        argv[argc++] = strsep(&rest, "\n");
    if (wish_read(argc, argv, &wish, &err) == 0)
        wish_check(wish);
    else if (wish || err.code >= 0 || !err.text[0])
        abort();
    wish_free(wish);
    return 0;
}
