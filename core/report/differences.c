/* SPDX-License-Identifier: Apache-2.0
 *
 * Each side is laid out as an object of subjects, "kernel", each with the set of all that its
 * documents say of it; a subject with two different sets is a difference.
 */
#include "differences.h"

#include "../result/json.h"
#include "cells.h"

#include <errno.h>

#define DEPTH_MOST       4  /* of what an endpoint says of itself */
#define DIFFERENCES_MOST 20 /* are told; of the rest, how many */
#define SUBJECT_MAX      120

/* ---- one side ---- */

static int subject_add(json_t *subjects, const char *subject, const char *text)
{
    json_t *set = json_object_get(subjects, subject);

    if (!*text)
        return 0;
    if (!set) {
        set = json_object();
        if (json_object_set_new_nocheck(subjects, subject, set) < 0)
            return -ENOMEM;
    }
    return json_object_set_new_nocheck(set, text, json_true()) < 0 ? -ENOMEM : 0;
}

static int value_add(json_t *subjects, const char *subject, const json_t *value)
{
    char number[32];

    if (json_is_string(value))
        return subject_add(subjects, subject, json_string_value(value));
    if (!json_is_number(value))
        return 0;
    snprintf(number, sizeof number, "%.15g", json_number_value(value));
    return subject_add(subjects, subject, number);
}

/* Addresses are as the cloud deals them, and what is left of memory or a clock's error is never
 * twice the same. */
static bool is_fleeting(const char *name)
{
    static const char *const names[] = {
        "address", "clock", "steal_ratio", "memory_available_bytes", "disk_available_bytes",
        "fitness"
    };

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* What stands deeper is called by the whole way to it, "sysctl.tcp_ecn". */
static int facts_add(json_t *subjects, const char *above, const json_t *facts, int depth)
{
    char subject[SUBJECT_MAX];
    const char *name;
    json_t *value;
    int r = 0;

    json_object_foreach((json_t *)facts, name, value)
    {
        if (r < 0 || is_fleeting(name))
            continue;
        snprintf(subject, sizeof subject, "%s%s%s", above, *above ? "." : "", name);
        if (!json_is_object(value))
            r = value_add(subjects, subject, value);
        else if (depth < DEPTH_MOST)
            r = facts_add(subjects, subject, value, depth + 1);
    }
    return r;
}

static int result_add(json_t *subjects, const json_t *result)
{
    const json_t *reach = json_object_get(result, "reach");
    const char *tool = json_text(result, "tool");
    char subject[SUBJECT_MAX];
    int r;

    snprintf(subject, sizeof subject, "version of %.80s", tool);
    r = value_add(subjects, subject, json_object_get(result, "tool_version"));
    r = r < 0 ? r : facts_add(subjects, tool, json_object_get(result, "options"), DEPTH_MOST);
    r = r < 0 ? r : value_add(subjects, "MTU of paths", json_object_get(reach, "mtu"));
    return r < 0 ? r : value_add(subjects, "rate of links", json_object_get(reach, "rate"));
}

/* keys: of the results that the other side has, too. */
static int document_add(json_t *subjects, const json_t *document, const json_t *keys)
{
    const json_t *cloud = json_object_get(document, "cloud"), *result;
    const char *name;
    json_t *endpoint;
    size_t i;
    int r = value_add(subjects, "version of vmtp",
                      json_object_get(json_object_get(document, "run"), "version"));

    r = r < 0 ? r : value_add(subjects, "cloud", json_object_get(cloud, "name"));
    r = r < 0 ? r : facts_add(subjects, "", json_object_get(cloud, "facts"), DEPTH_MOST);
    json_object_foreach(json_object_get(document, "endpoints"), name, endpoint)
    {
        r = r < 0 ? r : facts_add(subjects, "", endpoint, 0);
    }
    json_array_foreach(json_object_get(document, "results"), i, result)
    {
        if (r == 0 && json_object_get(keys, json_text(result, "key")))
            r = result_add(subjects, result);
    }
    return r;
}

/* A new reference; NULL: out of memory. */
static json_t *keys_find(const struct side *side)
{
    json_t *keys = json_object();
    const json_t *result;
    size_t i, k;

    for (i = 0; i < side->count; i++)
        json_array_foreach(json_object_get(side->documents[i], "results"), k, result)
            json_object_set_new_nocheck(keys, json_text(result, "key"), json_true());
    return keys;
}

/* The same. */
static json_t *subjects_find(const struct side *side, const struct side *other)
{
    _cleanup_(json_decrefp) json_t *keys = keys_find(other);
    json_t *subjects = json_object();
    int r = keys && subjects ? 0 : -ENOMEM;

    for (size_t i = 0; i < side->count && r == 0; i++)
        r = document_add(subjects, side->documents[i], keys);
    if (r == 0)
        return subjects;
    json_decref(subjects);
    return NULL;
}

/* ---- both ---- */

/* What it is on a side, in few words. */
static const char *set_text(json_t *set, char *text, size_t size)
{
    const char *first = json_object_iter_key(json_object_iter(set));
    size_t count = json_object_size(set);

    if (count == 1)
        snprintf(text, size, "%s", first);
    else
        snprintf(text, size, "%s and %zu more", first, count - 1);
    return text;
}

static int difference_add(const char *subject, json_t *old, json_t *now, json_t *notes)
{
    char phrase[600], one[200], other[200];

    snprintf(phrase, sizeof phrase, "%s: %s in OLD, %s in NEW", subject,
             set_text(old, one, sizeof one), set_text(now, other, sizeof other));
    return json_array_append_new(notes, text_json(phrase)) < 0 ? -ENOMEM : 0;
}

int differences_add(const struct side *old, const struct side *now, json_t *notes)
{
    _cleanup_(json_decrefp) json_t *was = subjects_find(old, now), *is = subjects_find(now, old);
    const char *subject;
    json_t *set, *new_set;
    size_t count = 0;
    int r = was && is ? 0 : -ENOMEM;

    json_object_foreach(was, subject, set)
    {
        new_set = json_object_get(is, subject);
        if (r == 0 && new_set && !json_equal(set, new_set) && count++ < DIFFERENCES_MOST)
            r = difference_add(subject, set, new_set, notes);
    }
    if (r == 0 && count > DIFFERENCES_MOST &&
        json_array_append_new(notes, json_sprintf("%zu more things differ between OLD and NEW",
                                                  count - DIFFERENCES_MOST)) < 0)
        r = -ENOMEM;
    return r;
}
