/* SPDX-License-Identifier: Apache-2.0
 *
 * The folders of runs: STATE/runs/ID, declared in ledger.h.  Without state; any thread.
 */
#include "ledger.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "../base/text.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

static bool absolute(const char *path)
{
    return path && path[0] == '/';
}

/* state: where it was said to be; NULL: the environment says. */
static int runs_path(const char *state, char ret[PATH_MAX], struct vmtp_error *err)
{
    const char *own = state ? state : getenv("VMTP_STATE_DIR"), *xdg = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n;

    if (own && *own)
        n = snprintf(ret, PATH_MAX, "%s/runs", own);
    else if (absolute(xdg)) /* the XDG specification: one that is not absolute does not count */
        n = snprintf(ret, PATH_MAX, "%s/vmtp/runs", xdg);
    else if (absolute(home))
        n = snprintf(ret, PATH_MAX, "%s/.local/state/vmtp/runs", home);
    else
        return vmtp_fail(err, -ENOENT, "no place for runs: set HOME or VMTP_STATE_DIR");
    if (n < 0 || n >= PATH_MAX)
        return vmtp_fail(err, -ENAMETOOLONG, "the name of the folder for runs is too long");
    return 0;
}

/* Date and time, the second's fraction, and what tells apart two machines: ids sort by time. */
void run_id_make(char ret[32])
{
    uint64_t wall_ns = clock_wall_ns();
    time_t seconds = (time_t)(wall_ns / NS_PER_S);
    unsigned fraction = (unsigned)(wall_ns % NS_PER_S * 65536 / NS_PER_S);
    uint16_t random = 0;
    struct tm tm;
    size_t n;

    if (getrandom(&random, sizeof random, 0) != sizeof random)
        random = (uint16_t)clock_now_ns();
    gmtime_r(&seconds, &tm);
    n = strftime(ret, 32, "%Y%m%d-%H%M%S", &tm);
    snprintf(ret + n, 32 - n, "-%04x%04x", fraction, random);
}

static int folder_path(const char *state, const char *id, char ret[PATH_MAX],
                       struct vmtp_error *err)
{
    char runs[PATH_MAX];
    int n, r = runs_path(state, runs, err);

    if (r < 0)
        return r;
    n = snprintf(ret, PATH_MAX, "%s/%s", runs, id);
    if (n < 0 || n >= PATH_MAX)
        return vmtp_fail(err, -ENAMETOOLONG, "the name of the folder of run %.40s is too long", id);
    return 0;
}

int run_folder_make(const char *state, const char *id, char **ret, struct vmtp_error *err)
{
    char path[PATH_MAX], runs[PATH_MAX];
    char *copy;
    int r;

    if (!name_is_plain(id))
        return vmtp_fail(err, -EINVAL, "'%.60s' is no name for a run", id);
    r = runs_path(state, runs, err);
    if (r == 0)
        r = dir_make(runs, err);
    if (r == 0)
        r = folder_path(state, id, path, err);
    if (r < 0)
        return r;
    if (mkdir(path, 0700) < 0)
        return vmtp_fail(err, -errno, "folder %s: %s", path, strerror(errno));
    copy = strdup(path);
    if (!copy)
        return vmtp_fail(err, -ENOMEM, "run folder: out of memory");
    *ret = copy;
    return 0;
}

static int is_run(const struct dirent *entry)
{
    return name_is_plain(entry->d_name) && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* No folder is the same as an empty one. */
static int runs_scan(struct dirent ***ret, struct vmtp_error *err)
{
    char runs[PATH_MAX];
    int n, r = runs_path(NULL, runs, err);

    if (r < 0)
        return r;
    n = scandir(runs, ret, is_run, by_name);
    if (n >= 0)
        return n;
    *ret = NULL;
    return errno == ENOENT ? 0 : vmtp_fail(err, -errno, "folder %s: %s", runs, strerror(errno));
}

int run_list(struct arena *arena, const char ***ret, size_t *ret_count, struct vmtp_error *err)
{
    struct dirent **entries = NULL;
    const char **ids;
    int n = runs_scan(&entries, err), r = 0;

    if (n < 0)
        return n;
    ids = arena_array(arena, (size_t)n + 1, sizeof *ids);
    for (int i = 0; i < n; i++) {
        if (ids && !(ids[i] = arena_strdup(arena, entries[i]->d_name)))
            ids = NULL;
        free(entries[i]);
    }
    free(entries);
    if (!ids)
        return vmtp_fail(err, -ENOMEM, "list of runs: out of memory");
    *ret = ids;
    *ret_count = (size_t)n;
    return r;
}

/* Which of the ids is meant: NULL and -ENOENT, or -EEXIST where several could be. */
static int id_find(const char *wanted, const char **ids, size_t count, const char **ret)
{
    size_t len = strlen(wanted), matches = 0;

    if (strcmp(wanted, "last") == 0 && count) {
        *ret = ids[count - 1];
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (len == 0 || strncmp(ids[i], wanted, len) != 0)
            continue;
        *ret = ids[i];
        if (ids[i][len] == '\0')
            return 0;
        matches++;
    }
    return matches == 1 ? 0 : matches ? -EEXIST : -ENOENT;
}

int run_folder_find(const char *id, char **ret, struct vmtp_error *err)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    char path[PATH_MAX];
    const char **ids, *found = NULL;
    size_t count;
    char *copy;
    int r;

    if (!arena)
        return vmtp_fail(err, -ENOMEM, "run %.40s: out of memory", id);
    r = run_list(arena, &ids, &count, err);
    if (r < 0)
        return r;
    r = id_find(id, ids, count, &found);
    if (r == -EEXIST)
        return vmtp_fail(err, r, "run '%.40s': several begin like this, such as %s", id, found);
    if (r < 0)
        return vmtp_fail(err, r,
                         count ? "run '%.40s': there is none of this name; there are %zu"
                               : "run '%.40s': there are no runs yet",
                         id, count);
    r = folder_path(NULL, found, path, err);
    if (r < 0)
        return r;
    copy = strdup(path);
    if (!copy)
        return vmtp_fail(err, -ENOMEM, "run %.40s: out of memory", id);
    *ret = copy;
    return 0;
}

int run_folder_remove(const char *folder, struct vmtp_error *err)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    int r = 0;

    if (!entries)
        return vmtp_fail(err, -errno, "folder %s: %s", folder, strerror(errno));
    while (r == 0 && (entry = readdir(entries)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlinkat(dirfd(entries), entry->d_name, 0) < 0)
            r = vmtp_fail(err, -errno, "%s/%s: %s", folder, entry->d_name, strerror(errno));
    closedir(entries);
    if (r == 0 && rmdir(folder) < 0)
        r = vmtp_fail(err, -errno, "folder %s: %s", folder, strerror(errno));
    return r;
}
