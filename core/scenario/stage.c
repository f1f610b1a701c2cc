/* SPDX-License-Identifier: Apache-2.0 */
#include "stage.h"

#include "matrix.h"

#include <inttypes.h>

static int no_memory(struct vmtp_error *err)
{
    return vmtp_fail(err, -ENOMEM, "plan: out of memory");
}

/* Make room for one more. */
static void *grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    void *more;

    if (count < *room)
        return items;
    *room = *room * 2 + 16;
    more = arena_array(arena, *room, size);
    if (more && count)
        memcpy(more, items, count * size);
    return more;
}

static int stage_begin(struct drafts *drafts, struct vmtp_error *err)
{
    drafts->stages = grow(drafts->arena, drafts->stages, drafts->stage_count, &drafts->stage_room,
                          sizeof *drafts->stages);
    if (!drafts->stages)
        return no_memory(err);
    drafts->stages[drafts->stage_count++] = (struct draft){ .first = drafts->member_count };
    return 0;
}

/* To the newest stage. */
static int member_append(struct drafts *drafts, const struct member *member, struct vmtp_error *err)
{
    if (drafts->member_count == PLANNED_MAX)
        return vmtp_fail(err, -EINVAL, "the scenario would take more than %d measurements",
                         PLANNED_MAX);
    drafts->members = grow(drafts->arena, drafts->members, drafts->member_count,
                           &drafts->member_room, sizeof *drafts->members);
    if (!drafts->members || !member->key)
        return no_memory(err);
    drafts->members[drafts->member_count++] = *member;
    drafts->stages[drafts->stage_count - 1].count++;
    return 0;
}

/* One of the pairs: it differs from the others by its number alone. */
static int pair_append(struct drafts *drafts, const struct member *all, uint32_t pair,
                       struct vmtp_error *err)
{
    struct vmtp_pair *labels = arena_array(drafts->arena, all->label_count + 1, sizeof *labels);
    char *number = arena_printf(drafts->arena, "%" PRIu32, pair);
    struct member member = *all;

    if (!labels || !number || !all->key)
        return no_memory(err);
    memcpy(labels, all->labels, all->label_count * sizeof *labels);
    labels[member.label_count++] = (struct vmtp_pair){ "pair", number };
    member.labels = labels;
    member.key = key_add(drafts->arena, all->key, "pair", number);
    member.whole = all->key;
    member.pair = pair;
    return member_append(drafts, &member, err);
}

/* All of its pairs. */
static int member_add(struct drafts *drafts, const struct member *member, struct vmtp_error *err)
{
    int r = 0;

    if (!member->variant->pairs)
        return member_append(drafts, member, err);
    for (uint32_t pair = 1; r == 0 && pair <= member->variant->pairs; pair++)
        r = pair_append(drafts, member, pair, err);
    return r;
}

/* The flows of one named stage, and where the product of their variants stands. */
struct meeting {
    const struct flow_spec **flows;
    const struct variant ***variants; /* for each flow, of the combination that is being drafted */
    size_t *counts, *digits;
    size_t count;
};

static bool same_place(const struct variant *one, const struct variant *other)
{
    return strcmp(one->path, other->path) == 0 && strcmp(one->placement, other->placement) == 0 &&
           strcmp(one->from, other->from) == 0 && strcmp(one->to, other->to) == 0 &&
           one->family == other->family;
}

static bool is_at(const struct flow_spec *flow, const struct variant *place)
{
    for (size_t i = 0; i < flow->variant_count; i++)
        if (same_place(&flow->variants[i], place))
            return true;
    return false;
}

/* Flows that have one place each meet, wherever those are. */
static bool all_at_one_place(const struct meeting *meeting)
{
    for (size_t f = 0; f < meeting->count; f++)
        for (size_t i = 1; i < meeting->flows[f]->variant_count; i++)
            if (!same_place(&meeting->flows[f]->variants[0], &meeting->flows[f]->variants[i]))
                return false;
    return true;
}

static int place_fail(const struct flow_spec *flow, const struct flow_spec *other,
                      const struct variant *place, struct vmtp_error *err)
{
    bool path = *place->path;

    return key_fail(err, other->node,
                    "stage '%s': flow '%s' runs %s %s%s%s over IPv%u, where '%s' does not run: "
                    "flows of one stage need the same paths, placements, endpoints and families",
                    flow->stage, flow->name, path ? "on" : "from", path ? place->path : place->from,
                    path ? *place->placement ? ", " : "" : " to ",
                    path ? place->placement : place->to, place->family, other->name);
}

static int places_check(const struct meeting *meeting, struct vmtp_error *err)
{
    for (size_t f = 0; f < meeting->count; f++)
        for (size_t i = 0; i < meeting->flows[f]->variant_count; i++)
            for (size_t o = 0; o < meeting->count; o++)
                if (!is_at(meeting->flows[o], &meeting->flows[f]->variants[i]))
                    return place_fail(meeting->flows[f], meeting->flows[o],
                                      &meeting->flows[f]->variants[i], err);
    return 0;
}

static bool is_place(const char *label)
{
    static const char *const places[] = { "path", "placement", "family", "from", "to" };

    for (size_t i = 0; i < COUNT(places); i++)
        if (strcmp(places[i], label) == 0)
            return true;
    return false;
}

/* "bulk.protocol=udp", for a flow that runs beside flow f. */
static int partner_add(struct arena *arena, const struct meeting *meeting, size_t f,
                       struct vmtp_pair *labels, struct member *member)
{
    const struct variant *variant = meeting->variants[f][meeting->digits[f]];

    for (size_t i = 0; i < variant->label_count; i++) {
        const struct vmtp_pair *label = &variant->labels[i];
        char *name;

        if (is_place(label->name))
            continue;
        name = arena_printf(arena, "%s.%s", meeting->flows[f]->name, label->name);
        member->key = name ? key_add(arena, member->key, name, label->value) : NULL;
        if (!member->key)
            return -ENOMEM;
        labels[member->label_count++] = (struct vmtp_pair){ name, label->value };
    }
    return 0;
}

/* What the other flows of the stage do belongs to what was measured. */
static int member_make(struct arena *arena, const struct meeting *meeting, size_t self,
                       struct member *ret)
{
    const struct variant *variant = meeting->variants[self][meeting->digits[self]];
    struct vmtp_pair *labels;
    size_t room = 1;
    int r = 0;

    for (size_t f = 0; f < meeting->count; f++)
        room += meeting->variants[f][meeting->digits[f]]->label_count;
    labels = arena_array(arena, room, sizeof *labels);
    *ret = (struct member){ .spec = meeting->flows[self], .variant = variant, .labels = labels };
    ret->key = variant_key(arena, ret->spec->name, variant);
    if (!labels || !ret->key)
        return -ENOMEM;
    for (size_t i = 0; i < variant->label_count; i++)
        labels[ret->label_count++] = variant->labels[i];
    for (size_t f = 0; r == 0 && f < meeting->count; f++)
        if (f != self && meeting->counts[f] > 1)
            r = partner_add(arena, meeting, f, labels, ret);
    return r;
}

static bool digits_turn(struct meeting *meeting)
{
    for (size_t f = meeting->count; f-- > 0;) {
        if (++meeting->digits[f] < meeting->counts[f])
            return true;
        meeting->digits[f] = 0;
    }
    return false;
}

/* One stage for each combination of what the flows do at one place (NULL: wherever they are). */
static int place_draft(struct drafts *drafts, struct meeting *meeting, const struct variant *place,
                       struct vmtp_error *err)
{
    int r;

    for (size_t f = 0; f < meeting->count; f++) {
        const struct flow_spec *flow = meeting->flows[f];

        meeting->counts[f] = meeting->digits[f] = 0;
        for (size_t i = 0; i < flow->variant_count; i++)
            if (!place || same_place(place, &flow->variants[i]))
                meeting->variants[f][meeting->counts[f]++] = &flow->variants[i];
    }
    do {
        r = stage_begin(drafts, err);
        for (size_t f = 0; r == 0 && f < meeting->count; f++) {
            struct member member;

            if (member_make(drafts->arena, meeting, f, &member) < 0)
                return no_memory(err);
            r = member_add(drafts, &member, err);
        }
    } while (r == 0 && digits_turn(meeting));
    return r;
}

static int meeting_make(const struct scenario *scenario, const char *stage, struct arena *arena,
                        struct meeting *ret)
{
    size_t n = 0;

    ret->flows = arena_array(arena, scenario->flow_count, sizeof *ret->flows);
    ret->variants = arena_array(arena, scenario->flow_count, sizeof *ret->variants);
    ret->counts = arena_array(arena, scenario->flow_count, sizeof *ret->counts);
    ret->digits = arena_array(arena, scenario->flow_count, sizeof *ret->digits);
    if (!ret->flows || !ret->variants || !ret->counts || !ret->digits)
        return -ENOMEM;
    for (size_t i = 0; i < scenario->flow_count; i++) {
        const struct flow_spec *flow = &scenario->flows[i];

        if (strcmp(flow->stage, stage) != 0)
            continue;
        ret->variants[n] = arena_array(arena, flow->variant_count, sizeof **ret->variants);
        if (!ret->variants[n])
            return -ENOMEM;
        ret->flows[n++] = flow;
    }
    ret->count = n;
    return 0;
}

static int meeting_draft(struct drafts *drafts, const struct scenario *scenario, const char *stage,
                         struct vmtp_error *err)
{
    struct meeting meeting = { 0 };
    const struct flow_spec *first;
    int r;

    if (meeting_make(scenario, stage, drafts->arena, &meeting) < 0)
        return no_memory(err);
    if (all_at_one_place(&meeting))
        return place_draft(drafts, &meeting, NULL, err);
    r = places_check(&meeting, err);
    first = meeting.flows[0];
    for (size_t i = 0; r == 0 && i < first->variant_count; i++) {
        bool new = true;

        for (size_t j = 0; j < i && new; j++)
            new = !same_place(&first->variants[i], &first->variants[j]);
        if (new)
            r = place_draft(drafts, &meeting, &first->variants[i], err);
    }
    return r;
}

static int alone_draft(struct drafts *drafts, const struct flow_spec *flow, bool together,
                       struct vmtp_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < flow->variant_count; i++) {
        const struct variant *variant = &flow->variants[i];

        r = together ? 0 : stage_begin(drafts, err);
        if (r == 0)
            r = member_add(drafts,
                           &(struct member){ .spec = flow,
                                             .variant = variant,
                                             .key = variant_key(drafts->arena, flow->name, variant),
                                             .labels = variant->labels,
                                             .label_count = variant->label_count },
                           err);
    }
    return r;
}

static bool stage_seen(const struct scenario *scenario, size_t flow)
{
    for (size_t i = 0; i < flow; i++)
        if (strcmp(scenario->flows[i].stage, scenario->flows[flow].stage) == 0)
            return true;
    return false;
}

int drafts_make(const struct scenario *scenario, struct drafts *drafts, struct vmtp_error *err)
{
    int r = scenario->parallel ? stage_begin(drafts, err) : 0;

    for (size_t i = 0; r == 0 && i < scenario->flow_count; i++) {
        const struct flow_spec *flow = &scenario->flows[i];

        if (scenario->parallel || !*flow->stage)
            r = alone_draft(drafts, flow, scenario->parallel, err);
        else if (!stage_seen(scenario, i))
            r = meeting_draft(drafts, scenario, flow->stage, err);
    }
    return r;
}
