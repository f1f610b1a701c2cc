/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

#include "../base/clock.h"
#include "lines.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/file.h>

#define NAME "ledger.ndjson"

struct row {
    char *kind, *id;
    double since_s; /* wall clock */
};

struct ledger {
    pthread_mutex_t lock; /* guards all below */
    int fd;
    uint64_t end;
    struct row *rows; /* what is owned, oldest first */
    size_t count, room;
};

static double wall_s(void)
{
    return (double)clock_wall_ns() / 1e9;
}

static int path_make(const char *folder, char *ret, struct vmtp_error *err)
{
    int n = snprintf(ret, PATH_MAX, "%s/" NAME, folder);

    if (n < 0 || n >= PATH_MAX)
        return vmtp_fail(err, -ENAMETOOLONG, "folder '%.60s...': its name is too long", folder);
    return 0;
}

static size_t row_find(const struct ledger *ledger, const char *kind, const char *id)
{
    for (size_t i = 0; i < ledger->count; i++)
        if (strcmp(ledger->rows[i].kind, kind) == 0 && strcmp(ledger->rows[i].id, id) == 0)
            return i;
    return SIZE_MAX;
}

static int row_add(struct ledger *ledger, const char *kind, const char *id, double since_s)
{
    struct row row;

    if (ledger->count == ledger->room) {
        size_t room = ledger->room ? ledger->room * 2 : 16;
        struct row *rows = reallocarray(ledger->rows, room, sizeof *rows);

        if (!rows)
            return -ENOMEM;
        ledger->rows = rows;
        ledger->room = room;
    }
    row = (struct row){ strdup(kind), strdup(id), since_s };
    if (!row.kind || !row.id) {
        free(row.kind);
        free(row.id);
        return -ENOMEM;
    }
    ledger->rows[ledger->count++] = row;
    return 0;
}

static void row_remove(struct ledger *ledger, size_t at)
{
    free(ledger->rows[at].kind);
    free(ledger->rows[at].id);
    ledger->count--;
    memmove(ledger->rows + at, ledger->rows + at + 1, (ledger->count - at) * sizeof *ledger->rows);
}

static int ledger_new(int fd, const char *path, struct ledger **ret, struct vmtp_error *err)
{
    struct ledger *ledger;

    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int status = errno == EWOULDBLOCK ? -EBUSY : -errno;

        return vmtp_fail(err, status, status == -EBUSY ? "%s: its run is still alive" : "%s: %s",
                         path, strerror(-status));
    }
    ledger = calloc(1, sizeof *ledger);
    if (!ledger)
        return vmtp_fail(err, -ENOMEM, "%s: out of memory", path);
    pthread_mutex_init(&ledger->lock, NULL);
    ledger->fd = fd;
    *ret = ledger;
    return 0;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    while (ledger->count)
        row_remove(ledger, ledger->count - 1);
    free(ledger->rows);
    close(ledger->fd);
    pthread_mutex_destroy(&ledger->lock);
    free(ledger);
}

/* The file's name, too, must be on disk. */
static int folder_sync(const char *folder)
{
    _close_ int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    return fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
}

int ledger_create(const char *folder, struct ledger **ret, struct vmtp_error *err)
{
    char path[PATH_MAX];
    _close_ int fd = -1;
    int r = path_make(folder, path, err);

    if (r < 0)
        return r;
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
    r = folder_sync(folder);
    if (r < 0)
        return vmtp_fail(err, r, "%s: %s", folder, strerror(-r));
    r = ledger_new(fd, path, ret, err);
    if (r == 0)
        fd = -1;
    return r;
}

static int line_read(void *arg, const json_t *line)
{
    struct ledger *ledger = arg;
    const char *op = json_string_value(json_object_get(line, "op"));
    const char *kind = json_string_value(json_object_get(line, "kind"));
    const char *id = json_string_value(json_object_get(line, "id"));
    size_t at;

    if (!op || !kind || !id)
        return -EBADMSG;
    at = row_find(ledger, kind, id);
    if (strcmp(op, "add") == 0)
        return at == SIZE_MAX
                   ? row_add(ledger, kind, id, json_number_value(json_object_get(line, "t")))
                   : 0;
    if (strcmp(op, "drop") != 0)
        return -EBADMSG;
    if (at != SIZE_MAX)
        row_remove(ledger, at);
    return 0;
}

/* A ledger with a damaged line could have forgotten something: that is for a person to judge. */
static int ledger_read(struct ledger *ledger, const char *path, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int r = lines_read(ledger->fd, path, line_read, ledger, &ledger->end, &why);

    if (r == 0 && ftruncate(ledger->fd, (off_t)ledger->end) < 0)
        return vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
    if (r == -EBADMSG)
        return vmtp_fail(err, r, "%s; see what it owned, then mend or remove the line",
                         why.code ? why.text : "ledger: a line is damaged");
    if (r < 0)
        return vmtp_fail(err, r, "%s: %s", path, why.code ? why.text : strerror(-r));
    return 0;
}

int ledger_open(const char *folder, struct ledger **ret, struct vmtp_error *err)
{
    _cleanup_(ledger_freep) struct ledger *ledger = NULL;
    char path[PATH_MAX];
    _close_ int fd = -1;
    int r = path_make(folder, path, err);

    if (r < 0)
        return r;
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
    r = ledger_new(fd, path, &ledger, err);
    if (r < 0)
        return r;
    fd = -1;
    r = ledger_read(ledger, path, err);
    if (r < 0)
        return r;
    *ret = TAKE(ledger);
    return 0;
}

static int line_write(struct ledger *ledger, const char *op, const char *kind, const char *id)
{
    json_t *line =
        json_pack("{s:f, s:s, s:s, s:s}", "t", wall_s(), "op", op, "kind", kind, "id", id);
    _free_ char *text = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(13)) : NULL;
    int r;

    json_decref(line);
    if (!text) /* an id that is no UTF-8 could not be told from another */
        return -EINVAL;
    r = lines_append(ledger->fd, &ledger->end, text, strlen(text));
    if (r == 0 && fsync(ledger->fd) < 0 && errno != EINVAL)
        r = -errno;
    return r;
}

int ledger_add(struct ledger *ledger, const char *kind, const char *id, struct vmtp_error *err)
{
    int r = 0;

    pthread_mutex_lock(&ledger->lock);
    if (row_find(ledger, kind, id) == SIZE_MAX) {
        r = row_add(ledger, kind, id, wall_s());
        if (r == 0) {
            r = line_write(ledger, "add", kind, id);
            if (r < 0)
                row_remove(ledger, ledger->count - 1);
        }
    }
    pthread_mutex_unlock(&ledger->lock);
    return r < 0 ? vmtp_fail(err, r, "ledger: %s '%.80s': %s", kind, id, strerror(-r)) : 0;
}

int ledger_drop(struct ledger *ledger, const char *kind, const char *id, struct vmtp_error *err)
{
    size_t at;
    int r = 0;

    pthread_mutex_lock(&ledger->lock);
    at = row_find(ledger, kind, id);
    if (at != SIZE_MAX) {
        r = line_write(ledger, "drop", kind, id);
        if (r == 0)
            row_remove(ledger, at);
    }
    pthread_mutex_unlock(&ledger->lock);
    return r < 0 ? vmtp_fail(err, r, "ledger: %s '%.80s': %s", kind, id, strerror(-r)) : 0;
}

static int rows_copy(const struct ledger *ledger, struct arena *arena, struct vmtp_owned *owned)
{
    double now_s = wall_s();

    for (size_t i = 0; i < ledger->count; i++) {
        const struct row *row = &ledger->rows[ledger->count - 1 - i];

        owned[i].kind = arena_strdup(arena, row->kind);
        owned[i].id = arena_strdup(arena, row->id);
        owned[i].age_ns = now_s > row->since_s ? (uint64_t)((now_s - row->since_s) * 1e9) : 0;
        if (!owned[i].kind || !owned[i].id)
            return -ENOMEM;
    }
    return 0;
}

int ledger_rows(struct ledger *ledger, struct arena *arena, struct vmtp_table *ret,
                struct vmtp_error *err)
{
    struct vmtp_owned *owned;
    uint32_t count;
    int r = -ENOMEM;

    pthread_mutex_lock(&ledger->lock);
    count = (uint32_t)ledger->count;
    owned = arena_array(arena, count + 1u, sizeof *owned);
    if (owned)
        r = rows_copy(ledger, arena, owned);
    pthread_mutex_unlock(&ledger->lock);
    if (r < 0)
        return vmtp_fail(err, r, "ledger: out of memory");
    *ret = (struct vmtp_table){ owned, count, sizeof *owned };
    return 0;
}
