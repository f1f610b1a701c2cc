/* SPDX-License-Identifier: Apache-2.0 */
#include "datagram.h"

#include <inttypes.h>

#define UNKNOWN_LENGTH 1400u /* where the path's MTU is unknown */
#define SHORTFALL      0.98  /* of the rate that was asked for */

static uint64_t headers(const struct vmtp_flow *flow)
{
    return flow->family == 6 ? 48 : 28;
}

uint64_t datagram_length(const struct vmtp_flow *flow)
{
    uint64_t length = flow->mtu > headers(flow) ? flow->mtu - headers(flow) : UNKNOWN_LENGTH;

    return length > DATAGRAM_MAX ? DATAGRAM_MAX : length;
}

int datagram_fragments(struct vmtp_self *self, const struct vmtp_flow *flow, uint64_t length)
{
    char text[120];

    if (!flow->mtu || length + headers(flow) <= flow->mtu)
        return 0;
    snprintf(text, sizeof text,
             "datagrams of %" PRIu64 " bytes travel in fragments: the path's MTU is %u", length,
             flow->mtu);
    return vmtp_emit_event(self, VMTP_NOTE, text);
}

int datagram_shortfall(struct vmtp_self *self, const char *program, double offered_bps,
                       double wanted_bps)
{
    char text[120];

    if (!(offered_bps < SHORTFALL * wanted_bps))
        return 0;
    snprintf(text, sizeof text, "%s sent %.4g Mb/s of the %.4g that were asked for", program,
             offered_bps / 1e6, wanted_bps / 1e6);
    return vmtp_emit_event(self, VMTP_GENERATOR_LIMITED, text);
}
