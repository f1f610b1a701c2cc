/* SPDX-License-Identifier: Apache-2.0
 *
 * confidant: a tool for tests, that is told a secret, talks to a command that does not listen, and
 * looks at the thread it runs in.
 */
#include <vmtp/plugin.h>

#include <signal.h>
#include <stdlib.h>

struct options {
    const char *secret;
};

static const struct vmtp_option options[] = {
    { VMTP_OPT_STRING(struct options, secret), .name = "secret", .flags = VMTP_SECRET,
      .help = "What nobody else may know" },
};

static const struct vmtp_metric metrics[] = {
    { .name = VMTP_GOODPUT, .unit = "bit/s", .help = "1000 for a good secret", .kind = VMTP_GAUGE },
};

/* -EPIPE is the answer of a command that has ended, and a signal none. */
static int deaf_talk(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                     struct vmtp_error *err)
{
    static const char *const argv[] = { "true", NULL };
    static const char words[4096] = "are you there";
    const struct vmtp_spawn spawn = { sizeof spawn, argv };
    struct vmtp_process *deaf;
    struct vmtp_line line;
    int r = self->host->spawn(self, endpoint, &spawn, &deaf, err);

    if (r < 0)
        return r;
    do
        r = self->host->process_line(self, deaf, &line, 0, err); /* until its outputs have ended */
    while (r > 0);
    for (int i = 0; r == 0 && i < 1000; i++)
        r = self->host->process_write(self, deaf, words, sizeof words, 0, NULL);
    self->host->process_stop(self, deaf, 0, NULL);
    return r == -EPIPE ? 0 : vmtp_fail(err, -EPROTO, "a command that has ended listened: %d", r);
}

static int thread_look(struct vmtp_error *err)
{
    sigset_t blocked;

    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (!sigismember(&blocked, SIGUSR1) || !sigismember(&blocked, SIGINT))
        return vmtp_fail(err, -EPROTO, "signals may come to this thread");
    if (strtod("1.5", NULL) != 1.5)
        return vmtp_fail(err, -EPROTO, "a point is no decimal point in this thread");
    return 0;
}

static int confidant_run(struct vmtp_self *self, const struct vmtp_flow *flow,
                         const struct vmtp_trial *trial, struct vmtp_error *err)
{
    const struct options *opt = self->opt;
    bool good = opt->secret && strcmp(opt->secret, "sesame") == 0;
    uint64_t start_ns;
    int r = thread_look(err);

    (void)trial;
    if (r == 0)
        r = deaf_talk(self, flow->client, err);
    if (r == 0)
        r = self->host->ready(self, &start_ns, err);
    return r < 0 ? r : vmtp_emit(self, 0, 0, good ? 1000 : 1, true);
}

static const struct vmtp_tool tool = { .size = sizeof tool, .run = confidant_run };

static const struct vmtp_component confidant = {
    .size = sizeof confidant,
    .kind = VMTP_TOOL,
    .name = "confidant",
    .summary = "A secret and a command that does not listen",
    .options = VMTP_TABLE(options),
    .metrics = VMTP_TABLE(metrics),
    .opt_size = sizeof(struct options),
    .ops = &tool,
};

VMTP_MODULE(.name = "confidant", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&confidant));
