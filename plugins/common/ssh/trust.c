/* SPDX-License-Identifier: Apache-2.0 */
#include "trust.h"

#include <openssl/evp.h>

const struct vmtp_choice ssh_trust_policies[] = {
    { "strict", SSH_TRUST_STRICT, "A server whose key is not in known-hosts is refused" },
    { "accept-new", SSH_TRUST_ACCEPT_NEW, "A new server's key is written into known-hosts" },
    { "insecure", SSH_TRUST_INSECURE, "Keys are not checked" },
    { 0 },
};

/* In the order of preference where nothing is known; ssh-rsa last, for servers refuse SHA-1. */
static const char *const types[] = { "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                     "ecdsa-sha2-nistp521", "ssh-rsa" };
#define TYPES (sizeof types / sizeof *types)

/* An RSA key has two more ways to sign.  libssh2 before 1.11 does not know them, and takes unknown
 * names out of a list with a memcpy() that overlaps. */
static const char *rsa_ways(void)
{
    return libssh2_version(0x010b00) ? "rsa-sha2-512,rsa-sha2-256," : "";
}

static void type_note(void *arg, const char *type)
{
    bool *known = arg;

    for (size_t i = 0; i < TYPES; i++)
        if (strcmp(types[i], type) == 0)
            known[i] = true;
}

int ssh_trust_prefer(const struct ssh_trust *trust, const struct ssh_spec *server,
                     LIBSSH2_SESSION *session)
{
    bool known[TYPES] = { false };
    char list[256] = "";
    size_t used = 0;

    ssh_known_types(trust->known, server->host, server->port, type_note, known);
    for (int wanted = 1; wanted >= 0; wanted--)
        for (size_t i = 0; i < TYPES; i++)
            if (known[i] == (wanted == 1))
                used += (size_t)snprintf(list + used, sizeof list - used, "%s%s%s", used ? "," : "",
                                         i + 1 == TYPES ? rsa_ways() : "", types[i]);
    return libssh2_session_method_pref(session, LIBSSH2_METHOD_HOSTKEY, list) < 0 ? -ENOMEM : 0;
}

/* As ssh shows it: SHA256:base64 without padding. */
static void fingerprint(struct ssh_bytes key, char ret[64])
{
    unsigned char digest[EVP_MAX_MD_SIZE], text[64];
    unsigned int len = 0;

    EVP_Digest(key.data, key.len, digest, &len, EVP_sha256(), NULL);
    EVP_EncodeBlock(text, digest, (int)len);
    snprintf(ret, 64, "SHA256:%.43s", (const char *)text);
}

struct shown_key {
    struct ssh_bytes blob, type;
    char fingerprint[64];
};

static int not_known(struct ssh_trust *trust, const struct ssh_spec *server,
                     const struct shown_key *key, struct vmtp_error *err)
{
    if (trust->policy == SSH_TRUST_STRICT)
        return vmtp_fail(err, -EKEYREJECTED,
                         "its host key is not known (%.*s %s); log in once with ssh to check it, "
                         "or say host-keys: accept-new",
                         (int)key->type.len, (const char *)key->type.data, key->fingerprint);
    if (ssh_known_add(trust->known, server->host, server->port, key->blob, err) < 0)
        return err ? err->code : -EIO;
    vmtp_info(trust->self, "the host key of %s is new and now known: %.*s %s", server->host,
              (int)key->type.len, (const char *)key->type.data, key->fingerprint);
    return 0;
}

static int insecure(struct ssh_trust *trust)
{
    if (!trust->warned)
        vmtp_warn(trust->self, "host keys are not checked (host-keys: insecure): anybody on the "
                               "way can read and change what is sent");
    trust->warned = true;
    return 0;
}

/* Of a machine that has just been made. */
static int fresh(struct ssh_trust *trust, const struct ssh_spec *server,
                 const struct shown_key *key, struct vmtp_error *err)
{
    ssh_known_forget(trust->known, server->host, server->port);
    if (ssh_known_add(trust->known, server->host, server->port, key->blob, err) < 0)
        return err ? err->code : -EIO;
    vmtp_debug(trust->self, "%s shows the host key %.*s %s", server->host, (int)key->type.len,
               (const char *)key->type.data, key->fingerprint);
    return 0;
}

static bool may_be_new(const struct ssh_trust *trust, enum ssh_known_verdict verdict)
{
    return trust->policy == SSH_TRUST_FRESH && verdict != SSH_KNOWN_GOOD &&
           (verdict == SSH_KNOWN_NOT || !atomic_load(&trust->held));
}

static int key_judge(struct ssh_trust *trust, const struct ssh_spec *server,
                     const struct shown_key *key, struct vmtp_error *err)
{
    struct ssh_known_answer answer =
        ssh_known_check(trust->known, server->host, server->port, key->blob);
    const char *file = answer.file ? answer.file : "memory";

    if (may_be_new(trust, answer.verdict))
        return fresh(trust, server, key, err);
    switch (answer.verdict) {
    case SSH_KNOWN_GOOD:
        return 0;
    case SSH_KNOWN_NOT:
        return not_known(trust, server, key, err);
    case SSH_KNOWN_OTHER:
        return vmtp_fail(err, -EKEYREJECTED,
                         "its host key %.*s %s is not known, but one of type %s is (%s:%u); add "
                         "this one if it is right",
                         (int)key->type.len, (const char *)key->type.data, key->fingerprint,
                         answer.type, file, answer.line);
    case SSH_KNOWN_REVOKED:
        return vmtp_fail(err, -EKEYREJECTED, "its host key %s is revoked by %s:%u",
                         key->fingerprint, file, answer.line);
    default:
        return vmtp_fail(err, -EKEYREJECTED,
                         "ITS HOST KEY HAS CHANGED: somebody may be in between, or the server was "
                         "set up anew; it shows %.*s %s, and %s:%u has another: if that is right, "
                         "remove this line",
                         (int)key->type.len, (const char *)key->type.data, key->fingerprint, file,
                         answer.line);
    }
}

int ssh_trust_check(struct ssh_trust *trust, const struct ssh_spec *server,
                    LIBSSH2_SESSION *session, struct vmtp_error *err)
{
    struct shown_key key;
    struct ssh_reader reader;
    int type;

    key.blob.data = (const unsigned char *)libssh2_session_hostkey(session, &key.blob.len, &type);
    if (!key.blob.data)
        return vmtp_fail(err, -EPROTO, "the server shows no host key");
    if (trust->policy == SSH_TRUST_INSECURE)
        return insecure(trust);
    reader = (struct ssh_reader){ key.blob.data, key.blob.len, false };
    key.type = ssh_read_string(&reader);
    fingerprint(key.blob, key.fingerprint);
    return key_judge(trust, server, &key, err);
}
