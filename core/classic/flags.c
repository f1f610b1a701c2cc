/* SPDX-License-Identifier: Apache-2.0 */
#include "flags.h"

#include "../base/buf.h"
#include "../base/text.h"

#define WIDTH       80
#define HELP_COLUMN 24
#define WORD_ROOM   64

#define FLAG(flag, brief_, name_, value_, ...)                                                     \
    [flag] = { .id = flag, .brief = brief_, .name = name_, .value = value_, .help = __VA_ARGS__ }

const struct flag flags[] = {
    FLAG(FLAG_HELP, "h", "help", NULL, "show this help message and exit"),
    FLAG(FLAG_CONFIG, "c", "config", "<config_file>",
         "variables that override the defaults (YAML)"),
    FLAG(FLAG_SHOW_CONFIG, "sc", "show-config", NULL, "print the default config and exit"),
    FLAG(FLAG_RC, "r", "rc", "<openrc_file>",
         "OpenStack credentials from an openrc file, which is read, not run; OS_* of the "
         "environment is not read then, but for OS_PASSWORD",
         .openstack = true),
    FLAG(FLAG_MONITOR, "m", "monitor", "<gmond_ip>[:<port>]",
         "CPU monitoring by Ganglia (default port 8649)"),
    FLAG(FLAG_PASSWORD, "p", "password", "<password>",
         "OpenStack password; it is better left to OS_PASSWORD or asked for", .openstack = true),
    FLAG(FLAG_TIME, "t", "time", "<time>", "throughput test duration in seconds (default 10)"),
    FLAG(FLAG_HOST, NULL, "host", "<user>@<host>[:<password>[:<server-listen-if-name>]]",
         "native host throughput; the first one is the server. IPv4, a name or [IPv6]; with "
         "another port: ssh://<user>@<host>:<port>[:...]"),
    FLAG(FLAG_EXTERNAL_HOST, NULL, "external-host", "<user>@<host>[:<password>]",
         "external-VM throughput", .openstack = true),
    FLAG(FLAG_CONTROLLER_NODE, NULL, "controller-node", "<user>@<host>[:<password>]",
         "controller node, to ask it for its releases", .openstack = true),
    FLAG(FLAG_MONGOD_SERVER, NULL, "mongod-server", "<server_ip>",
         "mongoDB server to store results in"),
    FLAG(FLAG_JSON, NULL, "json", "<file>", "store results in a JSON file"),
    FLAG(
        FLAG_TP_TOOL, NULL, "tp-tool", "<nuttcp|iperf|iperf3|native>",
        "throughput tool (default nuttcp, or native where a host has no nuttcp and for UDP without "
        "--bandwidth)"),
    FLAG(FLAG_AVAILABILITY_ZONE, NULL, "availability_zone", "<availability_zone>",
         "availability zone for running VMTP", .openstack = true),
    FLAG(FLAG_HYPERVISOR, NULL, "hypervisor", "[<az>:]<hostname>",
         "hypervisor to use (1 per arg, up to 2 args: server, client)", .openstack = true),
    FLAG(FLAG_INTER_NODE_ONLY, NULL, "inter-node-only", NULL, "only measure inter-node"),
    FLAG(FLAG_SAME_NETWORK_ONLY, NULL, "same-network-only", NULL, "only measure same network",
         .openstack = true),
    FLAG(FLAG_PROTOCOLS, NULL, "protocols", "<T|U|I|M>",
         "protocols T(TCP), U(UDP), I(ICMP), M(multicast) (default TUI)"),
    FLAG(FLAG_MULTICAST_ADDR, NULL, "multicast_addr", "<multicast_address>",
         "address for multicast tests, which it asks for (default 231.1.1.1)"),
    FLAG(FLAG_BANDWIDTH, NULL, "bandwidth", "<bandwidth>",
         "limit of TCP and UDP flows in K, M or Gbit/s, as 128K, 32M or 5G (default no limit); UDP "
         "is not searched for its rate then"),
    FLAG(FLAG_TCPBUF, NULL, "tcpbuf", "<tcp_pkt_size1,...>",
         "lengths of TCP writes in bytes (default 65536)"),
    FLAG(FLAG_UDPBUF, NULL, "udpbuf", "<udp_pkt_size1,...>",
         "lengths of UDP datagrams in bytes (default 128,1024,8192)"),
    FLAG(FLAG_ICMP_PKT_SIZES, NULL, "icmp_pkt_sizes", "<icmp_pkt_size1,...>",
         "lengths of ping's payload in bytes (default 64,391,1500)"),
    FLAG(FLAG_REUSE_NETWORK_NAME, NULL, "reuse_network_name", "<network_name>",
         "existing network to measure on", .openstack = true),
    FLAG(FLAG_OS_DATAPLANE_NETWORK, NULL, "os-dataplane-network", "<network_name>",
         "physical network that holds data plane traffic", .openstack = true),
    FLAG(FLAG_DELETE_IMAGE_AFTER_RUN, NULL, "delete-image-after-run", NULL,
         "no effect: what a run has uploaded it always deletes", .openstack = true),
    FLAG(FLAG_NO_ENV, NULL, "no-env", NULL, "do not read OS_* of the environment"),
    FLAG(FLAG_VNIC_TYPE, NULL, "vnic-type", "<direct|macvtap|normal>",
         "binding vnic type of test VMs", .openstack = true),
    FLAG(FLAG_NO_DHCP, NULL, "no-dhcp", NULL, "no DHCP: VMs get their address by other means",
         .openstack = true),
    FLAG(FLAG_NO_FLOATINGIP, NULL, "no-floatingip", NULL, "reach VMs at their fixed address",
         .openstack = true),
    FLAG(FLAG_USE_CONFIG_DRIVE, NULL, "use-config-drive", NULL, "give VMs a config drive",
         .openstack = true),
    FLAG(FLAG_DEBUG, "d", "debug", NULL, "say more (very verbose)"),
    FLAG(FLAG_VERSION, "v", "version", NULL, "print the version and exit"),
    FLAG(
        FLAG_STOP_ON_ERROR, NULL, "stop-on-error", NULL,
        "end with the first error, exit with 2 and keep the VMs (vmtp reap removes them); what was "
        "measured is kept all the same"),
    FLAG(FLAG_KEEP_FIRST_FLOW, NULL, "keep-first-flow-and-exit", NULL,
         "measure the first flow, keep its VMs and exit", .openstack = true),
    FLAG(FLAG_VM_IMAGE_URL, NULL, "vm-image-url", "<url_to_image>",
         "Linux image to upload if there is none, as file://<path> or http(s)://",
         .openstack = true),
    FLAG(FLAG_TEST_DESCRIPTION, NULL, "test-description", "<test_description>",
         "description to be stored with the results"),
    FLAG(FLAG_LOG_FILE, NULL, "log-file", "<log_file>", "file that is overwritten with the log",
         .alias = "logfile"),
    FLAG(FLAG_HOST_KEYS, NULL, "host-keys", "<strict|accept-new|insecure>",
         "hosts whose key is not in known_hosts: refuse them (default), learn their key, or trust "
         "any key (as VMTP did)",
         .added = true),
    FLAG(FLAG_PRIVATE_KEY, NULL, "private-key", "<file>", "SSH key for hosts and VMs",
         .added = true),
    FLAG(FLAG_OS_CLOUD, NULL, "os-cloud", "<name>", "OpenStack credentials from clouds.yaml",
         .added = true, .openstack = true),
    FLAG(FLAG_PLUGIN_PATH, NULL, "plugin-path", "<folders>", "look for plugins there first (A:B)",
         .added = true),
};
_Static_assert(COUNT(flags) == FLAG_COUNT, "each flag has its row");

struct flag_title flag_title(const struct flag *flag)
{
    struct flag_title title;

    snprintf(title.text, sizeof title.text, "%s%s%s--%s", flag->brief ? "-" : "",
             flag->brief ? flag->brief : "", flag->brief ? "/" : "", flag->name);
    return title;
}

const struct flag *flag_brief(const char *text, size_t len)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (flags[i].brief && strlen(flags[i].brief) == len &&
            strncmp(flags[i].brief, text, len) == 0)
            return &flags[i];
    return NULL;
}

/* '-' and '_' are the same here. */
static bool begins_with(const char *name, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char one = name[i] == '_' ? '-' : name[i];
        char other = text[i] == '_' ? '-' : text[i];

        if (!one || one != other)
            return false;
    }
    return true;
}

static bool is_called(const struct flag *flag, const char *text, size_t len)
{
    return (strlen(flag->name) == len && begins_with(flag->name, text, len)) ||
           (flag->alias && strlen(flag->alias) == len && begins_with(flag->alias, text, len));
}

/* How many flags begin so; the last of them, and all their names. */
static size_t candidates(const char *text, size_t len, bool added, const struct flag **ret,
                         struct buf *names)
{
    size_t n = 0;

    for (size_t i = 0; i < FLAG_COUNT; i++) {
        const struct flag *flag = &flags[i];

        if (flag->added != added || !(begins_with(flag->name, text, len) ||
                                      (flag->alias && begins_with(flag->alias, text, len))))
            continue;
        (void)buf_printf(names, "%s--%s", n++ ? ", " : "", flag->name);
        *ret = flag;
    }
    return n;
}

int flag_long(const char *text, size_t len, const struct flag **ret, struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf names = BUF(2048);
    const struct flag *found = NULL;
    size_t n;

    *ret = NULL;
    for (size_t i = 0; i < FLAG_COUNT && !*ret; i++)
        if (is_called(&flags[i], text, len))
            *ret = &flags[i];
    if (*ret || len == 0)
        return 0;
    n = candidates(text, len, false, &found, &names);
    if (n == 0)
        n = candidates(text, len, true, &found, &names);
    if (n > 1)
        return vmtp_fail(err, -EINVAL, "ambiguous option: --%.*s could match %s", (int)len, text,
                         buf_text(&names));
    *ret = found;
    return 0;
}

struct flag_hint flag_hint(const char *text, size_t len)
{
    struct flag_hint hint = { "" };
    char word[WORD_ROOM];
    struct nearest nearest = { .word = word };

    if (len >= sizeof word)
        return hint;
    for (size_t i = 0; i < len; i++)
        word[i] = text[i];
    word[len] = '\0';
    for (size_t i = 0; i < FLAG_COUNT; i++)
        nearest_offer(&nearest, flags[i].name);
    if (nearest.best)
        snprintf(hint.text, sizeof hint.text, "; did you mean '--%s'?", nearest.best);
    return hint;
}

/* "-c <config_file>" or "--json <file>". */
static void usage_add(const struct flag *flag, size_t *column, FILE *out)
{
    char text[120];
    int len = snprintf(text, sizeof text, "[-%s%s%s%s]", flag->brief ? flag->brief : "-",
                       flag->brief ? "" : flag->name, flag->value ? " " : "",
                       flag->value ? flag->value : "");

    if (*column + 1 + (size_t)len >= WIDTH)
        *column = (size_t)fprintf(out, "\n%11s", "") - 1;
    *column += (size_t)fprintf(out, " %s", text);
}

void flags_usage(FILE *out)
{
    size_t column = (size_t)fprintf(out, "usage: vmtp");

    for (size_t i = 0; i < FLAG_COUNT; i++)
        usage_add(&flags[i], &column, out);
    fputc('\n', out);
}

/* Words from the help column to the width of the page. */
static void help_wrap(const char *help, FILE *out)
{
    size_t column = HELP_COLUMN;

    while (*help) {
        size_t word = strcspn(help, " ");

        if (column > HELP_COLUMN && column + 1 + word >= WIDTH) {
            fprintf(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        }
        column += (size_t)fprintf(out, "%s%.*s", column > HELP_COLUMN ? " " : "", (int)word, help);
        help += word + strspn(help + word, " ");
    }
    fputc('\n', out);
}

static void flag_help(const struct flag *flag, FILE *out)
{
    const char *gap = flag->value ? " " : "", *value = flag->value ? flag->value : "";
    size_t column = (size_t)fprintf(out, "  ");

    if (flag->brief)
        column += (size_t)fprintf(out, "-%s%s%s, ", flag->brief, gap, value);
    column += (size_t)fprintf(out, "--%s%s%s", flag->name, gap, value);
    if (flag->alias)
        column += (size_t)fprintf(out, ", --%s%s%s", flag->alias, gap, value);
    if (column + 2 > HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", (int)(HELP_COLUMN - column), "");
    help_wrap(flag->help, out);
}

void flags_help(FILE *out)
{
    flags_usage(out);
    fputs(
        "\nVMTP's command line: throughput, loss and latency between hosts, or between VMs of an\n"
        "OpenStack cloud.  '-' and '_' are the same in names; a name may be cut while no other\n"
        "begins so.\n\noptional arguments:\n",
        out);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (!flags[i].added)
            flag_help(&flags[i], out);
    fputs("\nadded to VMTP's:\n", out);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (flags[i].added)
            flag_help(&flags[i], out);
    fputs(
        "\nExit status: 0 all passed, 1 something failed, 2 the command line or a file is wrong,\n"
        "5 no usable hypervisor.\n",
        out);
}
