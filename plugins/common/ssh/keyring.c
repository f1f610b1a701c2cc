/* SPDX-License-Identifier: Apache-2.0 */
#include "keyring.h"

#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#define AGENT_KEYS_MAX 32 /* a server has no patience for as many */
#define MISSING_BYTES  400

struct read_key {
    struct read_key *next;
    const char *path, *passphrase;
    struct ssh_key *key;   /* NULL: */
    struct vmtp_error why; /* it could not be read */
};

struct ssh_keyring {
    struct vmtp_self *self;
    struct read_key *read;
    struct ssh_key *agent[AGENT_KEYS_MAX];
    int agent_count;
    bool agent_asked;
    struct vmtp_error agent_why;
    char user[64], home[PATH_MAX];
};

static const char *const usual[] = { ".ssh/id_ed25519", ".ssh/id_ecdsa", ".ssh/id_rsa" };

static bool said(const char *text)
{
    return text && *text;
}

int ssh_keyring_new(struct vmtp_self *self, struct ssh_keyring **ret, struct vmtp_error *err)
{
    struct ssh_keyring *keyring = self->host->alloc(self, sizeof *keyring);
    const char *home = getenv("HOME");
    struct passwd row, *found = NULL;
    char text[4096];

    if (!keyring)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    keyring->self = self;
    if (getpwuid_r(geteuid(), &row, text, sizeof text, &found) == 0 && found)
        snprintf(keyring->user, sizeof keyring->user, "%s", found->pw_name);
    if (!said(home))
        home = found ? found->pw_dir : "/";
    snprintf(keyring->home, sizeof keyring->home, "%s", home);
    *ret = keyring;
    return 0;
}

void ssh_keyring_free(struct ssh_keyring *keyring)
{
    if (!keyring)
        return;
    for (struct read_key *read = keyring->read; read; read = read->next)
        ssh_key_free(read->key);
    while (keyring->agent_count > 0)
        ssh_key_free(keyring->agent[--keyring->agent_count]);
    keyring->read = NULL;
}

static bool same_text(const char *one, const char *other)
{
    return strcmp(one ? one : "", other ? other : "") == 0;
}

/* NULL: out of memory. */
static const struct read_key *key_read(struct ssh_keyring *keyring, const char *path,
                                       const char *passphrase)
{
    struct vmtp_self *self = keyring->self;
    struct read_key *read;
    char *copy;

    for (read = keyring->read; read; read = read->next)
        if (strcmp(read->path, path) == 0 && same_text(read->passphrase, passphrase))
            return read;
    read = self->host->alloc(self, sizeof *read);
    copy = self->host->alloc(self, strlen(path) + 1);
    if (!read || !copy)
        return NULL;
    memcpy(copy, path, strlen(path) + 1);
    *read = (struct read_key){ .next = keyring->read, .path = copy, .passphrase = passphrase };
    keyring->read = read;
    ssh_key_load(path, passphrase, &read->key, &read->why);
    return read;
}

static void agent_ask(struct ssh_keyring *keyring)
{
    const char *socket_path = getenv("SSH_AUTH_SOCK");
    int r;

    if (keyring->agent_asked)
        return;
    keyring->agent_asked = true;
    if (said(socket_path))
        r = ssh_key_from_agent(socket_path, keyring->agent, AGENT_KEYS_MAX, &keyring->agent_why);
    else
        r = vmtp_fail(&keyring->agent_why, -ENOENT,
                      "there is no SSH agent: SSH_AUTH_SOCK is empty");
    keyring->agent_count = r > 0 ? r : 0;
}

/* ---- what one user has ---- */

struct finding {
    struct ssh_keyring *keyring;
    const struct ssh_wish *wish;
    const struct ssh_key *keys[1 + AGENT_KEYS_MAX + sizeof usual / sizeof *usual];
    size_t count;
    char missing[MISSING_BYTES];
};

static void missing_add(struct finding *finding, const char *why)
{
    size_t used = strlen(finding->missing);

    snprintf(finding->missing + used, sizeof finding->missing - used, "%s%.300s", used ? "; " : "",
             why);
}

static int file_find(struct finding *finding, const char *path, bool wanted, struct vmtp_error *err)
{
    const struct read_key *read = key_read(finding->keyring, path, finding->wish->passphrase);

    if (!read)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (read->key)
        finding->keys[finding->count++] = read->key;
    else if (wanted && read->why.code != -ENOKEY) /* the agent may have an encrypted one */
        return vmtp_fail(err, read->why.code, "%s", read->why.text);
    else if (wanted || read->why.code != -ENOENT)
        missing_add(finding, read->why.text);
    return 0;
}

static int agent_find(struct finding *finding, struct vmtp_error *err)
{
    struct ssh_keyring *keyring = finding->keyring;

    if (finding->wish->agent == SSH_AGENT_OFF)
        return 0;
    agent_ask(keyring);
    if (keyring->agent_why.code && finding->wish->agent == SSH_AGENT_ON)
        return vmtp_fail(err, keyring->agent_why.code, "%s", keyring->agent_why.text);
    if (keyring->agent_why.code && keyring->agent_why.code != -ENOENT)
        missing_add(finding, keyring->agent_why.text);
    for (int i = 0; i < keyring->agent_count; i++)
        finding->keys[finding->count++] = keyring->agent[i];
    return 0;
}

static int usual_find(struct finding *finding, struct vmtp_error *err)
{
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        char path[PATH_MAX + 32];
        int r;

        snprintf(path, sizeof path, "%s/%s", finding->keyring->home, usual[i]);
        r = file_find(finding, path, false, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int credentials_give(const struct finding *finding, struct ssh_credentials *ret,
                            struct vmtp_error *err)
{
    const struct ssh_wish *wish = finding->wish;
    struct vmtp_self *self = finding->keyring->self;
    const struct ssh_key **keys = self->host->alloc(self, sizeof finding->keys);
    char *missing = self->host->alloc(self, MISSING_BYTES);

    if (!keys || !missing)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    memcpy(keys, finding->keys, sizeof finding->keys);
    memcpy(missing, finding->missing, MISSING_BYTES);
    *ret = (struct ssh_credentials){
        .user = said(wish->user) ? wish->user : finding->keyring->user,
        .password = wish->password,
        .keys = keys,
        .key_count = finding->count,
        .missing = missing,
    };
    return 0;
}

static int persons_find(struct finding *finding, struct vmtp_error *err)
{
    const struct ssh_wish *wish = finding->wish;
    int r = said(wish->key) ? file_find(finding, wish->key, true, err) : 0;

    if (r == 0)
        r = agent_find(finding, err);
    if (r == 0 && !said(wish->key))
        r = usual_find(finding, err);
    return r;
}

int ssh_keyring_find(struct ssh_keyring *keyring, const struct ssh_wish *wish,
                     struct ssh_credentials *ret, struct vmtp_error *err)
{
    struct finding finding = { .keyring = keyring, .wish = wish };
    int r = 0;

    if (wish->own)
        finding.keys[finding.count++] = wish->own;
    else
        r = persons_find(&finding, err);
    return r < 0 ? r : credentials_give(&finding, ret, err);
}
