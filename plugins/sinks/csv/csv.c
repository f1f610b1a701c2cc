/* SPDX-License-Identifier: Apache-2.0
 *
 * csv: results, and if wanted samples, as tables in long form: one figure a row.
 *
 * Rows and columns stay where they are when metrics join, so that a spreadsheet or a database can
 * take the file as it is.  Each file appears under its name only once it is whole.
 */
#include "rows.h"

#include <vmtp/plugin.h>

struct options {
    const char *results, *samples;
};

struct state {
    struct out_file samples;
};

static const struct vmtp_option options[] = {
    { "results", "File for the results, one row a figure; \"-\" is stdout, \"\" is none",
      VMTP_OPT_PATH(struct options, results), .def = "results.csv" },
    { "samples", "File for all samples, one row each; \"-\" is stdout, \"\" is none",
      VMTP_OPT_PATH(struct options, samples), .def = "" },
};

static const char *const sample_names[] = {
    "run",   "time",  "flow",  "subject", "metric", "kind", "unit",
    "trial", "final", "value", "failed",  "search", "part",
};

static const char *const kinds[] = {
    [VMTP_GAUGE] = "gauge",
    [VMTP_COUNTER] = "counter",
    [VMTP_DISTRIBUTION] = "distribution",
};

static bool wanted(const char *path)
{
    return path && *path;
}

static int csv_takes_stdout(const void *opt)
{
    const struct options *o = opt;

    return (wanted(o->results) && path_is_stdout(o->results)) ||
           (wanted(o->samples) && path_is_stdout(o->samples));
}

static int csv_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;

    if (!wanted(o->results) && !wanted(o->samples))
        return vmtp_fail(err, -EINVAL, "nothing to write: give results or samples a file");
    if (wanted(o->results) && wanted(o->samples) && strcmp(o->results, o->samples) == 0)
        return vmtp_fail(err, -EINVAL, "results and samples can't both go to '%.80s'", o->results);
    return 0;
}

static int csv_begin(struct vmtp_self *self, const char *run, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    struct state *state = self->state;
    int r;

    (void)run;
    if (!wanted(opt->samples))
        return 0;
    r = out_file_open(&state->samples, opt->samples, err);
    if (r == 0)
        row_write(&state->samples, sample_names, sizeof sample_names / sizeof *sample_names);
    return r;
}

static int csv_record(struct vmtp_self *self, const struct vmtp_record *record,
                      struct vmtp_error *err)
{
    struct state *state = self->state;
    char time[32], trial[16] = "";
    struct digits value = number_digits(record->value);
    const char *kind = record->kind < sizeof kinds / sizeof *kinds ? kinds[record->kind] : NULL;
    const char *fields[] = {
        record->run,
        time,
        record->flow,
        record->subject,
        record->metric,
        kind,
        record->unit,
        trial,
        record->final ? "1" : "0",
        value.text,
        record->failed ? "1" : "0",
        record->search ? "1" : "0",
        VMTP_HAS(record, part) ? record->part : "",
    };

    (void)err;
    if (!state->samples.stream)
        return 0;
    snprintf(time, sizeof time, "%llu.%06llu", (unsigned long long)(record->wall_ns / 1000000000),
             (unsigned long long)(record->wall_ns % 1000000000 / 1000));
    if (record->trial)
        snprintf(trial, sizeof trial, "%u", record->trial);
    row_write(&state->samples, fields, sizeof fields / sizeof *fields);
    return 0;
}

static int results_write(const char *path, const char *text, size_t len, struct vmtp_error *err)
{
    json_t *document = figures_load(text, len, err);
    struct out_file file;
    int r;

    if (!document)
        return -EINVAL;
    r = out_file_open(&file, path, err);
    if (r == 0) {
        document_rows(&file, document);
        r = out_file_close(&file, err);
    }
    json_decref(document);
    return r;
}

/* Samples that can't be kept are no reason to lose the results too. */
static int csv_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    struct state *state = self->state;
    int r = 0, first = 0;

    if (state->samples.stream)
        first = out_file_close(&state->samples, err);
    if (wanted(opt->results))
        r = results_write(opt->results, json, len, first < 0 ? NULL : err);
    if (first == 0 && r == 0) {
        out_file_tell(self, opt->results);
        out_file_tell(self, opt->samples);
    }
    return first < 0 ? first : r;
}

static void csv_close(struct vmtp_self *self)
{
    struct state *state = self->state;

    out_file_drop(&state->samples);
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .begin = csv_begin,
    .record = csv_record,
    .end = csv_end,
    .takes_stdout = csv_takes_stdout,
};

static const struct vmtp_component csv = {
    .size = sizeof csv,
    .kind = VMTP_SINK,
    .name = "csv",
    .summary = "Results and samples as CSV, one figure a row",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .state_size = sizeof(struct state),
    .check = csv_check,
    .close = csv_close,
    .ops = &sink,
};

VMTP_MODULE(.name = "csv", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&csv));
