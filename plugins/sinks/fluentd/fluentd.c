/* SPDX-License-Identifier: Apache-2.0
 *
 * fluentd: VMTP's log records of a run, to a Fluentd or Fluent Bit by their forward protocol.
 *
 * Records go in chunks that the server acknowledges.  A chunk's id is made of the run's and its
 * number, so a chunk that is sent again is known by it.
 */
#include "../../common/clock.h"
#include "forward.h"
#include "pack.h"
#include "story.h"

#include <stdlib.h>
#include <vmtp/plugin.h>

#define CHUNK_BYTES ((size_t)1 << 20)
#define CHUNK_ID    25

struct options {
    const char *address;
    uint64_t port;
    const char *tag, *result_tag;
    bool ack;
    uint64_t timeout_ns;
};

#define O struct options
static const struct vmtp_option options[] = {
    { "address", "Server", VMTP_OPT_ADDRESS(O, address), .def = "127.0.0.1" },
    { "port", "Its port", VMTP_OPT_PORT(O, port), .def = "24224", .min = 1, .max = 65535 },
    { "tag", "Tag of the records", VMTP_OPT_STRING(O, tag), .flags = VMTP_REQUIRED },
    { "result-tag", "Tag of the records that are results; that of all others",
      VMTP_OPT_STRING(O, result_tag) },
    { "ack", "Wait until the server says that it has the records", VMTP_OPT_BOOL(O, ack),
      .def = "true" },
    { "timeout", "How long the server may take for all of it", VMTP_OPT_DURATION(O, timeout_ns),
      .def = "10s", .min = (int64_t)NS_PER_S, .max = (int64_t)(300 * NS_PER_S) },
};
#undef O

/* Records of one tag on their way. */
struct shipment {
    struct forward *forward;
    const char *run, *tag;
    bool ack;
    unsigned int chunks;
};

/* ---- a chunk ---- */

static uint64_t hash_add(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 1099511628211u; /* FNV-1a */
    while (*text++); /* its NUL too: "ab" "c" is not "a" "bc" */
    return hash;
}

/* 128 bits in base64, as the protocol wants them. */
static void chunk_name(const struct shipment *shipment, char ret[CHUNK_ID])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char bytes[18] = { 0 };
    char number[16];

    snprintf(number, sizeof number, "%u", shipment->chunks);
    for (uint64_t half = 0; half < 2; half++) {
        uint64_t hash = hash_add(14695981039346656037u + half, shipment->run);

        hash = hash_add(hash_add(hash, shipment->tag), number);
        memcpy(bytes + 8 * half, &hash, sizeof hash);
    }
    for (int i = 0; i < 6; i++) {
        unsigned int group =
            (unsigned int)bytes[3 * i] << 16 | bytes[3 * i + 1] << 8 | bytes[3 * i + 2];

        for (int j = 0; j < 4; j++)
            ret[4 * i + j] = digits[group >> (18 - 6 * j) & 63];
    }
    memcpy(ret + 22, "==", 3);
}

/* [tag, [[time, record], ...], {chunk, size}] of the records from..to. */
static void chunk_pack(FILE *to, const struct shipment *shipment, const char *chunk,
                       const json_t *records, size_t from, size_t end)
{
    pack_array(to, 3);
    pack_text(to, shipment->tag, strlen(shipment->tag));
    pack_array(to, (uint32_t)(end - from));
    for (size_t i = from; i < end; i++) {
        const json_t *record = json_array_get(records, i);

        pack_array(to, 2);
        pack_event_time(to, (uint64_t)json_integer_value(json_array_get(record, 0)));
        pack_json(to, json_array_get(record, 1));
    }
    pack_map(to, shipment->ack ? 2 : 1);
    pack_text(to, "size", 4);
    pack_integer(to, (int64_t)(end - from));
    if (shipment->ack) {
        pack_text(to, "chunk", 5);
        pack_text(to, chunk, strlen(chunk));
    }
}

static int chunk_ship(struct shipment *shipment, const json_t *records, size_t from, size_t end,
                      struct vmtp_error *err)
{
    char chunk[CHUNK_ID];
    char *data = NULL;
    size_t len;
    FILE *to = open_memstream(&data, &len);
    int r = 0;

    if (!to)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    shipment->chunks++;
    chunk_name(shipment, chunk);
    chunk_pack(to, shipment, chunk, records, from, end);
    if (fclose(to) != 0)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    if (r == 0)
        r = forward_send(shipment->forward, data, len, err);
    if (r == 0 && shipment->ack)
        r = forward_acknowledged(shipment->forward, chunk, err);
    free(data);
    return r;
}

/* ---- all of them ---- */

static size_t record_bytes(const json_t *record)
{
    return json_string_length(json_object_get(json_array_get(record, 1), "message"));
}

static int records_ship(struct forward *forward, const struct options *o, const char *run,
                        const char *tag, const json_t *records, struct vmtp_error *err)
{
    struct shipment shipment = { .forward = forward, .run = run, .tag = tag, .ack = o->ack };
    size_t count = json_array_size(records), from = 0;
    int r = 0;

    while (from < count && r == 0) {
        size_t end = from, bytes = 0;

        do
            bytes += record_bytes(json_array_get(records, end++));
        while (end < count && bytes < CHUNK_BYTES);
        r = chunk_ship(&shipment, records, from, end, err);
        from = end;
    }
    return r;
}

static bool results_apart(const struct options *o)
{
    return o->result_tag && *o->result_tag && strcmp(o->result_tag, o->tag) != 0;
}

static int story_ship(struct vmtp_self *self, const struct story *story, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct forward forward = { .to = { .host = o->address,
                                       .port = (uint16_t)o->port,
                                       .deadline_ns = clock_now_ns() + o->timeout_ns,
                                       .cancel_fd = self->host->cancel_fd(self) } };
    int r = forward_open(&forward, err);

    if (r == 0 && results_apart(o))
        r = records_ship(&forward, o, story->run, o->result_tag, story->results, err);
    if (r == 0)
        r = records_ship(&forward, o, story->run, o->tag, story->log, err);
    if (r == 0 && !o->ack)
        r = forward_finish(&forward, err);
    forward_close(&forward);
    if (r == 0)
        vmtp_info(self, "%zu records are at %s port %u", story->records, forward.to.host,
                  forward.to.port);
    return r;
}

static int fluentd_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    json_t *document = json_loadb(json, len, 0, NULL);
    struct story story;
    int r;

    if (!document)
        return vmtp_fail(err, -EINVAL, "the result document is no JSON");
    r = story_make(document, results_apart(self->opt), &story);
    if (r < 0) {
        vmtp_fail(err, r,
                  r == -ENOMEM ? "out of memory"
                               : "the result document does not say when the run began");
    } else {
        r = story_ship(self, &story, err);
        story_clear(&story);
    }
    json_decref(document);
    return r;
}

static int fluentd_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;

    if (!o->tag || !*o->tag)
        return vmtp_fail(err, -EINVAL, "tag is empty");
    return 0;
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .end = fluentd_end,
};

static const struct vmtp_component fluentd = {
    .size = sizeof fluentd,
    .kind = VMTP_SINK,
    .name = "fluentd",
    .summary = "VMTP's log records to Fluentd or Fluent Bit (forward protocol)",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .check = fluentd_check,
    .ops = &sink,
};

VMTP_MODULE(.name = "fluentd", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&fluentd));
