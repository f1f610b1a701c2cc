/* SPDX-License-Identifier: Apache-2.0 */
#include "import_flow.h"

#include "../result/json.h"
#include "../scenario/matrix.h"
#include "entry.h"

#include <math.h>

#define NAME_MAX_BYTES 63 /* of an endpoint, as in scenarios */
#define SIZE_MAX_BYTES 1e9

double import_number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);
    double number;
    char *end;

    if (!text)
        return json_is_number(value) ? json_number_value(value) : NAN;
    number = strtod(text, &end);
    return end > text && !*end && isfinite(number) ? number : NAN;
}

/* ---- where ---- */

/* The first of these that can be an endpoint's name. */
static const char *end_name(const json_t *flow, const char *given, const char *address,
                            const char *otherwise)
{
    const char *names[] = { text_of(flow, given), text_of(flow, address) };

    for (size_t i = 0; i < COUNT(names); i++)
        if (*names[i] && strlen(names[i]) <= NAME_MAX_BYTES)
            return names[i];
    return otherwise;
}

static void native_place(struct import_flows *flows, const char *desc, struct import_place *ret)
{
    bool intra = strstr(desc, "intra");

    ret->native = true;
    ret->to = "h1";
    ret->from = intra ? "h1" : arena_printf(flows->arena, "h%zu", ++flows->clients + 1);
    ret->name = intra ? "intra" : arena_printf(flows->arena, "inter-%s", ret->from);
}

static void vm_place(struct import_flows *flows, const char *desc, struct import_place *ret)
{
    flows->has_vms = true;
    ret->path = strstr(desc, "same network") ? "same-network"
                : strstr(desc, "floating")   ? "floating-ip"
                                             : "different-network";
    ret->placement = strstr(desc, "intra-node")   ? "intra-node"
                     : strstr(desc, "inter-node") ? "inter-node"
                                                  : "";
    ret->name =
        arena_printf(flows->arena, "%s%s%s", ret->path, *ret->placement ? "-" : "", ret->placement);
}

/* A second flow of the same description is another one. */
static const char *name_alone(struct import_flows *flows, const char *name)
{
    json_int_t count = json_integer_value(json_object_get(flows->names, name)) + 1;

    if (json_object_set_new(flows->names, name, json_integer(count)) < 0)
        return NULL;
    return count == 1 ? name : arena_printf(flows->arena, "%s-%lld", name, (long long)count);
}

/* NULL: out of memory. */
static const struct import_place *place_make(struct import_flows *flows, const json_t *flow,
                                             size_t number)
{
    struct import_place *place = arena_alloc(flows->arena, sizeof *place);
    const char *desc = text_of(flow, "desc");

    if (!place)
        return NULL;
    *place = (struct import_place){ .path = "", .placement = "" };
    place->family = strchr(text_of(flow, "ip_to"), ':') ? 6 : 4;
    if (strstr(desc, "Native"))
        native_place(flows, desc, place);
    else if (strstr(desc, "VM to VM"))
        vm_place(flows, desc, place);
    else if (strstr(desc, "External-VM"))
        place->name = place->path = "external", flows->has_vms = true;
    else
        place->name = arena_printf(flows->arena, "flow-%zu", number);
    place->from = end_name(flow, "endpoint_from", place->from ? "" : "ip_from",
                           place->from ? place->from : "client");
    place->to =
        end_name(flow, "endpoint_to", place->to ? "" : "ip_to", place->to ? place->to : "server");
    place->name = place->name ? name_alone(flows, place->name) : NULL;
    return place->name && place->from ? place : NULL;
}

static void text_add(json_t *object, const char *name, const char *text)
{
    if (*text)
        field_add(object, name, text_json(text));
}

/* What the flow says of one end; what an earlier one said stays. */
static void endpoint_add(struct import_flows *flows, const char *name, const json_t *flow,
                         bool client)
{
    const char *distro = client ? text_of(flow, "distro_id") : "";
    const char *version = client ? text_of(flow, "distro_version") : "";
    json_t *facts = json_object();

    text_add(facts, "address", text_of(flow, client ? "ip_from" : "ip_to"));
    text_add(facts, "location", text_of(flow, client ? "az_from" : "az_to"));
    if (*distro && strcmp(distro, "Unknown") != 0)
        field_add(
            facts, "os",
            json_pack("{s:o, s:o}", "name", text_json(distro), "version", text_json(version)));
    json_object_update_missing(facts, json_object_get(flows->endpoints, name));
    field_add(flows->endpoints, name, facts);
}

/* ---- entries ---- */

/* As options of our tools have it. */
static const char *protocol_slug(const char *protocol)
{
    static const char *const slugs[][2] = {
        { "TCP", "tcp" }, { "UDP", "udp" }, { "ICMP", "icmp" }, { "Multicast", "multicast" }
    };

    for (size_t i = 0; i < COUNT(slugs); i++)
        if (strcmp(slugs[i][0], protocol) == 0)
            return slugs[i][1];
    return *protocol ? "other" : "";
}

/* "same-network-intra-node-udp-1024"; what has no size is called without one. */
static const char *test_name(struct arena *arena, const struct import_test *test)
{
    char size[32] = "";

    if (test->size_bytes)
        snprintf(size, sizeof size, "-%lld", (long long)test->size_bytes);
    return arena_printf(arena, "%s%s%s%s%s", test->place->name, *test->protocol ? "-" : "",
                        test->protocol, size, test->reverse ? "-down" : "");
}

/* As plan and VMTP mode make them. */
static const char *test_key(struct arena *arena, const struct import_test *test)
{
    const struct import_place *place = test->place;
    const struct variant variant = { .path = place->path,
                                     .placement = place->placement,
                                     .from = place->native ? place->from : "",
                                     .to = place->native ? place->to : "" };

    return variant_key(arena, test->name, &variant);
}

static struct import_test *test_find(struct import_flows *flows, const struct import_test *wanted)
{
    const json_t *index = json_object_get(flows->keys, wanted->key);
    struct import_test *test;

    if (index)
        return &flows->tests[json_integer_value(index)];
    if (flows->test_count == flows->room) {
        size_t room = flows->room ? 2 * flows->room : 32;
        struct import_test *tests = reallocarray(flows->tests, room, sizeof *tests);

        if (!tests)
            return NULL;
        flows->tests = tests;
        flows->room = room;
    }
    test = &flows->tests[flows->test_count];
    *test = *wanted;
    test->entries = json_array();
    if (!test->entries || json_object_set_new(flows->keys, wanted->key,
                                              json_integer((json_int_t)flows->test_count)) < 0) {
        json_decref(test->entries);
        return NULL;
    }
    flows->test_count++;
    return test;
}

/* protocol: VMTP's name, which ICMP's entries for each size do not have. */
static int entry_add(struct import_flows *flows, const struct import_place *place,
                     const char *protocol, json_t *entry)
{
    struct import_test test = { .place = place, .protocol = protocol_slug(protocol) }, *found;
    bool pings = strcmp(test.protocol, "icmp") == 0;
    double size = import_number(entry, pings ? "packet_size" : "pkt_size");

    test.size_bytes = size >= 1 && size <= SIZE_MAX_BYTES ? (json_int_t)size : 0;
    test.reverse = strcmp(text_of(entry, "direction"), "reverse") == 0;
    test.key = text_of(entry, "key");
    test.name = test_name(flows->arena, &test);
    if (test.name && !*test.key)
        test.key = test_key(flows->arena, &test);
    found = test.name && test.key ? test_find(flows, &test) : NULL;
    if (found && json_array_size(found->entries) == IMPORT_TRIALS_MAX)
        return -E2BIG;
    return found && json_array_append(found->entries, entry) == 0 ? 0 : -ENOMEM;
}

/* "error: VM cannot be spawned." */
static int silence_add(struct import_flows *flows, const struct import_place *place,
                       const char *text)
{
    static const char prefix[] = "error: ";
    size_t skip = strncmp(text, prefix, sizeof prefix - 1) == 0 ? sizeof prefix - 1 : 0;
    _cleanup_(json_decrefp) json_t *entry = json_pack("{s:s}", "error", text + skip);

    return entry ? entry_add(flows, place, "", entry) : -ENOMEM;
}

static int value_add(struct import_flows *flows, const struct import_place *place, json_t *entry)
{
    const char *protocol = text_of(entry, "protocol");
    json_t *inner = json_object_get(entry, "results"), *one;
    size_t i;
    int r = 0;

    if (json_is_string(entry))
        return silence_add(flows, place, json_string_value(entry));
    if (!json_is_object(entry))
        return 0;
    if (!json_array_size(inner))
        return entry_add(flows, place, protocol, entry);
    json_array_foreach(inner, i, one)
    {
        if (r == 0 && json_is_object(one))
            r = entry_add(flows, place, protocol, one);
    }
    return r;
}

int import_flow(struct import_flows *flows, const json_t *flow, size_t number)
{
    const struct import_place *place = place_make(flows, flow, number);
    json_t *results = json_object_get(flow, "results"), *entry;
    size_t i;
    int r = 0;

    if (!place)
        return -ENOMEM;
    endpoint_add(flows, place->to, flow, false);
    endpoint_add(flows, place->from, flow, true);
    if (!json_is_array(results))
        return results ? value_add(flows, place, results) : 0;
    json_array_foreach(results, i, entry)
    {
        r = value_add(flows, place, entry);
        if (r < 0)
            break;
    }
    return r;
}

void import_flows_clear(struct import_flows *flows)
{
    for (size_t i = 0; i < flows->test_count; i++)
        json_decref(flows->tests[i].entries);
    free(flows->tests);
    json_decref(flows->keys);
    json_decref(flows->names);
    json_decref(flows->endpoints);
    arena_free(flows->arena);
    *flows = (struct import_flows){ 0 };
}
