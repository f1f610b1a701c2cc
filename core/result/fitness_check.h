/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks of an endpoint's fitness: each is a row of a table, and its function grades what it finds.
 *
 * Pure.  What facts and monitors tell is of somebody else's machine: a value of another type is
 * absent, and no text of theirs gets into a command unless it is a plain word.
 */
#ifndef VMTP_RESULT_FITNESS_CHECK_H
#define VMTP_RESULT_FITNESS_CHECK_H

#include "../base/attr.h"
#include "fitness.h"

#include <vmtp/metric.h>

enum use {
    FOR_THROUGHPUT = 1 << 0, /* up to 1 Gb/s */
    FOR_HIGH_SPEED = 1 << 1, /* 10 Gb/s */
    FOR_LOSS_JITTER = 1 << 2,
    FOR_ONE_WAY_DELAY = 1 << 3,
    FOR_STORAGE = 1 << 4, /* of others' measurements */
    FOR_RATE = FOR_THROUGHPUT | FOR_HIGH_SPEED,
    FOR_TIMING = FOR_LOSS_JITTER | FOR_ONE_WAY_DELAY,
    FOR_MEASURING = FOR_RATE | FOR_TIMING,
};
#define USES 5

/* From the best to the worst: what is not known is not good. */
enum grade { GRADE_NONE = 0, GRADE_GOOD, GRADE_UNKNOWN, GRADE_FAIR, GRADE_BAD };

/* What is looked at. */
struct subject {
    const json_t *facts, *nic, *sysctl, *watched;
    const struct fitness_path *paths;
    size_t path_count;
};

/* What a check found: good for all of the check's uses until its function says otherwise. */
struct finding {
    uint32_t uses;            /* of the check */
    enum grade grades[USES];  /* GRADE_NONE: it does not matter to this use */
    char value[100];          /* "": there is nothing to check, which leaves the check out */
    char why[320], mend[300]; /* of the worst */
    enum grade worst;
};

struct check {
    const char *name;
    uint32_t uses;
    void (*look)(const struct subject *subject, struct finding *ret);
};

struct concern {
    const char *name;
    const struct check *checks;
    size_t count;
};
extern const struct concern concern_time, concern_path, concern_resources, concern_buffers;

_printf_(2, 3) void found(struct finding *finding, const char *fmt, ...);
/* Worse for these uses; why and mend are said of the worst alone, the first of equals. */
_printf_(4, 5) void blame(struct finding *finding, uint32_t uses, enum grade grade, const char *fmt,
                          ...);
/* And what mends that, for the blame right before it. */
_printf_(2, 3) void mend(struct finding *finding, const char *fmt, ...);
/* It could not be found out. */
_printf_(2, 3) void unknown(struct finding *finding, const char *fmt, ...);

/* A field of an object: NAN, "" and -1 where it has none of that type. */
double number_at(const json_t *object, const char *name);
const char *text_at(const json_t *object, const char *name);
int flag_at(const json_t *object, const char *name);
/* Of a text of numbers, the one at that place: 0 is the first. */
double word_number(const char *text, int place);
/* "min", "median", "max", "total" of a metric that a monitor saw; NAN: none did. */
double watched_at(const struct subject *subject, const char *metric, const char *field);

/* Does it run under a hypervisor: 1, 0, or -1: that is not known. */
int is_virtual(const struct subject *subject);
/* May it be a VM of OpenStack's, which uses KVM as a rule? */
bool is_openstack(const struct subject *subject);
/* May it stand in a command as it is? */
bool is_word(const char *text);
/* The interface's name for a command; "IFACE" if it could be anything. */
const char *nic_name(const struct subject *subject);
bool is_loopback(const struct subject *subject);
/* How packages are installed there: "apt install". */
const char *installer(const struct subject *subject);

#endif
