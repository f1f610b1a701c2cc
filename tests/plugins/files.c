/* SPDX-License-Identifier: Apache-2.0
 *
 * files: a cloud for tests, whose "resources" are files in a folder: they outlive a vmtp that was
 * killed, as virtual machines would, and a test can count them.
 */
#include <vmtp/plugin.h>

#include "plugins/common/process.h"

#include <fcntl.h>
#include <unistd.h>

struct options {
    const char *folder;
    uint64_t fail_at; /* this endpoint can't be made */
    uint64_t pause_ns;
    bool stuck, asks, doubts;
};

static const struct vmtp_option options[] = {
    { VMTP_OPT_PATH(struct options, folder), .name = "folder", .flags = VMTP_REQUIRED,
      .help = "Where the files are made" },
    { VMTP_OPT_UINT(struct options, fail_at), .name = "fail-at",
      .help = "The endpoint that can not be made; 0: none" },
    { VMTP_OPT_DURATION(struct options, pause_ns), .name = "pause",
      .help = "How long each endpoint takes" },
    { VMTP_OPT_BOOL(struct options, stuck), .name = "stuck", .help = "Nothing can be removed" },
    { VMTP_OPT_BOOL(struct options, asks), .name = "asks", .help = "It asks for its key" },
    { VMTP_OPT_BOOL(struct options, doubts), .name = "doubts", .help = "It doubts its ways" },
};

static int file_make(struct vmtp_self *self, const char *run, const char *name,
                     struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    char path[512];
    int fd, r;

    snprintf(path, sizeof path, "%s/%s-%s", opt->folder, run, name);
    r = self->host->owns(self, "file", path, err);
    if (r < 0)
        return r;
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return vmtp_fail(err, -errno, "%s: %s", path, strerror(errno));
    close(fd);
    return 0;
}

/* The key itself is nobody else's business. */
static int key_ask(struct vmtp_self *self, struct vmtp_error *err)
{
    char key[64];
    int r = self->host->ask(self, "key of the folder", key, sizeof key, err);

    return r < 0 ? r
                 : self->host->fact(self, "key", strcmp(key, "hunter2") == 0 ? "right" : "wrong");
}

static int files_deploy(struct vmtp_self *self, const char *run, const struct vmtp_table *wants,
                        const struct vmtp_table *routes, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    int r = 0;

    (void)routes;
    if (self->host->fact(self, "kind", "to be found out") < 0 ||
        self->host->fact(self, "kind", "files") < 0)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (opt->asks)
        r = key_ask(self, err);
    for (uint32_t i = 0; r == 0 && i < wants->count; i++) {
        const struct vmtp_want *want =
            (const void *)((const char *)wants->rows + (size_t)i * wants->stride);
        struct vmtp_endpoint endpoint = { sizeof endpoint, want->name, "127.0.0.1", "", NULL };

        if (i + 1 == opt->fail_at)
            return vmtp_fail(err, -EDQUOT, "endpoint %s: the quota is used up", want->name);
        r = file_make(self, run, want->name, err);
        if (r == 0)
            r = self->host->endpoint(self, &endpoint, err);
        if (r == 0 && opt->pause_ns && self->host->pause(self, UINT64_MAX) < 0)
            r = vmtp_fail(err, -ECANCELED, "cancelled");
    }
    return r;
}

static int files_undeploy(struct vmtp_self *self, const char *run, const struct vmtp_table *owned,
                          struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    int r = 0;

    (void)run;
    for (uint32_t i = 0; r == 0 && i < owned->count; i++) {
        const struct vmtp_owned *row =
            (const void *)((const char *)owned->rows + (size_t)i * owned->stride);

        if (opt->stuck && access(row->id, F_OK) == 0)
            return vmtp_fail(err, -EBUSY, "%s is in use", row->id);
        if (unlink(row->id) < 0 && errno != ENOENT)
            return vmtp_fail(err, -errno, "%s: %s", row->id, strerror(errno));
        r = self->host->freed(self, row->kind, row->id, err);
    }
    return r;
}

static int files_reach(struct vmtp_self *self, const struct vmtp_route *route,
                       struct vmtp_reach *ret, struct vmtp_error *err)
{
    const struct options *opt = self->opt;

    (void)route, (void)err;
    if (opt->doubts) {
        snprintf(ret->proof, sizeof ret->proof, "a file has no ways");
        ret->doubt = 1;
    }
    snprintf(ret->address, sizeof ret->address, "127.0.0.1");
    return 0;
}

static int files_spawn(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                       const struct vmtp_spawn *spawn, struct vmtp_channel *ret,
                       struct vmtp_error *err)
{
    struct process_spec spec = { .argv = spawn->argv };

    (void)self, (void)endpoint;
    return process_start(&spec, ret, err);
}

static int files_signal(struct vmtp_self *self, struct vmtp_channel *channel, int signal)
{
    (void)self;
    return process_signal(channel, signal);
}

static int files_reap(struct vmtp_self *self, struct vmtp_channel *channel)
{
    (void)self;
    return process_reap(channel);
}

static const struct vmtp_cloud cloud = {
    .size = sizeof cloud,
    .deploy = files_deploy,
    .undeploy = files_undeploy,
    .reach = files_reach,
    .spawn = files_spawn,
    .signal = files_signal,
    .reap = files_reap,
};

static const struct vmtp_component files = {
    .size = sizeof files,
    .kind = VMTP_CLOUD,
    .name = "files",
    .summary = "Files that stand for what outlives a run",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .ops = &cloud,
};

VMTP_MODULE(.name = "files", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&files));
