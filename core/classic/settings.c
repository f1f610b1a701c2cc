/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include "../base/buf.h"
#include "../base/text.h"
#include "layers.h"

#define WARNINGS_MAX 200
#define TIME_S       10
#define NAME(member) .name = #member, .help = "of VMTP"
#define TEXT(member)                                                                               \
    {                                                                                              \
        NAME(member), VMTP_OPT_STRING(struct settings, member)                                     \
    }
#define FILE_(member)                                                                              \
    {                                                                                              \
        NAME(member), VMTP_OPT_PATH(struct settings, member)                                       \
    }
#define FLAG(member)                                                                               \
    {                                                                                              \
        NAME(member), VMTP_OPT_BOOL(struct settings, member)                                       \
    }
#define NUMBER(member, least, most)                                                                \
    {                                                                                              \
        NAME(member), VMTP_OPT_UINT(struct settings, member), .min = least, .max = most            \
    }
#define TEXTS(member)                                                                              \
    {                                                                                              \
        NAME(member), VMTP_OPT_LIST(struct settings, member, VMTP_STRING)                          \
    }
#define SIZES(member, most)                                                                        \
    {                                                                                              \
        NAME(member), VMTP_OPT_LIST(struct settings, member, VMTP_UINT), .min = 1, .max = most     \
    }

static const struct vmtp_option variables[] = {
    TEXT(image_name),
    TEXT(ssh_vm_username),
    TEXT(flavor_type),
    TEXT(availability_zone),
    TEXTS(dns_nameservers),
    TEXT(vm_image_url),
    TEXT(reuse_network_name),
    TEXT(ext_net_name),
    FLAG(floating_ip),
    FLAG(config_drive),
    FILE_(user_data_file),
    TEXT(reuse_existing_vm),
    TEXT(vm_server_internal_ip),
    TEXT(vm_client_internal_ip),
    TEXT(vm_server_external_ip),
    TEXT(vm_client_external_ip),
    TEXT(ipv6_mode),
    TEXT(router_name),
    TEXTS(internal_network_name),
    TEXTS(internal_subnet_name),
    TEXTS(internal_subnet_name_v6),
    TEXTS(internal_cidr),
    TEXTS(internal_cidr_v6),
    FILE_(public_key_file),
    FILE_(private_key_file),
    TEXT(public_key_name),
    TEXT(vm_name_server),
    TEXT(vm_name_client),
    TEXT(security_group_name),
    NUMBER(ping_count, 0, 1000000),
    NUMBER(ping_pass_threshold, 0, 100),
    NUMBER(ssh_retry_count, 0, 1000000),
    NUMBER(generic_retry_count, 0, 1000000),
    NUMBER(tcp_tp_loop_count, 1, 10000),
    SIZES(tcp_pkt_sizes, TCP_SIZE_MAX),
    SIZES(udp_pkt_sizes, DATAGRAM_MAX),
    SIZES(icmp_pkt_sizes, DATAGRAM_MAX),
    { NAME(udp_loss_rate_range), VMTP_OPT_LIST(struct settings, udp_loss_rate_range, VMTP_REAL),
      .min = 0, .max = 99 },
    NUMBER(vm_bandwidth, 0, 10000000000),
    TEXT(os_dataplane_network),
    { NAME(vmtp_mongod_port), VMTP_OPT_PORT(struct settings, vmtp_mongod_port) },
    TEXT(vmtp_db),
    TEXT(vmtp_collection),
    TEXT(host_keys),
};

static const struct vmtp_option flavor_variables[] = {
    { .name = "vcpus", .help = "CPUs", VMTP_OPT_UINT(struct settings_flavor, vcpus) },
    { .name = "ram", .help = "MiB", VMTP_OPT_UINT(struct settings_flavor, ram) },
    { .name = "disk", .help = "GiB", VMTP_OPT_UINT(struct settings_flavor, disk) },
    { .name = "ephemeral", .help = "GiB", VMTP_OPT_UINT(struct settings_flavor, ephemeral) },
    { .name = "extra_specs", .help = "a map", VMTP_OPT_MAP(struct settings_flavor, extra_specs) },
};

static const struct vmtp_option fluentd_variables[] = {
    { .name = "logging_tag", .help = "tag", VMTP_OPT_STRING(struct settings_fluentd, logging_tag) },
    { .name = "ip", .help = "server", VMTP_OPT_ADDRESS(struct settings_fluentd, ip) },
    { .name = "port", .help = "port", VMTP_OPT_PORT(struct settings_fluentd, port) },
};

static const struct vmtp_table table = VMTP_TABLE(variables);
static const struct vmtp_table flavor_table = VMTP_TABLE(flavor_variables);
static const struct vmtp_table fluentd_table = VMTP_TABLE(fluentd_variables);

/* Variables that are maps of others. */
static const struct section {
    const char *name;
    const struct vmtp_table *table;
} sections[] = { { "flavor", &flavor_table }, { "fluentd", &fluentd_table } };

struct loader {
    struct settings *settings;
    const char **warnings;
    struct vmtp_error *err;
};

static int no_memory(struct loader *loader)
{
    return vmtp_fail(loader->err, -ENOMEM, "out of memory");
}

static bool is_section(const struct vmtp_table *of, const char *name)
{
    for (size_t i = 0; of == &table && i < COUNT(sections); i++)
        if (strcmp(sections[i].name, name) == 0)
            return true;
    return false;
}

static int unknown_warn(struct loader *loader, const struct vmtp_table *of,
                        const struct node *child)
{
    struct settings *settings = loader->settings;
    struct nearest nearest = { .word = child->key };
    struct vmtp_error said = { 0 };

    for (uint32_t i = 0; i < of->count; i++)
        nearest_offer(&nearest, ((const struct vmtp_option *)of->rows)[i].name);
    for (size_t i = 0; of == &table && i < COUNT(sections); i++)
        nearest_offer(&nearest, sections[i].name);
    if (settings->warning_count == WARNINGS_MAX)
        return 0;
    key_fail(&said, child, "VMTP has no such variable; it is ignored%s",
             nearest_hint(&nearest).text);
    loader->warnings[settings->warning_count] = arena_strdup(settings->arena, said.text);
    return loader->warnings[settings->warning_count++] ? 0 : no_memory(loader);
}

/* What YAML 1.1, which VMTP read, took for true and false. */
static const char *bool_text(const char *text)
{
    static const char *const words[][5] = { { "no", "off", "n", "false", "0" },
                                            { "yes", "on", "y", "true", "1" } };

    for (size_t i = 0; i < 10; i++)
        if (strcasecmp(words[i / 5][i % 5], text) == 0)
            return i < 5 ? "false" : "true";
    return text;
}

/* What a program that edits the file may have made of a number: 25.0. */
static const char *whole_text(const char *text, struct arena *arena)
{
    size_t len = strlen(text);

    if (len < 3 || strcmp(text + len - 2, ".0") != 0)
        return text;
    return arena_strndup(arena, text, len - 2);
}

static int child_add(struct loader *loader, const struct vmtp_option *option,
                     const struct node *child, struct node *section, struct node **last)
{
    struct arena *arena = loader->settings->arena;
    struct node *copy = arena_alloc(arena, sizeof *copy);

    if (!copy)
        return no_memory(loader);
    *copy = *child;
    copy->next = NULL;
    if (child->kind == NODE_SCALAR && option->type == VMTP_BOOL)
        copy->text = bool_text(child->text);
    else if (child->kind == NODE_SCALAR && option->type == VMTP_UINT)
        copy->text = whole_text(child->text, arena);
    if (*last)
        (*last)->next = copy;
    else
        section->first = copy;
    *last = copy;
    section->count++;
    return copy->text ? 0 : no_memory(loader);
}

/* The map with what the table knows and what is not null; what it does not know is warned of. */
static int section_tidy(struct loader *loader, const struct vmtp_table *of, const struct node *map,
                        const struct node **ret)
{
    struct node *section = arena_alloc(loader->settings->arena, sizeof *section);
    struct node *last = NULL;
    int r = 0;

    if (!section)
        return no_memory(loader);
    if (map->kind != NODE_MAP)
        return node_fail(loader->err, map, "%s where a map is wanted", node_noun(map));
    *section = *map;
    section->first = NULL;
    section->count = 0;
    for (const struct node *child = map->first; child && r == 0; child = child->next) {
        const struct vmtp_option *option = option_find(of, child->key);

        if (!option && !is_section(of, child->key))
            r = unknown_warn(loader, of, child);
        else if (option && !node_is_null(child))
            r = child_add(loader, option, child, section, &last);
    }
    *ret = section;
    return r;
}

static int section_fill(struct loader *loader, const struct vmtp_table *of, size_t size,
                        const struct node *map, void *ret)
{
    const struct node *section = NULL;
    void *opt = NULL;
    int r = map ? section_tidy(loader, of, map, &section) : 0;

    if (r == 0)
        r = options_fill(of, size, section, NULL, NULL, loader->settings->arena, &opt, loader->err);
    if (r == 0)
        memcpy(ret, opt, size);
    return r;
}

static int word_check(struct loader *loader, const struct node *root, const char *name,
                      const char *const *words)
{
    const struct node *node = node_get(root, name);
    _cleanup_(buf_clear) struct buf all = BUF(200);

    if (!node || node_is_null(node))
        return 0;
    for (; *words; words++) {
        if (strcmp(*words, node->text) == 0)
            return 0;
        (void)buf_printf(&all, "%s%s", all.len ? ", " : "", *words);
    }
    return node_fail(loader->err, node, "'%.40s' is none of %s", node->text, buf_text(&all));
}

/* What no table can say. */
static int values_check(struct loader *loader, const struct node *root)
{
    static const char *const modes[] = { "slaac", "dhcpv6-stateful", "dhcpv6-stateless", NULL };
    static const char *const host_keys[] = { "strict", "accept-new", "insecure", NULL };
    const struct vmtp_list *range = &loader->settings->udp_loss_rate_range;
    const double *loss = range->items;
    int r = word_check(loader, root, "ipv6_mode", modes);

    r = r < 0 ? r : word_check(loader, root, "host_keys", host_keys);
    if (r == 0 && (range->count != 2 || loss[0] > loss[1]))
        return node_fail(loader->err, node_get(root, "udp_loss_rate_range"),
                         "two percentages are wanted, the smaller one first, as [2, 5]");
    return r;
}

static int tree_fill(struct loader *loader, const struct node *root)
{
    struct settings *settings = loader->settings;
    struct settings filled = { 0 };
    int r = section_fill(loader, &table, sizeof filled, root, &filled);

    if (r < 0)
        return r;
    filled.arena = settings->arena;
    filled.warning_count = settings->warning_count;
    *settings = filled;
    r = section_fill(loader, &flavor_table, sizeof settings->flavor, node_get(root, "flavor"),
                     &settings->flavor);
    r = r < 0 ? r
              : section_fill(loader, &fluentd_table, sizeof settings->fluentd,
                             node_get(root, "fluentd"), &settings->fluentd);
    return r < 0 ? r : values_check(loader, root);
}

/* The file laid over what there is; it need not exist unless it was asked for. */
static int file_lay(struct loader *loader, const char *file, bool wanted, const struct node **tree)
{
    struct arena *arena = loader->settings->arena;
    const struct node *above = NULL;
    int r;

    if (!file || (!wanted && access(file, F_OK) < 0))
        return 0;
    r = layer_read(file, arena, &above, loader->err);
    if (r < 0)
        return r;
    *tree = *tree ? layers_merge(*tree, above, NULL_REPLACES, arena) : above;
    return *tree ? 0 : no_memory(loader);
}

static int files_read(struct loader *loader, const struct wish *wish, const char *home,
                      const struct node **ret)
{
    struct arena *arena = loader->settings->arena;
    const char *own = home ? arena_printf(arena, "%s/.vmtp.yaml", home) : NULL;
    const struct node *tree = NULL, *defaults = NULL;
    int r = file_lay(loader, own, false, &tree);

    r = r < 0 ? r : file_lay(loader, wish->config_file, true, &tree);
    r = r < 0 ? r
              : layer_parse(classic_defaults, strlen(classic_defaults), "defaults.yaml", arena,
                            &defaults, loader->err);
    if (r < 0)
        return r;
    *ret = tree ? layers_merge(defaults, tree, NULL_IS_NOTHING, arena) : defaults;
    return *ret ? 0 : no_memory(loader);
}

static void flag_text(const char *text, const char **ret)
{
    if (text)
        *ret = text;
}

static void flag_sizes(const struct vmtp_list *sizes, struct vmtp_list *ret)
{
    if (sizes->count)
        *ret = *sizes;
}

static void flags_lay(const struct wish *wish, struct settings *settings)
{
    flag_text(wish->availability_zone, &settings->availability_zone);
    flag_text(wish->reuse_network_name, &settings->reuse_network_name);
    flag_text(wish->os_dataplane_network, &settings->os_dataplane_network);
    flag_text(wish->vm_image_url, &settings->vm_image_url);
    flag_text(wish->private_key, &settings->private_key_file);
    flag_text(wish->host_keys, &settings->host_keys);
    flag_sizes(&wish->tcp_sizes, &settings->tcp_pkt_sizes);
    flag_sizes(&wish->udp_sizes, &settings->udp_pkt_sizes);
    flag_sizes(&wish->icmp_sizes, &settings->icmp_pkt_sizes);
    if (wish->given[FLAG_BANDWIDTH])
        settings->vm_bandwidth = wish->bandwidth_bps / 1000;
    if (wish->given[FLAG_USE_CONFIG_DRIVE])
        settings->config_drive = true;
    settings->time_s = wish->time_s ? wish->time_s : TIME_S;
}

static struct settings *settings_new(void)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct settings *settings = arena ? arena_alloc(arena, sizeof *settings) : NULL;

    if (settings)
        settings->arena = TAKE(arena);
    return settings;
}

int settings_load(const struct wish *wish, const char *home, struct settings **ret,
                  struct vmtp_error *err)
{
    _cleanup_(settings_freep) struct settings *settings = settings_new();
    struct loader loader = { .settings = settings, .err = err };
    const struct node *tree = NULL;
    int r;

    if (settings)
        loader.warnings = arena_array(settings->arena, WARNINGS_MAX, sizeof *loader.warnings);
    if (!loader.warnings)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    r = files_read(&loader, wish, home, &tree);
    r = r < 0 ? r : tree_fill(&loader, tree);
    if (r < 0)
        return r;
    settings->warnings = loader.warnings;
    flags_lay(wish, settings);
    *ret = TAKE(settings);
    return 0;
}

void settings_free(struct settings *settings)
{
    if (settings)
        arena_free(settings->arena);
}
