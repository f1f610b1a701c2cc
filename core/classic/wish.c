/* SPDX-License-Identifier: Apache-2.0
 *
 * argparse's rules: a word that begins with '-' is an option, unless it is a negative number or
 * has a space in it; "--" ends the options; "-t10", "-t=10", "--time=10" and "-dt 10" are what
 * they look like.
 */
#include "wish.h"

#include "argument.h"

#include "../base/buf.h"
#include "../base/text.h"

#define ARGS_MAX     (256 * 1024)
#define TUI          (1u << CLASSIC_TCP | 1u << CLASSIC_UDP | 1u << CLASSIC_ICMP)
#define MULTICAST    (1u << CLASSIC_MULTICAST)
#define MULTICAST_IP "231.1.1.1"

struct reader {
    struct wish *wish;
    char **argv;
    int argc, next;
    struct buf args;
    struct vmtp_error *err;
};

/* A word of the command line that is an option. */
struct match {
    const struct flag *flag; /* NULL: there is no such flag */
    char *value;             /* what of the word is its value; NULL: nothing */
};

static int no_room(struct reader *reader)
{
    return vmtp_fail(reader->err, -E2BIG, "the command line is longer than %d bytes", ARGS_MAX);
}

/* For the document; quoted where a shell would need it. */
static int args_add(struct reader *reader, const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_@%+=:,./-[]<>";
    bool plain = *word && word[strspn(word, safe)] == '\0';
    _cleanup_(buf_clear) struct buf clean = BUF(ARGS_MAX);
    int r = utf8_clean(word, strlen(word), &clean);

    if (r == 0 && reader->args.len)
        r = buf_add_text(&reader->args, " ");
    r = r < 0 || plain ? r : buf_add_text(&reader->args, "'");
    for (size_t i = 0; i < clean.len && r == 0; i++)
        r = clean.data[i] == '\'' ? buf_add_text(&reader->args, "'\\''")
                                  : buf_add(&reader->args, clean.data + i, 1);
    r = r < 0 || plain ? r : buf_add_text(&reader->args, "'");
    return r < 0 ? no_room(reader) : 0;
}

static bool is_negative_number(const char *word)
{
    size_t whole = strspn(word + 1, "0123456789");
    size_t point = word[1 + whole] == '.';
    size_t rest = point ? strspn(word + 2 + whole, "0123456789") : 0;

    return word[1 + whole + point + rest] == '\0' && (point ? rest > 0 : whole > 0);
}

/* "--name", "--name=value" and beginnings of names. */
static int match_long(struct reader *reader, char *word, struct match *ret)
{
    char *value = strchr(word, '=');
    size_t len = value ? (size_t)(value - word) - 2 : strlen(word + 2);

    ret->value = value ? value + 1 : NULL;
    return flag_long(word + 2, len, &ret->flag, reader->err);
}

/* "-t", "-sc", "-t=10", "-t10" and several in one word; "-s" is the beginning of "-sc". */
static void match_brief(char *word, struct match *ret)
{
    char *value = strchr(word, '=');

    *ret = (struct match){ .flag = flag_brief(word + 1, strlen(word + 1)) };
    if (!ret->flag && value) {
        ret->flag = flag_brief(word + 1, (size_t)(value - word) - 1);
        ret->value = value + 1;
    }
    if (!ret->flag && strcmp(word, "-s") == 0)
        *ret = (struct match){ .flag = &flags[FLAG_SHOW_CONFIG] };
    if (!ret->flag)
        *ret = (struct match){ .flag = flag_brief(word + 1, 1), .value = word + 2 };
}

/* 1: an option, 0: a value; -EINVAL: it could be several options. */
static int word_match(struct reader *reader, char *word, struct match *ret)
{
    int r = 0;

    *ret = (struct match){ 0 };
    if (word[0] != '-' || !word[1])
        return 0;
    if (word[1] == '-')
        r = match_long(reader, word, ret);
    else
        match_brief(word, ret);
    if (r < 0 || ret->flag)
        return r < 0 ? r : 1;
    return !is_negative_number(word) && !strchr(word, ' ');
}

/* What follows may be a password: it is not shown. */
static int unknown_fail(struct reader *reader, const char *word)
{
    bool option = word[0] == '-';
    size_t len = strcspn(word, option ? "=" : ":"), dashes = strspn(word, "-");
    const char *more = word[len] ? "..." : "";

    if (!option)
        return vmtp_fail(reader->err, -EINVAL, "unrecognized arguments: %.*s%s",
                         (int)(len < 60 ? len : 60), word, more);
    return vmtp_fail(reader->err, -EINVAL, "unrecognized arguments: %.*s%s%s",
                     (int)(len < 60 ? len : 60), word, more,
                     len > dashes ? flag_hint(word + dashes, len - dashes).text : "");
}

/* The word behind an option that needs a value. */
static char *value_next(struct reader *reader)
{
    struct match match;
    char *word = reader->next < reader->argc ? reader->argv[reader->next] : NULL;
    struct reader silent = { .wish = reader->wish };

    if (word && strcmp(word, "--") == 0) { /* what follows is a value whatever it looks like */
        reader->next++;
        word = reader->next < reader->argc ? reader->argv[reader->next] : NULL;
    } else if (word && word_match(&silent, word, &match) != 0) {
        word = NULL;
    }
    reader->next += word != NULL;
    return word;
}

static void action_take(struct wish *wish, const struct flag *flag)
{
    static const enum wish_action actions[FLAG_COUNT] = { [FLAG_HELP] = WISH_HELP,
                                                          [FLAG_SHOW_CONFIG] = WISH_SHOW_CONFIG,
                                                          [FLAG_VERSION] = WISH_VERSION };

    wish->given[flag->id] = true;
    if (actions[flag->id] && wish->action == WISH_RUN)
        wish->action = actions[flag->id];
}

/* A flag and its value, which may stand in the same word. */
static int value_read(struct reader *reader, char *word, struct match *match)
{
    struct flag_title title = flag_title(match->flag);
    char *value = match->value ? match->value : value_next(reader);
    const char *shown = NULL;
    int r;

    if (!value)
        return vmtp_fail(reader->err, -EINVAL, "argument %s: expected one argument", title.text);
    r = argument_take(reader->wish, match->flag, value, &shown, reader->err);
    if (r < 0) {
        vmtp_wrap(reader->err, "argument %s", title.text);
        return r;
    }
    if (value != match->value) {
        r = args_add(reader, word);
        return r < 0 ? r : args_add(reader, shown);
    }
    shown = arena_printf(reader->wish->arena, "%.*s%s", (int)(value - word), word, shown);
    return shown ? args_add(reader, shown) : vmtp_fail(reader->err, -ENOMEM, "out of memory");
}

/* Flags without a value, of which "-dv" has two; the last one may take a value. */
static int option_read(struct reader *reader, char *word, struct match *match)
{
    for (;;) {
        const struct flag *flag = match->flag;

        action_take(reader->wish, flag);
        if (flag->value)
            return value_read(reader, word, match);
        if (!match->value)
            return args_add(reader, word);
        if (word[1] == '-' || match->value[-1] == '=' || !flag_brief(match->value, 1))
            return vmtp_fail(reader->err, -EINVAL, "argument %s: ignored explicit argument '%.40s'",
                             flag_title(flag).text, match->value);
        *match = (struct match){ .flag = flag_brief(match->value, 1),
                                 .value = match->value[1] ? match->value + 1 : NULL };
    }
}

static int words_read(struct reader *reader)
{
    int r = 0;

    while (r == 0 && reader->next < reader->argc && reader->wish->action != WISH_HELP) {
        char *word = reader->argv[reader->next++];
        struct match match;

        r = word_match(reader, word, &match);
        if (r >= 0)
            r = r && match.flag ? option_read(reader, word, &match) : unknown_fail(reader, word);
    }
    return r;
}

/* What flags imply. */
static int wish_complete(struct reader *reader)
{
    struct wish *wish = reader->wish;

    if (!wish->protocols)
        wish->protocols = TUI;
    if (wish->multicast_address)
        wish->protocols |= MULTICAST;
    else if (wish->protocols & MULTICAST)
        wish->multicast_address = MULTICAST_IP;
    wish->args = arena_strdup(wish->arena, buf_text(&reader->args));
    return wish->args ? 0 : vmtp_fail(reader->err, -ENOMEM, "out of memory");
}

static struct wish *wish_new(int argc)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct wish *wish = arena ? arena_alloc(arena, sizeof *wish) : NULL;

    if (!wish)
        return NULL;
    wish->hosts = arena_array(arena, (size_t)argc + 1, sizeof *wish->hosts);
    wish->hypervisors = arena_array(arena, (size_t)argc + 1, sizeof *wish->hypervisors);
    wish->action = WISH_RUN;
    if (!wish->hosts || !wish->hypervisors)
        return NULL;
    wish->arena = TAKE(arena);
    return wish;
}

int wish_read(int argc, char **argv, struct wish **ret, struct vmtp_error *err)
{
    _cleanup_(wish_freep) struct wish *wish = wish_new(argc);
    struct reader reader = {
        .wish = wish, .argv = argv, .argc = argc, .next = 1, .args = BUF(ARGS_MAX), .err = err
    };
    int r;

    if (!wish)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = argc > 0 ? args_add(&reader, argv[0]) : 0;
    r = r < 0 ? r : words_read(&reader);
    r = r < 0 ? r : wish_complete(&reader);
    buf_clear(&reader.args);
    if (r == 0)
        *ret = TAKE(wish);
    return r;
}

static void secret_wipe(const char *secret)
{
    if (secret)
        explicit_bzero((char *)(uintptr_t)secret, strlen(secret));
}

void wish_free(struct wish *wish)
{
    if (!wish)
        return;
    secret_wipe(wish->password);
    for (size_t i = 0; i < wish->host_count; i++)
        secret_wipe(wish->hosts[i].password);
    secret_wipe(wish->external_host.password);
    secret_wipe(wish->controller_node.password);
    arena_free(wish->arena);
}
