/* SPDX-License-Identifier: Apache-2.0 */
#include "diary.h"

#include "../base/attr.h"
#include "../base/clock.h"
#include "../classic/report.h"
#include "cli.h"

#include <pthread.h>
#include <time.h>

#define STAMP_BYTES 40

struct diary {
    pthread_mutex_t lock;
    FILE *file; /* NULL: none */
};

static void stamp(char *ret, size_t len)
{
    uint64_t now_ns = clock_wall_ns();
    time_t seconds = (time_t)(now_ns / NS_PER_S);
    struct tm tm;
    size_t used = strftime(ret, len, "%Y-%m-%d %H:%M:%S", localtime_r(&seconds, &tm));

    snprintf(ret + used, len - used, ",%03u", (unsigned)(now_ns % NS_PER_S / NS_PER_MS));
}

static void line_keep(struct diary *diary, const char *time, const char *level, const char *line)
{
    if (!diary->file)
        return;
    fprintf(diary->file, "%s %s %s\n", time, level, line);
    fflush(diary->file);
}

static void diary_line(void *arg, enum vmtp_level level, const char *line)
{
    static const char *const names[] = {
        [VMTP_DEBUG] = "DEBUG", [VMTP_INFO] = "INFO", [VMTP_WARN] = "WARNING"
    };
    struct diary *diary = arg;
    char time[STAMP_BYTES];

    stamp(time, sizeof time);
    pthread_mutex_lock(&diary->lock);
    fprintf(stderr, "%s%s %s %s\n", cli_line_clear(), time, names[level], line);
    line_keep(diary, time, names[level], line);
    pthread_mutex_unlock(&diary->lock);
}

int diary_open(const char *file, bool debug, struct diary **ret, struct log *ret_log,
               struct vmtp_error *err)
{
    struct diary *diary = calloc(1, sizeof *diary);

    if (!diary)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (file) {
        diary->file = fopen(file, "we");
        if (!diary->file) {
            free(diary);
            return vmtp_fail(err, -errno, "--log-file %s: %s", file, strerror(errno));
        }
    }
    pthread_mutex_init(&diary->lock, NULL);
    *ret = diary;
    *ret_log = (struct log){ .function = diary_line,
                             .arg = diary,
                             .least = debug ? VMTP_DEBUG : VMTP_INFO };
    return 0;
}

void diary_free(struct diary *diary)
{
    if (!diary)
        return;
    if (diary->file)
        fclose(diary->file);
    pthread_mutex_destroy(&diary->lock);
    free(diary);
}

void diary_error(struct diary *diary, const struct vmtp_error *err)
{
    char time[STAMP_BYTES];

    stamp(time, sizeof time);
    pthread_mutex_lock(&diary->lock);
    line_keep(diary, time, "ERROR", err->text);
    pthread_mutex_unlock(&diary->lock);
}

void diary_report(struct diary *diary, const json_t *document)
{
    if (diary->file)
        classic_report(diary->file, document);
}
