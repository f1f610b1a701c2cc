/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include "../../common/clock.h"
#include "complaint.h"
#include "form.h"
#include "question.h"

#include <stdlib.h>
#include <vmtp/plugin.h>

#define BULK 1000

/* The first server of the URI, which names it well enough. */
static const char *server_of(const struct store *store)
{
    const mongoc_host_list_t *hosts = mongoc_uri_get_hosts(mongoc_client_get_uri(store->client));

    return hosts ? hosts->host_and_port
                 : mongoc_uri_get_srv_hostname(mongoc_client_get_uri(store->client));
}

/* Why an operation failed: what was cut short is not the server's fault. */
static int store_fail(const struct store *store, const bson_error_t *why, struct vmtp_error *err)
{
    if (store->link.cancelled)
        return vmtp_fail(err, -ECANCELED, "%s: cancelled", server_of(store));
    if (store->link.late)
        return vmtp_fail(err, -ETIMEDOUT, "%s: no time is left for it", server_of(store));
    return complaint_fail(err, server_of(store), why);
}

int store_open(struct store *store, struct vmtp_self *self, struct vmtp_error *err)
{
    const struct mongodb_options *opt = self->opt;
    bson_error_t why;
    mongoc_uri_t *uri;
    int r = mongodb_address(opt, &uri, err);

    if (r < 0)
        return r;
    *store = (struct store){ .link = { .self = self } };
    store->client = mongoc_client_new_from_uri_with_error(uri, &why);
    mongoc_uri_destroy(uri);
    if (!store->client)
        return complaint_fail(err, "uri", &why);
    mongoc_client_set_error_api(store->client, MONGOC_ERROR_API_VERSION_2);
    mongoc_client_set_appname(store->client, "vmtp");
    mongoc_client_set_stream_initiator(store->client, link_open, &store->link);
    store->results = mongoc_client_get_collection(store->client, opt->database, opt->collection);
    if (*opt->samples)
        store->samples = mongoc_client_get_collection(store->client, opt->database, opt->samples);
    return 0;
}

void store_close(struct store *store)
{
    if (!store->client)
        return;
    mongoc_bulk_operation_destroy(store->bulk);
    mongoc_collection_destroy(store->samples);
    mongoc_collection_destroy(store->results);
    mongoc_client_destroy(store->client);
    *store = (struct store){ 0 };
}

/* ---- results ---- */

int store_keep(struct store *store, const bson_t *document, struct vmtp_error *err)
{
    bson_t which = BSON_INITIALIZER, opts = BSON_INITIALIZER;
    bson_error_t why;
    bson_iter_t id;
    bool ok = bson_iter_init_find(&id, document, "_id") &&
              bson_append_iter(&which, "_id", -1, &id) && BSON_APPEND_BOOL(&opts, "upsert", true) &&
              mongoc_collection_replace_one(store->results, &which, document, &opts, NULL, &why);

    bson_destroy(&which);
    bson_destroy(&opts);
    return ok ? 0 : store_fail(store, &why, err);
}

struct index_name {
    char text[64];
};

static struct index_name index_name(const char *field)
{
    struct index_name name;

    snprintf(name.text, sizeof name.text, "vmtp_%s", field);
    return name;
}

static void index_append(bson_t *indexes, uint32_t number, const char *field)
{
    char text[12];
    const char *key;
    bson_t index, keys;

    bson_uint32_to_string(number, &key, text, sizeof text);
    bson_append_document_begin(indexes, key, -1, &index);
    bson_append_document_begin(&index, "key", -1, &keys);
    bson_append_int32(&keys, field, -1, -1);
    bson_append_document_end(&index, &keys);
    bson_append_utf8(&index, "name", -1, index_name(field).text, -1);
    bson_append_document_end(indexes, &index);
}

/* Bit i: fields[i] has its index.  None where it can't be told. */
static uint32_t indexes_find(mongoc_collection_t *collection, const char *const *fields,
                             size_t count)
{
    mongoc_cursor_t *cursor = mongoc_collection_find_indexes_with_opts(collection, NULL);
    uint32_t found = 0;
    const bson_t *index;
    bson_iter_t at;

    while (mongoc_cursor_next(cursor, &index))
        for (size_t i = 0; i < count; i++)
            if (bson_iter_init_find(&at, index, "name") && BSON_ITER_HOLDS_UTF8(&at) &&
                strcmp(bson_iter_utf8(&at, NULL), index_name(fields[i]).text) == 0)
                found |= 1u << i;
    mongoc_cursor_destroy(cursor);
    return found;
}

/* Only those that are not there: FerretDB 1 hangs up on who asks for several that are. */
static void indexes_create(struct store *store, mongoc_collection_t *collection,
                           const char *const *fields, size_t count)
{
    uint32_t found = indexes_find(collection, fields, count), missing = 0;
    bson_t command = BSON_INITIALIZER, indexes;
    bson_error_t why;

    BSON_APPEND_UTF8(&command, "createIndexes", mongoc_collection_get_name(collection));
    BSON_APPEND_ARRAY_BEGIN(&command, "indexes", &indexes);
    for (size_t i = 0; i < count; i++)
        if (!(found & 1u << i))
            index_append(&indexes, missing++, fields[i]);
    bson_append_array_end(&command, &indexes);
    if (missing &&
        !mongoc_collection_write_command_with_opts(collection, &command, NULL, NULL, &why))
        vmtp_info(store->link.self, "%s has no index for questions: %s",
                  mongoc_collection_get_name(collection), why.message);
    bson_destroy(&command);
}

void store_index(struct store *store)
{
    static const char *const results[] = { "run.started",
                                           "run.id",
                                           "cloud.facts.encapsulation",
                                           "results.key",
                                           "results.options.protocol",
                                           "date",
                                           "encapsulation",
                                           "flows.results.protocol" };
    static const char *const samples[] = { "run" };

    indexes_create(store, store->results, results, sizeof results / sizeof *results);
    if (store->samples)
        indexes_create(store, store->samples, samples, 1);
}

/* ---- recall ---- */

/* The documents of one form, and the first that was not yet given. */
struct source {
    enum form form;
    mongoc_cursor_t *cursor;
    const bson_t *next; /* the cursor's; NULL: no more */
    uint64_t began_ns;
};

static int source_step(struct store *store, struct source *source, struct vmtp_error *err)
{
    bson_error_t why;

    source->next = NULL;
    if (mongoc_cursor_next(source->cursor, &source->next))
        source->began_ns = document_began_ns(source->next, source->form);
    else if (mongoc_cursor_error(source->cursor, &why))
        return store_fail(store, &why, err);
    return 0;
}

static int source_open(struct store *store, const struct vmtp_question *question, enum form form,
                       struct source *ret, struct vmtp_error *err)
{
    bson_t filter = BSON_INITIALIZER, opts = BSON_INITIALIZER;

    question_find(question, form, &filter, &opts);
    ret->form = form;
    ret->cursor = mongoc_collection_find_with_opts(store->results, &filter, &opts, NULL);
    bson_destroy(&filter);
    bson_destroy(&opts);
    return source_step(store, ret, err);
}

/* The source with the newest document; NULL: all have ended. */
static struct source *source_newest(struct source sources[FORMS])
{
    struct source *newest = NULL;

    for (size_t i = 0; i < FORMS; i++)
        if (sources[i].next && (!newest || sources[i].began_ns > newest->began_ns))
            newest = &sources[i];
    return newest;
}

static int document_take(const bson_t *bson, int (*take)(void *arg, const char *json, size_t len),
                         void *arg, struct vmtp_error *err)
{
    json_t *document = bson_document(bson);
    char *text = document ? json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    int r = text ? take(arg, text, strlen(text)) : vmtp_fail(err, -ENOMEM, "out of memory");

    json_decref(document);
    free(text);
    return r;
}

/* Both forms at once, so that what is given is in one order. */
static int sources_give(struct store *store, struct source sources[FORMS], uint64_t most,
                        int (*take)(void *arg, const char *json, size_t len), void *arg,
                        struct vmtp_error *err)
{
    struct source *source;
    int r = 0;

    for (uint64_t n = 0; r == 0 && (!most || n < most) && (source = source_newest(sources)); n++) {
        r = document_take(source->next, take, arg, err);
        if (r == 0)
            r = source_step(store, source, err);
    }
    return r;
}

int store_recall(struct store *store, const struct vmtp_question *question,
                 int (*take)(void *arg, const char *json, size_t len), void *arg,
                 struct vmtp_error *err)
{
    struct source sources[FORMS] = { 0 };
    int r = 0;

    for (enum form form = 0; form < FORMS && r == 0; form++)
        r = source_open(store, question, form, &sources[form], err);
    if (r == 0)
        r = sources_give(store, sources, question->most, take, arg, err);
    for (enum form form = 0; form < FORMS; form++)
        mongoc_cursor_destroy(sources[form].cursor);
    return r;
}

/* ---- samples ---- */

int store_samples_clear(struct store *store, const char *run, struct vmtp_error *err)
{
    bson_t which = BSON_INITIALIZER;
    bson_error_t why;
    bool ok;

    BSON_APPEND_UTF8(&which, "run", run);
    ok = mongoc_collection_delete_many(store->samples, &which, NULL, NULL, &why);
    bson_destroy(&which);
    return ok ? 0 : store_fail(store, &why, err);
}

static void sample_append(bson_t *to, const struct vmtp_record *record)
{
    static const char *const kinds[] = { "", "gauge", "counter", "distribution" };

    BSON_APPEND_UTF8(to, "run", record->run);
    BSON_APPEND_DATE_TIME(to, "time", (int64_t)(record->wall_ns / NS_PER_MS));
    BSON_APPEND_UTF8(to, "flow", record->flow);
    BSON_APPEND_UTF8(to, "subject", record->subject);
    BSON_APPEND_UTF8(to, "part", VMTP_HAS(record, part) ? record->part : "");
    BSON_APPEND_UTF8(to, "metric", record->metric);
    BSON_APPEND_UTF8(to, "kind", kinds[record->kind <= VMTP_DISTRIBUTION ? record->kind : 0]);
    BSON_APPEND_UTF8(to, "unit", record->unit);
    BSON_APPEND_INT32(to, "trial", (int32_t)record->trial);
    BSON_APPEND_BOOL(to, "final", record->final);
    BSON_APPEND_DOUBLE(to, "value", record->value);
    BSON_APPEND_BOOL(to, "failed", record->failed);
    BSON_APPEND_BOOL(to, "search", record->search);
}

int store_sample_add(struct store *store, const struct vmtp_record *record, struct vmtp_error *err)
{
    bson_t sample = BSON_INITIALIZER;
    bson_error_t why;
    bool ok;

    if (!store->bulk)
        store->bulk = mongoc_collection_create_bulk_operation_with_opts(store->samples, NULL);
    sample_append(&sample, record);
    ok = mongoc_bulk_operation_insert_with_opts(store->bulk, &sample, NULL, &why);
    bson_destroy(&sample);
    if (!ok)
        return store_fail(store, &why, err);
    return ++store->bulked < BULK ? 0 : store_samples_end(store, err);
}

int store_samples_end(struct store *store, struct vmtp_error *err)
{
    mongoc_bulk_operation_t *bulk = store->bulk;
    bson_error_t why;
    bool ok = !bulk || mongoc_bulk_operation_execute(bulk, NULL, &why) != 0;

    store->bulk = NULL;
    store->bulked = 0;
    if (bulk)
        mongoc_bulk_operation_destroy(bulk);
    return ok ? 0 : store_fail(store, &why, err);
}
