/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads any bytes as what nuttcp prints, a line of the server's begins with '<': no figure is less
 * than nothing, and no more arrives than was sent.
 */
#include "../../plugins/tools/nuttcp/nuttcp.c"
#include "../../plugins/tools/nuttcp/options.c"
#undef O
#include "../../plugins/tools/nuttcp/report.c"

#include "../../plugins/common/datagram.c"
#include "../../plugins/common/version.c"
#include "../../plugins/common/words.c"
#include "../fakes/host.c"
#include "output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static double told(const struct fake_host *host, uint32_t metric)
{
    const struct fake_sample *row = fake_host_sample(host, metric, true);

    return row ? row->sample.value : -1;
}

static void judge(const struct fake_host *host)
{
    for (size_t i = 0; i < host->sample_count; i++)
        if (!isfinite(host->samples[i].sample.value) ||
            (host->samples[i].sample.metric != M_OWD && host->samples[i].sample.value < 0))
            abort();
    if (told(host, M_RECEIVED) > told(host, M_SENT))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t choice = size ? data[size - 1] : 0;
    const struct nuttcp_opt opt = { .protocol = choice & 1,
                                    .direction = (choice >> 1) % 2,
                                    .connections = 1 + (choice >> 4) % 2,
                                    .rate_bps = 1000000,
                                    .port = 5001 };
    const struct vmtp_tool tool = { .command = nuttcp_command, .parse = nuttcp_parse };
    struct fake_host *host = output_read(&tool, &opt, sizeof(struct nuttcp_state), data, size);

    if (host)
        judge(host);
    fake_host_free(host);
    return 0;
}
