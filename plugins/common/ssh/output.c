/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <poll.h>
#include <signal.h>

int ssh_output_read(struct ssh_output *output, const struct vmtp_channel *channel, size_t max,
                    const struct ssh_patience *patience, struct vmtp_error *err)
{
    int r;

    while ((r = ssh_pipe_read(channel->out, &output->out, max, patience, err)) > 0)
        ;
    while (r == 0 && (r = ssh_pipe_read(channel->err, &output->err, max, patience, err)) > 0)
        r = 0;
    if (r == 0)
        r = ssh_pipe_wait(channel->ended, POLLIN, patience, err);
    ssh_add(&output->out, "", 1);
    ssh_add(&output->err, "", 1);
    if (output->out.failed || output->err.failed)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return r;
}

void ssh_output_clear(struct ssh_output *output)
{
    ssh_buffer_clear(&output->out);
    ssh_buffer_clear(&output->err);
}

int ssh_place_run(struct ssh_place *place, const char *const *argv, size_t max,
                  const struct ssh_patience *patience, struct ssh_output *ret,
                  struct vmtp_error *err)
{
    struct vmtp_channel channel = { .size = sizeof channel };
    int r = ssh_place_spawn(place, argv, patience, &channel, err), status;

    if (r < 0)
        return r;
    ssh_pipe_close(&channel.in);
    r = ssh_output_read(ret, &channel, max, patience, err);
    if (r < 0)
        ssh_place_signal(&channel, SIGKILL);
    ssh_pipe_close(&channel.out);
    ssh_pipe_close(&channel.err);
    status = ssh_place_reap(&channel);
    return r < 0 ? r : status;
}
