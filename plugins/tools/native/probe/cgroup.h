/* SPDX-License-Identifier: Apache-2.0
 *
 * The group of processes (control group) that has a say in this process's CPU time, and those above
 * it, as folders.  Of both versions.
 */
#ifndef PROBE_CGROUP_H
#define PROBE_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#define CGROUP_PATH_MAX 640 /* bytes of a file's path */

struct cgroup {
    const char *mount; /* the folder where such groups are; a constant */
    char group[512];   /* below it: "/user.slice"; "": the mount itself */
};

/* This process's own; false: it is in none. */
bool cgroup_find(struct cgroup *ret);
/* To the one above it; false: there is none, and it stays as it is. */
bool cgroup_up(struct cgroup *);
/* The path of a file in its folder. */
void cgroup_path(const struct cgroup *, const char *file, char ret[CGROUP_PATH_MAX]);

/* By the text of /proc/self/cgroup.  Pure. */
bool cgroup_parse(const char *text, struct cgroup *ret);

#endif
