/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include "../base/buf.h"
#include "native.h"

#define WARNINGS_MAX 300
#define NOT_THERE_YET                                                                              \
    "the OpenStack cloud plugin is not there yet: nothing was measured between VMs"

struct maker {
    const struct wish *wish;
    const struct settings *settings;
    const struct credentials *credentials;
    const struct registry *registry;
    struct classic_request *request;
    const char **warnings;
    struct vmtp_error *err;
};

static int no_memory(struct maker *maker)
{
    return vmtp_fail(maker->err, -ENOMEM, "out of memory");
}

_printf_(2, 3) static void warn(struct maker *maker, const char *fmt, ...)
{
    struct classic_request *request = maker->request;
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (request->warning_count == WARNINGS_MAX)
        return;
    maker->warnings[request->warning_count] = arena_strdup(request->arena, text);
    request->warning_count += maker->warnings[request->warning_count] != NULL;
}

static bool wants(const struct maker *maker, enum classic_protocol protocol)
{
    return maker->wish->protocols & 1u << protocol;
}

/* Flags that need credentials, and there are none. */
static void openstack_warn(struct maker *maker)
{
    _cleanup_(buf_clear) struct buf names = BUF(1024);
    size_t n = 0;

    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (flags[i].openstack && maker->wish->given[i] && i != FLAG_PASSWORD)
            (void)buf_printf(&names, "%s--%s", n++ ? ", " : "", flags[i].name);
    if (n)
        warn(maker,
             "%s: only for the OpenStack part, which needs credentials: -r, --os-cloud or "
             "OS_* variables",
             buf_text(&names));
}

static void plugins_warn(struct maker *maker)
{
    const struct wish *wish = maker->wish;

    if (wish->monitor &&
        !(maker->registry && registry_find(maker->registry, VMTP_MONITOR, "gmond")))
        warn(maker, "-m %s: there is no gmond plugin yet, so no CPU is monitored", wish->monitor);
    if (wish->mongod_server)
        warn(maker,
             "--mongod-server %s: there is no mongodb plugin yet; the results are kept in the "
             "run's folder, and vmtp replay will bring them there",
             wish->mongod_server);
    if (maker->settings->fluentd.logging_tag)
        warn(maker, "fluentd: there is no fluentd plugin yet, so nothing is logged there");
}

static void wish_warn(struct maker *maker)
{
    const struct wish *wish = maker->wish;

    if (wish->given[FLAG_INTER_NODE_ONLY] && wish->host_count == 1)
        warn(maker, "--inter-node-only: there is one host, so its intra-host flow is measured");
    if (wish->hypervisor_count > 2)
        warn(maker, "--hypervisor: the first 2 of %zu are used", wish->hypervisor_count);
    if (wants(maker, CLASSIC_MULTICAST) && wish->tool && wish->tool != TOOL_NUTTCP)
        warn(maker, "--tp-tool: multicast is measured with nuttcp, no other tool can");
    if (wish->given[FLAG_MULTICAST_ADDR] && wish->host_count &&
        host_is_ipv6(wish->multicast_address) != wish->hosts[0].ipv6)
        warn(maker, "--multicast_addr %s: not of the family of the hosts' addresses",
             wish->multicast_address);
}

/* The OpenStack part, which has to wait for its plugin. */
static int unmet_find(struct maker *maker)
{
    const struct credentials *credentials = maker->credentials;
    bool given = credentials_given(credentials);
    const char *missing = given ? credentials_missing(credentials) : NULL;
    struct classic_request *request = maker->request;

    if (given && !missing)
        request->unmet = NOT_THERE_YET;
    if (missing && credentials->wished) {
        request->unmet = arena_printf(request->arena, "OpenStack credentials: %s", missing);
        if (!request->unmet)
            return no_memory(maker);
    }
    if (missing && !credentials->wished)
        warn(maker, "OpenStack credentials: %s, so nothing is measured between VMs", missing);
    if (!given || (missing && !credentials->wished))
        openstack_warn(maker);
    if (request->flow_count || request->unmet)
        return 0;
    return vmtp_fail(maker->err, -EINVAL,
                     "nothing to measure: name hosts with --host, or OpenStack credentials with "
                     "-r, --os-cloud or OS_* variables%s%s",
                     missing ? "; of these: " : "", missing ? missing : "");
}

static int text_copy(struct maker *maker, const char *text, const char **ret)
{
    *ret = text ? arena_strdup(maker->request->arena, text) : NULL;
    return text && !*ret ? no_memory(maker) : 0;
}

static int labels_make(struct maker *maker)
{
    const struct wish *wish = maker->wish;
    struct classic_labels *labels = &maker->request->labels;
    int r = text_copy(maker, wish->args, &labels->args);

    r = r < 0 ? r : text_copy(maker, wish->description, &labels->description);
    if (r == 0 && wants(maker, CLASSIC_MULTICAST))
        r = text_copy(maker, wish->multicast_address, &labels->multicast_address);
    return r;
}

static void settings_warn(struct maker *maker)
{
    for (size_t i = 0; i < maker->settings->warning_count; i++)
        warn(maker, "%s", maker->settings->warnings[i]);
}

static struct classic_request *request_new(void)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct classic_request *request = arena ? arena_alloc(arena, sizeof *request) : NULL;

    if (request)
        request->arena = TAKE(arena);
    return request;
}

int request_make(const struct wish *wish, const struct settings *settings,
                 const struct credentials *credentials, const struct registry *registry,
                 struct classic_request **ret, struct vmtp_error *err)
{
    _cleanup_(request_freep) struct classic_request *request = request_new();
    struct maker maker = { wish, settings, credentials, registry, request, NULL, err };
    int r;

    if (request)
        maker.warnings = arena_array(request->arena, WARNINGS_MAX, sizeof *maker.warnings);
    if (!maker.warnings)
        return no_memory(&maker);
    request->warnings = maker.warnings;
    settings_warn(&maker);
    r = native_make(wish, settings, registry, request, err);
    r = r < 0 ? r : labels_make(&maker);
    wish_warn(&maker);
    plugins_warn(&maker);
    r = r < 0 ? r : unmet_find(&maker);
    if (r == 0)
        *ret = TAKE(request);
    return r;
}

void request_free(struct classic_request *request)
{
    if (!request)
        return;
    for (size_t i = 0; i < request->secret_count; i++)
        explicit_bzero((char *)(uintptr_t)request->secrets[i].value,
                       strlen(request->secrets[i].value));
    arena_free(request->arena);
}
