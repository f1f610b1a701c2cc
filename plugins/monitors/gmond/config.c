/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "../../common/captive.h"

#include <ganglia.h>

#include <confuse.h>
#include <stdlib.h>
#include <unistd.h>

#define WORDS_MAX 300

/* What the child fills in. */
struct shared {
    const char *path, *section;
    unsigned int count;
    struct channel channels[CHANNELS_MAX];
};

/* ---- the child ---- */

static void text_copy(cfg_t *section, const char *name, char *ret, size_t size)
{
    const char *text = cfg_getopt(section, name) ? cfg_getstr(section, name) : NULL;

    snprintf(ret, size, "%s", text ? text : "");
}

static void channel_read(cfg_t *section, struct channel *ret)
{
    char family[16];
    long port = cfg_getint(section, "port");

    text_copy(section, "mcast_join", ret->group, sizeof ret->group);
    text_copy(section, "bind", ret->bind, sizeof ret->bind);
    text_copy(section, "mcast_if", ret->interface, sizeof ret->interface);
    text_copy(section, "family", family, sizeof family);
    ret->ipv6 = strcmp(family, "inet6") == 0;
    ret->port = port > 0 && port < 65536 ? (uint16_t)port : 0;
}

static int channels_read(void *arg)
{
    struct shared *shared = arg;
    cfg_t *config = (cfg_t *)Ganglia_gmond_config_create((char *)(uintptr_t)shared->path, 0);
    unsigned int count = cfg_size(config, shared->section);

    for (unsigned int i = 0; i < count && shared->count < CHANNELS_MAX; i++) {
        channel_read(cfg_getnsec(config, shared->section, i), &shared->channels[shared->count]);
        shared->count += shared->channels[shared->count].port != 0;
    }
    return 0;
}

/* ---- the parent ---- */

static int shared_read(struct shared *shared, uint64_t deadline_ns, int cancel_fd,
                       struct vmtp_error *err)
{
    const struct captive captive = {
        .run = channels_read, .arg = shared, .deadline_ns = deadline_ns, .cancel_fd = cancel_fd
    };
    char words[WORDS_MAX];
    int r = captive_run(&captive, words, sizeof words, err);

    if (r > 0)
        return vmtp_fail(err, -EINVAL, "%.200s: libganglia gives up%s%s", shared->path,
                         *words ? ": " : "", words);
    if (r < 0)
        return vmtp_wrap(err, "%.200s", shared->path);
    if (shared->count == 0)
        return vmtp_fail(err, -EINVAL, "%.200s has no %s: give address instead", shared->path,
                         shared->section);
    return (int)shared->count;
}

int config_read(const char *path, const char *section, uint64_t deadline_ns, int cancel_fd,
                struct channel ret[CHANNELS_MAX], struct vmtp_error *err)
{
    struct shared *shared;
    int r;

    if (access(path, R_OK) < 0)
        return vmtp_fail(err, -errno, "can't read config '%.200s': %s", path, strerror(errno));
    shared = captive_share(sizeof *shared);
    if (!shared)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    shared->path = path;
    shared->section = section;
    r = shared_read(shared, deadline_ns, cancel_fd, err);
    if (r > 0)
        memcpy(ret, shared->channels, (size_t)r * sizeof *ret);
    captive_unshare(shared, sizeof *shared);
    return r;
}
