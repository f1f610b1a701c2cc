/* SPDX-License-Identifier: Apache-2.0 */
#include "owd.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define SET_NS   1e6  /* what a clock moved by more was not done by slewing */
#define SHARE    0.25 /* of the delay, that its error may be */
#define TEXT_MAX 60

__attribute__((format(printf, 2, 3))) static bool refuse(struct owd *ret, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(ret->why, sizeof ret->why, fmt, ap);
    va_end(ap);
    return false;
}

static bool clock_serves(const struct owd_clock *c, bool same_clock, struct owd *ret)
{
    if (!(c->step_ns <= SET_NS))
        return refuse(ret, "the clock of %.*s was set during the trial", TEXT_MAX, c->endpoint);
    if (!same_clock && isnan(c->error_ns))
        return refuse(ret, "the clock of %.*s %.*s", TEXT_MAX, c->endpoint, TEXT_MAX,
                      c->why ? c->why : "tells no bound of its error");
    return true;
}

/* Without load a packet is not longer on its way than a request and its answer. */
static bool delay_is_possible(const struct owd_told *t, double least_ns, struct owd *ret)
{
    if (least_ns < 0)
        return refuse(ret, "the clocks of %.*s and %.*s disagree by at least %.4g ms", TEXT_MAX,
                      t->sender.endpoint, TEXT_MAX, t->receiver.endpoint, -least_ns * 1e-6);
    if (!t->same_clock && least_ns > t->rtt_ns + ret->error_ns)
        return refuse(ret,
                      "by the clocks of %.*s and %.*s it is at least %.4g ms, but the round trip "
                      "took %.4g ms before: they disagree, or a queue never emptied",
                      TEXT_MAX, t->sender.endpoint, TEXT_MAX, t->receiver.endpoint, least_ns * 1e-6,
                      t->rtt_ns * 1e-6);
    return true;
}

bool owd_make(const struct owd_told *t, struct owd *ret)
{
    double least_ns = (double)(t->least_ns - t->distance_ns);

    *ret = (struct owd){ .delay_ns = NAN, .error_ns = NAN };
    if (!clock_serves(&t->sender, t->same_clock, ret) ||
        !clock_serves(&t->receiver, t->same_clock, ret))
        return false;
    ret->error_ns = t->within_ns + t->sender.step_ns + t->receiver.step_ns;
    if (!t->same_clock)
        ret->error_ns += t->sender.error_ns + t->receiver.error_ns;
    if (!delay_is_possible(t, least_ns, ret))
        return false;
    ret->delay_ns = (double)(t->median_ns - t->distance_ns);
    if (!(ret->delay_ns > 0 && ret->error_ns <= SHARE * ret->delay_ns))
        return refuse(ret, "it is known to %.4g ms only, more than a fourth of it",
                      ret->error_ns * 1e-6);
    return true;
}
