/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this process may not make network namespaces, and what would mend it.
 *
 * privilege_read() looks at the machine; privilege_explain() is pure.
 */
#ifndef FABRIC_PRIVILEGE_H
#define FABRIC_PRIVILEGE_H

#include <vmtp/error.h>

enum privilege_step {
    PRIVILEGE_USER,  /* a user namespace could not be made */
    PRIVILEGE_MAP,   /* its ids could not be mapped */
    PRIVILEGE_SPACE, /* a network namespace could not be made */
};

/* Kernel settings; -1: this kernel has no such setting. */
struct privilege_facts {
    long max_user_namespaces;     /* user.max_user_namespaces */
    long max_net_namespaces;      /* user.max_net_namespaces */
    long unprivileged_user;       /* kernel.unprivileged_userns_clone (Debian's kernels) */
    long apparmor_restricts_user; /* kernel.apparmor_restrict_unprivileged_userns (Ubuntu 23.10) */
};

struct privilege_facts privilege_read(void);

/* Fills err; returns code, the negative errno that the step failed with. */
int privilege_explain(const struct privilege_facts *facts, enum privilege_step step, int code,
                      struct vmtp_error *err);

#endif
