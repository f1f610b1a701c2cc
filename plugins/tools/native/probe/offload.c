/* SPDX-License-Identifier: Apache-2.0
 *
 * The ethtool ioctls.  Offloads without a number of their own (UDP segmentation) are found by
 * their name among the device's features.
 */
#include "offload.h"

#include "ethtool.h"
#include "irq.h"

#include <linux/ethtool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FEATURES_MAX 256
#define WORDS_MAX    127 /* of a link mode mask: the kernel's count is a signed byte */

struct device {
    int fd;
    const char *name;
};

static int ask(const struct device *d, void *data)
{
    return ethtool_ask(d->fd, d->name, data);
}

/* Software devices have a driver and no bus. */
static void add_driver(struct json_writer *w, const struct device *d)
{
    struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

    if (ask(d, &info))
        memset(&info, 0, sizeof info);
    info.driver[sizeof info.driver - 1] = 0;
    info.bus_info[sizeof info.bus_info - 1] = 0;
    if (info.driver[0])
        json_add_text(w, "driver", info.driver);
    if (info.bus_info[0])
        json_add_text(w, "bus", info.bus_info);
    irq_add(w, d->name, info.bus_info);
}

/* Queues with an interrupt each, of them and of what there could be; receiving and sending may
 * share them. */
static void add_channels(struct json_writer *w, const struct device *d)
{
    struct ethtool_channels c = { .cmd = ETHTOOL_GCHANNELS };

    if (ask(d, &c))
        return;
    json_open(w, "channels");
    json_add_uint(w, "rx", (uint64_t)c.combined_count + c.rx_count);
    json_add_uint(w, "rx_max", (uint64_t)c.max_combined + c.max_rx);
    json_add_uint(w, "combined", c.combined_count);
    json_add_uint(w, "combined_max", c.max_combined);
    json_close(w);
}

static void add_rings(struct json_writer *w, const struct device *d)
{
    struct ethtool_ringparam r = { .cmd = ETHTOOL_GRINGPARAM };

    if (ask(d, &r) || !r.rx_max_pending)
        return;
    json_open(w, "rings");
    json_add_uint(w, "rx", r.rx_pending);
    json_add_uint(w, "rx_max", r.rx_max_pending);
    json_add_uint(w, "tx", r.tx_pending);
    json_add_uint(w, "tx_max", r.tx_max_pending);
    json_close(w);
}

/* How long a packet may wait for its interrupt. */
static void add_coalescing(struct json_writer *w, const struct device *d)
{
    struct ethtool_coalesce c = { .cmd = ETHTOOL_GCOALESCE };

    if (ask(d, &c))
        return;
    json_open(w, "coalescing");
    json_add_uint(w, "rx_usecs", c.rx_coalesce_usecs);
    json_add_uint(w, "rx_frames", c.rx_max_coalesced_frames);
    json_add_flag(w, "adaptive_rx", c.use_adaptive_rx_coalesce);
    json_close(w);
}

/* ETHTOOL_GLINKSETTINGS in two steps: the first tells how long the masks are. */
static void add_speed(struct json_writer *w, const struct device *d)
{
    union {
        struct ethtool_link_settings head;
        char room[sizeof(struct ethtool_link_settings) + 3 * WORDS_MAX * sizeof(uint32_t)];
    } s;

    memset(&s, 0, sizeof s);
    s.head.cmd = ETHTOOL_GLINKSETTINGS;
    if (ask(d, &s) || s.head.link_mode_masks_nwords >= 0)
        return;
    s.head.link_mode_masks_nwords = (int8_t)-s.head.link_mode_masks_nwords;
    s.head.cmd = ETHTOOL_GLINKSETTINGS;
    if (!ask(d, &s) && s.head.speed && s.head.speed != (uint32_t)SPEED_UNKNOWN)
        json_add_uint(w, "speed_bps", s.head.speed * 1000000ull);
}

static void add_flag(struct json_writer *w, const struct device *d, uint32_t cmd, const char *key)
{
    struct ethtool_value v = { .cmd = cmd };

    if (!ask(d, &v))
        json_add_flag(w, key, v.data);
}

static int feature_find(const struct device *d, uint32_t count, const char *feature)
{
    struct ethtool_gstrings *s = calloc(1, sizeof *s + (size_t)count * ETH_GSTRING_LEN);
    int found = -1;

    if (!s)
        return -1;
    s->cmd = ETHTOOL_GSTRINGS;
    s->string_set = ETH_SS_FEATURES;
    s->len = count;
    for (uint32_t i = 0; !ask(d, s) && i < count && found < 0; i++)
        if (!strncmp((char *)s->data + i * ETH_GSTRING_LEN, feature, ETH_GSTRING_LEN))
            found = (int)i;
    free(s);
    return found;
}

static void add_feature(struct json_writer *w, const struct device *d, const char *feature,
                        const char *key)
{
    union {
        struct ethtool_gfeatures head;
        char room[sizeof(struct ethtool_gfeatures) +
                  FEATURES_MAX / 32 * sizeof(struct ethtool_get_features_block)];
    } f;
    uint32_t count = ethtool_count(d->fd, d->name, ETH_SS_FEATURES);
    int bit = count && count <= FEATURES_MAX ? feature_find(d, count, feature) : -1;

    memset(&f, 0, sizeof f);
    f.head.cmd = ETHTOOL_GFEATURES;
    f.head.size = FEATURES_MAX / 32;
    if (bit >= 0 && !ask(d, &f))
        json_add_flag(w, key, f.head.features[bit / 32].active >> (bit % 32) & 1);
}

static void add_offloads(struct json_writer *w, const struct device *d)
{
    struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };

    json_open(w, "offloads");
    add_flag(w, d, ETHTOOL_GTXCSUM, "tx_checksum");
    add_flag(w, d, ETHTOOL_GRXCSUM, "rx_checksum");
    add_flag(w, d, ETHTOOL_GTSO, "tso");
    add_flag(w, d, ETHTOOL_GGSO, "gso");
    add_flag(w, d, ETHTOOL_GGRO, "gro");
    if (!ask(d, &flags))
        json_add_flag(w, "lro", flags.data & ETH_FLAG_LRO);
    add_feature(w, d, "tx-udp-segmentation", "uso");
    add_feature(w, d, "rx-udp-gro-forwarding", "udp_gro_forwarding");
    json_close(w);
}

void offload_add(struct json_writer *w, const char *name)
{
    struct device d = { socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), name };

    if (d.fd < 0)
        return;
    add_driver(w, &d);
    add_speed(w, &d);
    add_channels(w, &d);
    add_rings(w, &d);
    add_coalescing(w, &d);
    add_offloads(w, &d);
    close(d.fd);
}
