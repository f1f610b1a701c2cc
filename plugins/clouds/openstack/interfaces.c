/* SPDX-License-Identifier: Apache-2.0
 *
 * A machine's interface as a file: see interfaces.h.
 */
#include "interfaces.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct writer {
    char *text;
    size_t len;
};

VMTP_PRINTF(2, 3)
static void put(struct writer *writer, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(writer->text + writer->len, INTERFACES_MAX - writer->len, fmt, ap);
    va_end(ap);
    writer->len += strlen(writer->text + writer->len);
}

static int netmask(const char *cidr, char ret[INET_ADDRSTRLEN], struct vmtp_error *err)
{
    const char *slash = strchr(cidr, '/');
    unsigned long len = slash ? strtoul(slash + 1, NULL, 10) : 0;
    struct in_addr mask;

    if (len < 1 || len > 32)
        return vmtp_fail(err, -EPROTO, "subnet: '%.60s' is no IPv4 prefix", cidr);
    mask.s_addr = htonl(UINT32_MAX << (32 - len));
    inet_ntop(AF_INET, &mask, ret, INET_ADDRSTRLEN);
    return 0;
}

static void put_debian(struct writer *writer, const struct os_port *port,
                       const struct os_subnet *subnet, const char *mask)
{
    put(writer, "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet static\n");
    put(writer, "    address %s\n    netmask %s\n", port->ip4, mask);
    if (*subnet->gateway)
        put(writer, "    gateway %s\n", subnet->gateway);
    if (*subnet->dns[0])
        put(writer, "    dns-nameservers");
    for (size_t i = 0; i < sizeof subnet->dns / sizeof *subnet->dns && *subnet->dns[i]; i++)
        put(writer, " %s", subnet->dns[i]);
    put(writer, "%s", *subnet->dns[0] ? "\n" : "");
}

static void put_redhat(struct writer *writer, const struct os_port *port,
                       const struct os_subnet *subnet, const char *mask)
{
    put(writer, "DEVICE=eth0\nBOOTPROTO=static\nONBOOT=yes\nIPADDR=%s\nNETMASK=%s\n", port->ip4,
        mask);
    if (*subnet->gateway)
        put(writer, "GATEWAY=%s\n", subnet->gateway);
    for (size_t i = 0; i < sizeof subnet->dns / sizeof *subnet->dns && *subnet->dns[i]; i++)
        put(writer, "DNS%zu=%s\n", i + 1, subnet->dns[i]);
}

int interfaces_make(const char *image, const struct os_port *port, const struct os_subnet *subnet,
                    struct interfaces *ret, struct vmtp_error *err)
{
    bool redhat = strcasestr(image, "rhel") || strcasestr(image, "centos");
    struct writer writer = { ret->text, 0 };
    char mask[INET_ADDRSTRLEN];
    int r = netmask(subnet->cidr, mask, err);

    if (r < 0)
        return r;
    ret->path = redhat ? "/etc/sysconfig/network-scripts/ifcfg-eth0" : "/etc/network/interfaces";
    if (redhat)
        put_redhat(&writer, port, subnet, mask);
    else
        put_debian(&writer, port, subnet, mask);
    return 0;
}
