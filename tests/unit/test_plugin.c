/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/plugin/plugin.c and registry.c with the shared objects of tests/abi.
 *
 * Each refusal is compared with its whole text: that is what a plugin's author gets to read.  The
 * plugins stay mapped until the program ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

#include "core/plugin/plugin.h"
#include "core/plugin/registry.h"

/* What stands in front when a plugin uses what this core does not know. */
#define NEWER "is built for plugin ABI 1.7, this vmtp speaks 1.0: "
#define SAME  "is built for plugin ABI 1.0, this vmtp speaks 1.0: "

#define SO(name) BUILD "/tests/abi/" name ".so"

struct refused {
    const char *path;
    int code;
    const char *text;
};

/* ---- one file ---- */

static struct plugin open_good(const char *path, struct arena *arena)
{
    struct vmtp_error err = { 0 };
    struct plugin plugin = { 0 };

    if (plugin_open(path, arena, &plugin, &err) < 0)
        fail_msg("%s: %s", path, err.text);
    assert_int_equal(err.code, 0); /* untouched on success */
    assert_non_null(plugin.components);
    return plugin;
}

static void expect_refused(const struct refused *refused)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct plugin plugin = { .abi_minor = 77 };
    struct vmtp_error err = { 0 };
    int r = plugin_open(refused->path, arena, &plugin, &err);

    if (r != refused->code || strcmp(err.text, refused->text) != 0)
        fail_msg("%s: %d '%s', not %d '%s'", refused->path, r, err.text, refused->code,
                 refused->text);
    assert_int_equal(err.code, r);
    assert_int_equal(plugin.abi_minor, 77); /* untouched on failure */
}

static void loads_a_plugin_built_today(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct plugin plugin = open_good(SO("good-today"), arena);

    (void)state;
    assert_string_equal(plugin.name, "hello");
    assert_string_equal(plugin.version, "1.0");
    assert_string_equal(plugin.license, "Apache-2.0");
    assert_string_equal(plugin.components->table.name, "hello");
    assert_int_equal(plugin.components->ops.tool.whole, 1);
    assert_null(plugin.components->next);
}

static void loads_a_plugin_built_with_the_headers_of_abi_1_0(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct plugin plugin = open_good(SO("good-1.0"), arena);
    const struct vmtp_component *table = &plugin.components->table;

    (void)state;
    assert_int_equal(plugin.abi_minor, 0);
    assert_int_equal(table->options.count, 3);
    assert_int_equal(table->metrics.count, 2);
    assert_string_equal(component_metric(plugin.components, 0)->name, VMTP_RTT);
    assert_null(component_metric(plugin.components, 2));
}

static void reads_of_an_older_plugin_no_more_than_it_has(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct plugin plugin = open_good(SO("good-short"), arena);
    const struct vmtp_tool *tool = &plugin.components->ops.tool;

    (void)state;
    assert_non_null(tool->command);
    assert_non_null(tool->parse);
    assert_int_equal(tool->whole, 0);
    assert_null(tool->ready_text);
}

static void loads_a_newer_plugin_that_uses_nothing_new(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct plugin plugin = open_good(SO("good-future"), arena);
    const struct vmtp_table *options = &plugin.components->table.options;

    (void)state;
    assert_int_equal(plugin.abi_minor, 7);
    assert_true(options->stride > sizeof(struct vmtp_option));
    assert_string_equal(((const struct vmtp_option *)table_row(options, 1))->name, "flag");
}

static void refuses_a_newer_plugin_that_uses_what_is_new(void **state)
{
    static const struct refused cases[] = {
        { SO("future/OPTION_TYPE"), -ENOTSUP,
          NEWER "tool future: option 'count': this vmtp does not know its type 99" },
        { SO("future/METRIC_KIND"), -ENOTSUP,
          NEWER "tool future: metric goodput is of kind 9, which this vmtp does not know" },
        { SO("future/COMPONENT_KIND"), -ENOTSUP,
          NEWER "has a component of kind 9, which this vmtp does not know" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_refused(&cases[i]);
}

/* The sizes of today are not written down here: they grow. */
static void names_the_byte_that_it_does_not_know(void **state)
{
    const struct {
        const char *path, *what;
        size_t known, used;
    } cases[] = {
        { SO("future/MODULE_TAIL"), "its module uses", sizeof(struct vmtp_module),
          sizeof(struct vmtp_module) + sizeof(size_t) },
        { SO("future/COMPONENT_TAIL"), "a component uses", sizeof(struct vmtp_component),
          sizeof(struct vmtp_component) },
        { SO("future/TOOL_TAIL"), "tool uses", sizeof(struct vmtp_tool),
          sizeof(struct vmtp_tool) + sizeof(size_t) },
        { SO("future/OPTION_TAIL"), "a row of its options uses", sizeof(struct vmtp_option),
          sizeof(struct vmtp_option) },
        { SO("future/METRIC_TAIL"), "a row of its metrics uses", sizeof(struct vmtp_metric),
          sizeof(struct vmtp_metric) },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        _cleanup_(arena_freep) struct arena *arena = arena_new();
        struct vmtp_error err = { 0 };
        struct plugin plugin;
        char wanted[200];

        snprintf(wanted, sizeof wanted,
                 "%s byte %zu, of which this vmtp knows %zu: it needs a newer vmtp", cases[i].what,
                 cases[i].used, cases[i].known);
        assert_int_equal(plugin_open(cases[i].path, arena, &plugin, &err), -ENOTSUP);
        if (!strstr(err.text, wanted))
            fail_msg("'%s' is not in '%s'", wanted, err.text);
    }
}

static void names_both_versions(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct vmtp_error err = { 0 };
    struct plugin plugin;

    (void)state;
    assert_int_equal(plugin_open(SO("future/MODULE_TAIL"), arena, &plugin, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "is built for plugin ABI 1.7, this vmtp speaks 1.0: "));
    expect_refused(
        &(struct refused){ SO("major"), -ENOTSUP, "speaks plugin ABI 2, this vmtp speaks 1.0" });
    expect_refused(&(struct refused){ SO("bad/ABI_MAJOR"), -ENOTSUP,
                                      "is built for plugin ABI 3.0, this vmtp speaks 1.0" });
}

static void refuses_tables_that_contradict_themselves(void **state)
{
    static const struct refused cases[] = {
        { SO("bad/BYTES_FEW"), -EBADF,
          "is built for plugin ABI 1.0, this vmtp speaks 1.0: its module says it is 8 bytes, which "
          "cannot be" },
        { SO("bad/BYTES_MANY"), -EBADF, "a component says it is 1048576 bytes, which cannot be" },
        { SO("bad/COMPONENTS_NONE"), -EINVAL, "lacks a name, a version or a component" },
        { SO("bad/NAME_NONE"), -EINVAL, "lacks a name, a version or a component" },
        { SO("bad/NAME_NO_KEBAB"), -EINVAL, "component 'Bad_Name' lacks a kebab-case name" },
        { SO("bad/SUMMARY_NONE"), -EINVAL, "tool bad: lacks a summary" },
        { SO("bad/KIND_UNKNOWN"), -ENOTSUP,
          SAME "has a component of kind 9, which this vmtp does not know" },
        { SO("bad/OPS_NONE"), -EINVAL, "has a tool without functions" },
        { SO("bad/FUNCTIONS_NONE"), -EINVAL,
          "tool bad: gives neither run() nor command() and parse()" },
        { SO("bad/STATE_HUGE"), -EINVAL,
          "tool bad: asks for 48 bytes of options and 1099511627776 of state" },
        { SO("bad/METRICS_NONE"), -EINVAL, "tool bad: has no metrics" },
        { SO("bad/METRIC_TWICE"), -EINVAL, "tool bad: metric goodput stands there twice" },
        { SO("bad/METRIC_UNIT"), -EINVAL,
          "tool bad: metric goodput is one that all tools share, in bit/s and of kind 1, not in "
          "MB/s and of kind 1" },
        { SO("bad/METRIC_KIND"), -EINVAL,
          "tool bad: metric goodput is one that all tools share, in bit/s and of kind 1, not in "
          "bit/s and of kind 2" },
        { SO("bad/METRIC_NO_SNAKE"), -EINVAL,
          "tool bad: metric 'Queue-Length' lacks a snake_case name" },
        { SO("bad/METRIC_STRIDE"), -EINVAL, "tool bad: its table of metrics is damaged" },
        { SO("bad/PROGRAM_PATH"), -EINVAL, "tool bad: program 1 lacks a plain name" },
        { SO("bad/PROGRAM_ROLE"), -EINVAL, "tool bad: program bad is for neither end" },
        { SO("bad/PROGRAM_STRIDE"), -EINVAL, "tool bad: its table of programs is damaged" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_refused(&cases[i]);
}

static void refuses_options_that_contradict_themselves(void **state)
{
    static const struct refused cases[] = {
        { SO("bad/OPTION_DEFAULT"), -EINVAL,
          "tool bad: option 'length': its default: '64K' is out of range: 1 to 1K" },
        { SO("bad/OPTION_RANGE"), -EINVAL,
          "tool bad: option 'length': its least value is above its largest" },
        { SO("bad/OPTION_OUTSIDE"), -EINVAL,
          "tool bad: option 'count': it lies outside of its struct" },
        { SO("bad/OPTION_UNALIGNED"), -EINVAL,
          "tool bad: option 'length': it is not aligned in its struct" },
        { SO("bad/OPTION_OVERLAP"), -EINVAL,
          "tool bad: option 'count': it overlaps with option 'length'" },
        { SO("bad/OPTION_TWICE"), -EINVAL, "tool bad: option 'length': it stands there twice" },
        { SO("bad/OPTION_TYPE"), -ENOTSUP,
          SAME "tool bad: option 'length': this vmtp does not know its type 99" },
        { SO("bad/OPTION_FLAG"), -ENOTSUP,
          SAME "tool bad: option 'length': this vmtp does not know its flags 0x100000" },
        { SO("bad/OPTION_NAME"), -EINVAL, "tool bad: option 0: 'Length' is not a kebab-case name" },
        { SO("bad/OPTION_HELP"), -EINVAL, "tool bad: option 'length': it has no help" },
        { SO("bad/OPTION_REQUIRED"), -EINVAL,
          "tool bad: option 'length': it is required and yet has a default" },
        { SO("bad/OPTION_SECRET"), -EINVAL,
          "tool bad: option 'length': a secret must be a string" },
        { SO("bad/OPTION_STRIDE"), -EINVAL, "tool bad: its table of options is damaged" },
        { SO("bad/CHOICES_NONE"), -EINVAL, "tool bad: option 'mode': it has no choices" },
        { SO("bad/CHOICE_TWICE"), -EINVAL,
          "tool bad: option 'mode': its choice 'one' stands there twice" },
        { SO("bad/CHOICE_DEFAULT"), -EINVAL,
          "tool bad: option 'mode': its default: 'three' is none of one, two" },
        { SO("bad/LIST_ITEM"), -EINVAL,
          "tool bad: option 'list': the items of its list are of no scalar type" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_refused(&cases[i]);
}

/* ---- folders of files ---- */

static char folder[PATH_MAX];

static int entry_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int folder_make(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/vmtp-test-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (!mkdtemp(folder) || setenv("HOME", folder, 1) != 0)
        return -1;
    return unsetenv("VMTP_PLUGIN_PATH");
}

static int folder_remove(void **state)
{
    (void)state;
    return nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* A path in the folder; each call has its own memory until the program ends. */
static const char *in_folder(const char *name)
{
    static char paths[64][PATH_MAX + 64];
    static size_t next;
    char *path = paths[next++ % COUNT(paths)];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static const char *make_folder(const char *name)
{
    const char *path = in_folder(name);

    assert_int_equal(mkdir(path, 0755), 0);
    return path;
}

static const char *write_file(const char *name, const void *data, size_t len)
{
    const char *path = in_folder(name);
    _fclose_ FILE *out = fopen(path, "we");

    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, len, out), len);
    return path;
}

/* Relative to where the test was started, as $B may be. */
static const char *copy_file(const char *from, const char *name)
{
    static char data[1 << 20];
    _fclose_ FILE *in = fopen(from, "re");
    size_t len;

    if (!in)
        fail_msg("%s: %s", from, strerror(errno));
    len = fread(data, 1, sizeof data, in);
    assert_in_range(len, 1000, sizeof data - 1);
    return write_file(name, data, len);
}

static const struct refusal *refusal_of(const struct registry *registry, const char *path)
{
    for (const struct refusal *r = registry->refusals; r; r = r->next)
        if (strcmp(r->path, path) == 0)
            return r;
    return NULL;
}

static struct registry *load(const char *path)
{
    struct registry *registry = NULL;
    struct vmtp_error err = { 0 };

    if (registry_load(path, &registry, &err) < 0)
        fail_msg("%s", err.text);
    return registry;
}

static void expect_reason(const struct registry *registry, const char *path, const char *reason)
{
    const struct refusal *refusal = refusal_of(registry, path);

    if (!refusal)
        fail_msg("%s was not refused", path);
    assert_string_equal(refusal->reason, reason);
}

static void refuses_what_is_no_plugin_without_mapping_it(void **state)
{
    (void)state;
    unsetenv("VMTP_TEST_WAS_MAPPED");
    expect_refused(&(struct refused){ SO("plain"), -ENOEXEC,
                                      "exports no vmtp_module_v1, so it is no vmtp plugin" });
    expect_refused(
        &(struct refused){ SO("major"), -ENOTSUP, "speaks plugin ABI 2, this vmtp speaks 1.0" });
    expect_refused(
        &(struct refused){ write_file("text.so", "hello\n", 6), -ENOEXEC, "is no shared object" });
    expect_refused(
        &(struct refused){ write_file("empty.so", "", 0), -ENOEXEC, "is no shared object" });
    expect_refused(&(struct refused){ make_folder("folder.so"), -ENOEXEC, "is no shared object" });
    expect_refused(
        &(struct refused){ in_folder("nothing.so"), -ENOENT, "No such file or directory" });
    assert_null(getenv("VMTP_TEST_WAS_MAPPED"));
}

static void loads_the_others_when_some_are_refused(void **state)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    const char *bad, *text, *empty;

    (void)state;
    make_folder("mixed");
    make_folder("mixed/tools");
    bad = copy_file(SO("bad/METRIC_UNIT"), "mixed/a-bad.so");
    text = write_file("mixed/tools/text.so", "no", 2);
    empty = write_file("mixed/empty.so", "", 0);
    make_folder("mixed/b-folder.so");
    copy_file(SO("good-short"), "mixed/zz.so");
    copy_file(SO("good-future"), "mixed/tools/good.so");
    registry = load(in_folder("mixed"));
    assert_non_null(registry_find(registry, VMTP_TOOL, "short"));
    assert_non_null(registry_find(registry, VMTP_TOOL, "future"));
    assert_null(registry_find(registry, VMTP_TOOL, "bad"));
    assert_null(registry_find(registry, VMTP_SINK, "short"));
    assert_non_null(strstr(refusal_of(registry, bad)->reason, "MB/s"));
    expect_reason(registry, text, "is no shared object");
    expect_reason(registry, empty, "is no shared object");
}

static void gives_a_name_to_the_first_that_has_it(void **state)
{
    _cleanup_(registry_freep) struct registry *registry = NULL;
    const char *first, *second, *third;
    char path[3 * PATH_MAX], reason[2 * PATH_MAX];

    (void)state;
    make_folder("one");
    make_folder("two");
    make_folder(".local");
    make_folder(".local/lib");
    make_folder(".local/lib/vmtp");
    make_folder(".local/lib/vmtp/plugins-1");
    first = copy_file(SO("good-today"), "one/hello.so");
    second = copy_file(SO("good-twin"), "two/hello.so");
    third = copy_file(SO("good-1.0"), ".local/lib/vmtp/plugins-1/hello.so");
    snprintf(path, sizeof path, "::%s:%s", in_folder("missing"), in_folder("one"));
    setenv("VMTP_PLUGIN_PATH", in_folder("two"), 1);
    registry = load(path);
    unsetenv("VMTP_PLUGIN_PATH");
    assert_string_equal(registry_find(registry, VMTP_TOOL, "hello")->path, first);
    snprintf(reason, sizeof reason, "tool hello: %s has that name already", first);
    expect_reason(registry, second, reason);
    expect_reason(registry, third, reason);
    assert_ptr_not_equal(refusal_of(registry, second)->next, NULL);
}

static void as_root_runs_no_code_that_others_can_change(void **state)
{
    struct refused file = { .code = -EPERM,
                            .text = "everyone can write it, and this is root: chmod o-w" };
    struct refused below = { .code = -EPERM,
                             .text = "everyone can write its folder, and this is root: chmod o-w" };
    _cleanup_(arena_freep) struct arena *arena = arena_new();

    (void)state;
    make_folder("open");
    below.path = copy_file(SO("good-today"), "open/below.so");
    file.path = copy_file(SO("good-today"), "writable.so");
    assert_int_equal(chmod(in_folder("open"), 0777), 0);
    assert_int_equal(chmod(file.path, 0666), 0);
    if (geteuid() != 0) {
        open_good(file.path, arena);
        return;
    }
    expect_refused(&file);
    expect_refused(&below);
    assert_int_equal(chmod(in_folder("open"), 01777), 0); /* sticky, like /tmp */
    open_good(below.path, arena);
}

static void loads_one_file_by_itself(void **state)
{
    _cleanup_(registry_freep) struct registry *good = NULL, *bad = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(registry_load_file(SO("good-today"), &good, &err), 0);
    assert_non_null(good->components);
    assert_null(good->components->next);
    assert_null(good->refusals);
    assert_int_equal(registry_load_file(SO("plain"), &bad, &err), 0);
    assert_null(bad->components);
    expect_reason(bad, SO("plain"), "exports no vmtp_module_v1, so it is no vmtp plugin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_plugin_without_mapping_it),
        cmocka_unit_test(loads_a_plugin_built_today),
        cmocka_unit_test(loads_a_plugin_built_with_the_headers_of_abi_1_0),
        cmocka_unit_test(reads_of_an_older_plugin_no_more_than_it_has),
        cmocka_unit_test(loads_a_newer_plugin_that_uses_nothing_new),
        cmocka_unit_test(refuses_a_newer_plugin_that_uses_what_is_new),
        cmocka_unit_test(names_the_byte_that_it_does_not_know),
        cmocka_unit_test(names_both_versions),
        cmocka_unit_test(refuses_tables_that_contradict_themselves),
        cmocka_unit_test(refuses_options_that_contradict_themselves),
        cmocka_unit_test(loads_the_others_when_some_are_refused),
        cmocka_unit_test(gives_a_name_to_the_first_that_has_it),
        cmocka_unit_test(as_root_runs_no_code_that_others_can_change),
        cmocka_unit_test(loads_one_file_by_itself),
    };

    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
