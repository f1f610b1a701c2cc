/* SPDX-License-Identifier: Apache-2.0
 *
 * The first byte chooses the options, the rest is what the two probes of a trial say: a line of the
 * server's begins with '<'.  Figures are finite, shares are shares, no more arrives than was sent.
 */
#include "../../plugins/tools/native/native.c"
#include "../../plugins/tools/native/options.c"
#include "../../plugins/tools/native/owd.c"
#include "../../plugins/tools/native/report.c"
#include "../../plugins/tools/native/report_latency.c"
#include "../../plugins/tools/native/report_tcp.c"
#include "../../plugins/tools/native/report_udp.c"
#include "../../plugins/tools/native/session.c"
#include "../../plugins/tools/native/told.c"
#include "../../plugins/tools/native/trial.c"
#include "../../plugins/tools/native/waterfall.c"

#include "../../plugins/common/datagram.c"
#include "../fakes/host.c"

#define ROUNDED 1e-12 /* sums of both directions may be off by */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_share(uint32_t metric)
{
    return !strcmp(native_metrics[metric].unit, "ratio") && metric != M_CPU_CLIENT &&
           metric != M_CPU_SERVER;
}

/* 0: not told. */
static double final_value(const struct fake_host *host, uint32_t metric)
{
    const struct fake_sample *row = fake_host_sample(host, metric, true);

    return row ? row->sample.value : 0;
}

static void judge(const struct fake_host *host)
{
    const struct fake_sample *sent = fake_host_sample(host, M_SENT, true),
                             *received = fake_host_sample(host, M_RECEIVED, true);
    double lost = 0;

    for (size_t i = 0; i < host->sample_count; i++) {
        const struct vmtp_sample *s = &host->samples[i].sample;

        if (!isfinite(s->value))
            abort();
        if (is_share(s->metric) && (s->value < 0 || s->value > 1))
            abort();
    }
    if (sent && received && received->sample.value > sent->sample.value)
        abort();
    for (uint32_t metric = M_LOST_SENDER; metric <= M_LOST_SOCKET; metric++)
        lost += final_value(host, metric);
    if (sent && received &&
        lost > sent->sample.value - received->sample.value + ROUNDED * sent->sample.value)
        abort();
    if (final_value(host, M_OWD) < 0)
        abort();
}

/* Lines to their probes, until one is an error: it says why. */
static int say_all(struct run *run, char *text)
{
    struct vmtp_error err = { 0 };
    char *rest = text, *line;
    int r = 0;

    while (r >= 0 && (line = strsep(&rest, "\n"))) {
        bool server = *line == '<';
        struct vmtp_line said = { .text = line + server, .len = strlen(line + server), .fd = 1 };

        err.code = 0;
        r = take_line(run->self, &run->session->probe[server ? SERVER : CLIENT], &said, &err);
        if (r < 0 && !err.code)
            abort();
    }
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t choice = size ? data[0] : 0;
    const struct native_opt opt = { .protocol = choice & 1,
                                    .direction = (choice >> 1) % 3,
                                    .measure = (choice >> 3) & 1,
                                    .rate_bps = choice & 16 ? 1000000 : 0,
                                    .connections = 1,
                                    .request = 64,
                                    .response = 64 };
    const struct vmtp_flow flow = { .size = sizeof flow, .address = "::", .mtu = 1500 };
    const struct vmtp_trial trial = { .size = sizeof trial,
                                      .duration_ns = 200000000,
                                      .interval_ns = 100000000 };
    struct fake_host *host = fake_host_new(&opt, sizeof(struct native_state));
    char *text = host ? strndup((const char *)data + !!size, size - !!size) : NULL;
    struct native_state *state = host ? host->self.state : NULL;

    if (text) {
        struct run run = { .self = &host->self,
                           .session = &state->session,
                           .opt = &opt,
                           .flow = &flow,
                           .trial = &trial };

        state->session.probe[CLIENT].name = "a";
        state->session.probe[SERVER].name = "b";
        choose(&run);
        if (say_all(&run, text) >= 0)
            (void)report(&run, NULL);
        judge(host);
        session_forget(&state->session);
    }
    free(text);
    fake_host_free(host);
    return 0;
}
