/* SPDX-License-Identifier: Apache-2.0 */
#include "ethtool.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

int ethtool_ask(int fd, const char *device, void *data)
{
    struct ifreq r = { .ifr_data = data };

    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", device);
    return ioctl(fd, SIOCETHTOOL, &r);
}

uint32_t ethtool_count(int fd, const char *device, unsigned set)
{
    union {
        struct ethtool_sset_info info;
        char room[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
    } s;

    memset(&s, 0, sizeof s);
    s.info.cmd = ETHTOOL_GSSET_INFO;
    s.info.sset_mask = 1ull << set;
    return !ethtool_ask(fd, device, &s) && s.info.sset_mask ? s.info.data[0] : 0;
}
