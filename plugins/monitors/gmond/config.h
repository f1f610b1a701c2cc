/* SPDX-License-Identifier: Apache-2.0
 *
 * The channels of a gmond.conf, read by libganglia: with its defaults and its include files.
 *
 * It ends the program over a file that it dislikes, so it works in a child of ours.
 */
#ifndef GMOND_CONFIG_H
#define GMOND_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <vmtp/error.h>

#define CHANNELS_MAX 16

/* Of udp_recv_channel or tcp_accept_channel; texts are "" where nothing is written. */
struct channel {
    char group[64], bind[64], interface[32];
    uint16_t port;
    bool ipv6;
};

/* "udp_recv_channel" or "tcp_accept_channel": how many there are, at least 1. */
int config_read(const char *path, const char *section, uint64_t deadline_ns, int cancel_fd,
                struct channel ret[CHANNELS_MAX], struct vmtp_error *err);

#endif
