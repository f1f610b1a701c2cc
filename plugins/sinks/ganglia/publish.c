/* SPDX-License-Identifier: Apache-2.0 */
#include "publish.h"

#include "../../common/captive.h"

#include <ganglia.h>

#include <poll.h>

/* How the child ends. */
enum { SENT, NO_CHANNEL, NOT_TAKEN, LOST_SOME };

#define WORDS_MAX 300
#define BURST     20 /* metrics, before gmond gets a millisecond to read them */

/* ---- the child ---- */

/* libganglia takes strings that it does not change as char *. */
static char *text(const char *constant)
{
    return (char *)(uintptr_t)constant;
}

static int value_send(const struct publish *publish, const struct value *value, Ganglia_pool pool,
                      Ganglia_udp_send_channels channels)
{
    Ganglia_metric metric = Ganglia_metric_create(pool);
    int r;

    if (!metric || Ganglia_metric_set(metric, text(value->name), text(value->text), text("double"),
                                      text(value->units), GANGLIA_SLOPE_BOTH, publish->tmax_s,
                                      publish->dmax_s) != 0)
        return NOT_TAKEN;
    Ganglia_metadata_add(metric, text("GROUP"), text(publish->group));
    Ganglia_metadata_add(metric, text("TITLE"), text(value->title));
    Ganglia_metadata_add(metric, text("DESC"), text(value->about));
    if (publish->spoof)
        Ganglia_metadata_add(metric, text(SPOOF_HOST), text(value->host));
    r = Ganglia_metric_send(metric, channels);
    Ganglia_metric_destroy(metric);
    return r == 0 ? SENT : LOST_SOME;
}

static int values_send(void *arg)
{
    const struct publish *publish = arg;
    Ganglia_pool pool = Ganglia_pool_create(NULL);
    Ganglia_gmond_config config = Ganglia_gmond_config_create(text(publish->config), 0);
    Ganglia_udp_send_channels channels = Ganglia_udp_send_channels_create(pool, config);

    if (!channels)
        return NO_CHANNEL;
    for (size_t i = 0; i < publish->values->count; i++) {
        int r = value_send(publish, &publish->values->items[i], pool, channels);

        if (r != SENT)
            return r;
        if (i % BURST == BURST - 1)
            poll(NULL, 0, 1);
    }
    return SENT;
}

/* ---- the parent ---- */

static int status_explain(const struct publish *publish, int status, const char *words,
                          struct vmtp_error *err)
{
    switch (status) {
    case SENT:
        return 0;
    case NO_CHANNEL:
        return vmtp_fail(err, -EINVAL, "%.200s has no udp_send_channel: give host instead",
                         publish->place);
    case LOST_SOME:
        return vmtp_fail(err, -ECONNREFUSED, "%.200s: no gmond listens there", publish->place);
    case NOT_TAKEN:
        return vmtp_fail(err, -EPROTO, "%.200s: libganglia does not take the metrics%s%s",
                         publish->place, *words ? ": " : "", words);
    default:
        return vmtp_fail(err, -EINVAL, "%.200s: libganglia gives up%s%s", publish->place,
                         *words ? ": " : "", words);
    }
}

int publish(const struct publish *publish, struct vmtp_error *err)
{
    const struct captive captive = { .run = values_send,
                                     .arg = (void *)(uintptr_t)publish,
                                     .deadline_ns = publish->deadline_ns,
                                     .cancel_fd = publish->cancel_fd };
    char words[WORDS_MAX];
    int status = captive_run(&captive, words, sizeof words, err);

    if (status == -ETIMEDOUT)
        return vmtp_fail(err, status, "%.200s: the metrics could not be sent in time",
                         publish->place);
    return status < 0 ? status : status_explain(publish, status, words, err);
}
