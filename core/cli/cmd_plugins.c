/* SPDX-License-Identifier: Apache-2.0 */
#include "../engine/conformance.h"
#include "../plugin/describe.h"
#include "cli.h"

#include <getopt.h>
#include <sys/wait.h>

static int plugins_list(struct cli *cli)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    int status = cli_registry(cli, &registry);

    if (status != EXIT_PASS)
        return status;
    for (const struct component *c = registry->components; c; c = c->next)
        printf("%-8s %-12s %-8s %s\n", kind_name(c->table.kind), c->table.name, c->version,
               c->table.summary);
    return EXIT_PASS;
}

static int component_show(const struct component *component, const char *format)
{
    if (strcmp(format, "text") == 0)
        return describe_text(component, stdout);
    if (strcmp(format, "md") == 0)
        return describe_markdown(component, stdout);
    return describe_schema(component, stdout);
}

/* "native", or with its kind "tool/null": a tool and a sink may have the same name. */
static bool is_named(const struct component *component, const char *name)
{
    const char *kind = kind_name(component->table.kind);
    size_t len = strlen(kind);

    if (strncmp(name, kind, len) == 0 && name[len] == '/')
        name += len + 1;
    return strcmp(component->table.name, name) == 0;
}

static size_t named_count(const struct registry *registry, const char *name)
{
    size_t count = 0;

    for (const struct component *c = registry->components; c; c = c->next)
        count += is_named(c, name);
    return count;
}

static int plugins_show(struct cli *cli, const char *name, const char *format)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    int status = cli_registry(cli, &registry);
    size_t count, shown = 0;

    if (status != EXIT_PASS)
        return status;
    count = named_count(registry, name);
    if (count == 0) {
        fprintf(stderr, "vmtp: no plugin provides '%.60s' (vmtp plugins list)\n", name);
        return EXIT_USAGE;
    }
    if (count > 1 && strcmp(format, "json-schema") == 0) {
        fprintf(stderr, "vmtp: %zu components are named '%.60s': say which, as in tool/NAME\n",
                count, name);
        return EXIT_USAGE;
    }
    for (const struct component *c = registry->components; c; c = c->next)
        if (is_named(c, name)) {
            if (shown++)
                putchar('\n');
            if (component_show(c, format) < 0)
                return EXIT_INFRA;
        }
    return EXIT_PASS;
}

static void say(void *arg, bool passed, const char *phrase)
{
    const struct component *component = arg;

    printf("%-4s %s %s: %s\n", passed ? "ok" : "FAIL", kind_name(component->table.kind),
           component->table.name, phrase);
}

/* In a process of its own: a plugin may crash, and that is an answer too. */
static size_t component_test(struct component *component)
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        size_t failed = conformance_test(component, say, component);

        fflush(stdout);
        _exit(failed > 100 ? 100 : (int)failed);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        say(component, false, strerror(errno));
        return 1;
    }
    if (!WIFSIGNALED(status))
        return (size_t)WEXITSTATUS(status);
    printf("FAIL %s %s: crashes behind what stands above: %s\n", kind_name(component->table.kind),
           component->table.name, strsignal(WTERMSIG(status)));
    return 1;
}

static int plugins_test(struct cli *cli, const char *file)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    struct vmtp_error err = { 0 };
    size_t failed = 0;

    if (registry_load_file(file, &registry, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    for (const struct refusal *r = registry->refusals; r; r = r->next, failed++)
        printf("FAIL %s: %s\n", r->path, r->reason);
    for (struct component *c = registry->components; c; c = c->next)
        failed += component_test(c);
    return failed ? EXIT_FAIL : EXIT_PASS;
}

/* "text", "md" or "json-schema"; NULL: something else was given. */
static const char *format_read(struct cli *cli)
{
    static const struct option options[] = { { "format", required_argument, NULL, 'f' }, { 0 } };
    const char *format = "text";
    int option;

    while ((option = getopt_long(cli->argc, cli->argv, "", options, NULL)) != -1)
        format = option == 'f' ? optarg : "";
    if (strcmp(format, "text") != 0 && strcmp(format, "md") != 0 &&
        strcmp(format, "json-schema") != 0)
        return NULL;
    return format;
}

int cmd_plugins(struct cli *cli)
{
    const char *format = format_read(cli);
    char **words = cli->argv + optind;
    int count = cli->argc - optind;

    if (!format) {
        fputs("usage: vmtp plugins show [KIND/]NAME [--format text|md|json-schema]\n", stderr);
        return EXIT_USAGE;
    }
    if (count == 1 && strcmp(words[0], "list") == 0)
        return plugins_list(cli);
    if (count == 2 && strcmp(words[0], "show") == 0)
        return plugins_show(cli, words[1], format);
    if (count == 2 && strcmp(words[0], "test") == 0)
        return plugins_test(cli, words[1]);
    return cli_usage(cli);
}
