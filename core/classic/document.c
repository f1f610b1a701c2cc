/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "../base/sha256.h"
#include "../result/json.h"
#include "entry.h"

#include <time.h>

/* ---- a flow ---- */

/* One flow of a part, and what the part's run found out. */
struct source {
    const struct classic_part *part;
    size_t flow;
    const json_t *result;  /* NULL: it was not begun */
    const char *from, *to; /* endpoints; "" where nobody knows */
};

/* What the endpoint said of itself; NULL: it was not asked. */
static const json_t *facts_of(const struct source *source, const char *endpoint)
{
    return json_object_get(json_object_get(source->result, "endpoints"), endpoint);
}

/* What the first test of the flow has of `name`, below `object` unless that is NULL; "": none. */
static const char *tests_text(const struct source *source, const char *object, const char *name)
{
    const struct classic_part *part = source->part;

    for (size_t i = 0; i < part->test_count; i++) {
        const json_t *one = test_result(&part->tests[i], source->result);
        const char *text = text_of(object ? json_object_get(one, object) : one, name);

        if (part->tests[i].flow == source->flow && *text)
            return text;
    }
    return "";
}

static struct source source_of(const struct classic_part *part, size_t flow, const json_t *result)
{
    struct source source = { .part = part, .flow = flow, .result = result };

    source.from =
        part->flows[flow].from ? part->flows[flow].from : tests_text(&source, NULL, "from");
    source.to = part->flows[flow].to ? part->flows[flow].to : tests_text(&source, NULL, "to");
    return source;
}

/* The address that the client used, else the server's own. */
static const char *server_address(const struct source *source)
{
    const char *address = tests_text(source, "reach", "address");

    return *address ? address : text_of(facts_of(source, source->to), "address");
}

static void text_add(json_t *object, const char *name, const char *text)
{
    if (text && *text)
        field_add(object, name, text_json(text));
}

/* VMTP took the first ID in the release files of /etc: "Ubuntu".  So the name where it is one word,
 * else os-release's id. */
static void distro_add(json_t *flow, const json_t *facts)
{
    const json_t *os = json_object_get(facts, "os");
    const char *name = text_of(os, "name"), *version = text_of(os, "version");

    if (!*name || strchr(name, ' '))
        name = text_of(os, "id");
    text_add(flow, "distro_id", *name ? name : "Unknown");
    text_add(flow, "distro_version", *version ? version : "Unknown");
}

/* One entry for all packet sizes, as VMTP has it.  NULL: nobody asked for ICMP. */
static json_t *pings_json(const struct source *source)
{
    const struct classic_part *part = source->part;
    json_t *results = json_array(), *entry, *failed = NULL;
    bool measured = false;

    for (size_t i = 0; i < part->test_count; i++) {
        json_t *one;

        if (part->tests[i].flow != source->flow || part->tests[i].protocol != CLASSIC_ICMP)
            continue;
        one = ping_json(&part->tests[i], source->result);
        measured = measured || !json_object_get(one, "error");
        failed = failed ? failed : one;
        json_array_append_new(results, one);
    }
    if (!json_array_size(results)) {
        json_decref(results);
        return NULL;
    }
    entry = json_pack("{s:s, s:s, s:o}", "protocol", "ICMP", "tool", "ping", "results", results);
    if (!measured)
        field_add(entry, "error", json_incref(json_object_get(failed, "error")));
    if (!measured)
        field_add(entry, "skipped", json_incref(json_object_get(failed, "skipped")));
    return entry;
}

static json_t *results_json(const struct source *source)
{
    const struct classic_part *part = source->part;
    json_t *entries = json_array(), *pings = pings_json(source);

    for (size_t i = 0; i < part->test_count; i++)
        if (part->tests[i].flow == source->flow && part->tests[i].protocol != CLASSIC_ICMP)
            entries_add(entries, &part->tests[i], source->result);
    if (pings)
        json_array_append_new(entries, pings);
    return entries;
}

static bool has_multicast(const struct classic_part *part, size_t flow)
{
    for (size_t i = 0; i < part->test_count; i++)
        if (part->tests[i].flow == flow && part->tests[i].protocol == CLASSIC_MULTICAST)
            return true;
    return false;
}

/* VMTP's readers rely on both ends, also of what could not be reached. */
static const char *either(const char *found, const char *written)
{
    return found && *found ? found : written;
}

static json_t *flow_json(const struct classic_request *request, const struct source *source)
{
    const struct classic_flow *flow = &source->part->flows[source->flow];
    const json_t *from = facts_of(source, source->from), *to = facts_of(source, source->to);
    json_t *json = json_object();

    text_add(json, "desc", flow->desc);
    text_add(json, "ip_from", either(text_of(from, "address"), flow->host_from));
    text_add(json, "ip_to", either(server_address(source), flow->host_to));
    text_add(json, "endpoint_from", source->from);
    text_add(json, "endpoint_to", source->to);
    text_add(json, "vmtp_run", text_of(json_object_get(source->result, "run"), "id"));
    if (flow->placement) {
        text_add(json, "az_from", text_of(from, "location"));
        text_add(json, "az_to", text_of(to, "location"));
    }
    if (has_multicast(source->part, source->flow))
        text_add(json, "multicast_address", request->labels.multicast_address);
    distro_add(json, from);
    field_add(json, "results", results_json(source));
    return json;
}

/* ---- the whole ---- */

/* "2026-11-21T02:40:00.123Z" as VMTP writes it: local time, without a zone. */
static json_t *date_json(const char *moment)
{
    struct tm tm = { 0 };
    char text[40];
    time_t seconds;

    if (!strptime(moment, "%Y-%m-%dT%H:%M:%S", &tm))
        return NULL;
    seconds = timegm(&tm);
    if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm))
        return NULL;
    return json_string(text);
}

/* What happened to a run as a whole. */
static void events_add(json_t *json, json_t *notes, const json_t *result)
{
    const json_t *events = json_object_get(result, "events"), *event;
    size_t i;

    json_array_foreach(events, i, event)
    {
        if (strcmp(text_of(event, "kind"), "interrupted") == 0)
            field_add(json, "interrupted", json_true());
        json_array_append(notes, json_object_get(event, "text"));
    }
}

/* What VMTP's document says of a cloud; we know more, which vmtp.result/1 has. */
static void cloud_add(json_t *json, const json_t *result)
{
    static const char *const names[] = { "auth_url",      "cpu_info",         "distro",
                                         "encapsulation", "l2agent_type",     "l2agent_version",
                                         "nic_name",      "openstack_version" };
    const json_t *facts = json_object_get(json_object_get(result, "cloud"), "facts");

    for (size_t i = 0; i < COUNT(names); i++)
        text_add(json, names[i], text_of(facts, names[i]));
}

static void results_add(json_t *json, const struct classic_request *request,
                        const json_t *const results[])
{
    json_t *notes = json_array();

    for (size_t i = 0; i < request->part_count; i++) {
        events_add(json, notes, results[i]);
        cloud_add(json, results[i]);
    }
    if (json_array_size(notes))
        field_add(json, "notes", json_incref(notes));
    json_decref(notes);
}

/* Of the first run, and of the wish. */
static void head_add(json_t *json, const struct classic_request *request, const json_t *run)
{
    const char *id = text_of(run, "id");
    char digest[65];

    sha256_hex(id, strlen(id), digest);
    field_add(json, "schema", json_string("vmtp.classic/1"));
    field_add(json, "date", date_json(text_of(run, "started")));
    field_add(json, "version", text_json(text_of(run, "version")));
    field_add(json, "run_id", json_stringn(digest, 7));
    field_add(json, "vmtp_run", text_json(id));
    field_add(json, "args", text_json(request->labels.args));
    text_add(json, "test_description", request->labels.description);
}

/* Of all parts; NULL: out of memory. */
static json_t *flows_json(const struct classic_request *request, const json_t *const results[])
{
    json_t *flows = json_array();
    size_t count = 0;

    for (size_t i = 0; i < request->part_count; i++) {
        const struct classic_part *part = request->parts[i];

        count += part->flow_count;
        for (size_t flow = 0; flow < part->flow_count; flow++) {
            struct source source = source_of(part, flow, results[i]);

            json_array_append_new(flows, flow_json(request, &source));
        }
    }
    if (json_array_size(flows) == count)
        return flows;
    json_decref(flows);
    return NULL;
}

int classic_document(const struct classic_request *request,
                     const json_t *const results[CLASSIC_PARTS_MAX], json_t **ret,
                     struct vmtp_error *err)
{
    const json_t *first = results[0] ? results[0] : results[1];
    json_t *json = json_object(), *flows = flows_json(request, results);

    if (!json || !flows) {
        json_decref(json);
        json_decref(flows);
        return vmtp_fail(err, -ENOMEM, "VMTP's document: out of memory");
    }
    head_add(json, request, json_object_get(first, "run"));
    results_add(json, request, results);
    field_add(json, "flows", flows);
    *ret = json;
    return 0;
}

/* Python 2 leaves a space behind each comma, also at a line's end.  A newline inside a string is
 * written as \n, so each real one is between values. */
int classic_document_format(const json_t *document, struct buf *ret)
{
    _free_ char *text = json_dumps(document, JSON_INDENT(4) | JSON_SORT_KEYS | JSON_ENSURE_ASCII |
                                                 JSON_REAL_PRECISION(15));
    int r = text ? 0 : -ENOMEM;

    for (const char *line = text; r == 0 && *line;) {
        size_t len = strcspn(line, "\n");

        r = buf_add(ret, line, len);
        if (r == 0 && len && line[len - 1] == ',')
            r = buf_add_text(ret, " ");
        if (r == 0)
            r = buf_add_text(ret, "\n");
        line += line[len] ? len + 1 : len;
    }
    return r;
}
