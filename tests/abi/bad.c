/* SPDX-License-Identifier: Apache-2.0
 *
 * Plugins that contradict themselves, one mistake in each: -DBAD=CASE.  Each row below is a case;
 * abi.mk builds them all and tests/unit/test_plugin.c knows what each is refused for.
 */
#include <vmtp/plugin.h>

enum {
    ABI_MAJOR, /* the symbol says 1, the module 3 */
    BYTES_FEW, /* sizes that can't be */
    BYTES_MANY,
    COMPONENTS_NONE,
    NAME_NONE,
    NAME_NO_KEBAB,
    SUMMARY_NONE,
    KIND_UNKNOWN,
    OPS_NONE,
    FUNCTIONS_NONE,
    METRICS_NONE,
    METRIC_TWICE,
    METRIC_UNIT, /* a shared name in a unit of its own */
    METRIC_KIND,
    METRIC_NO_SNAKE,
    METRIC_STRIDE,
    OPTION_DEFAULT, /* outside of its own range */
    OPTION_RANGE,
    OPTION_OUTSIDE,
    OPTION_UNALIGNED,
    OPTION_OVERLAP,
    OPTION_TWICE,
    OPTION_TYPE,
    OPTION_FLAG,
    OPTION_NAME,
    OPTION_HELP,
    OPTION_REQUIRED,
    OPTION_SECRET,
    OPTION_STRIDE,
    CHOICES_NONE,
    CHOICE_TWICE,
    CHOICE_DEFAULT,
    LIST_ITEM,
    STATE_HUGE,
    PROGRAM_PATH, /* more than a name */
    PROGRAM_ROLE,
    PROGRAM_STRIDE,
};

#define IF(what, then, otherwise) (BAD == (what) ? (then) : (otherwise))

struct options {
    uint64_t length, count;
    const char *word;
    struct vmtp_list list;
    int mode;
};

static const struct vmtp_choice modes[] = {
    { IF(CHOICES_NONE, NULL, "one"), 1, "The first" },
    { IF(CHOICE_TWICE, "one", "two"), 2, "The second" },
    { NULL, 0, NULL },
};

static const struct vmtp_option options[] = {
    { .name = IF(OPTION_NAME, "Length", "length"),
      .help = IF(OPTION_HELP, "", "Bytes"),
      .type = IF(OPTION_TYPE, 99, VMTP_SIZE),
      .flags = IF(OPTION_FLAG, 1 << 20, 0) | IF(OPTION_REQUIRED, VMTP_REQUIRED, 0) |
               IF(OPTION_SECRET, VMTP_SECRET, 0),
      .offset = IF(OPTION_UNALIGNED, 3, offsetof(struct options, length)),
      .def = IF(OPTION_DEFAULT, "64K", "512"),
      .min = IF(OPTION_RANGE, 2000, 1),
      .max = 1024 },
    { .name = IF(OPTION_TWICE, "length", "count"),
      .help = "How many",
      .type = VMTP_UINT,
      .offset = IF(
          OPTION_OUTSIDE, sizeof(struct options),
          IF(OPTION_OVERLAP, offsetof(struct options, length), offsetof(struct options, count))) },
    { "word", "A word", VMTP_OPT_STRING(struct options, word) },
    { "list", "Some words",
      VMTP_OPT_LIST(struct options, list, IF(LIST_ITEM, VMTP_MAP, VMTP_STRING)) },
    { "mode", "How", VMTP_OPT_ENUM(struct options, mode, modes),
      .def = IF(CHOICE_DEFAULT, "three", IF(CHOICES_NONE, NULL, "one")) },
};

static const struct vmtp_metric metrics[] = {
    { VMTP_GOODPUT, IF(METRIC_UNIT, "MB/s", "bit/s"), "Payload",
      IF(METRIC_KIND, VMTP_COUNTER, VMTP_GAUGE), 0 },
    { IF(METRIC_TWICE, VMTP_GOODPUT, IF(METRIC_NO_SNAKE, "Queue-Length", "queue_length")),
      IF(METRIC_TWICE, "bit/s", "packets"), "Waiting", VMTP_GAUGE, 0 },
};

static int bad_run(struct vmtp_self *self, const struct vmtp_flow *flow,
                   const struct vmtp_trial *trial, struct vmtp_error *err)
{
    (void)self, (void)flow, (void)trial;
    return vmtp_fail(err, -ENOTSUP, "bad: only for the loader");
}

static const struct vmtp_program programs[] = {
    { IF(PROGRAM_PATH, "/usr/bin/bad", "bad"), NULL, IF(PROGRAM_ROLE, 4, VMTP_CLIENT) },
};

static const struct vmtp_tool tool = {
    .size = sizeof tool,
    .run = IF(FUNCTIONS_NONE, NULL, bad_run),
    .programs = { programs, 1, IF(PROGRAM_STRIDE, 8, sizeof *programs) },
};

static const struct vmtp_component component = {
    .size = IF(BYTES_MANY, 1 << 20, sizeof component),
    .kind = IF(KIND_UNKNOWN, 9, VMTP_TOOL),
    .name = IF(NAME_NO_KEBAB, "Bad_Name", "bad"),
    .summary = IF(SUMMARY_NONE, NULL, "Contradicts itself"),
    .options = { options, sizeof options / sizeof *options, IF(OPTION_STRIDE, 8, sizeof *options) },
    .metrics = { metrics, IF(METRICS_NONE, 0, sizeof metrics / sizeof *metrics),
                 IF(METRIC_STRIDE, 8, sizeof *metrics) },
    .opt_size = sizeof(struct options),
    .state_size = IF(STATE_HUGE, (size_t)1 << 40, 0),
    .ops = IF(OPS_NONE, NULL, &tool),
};

static const struct vmtp_component *const components[] = {
    IF(COMPONENTS_NONE, NULL, &component),
    NULL,
};

extern __attribute__((visibility("default"))) const struct vmtp_module vmtp_module_v1;
const struct vmtp_module vmtp_module_v1 = {
    .size = IF(BYTES_FEW, 8, sizeof(struct vmtp_module)),
    .abi_major = IF(ABI_MAJOR, 3, VMTP_ABI_MAJOR),
    .abi_minor = VMTP_ABI_MINOR,
    .name = IF(NAME_NONE, NULL, "bad"),
    .version = "1.0",
    .license = "Apache-2.0",
    .components = components,
};
