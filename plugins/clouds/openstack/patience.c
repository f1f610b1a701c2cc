/* SPDX-License-Identifier: Apache-2.0 */
#include "patience.h"

#include "../../common/clock.h"

#define FIRST_NS   (300 * NS_PER_MS)
#define MOST_NS    (2 * NS_PER_S)
#define REACH_MOST 3 /* a server that restarts is back soon; a wrong URL is to be told soon */

static uint64_t backoff_ns(unsigned int tries)
{
    uint64_t ns = FIRST_NS;

    while (tries-- > 1 && ns < MOST_NS)
        ns *= 2;
    return ns < MOST_NS ? ns : MOST_NS;
}

static bool answer_again(const struct setback *setback)
{
    switch (setback->status) {
    case 413: /* of a rate limit; without Retry-After it is the body that is too large */
        return setback->retry_after_s > 0;
    case 429:
        return true;
    case 500:
    case 502:
    case 503:
    case 504:
        return setback->may_be_repeated;
    default:
        return false;
    }
}

static bool loss_again(const struct setback *setback)
{
    switch (setback->code) {
    case -ECONNREFUSED:
    case -EHOSTUNREACH:
    case -ENETUNREACH:
    case -ETIMEDOUT:
        return setback->reach == HTTP_NOT_SENT && setback->tries < REACH_MOST;
    case -ECONNRESET:
        return setback->reach == HTTP_NOT_SENT || setback->may_be_repeated;
    default:
        return false;
    }
}

bool patience_again(const struct setback *setback, uint64_t *ret_ns)
{
    if (setback->tries >= PATIENCE_TRIES)
        return false;
    if (!(setback->code < 0 ? loss_again(setback) : answer_again(setback)))
        return false;
    *ret_ns = setback->code == 0 && setback->retry_after_s > 0 ? setback->retry_after_s * NS_PER_S
                                                               : backoff_ns(setback->tries);
    return true;
}
