/* SPDX-License-Identifier: Apache-2.0
 *
 * mongodb: keeps result documents, and samples where they are wanted, in a MongoDB database, and
 * gives them back, also those that VMTP wrote itself.
 *
 * A document has its run's id for _id and replaces what was there, so that it may be sent again.
 */
#include "form.h"
#include "lean.h"
#include "store.h"

#define DOCUMENT_MAX (16u << 20) /* MongoDB's limit */

struct state {
    struct store store;
    int samples;              /* why samples can't be kept, which does not keep the results from */
    struct vmtp_error reason; /* being kept; 0: they can */
};

static const struct vmtp_option options[] = {
    { "uri", "The server or servers: mongodb://[user:password@]host[:port][,...][/?option=value]",
      VMTP_OPT_STRING(struct mongodb_options, uri), .flags = VMTP_SECRET },
    { "host", "The server, in place of uri; by default localhost",
      VMTP_OPT_ADDRESS(struct mongodb_options, host) },
    { "port", "Its port", VMTP_OPT_PORT(struct mongodb_options, port), .def = "27017" },
    { "database", "Database of the results", VMTP_OPT_STRING(struct mongodb_options, database),
      .def = "client_db" },
    { "collection", "Collection of the results",
      VMTP_OPT_STRING(struct mongodb_options, collection), .def = "pns_web_entry" },
    { "samples", "Collection of all samples; \"\" keeps none",
      VMTP_OPT_STRING(struct mongodb_options, samples), .def = "" },
    { "username", "User, where uri has none", VMTP_OPT_STRING(struct mongodb_options, username) },
    { "password", "Password, where uri has none", VMTP_OPT_STRING(struct mongodb_options, password),
      .flags = VMTP_SECRET },
    { "auth-source", "Database that knows the user; by default admin",
      VMTP_OPT_STRING(struct mongodb_options, auth_source) },
    { "tls", "Speak TLS", VMTP_OPT_BOOL(struct mongodb_options, tls), .def = "false" },
    { "tls-ca-file", "Certificates that the server's must come from; by default the system's",
      VMTP_OPT_PATH(struct mongodb_options, tls_ca_file) },
    { "timeout", "How long a server may take to let us in, where uri does not say",
      VMTP_OPT_DURATION(struct mongodb_options, timeout_ns), .def = "3s", .min = 100000000,
      .max = 600000000000 },
};

/* ---- keeping ---- */

static int sink_begin(struct vmtp_self *self, const char *run, struct vmtp_error *err)
{
    struct state *state = self->state;
    int r = store_open(&state->store, self, err);

    if (r == 0 && state->store.samples)
        state->samples = store_samples_clear(&state->store, run, &state->reason);
    if (state->samples != -EHOSTUNREACH)
        return r;
    if (err)
        *err = state->reason;
    return state->samples;
}

static int sink_record(struct vmtp_self *self, const struct vmtp_record *record,
                       struct vmtp_error *err)
{
    struct state *state = self->state;

    (void)err;
    if (state->store.samples && state->samples == 0)
        state->samples = store_sample_add(&state->store, record, &state->reason);
    return 0;
}

static int document_keep(struct state *state, json_t *document, struct vmtp_error *err)
{
    bson_t bson = BSON_INITIALIZER;
    int r = document_bson(document, &bson) ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");

    if (r == 0 && bson.len > DOCUMENT_MAX && document_lean(document, bson.len)) {
        vmtp_warn(state->store.link.self,
                  "%u MB are more than MongoDB takes: kept without series and histograms",
                  bson.len >> 20);
        bson_reinit(&bson);
        r = document_bson(document, &bson) ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
    }
    if (r == 0 && bson.len > DOCUMENT_MAX)
        r = vmtp_fail(err, -EFBIG, "the document has %u MB, and MongoDB takes 16", bson.len >> 20);
    if (r == 0)
        r = store_keep(&state->store, &bson, err);
    bson_destroy(&bson);
    return r;
}

static int sink_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    struct state *state = self->state;
    json_t *document = json_loadb(json, len, JSON_ALLOW_NUL, NULL);
    int r = document && document_run(document)
                ? document_keep(state, document, err)
                : vmtp_fail(err, -EINVAL, "the result document is none that names its run");

    json_decref(document);
    if (r < 0)
        return r;
    if (state->samples == 0)
        state->samples = store_samples_end(&state->store, &state->reason);
    store_index(&state->store);
    if (state->samples < 0 && err) {
        *err = state->reason;
        return vmtp_wrap(err, "samples");
    }
    return state->samples;
}

static int sink_recall(struct vmtp_self *self, const struct vmtp_question *question,
                       int (*take)(void *arg, const char *json, size_t len), void *arg,
                       struct vmtp_error *err)
{
    struct state *state = self->state;
    int r = store_open(&state->store, self, err);

    return r < 0 ? r : store_recall(&state->store, question, take, arg, err);
}

/* ---- the instance ---- */

static int sink_check(const void *opt, struct vmtp_error *err)
{
    int r = mongodb_check(opt, err);
    mongoc_uri_t *uri;

    if (r == 0)
        r = mongodb_address(opt, &uri, err);
    if (r == 0)
        mongoc_uri_destroy(uri);
    return r;
}

static void sink_close(struct vmtp_self *self)
{
    struct state *state = self->state;

    store_close(&state->store);
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .begin = sink_begin,
    .record = sink_record,
    .end = sink_end,
    .recall = sink_recall,
};

static const struct vmtp_component mongodb = {
    .size = sizeof mongodb,
    .kind = VMTP_SINK,
    .name = "mongodb",
    .summary = "Results, and samples if wanted, in a MongoDB database",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct mongodb_options),
    .state_size = sizeof(struct state),
    .check = sink_check,
    .close = sink_close,
    .ops = &sink,
};

VMTP_MODULE(.name = "mongodb", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&mongodb));
