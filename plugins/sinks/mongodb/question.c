/* SPDX-License-Identifier: Apache-2.0 */
#include "question.h"

#include "../../common/clock.h"
#include "../../common/moment.h"

#include <ctype.h>
#include <strings.h>

#define BATCH 50

static const char *const utc_form = "%Y-%m-%dT%H:%M:%S";
static const char *const local_form = "%Y-%m-%d %H:%M:%S"; /* VMTP's, of the machine it ran on */

const char *form_date(enum form form)
{
    return form == FORM_RESULT ? "run.started" : "date";
}

struct moment {
    char text[32];
};

/* A moment as documents of this form write it. */
static struct moment moment_text(enum form form, uint64_t wall_ns)
{
    time_t seconds = (time_t)(wall_ns / NS_PER_S);
    struct moment text = { "" };
    struct tm tm;

    if (form == FORM_RESULT ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm))
        strftime(text.text, sizeof text.text, form == FORM_RESULT ? utc_form : local_form, &tm);
    return text;
}

static void date_append(bson_t *to, const struct vmtp_question *question, enum form form)
{
    bson_t range;

    BSON_APPEND_DOCUMENT_BEGIN(to, form_date(form), &range);
    if (question->since_wall_ns)
        BSON_APPEND_UTF8(&range, "$gte", moment_text(form, question->since_wall_ns).text);
    if (question->until_wall_ns)
        BSON_APPEND_UTF8(&range, "$lt", moment_text(form, question->until_wall_ns).text);
    if (form == FORM_RESULT && !question->since_wall_ns && !question->until_wall_ns)
        BSON_APPEND_BOOL(&range, "$exists", true);
    bson_append_document_end(to, &range);
}

/* As vmtp writes words, and as VMTP did: "TCP", "Multicast".  In place of a regular expression,
 * which no index would serve. */
static void word_append(bson_t *to, const char *field, const char *word)
{
    char lower[64], upper[64], title[64];
    size_t i = 0;
    bson_t in, forms;

    for (; word[i] && i < sizeof lower - 1; i++) {
        lower[i] = (char)tolower((unsigned char)word[i]);
        upper[i] = (char)toupper((unsigned char)word[i]);
        title[i] = i ? lower[i] : upper[i];
    }
    lower[i] = upper[i] = title[i] = '\0';
    bson_append_document_begin(to, field, -1, &in);
    BSON_APPEND_ARRAY_BEGIN(&in, "$in", &forms);
    BSON_APPEND_UTF8(&forms, "0", lower);
    BSON_APPEND_UTF8(&forms, "1", upper);
    BSON_APPEND_UTF8(&forms, "2", title);
    bson_append_array_end(&in, &forms);
    bson_append_document_end(to, &in);
}

/* ping has no option for its protocol. */
static void protocol_append(bson_t *to, const char *protocol)
{
    static const char *const field = "results.options.protocol";
    bson_t either, one;

    if (strcasecmp(protocol, "icmp") != 0) {
        word_append(to, field, protocol);
        return;
    }
    BSON_APPEND_ARRAY_BEGIN(to, "$or", &either);
    BSON_APPEND_DOCUMENT_BEGIN(&either, "0", &one);
    word_append(&one, field, protocol);
    bson_append_document_end(&either, &one);
    BSON_APPEND_DOCUMENT_BEGIN(&either, "1", &one);
    BSON_APPEND_UTF8(&one, "results.tool", "ping");
    bson_append_document_end(&either, &one);
    bson_append_array_end(to, &either);
}

static void result_append(bson_t *to, const struct vmtp_question *question)
{
    if (*question->run)
        BSON_APPEND_UTF8(to, "run.id", question->run);
    if (*question->encapsulation)
        word_append(to, "cloud.facts.encapsulation", question->encapsulation);
    if (*question->protocol)
        protocol_append(to, question->protocol);
}

/* A run of VMTP's own has a run_id; VMTP mode's document has that and the id of its first run. */
static void run_append(bson_t *to, const char *run)
{
    static const char *const names[] = { "vmtp_run", "run_id" };
    bson_t either, one;

    BSON_APPEND_ARRAY_BEGIN(to, "$or", &either);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        BSON_APPEND_DOCUMENT_BEGIN(&either, i ? "1" : "0", &one);
        BSON_APPEND_UTF8(&one, names[i], run);
        bson_append_document_end(&either, &one);
    }
    bson_append_array_end(to, &either);
}

static void classic_append(bson_t *to, const struct vmtp_question *question)
{
    bson_t absent;

    BSON_APPEND_DOCUMENT_BEGIN(to, "run.started", &absent);
    BSON_APPEND_BOOL(&absent, "$exists", false);
    bson_append_document_end(to, &absent);
    if (*question->run)
        run_append(to, question->run);
    if (*question->encapsulation)
        word_append(to, "encapsulation", question->encapsulation);
    if (*question->protocol)
        word_append(to, "flows.results.protocol", question->protocol);
}

void question_find(const struct vmtp_question *question, enum form form, bson_t *ret,
                   bson_t *ret_opts)
{
    bson_t sort;

    if (form == FORM_RESULT || question->since_wall_ns || question->until_wall_ns)
        date_append(ret, question, form);
    if (form == FORM_RESULT)
        result_append(ret, question);
    else
        classic_append(ret, question);
    BSON_APPEND_DOCUMENT_BEGIN(ret_opts, "sort", &sort);
    BSON_APPEND_INT32(&sort, form_date(form), -1);
    bson_append_document_end(ret_opts, &sort);
    BSON_APPEND_INT32(ret_opts, "batchSize", BATCH);
    if (question->most && question->most <= INT64_MAX)
        BSON_APPEND_INT64(ret_opts, "limit", (int64_t)question->most);
}

uint64_t document_began_ns(const bson_t *bson, enum form form)
{
    bson_iter_t top, at;

    if (bson_iter_init(&top, bson) && bson_iter_find_descendant(&top, form_date(form), &at) &&
        BSON_ITER_HOLDS_UTF8(&at))
        return moment_ns(bson_iter_utf8(&at, NULL));
    return 0;
}
