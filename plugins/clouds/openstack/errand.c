/* SPDX-License-Identifier: Apache-2.0 */
#include "errand.h"

#include "../../common/clock.h"
#include "patience.h"

uint64_t errand_deadline_ns(struct vmtp_self *self, uint64_t timeout_ns)
{
    uint64_t step_ns = self->host->deadline_ns(self), own_ns = UINT64_MAX;

    if (timeout_ns)
        own_ns = clock_now_ns() + timeout_ns;
    return step_ns && step_ns < own_ns ? step_ns : own_ns;
}

static void errand_trace(const struct errand *errand, const struct http_answer *answer, int r,
                         uint64_t began_ns, const struct vmtp_error *why)
{
    const struct http_request *request = errand->request;
    double ms = (double)(clock_now_ns() - began_ns) / 1e6;

    if (r < 0)
        vmtp_debug(errand->self, "%s %s: no answer in %.0f ms: %s", request->method, request->url,
                   ms, why->text);
    else
        vmtp_debug(errand->self, "%s %s: %d in %.0f ms%s%s", request->method, request->url,
                   answer->status, ms, *answer->request_id ? " " : "", answer->request_id);
}

static int errand_try(const struct errand *errand, struct setback *setback, struct http_answer *ret,
                      struct vmtp_error *err)
{
    struct http_request request = *errand->request;
    struct vmtp_error why = { 0 };
    uint64_t began_ns = clock_now_ns();

    request.cancel_fd = errand->self->host->cancel_fd(errand->self);
    setback->tries++;
    setback->code = http_perform(errand->http, &request, ret, &setback->reach, &why);
    errand_trace(errand, ret, setback->code, began_ns, &why);
    if (setback->code < 0)
        return vmtp_fail(err, setback->code, "%s", why.text);
    setback->status = ret->status;
    setback->retry_after_s = ret->retry_after_s;
    return 0;
}

int errand_run(const struct errand *errand, struct http_answer *ret, struct vmtp_error *err)
{
    struct setback setback = { .may_be_repeated = errand->may_be_repeated };
    struct http_answer answer;
    uint64_t wait_ns;

    for (;;) {
        uint64_t now_ns;
        int r = errand_try(errand, &setback, &answer, err);
        bool again = patience_again(&setback, &wait_ns);

        now_ns = clock_now_ns();
        if (!again || now_ns >= errand->request->deadline_ns ||
            wait_ns >= errand->request->deadline_ns - now_ns) {
            if (r == 0)
                *ret = answer;
            return r;
        }
        if (r == 0)
            http_answer_clear(&answer);
        r = errand->self->host->pause(errand->self, now_ns + wait_ns);
        if (r < 0)
            return vmtp_fail(err, r, r == -ECANCELED ? "interrupted" : "no answer in time");
    }
}
