/* SPDX-License-Identifier: Apache-2.0
 *
 * Choosing hosts: see hosts.h.
 */
#include "hosts.h"

#include <stdlib.h>

/* ---- one that is named ---- */

static bool zone_fits(const char *zone, const struct os_host *host)
{
    return !zone || !*zone || strcmp(zone, host->zone) == 0;
}

/* Without the cloud's word the zone must be written too. */
static int host_trust(const struct os_hosts *hosts, struct os_host *host, struct vmtp_error *err)
{
    if (!*host->zone && !hosts->zone)
        return vmtp_fail(err, -EINVAL,
                         "host '%.60s': this user may not know its zone; write it as ZONE:%.60s",
                         host->host, host->host);
    if (!*host->zone)
        snprintf(host->zone, sizeof host->zone, "%s", hosts->zone);
    host->up = true;
    return 0;
}

/* A host of services that are no hypervisors is not among the known ones. */
static int host_look_up(const struct os_hosts *hosts, struct os_host *host, struct vmtp_error *err)
{
    const struct os_host *elsewhere = NULL;

    for (size_t i = 0; i < hosts->count; i++) {
        const struct os_host *known = &hosts->known[i];

        if (strcmp(known->host, host->host) != 0)
            continue;
        if (zone_fits(host->zone, known) && zone_fits(hosts->zone, known)) {
            *host = *known;
            return host->up
                       ? 0
                       : vmtp_fail(err, -EHOSTDOWN, "host '%.60s' is down or disabled", host->host);
        }
        elsewhere = known;
    }
    if (elsewhere)
        return vmtp_fail(err, -ENOENT, "host '%.60s' is in zone '%.60s', not in '%.60s'",
                         host->host, elsewhere->zone, *host->zone ? host->zone : hosts->zone);
    return vmtp_fail(err, -ENOENT, "host '%.60s': there is no hypervisor of that name", host->host);
}

int hosts_find(const struct os_hosts *hosts, const char *text, struct os_host *ret,
               struct vmtp_error *err)
{
    const char *colon = strchr(text, ':');
    struct os_host host = { 0 };
    int r;

    if (colon)
        snprintf(host.zone, sizeof host.zone, "%.*s", (int)(colon - text), text);
    snprintf(host.host, sizeof host.host, "%s", colon ? colon + 1 : text);
    if (!*host.host)
        return vmtp_fail(err, -EINVAL, "host '%.60s' must be HOST or ZONE:HOST", text);
    r = hosts->known ? host_look_up(hosts, &host, err) : host_trust(hosts, &host, err);
    if (r == 0)
        *ret = host;
    return r;
}

/* ---- one for each node ---- */

static bool is_among(const struct os_host *host, const struct os_host *others, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(others[i].host, host->host) == 0)
            return true;
    return false;
}

static int choose_named(const struct os_hosts *hosts, const struct vmtp_list *named, uint32_t nodes,
                        struct os_host *ret, struct vmtp_error *err)
{
    const char *const *texts = named->items;
    uint32_t count = 0;

    for (size_t i = 0; i < named->count; i++) {
        struct os_host host;
        int r = hosts_find(hosts, texts[i], &host, err);

        if (r < 0)
            return r;
        if (count < nodes && !is_among(&host, ret, count))
            ret[count++] = host;
    }
    if (count == nodes)
        return 0;
    return vmtp_fail(err, -ENOENT,
                     "hosts: %u of them named, %u needed for machines that must not share one",
                     count, nodes);
}

static int choose_known(const struct os_hosts *hosts, uint32_t nodes, struct os_host *ret,
                        struct vmtp_error *err)
{
    uint32_t count = 0, out = 0;

    for (size_t i = 0; i < hosts->count; i++) {
        const struct os_host *host = &hosts->known[i];

        if (!zone_fits(hosts->zone, host))
            continue;
        if (!host->up)
            out++;
        else if (count < nodes)
            ret[count++] = *host;
    }
    if (count == nodes)
        return 0;
    return vmtp_fail(err, -ENODEV,
                     "%u hosts%s%.60s are up and enabled, %u needed for machines that must not "
                     "share one%s",
                     count, hosts->zone ? " of zone " : "", hosts->zone ? hosts->zone : "", nodes,
                     out ? "; others are down or disabled" : "");
}

int hosts_choose(const struct os_hosts *hosts, const struct vmtp_list *named, uint32_t nodes,
                 struct os_host **ret, struct vmtp_error *err)
{
    struct os_host *chosen;
    int r;

    if (!named->count && !hosts->known) {
        *ret = NULL;
        return 0;
    }
    chosen = calloc(nodes + 1, sizeof *chosen);
    if (!chosen)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = named->count ? choose_named(hosts, named, nodes, chosen, err)
                     : choose_known(hosts, nodes, chosen, err);
    if (r < 0)
        free(chosen);
    else
        *ret = chosen;
    return r;
}
