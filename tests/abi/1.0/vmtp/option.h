/* SPDX-License-Identifier: Apache-2.0
 *
 * Option tables: what a scenario may say to a component, as data.
 *
 * From the rows the core makes defaults, validation with file:line:column, "did you mean",
 * `vmtp plugins show`, the JSON Schema and the documentation.  A plugin never parses text: it
 * finds its options struct filled.  A scalar option that is given a list in a flow multiplies
 * the flow; a LIST option takes the list.
 *
 * Writing values: durations carry a unit (250ms, 2s, 5m, 1h; a bare 0 is allowed); sizes are
 * bytes, with K, M, G = 1024-based (64K); rates are bit/s, with K, M, G, T = 1000-based (10G).
 * All three take decimals (2.5G).
 */
#ifndef VMTP_OPTION_H
#define VMTP_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each row names the C type that its value has in the options struct. */
enum vmtp_type {
    VMTP_BOOL = 1, /* bool */
    VMTP_INT,      /* int64_t */
    VMTP_UINT,     /* uint64_t */
    VMTP_REAL,     /* double */
    VMTP_STRING,   /* const char * */
    VMTP_ENUM,     /* int, one of choices */
    VMTP_DURATION, /* uint64_t nanoseconds */
    VMTP_SIZE,     /* uint64_t bytes */
    VMTP_RATE,     /* uint64_t bit/s */
    VMTP_ADDRESS,  /* const char *: IPv4, IPv6 or a host name, checked for its form only */
    VMTP_PORT,     /* uint64_t, 0..65535; 0: any that is free */
    VMTP_PATH,     /* const char *: a leading "~/" is expanded; else relative to where vmtp runs */
    VMTP_LIST,     /* struct vmtp_list; vmtp_option.item names the scalar type of its items */
    VMTP_MAP,      /* struct vmtp_map: strings by name, in the order written */
};

enum vmtp_option_flag {
    VMTP_REQUIRED = 1 << 0,   /* a scenario without it is refused */
    VMTP_SECRET = 1 << 1,     /* never logged nor stored; may be written {env: NAME}, {file: PATH}
                                  or {prompt: WHAT}, which asks the person */
    VMTP_DEPRECATED = 1 << 2, /* still read, with a warning that shows help */
};

struct vmtp_choice {
    const char *name;
    int value;
    const char *help;
};

/* items: an array of count values of the item type (uint64_t for VMTP_RATE, const char * for
 * VMTP_STRING, ...); NULL when count is 0. */
struct vmtp_list {
    const void *items;
    size_t count;
};

struct vmtp_pair {
    const char *name, *value;
};

struct vmtp_map {
    const struct vmtp_pair *pairs;
    size_t count;
};

struct vmtp_option {
    const char *name;                  /* kebab-case, unique in its table */
    const char *help;                  /* one sentence without a full stop */
    uint32_t type;                     /* enum vmtp_type */
    uint32_t flags;                    /* enum vmtp_option_flag */
    size_t offset;                     /* into the options struct */
    const char *def;                   /* as one would write it in YAML; NULL: zero, NULL, empty */
    int64_t min, max;                  /* inclusive, in the C value's unit; both 0: any */
    const struct vmtp_choice *choices; /* VMTP_ENUM: ends with a NULL name */
    uint32_t item;                     /* VMTP_LIST: the type of its items, a scalar one */
};

/* The offset of a field, refused at compile time unless its C type fits the option. */
#ifdef __cplusplus
#define VMTP_AT(s, f, c_type) offsetof(s, f)
#else
#define VMTP_AT(s, f, c_type) _Generic(((s *)0)->f, c_type : offsetof(s, f))
#endif
#define VMTP_OPT_BOOL(s, f)     .type = VMTP_BOOL, .offset = VMTP_AT(s, f, bool)
#define VMTP_OPT_INT(s, f)      .type = VMTP_INT, .offset = VMTP_AT(s, f, int64_t)
#define VMTP_OPT_UINT(s, f)     .type = VMTP_UINT, .offset = VMTP_AT(s, f, uint64_t)
#define VMTP_OPT_REAL(s, f)     .type = VMTP_REAL, .offset = VMTP_AT(s, f, double)
#define VMTP_OPT_STRING(s, f)   .type = VMTP_STRING, .offset = VMTP_AT(s, f, const char *)
#define VMTP_OPT_ENUM(s, f, ch) .type = VMTP_ENUM, .offset = VMTP_AT(s, f, int), .choices = ch
#define VMTP_OPT_DURATION(s, f) .type = VMTP_DURATION, .offset = VMTP_AT(s, f, uint64_t)
#define VMTP_OPT_SIZE(s, f)     .type = VMTP_SIZE, .offset = VMTP_AT(s, f, uint64_t)
#define VMTP_OPT_RATE(s, f)     .type = VMTP_RATE, .offset = VMTP_AT(s, f, uint64_t)
#define VMTP_OPT_ADDRESS(s, f)  .type = VMTP_ADDRESS, .offset = VMTP_AT(s, f, const char *)
#define VMTP_OPT_PORT(s, f)     .type = VMTP_PORT, .offset = VMTP_AT(s, f, uint64_t)
#define VMTP_OPT_PATH(s, f)     .type = VMTP_PATH, .offset = VMTP_AT(s, f, const char *)
#define VMTP_OPT_LIST(s, f, of)                                                                    \
    .type = VMTP_LIST, .offset = VMTP_AT(s, f, struct vmtp_list), .item = of
#define VMTP_OPT_MAP(s, f) .type = VMTP_MAP, .offset = VMTP_AT(s, f, struct vmtp_map)

/* An array that carries its own stride, so that its rows can grow in a later minor version. */
struct vmtp_table {
    const void *rows;
    uint32_t count, stride;
};
#define VMTP_TABLE(a)                                                                              \
    {                                                                                              \
        (a), sizeof(a) / sizeof *(a), sizeof *(a)                                                  \
    }

#endif
