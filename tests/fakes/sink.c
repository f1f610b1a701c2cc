/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sink.h"

#include "core/base/fd.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

void fake_sink_make(struct fake_sink *sink, const char *name, const void *opt)
{
    struct vmtp_error err = { 0 };
    char file[256];

    *sink = (struct fake_sink){ 0 };
    snprintf(file, sizeof file, BUILD "/plugins/sinks/%s.so", name);
    if (registry_load_file(file, &sink->registry, &err) < 0)
        fail_msg("%s", err.text);
    sink->component = registry_find(sink->registry, VMTP_SINK, name);
    assert_non_null(sink->component);
    sink->ops = &sink->component->ops.sink;
    sink->host = fake_host_new(opt, sink->component->table.state_size);
    assert_non_null(sink->host);
}

void fake_sink_clear(struct fake_sink *sink)
{
    if (sink->component->table.close)
        sink->component->table.close(&sink->host->self);
    fake_host_free(sink->host);
    registry_free(sink->registry);
}

int fake_sink_feed(struct fake_sink *sink, size_t records, const char *document,
                   struct vmtp_error *err)
{
    static const struct vmtp_record record = {
        .size = sizeof record,
        .run = "r1",
        .flow = "flow=b,path=p",
        .subject = "",
        .metric = "goodput",
        .unit = "bit/s",
        .kind = VMTP_GAUGE,
        .trial = 2,
        .final = 1,
        .wall_ns = 1795228800123456000,
        .value = 9.5e8,
    };
    struct vmtp_self *self = &sink->host->self;
    int r = sink->ops->begin ? sink->ops->begin(self, record.run, err) : 0;

    for (size_t i = 0; i < records && r == 0 && sink->ops->record; i++)
        r = sink->ops->record(self, &record, err);
    return r < 0 ? r : sink->ops->end(self, document, strlen(document), err);
}

char *fake_sink_write(const char *name, const void *opt, const char *folder, const char *path,
                      const char *document)
{
    struct buf text = BUF(1 << 24);
    struct vmtp_error err = { 0 };
    struct fake_sink sink;

    fake_sink_make(&sink, name, opt);
    if (fake_sink_feed(&sink, 0, document, &err) < 0 || file_read(path, &text, &err) < 0)
        fail_msg("%s", err.text);
    fake_sink_clear(&sink);
    assert_int_equal(folder_files(folder), 1);
    return TAKE(text.data);
}

int folder_setup(void **state)
{
    char path[] = "/tmp/vmtp-test-XXXXXX";

    *state = mkdtemp(path) ? strdup(path) : NULL;
    return *state ? 0 : -1;
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(name);
}

int folder_teardown(void **state)
{
    int r = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

    free(*state);
    return r;
}

size_t folder_files(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}
