/* SPDX-License-Identifier: Apache-2.0 */
#include "suites.h"

#include "../../common/figure.h"
#include "../../common/file.h"
#include "xml.h"

#include <math.h>
#include <stdlib.h>

enum outcome { PASSED, FAILURE, ERROR, SKIPPED, OUTCOMES };

static const char *const elements[] = {
    [FAILURE] = "failure",
    [ERROR] = "error",
    [SKIPPED] = "skipped",
};

/* What stands before the cases of a suite, and of all suites, is known when they are written. */
struct tally {
    unsigned int tests, of[OUTCOMES];
    double seconds;
};

/* One test case: of a threshold, or of a result alone. */
struct verdict {
    enum outcome outcome;
    const char *type; /* of what did not pass */
    const char *why;
    const json_t *threshold, *judgement; /* NULL: it says the same of every threshold */
};

struct suites {
    const json_t *document;
    json_t
        *judgements; /* by the key of a result: [[threshold, judgement], ...], borrowed from it */
    bool lenient;
    struct tally all;
};

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));

    return value ? value : "";
}

static bool is(const json_t *object, const char *name, const char *value)
{
    return strcmp(text(object, name), value) == 0;
}

/* ---- verdicts ---- */

/* What was not measured is neither passed nor failed, whatever was expected of it. */
static struct verdict result_verdict(const json_t *result)
{
    if (is(result, "status", "failed"))
        return (struct verdict){ ERROR, "failed", text(result, "error"), NULL, NULL };
    if (is(result, "status", "skipped"))
        return (struct verdict){ SKIPPED, "skipped", text(result, "reason"), NULL, NULL };
    return (struct verdict){ .outcome = PASSED };
}

static void verdict_judge(struct verdict *verdict, bool lenient)
{
    verdict->why = text(verdict->judgement, "why");
    verdict->type = text(verdict->judgement, "state");
    if (is(verdict->judgement, "state", "undecided"))
        verdict->outcome = lenient ? SKIPPED : FAILURE;
    else if (!is(verdict->judgement, "state", "pass"))
        verdict->outcome = FAILURE;
}

/* ---- cases ---- */

static int figure_write(void *arg, const struct figure_row *row)
{
    FILE *out = arg;

    if (!*row->metric)
        return 0;
    xml_text(out, row->metric);
    fprintf(out, " %s = %s ", row->stat, number_digits(row->value).text);
    xml_text(out, row->unit);
    if (!isnan(row->low))
        fprintf(out, ", 95 %% [%s, %s]", number_digits(row->low).text,
                number_digits(row->high).text);
    if (!isnan(row->n))
        fprintf(out, ", n = %s", number_digits(row->n).text);
    fputc('\n', out);
    return 0;
}

static void output_write(FILE *out, const json_t *result)
{
    const json_t *note;
    size_t i;

    fputs("      <system-out>", out);
    figures_of(result, figure_write, out);
    json_array_foreach(json_object_get(result, "notes"), i, note)
    {
        xml_text(out, json_is_string(note) ? json_string_value(note) : "");
        fputc('\n', out);
    }
    fputs("</system-out>\n", out);
}

/* Of the threshold's value: losses are judged as shares of what was sent where it says percent. */
static const char *unit_of(const json_t *result, const json_t *threshold)
{
    const char *metric = text(threshold, "metric");
    char name[64];

    if (strchr(text(threshold, "expect"), '%'))
        return "ratio";
    snprintf(name, sizeof name, "%.*s", (int)strcspn(metric, "."), metric);
    return text(json_object_get(json_object_get(result, "metrics"), name), "unit");
}

/* "rtt.p99 is 0.007 s, expected <= 5ms: why" */
static void message_write(FILE *out, const json_t *result, const struct verdict *verdict)
{
    const json_t *value = json_object_get(verdict->judgement, "value");

    fputs(" message=\"", out);
    if (verdict->judgement) {
        xml_value(out, text(verdict->threshold, "metric"));
        fprintf(out, value ? " is %s " : " is not known",
                number_digits(json_number_value(value)).text);
        xml_value(out, value ? unit_of(result, verdict->threshold) : "");
        fputs(", expected ", out);
        xml_value(out, text(verdict->threshold, "expect"));
        fputs(*verdict->why ? ": " : "", out);
    }
    xml_value(out, verdict->why);
    fputc('"', out);
}

static void outcome_write(FILE *out, const json_t *result, const struct verdict *verdict)
{
    if (verdict->outcome == PASSED)
        return;
    fprintf(out, "      <%s", elements[verdict->outcome]);
    if (verdict->outcome != SKIPPED) /* has no type */
        xml_attribute(out, "type", verdict->type);
    message_write(out, result, verdict);
    fputs("/>\n", out);
}

/* threshold: what it is called by; NULL: that it was measured. */
static void case_write(FILE *out, const json_t *result, const json_t *threshold, double seconds,
                       const struct verdict *verdict)
{
    fputs("    <testcase", out);
    xml_attribute(out, "classname", text(result, "key"));
    fputs(threshold ? " name=\"" : " name=\"measured", out);
    xml_value(out, text(threshold, "metric"));
    fputs(threshold ? " " : "", out);
    xml_value(out, text(threshold, "expect"));
    fputc('"', out);
    xml_attribute(out, "time", number_digits(seconds).text);
    fputs(">\n", out);
    outcome_write(out, result, verdict);
    output_write(out, result);
    fputs("    </testcase>\n", out);
}

/* The time that was measured, with what went before it. */
static double result_seconds(const json_t *result)
{
    const json_t *trial;
    double seconds = 0;
    size_t i;

    json_array_foreach(json_object_get(result, "trials"), i, trial) seconds +=
        json_number_value(json_object_get(trial, "warmup")) +
        json_number_value(json_object_get(trial, "duration"));
    return seconds;
}

static void count(struct tally *tally, const struct verdict *verdict, double seconds)
{
    tally->tests++;
    tally->of[verdict->outcome]++;
    tally->seconds += seconds;
}

/* Its time counts once: whoever adds up the cases has that of the run. */
static void result_write(FILE *out, const struct suites *suites, const json_t *result,
                         struct tally *tally)
{
    const json_t *judgements = json_object_get(suites->judgements, text(result, "key")), *pair;
    struct verdict measured = result_verdict(result);
    double seconds = result_seconds(result);
    size_t i;

    if (json_array_size(judgements) == 0) {
        case_write(out, result, NULL, seconds, &measured);
        count(tally, &measured, seconds);
    }
    json_array_foreach(judgements, i, pair)
    {
        const json_t *threshold = json_array_get(pair, 0);
        struct verdict verdict = measured;

        if (verdict.outcome == PASSED) {
            verdict.threshold = threshold;
            verdict.judgement = json_array_get(pair, 1);
            verdict_judge(&verdict, suites->lenient);
        }
        case_write(out, result, threshold, seconds, &verdict);
        count(tally, &verdict, seconds);
        seconds = 0;
    }
}

/* ---- suites ---- */

static void tally_write(FILE *out, const struct tally *tally)
{
    fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", tally->tests,
            tally->of[FAILURE], tally->of[ERROR], tally->of[SKIPPED]);
    xml_attribute(out, "time", number_digits(tally->seconds).text);
}

static void tally_add(struct tally *all, const struct tally *one)
{
    all->tests += one->tests;
    all->seconds += one->seconds;
    for (int i = 0; i < OUTCOMES; i++)
        all->of[i] += one->of[i];
}

static void property_write(FILE *out, const char *name, const char *value)
{
    fputs("      <property", out);
    xml_attribute(out, "name", name);
    xml_attribute(out, "value", value);
    fputs("/>\n", out);
}

static void properties_write(FILE *out, const json_t *document)
{
    const json_t *run = json_object_get(document, "run");

    fputs("    <properties>\n", out);
    property_write(out, "run", text(run, "id"));
    property_write(out, "version", text(run, "version"));
    property_write(out, "cloud", text(json_object_get(document, "cloud"), "name"));
    fputs("    </properties>\n", out);
}

static void suite_open(FILE *out, const struct suites *suites, const char *flow,
                       const struct tally *tally)
{
    char started[20]; /* no fraction and no zone: so has JUnit's schema it */

    snprintf(started, sizeof started, "%s",
             text(json_object_get(suites->document, "run"), "started"));
    fputs("  <testsuite", out);
    xml_attribute(out, "name", flow);
    tally_write(out, tally);
    if (*started)
        xml_attribute(out, "timestamp", started);
    fputs(">\n", out);
    properties_write(out, suites->document);
}

/* 0, or -ENOMEM. */
static int suite_write(FILE *out, struct suites *suites, const char *flow, const json_t *results)
{
    struct tally tally = { 0 };
    const json_t *result;
    char *cases = NULL;
    size_t len, i;
    FILE *body = open_memstream(&cases, &len);

    if (!body)
        return -ENOMEM;
    json_array_foreach(results, i, result) result_write(body, suites, result, &tally);
    if (!stream_close(body)) {
        free(cases);
        return -ENOMEM;
    }
    suite_open(out, suites, flow, &tally);
    fputs(cases, out);
    fputs("  </testsuite>\n", out);
    tally_add(&suites->all, &tally);
    free(cases);
    return 0;
}

/* Into the array that has this name, which is made. */
static int group_add(json_t *groups, const char *name, json_t *value)
{
    json_t *group = json_object_get(groups, name);

    if (!group && json_object_set_new(groups, name, group = json_array()) < 0) {
        json_decref(value);
        return -ENOMEM;
    }
    return json_array_append_new(group, value) < 0 ? -ENOMEM : 0;
}

static int judgements_group(struct suites *suites)
{
    json_t *threshold, *judgement;
    size_t i, j;
    int r = 0;

    json_array_foreach(json_object_get(suites->document, "thresholds"), i, threshold)
    {
        json_array_foreach(json_object_get(threshold, "results"), j, judgement)
        {
            if (r == 0)
                r = group_add(suites->judgements, text(judgement, "key"),
                              json_pack("[O, O]", threshold, judgement));
        }
    }
    return r;
}

static int suites_write(FILE *out, struct suites *suites)
{
    json_t *flows = json_object(), *result, *results;
    const char *flow;
    size_t i;
    int r = judgements_group(suites);

    json_array_foreach(json_object_get(suites->document, "results"), i, result)
    {
        if (r == 0)
            r = group_add(flows, text(result, "flow"), json_incref(result));
    }
    json_object_foreach(flows, flow, results)
    {
        if (r == 0)
            r = suite_write(out, suites, flow, results);
    }
    json_decref(flows);
    return r;
}

/* All of it, once the suites are there. */
static char *whole_text(const struct suites *suites, const char *body)
{
    char *whole = NULL;
    size_t len;
    FILE *out = open_memstream(&whole, &len);

    if (!out)
        return NULL;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
    xml_attribute(out, "name", text(json_object_get(suites->document, "run"), "name"));
    tally_write(out, &suites->all);
    fprintf(out, ">\n%s</testsuites>\n", body);
    if (stream_close(out))
        return whole;
    free(whole);
    return NULL;
}

char *suites_text(const json_t *document, bool lenient)
{
    struct suites suites = { document, json_object(), lenient, { 0 } };
    char *body = NULL, *whole = NULL;
    size_t len;
    FILE *out = open_memstream(&body, &len);

    if (out) {
        int r = suites_write(out, &suites);

        if (stream_close(out) && r == 0)
            whole = whole_text(&suites, body);
    }
    free(body);
    json_decref(suites.judgements);
    return whole;
}
