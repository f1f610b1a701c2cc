/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include "../base/buf.h"
#include "native.h"
#include "openstack.h"

#include <limits.h>

#define WARNINGS_MAX 300
#define SECRETS_MAX  4 /* beside those of hosts: the cloud's, two hosts' around it, an answer */
#define NOTHING                                                                                    \
    "nothing to measure: name hosts with --host, or OpenStack credentials with -r, --os-cloud or " \
    "OS_* variables"

struct maker {
    const struct wish *wish;
    const struct settings *settings;
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

static bool has_component(const struct maker *maker, enum vmtp_kind kind, const char *name)
{
    return maker->registry && registry_find(maker->registry, kind, name);
}

static void plugins_warn(struct maker *maker)
{
    const struct wish *wish = maker->wish;

    if (wish->monitor && !has_component(maker, VMTP_MONITOR, "gmond"))
        warn(maker, "-m %s: there is no plugin 'gmond' here, so no CPU is monitored",
             wish->monitor);
    if (wish->mongod_server && !has_component(maker, VMTP_SINK, "mongodb"))
        warn(maker,
             "--mongod-server %s: there is no plugin 'mongodb' here; the results are kept in the "
             "run's folder, and vmtp replay brings them there once there is",
             wish->mongod_server);
    if (maker->settings->fluentd.logging_tag && !has_component(maker, VMTP_SINK, "fluentd"))
        warn(maker, "fluentd: there is no plugin 'fluentd' here, so nothing is logged there");
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

/* ---- parts ---- */

static struct part_maker part_maker(const struct maker *maker)
{
    return (struct part_maker){ .wish = maker->wish,
                                .settings = maker->settings,
                                .registry = maker->registry,
                                .request = maker->request,
                                .draft = DRAFT,
                                .err = maker->err };
}

/* It is the request's, if it could be made. */
static int part_take(struct part_maker *part, int made)
{
    struct classic_request *request = part->request;

    buf_clear(&part->draft.text);
    if (made == 0)
        request->parts[request->part_count++] = part->part;
    return made;
}

static const char *variable(const struct wish *wish, const char *name)
{
    const char *text = wish->given[FLAG_NO_ENV] ? NULL : getenv(name);

    return text && *text ? text : NULL;
}

/* A path that holds wherever `vmtp reap` is called from. */
static const char *path_absolute(struct maker *maker, const char *path)
{
    char folder[PATH_MAX];

    if (path[0] == '/' || !getcwd(folder, sizeof folder))
        return path;
    return arena_printf(maker->request->arena, "%s/%s", folder, path);
}

/* false: there are no credentials. */
static bool source_find(struct maker *maker, struct openstack_source *ret)
{
    const struct wish *wish = maker->wish;
    const char *cloud = variable(wish, "OS_CLOUD");

    *ret = (struct openstack_source){ .cloud = wish->os_cloud };
    if (wish->rc_file)
        ret->rc = path_absolute(maker, wish->rc_file);
    if (wish->rc_file || wish->os_cloud)
        return true;
    ret->cloud = cloud;
    ret->lent = true;
    return cloud || variable(wish, "OS_AUTH_URL");
}

/* A plugin that is not there is an error only if it was asked for. */
static bool has_plugin(struct maker *maker, const struct openstack_source *source)
{
    const char *cloud = openstack_cloud(maker->settings);

    if (!maker->registry || registry_find(maker->registry, VMTP_CLOUD, cloud) || !source->lent)
        return true;
    warn(maker, "there is no plugin '%s' here, so nothing is measured between VMs", cloud);
    return false;
}

static int openstack_add(struct maker *maker)
{
    struct part_maker part = part_maker(maker);
    struct openstack_source source;

    if (maker->wish->rc_file && maker->wish->os_cloud)
        return vmtp_fail(maker->err, -EINVAL,
                         "-r and --os-cloud both say whose credentials: give one");
    if (!source_find(maker, &source) || !has_plugin(maker, &source)) {
        openstack_warn(maker);
        return 0;
    }
    return part_take(&part, openstack_make(&part, &source));
}

/* Anything but what YAML has for no: some gave it a name. */
static bool reuses_vms(const struct settings *settings)
{
    static const char *const no[] = { "", "no", "off", "n", "false", "0" };
    const char *text = settings->reuse_existing_vm;

    for (size_t i = 0; text && i < COUNT(no); i++)
        if (strcasecmp(text, no[i]) == 0)
            return false;
    return text != NULL;
}

static int parts_add(struct maker *maker)
{
    struct part_maker native = part_maker(maker), existing = part_maker(maker);
    int r = maker->wish->host_count ? part_take(&native, native_make(&native)) : 0;

    if (r == 0)
        r = reuses_vms(maker->settings) ? part_take(&existing, existing_make(&existing))
                                        : openstack_add(maker);
    if (r == 0 && maker->request->part_count == 0)
        return vmtp_fail(maker->err, -EINVAL, NOTHING);
    return r;
}

int request_drop(struct classic_request *request, size_t part, const char *why,
                 struct vmtp_error *err)
{
    for (size_t i = part; i + 1 < request->part_count; i++)
        request->parts[i] = request->parts[i + 1];
    request->part_count--;
    return request->part_count ? 0 : vmtp_fail(err, -EINVAL, NOTHING "; of these: %s", why);
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

static struct classic_request *request_new(const struct wish *wish)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct classic_request *request = arena ? arena_alloc(arena, sizeof *request) : NULL;

    if (request)
        request->secrets =
            arena_array(arena, wish->host_count + SECRETS_MAX, sizeof *request->secrets);
    if (!request || !request->secrets)
        return NULL;
    request->arena = TAKE(arena);
    return request;
}

int request_make(const struct wish *wish, const struct settings *settings,
                 const struct registry *registry, struct classic_request **ret,
                 struct vmtp_error *err)
{
    _cleanup_(request_freep) struct classic_request *request = request_new(wish);
    struct maker maker = { wish, settings, registry, request, NULL, err };
    int r;

    if (request)
        maker.warnings = arena_array(request->arena, WARNINGS_MAX, sizeof *maker.warnings);
    if (!maker.warnings)
        return no_memory(&maker);
    request->warnings = maker.warnings;
    settings_warn(&maker);
    wish_warn(&maker);
    plugins_warn(&maker);
    r = parts_add(&maker);
    r = r < 0 ? r : labels_make(&maker);
    if (r == 0)
        *ret = TAKE(request);
    return r;
}

int request_keep_secret(struct classic_request *request, const char *what, const char *value,
                        struct vmtp_error *err)
{
    struct classic_secret *secret = &request->secrets[request->secret_count];

    for (size_t i = 0; i < request->secret_count; i++)
        if (strcmp(request->secrets[i].what, what) == 0)
            return 0;
    secret->what = arena_strdup(request->arena, what);
    secret->value = secret->what ? arena_strdup(request->arena, value) : NULL;
    if (!secret->value)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    request->secret_count++;
    return 0;
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
