/* SPDX-License-Identifier: Apache-2.0
 *
 * What logging in takes: the run's own key or the person's, and whose host keys are believed.
 */
#include "machine.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define SYSTEM_KNOWN_HOSTS "/etc/ssh/ssh_known_hosts"

static bool said(const char *text)
{
    return text && *text;
}

/* ---- the public half, for the cloud ---- */

static int file_read(const char *path, char *ret, size_t len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, ret, len - 1);
    int r = n < 0 ? -errno : 0;

    if (fd >= 0)
        close(fd);
    if (r == 0)
        ret[n] = '\0';
    return r;
}

/* Its first line. */
static int public_read(const char *path, char *ret, size_t len, struct vmtp_error *err)
{
    char text[4096];
    int r = file_read(path, text, sizeof text);

    if (r < 0)
        return vmtp_fail(err, r, "public key %.200s: %s", path, strerror(-r));
    text[strcspn(text, "\r\n")] = '\0';
    if (!strncmp(text, "-----", 5) || !strchr(text, ' ') || strlen(text) >= len)
        return vmtp_fail(err, -EINVAL,
                         "public key %.200s: its first line is no public key of OpenSSH", path);
    memcpy(ret, text, strlen(text) + 1);
    return 0;
}

/* The agent may have opened an encrypted one, beside which its public half stands as a rule. */
static int public_derive(const char *path, char *ret, size_t len, struct vmtp_error *err)
{
    struct ssh_key *key = NULL;
    char beside[PATH_MAX];
    int r = ssh_key_load(path, NULL, &key, err);

    if (r == -ENOKEY) {
        snprintf(beside, sizeof beside, "%s.pub", path);
        return public_read(beside, ret, len, err);
    }
    if (r == 0 && (r = ssh_key_line(key, "vmtp", ret, len)) < 0)
        vmtp_fail(err, r, "key %.200s: %s", path, strerror(-r));
    ssh_key_free(key);
    return r;
}

static int key_open(struct vmtp_self *self, struct os_access *access, struct vmtp_error *err)
{
    const struct os_options *opt = self->opt;
    int r;

    if (said(opt->public_key))
        return public_read(opt->public_key, access->public_key, sizeof access->public_key, err);
    if (said(opt->key))
        return public_derive(opt->key, access->public_key, sizeof access->public_key, err);
    r = ssh_key_make("the run's own key", &access->own_key, err);
    if (r == 0 && (r = ssh_key_line(access->own_key, "vmtp", access->public_key,
                                    sizeof access->public_key)) < 0)
        vmtp_fail(err, r, "the run's own key: %s", strerror(-r));
    return r;
}

/* ---- all of it ---- */

static int trust_open(struct vmtp_self *self, struct os_access *access, struct vmtp_error *err)
{
    const struct os_options *opt = self->opt;
    bool others = said(opt->external_host) || said(opt->controller);

    access->fresh.policy = SSH_TRUST_FRESH;
    access->fresh.self = self;
    access->strict.policy = (enum ssh_trust_policy)opt->host_keys;
    access->strict.self = self;
    if (ssh_known_load(NULL, NULL, &access->fresh.known, err) < 0)
        return -ENOMEM;
    return others ? ssh_known_load(opt->known_hosts, SYSTEM_KNOWN_HOSTS, &access->strict.known, err)
                  : 0;
}

int access_open(struct vmtp_self *self, struct os_access *access, struct vmtp_error *err)
{
    int r = ssh_keyring_new(self, &access->keyring, err);

    if (r == 0)
        r = key_open(self, access, err);
    if (r == 0)
        r = trust_open(self, access, err);
    return r < 0 ? r : ssh_loop_new(&access->loop, err);
}

/* The loop's connections use all the others. */
void access_close(struct os_access *access)
{
    ssh_loop_free(access->loop);
    ssh_known_free(access->fresh.known);
    ssh_known_free(access->strict.known);
    ssh_keyring_free(access->keyring);
    ssh_key_free(access->own_key);
    access->loop = NULL;
    access->fresh.known = access->strict.known = NULL;
    access->keyring = NULL;
    access->own_key = NULL;
}
