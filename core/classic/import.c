/* SPDX-License-Identifier: Apache-2.0 */
#include "import.h"

#include "../base/buf.h"
#include "../base/clock.h"
#include "../base/sha256.h"
#include "../result/json.h"
#include "entry.h"
#include "import_test.h"

#include <time.h>

bool classic_is(const json_t *document)
{
    return json_is_array(json_object_get(document, "flows"));
}

/* VMTP mode's, which has figures as they are. */
static bool is_ours(const json_t *document)
{
    return strcmp(text_of(document, "schema"), "vmtp.classic/1") == 0;
}

/* ---- the head ---- */

/* The id of a run begins with when it began, in UTC.  VMTP's date is local time of a machine that
 * nobody knows any more, and is taken as it stands. */
static uint64_t started_of(const json_t *document)
{
    uint64_t wall_ns = 0;
    struct tm tm = { 0 };

    if (strptime(text_of(document, "vmtp_run"), "%Y%m%d-%H%M%S", &tm))
        return (uint64_t)timegm(&tm) * NS_PER_S;
    (void)clock_parse(text_of(document, "date"), &wall_ns);
    return wall_ns;
}

/* Very old documents have none: then it is made of what VMTP made it of. */
static const char *id_of(const json_t *document, char digest[65])
{
    _cleanup_(buf_clear) struct buf all = BUF(SIZE_MAX / 2);

    if (*text_of(document, "vmtp_run"))
        return text_of(document, "vmtp_run");
    if (*text_of(document, "run_id"))
        return text_of(document, "run_id");
    if (buf_printf(&all, "%s%s%s", text_of(document, "args"), text_of(document, "date"),
                   text_of(document, "version")) < 0)
        return "unknown";
    sha256_hex(buf_text(&all), all.len, digest);
    digest[7] = '\0';
    return digest;
}

static json_t *facts_json(const json_t *document)
{
    static const char *const names[] = { "auth_url",      "cpu_info",         "distro",
                                         "encapsulation", "l2agent_type",     "l2agent_version",
                                         "nic_name",      "openstack_version" };
    json_t *facts = json_object();

    for (size_t i = 0; i < COUNT(names); i++)
        if (*text_of(document, names[i]))
            field_add(facts, names[i], text_json(text_of(document, names[i])));
    return facts;
}

static void event_add(json_t *events, uint64_t wall_ns, const char *kind, json_t *text)
{
    json_array_append_new(events, json_pack("{s:o, s:s, s:o}", "time", moment_json(wall_ns), "kind",
                                            kind, "text", text));
}

static json_t *events_json(const json_t *document, uint64_t wall_ns)
{
    const json_t *notes = json_object_get(document, "notes"), *note;
    json_t *events = json_array();
    size_t i;

    event_add(events, wall_ns, "imported",
              json_sprintf("from a document of %s %.40s", is_ours(document) ? "VMTP mode" : "VMTP",
                           text_of(document, "version")));
    if (json_is_true(json_object_get(document, "interrupted")))
        event_add(events, wall_ns, "interrupted", json_string("interrupted: this is partial"));
    json_array_foreach(notes, i, note)
    {
        if (json_is_string(note))
            event_add(events, wall_ns, "note", text_json(json_string_value(note)));
    }
    return events;
}

/* ---- the whole ---- */

static int flows_read(const json_t *document, struct import_flows *flows)
{
    const json_t *flow;
    size_t i;
    int r = 0;

    flows->arena = arena_new();
    flows->keys = json_object();
    flows->names = json_object();
    flows->endpoints = json_object();
    if (!flows->arena || !flows->keys || !flows->names || !flows->endpoints)
        return -ENOMEM;
    json_array_foreach(json_object_get(document, "flows"), i, flow)
    {
        r = json_is_object(flow) ? import_flow(flows, flow, i + 1) : 0;
        if (r < 0)
            break;
    }
    return r;
}

static int sketch_make(const struct import_flows *flows, bool inflated, struct sketch **ret)
{
    int r = sketch_new(flows->test_count, ret);

    for (size_t i = 0; i < flows->test_count && r == 0; i++)
        r = import_measure(&flows->tests[i], inflated, *ret);
    return r;
}

static int document_of(const json_t *document, const struct import_flows *flows,
                       struct sketch *sketch, json_t **ret, struct vmtp_error *err)
{
    const char *description = text_of(document, "test_description");
    _cleanup_(json_decrefp) json_t *facts = facts_json(document), *events = NULL;
    uint64_t started_wall_ns = started_of(document);
    char digest[65];
    struct sketch_head head = { .id = id_of(document, digest),
                                .name = *description ? description : "vmtp",
                                .version = text_of(document, "version"),
                                .cloud = flows->has_vms ? "openstack" : "hosts",
                                .started_wall_ns = started_wall_ns,
                                .facts = facts,
                                .endpoints = flows->endpoints };

    events = events_json(document, started_wall_ns);
    head.events = events;
    return sketch_document(sketch, &head, ret, err);
}

int classic_import(const json_t *document, json_t **ret, struct vmtp_error *err)
{
    _cleanup_(import_flows_clear) struct import_flows flows = { 0 };
    _cleanup_(sketch_freep) struct sketch *sketch = NULL;
    bool inflated = !is_ours(document);
    int r;

    if (!classic_is(document))
        return vmtp_fail(err, -EINVAL, "no document of VMTP: it has no flows");
    r = flows_read(document, &flows);
    if (r == -E2BIG)
        return vmtp_fail(err, r, "VMTP's document: more than %d entries of one test",
                         IMPORT_TRIALS_MAX);
    r = r < 0 ? r : sketch_make(&flows, inflated, &sketch);
    if (r < 0)
        return vmtp_fail(err, r, "VMTP's document: %s", strerror(-r));
    r = document_of(document, &flows, sketch, ret, err);
    for (size_t i = 0; i < flows.test_count && r == 0; i++)
        r = import_complete(&flows.tests[i], inflated,
                            json_array_get(json_object_get(*ret, "results"), i));
    return r;
}
