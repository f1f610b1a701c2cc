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

static int recall_ask(struct os_client *client, struct recall *recall, enum os_service service,
                      const char *path, const char *key, struct vmtp_error *err)
{
    json_t *answer = NULL;
    int r = os_get(client, service, &answer, err, "%s", path);

    if (r < 0)
        return r;
    if (!recall->answers)
        recall->answers = json_object();
    if (json_object_set_new(recall->answers, key, answer) < 0)
        return vmtp_fail(err, -EPROTO, "there is no answer in what %.80s says", path);
    return 0;
}

/* Whoever comes second waits for the first one's answer. */
int os_recall(struct os_client *client, enum os_service service, const char *path,
              const json_t **ret, struct vmtp_error *err)
{
    struct recall *recall = os_client_recall(client);
    char key[256];
    int r = 0;

    snprintf(key, sizeof key, "%d %s", (int)service, path);
    pthread_mutex_lock(&recall->lock);
    if (!json_object_get(recall->answers, key))
        r = recall_ask(client, recall, service, path, key, err);
    if (r == 0)
        *ret = json_object_get(recall->answers, key);
    pthread_mutex_unlock(&recall->lock);
    return r;
}
