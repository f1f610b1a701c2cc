/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes core/classic/hostspec.c: what is taken can be written again and means the same, and the
 * password is where it is said to be.
 */
#include "core/classic/hostspec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void spec_check(const struct hostspec *spec, const char *text, struct arena *arena)
{
    size_t end = spec->password_at + spec->password_len;
    const char *masked = hostspec_masked(spec, text, arena);
    const char *again = arena_printf(arena, "ssh://%s", hostspec_ssh(spec, arena));
    struct hostspec other = { 0 };

    if (end > strlen(text) || (spec->password != NULL) != (spec->password_len > 0))
        abort();
    if (spec->password &&
        (strncmp(text + spec->password_at, spec->password, spec->password_len) != 0 ||
         strlen(masked) != strlen(text) - spec->password_len + 8))
        abort();
    if (hostspec_parse(again, arena, &other, NULL) < 0 || strcmp(other.user, spec->user) != 0 ||
        strcmp(other.host, spec->host) != 0 || other.port != spec->port || other.password)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    char *text = arena ? arena_strndup(arena, (const char *)data, size) : NULL;
    struct vmtp_error err = { 0 };
    struct hostspec spec = { 0 };

    if (!text)
        return 0;
    if (hostspec_parse(text, arena, &spec, &err) == 0)
        spec_check(&spec, text, arena);
    else if (err.code >= 0 || !err.text[0])
        abort();
    return 0;
}
