/* SPDX-License-Identifier: Apache-2.0 */
#include "version.h"

#include <vmtp/plugin.h>

struct answer {
    const char *label;
    struct version version;
    bool found;
    char words[120]; /* its last, for the error */
};

static int answer_line(void *arg, const struct vmtp_line *line)
{
    struct answer *answer = arg;
    const char *at = strstr(line->text, answer->label);

    if (*line->text)
        snprintf(answer->words, sizeof answer->words, "%s", line->text);
    if (at && !answer->found)
        answer->found = sscanf(at + strlen(answer->label), "%4u.%4u.%4u", &answer->version.major,
                               &answer->version.minor, &answer->version.patch) >= 2;
    return 0;
}

int version_ask(struct vmtp_self *self, const struct vmtp_endpoint *endpoint,
                const char *const *argv, const char *label, struct version *ret,
                struct vmtp_error *err)
{
    struct answer answer = { .label = label };
    struct vmtp_exec exec = {
        .size = sizeof exec, .argv = argv, .line = answer_line, .arg = &answer
    };
    int r = self->host->exec(self, endpoint, &exec, err);

    if (r < 0)
        return r;
    if (!answer.found)
        return vmtp_fail(err, -EPROTO, "endpoint %s: %s does not tell its version: '%s'",
                         endpoint->name, argv[0], answer.words);
    *ret = answer.version;
    return 0;
}

void version_tell(struct vmtp_self *self, const struct version *version)
{
    char text[40];

    snprintf(text, sizeof text, "%u.%u.%u", version->major, version->minor, version->patch);
    if (VMTP_HAS(self->host, version))
        self->host->version(self, text);
}

bool version_least(const struct version *version, unsigned major, unsigned minor, unsigned patch)
{
    if (version->major != major)
        return version->major > major;
    if (version->minor != minor)
        return version->minor > minor;
    return version->patch >= patch;
}
