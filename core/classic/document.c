/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "../base/sha256.h"
#include "../result/json.h"
#include "entry.h"

#include <time.h>

/* ---- a flow ---- */

/* What the endpoint said of itself; NULL: it was not asked. */
static const json_t *facts_of(const json_t *result, const char *endpoint)
{
    return json_object_get(json_object_get(result, "endpoints"), endpoint);
}

/* The address that the client used, else the server's own. */
static const char *server_address(const struct classic_request *request, size_t flow,
                                  const json_t *result)
{
    for (size_t i = 0; i < request->test_count; i++) {
        const json_t *one = test_result(&request->tests[i], result);
        const char *address = text_of(json_object_get(one, "reach"), "address");

        if (request->tests[i].flow == flow && *address)
            return address;
    }
    return text_of(facts_of(result, request->flows[flow].to), "address");
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
static json_t *pings_json(const struct classic_request *request, size_t flow, const json_t *result)
{
    json_t *results = json_array(), *entry, *failed = NULL;
    bool measured = false;

    for (size_t i = 0; i < request->test_count; i++) {
        json_t *one;

        if (request->tests[i].flow != flow || request->tests[i].protocol != CLASSIC_ICMP)
            continue;
        one = ping_json(&request->tests[i], result);
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

static json_t *results_json(const struct classic_request *request, size_t flow,
                            const json_t *result)
{
    json_t *entries = json_array(), *pings = pings_json(request, flow, result);

    for (size_t i = 0; i < request->test_count; i++)
        if (request->tests[i].flow == flow && request->tests[i].protocol != CLASSIC_ICMP)
            entries_add(entries, &request->tests[i], result);
    if (pings)
        json_array_append_new(entries, pings);
    return entries;
}

static bool has_multicast(const struct classic_request *request, size_t flow)
{
    for (size_t i = 0; i < request->test_count; i++)
        if (request->tests[i].flow == flow && request->tests[i].protocol == CLASSIC_MULTICAST)
            return true;
    return false;
}

/* VMTP's readers rely on both ends, also of what could not be reached. */
static const char *either(const char *found, const char *written)
{
    return found && *found ? found : written;
}

static json_t *flow_json(const struct classic_request *request, size_t at, const json_t *result)
{
    const struct classic_flow *flow = &request->flows[at];
    json_t *json = json_object();

    text_add(json, "desc", flow->desc);
    text_add(json, "ip_from",
             either(text_of(facts_of(result, flow->from), "address"), flow->host_from));
    text_add(json, "ip_to", either(server_address(request, at, result), flow->host_to));
    text_add(json, "endpoint_from", flow->from);
    text_add(json, "endpoint_to", flow->to);
    text_add(json, "az_from", flow->az_from);
    text_add(json, "az_to", flow->az_to);
    if (has_multicast(request, at))
        text_add(json, "multicast_address", request->labels.multicast_address);
    distro_add(json, facts_of(result, flow->from));
    field_add(json, "results", results_json(request, at, result));
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

/* What happened to the run as a whole. */
static void events_add(json_t *json, const json_t *result)
{
    const json_t *events = json_object_get(result, "events"), *event;
    json_t *notes = json_array();
    size_t i;

    json_array_foreach(events, i, event)
    {
        if (strcmp(text_of(event, "kind"), "interrupted") == 0)
            field_add(json, "interrupted", json_true());
        json_array_append(notes, json_object_get(event, "text"));
    }
    if (json_array_size(notes))
        field_add(json, "notes", json_incref(notes));
    json_decref(notes);
}

static void labels_add(json_t *json, const struct classic_labels *labels)
{
    field_add(json, "args", text_json(labels->args));
    text_add(json, "test_description", labels->description);
    text_add(json, "auth_url", labels->auth_url);
}

int classic_document(const struct classic_request *request, const json_t *result, json_t **ret,
                     struct vmtp_error *err)
{
    const json_t *run = json_object_get(result, "run");
    const char *id = text_of(run, "id");
    json_t *json = json_object(), *flows = json_array();
    char digest[65];

    for (size_t i = 0; i < request->flow_count; i++)
        json_array_append_new(flows, flow_json(request, i, result));
    if (!json || !flows || json_array_size(flows) < request->flow_count) {
        json_decref(json);
        json_decref(flows);
        return vmtp_fail(err, -ENOMEM, "VMTP's document: out of memory");
    }
    sha256_hex(id, strlen(id), digest);
    field_add(json, "schema", json_string("vmtp.classic/1"));
    field_add(json, "date", date_json(text_of(run, "started")));
    field_add(json, "version", text_json(text_of(run, "version")));
    field_add(json, "run_id", json_stringn(digest, 7));
    field_add(json, "vmtp_run", text_json(id));
    labels_add(json, &request->labels);
    events_add(json, result);
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
