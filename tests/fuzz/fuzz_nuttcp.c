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
    const struct vmtp_endpoint a = { .size = sizeof a, .name = "a" };
    const struct vmtp_flow flow = {
        .size = sizeof flow, .client = &a, .server = &a, .address = "::", .family = 6, .mtu = 1500
    };
    const struct vmtp_trial trial = { .size = sizeof trial,
                                      .warmup_ns = 500000000,
                                      .duration_ns = 1000000000,
                                      .interval_ns = 500000000 };
    uint8_t choice = size ? data[size - 1] : 0;
    const struct nuttcp_opt opt = { .protocol = choice & 1,
                                    .direction = (choice >> 1) % 2,
                                    .connections = 1 + (choice >> 4) % 2,
                                    .rate_bps = 1000000,
                                    .port = 5001 };
    struct fake_host *host = fake_host_new(&opt, sizeof(struct nuttcp_state));
    char *text = host ? strndup((const char *)data, size) : NULL, *rest = text, *line;
    struct vmtp_argv argv = { .count = 0 };
    struct vmtp_error err;
    int r = 0;

    if (text)
        nuttcp_command(&host->self, &flow, &trial, VMTP_SERVER, &argv, &err);
    argv.count = 0;
    if (text)
        nuttcp_command(&host->self, &flow, &trial, VMTP_CLIENT, &argv, &err);
    for (uint64_t n = 1; r >= 0 && (line = strsep(&rest, "\n")); n++) {
        bool server = *line == '<';

        err.code = 0;
        r = nuttcp_parse(&host->self, &flow, server ? VMTP_SERVER : VMTP_CLIENT, n * 10000000000,
                         line + server, &err);
        if (r < 0 && !err.code)
            abort();
    }
    if (text)
        judge(host);
    free(text);
    fake_host_free(host);
    return 0;
}
