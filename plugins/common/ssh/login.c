/* SPDX-License-Identifier: Apache-2.0
 *
 * A login: see login.h.
 *
 * libssh2 1.10 signs with RSA keys in SHA-1 alone, which OpenSSH has refused since 8.8.  It takes
 * the name of the method from the front of the public key, though: a key that calls itself
 * "rsa-sha2-512" is signed with that (RFC 8332) by our callback.  Servers other than OpenSSH may
 * want the plain form, so that is tried too.
 */
#include "login.h"

#include "link.h"

#include <stdlib.h>

enum { STAGE_ASK, STAGE_KEYS, STAGE_PASSWORD, STAGE_INTERACTIVE, STAGE_END };

static const char *const rsa_ways[] = { "rsa-sha2-512", "rsa-sha2-256", NULL };
#define RSA_WAYS (sizeof rsa_ways / sizeof *rsa_ways)

struct signing {
    const struct ssh_key *key;
    const char *method;
};

void ssh_login_init(struct ssh_login *login, const struct ssh_credentials *credentials)
{
    *login = (struct ssh_login){ .credentials = credentials };
}

void ssh_login_clear(struct ssh_login *login)
{
    ssh_buffer_clear(&login->public);
}

static void tried_add(struct ssh_login *login, const char *what)
{
    size_t used = strlen(login->tried);

    snprintf(login->tried + used, sizeof login->tried - used, "%s%s", used ? ", " : "", what);
}

static bool offered(const struct ssh_login *login, const char *method)
{
    size_t len = strlen(method);

    for (const char *p = login->offers; *p;) {
        size_t n = strcspn(p, ",");

        if (n == len && strncmp(p, method, n) == 0)
            return true;
        p += n + (p[n] == ',');
    }
    return false;
}

/* libssh2's code for a step that has failed: was it a refusal, or is the connection gone? */
static int step_result(int code)
{
    switch (code) {
    case LIBSSH2_ERROR_NONE:
        return 0;
    case LIBSSH2_ERROR_EAGAIN:
        return -EAGAIN;
    case LIBSSH2_ERROR_SOCKET_SEND:
    case LIBSSH2_ERROR_SOCKET_RECV:
    case LIBSSH2_ERROR_SOCKET_DISCONNECT:
        return -ECONNRESET;
    default:
        return -EACCES;
    }
}

/* ---- stages: 0 logged in, -EAGAIN, -ECONNRESET, or -EACCES: on to the next ---- */

static int ask(struct ssh_login *login, LIBSSH2_SESSION *session)
{
    const char *user = login->credentials->user;
    const char *list = libssh2_userauth_list(session, user, (unsigned int)strlen(user));

    if (!list)
        return libssh2_userauth_authenticated(session)
                   ? 0
                   : step_result(libssh2_session_last_errno(session));
    snprintf(login->offers, sizeof login->offers, "%s", list);
    return -EACCES;
}

static LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(sign)
{
    const struct signing *signing = *abstract;
    struct ssh_buffer made = { 0 };
    int r = ssh_key_sign(signing->key, signing->method, (struct ssh_bytes){ data, data_len }, &made,
                         NULL);

    (void)session;
    *sig = r == 0 && !made.failed ? malloc(made.len + 1) : NULL; /* libssh2 frees it */
    if (*sig) {
        memcpy(*sig, made.data, made.len);
        *sig_len = made.len;
    }
    ssh_buffer_clear(&made);
    return *sig ? 0 : -1;
}

/* Each refusal counts for the server (MaxAuthTries), so what is known of it is heeded. */
static bool way_is_good(LIBSSH2_SESSION *session, size_t way)
{
    const char *banner = libssh2_session_banner_get(session);

    if (banner && strstr(banner, "OpenSSH_"))
        return way == 0;
    if (banner && strstr(banner, "dropbear"))
        return rsa_ways[way] == NULL;
    return true;
}

static int key_try(struct ssh_login *login, LIBSSH2_SESSION *session)
{
    const struct ssh_credentials *credentials = login->credentials;
    struct signing signing = { .key = credentials->keys[login->key] };
    void *abstract = &signing;
    int r;

    if (ssh_key_is_rsa(signing.key))
        signing.method = rsa_ways[login->way];
    if (login->public.len == 0) {
        if (login->way == 0)
            tried_add(login, ssh_key_name(signing.key));
        ssh_key_public(signing.key, signing.method, &login->public);
        if (login->public.failed)
            return -EACCES;
    }
    r = step_result(libssh2_userauth_publickey(session, credentials->user, login->public.data,
                                               login->public.len, sign, &abstract));
    if (r != -EAGAIN)
        ssh_buffer_clear(&login->public);
    return r;
}

static int keys_try(struct ssh_login *login, LIBSSH2_SESSION *session)
{
    const struct ssh_credentials *credentials = login->credentials;

    if (!offered(login, "publickey"))
        return -EACCES;
    for (; login->key < credentials->key_count; login->key++, login->way = 0) {
        bool rsa = ssh_key_is_rsa(credentials->keys[login->key]);

        for (; login->way < (rsa ? RSA_WAYS : 1); login->way++) {
            int r = rsa && !way_is_good(session, login->way) ? -EACCES : key_try(login, session);

            if (r != -EACCES)
                return r;
        }
    }
    return -EACCES;
}

static int password_try(struct ssh_login *login, LIBSSH2_SESSION *session)
{
    const struct ssh_credentials *credentials = login->credentials;
    int r;

    if (!credentials->password || !*credentials->password || !offered(login, "password"))
        return -EACCES;
    r = step_result(libssh2_userauth_password_ex(
        session, credentials->user, (unsigned int)strlen(credentials->user), credentials->password,
        (unsigned int)strlen(credentials->password), NULL));
    if (r == -EACCES)
        tried_add(login, "the password");
    return r;
}

/* Prompts that show what is typed ask for something else than a password. */
static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(answer)
{
    const struct ssh_abstract *ours = *abstract;
    const char *password = ours->login->credentials->password;

    (void)name;
    (void)name_len;
    (void)instruction;
    (void)instruction_len;
    for (int i = 0; i < num_prompts; i++) {
        const char *text = prompts[i].echo ? "" : password;

        responses[i].text = strdup(text); /* libssh2 frees it */
        responses[i].length = responses[i].text ? (unsigned int)strlen(text) : 0;
    }
}

static int interactive_try(struct ssh_login *login, LIBSSH2_SESSION *session)
{
    const struct ssh_credentials *credentials = login->credentials;
    int r;

    if (!credentials->password || !*credentials->password ||
        !offered(login, "keyboard-interactive"))
        return -EACCES;
    r = step_result(libssh2_userauth_keyboard_interactive_ex(
        session, credentials->user, (unsigned int)strlen(credentials->user), answer));
    if (r == -EACCES)
        tried_add(login, "the password as keyboard-interactive");
    return r;
}

static int refuse(const struct ssh_login *login, struct vmtp_error *err)
{
    const struct ssh_credentials *credentials = login->credentials;
    const char *missing = credentials->missing ? credentials->missing : "";

    if (!login->tried[0] && *missing)
        return vmtp_fail(err, -EACCES, "no way to log in as %s (%s); the server offers %s",
                         credentials->user, missing, login->offers);
    if (!login->tried[0])
        return vmtp_fail(err, -EACCES,
                         "no way to log in as %s: there is no key, no agent and no password that "
                         "the server would take; it offers %s",
                         credentials->user, login->offers);
    return vmtp_fail(err, -EACCES, "the server refuses to log in %s by %s%s%s%s; it offers %s",
                     credentials->user, login->tried, *missing ? " (" : "", missing,
                     *missing ? ")" : "", login->offers);
}

int ssh_login_step(struct ssh_login *login, LIBSSH2_SESSION *session, struct vmtp_error *err)
{
    static int (*const stages[])(struct ssh_login *, LIBSSH2_SESSION *) = {
        [STAGE_ASK] = ask,
        [STAGE_KEYS] = keys_try,
        [STAGE_PASSWORD] = password_try,
        [STAGE_INTERACTIVE] = interactive_try,
    };

    for (; login->stage < STAGE_END; login->stage++) {
        int r = stages[login->stage](login, session);

        if (r == -ECONNRESET && login->tried[0])
            return vmtp_fail(err, -EACCES,
                             "the server closed the connection after trying %s (its MaxAuthTries?)",
                             login->tried);
        if (r == -ECONNRESET)
            return vmtp_fail(err, r, "the server closed the connection before the login");
        if (r != -EACCES)
            return r;
    }
    return refuse(login, err);
}
