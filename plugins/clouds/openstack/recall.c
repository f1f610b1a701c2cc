/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers that are remembered: see recall.h.
 */
#include "recall.h"

#include "client.h"

void recall_init(struct recall *recall)
{
    pthread_mutex_init(&recall->lock, NULL);
    recall->answers = NULL;
}

void recall_clear(struct recall *recall)
{
    json_decref(recall->answers);
    pthread_mutex_destroy(&recall->lock);
}

/* What the service has said, which it would say again: an answer, or why there is none. */
static json_t *recall_ask(struct os_client *client, enum os_service service, const char *path,
                          struct vmtp_error *err)
{
    json_t *answer = NULL;
    int r = os_get(client, service, &answer, err, "%s", path);

    if (r == -EACCES || r == -EPERM || r == -ENOENT)
        return json_pack("{s:i,s:s}", "code", r, "text", err->text);
    if (r == 0 && !answer)
        vmtp_fail(err, -EPROTO, "there is no answer in what %.80s says", path);
    return answer ? json_pack("{s:o}", "answer", answer) : NULL;
}

static int recall_give(const json_t *known, const json_t **ret, struct vmtp_error *err)
{
    const json_t *answer = json_object_get(known, "answer");

    if (!answer)
        return vmtp_fail(err, (int)json_integer_value(json_object_get(known, "code")), "%s",
                         json_string_value(json_object_get(known, "text")));
    *ret = answer;
    return 0;
}

/* Whoever comes second waits for the first one's answer. */
int os_recall(struct os_client *client, enum os_service service, const char *path,
              const json_t **ret, struct vmtp_error *err)
{
    struct recall *recall = os_client_recall(client);
    struct vmtp_error why = { 0 };
    const json_t *known;
    char key[256];
    int r;

    snprintf(key, sizeof key, "%d %s", (int)service, path);
    pthread_mutex_lock(&recall->lock);
    if (!recall->answers)
        recall->answers = json_object();
    known = json_object_get(recall->answers, key);
    if (!known) {
        json_object_set_new(recall->answers, key, recall_ask(client, service, path, &why));
        known = json_object_get(recall->answers, key);
    }
    if (known)
        r = recall_give(known, ret, err);
    else
        r = vmtp_fail(err, why.code ? why.code : -ENOMEM, "%s",
                      why.code ? why.text : "out of memory");
    pthread_mutex_unlock(&recall->lock);
    return r;
}
