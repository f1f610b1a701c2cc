/* SPDX-License-Identifier: Apache-2.0 */
#include "native.h"

static const char *endpoint_name(const struct part_maker *maker, size_t host)
{
    return arena_printf(maker->request->arena, "h%zu", host + 1);
}

static int flow_add(struct part_maker *maker, size_t client)
{
    struct classic_part *part = maker->part;
    const struct hostspec *hosts = maker->wish->hosts;
    struct classic_flow *flow = &part->flows[part->flow_count++];

    flow->desc = client == 0 ? "Native intra-host" : "Native inter-host";
    flow->host_from = hosts[client].host;
    flow->host_to = hosts[0].host;
    flow->from = endpoint_name(maker, client);
    flow->to = endpoint_name(maker, 0);
    flow->ipv6 = hosts[0].ipv6;
    if (flow->from)
        flow->name = client ? arena_printf(maker->request->arena, "inter-%s", flow->from) : "intra";
    return flow->name && flow->to ? 0 : part_no_memory(maker);
}

/* The server's own host first, unless only other ones are wanted and there are some. */
static int flows_add(struct part_maker *maker)
{
    size_t hosts = maker->wish->host_count;
    bool inter_only = maker->wish->given[FLAG_INTER_NODE_ONLY] && hosts > 1;
    int r = 0;

    for (size_t client = inter_only; client < hosts && r == 0; client++)
        r = flow_add(maker, client);
    return r;
}

static void cloud_write(struct part_maker *maker)
{
    const char *key = maker->settings->private_key_file, *keys = maker->settings->host_keys;
    bool strict = !keys || strcmp(keys, "strict") == 0;

    draft_printf(&maker->draft, "vmtp: 1\nname: vmtp\ncloud:\n  hosts: {");
    if (!strict)
        draft_printf(&maker->draft, " host-keys: %s%s", keys, key ? "," : "");
    if (key) {
        draft_printf(&maker->draft, " key: ");
        draft_text(&maker->draft, key);
    }
    draft_printf(&maker->draft, "%s}\n", strict && !key ? "" : " ");
}

static int password_write(struct part_maker *maker, const struct hostspec *host, const char *ssh)
{
    const char *what = arena_printf(maker->request->arena, "password of %s", ssh);

    if (!what)
        return part_no_memory(maker);
    draft_printf(&maker->draft, ", password: ");
    return part_secret(maker, what, host->password);
}

static int endpoint_write(struct part_maker *maker, size_t i)
{
    const struct hostspec *host = &maker->wish->hosts[i];
    const char *ssh = hostspec_ssh(host, maker->request->arena);
    int r = 0;

    if (!ssh)
        return part_no_memory(maker);
    draft_printf(&maker->draft, "  h%zu: { ssh: ", i + 1);
    draft_text(&maker->draft, ssh);
    if (host->password)
        r = password_write(maker, host, ssh);
    if (host->interface) {
        draft_printf(&maker->draft, ", interface: ");
        draft_text(&maker->draft, host->interface);
    }
    draft_printf(&maker->draft, " }\n");
    return r;
}

static int hosts_write(struct part_maker *maker)
{
    int r = 0;

    draft_printf(&maker->draft, "endpoints:\n");
    for (size_t i = 0; i < maker->wish->host_count && r == 0; i++)
        r = endpoint_write(maker, i);
    return r;
}

int native_make(struct part_maker *maker)
{
    int r = part_begin(maker, maker->wish->host_count);

    r = r < 0 ? r : flows_add(maker);
    r = r < 0 ? r : part_tests(maker);
    if (r < 0)
        return r;
    cloud_write(maker);
    r = hosts_write(maker);
    return r < 0 ? r : part_end(maker);
}

/* ---- VMs that exist already ---- */

static int login_write(struct part_maker *maker, const char *name, const char *external,
                       const char *internal)
{
    const struct settings *settings = maker->settings;
    bool bracket = host_is_ipv6(external);
    const char *ssh = arena_printf(maker->request->arena, "%s@%s%s%s", settings->ssh_vm_username,
                                   bracket ? "[" : "", external, bracket ? "]" : "");

    if (!ssh)
        return part_no_memory(maker);
    draft_printf(&maker->draft, "  %s: { ssh: ", name);
    draft_text(&maker->draft, ssh);
    draft_printf(&maker->draft, ", address: ");
    draft_text(&maker->draft, internal);
    draft_printf(&maker->draft, " }\n");
    return 0;
}

/* How to log in, and where traffic goes: without an external address the internal one does both. */
static int vms_write(struct part_maker *maker)
{
    const struct settings *settings = maker->settings;
    const char *server = settings->vm_server_internal_ip, *client = settings->vm_client_internal_ip;
    const char *to = settings->vm_server_external_ip, *from = settings->vm_client_external_ip;
    int r;

    if (!server || !client)
        return vmtp_fail(maker->err, -EINVAL,
                         "reuse_existing_vm: vm_%s_internal_ip, the address that is measured, is "
                         "missing",
                         server ? "client" : "server");
    draft_printf(&maker->draft, "endpoints:\n");
    r = login_write(maker, "server", to ? to : server, server);
    return r < 0 ? r : login_write(maker, "client", from ? from : client, client);
}

int existing_make(struct part_maker *maker)
{
    int r = part_begin(maker, 1);

    if (r < 0)
        return r;
    maker->part->flows[maker->part->flow_count++] =
        (struct classic_flow){ .desc = "VM to VM same network fixed IP",
                               .name = "existing",
                               .from = "client",
                               .to = "server",
                               .ipv6 = maker->settings->vm_server_internal_ip &&
                                       host_is_ipv6(maker->settings->vm_server_internal_ip) };
    r = part_tests(maker);
    if (r < 0)
        return r;
    cloud_write(maker);
    r = vms_write(maker);
    return r < 0 ? r : part_end(maker);
}
