/* SPDX-License-Identifier: Apache-2.0 */
#include "fitness.h"

#include "fitness_check.h"
#include "json.h"

static const char *const use_names[USES] = { "throughput", "high-speed-throughput", "loss-jitter",
                                             "one-way-delay", "storage" };

static const char *grade_name(enum grade grade)
{
    static const char *const names[] = { "", "good", "unknown", "fair", "bad" };

    return names[grade];
}

static void uses_add(json_t *json, const enum grade grades[USES])
{
    for (int i = 0; i < USES; i++)
        if (grades[i] != GRADE_NONE)
            field_add(json, use_names[i], json_string(grade_name(grades[i])));
}

static json_t *finding_json(const struct concern *concern, const struct check *check,
                            const struct finding *finding)
{
    json_t *json = json_object(), *uses = json_object();
    enum grade worst = GRADE_GOOD;

    for (int i = 0; i < USES; i++)
        if (finding->grades[i] > worst)
            worst = finding->grades[i];
    field_add(json, "name", json_string(check->name));
    field_add(json, "concern", json_string(concern->name));
    field_add(json, "grade", json_string(grade_name(worst)));
    field_add(json, "value", text_json(finding->value));
    if (finding->why[0])
        field_add(json, "why", text_json(finding->why));
    if (finding->mend[0])
        field_add(json, "mend", text_json(finding->mend));
    uses_add(uses, finding->grades);
    field_add(json, "uses", uses);
    return json;
}

/* Adds the concern's checks to json, and to grades what they mean for each use. */
static void concern_look(const struct concern *concern, const struct subject *subject,
                         enum grade grades[USES], json_t *json)
{
    for (size_t i = 0; i < concern->count; i++) {
        const struct check *check = &concern->checks[i];
        struct finding finding = { .uses = check->uses };

        for (int u = 0; u < USES; u++)
            finding.grades[u] = check->uses & 1u << u ? GRADE_GOOD : GRADE_NONE;
        check->look(subject, &finding);
        if (!finding.value[0])
            continue;
        for (int u = 0; u < USES; u++)
            if (finding.grades[u] > grades[u])
                grades[u] = finding.grades[u];
        json_array_append_new(json, finding_json(concern, check, &finding));
    }
}

/* What leaves the machine: of one that is reached over its loopback the interface that does. */
static const json_t *nic_of(const json_t *facts)
{
    const json_t *nic = json_object_get(facts, "interface");
    const json_t *uplink = json_object_get(facts, "uplink");

    return strcmp(text_at(nic, "name"), "lo") == 0 && json_is_object(uplink) ? uplink : nic;
}

json_t *fitness_make(const json_t *facts, const json_t *watched, const struct fitness_path *paths,
                     size_t path_count)
{
    static const struct concern *const concerns[] = { &concern_time, &concern_path,
                                                      &concern_resources, &concern_buffers };
    const struct subject subject = { .facts = facts,
                                     .nic = nic_of(facts),
                                     .sysctl = json_object_get(facts, "sysctl"),
                                     .watched = watched,
                                     .paths = paths,
                                     .path_count = path_count };
    enum grade grades[USES] = { GRADE_NONE };
    json_t *checks = json_array(), *uses = json_object();

    for (size_t i = 0; i < COUNT(concerns); i++)
        concern_look(concerns[i], &subject, grades, checks);
    uses_add(uses, grades);
    return json_pack("{s:o, s:o}", "uses", uses, "checks", checks);
}
