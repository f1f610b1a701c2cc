/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "../base/sha256.h"
#include "../base/text.h"
#include "../plugin/option.h"
#include "loader.h"

#define VERSIONS_KNOWN  "1"
#define NAME_LENGTH     200
#define ENDPOINTS_MAX   10000
#define MONITOR_DEFAULT "host"

static int version_check(struct loader *loader, const struct node *root)
{
    const struct node *version = node_get(root, "vmtp");

    if (!version)
        return node_fail(loader->err, root,
                         "no key 'vmtp': begin with 'vmtp: 1', the version of the format");
    if (version->kind != NODE_SCALAR || strcmp(version->text, VERSIONS_KNOWN) != 0)
        return node_fail(loader->err, version,
                         "version '%.40s' of the format is not known (known: " VERSIONS_KNOWN ")",
                         version->text);
    return 0;
}

/* What is not named is called as its file. */
static int name_make(struct loader *loader, const struct node *node)
{
    struct scenario *scenario = loader->scenario;
    const char *base = strrchr(scenario->file, '/');
    size_t len;
    int r;

    if (node) {
        r = text_check(loader, node, "a name");
        if (r == 0 && strlen(node->text) > NAME_LENGTH)
            r = node_fail(loader->err, node, "longer than %d bytes", NAME_LENGTH);
        scenario->name = node->text;
        return r;
    }
    base = base ? base + 1 : scenario->file;
    len = strlen(base);
    if (len > 5 && strcmp(base + len - 5, ".yaml") == 0)
        len -= 5;
    scenario->name = arena_strndup(loader->arena, base, len);
    return scenario->name ? 0 : loader_no_memory(loader);
}

static int endpoint_read(struct loader *loader, const struct node *node)
{
    struct scenario *scenario = loader->scenario;
    const struct vmtp_cloud *cloud = &scenario->cloud.component->ops.cloud;
    struct endpoint_spec *spec = &scenario->endpoints[scenario->endpoint_count++];
    struct vmtp_error why = { 0 };
    int r;

    if (!name_is_plain(node->key))
        return key_fail(loader->err, node,
                        "'%.60s' can't be a name: letters, digits, '.', '_' and '-', at most 63",
                        node->key);
    spec->name = node->key;
    r = options_fill(&cloud->endpoint_options, cloud->endpoint_opt_size, node, node, loader->prompt,
                     loader->arena, &spec->opt, loader->err);
    if (r == 0 && cloud->check_endpoint && cloud->check_endpoint(spec->opt, &why) < 0)
        return key_fail(loader->err, node, "%s", why.text[0] ? why.text : "it is refused");
    return r;
}

static int endpoints_read(struct loader *loader, const struct node *node)
{
    struct scenario *scenario = loader->scenario;

    if (!node)
        return 0;
    if (node->kind != NODE_MAP || node->count > ENDPOINTS_MAX)
        return node_fail(loader->err, node, "%s where a map of at most %d names is wanted",
                         node_noun(node), ENDPOINTS_MAX);
    scenario->endpoints = arena_array(loader->arena, node->count + 1, sizeof(struct endpoint_spec));
    if (!scenario->endpoints)
        return loader_no_memory(loader);
    for (const struct node *child = node->first; child; child = child->next) {
        int r = endpoint_read(loader, child);

        if (r < 0)
            return r;
    }
    return 0;
}

/* monitors: and sinks: */
static int sections_read(struct loader *loader, const struct node *node, enum vmtp_kind kind,
                         struct section **ret, size_t *ret_count)
{
    struct section *sections;
    int r;

    if (!node)
        return 0;
    r = list_check(loader, node, kind == VMTP_SINK ? "sinks" : "monitors");
    if (r < 0)
        return r;
    sections = arena_array(loader->arena, node->count + 1, sizeof *sections);
    if (!sections)
        return loader_no_memory(loader);
    for (const struct node *child = node->first; r == 0 && child; child = child->next)
        r = section_read(loader, child, kind, &sections[child->index]);
    *ret = sections;
    *ret_count = node->count;
    return r;
}

/* One of two words, or of two pairs of words: is it the second?  NULL: no. */
static int second_read(struct loader *loader, const struct node *node, const char *const *words,
                       bool *ret)
{
    size_t word = 0, count = 0;
    int r = node ? word_read(loader, node, words, &word) : 0;

    while (words[count])
        count++;
    *ret = word >= count / 2;
    return r;
}

/* Where nothing is said of monitors the host's is used, if there is one. */
static int monitors_read(struct loader *loader, const struct node *root)
{
    struct scenario *scenario = loader->scenario;
    const struct node *node = node_get(root, "monitors");
    struct section *section;
    int r;

    if (node || !registry_find(loader->registry, VMTP_MONITOR, MONITOR_DEFAULT))
        return sections_read(loader, node, VMTP_MONITOR, &scenario->monitors,
                             &scenario->monitor_count);
    section = arena_alloc(loader->arena, sizeof *section);
    if (!section)
        return loader_no_memory(loader);
    section->component = registry_find(loader->registry, VMTP_MONITOR, MONITOR_DEFAULT);
    section->node = root;
    r = options_read(loader, section->component, NULL, root, &section->opt);
    r = r < 0 ? r : options_check(loader, section->component, section->opt, root);
    scenario->monitors = section;
    scenario->monitor_count = r == 0;
    return r;
}

static int explain_read(struct loader *loader, const struct node *node, enum explain *ret)
{
    static const char *const words[] = { "auto", "no", "false", "yes", "true", NULL };
    static const enum explain meant[] = { EXPLAIN_AUTO, EXPLAIN_NO, EXPLAIN_NO, EXPLAIN_YES,
                                          EXPLAIN_YES };
    size_t word = 0;
    int r = node ? word_read(loader, node, words, &word) : 0;

    *ret = meant[word];
    return r;
}

static int run_read(struct loader *loader, const struct node *node)
{
    static const char *const known[] = { "order", "seed",    "parallel", "on-error",
                                         "keep",  "explain", NULL };
    static const char *const orders[] = { "shuffled", "written", NULL };
    static const char *const reactions[] = { "continue", "stop", NULL };
    static const char *const truths[] = { "false", "no", "true", "yes", NULL };
    struct scenario *scenario = loader->scenario;
    bool written = false;
    int r;

    scenario->order = ORDER_SHUFFLED;
    scenario->explain = EXPLAIN_AUTO;
    if (!node || node_is_null(node))
        return 0;
    r = keys_check(loader, node, known);
    r = r < 0 ? r : second_read(loader, node_get(node, "order"), orders, &written);
    r = r < 0 ? r : second_read(loader, node_get(node, "parallel"), truths, &scenario->parallel);
    r = r < 0
            ? r
            : second_read(loader, node_get(node, "on-error"), reactions, &scenario->stop_on_error);
    r = r < 0 ? r : second_read(loader, node_get(node, "keep"), truths, &scenario->keep);
    r = r < 0 ? r : explain_read(loader, node_get(node, "explain"), &scenario->explain);
    scenario->order = written ? ORDER_WRITTEN : ORDER_SHUFFLED;
    scenario->has_seed = node_get(node, "seed");
    return r < 0 ? r : count_read(loader, node_get(node, "seed"), 0, INT64_MAX, &scenario->seed);
}

static int cloud_read(struct loader *loader, const struct node *root)
{
    static const char *const known[] = { "vmtp",     "name",       "cloud", "endpoints", "flows",
                                         "monitors", "thresholds", "run",   "sinks",     NULL };
    const struct node *cloud = node_get(root, "cloud");
    int r = root->kind == NODE_MAP ? version_check(loader, root) : 0;

    r = r < 0 ? r : keys_check(loader, root, known);
    r = r < 0 ? r : name_make(loader, node_get(root, "name"));
    if (r == 0 && !cloud)
        r = node_fail(loader->err, root, "no key 'cloud': name exactly one, as 'cloud: local'");
    return r < 0 ? r : section_read(loader, cloud, VMTP_CLOUD, &loader->scenario->cloud);
}

static int root_read(struct loader *loader, const struct node *root)
{
    struct scenario *scenario = loader->scenario;
    const struct node *flows = node_get(root, "flows");
    int r = cloud_read(loader, root);

    r = r < 0 ? r : endpoints_read(loader, node_get(root, "endpoints"));
    if (r == 0 && !flows)
        r = node_fail(loader->err, root, "no key 'flows': there is nothing to measure");
    r = r < 0 ? r : flows_read(loader, flows);
    r = r < 0 ? r : monitors_read(loader, root);
    r = r < 0 ? r
              : sections_read(loader, node_get(root, "sinks"), VMTP_SINK, &scenario->sinks,
                              &scenario->sink_count);
    r = r < 0 ? r : thresholds_read(loader, node_get(root, "thresholds"));
    return r < 0 ? r : run_read(loader, node_get(root, "run"));
}

/* Without flows: the places alone, and who watches them. */
static int places_read(struct loader *loader, const struct node *root)
{
    struct scenario *scenario = loader->scenario;
    int r = cloud_read(loader, root);

    r = r < 0 ? r : endpoints_read(loader, node_get(root, "endpoints"));
    r = r < 0 ? r
              : sections_read(loader, node_get(root, "monitors"), VMTP_MONITOR, &scenario->monitors,
                              &scenario->monitor_count);
    return r < 0 ? r : run_read(loader, NULL);
}

/* The text is no scenario, but one sink of one. */
static int sink_read(struct loader *loader, const struct node *root)
{
    struct scenario *scenario = loader->scenario;

    scenario->name = scenario->file;
    scenario->sinks = arena_alloc(loader->arena, sizeof *scenario->sinks);
    if (!scenario->sinks)
        return loader_no_memory(loader);
    scenario->sink_count = 1;
    return section_read(loader, root, VMTP_SINK, scenario->sinks);
}

static int scenario_new(const char *file, struct scenario **ret, struct vmtp_error *err)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct scenario *scenario = arena ? arena_alloc(arena, sizeof *scenario) : NULL;

    if (scenario)
        scenario->file = arena_strdup(arena, file);
    if (!scenario || !scenario->file)
        return vmtp_fail(err, -ENOMEM, "%.100s: out of memory", file);
    scenario->arena = TAKE(arena);
    *ret = scenario;
    return 0;
}

/* text is the scenario's already. */
static int text_read(struct loader *loader, const char *text, size_t len,
                     int (*read)(struct loader *, const struct node *))
{
    struct scenario *scenario = loader->scenario;
    const struct node *root = NULL;
    int r = yaml_parse(text, len, scenario->file, loader->arena, &root, loader->err);

    if (r < 0)
        return r;
    scenario->text = text;
    sha256_hex(text, len, scenario->sha256);
    return read(loader, root);
}

static int file_load(const char *file, struct loader *loader,
                     int (*read)(struct loader *, const struct node *), struct scenario **ret)
{
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    const char *text = NULL;
    size_t len = 0;
    int r = scenario_new(file, &scenario, loader->err);

    if (r < 0)
        return r;
    loader->scenario = scenario;
    loader->arena = scenario->arena;
    r = yaml_read(file, scenario->arena, &text, &len, loader->err);
    r = r < 0 ? r : text_read(loader, text, len, read);
    if (r == 0)
        *ret = TAKE(scenario);
    return r;
}

int scenario_load(const char *file, const struct registry *registry, const struct prompt *prompt,
                  struct scenario **ret, struct vmtp_error *err)
{
    struct loader loader = { .registry = registry, .prompt = prompt, .err = err };

    return file_load(file, &loader, root_read, ret);
}

int scenario_load_cloud(const char *file, const struct registry *registry,
                        const struct prompt *prompt, struct scenario **ret, struct vmtp_error *err)
{
    struct loader loader = { .registry = registry, .prompt = prompt, .err = err };

    return file_load(file, &loader, cloud_read, ret);
}

static int text_load(const char *text, size_t len, const char *file, struct loader *loader,
                     int (*read)(struct loader *, const struct node *), struct scenario **ret)
{
    _cleanup_(scenario_freep) struct scenario *scenario = NULL;
    const char *copy;
    int r = scenario_new(file, &scenario, loader->err);

    if (r < 0)
        return r;
    if (len > YAML_BYTES_MAX)
        return vmtp_fail(loader->err, -EINVAL, "%.100s: larger than %d bytes", file,
                         YAML_BYTES_MAX);
    copy = arena_strndup(scenario->arena, text, len);
    if (!copy)
        return vmtp_fail(loader->err, -ENOMEM, "%.100s: out of memory", file);
    loader->scenario = scenario;
    loader->arena = scenario->arena;
    r = text_read(loader, copy, len, read);
    if (r == 0)
        *ret = TAKE(scenario);
    return r;
}

int scenario_parse(const char *text, size_t len, const char *file, const struct registry *registry,
                   const struct prompt *prompt, struct scenario **ret, struct vmtp_error *err)
{
    struct loader loader = { .registry = registry, .prompt = prompt, .err = err };

    return text_load(text, len, file, &loader, root_read, ret);
}

int scenario_parse_endpoints(const char *text, size_t len, const struct registry *registry,
                             const struct prompt *prompt, struct scenario **ret,
                             struct vmtp_error *err)
{
    struct loader loader = { .registry = registry, .prompt = prompt, .err = err };

    return text_load(text, len, "", &loader, places_read, ret);
}

int scenario_parse_sink(const char *text, const char *file, const struct registry *registry,
                        const struct prompt *prompt, struct scenario **ret, struct vmtp_error *err)
{
    struct loader loader = { .registry = registry, .prompt = prompt, .err = err };

    return text_load(text, strlen(text), file, &loader, sink_read, ret);
}

void scenario_free(struct scenario *scenario)
{
    if (scenario)
        arena_free(scenario->arena);
}
