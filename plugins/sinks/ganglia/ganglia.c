/* SPDX-License-Identifier: Apache-2.0
 *
 * ganglia: the figures of a run as metrics of its endpoints, sent to gmond.
 *
 * Ganglia keeps one value for each metric of a host: the newest.  Sent again, a run replaces its
 * own values.
 */
#include "../../common/clock.h"
#include "../../common/figure.h"
#include "publish.h"
#include "value.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vmtp/plugin.h>

struct options {
    const char *host;
    uint64_t port;
    const char *config, *group;
    bool spoof;
    uint64_t tmax_ns, dmax_ns, timeout_ns;
};

#define O struct options
static const struct vmtp_option options[] = {
    { "host", "gmond, or the multicast group of several; that of config",
      VMTP_OPT_ADDRESS(O, host) },
    { "port", "Its UDP port", VMTP_OPT_PORT(O, port), .def = "8649", .min = 1, .max = 65535 },
    { "config", "gmond.conf whose udp_send_channels lead there, where there is no host",
      VMTP_OPT_PATH(O, config), .def = "/etc/ganglia/gmond.conf" },
    { "group", "Group that Ganglia shows the metrics in", VMTP_OPT_STRING(O, group),
      .def = "vmtp" },
    { "spoof", "As metrics of the endpoint that sends; else of the machine that runs vmtp",
      VMTP_OPT_BOOL(O, spoof), .def = "true" },
    { "tmax", "How soon the next run is expected at the latest", VMTP_OPT_DURATION(O, tmax_ns),
      .def = "24h", .min = (int64_t)NS_PER_S, .max = 365 * 24 * 3600 * (int64_t)NS_PER_S },
    { "dmax", "How long Ganglia keeps a metric that comes no more; 0: for ever",
      VMTP_OPT_DURATION(O, dmax_ns), .def = "168h", .max = 3650 * 24 * 3600 * (int64_t)NS_PER_S },
    { "timeout", "How long sending may take", VMTP_OPT_DURATION(O, timeout_ns), .def = "10s",
      .min = (int64_t)NS_PER_S, .max = (int64_t)(300 * NS_PER_S) },
};
#undef O

static bool given(const char *text)
{
    return text && *text;
}

static bool is_multicast(const char *host)
{
    struct in_addr address;

    return inet_pton(AF_INET, host, &address) == 1 && IN_MULTICAST(ntohl(address.s_addr));
}

static int ganglia_check(const void *opt, struct vmtp_error *err)
{
    const struct options *o = opt;

    if (!given(o->host) && !given(o->config))
        return vmtp_fail(err, -EINVAL, "give host or config");
    for (const char *at = o->group ? o->group : ""; *at; at++)
        if (*at < 0x20 || *at > 0x7e || strchr("\"&'<>\\", *at))
            return vmtp_fail(err, -EINVAL, "group '%.40s' is more than plain ASCII", o->group);
    return 0;
}

/* A gmond.conf that leads to the host, in memory. */
static int config_make(const struct options *o, char *ret, size_t size)
{
    int fd = memfd_create("gmond.conf", MFD_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (dprintf(fd, "udp_send_channel {\n  %s = \"%s\"\n  port = %u\n}\n",
                is_multicast(o->host) ? "mcast_join" : "host", o->host,
                (unsigned int)o->port) < 0) {
        close(fd);
        return -EIO;
    }
    snprintf(ret, size, "/proc/self/fd/%d", fd);
    return fd;
}

static int values_publish(struct vmtp_self *self, const struct values *values, const char *config,
                          const char *place, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    const struct publish job = { .config = config,
                                 .place = place,
                                 .group = o->group,
                                 .spoof = o->spoof,
                                 .tmax_s = (unsigned int)(o->tmax_ns / NS_PER_S),
                                 .dmax_s = (unsigned int)(o->dmax_ns / NS_PER_S),
                                 .values = values,
                                 .deadline_ns = clock_now_ns() + o->timeout_ns,
                                 .cancel_fd = self->host->cancel_fd(self) };
    int r = publish(&job, err);

    if (r == 0)
        vmtp_info(self, "%zu metrics were sent to %s", values->count, place);
    return r;
}

static int values_send(struct vmtp_self *self, const struct values *values, struct vmtp_error *err)
{
    const struct options *o = self->opt;
    char config[32], place[300];
    int fd, r;

    if (!given(o->host)) {
        if (access(o->config, R_OK) < 0)
            return vmtp_fail(err, -errno, "can't read config '%.200s': %s", o->config,
                             strerror(errno));
        return values_publish(self, values, o->config, o->config, err);
    }
    fd = config_make(o, config, sizeof config);
    if (fd < 0)
        return vmtp_fail(err, fd, "can't write a gmond.conf: %s", strerror(-fd));
    snprintf(place, sizeof place, "%.255s port %u", o->host, (unsigned int)o->port);
    r = values_publish(self, values, config, place, err);
    close(fd);
    return r;
}

static int ganglia_end(struct vmtp_self *self, const char *json, size_t len, struct vmtp_error *err)
{
    json_t *document = figures_load(json, len, err);
    struct values values;
    int r;

    if (!document)
        return -EINVAL;
    r = values_make(document, &values);
    if (r < 0)
        r = vmtp_fail(err, r, "out of memory");
    else if (values.count)
        r = values_send(self, &values, err);
    values_clear(&values);
    json_decref(document);
    return r;
}

static const struct vmtp_sink sink = {
    .size = sizeof sink,
    .end = ganglia_end,
};

static const struct vmtp_component ganglia = {
    .size = sizeof ganglia,
    .kind = VMTP_SINK,
    .name = "ganglia",
    .summary = "Results as Ganglia metrics of the endpoints",
    .options = VMTP_TABLE(options),
    .opt_size = sizeof(struct options),
    .check = ganglia_check,
    .ops = &sink,
};

VMTP_MODULE(.name = "ganglia", .version = "1.0", .license = "Apache-2.0",
            .components = VMTP_COMPONENTS(&ganglia));
