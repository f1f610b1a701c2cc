/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests and responses of a trial, as samples.  The client has counted all of them.
 */
#include "told.h"

int report_latency(struct run *run)
{
    const json_t *o = run->session->probe[CLIENT].mail.result[0];
    double received = json_get(o, "received", COUNT_MAX, 0);
    int r = told_emit(run, M_SENT, json_get(o, "sent", COUNT_MAX, 0));

    r = r < 0 ? r : told_emit(run, M_RECEIVED, received);
    if (run->udp && r >= 0)
        r = told_emit(run, M_DUPLICATED, json_get(o, "duplicated", COUNT_MAX, 0));
    return r < 0 ? r
                 : told_emit(run, M_TRANSACTIONS, received * 1e9 / (double)run->trial->duration_ns);
}
