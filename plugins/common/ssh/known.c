/* SPDX-License-Identifier: Apache-2.0 */
#include "known.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX       (16 * 1024 * 1024)
#define HASH           20  /* bytes of an HMAC-SHA1, and of its salt */
#define NAME_MAX_BYTES 300 /* "[host]:port" */

struct known_line {
    char *names;
    struct ssh_buffer key;
    char type[64];
    const char *file; /* one of the known's two */
    unsigned int number;
    bool revoked;
};

struct ssh_known {
    struct known_line *lines;
    size_t count, room;
    char *path, *also; /* NULL: none */
    bool hashed;
};

/* ---- a line ---- */

static struct ssh_bytes word_take(const char **next, const char *end)
{
    struct ssh_bytes word;

    while (*next < end && (**next == ' ' || **next == '\t'))
        (*next)++;
    word.data = (const unsigned char *)*next;
    while (*next < end && **next != ' ' && **next != '\t' && **next != '\r')
        (*next)++;
    word.len = (size_t)((const unsigned char *)*next - word.data);
    return word;
}

static bool base64_read(struct ssh_bytes text, struct ssh_buffer *ret)
{
    unsigned char *bytes = text.len % 4 == 0 && text.len ? malloc(text.len / 4 * 3) : NULL;
    int len = bytes ? EVP_DecodeBlock(bytes, text.data, (int)text.len) : -1;

    /* EVP_DecodeBlock() counts the padding */
    for (size_t i = text.len; len > 0 && i > text.len - 2 && text.data[i - 1] == '='; i--)
        len--;
    if (len > 0)
        ssh_add(ret, bytes, (size_t)len);
    free(bytes);
    return len > 0 && !ret->failed;
}

static void line_clear(struct known_line *line)
{
    free(line->names);
    ssh_buffer_clear(&line->key);
}

/* 1: a key; 0: a comment or something that is not for us; negative: out of memory. */
static int line_parse(const char *text, const char *end, struct known_line *ret)
{
    const char *next = text;
    struct ssh_bytes word = word_take(&next, end), type, key;
    struct ssh_reader reader;

    if (word.len == 0 || *word.data == '#')
        return 0;
    ret->revoked = ssh_bytes_are(word, "@revoked");
    if (*word.data == '@' && !ret->revoked)
        return 0;
    if (ret->revoked)
        word = word_take(&next, end);
    type = word_take(&next, end);
    key = word_take(&next, end);
    if (type.len == 0 || type.len >= sizeof ret->type || !base64_read(key, &ret->key))
        return ret->key.failed ? -ENOMEM : 0;
    reader = (struct ssh_reader){ ret->key.data, ret->key.len, false };
    if (!ssh_bytes_equal(ssh_read_string(&reader), type.data, type.len))
        return 0;
    memcpy(ret->type, type.data, type.len);
    ret->names = strndup((const char *)word.data, word.len);
    return ret->names ? 1 : -ENOMEM;
}

static int line_keep(struct ssh_known *known, const struct known_line *line)
{
    if (known->count == known->room) {
        size_t room = known->room ? 2 * known->room : 32;
        struct known_line *more = reallocarray(known->lines, room, sizeof *more);

        if (!more)
            return -ENOMEM;
        known->lines = more;
        known->room = room;
    }
    known->lines[known->count++] = *line;
    known->hashed = known->hashed || strncmp(line->names, "|1|", 3) == 0;
    return 0;
}

int ssh_known_parse(struct ssh_known *known, const char *file, const char *text, size_t len)
{
    const char *end = text + len;
    unsigned int number = 0;

    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        struct known_line line = { .file = file, .number = ++number };
        int r = line_parse(text, stop ? stop : end, &line);

        if (r > 0)
            r = line_keep(known, &line) < 0 ? -ENOMEM : 1;
        if (r <= 0)
            line_clear(&line);
        if (r < 0)
            return r;
        text = stop ? stop + 1 : end;
    }
    return 0;
}

/* ---- whose line it is ---- */

static void name_make(const char *host, uint16_t port, char ret[NAME_MAX_BYTES])
{
    if (port == 22)
        snprintf(ret, NAME_MAX_BYTES, "%s", host);
    else
        snprintf(ret, NAME_MAX_BYTES, "[%s]:%u", host, port);
    for (char *p = ret; *p; p++)
        *p = (char)tolower((unsigned char)*p);
}

static bool pattern_matches(const char *pattern, size_t len, const char *name)
{
    for (; len; pattern++, len--) {
        if (*pattern == '*') {
            for (const char *rest = name;; rest++) {
                if (pattern_matches(pattern + 1, len - 1, rest))
                    return true;
                if (!*rest)
                    return false;
            }
        }
        if (!*name || (*pattern != '?' && tolower((unsigned char)*pattern) != *name))
            return false;
        name++;
    }
    return !*name;
}

static void name_hash(const struct ssh_buffer *salt, const char *name, unsigned char ret[HASH])
{
    unsigned int len = HASH;

    HMAC(EVP_sha1(), salt->data, (int)salt->len, (const unsigned char *)name, strlen(name), ret,
         &len);
}

/* "|1|salt|hash" */
static bool hash_matches(const char *names, const char *name)
{
    const char *salt_text = names + 3, *bar = strchr(salt_text, '|');
    struct ssh_buffer salt = { 0 }, hash = { 0 };
    unsigned char made[HASH];
    bool match = false;

    if (bar &&
        base64_read(
            (struct ssh_bytes){ (const unsigned char *)salt_text, (size_t)(bar - salt_text) },
            &salt) &&
        base64_read((struct ssh_bytes){ (const unsigned char *)bar + 1, strlen(bar + 1) }, &hash)) {
        name_hash(&salt, name, made);
        match = hash.len == HASH && memcmp(made, hash.data, HASH) == 0;
    }
    ssh_buffer_clear(&salt);
    ssh_buffer_clear(&hash);
    return match;
}

static bool line_is_of(const struct known_line *line, const char *name)
{
    bool match = false;

    if (strncmp(line->names, "|1|", 3) == 0)
        return hash_matches(line->names, name);
    for (const char *p = line->names; *p;) {
        size_t len = strcspn(p, ",");
        bool not = *p == '!';

        if (pattern_matches(p + not, len - not, name)) {
            if (not )
                return false;
            match = true;
        }
        p += len + (p[len] == ',');
    }
    return match;
}

/* ---- questions ---- */

static bool line_decides(const struct known_line *line, struct ssh_bytes type, struct ssh_bytes key,
                         struct ssh_known_answer *ret)
{
    enum ssh_known_verdict verdict;
    bool same = ssh_bytes_equal(key, line->key.data, line->key.len);

    if (line->revoked)
        verdict = same ? SSH_KNOWN_REVOKED : SSH_KNOWN_NOT;
    else if (same)
        verdict = SSH_KNOWN_GOOD;
    else
        verdict = ssh_bytes_are(type, line->type) ? SSH_KNOWN_CHANGED : SSH_KNOWN_OTHER;
    /* a key that is good somewhere is good, unless it is revoked anywhere */
    if (verdict == SSH_KNOWN_NOT || ret->verdict == SSH_KNOWN_GOOD ||
        (verdict == SSH_KNOWN_OTHER && ret->verdict == SSH_KNOWN_CHANGED))
        if (verdict != SSH_KNOWN_REVOKED)
            return false;
    *ret = (struct ssh_known_answer){ verdict, line->file, line->number, "" };
    snprintf(ret->type, sizeof ret->type, "%s", line->type);
    return verdict == SSH_KNOWN_REVOKED;
}

struct ssh_known_answer ssh_known_check(const struct ssh_known *known, const char *host,
                                        uint16_t port, struct ssh_bytes key)
{
    struct ssh_known_answer answer = { .verdict = SSH_KNOWN_NOT };
    struct ssh_reader reader = { key.data, key.len, false };
    struct ssh_bytes type = ssh_read_string(&reader);
    char name[NAME_MAX_BYTES];

    name_make(host, port, name);
    for (size_t i = 0; i < known->count; i++)
        if (line_is_of(&known->lines[i], name) &&
            line_decides(&known->lines[i], type, key, &answer))
            break;
    return answer;
}

void ssh_known_types(const struct ssh_known *known, const char *host, uint16_t port,
                     void (*each)(void *arg, const char *type), void *arg)
{
    char name[NAME_MAX_BYTES];

    name_make(host, port, name);
    for (size_t i = 0; i < known->count; i++)
        if (!known->lines[i].revoked && line_is_of(&known->lines[i], name))
            each(arg, known->lines[i].type);
}

/* ---- files ---- */

/* -ENOENT is no error: nobody is known then. */
static int file_load(struct ssh_known *known, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct ssh_buffer text = { 0 };
    char chunk[16384];
    ssize_t n = 0;
    int r;

    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    while (text.len <= FILE_MAX && (n = read(fd, chunk, sizeof chunk)) > 0)
        ssh_add(&text, chunk, (size_t)n);
    r = n < 0 ? -errno : text.failed ? -ENOMEM : text.len > FILE_MAX ? -EFBIG : 0;
    close(fd);
    if (r == 0 && text.len)
        r = ssh_known_parse(known, path, (const char *)text.data, text.len);
    ssh_buffer_clear(&text);
    return r;
}

int ssh_known_load(const char *path, const char *also, struct ssh_known **ret,
                   struct vmtp_error *err)
{
    struct ssh_known *known = calloc(1, sizeof *known);
    const char *at = path;
    int r = known ? 0 : -ENOMEM;

    if (r == 0 && path && !(known->path = strdup(path)))
        r = -ENOMEM;
    if (r == 0 && also && !(known->also = strdup(also)))
        r = -ENOMEM;
    if (r == 0 && path)
        r = file_load(known, known->path);
    if (r == 0 && also)
        r = file_load(known, at = known->also);
    if (r < 0) {
        vmtp_fail(err, r, "%.200s: %s", at ? at : "known hosts", strerror(-r));
        ssh_known_free(known);
        return r;
    }
    *ret = known;
    return 0;
}

void ssh_known_free(struct ssh_known *known)
{
    if (!known)
        return;
    for (size_t i = 0; i < known->count; i++)
        line_clear(&known->lines[i]);
    free(known->lines);
    free(known->path);
    free(known->also);
    free(known);
}

static void base64_add(struct ssh_buffer *ret, const void *data, size_t len)
{
    size_t room = (len + 2) / 3 * 4 + 1;
    unsigned char *text = malloc(room);

    if (text)
        ssh_add(ret, text, (size_t)EVP_EncodeBlock(text, data, (int)len));
    ret->failed = ret->failed || !text;
    free(text);
}

static void hashed_add(struct ssh_buffer *ret, const char *name)
{
    unsigned char salt[HASH], hash[HASH];
    struct ssh_buffer salted = { .data = salt, .len = HASH };

    if (getrandom(salt, sizeof salt, 0) != sizeof salt) {
        ret->failed = true;
        return;
    }
    name_hash(&salted, name, hash);
    ssh_add(ret, "|1|", 3);
    base64_add(ret, salt, HASH);
    ssh_add(ret, "|", 1);
    base64_add(ret, hash, HASH);
}

static void line_make(struct ssh_buffer *ret, const char *name, bool hashed, struct ssh_bytes key)
{
    struct ssh_reader reader = { key.data, key.len, false };
    struct ssh_bytes type = ssh_read_string(&reader);

    if (hashed)
        hashed_add(ret, name);
    else
        ssh_add(ret, name, strlen(name));
    ssh_add(ret, " ", 1);
    ssh_add(ret, type.data, type.len);
    ssh_add(ret, " ", 1);
    base64_add(ret, key.data, key.len);
    ssh_add(ret, "\n", 1);
}

static void folder_make(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');

    if (slash && slash > path && (size_t)(slash - path) < sizeof folder) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        mkdir(folder, 0700); /* what is wrong with it, open() says */
    }
}

/* In one write, so that lines of two programs do not mix. */
static int file_append(const char *path, const struct ssh_buffer *line)
{
    struct ssh_buffer text = { 0 };
    char last = '\n';
    struct stat st;
    ssize_t n = -1;
    int fd, r;

    folder_make(path);
    fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) == 0 && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) == 1 &&
        last != '\n')
        ssh_add(&text, "\n", 1);
    ssh_add(&text, line->data, line->len);
    if (!text.failed)
        n = write(fd, text.data, text.len);
    r = text.failed ? -ENOMEM : n < 0 ? -errno : n != (ssize_t)text.len ? -EIO : 0;
    close(fd);
    ssh_buffer_clear(&text);
    return r;
}

int ssh_known_add(struct ssh_known *known, const char *host, uint16_t port, struct ssh_bytes key,
                  struct vmtp_error *err)
{
    struct ssh_buffer line = { 0 };
    char name[NAME_MAX_BYTES];
    int r;

    name_make(host, port, name);
    line_make(&line, name, known->hashed, key);
    r = line.failed ? -ENOMEM : 0;
    if (r == 0 && known->path)
        r = file_append(known->path, &line);
    if (r == 0)
        r = ssh_known_parse(known, known->path, (const char *)line.data, line.len);
    ssh_buffer_clear(&line);
    if (r < 0)
        return vmtp_fail(err, r, "can't write the key of %s to %.200s: %s", name,
                         known->path ? known->path : "memory", strerror(-r));
    return 0;
}

void ssh_known_forget(struct ssh_known *known, const char *host, uint16_t port)
{
    char name[NAME_MAX_BYTES];
    size_t kept = 0;

    name_make(host, port, name);
    for (size_t i = 0; i < known->count; i++)
        if (line_is_of(&known->lines[i], name))
            line_clear(&known->lines[i]);
        else
            known->lines[kept++] = known->lines[i];
    known->count = kept;
}
