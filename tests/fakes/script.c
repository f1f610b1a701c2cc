/* SPDX-License-Identifier: Apache-2.0
 *
 * A script for a scripted cloud: see script.h.
 */
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void script_add(struct script *script, const char *fmt, ...)
{
    size_t room = sizeof script->text - script->len;
    va_list ap;
    int len;

    script->text[script->len] = script->len ? ',' : '[';
    va_start(ap, fmt);
    len = vsnprintf(script->text + script->len + 1, room - 1, fmt, ap);
    va_end(ap);
    assert_true(len > 0 && (size_t)len + 2 < room);
    script->len += (size_t)len + 1;
}

void script_answer(struct script *script, const char *method, const char *path, int status,
                   int times, const char *body)
{
    char limit[32] = "";

    if (times)
        snprintf(limit, sizeof limit, ", 'times': %d", times);
    script_add(script, "{'method': '%s', 'path': '%s', 'status': %d%s%s%s}", method, path, status,
               limit, body ? ", 'body': " : "", body ? body : "");
}

void script_list(struct script *script, const char *path, const char *key, int times,
                 const char *things)
{
    char body[2000];

    snprintf(body, sizeof body, "{'%s': [%s]}", key, things);
    script_answer(script, "GET", path, 200, times, body);
}

void script_gone(struct script *script, const char *path)
{
    script_answer(script, "DELETE", path, 204, 0, NULL);
}

void script_play(struct script *script, struct fake_cloud *cloud)
{
    if (!script->len)
        script->text[script->len++] = '[';
    snprintf(script->text + script->len, 2, "]");
    fake_cloud_script(cloud, script->text);
}
