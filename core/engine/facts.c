/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include "../base/clock.h"
#include "../base/thread.h"
#include "helper.h"
#include "process.h"
#include "program.h"

#include <limits.h>

#define ASK_NS        (20 * NS_PER_S)
#define ANSWER_MAX    (256 * 1024)
#define ANSWERS_AHEAD 16 /* so many endpoints are asked at the same time */

/* What every endpoint is asked. */
struct question {
    const char *probe;     /* its path here */
    const char **programs; /* where are they? ends with NULL */
};

struct answer {
    struct buf text;
    char complaint[200]; /* the last line on stderr */
};

static int answer_line(void *arg, const struct vmtp_line *line)
{
    struct answer *answer = arg;

    if (line->fd == 1)
        return buf_add(&answer->text, line->text, line->len);
    snprintf(answer->complaint, sizeof answer->complaint, "%s", line->text);
    return 0;
}

static int ask(struct fleet *fleet, const struct vmtp_endpoint *endpoint,
               const struct question *question, json_t **ret, struct vmtp_error *err)
{
    struct answer answer = { .text = BUF(ANSWER_MAX) };
    char path[PATH_MAX];
    const char *argv[PROGRAMS_MAX + 4] = { path, "facts", endpoint->address };
    struct vmtp_exec exec = {
        .size = sizeof exec, .argv = argv, .line = answer_line, .arg = &answer
    };
    json_t *facts = NULL;
    int r = fleet_put(fleet, endpoint, question->probe, path, sizeof path, err);

    for (size_t i = 0; question->programs[i]; i++)
        argv[3 + i] = question->programs[i];
    if (r == 0)
        r = process_exec(fleet->cloud, endpoint, &exec, clock_now_ns() + ASK_NS,
                         fleet->run->cancel_fd, err);
    if (r == 0)
        facts = json_loads(buf_text(&answer.text), JSON_REJECT_DUPLICATES, NULL);
    buf_clear(&answer.text);
    if (r > 0)
        return vmtp_fail(err, -EPROTO, "the probe ended with %d%s%s", r,
                         answer.complaint[0] ? ": " : "", answer.complaint);
    if (r < 0)
        return r;
    if (!json_is_object(facts)) {
        json_decref(facts);
        return vmtp_fail(err, -EPROTO, "the probe's answer is no JSON object");
    }
    if (*endpoint->location)
        json_object_set_new(facts, "location", json_string(endpoint->location));
    *ret = facts;
    return 0;
}

struct asking {
    struct fleet *fleet;
    struct question question;
    atomic_size_t next;
};

static void *asker(void *arg)
{
    struct asking *asking = arg;
    struct run *run = asking->fleet->run;
    size_t i;

    while ((i = atomic_fetch_add(&asking->next, 1)) < asking->fleet->endpoint_count) {
        struct vmtp_error err = { 0 };
        const struct vmtp_endpoint *endpoint = asking->fleet->endpoints[i];
        json_t *facts = NULL;
        int r = run_cancelled(run) ? -ECANCELED
                                   : ask(asking->fleet, endpoint, &asking->question, &facts, &err);

        run->endpoints[i].facts = facts;
        if (r < 0 && r != -ECANCELED)
            run_note(run, "note", "the facts of endpoint %s are not known: %s", endpoint->name,
                     err.text);
        if (facts)
            run_journal(run, "endpoint",
                        json_pack("{s:s, s:O}", "name", endpoint->name, "facts", facts));
    }
    return NULL;
}

/* Room for the answers; names are copied, for the document is made when the fleet is gone. */
static int answers_make(struct fleet *fleet, struct vmtp_error *err)
{
    struct run *run = fleet->run;
    size_t count = fleet->endpoint_count;

    run->endpoints = arena_array(run->arena, count + 1, sizeof *run->endpoints);
    for (size_t i = 0; run->endpoints && i < count; i++) {
        run->endpoints[i].name = arena_strdup(run->arena, fleet->endpoints[i]->name);
        if (!run->endpoints[i].name)
            return vmtp_fail(err, -ENOMEM, "out of memory");
    }
    return run->endpoints ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

int facts_gather(struct fleet *fleet, struct vmtp_error *err)
{
    struct run *run = fleet->run;
    size_t count = fleet->endpoint_count;
    pthread_t threads[ANSWERS_AHEAD];
    char probe[PATH_MAX];
    struct asking asking = { .fleet = fleet, .question = { .probe = probe } };
    struct vmtp_error why = { 0 };
    size_t started = 0;

    run_doing(run, "asking %zu endpoints about themselves", count);
    if (answers_make(fleet, err) < 0)
        return -ENOMEM;
    asking.question.programs = programs_list(run->plan, run->arena);
    if (!asking.question.programs)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    if (helper_find("vmtp-probe", probe, sizeof probe, &why) < 0) {
        run_note(run, "note", "the endpoints' facts are not known: %s", why.text);
        return 0;
    }
    while (started < ANSWERS_AHEAD && started + 1 < count &&
           thread_start(&threads[started], asker, &asking) == 0)
        started++;
    asker(&asking);
    while (started)
        pthread_join(threads[--started], NULL);
    run->endpoint_count = count;
    return run_cancelled(run) ? vmtp_fail(err, -ECANCELED, "interrupted") : 0;
}

void facts_of(struct run *run, const char *endpoint, struct vmtp_facts *ret)
{
    *ret = (struct vmtp_facts){ .size = sizeof *ret };
    for (size_t i = 0; i < run->endpoint_count; i++) {
        json_t *facts = run->endpoints[i].facts;

        if (strcmp(run->endpoints[i].name, endpoint) != 0 || !facts)
            continue;
        ret->json = json_dumps(facts, JSON_COMPACT);
        ret->cpus = (uint32_t)json_integer_value(json_object_get(facts, "cpus"));
        ret->mtu = (uint32_t)json_integer_value(
            json_object_get(json_object_get(facts, "interface"), "mtu"));
    }
}

int facts_program(struct run *run, const char *endpoint, const char *name, char *ret_path,
                  size_t len)
{
    const json_t *programs = NULL;
    const char *path;

    for (size_t i = 0; i < run->endpoint_count; i++)
        if (strcmp(run->endpoints[i].name, endpoint) == 0)
            programs = json_object_get(run->endpoints[i].facts, "programs");
    if (!programs)
        return -ENODATA;
    path = json_string_value(json_object_get(programs, name));
    if (!path || strlen(path) >= len)
        return -ENOENT;
    memcpy(ret_path, path, strlen(path) + 1);
    return 0;
}
