/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this process may not make network namespaces: see privilege.h.
 */
#include "privilege.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static long setting_read(const char *path)
{
    char text[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return -1;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return -1;
    text[n] = '\0';
    return strtol(text, NULL, 10);
}

struct privilege_facts privilege_read(void)
{
    return (struct privilege_facts){
        .max_user_namespaces = setting_read("/proc/sys/user/max_user_namespaces"),
        .max_net_namespaces = setting_read("/proc/sys/user/max_net_namespaces"),
        .unprivileged_user = setting_read("/proc/sys/kernel/unprivileged_userns_clone"),
        .apparmor_restricts_user =
            setting_read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
    };
}

static const char *reason_find(const struct privilege_facts *facts, enum privilege_step step,
                               int code)
{
    if (code == -ENOSPC && step == PRIVILEGE_SPACE)
        return facts->max_net_namespaces == 0
                   ? "network namespaces are switched off here (user.max_net_namespaces=0)"
                   : "there are as many network namespaces as user.max_net_namespaces allows";
    if (code == -EINVAL)
        return step == PRIVILEGE_SPACE ? "this kernel has no network namespaces (CONFIG_NET_NS)"
                                       : "this kernel has no user namespaces (CONFIG_USER_NS)";
    if (facts->max_user_namespaces == 0)
        return "user namespaces are switched off here (user.max_user_namespaces=0)";
    if (code == -ENOSPC || code == -EUSERS)
        return "there are as many user namespaces as user.max_user_namespaces allows, or they are "
               "nested too deep";
    if (facts->unprivileged_user == 0)
        return "user namespaces are for root only here (kernel.unprivileged_userns_clone=0)";
    if (facts->apparmor_restricts_user == 1)
        return "AppArmor denies capabilities in user namespaces here "
               "(kernel.apparmor_restrict_unprivileged_userns=1)";
    if (step == PRIVILEGE_USER)
        return "user namespaces are refused here, as containers often do (seccomp)";
    return "the user namespace has no power over network namespaces (a security module?)";
}

int privilege_explain(const struct privilege_facts *facts, enum privilege_step step, int code,
                      struct vmtp_error *err)
{
    return vmtp_fail(err, code,
                     "fabric needs root (CAP_SYS_ADMIN) or a user namespace to make network "
                     "namespaces, and has neither: %s (%s); run as root or allow it, or use cloud "
                     "local, which measures this machine over loopback and needs neither",
                     reason_find(facts, step, code), strerror(-code));
}
