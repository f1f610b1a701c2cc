/* SPDX-License-Identifier: Apache-2.0
 *
 * influx: results, and if wanted samples, as line protocol in a file or to an InfluxDB (or what
 * speaks like one) over HTTP.
 *
 * Points are sent in batches.  Each replaces itself when it is sent again, so a run that was sent
 * in part is whole after the next time.
 */
#include "../../common/clock.h"
#include "../../common/figure.h"
#include "../../common/file.h"
#include "points.h"
#include "post.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <vmtp/plugin.h>

#define BATCH_BYTES ((size_t)512 << 10) /* below what proxies let through (1 MiB) */
#define FULL_BYTES  ((size_t)480 << 10) /* no sample more: another might not fit */
#define RETRY_NS    NS_PER_S            /* where the server does not say when */

struct options {
    const char *path, *url;
    const char *database, *retention_policy, *user, *password;
    const char *bucket, *org, *token;
    const char *cacert;
    bool insecure, samples;
    const char *measurement;
    struct vmtp_map tags;
    uint64_t timeout_ns;
};

struct state {
    struct out_file file;
    struct post *post;
    char *url;
    FILE *batch; /* NULL: none is begun */
    char *text;
    size_t len;
};

#define O struct options
static const struct vmtp_option influx_options[] = {
    { "path", "File for the points, where there is no url; \"-\" is stdout", VMTP_OPT_PATH(O, path),
      .def = "results.lp" },
    { "url", "Server for the points, such as http://metrics.example:8086",
      VMTP_OPT_STRING(O, url) },
    { "database", "Database there (InfluxDB 1)", VMTP_OPT_STRING(O, database) },
    { "retention-policy", "Retention policy of the database; the database's own",
      VMTP_OPT_STRING(O, retention_policy) },
    { "user", "User (InfluxDB 1)", VMTP_OPT_STRING(O, user) },
    { "password", "The user's password", VMTP_OPT_STRING(O, password), .flags = VMTP_SECRET },
    { "bucket", "Bucket there, instead of a database (InfluxDB 2 and 3)",
      VMTP_OPT_STRING(O, bucket) },
    { "org", "Organisation that has the bucket", VMTP_OPT_STRING(O, org) },
    { "token", "Token that may write to the bucket", VMTP_OPT_STRING(O, token),
      .flags = VMTP_SECRET },
    { "cacert", "File of the authority that signed the server's certificate; the system's",
      VMTP_OPT_PATH(O, cacert) },
    { "insecure", "Trust any certificate", VMTP_OPT_BOOL(O, insecure), .def = "false" },
    { "samples", "Write all samples too, not only results", VMTP_OPT_BOOL(O, samples),
      .def = "false" },
    { "measurement", "Name of the points", VMTP_OPT_STRING(O, measurement), .def = "vmtp" },
    { "tags", "Tags of your own for all points, such as { site: lab7 }", VMTP_OPT_MAP(O, tags) },
    { "timeout", "How long the server may take for a batch", VMTP_OPT_DURATION(O, timeout_ns),
      .def = "30s", .min = (int64_t)NS_PER_S, .max = (int64_t)(300 * NS_PER_S) },
};
#undef O

static bool given(const char *text)
{
    return text && *text;
}

/* ---- what is asked for ---- */

static int url_check(const char *url, struct vmtp_error *err)
{
    const char *host = strstr(url, "://");

    if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
        return vmtp_fail(err, -EINVAL, "url '%.40s' is neither http:// nor https://", url);
    host += 3;
    if (memchr(host, '@', strcspn(host, "/?#")))
        return vmtp_fail(err, -EINVAL, "url holds a user or password: give user and password");
    if (url[strcspn(url, "?#")])
        return vmtp_fail(err, -EINVAL, "url '%.40s' has a query: give database or bucket", url);
    return 0;
}

static int server_check(const struct options *o, struct vmtp_error *err)
{
    int r = url_check(o->url, err);

    if (r < 0)
        return r;
    if (given(o->database) == given(o->bucket))
        return vmtp_fail(err, -EINVAL,
                         "give url a database (InfluxDB 1) or a bucket (InfluxDB 2 and 3)");
    if (given(o->bucket) && (given(o->user) || given(o->retention_policy)))
        return vmtp_fail(err, -EINVAL,
                         "user and retention-policy are for a database; a bucket takes a token");
    if (given(o->database) && (given(o->token) || given(o->org)))
        return vmtp_fail(err, -EINVAL, "token and org are for a bucket; a database takes a user");
    if (given(o->password) && !given(o->user))
        return vmtp_fail(err, -EINVAL, "a password without a user");
    return 0;
}

static int names_check(const struct options *o, struct vmtp_error *err)
{
    if (!given(o->measurement))
        return vmtp_fail(err, -EINVAL, "measurement is empty");
    for (size_t i = 0; i < o->tags.count; i++) {
        const char *name = o->tags.pairs[i].name;

        if (!*name || *name == '_' || tag_is_ours(name))
            return vmtp_fail(err, -EINVAL, "tags: '%.40s' can't be a tag's name: it is taken",
                             name);
    }
    return 0;
}

static int influx_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;
    int r = 0;

    if (!given(o->path) && !given(o->url))
        return vmtp_fail(err, -EINVAL, "give path or url");
    if (given(o->url))
        r = server_check(o, err);
    return r < 0 ? r : names_check(o, err);
}

static int influx_takes_stdout(const void *opt)
{
    const struct options *o = opt;

    return !given(o->url) && given(o->path) && path_is_stdout(o->path);
}

/* ---- the server ---- */

/* URL/write?precision=ns&db=...: with an answer that has to be freed. */
static char *write_url(const struct options *o)
{
    const struct {
        const char *name, *value;
    } parts[] = { { "db", o->database },
                  { "rp", o->retention_policy },
                  { "bucket", o->bucket },
                  { "org", o->org } };
    size_t base = strlen(o->url), len;
    char *text = NULL;
    FILE *to = open_memstream(&text, &len);

    while (base > 0 && o->url[base - 1] == '/')
        base--;
    if (!to)
        return NULL;
    fprintf(to, "%.*s%s?precision=ns", (int)base, o->url,
            given(o->bucket) ? "/api/v2/write" : "/write");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *value = given(parts[i].value) ? curl_easy_escape(NULL, parts[i].value, 0) : NULL;

        if (value)
            fprintf(to, "&%s=%s", parts[i].name, value);
        curl_free(value);
    }
    return fclose(to) == 0 ? text : NULL;
}

static int influx_open(struct vmtp_self *self, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;

    if (!given(o->url))
        return 0;
    state->url = write_url(o);
    if (!state->url)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return post_new(&(struct post_options){ .url = state->url,
                                            .user = given(o->user) ? o->user : NULL,
                                            .password = o->password,
                                            .token = given(o->token) ? o->token : NULL,
                                            .cacert = given(o->cacert) ? o->cacert : NULL,
                                            .insecure = o->insecure },
                    &state->post, err);
}

/* What the server says: JSON with "error" (1) or "message" (2), or the first line of its text. */
static void words_find(struct post_answer *answer, char *ret, size_t size)
{
    json_t *body = json_loadb(answer->body, answer->len, 0, NULL);
    const char *words = json_string_value(json_object_get(body, "error"));

    if (!words)
        words = json_string_value(json_object_get(body, "message"));
    if (!words)
        words = answer->body;
    snprintf(ret, size, "%s%.*s", *words ? ": " : "", (int)strcspn(words, "\r\n"), words);
    for (char *at = ret; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    json_decref(body);
}

static int answer_explain(const struct options *o, const char *origin, struct post_answer *answer,
                          struct vmtp_error *err)
{
    const char *place = given(o->bucket) ? o->bucket : o->database;
    const char *kind = given(o->bucket) ? "bucket" : "database";
    char words[300];

    words_find(answer, words, sizeof words);
    switch (answer->status) {
    case 401:
    case 403:
        return vmtp_fail(err, -EACCES, "%s does not let %s write to %s '%.80s' (%d)%s", origin,
                         given(o->user)    ? o->user
                         : given(o->token) ? "this token"
                                           : "anybody without a user or token",
                         kind, place, answer->status, words);
    case 404:
        return vmtp_fail(err, -ENOENT, "%s has no %s '%.80s' (404): make it there, or mend url%s",
                         origin, kind, place, words);
    case 413:
        return vmtp_fail(err, -EMSGSIZE,
                         "%s takes less than %zu KiB at once (413): raise its limit%s", origin,
                         BATCH_BYTES >> 10, words);
    case 429:
    case 503:
        return vmtp_fail(err, -EBUSY, "%s is too busy (%d), and timeout is over%s", origin,
                         answer->status, words);
    default:
        return vmtp_fail(err, -EPROTO, "%s does not take the points (%d)%s", origin, answer->status,
                         words);
    }
}

/* How long the server wants to be left alone; 0: it has answered for good. */
static uint64_t answer_wait_ns(const struct post_answer *answer)
{
    if (answer->status != 429 && answer->status != 503)
        return 0;
    return answer->retry_after_s ? answer->retry_after_s * NS_PER_S : RETRY_NS;
}

static int batch_post(struct vmtp_self *self, const char *text, size_t len, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;
    const char *origin = post_origin(state->post);
    uint64_t deadline_ns = clock_now_ns() + o->timeout_ns;

    for (;;) {
        struct post_answer answer;
        uint64_t wait_ns;
        int r = post_send(state->post, text, len, deadline_ns, self->host->cancel_fd(self), &answer,
                          err);

        if (r < 0)
            return r;
        if (answer.status / 100 == 2)
            return 0;
        wait_ns = answer_wait_ns(&answer);
        if (!wait_ns || clock_now_ns() + wait_ns >= deadline_ns)
            return answer_explain(o, origin, &answer, err);
        r = self->host->pause(self, clock_now_ns() + wait_ns);
        if (r < 0)
            return vmtp_fail(err, r, "%s is too busy (%d): %s", origin, answer.status,
                             r == -ECANCELED ? "interrupted" : "no time is left");
    }
}

/* ---- batches ---- */

/* Whole lines of a text, as many as fit in a batch. */
static size_t batch_len(const char *text, size_t len)
{
    const char *end = len > BATCH_BYTES ? memrchr(text, '\n', BATCH_BYTES) : NULL;

    return end ? (size_t)(end + 1 - text) : len;
}

static int text_ship(struct vmtp_self *self, const char *text, size_t len, struct vmtp_error *err)
{
    struct state *state = self->state;
    int r = 0;

    if (state->file.stream) {
        out_file_write(&state->file, text, len);
        return 0;
    }
    for (size_t n; len > 0 && r == 0; text += n, len -= n) {
        n = batch_len(text, len);
        r = batch_post(self, text, n, err);
    }
    return r;
}

static int batch_begin(struct state *state, struct vmtp_error *err)
{
    if (!state->batch)
        state->batch = open_memstream(&state->text, &state->len);
    return state->batch ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

static int batch_end(struct vmtp_self *self, struct vmtp_error *err)
{
    struct state *state = self->state;
    int r = 0;

    if (!state->batch)
        return 0;
    if (fclose(state->batch) != 0)
        r = vmtp_fail(err, -ENOMEM, "out of memory");
    else
        r = text_ship(self, state->text, state->len, err);
    free(state->text);
    state->text = NULL;
    state->batch = NULL;
    return r;
}

/* ---- the sink ---- */

static struct points points_of(const struct options *o)
{
    return (struct points){ o->measurement, o->tags };
}

static int influx_begin(struct vmtp_self *self, const char *run, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;

    (void)run;
    return state->post ? 0 : out_file_open(&state->file, o->path, err);
}

static int influx_record(struct vmtp_self *self, const struct vmtp_record *record,
                         struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;
    const struct points points = points_of(o);
    int r;

    if (!o->samples)
        return 0;
    r = batch_begin(state, err);
    if (r < 0)
        return r;
    sample_point(&points, record, state->batch);
    return (size_t)ftello(state->batch) < FULL_BYTES ? 0 : batch_end(self, err);
}

static int results_write(struct vmtp_self *self, const char *json, size_t len,
                         struct vmtp_error *err)
{
    const struct points points = points_of(self->opt);
    struct state *state = self->state;
    json_t *document = figures_load(json, len, err);
    int r;

    if (!document)
        return -EINVAL;
    r = batch_begin(state, err);
    if (r == 0) {
        r = document_points(&points, document, state->batch);
        if (r < 0)
            r = vmtp_fail(err, r,
                          r == -EINVAL ? "the result document does not say when the run began"
                                       : "out of memory");
    }
    json_decref(document);
    return r < 0 ? r : batch_end(self, err);
}

static int influx_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    struct state *state = self->state;
    int r = results_write(self, json, len, err);

    if (r == 0 && state->file.stream)
        r = out_file_close(&state->file, err);
    if (r == 0 && state->post)
        vmtp_info(self, "results are at %s", post_origin(state->post));
    else if (r == 0)
        out_file_tell(self, o->path);
    return r;
}

static void influx_close(struct vmtp_self *self)
{
    struct state *state = self->state;

    if (state->batch)
        fclose(state->batch);
    free(state->text);
    out_file_drop(&state->file);
    post_free(state->post);
    free(state->url);
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .begin = influx_begin,
    .record = influx_record,
    .end = influx_end,
    .takes_stdout = influx_takes_stdout,
};

static const struct vmtp_component influx = {
    .size = sizeof influx,
    .kind = VMTP_SINK,
    .name = "influx",
    .summary = "Results and samples as InfluxDB's line protocol, in a file or over HTTP",
    .options = VMTP_TABLE(influx_options),
    .opt_size = sizeof(struct options),
    .state_size = sizeof(struct state),
    .check = influx_check,
    .open = influx_open,
    .close = influx_close,
    .ops = &sink,
};

VMTP_MODULE(.name = "influx", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&influx));
