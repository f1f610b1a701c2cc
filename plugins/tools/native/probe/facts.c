/* SPDX-License-Identifier: Apache-2.0
 *
 * What this machine is: kernel, system, CPUs, memory, virtualisation, clock, sysctls, interface.
 * Everything comes from system calls, /proc, os-release and, for hints only, DMI in /sys.
 */
#include "facts.h"

#include "interface.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

/* The file's first bytes as one line of text; false when it can't be read. */
static bool read_text(const char *path, char *to, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, to, size - 1);

    if (fd >= 0)
        close(fd);
    to[n > 0 ? n : 0] = 0;
    while (n > 0 && (to[n - 1] == '\n' || to[n - 1] == ' '))
        to[--n] = 0;
    for (char *p = to; *p; p++)
        if (*p == '\t')
            *p = ' ';
    return n > 0;
}

uint32_t facts_cpus(void)
{
    cpu_set_t set;
    long online;

    if (!sched_getaffinity(0, sizeof set, &set))
        return (uint32_t)CPU_COUNT(&set);
    online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
}

static void add_cpu_model(struct json_writer *w)
{
    char text[4096], *p, *end;

    if (!read_text("/proc/cpuinfo", text, sizeof text))
        return;
    p = strstr(text, "model name");
    p = p ? strchr(p, ':') : NULL;
    if (!p)
        return;
    p += 1 + strspn(p + 1, " ");
    end = strchr(p, '\n');
    if (end)
        *end = 0;
    json_add_text(w, "cpu_model", p);
}

/* The value of NAME=value in text like that of os-release(5); "" when there is none. */
static void release_value(const char *text, const char *name, char *to, size_t size)
{
    size_t len = strlen(name);

    to[0] = 0;
    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        const char *value = line;
        char quote[2] = "\n";

        if (strncmp(line, name, len) != 0 || line[len] != '=')
            continue;
        value += len + 1;
        if (*value == '"' || *value == '\'')
            quote[0] = *value++;
        snprintf(to, size, "%.*s", (int)strcspn(value, quote), value);
    }
}

static void add_system(struct json_writer *w)
{
    static const char *const fields[][2] = { { "ID", "id" },
                                             { "NAME", "name" },
                                             { "VERSION_ID", "version" } };
    char text[4096], value[128];

    if (!read_text("/etc/os-release", text, sizeof text) &&
        !read_text("/usr/lib/os-release", text, sizeof text))
        return;
    json_open(w, "os");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        release_value(text, fields[i][0], value, sizeof value);
        if (value[0])
            json_add_text(w, fields[i][1], value);
    }
    json_close(w);
}

static void add_machine(struct json_writer *w)
{
    struct utsname name;
    struct sysinfo info;

    if (!uname(&name)) {
        json_add_text(w, "kernel", name.release);
        json_add_text(w, "machine", name.machine);
    }
    json_add_uint(w, "cpus", facts_cpus());
    add_cpu_model(w);
    if (!sysinfo(&info))
        json_add_uint(w, "memory_bytes", (uint64_t)info.totalram * info.mem_unit);
}

static const struct {
    const char *signature, *name;
} hypervisors[] = {
    { "KVMKVMKVM", "kvm" },           { "Microsoft Hv", "hyperv" }, { "VMwareVMware", "vmware" },
    { "XenVMMXenVMM", "xen" },        { "TCGTCGTCGTCG", "qemu" },   { "bhyve bhyve ", "bhyve" },
    { "VBoxVBoxVBox", "virtualbox" }, { "ACRNACRNACRN", "acrn" },
};

/* Of the CPU: a name, "none" when there is surely none, NULL when it does not tell. */
static const char *cpu_hypervisor(char *unknown, size_t size)
{
#if defined(__x86_64__) || defined(__i386__)
    unsigned a, b, c, d, signature[4] = { 0 };

    if (!__get_cpuid(1, &a, &b, &c, &d))
        return NULL;
    if (!(c >> 31 & 1))
        return "none";
    __cpuid(0x40000000, a, signature[0], signature[1], signature[2]);
    for (size_t i = 0; i < sizeof hypervisors / sizeof *hypervisors; i++)
        if (!strncmp((char *)signature, hypervisors[i].signature, 12))
            return hypervisors[i].name;
    snprintf(unknown, size, "%.12s", (char *)signature);
    return unknown[0] ? unknown : NULL;
#else
    (void)hypervisors;
    (void)unknown;
    (void)size;
    return NULL;
#endif
}

static const char *container(void)
{
    char text[512];

    if (!access("/.dockerenv", F_OK))
        return "docker";
    if (!access("/run/.containerenv", F_OK))
        return "podman";
    if (read_text("/run/systemd/container", text, sizeof text))
        return "systemd";
    if (read_text("/proc/1/cgroup", text, sizeof text) && strstr(text, "kubepods"))
        return "kubernetes";
    return NULL;
}

static void add_virtualisation(struct json_writer *w)
{
    char text[64];
    const char *name = cpu_hypervisor(text, sizeof text);
    const char *box = container();

    if (!name && read_text("/sys/class/dmi/id/sys_vendor", text, sizeof text) &&
        (strstr(text, "QEMU") || strstr(text, "OpenStack") || strstr(text, "KVM")))
        name = "kvm";
    if (name)
        json_add_text(w, "virtualisation", name);
    if (box)
        json_add_text(w, "container", box);
}

static void add_clock(struct json_writer *w)
{
    struct timex t = { .modes = 0 };
    char source[64];
    int state = adjtimex(&t);

    json_open(w, "clock");
    if (read_text("/sys/devices/system/clocksource/clocksource0/current_clocksource", source,
                  sizeof source))
        json_add_text(w, "source", source);
    if (state >= 0) {
        json_add_flag(w, "synchronised", state != TIME_ERROR && !(t.status & STA_UNSYNC));
        json_add_real(w, "max_error_s", (double)t.maxerror * 1e-6);
        json_add_real(w, "est_error_s", (double)t.esterror * 1e-6);
    }
    json_close(w);
}

static const char *const sysctls[][2] = {
    { "tcp_congestion_control", "/proc/sys/net/ipv4/tcp_congestion_control" },
    { "tcp_rmem", "/proc/sys/net/ipv4/tcp_rmem" },
    { "tcp_wmem", "/proc/sys/net/ipv4/tcp_wmem" },
    { "tcp_ecn", "/proc/sys/net/ipv4/tcp_ecn" },
    { "tcp_timestamps", "/proc/sys/net/ipv4/tcp_timestamps" },
    { "tcp_window_scaling", "/proc/sys/net/ipv4/tcp_window_scaling" },
    { "tcp_sack", "/proc/sys/net/ipv4/tcp_sack" },
    { "tcp_mtu_probing", "/proc/sys/net/ipv4/tcp_mtu_probing" },
    { "tcp_moderate_rcvbuf", "/proc/sys/net/ipv4/tcp_moderate_rcvbuf" },
    { "rmem_max", "/proc/sys/net/core/rmem_max" },
    { "wmem_max", "/proc/sys/net/core/wmem_max" },
    { "rmem_default", "/proc/sys/net/core/rmem_default" },
    { "default_qdisc", "/proc/sys/net/core/default_qdisc" },
    { "netdev_max_backlog", "/proc/sys/net/core/netdev_max_backlog" },
};

static void add_sysctls(struct json_writer *w)
{
    char text[128];

    json_open(w, "sysctl");
    for (size_t i = 0; i < sizeof sysctls / sizeof *sysctls; i++)
        if (read_text(sysctls[i][1], text, sizeof text))
            json_add_text(w, sysctls[i][0], text);
    json_close(w);
}

void facts_add(struct json_writer *w, const char *address)
{
    if (address)
        json_add_text(w, "address", address);
    add_machine(w);
    add_system(w);
    add_virtualisation(w);
    add_clock(w);
    interface_add(w, interface_by_address(address));
    add_sysctls(w);
}
