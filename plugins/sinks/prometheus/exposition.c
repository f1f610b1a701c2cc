/* SPDX-License-Identifier: Apache-2.0 */
#include "exposition.h"

#include "../../common/clock.h"
#include "../../common/figure.h"
#include "../../common/file.h"
#include "../../common/moment.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define NAME_BYTES 256

/* families: by name { "help": text, "series": { labels: number as text } }, in the order met. */
struct exposition {
    json_t *families;
    const struct vmtp_map *labels;
    const char *scenario;
    bool failed;
};

/* What a series has labels for beside those of everything: at most so many end with a NULL name. */
struct own {
    const json_t *result; /* NULL: it is of none */
    struct vmtp_pair pairs[4];
};

/* Fields of a result that are labels. */
static const char *const fields[] = { "flow", "tool", "path", "placement", "from", "to" };
static const char *const others[] = { "scenario", "protocol", "stat",   "status",
                                      "verdict",  "state",    "metric", "expect",
                                      "run",      "version",  "cloud",  "encapsulation" };

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

static bool stands_in(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool label_is_ours(const char *name)
{
    return stands_in(fields, sizeof fields / sizeof *fields, name) ||
           stands_in(others, sizeof others / sizeof *others, name);
}

bool label_is_free(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && !isdigit((unsigned char)*name) && strncmp(name, "__", 2) != 0 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == len &&
           !label_is_ours(name);
}

/* ---- names and labels ---- */

/* What no name has becomes '_'. */
static void name_settle(char *name)
{
    for (; *name; name++)
        if (!isascii(*name) || !isalnum(*name))
            *name = '_';
}

/* One that is there already stays what it is; empty is the same as absent. */
static void label_set(struct exposition *exposition, json_t *labels, const char *name,
                      const char *value)
{
    char settled[NAME_BYTES];

    snprintf(settled, sizeof settled, "%s%s", isdigit((unsigned char)*name) ? "_" : "", name);
    name_settle(settled);
    if (value && *value && !json_object_get(labels, settled) &&
        json_object_set_new_nocheck(labels, settled, json_string_nocheck(value)) < 0)
        exposition->failed = true;
}

/* What multiplied in a flow is a label too: length="64". */
static void result_labels(struct exposition *exposition, json_t *labels, const json_t *result)
{
    json_t *value;
    const char *name;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        label_set(exposition, labels, fields[i], text(result, fields[i]));
    label_set(exposition, labels, "protocol", text(json_object_get(result, "options"), "protocol"));
    json_object_foreach(json_object_get(result, "labels"), name, value)
    {
        if (!label_is_ours(name))
            label_set(exposition, labels, name, json_string_value(value));
    }
}

static void value_write(FILE *out, const char *value)
{
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            fputc('\\', out);
        if (*value == '\n')
            fputs("\\n", out);
        else
            fputc(*value, out);
    }
}

/* {scenario="demo",flow="tcp"} */
static char *labels_write(json_t *labels)
{
    char *written = NULL;
    const char *name;
    json_t *value;
    size_t len;
    FILE *out = open_memstream(&written, &len);

    if (!out)
        return NULL;
    json_object_foreach(labels, name, value)
    {
        fprintf(out, "%s%s=\"", ftell(out) ? "," : "{", name);
        value_write(out, json_string_value(value));
        fputc('"', out);
    }
    if (json_object_size(labels))
        fputc('}', out);
    if (stream_close(out))
        return written;
    free(written);
    return NULL;
}

static char *labels_text(struct exposition *exposition, const struct own *own)
{
    const size_t most = sizeof own->pairs / sizeof *own->pairs;
    const struct vmtp_map *more = exposition->labels;
    json_t *labels = json_object();
    char *written;

    label_set(exposition, labels, "scenario", exposition->scenario);
    for (size_t i = 0; i < most && own->pairs[i].name; i++)
        label_set(exposition, labels, own->pairs[i].name, own->pairs[i].value);
    result_labels(exposition, labels, own->result);
    for (size_t i = 0; i < more->count; i++)
        label_set(exposition, labels, more->pairs[i].name, more->pairs[i].value);
    written = labels_write(labels);
    json_decref(labels);
    return written;
}

/* ---- families ---- */

static json_t *family_series(struct exposition *exposition, const char *name, const char *help)
{
    json_t *family = json_object_get(exposition->families, name);

    if (!family) {
        family = json_pack("{s:s, s:{}}", "help", help, "series");
        json_object_set_new(exposition->families, name, family);
    }
    return json_object_get(family, "series");
}

static void series_add(struct exposition *exposition, const char *name, const char *help,
                       const struct own *own, double value)
{
    struct digits digits = number_digits(value);
    char *labels = labels_text(exposition, own);
    json_t *series = family_series(exposition, name, help);

    if (!labels || json_object_set_new_nocheck(series, labels, json_string(digits.text)) < 0)
        exposition->failed = true;
    free(labels);
}

/* One series for each state: 1 for that which it is in, 0 for the others. */
static void states_add(struct exposition *exposition, const char *name, const char *help,
                       struct own own, const char *label, const char *state,
                       const char *const *states)
{
    struct vmtp_pair *last = own.pairs;

    while (last->name)
        last++;
    for (; *states; states++) {
        *last = (struct vmtp_pair){ label, *states };
        series_add(exposition, name, help, &own, strcmp(state, *states) == 0);
    }
}

/* ---- what a document has ---- */

/* "bit/s" is bits_per_second: the unit that all of vmtp's outputs have. */
static void family_name(const struct figure_row *row, char ret[NAME_BYTES])
{
    static const struct {
        const char *unit, *suffix;
    } suffixes[] = { { "bit/s", "_bits_per_second" },
                     { "s", "_seconds" },
                     { "1/s", "_per_second" },
                     { "s/s", "_seconds_per_second" } };
    const char *suffix = NULL;

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (strcmp(row->unit, suffixes[i].unit) == 0)
            suffix = suffixes[i].suffix;
    snprintf(ret, NAME_BYTES, "vmtp_%s%s%s", row->metric, suffix || !*row->unit ? "" : "_",
             suffix ? suffix : row->unit);
    name_settle(ret);
}

static void family_help(const struct figure_row *row, char ret[NAME_BYTES])
{
    char metric[128];

    snprintf(metric, sizeof metric, "%s", row->metric);
    name_settle(metric);
    snprintf(ret, NAME_BYTES, "The flow's %s; stat says which figure of it", metric);
}

static int figure_add(void *arg, const struct figure_row *row)
{
    const struct {
        const char *suffix;
        double value;
    } values[] = { { "", row->value }, { "_ci95_low", row->low }, { "_ci95_high", row->high } };
    struct exposition *exposition = arg;
    char name[NAME_BYTES], help[NAME_BYTES], stat[64];

    family_name(row, name);
    family_help(row, help);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        snprintf(stat, sizeof stat, "%s%s", row->stat, values[i].suffix);
        if (*row->metric && !isnan(values[i].value))
            series_add(exposition, name, help, &(struct own){ row->result, { { "stat", stat } } },
                       values[i].value);
    }
    return 0;
}

static void result_add(struct exposition *exposition, const json_t *result)
{
    static const char *const statuses[] = { "ok", "failed", "skipped", NULL };
    static const char *const verdicts[] = { "none", "pass", "fail", "undecided", NULL };
    const struct own own = { .result = result };

    figures_of(result, figure_add, exposition);
    states_add(exposition, "vmtp_result_status", "1 for the status of a result", own, "status",
               text(result, "status"), statuses);
    states_add(exposition, "vmtp_result_verdict", "1 for the verdict of a result", own, "verdict",
               text(result, "verdict"), verdicts);
}

static void threshold_add(struct exposition *exposition, const json_t *threshold)
{
    static const char *const states[] = { "none", "pass", "fail", "undecided", NULL };
    const struct own own = { NULL,
                             { { "flow", text(threshold, "flow") },
                               { "metric", text(threshold, "metric") },
                               { "expect", text(threshold, "expect") } } };

    states_add(exposition, "vmtp_threshold_state", "1 for the state of a threshold", own, "state",
               text(threshold, "state"), states);
}

static void moment_add(struct exposition *exposition, const char *name, const char *help,
                       const char *moment)
{
    const struct own own = { 0 };
    uint64_t wall_ns = moment_ns(moment);

    if (wall_ns)
        series_add(exposition, name, help, &own, (double)(wall_ns / NS_PER_S));
}

static void run_add(struct exposition *exposition, const json_t *document)
{
    const json_t *run = json_object_get(document, "run");
    const json_t *cloud = json_object_get(document, "cloud");
    const char *encapsulation = text(json_object_get(cloud, "facts"), "encapsulation");
    const struct own own = { NULL,
                             { { "run", text(run, "id") },
                               { "version", text(run, "version") },
                               { "cloud", text(cloud, "name") },
                               { "encapsulation", encapsulation } } };

    series_add(exposition, "vmtp_run_info", "The last run, which all of this is of", &own, 1);
    moment_add(exposition, "vmtp_run_started_timestamp_seconds", "When the run began, since 1970",
               text(run, "started"));
    moment_add(exposition, "vmtp_run_ended_timestamp_seconds", "When the run ended, since 1970",
               text(run, "ended"));
}

/* ---- the text ---- */

static void families_write(FILE *out, json_t *families)
{
    const char *name, *labels;
    json_t *family, *value;

    json_object_foreach(families, name, family)
    {
        fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, text(family, "help"), name);
        json_object_foreach(json_object_get(family, "series"), labels, value)
            fprintf(out, "%s%s %s\n", name, labels, json_string_value(value));
    }
}

static void document_add(struct exposition *exposition, const json_t *document)
{
    const json_t *one;
    size_t i;

    run_add(exposition, document);
    json_array_foreach(json_object_get(document, "results"), i, one) result_add(exposition, one);
    json_array_foreach(json_object_get(document, "thresholds"), i, one)
        threshold_add(exposition, one);
}

char *exposition_text(const json_t *document, const struct vmtp_map *labels)
{
    struct exposition exposition = {
        .families = json_object(),
        .labels = labels,
        .scenario = text(json_object_get(document, "run"), "name"),
    };
    char *whole = NULL;
    size_t len;
    FILE *out = open_memstream(&whole, &len);

    if (out) {
        document_add(&exposition, document);
        families_write(out, exposition.families);
        exposition.failed = !stream_close(out) || exposition.failed;
    }
    json_decref(exposition.families);
    if (!exposition.failed)
        return whole; /* NULL where there was no stream */
    free(whole);
    return NULL;
}
