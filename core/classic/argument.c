/* SPDX-License-Identifier: Apache-2.0 */
#include "argument.h"

#include "../base/clock.h"
#include "../base/text.h"
#include "../base/units.h"

#define TIME_MAX_S 86400
#define SIZES_MAX  64

#define GMOND_PORT      8649
#define BANDWIDTH_LEAST 1000 /* VMTP's documents count in kbit/s */

static int text_take(struct wish *wish, const char *value, const char **ret, struct vmtp_error *err)
{
    *ret = arena_strdup(wish->arena, value);
    return *ret ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

/* Text that goes into documents: it must be UTF-8 there. */
static int clean_take(struct wish *wish, const char *value, const char **ret,
                      struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf buf = BUF(64 * 1024);

    if (utf8_clean(value, strlen(value), &buf) < 0)
        return vmtp_fail(err, -EINVAL, "longer than 64 KiB");
    return text_take(wish, buf_text(&buf), ret, err);
}

/* One of several words, in any case; the list of them ends with NULL. */
static int word_take(const char *value, const char *const *words, const char **ret,
                     struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf all = BUF(200);
    struct nearest nearest = { .word = value };

    for (; *words; words++) {
        if (strcasecmp(*words, value) == 0) {
            *ret = *words;
            return 0;
        }
        nearest_offer(&nearest, *words);
        (void)buf_printf(&all, "%s%s", all.len ? ", " : "", *words);
    }
    return vmtp_fail(err, -EINVAL, "'%.40s' is none of %s%s", value, buf_text(&all),
                     nearest_hint(&nearest).text);
}

static int tool_take(struct wish *wish, const char *value, struct vmtp_error *err)
{
    static const char *const words[] = {
        [TOOL_NUTTCP - 1] = "nuttcp",
        [TOOL_IPERF - 1] = "iperf",
        [TOOL_IPERF3 - 1] = "iperf3",
        [TOOL_NATIVE - 1] = "native",
        NULL,
    };
    const char *word = NULL;
    int r = word_take(value, words, &word, err);

    for (size_t i = 0; r == 0 && words[i]; i++)
        if (words[i] == word)
            wish->tool = (enum wish_tool)(i + 1);
    return r;
}

static int time_take(struct wish *wish, const char *value, struct vmtp_error *err)
{
    uint64_t time_s = 0;

    if (uint_parse(value, &time_s) < 0 || time_s == 0 || time_s > TIME_MAX_S)
        return vmtp_fail(err, -EINVAL, "'%.40s' is no number of seconds from 1 to %d", value,
                         TIME_MAX_S);
    wish->time_s = time_s;
    return 0;
}

static int protocols_take(struct wish *wish, const char *value, struct vmtp_error *err)
{
    static const struct {
        char letter;
        enum classic_protocol protocol;
    } known[] = { { 't', CLASSIC_TCP },
                  { 'u', CLASSIC_UDP },
                  { 'i', CLASSIC_ICMP },
                  { 'm', CLASSIC_MULTICAST } };
    unsigned protocols = 0;

    for (const char *at = value; *at; at++) {
        size_t i = 0;

        while (i < COUNT(known) && known[i].letter != (*at | 0x20))
            i++;
        if (i == COUNT(known))
            return vmtp_fail(err, -EINVAL,
                             "'%.40s': protocols are letters of T (TCP), U (UDP), I (ICMP) and M "
                             "(multicast)",
                             value);
        protocols |= 1u << known[i].protocol;
    }
    if (!protocols)
        return vmtp_fail(err, -EINVAL, "no protocol");
    wish->protocols = protocols;
    return 0;
}

/* "128K", "32M", "2.5G" in bit/s; a number without a unit could mean anything. */
static int bandwidth_take(struct wish *wish, const char *value, struct vmtp_error *err)
{
    char text[40];
    size_t len = strlen(value);
    uint64_t bps = 0;
    char unit;

    if (strcmp(value, "0") == 0) {
        wish->bandwidth_bps = 0;
        return 0;
    }
    snprintf(text, sizeof text, "%s", value);
    unit = len && len < sizeof text ? (char)(text[len - 1] & ~0x20) : '\0';
    if (unit)
        text[len - 1] = unit;
    if (!unit || !strchr("KMG", unit) || rate_parse(text, &bps) < 0 || bps < BANDWIDTH_LEAST)
        return vmtp_fail(err, -EINVAL,
                         "'%.40s' is no bandwidth: write a number with K, M or G (bit/s), as "
                         "128K, 32M or 5G",
                         value);
    wish->bandwidth_bps = bps;
    return 0;
}

static int sizes_take(struct wish *wish, const char *value, uint64_t max, struct vmtp_list *ret,
                      struct vmtp_error *err)
{
    uint64_t *sizes = arena_array(wish->arena, SIZES_MAX, sizeof *sizes);
    char part[24];
    size_t n = 0;

    if (!sizes)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    for (const char *at = value;; at++) {
        size_t len = strcspn(at, ",");

        snprintf(part, sizeof part, "%.*s", (int)(len < sizeof part ? len : sizeof part), at);
        if (n == SIZES_MAX || uint_parse(part, &sizes[n]) < 0 || sizes[n] == 0 || sizes[n] > max)
            return vmtp_fail(err, -EINVAL,
                             "'%.60s' is no list of sizes: write up to %d numbers from 1 to %llu, "
                             "as 128,1024",
                             value, SIZES_MAX, (unsigned long long)max);
        n++;
        at += len;
        if (!*at)
            break;
    }
    *ret = (struct vmtp_list){ .items = sizes, .count = n };
    return 0;
}

/* The value is that of argv: what is secret in it ends here. */
static int host_take(struct wish *wish, char *value, struct hostspec *ret, const char **ret_shown,
                     struct vmtp_error *err)
{
    struct hostspec spec = { 0 };
    int r = hostspec_parse(value, wish->arena, &spec, err);

    if (r < 0)
        return r;
    *ret_shown = hostspec_masked(&spec, value, wish->arena);
    if (!*ret_shown)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    explicit_bzero(value + spec.password_at, spec.password_len);
    *ret = spec;
    return 0;
}

static bool same(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static void host_add(struct wish *wish, const struct hostspec *spec)
{
    for (size_t i = 0; i < wish->host_count; i++) {
        const struct hostspec *other = &wish->hosts[i];

        if (same(spec->user, other->user) && same(spec->host, other->host) &&
            spec->port == other->port && same(spec->interface, other->interface) &&
            same(spec->password, other->password))
            return;
    }
    wish->hosts[wish->host_count++] = *spec;
}

static int hosts_take(struct wish *wish, const struct flag *flag, char *value,
                      const char **ret_shown, struct vmtp_error *err)
{
    struct hostspec spec;
    int r = host_take(wish, value, &spec, ret_shown, err);

    if (r < 0)
        return r;
    if (flag->id == FLAG_HOST)
        host_add(wish, &spec);
    else if (spec.interface)
        return vmtp_fail(err, -EINVAL,
                         "what stands behind the last ':' is an interface, which only --host "
                         "takes: if it belongs to the password, put another ':' behind it");
    else if (flag->id == FLAG_EXTERNAL_HOST)
        wish->external_host = spec;
    else
        wish->controller_node = spec;
    return 0;
}

static int password_take(struct wish *wish, char *value, const char **ret_shown,
                         struct vmtp_error *err)
{
    *ret_shown = PASSWORD_MASK;
    if (wish->password)
        explicit_bzero((char *)wish->password, strlen(wish->password));
    wish->password = arena_strdup(wish->arena, value);
    explicit_bzero(value, strlen(value));
    return wish->password ? 0 : vmtp_fail(err, -ENOMEM, "out of memory");
}

static int hypervisor_take(struct wish *wish, const char *value, struct vmtp_error *err)
{
    const char *host = strchr(value, ':');

    host = host ? host + 1 : value;
    if (!*host || host == value + 1 || strchr(host, ':'))
        return vmtp_fail(err, -EINVAL, "'%.60s' is no hypervisor: write [zone:]host", value);
    return text_take(wish, value, &wish->hypervisors[wish->hypervisor_count++], err);
}

static int address_take(struct wish *wish, const char *value, const char **ret,
                        struct vmtp_error *err)
{
    if (!host_valid(value, wish->arena))
        return vmtp_fail(err, -EINVAL, "'%.60s' is no address or name", value);
    return text_take(wish, value, ret, err);
}

static int multicast_take(struct wish *wish, const char *value, struct vmtp_error *err)
{
    if (!host_is_multicast(value))
        return vmtp_fail(err, -EINVAL, "'%.60s' is no multicast address, as 231.1.1.1", value);
    return text_take(wish, value, &wish->multicast_address, err);
}

/* Flags whose value is kept as it is. */
static const char **text_of(struct wish *wish, enum flag_id id)
{
    switch (id) {
    case FLAG_CONFIG:
        return &wish->config_file;
    case FLAG_RC:
        return &wish->rc_file;
    case FLAG_JSON:
        return &wish->json_file;
    case FLAG_LOG_FILE:
        return &wish->log_file;
    case FLAG_PRIVATE_KEY:
        return &wish->private_key;
    case FLAG_OS_CLOUD:
        return &wish->os_cloud;
    case FLAG_PLUGIN_PATH:
        return &wish->plugin_path;
    case FLAG_AVAILABILITY_ZONE:
        return &wish->availability_zone;
    case FLAG_REUSE_NETWORK_NAME:
        return &wish->reuse_network_name;
    case FLAG_OS_DATAPLANE_NETWORK:
        return &wish->os_dataplane_network;
    case FLAG_VM_IMAGE_URL:
        return &wish->vm_image_url;
    default:
        return NULL;
    }
}

static int value_take(struct wish *wish, const struct flag *flag, const char *value,
                      struct vmtp_error *err)
{
    static const char *const vnic_types[] = { "direct", "macvtap", "normal", NULL };
    static const char *const host_keys[] = { "strict", "accept-new", "insecure", NULL };

    switch (flag->id) {
    case FLAG_TIME:
        return time_take(wish, value, err);
    case FLAG_PROTOCOLS:
        return protocols_take(wish, value, err);
    case FLAG_BANDWIDTH:
        return bandwidth_take(wish, value, err);
    case FLAG_TP_TOOL:
        return tool_take(wish, value, err);
    case FLAG_TCPBUF:
        return sizes_take(wish, value, TCP_SIZE_MAX, &wish->tcp_sizes, err);
    case FLAG_UDPBUF:
        return sizes_take(wish, value, DATAGRAM_MAX, &wish->udp_sizes, err);
    case FLAG_ICMP_PKT_SIZES:
        return sizes_take(wish, value, DATAGRAM_MAX, &wish->icmp_sizes, err);
    case FLAG_MONITOR:
        return host_port_parse(value, GMOND_PORT, wish->arena, &wish->monitor, &wish->monitor_port,
                               err);
    case FLAG_MONGOD_SERVER:
        return address_take(wish, value, &wish->mongod_server, err);
    case FLAG_MULTICAST_ADDR:
        return multicast_take(wish, value, err);
    case FLAG_HYPERVISOR:
        return hypervisor_take(wish, value, err);
    case FLAG_VNIC_TYPE:
        return word_take(value, vnic_types, &wish->vnic_type, err);
    case FLAG_HOST_KEYS:
        return word_take(value, host_keys, &wish->host_keys, err);
    case FLAG_TEST_DESCRIPTION:
        return clean_take(wish, value, &wish->description, err);
    default:
        if (!*value)
            return vmtp_fail(err, -EINVAL, "nothing is written there");
        return text_take(wish, value, text_of(wish, flag->id), err);
    }
}

int argument_take(struct wish *wish, const struct flag *flag, char *value, const char **ret_shown,
                  struct vmtp_error *err)
{
    switch (flag->id) {
    case FLAG_HOST:
    case FLAG_EXTERNAL_HOST:
    case FLAG_CONTROLLER_NODE:
        return hosts_take(wish, flag, value, ret_shown, err);
    case FLAG_PASSWORD:
        return password_take(wish, value, ret_shown, err);
    default:
        *ret_shown = value;
        return value_take(wish, flag, value, err);
    }
}
