/* SPDX-License-Identifier: Apache-2.0
 *
 * What this machine is: kernel, system, CPUs, memory, virtualisation, clock, sysctls, interface.
 * Everything comes from system calls, /proc, os-release and, for hints only, DMI in /sys.
 */
#include "facts.h"

#include "clock_state.h"
#include "cpu.h"
#include "interface.h"
#include "place.h"
#include "sysfile.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

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

    if (!sysfile_text("/etc/os-release", text, sizeof text) &&
        !sysfile_text("/usr/lib/os-release", text, sizeof text))
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

    if (!uname(&name)) {
        json_add_text(w, "kernel", name.release);
        json_add_text(w, "machine", name.machine);
    }
    cpu_add(w);
    place_add(w);
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
    if (sysfile_text("/run/systemd/container", text, sizeof text))
        return "systemd";
    if (sysfile_text("/proc/1/cgroup", text, sizeof text) && strstr(text, "kubepods"))
        return "kubernetes";
    return NULL;
}

/* What was sold, or which cloud it is: "OpenStack Foundation OpenStack Nova". */
static void add_platform(struct json_writer *w)
{
    char vendor[64], product[64], text[sizeof vendor + sizeof product];

    if (!sysfile_text("/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor))
        return;
    if (!sysfile_text("/sys/class/dmi/id/product_name", product, sizeof product))
        product[0] = 0;
    snprintf(text, sizeof text, "%s%s%s", vendor, product[0] ? " " : "", product);
    json_add_text(w, "platform", text);
}

static void add_virtualisation(struct json_writer *w)
{
    char text[64];
    const char *name = cpu_hypervisor(text, sizeof text);
    const char *box = container();

    if (!name && sysfile_text("/sys/class/dmi/id/sys_vendor", text, sizeof text) &&
        (strstr(text, "QEMU") || strstr(text, "OpenStack") || strstr(text, "KVM")))
        name = "kvm";
    if (name)
        json_add_text(w, "virtualisation", name);
    add_platform(w);
    if (box)
        json_add_text(w, "container", box);
}

static void add_clock(struct json_writer *w)
{
    struct clock_asker asker = { .sequence = 0 };
    struct clock_state state;

    memset(&state, 0, sizeof state);
    clock_state_read(&asker, &state);
    json_open(w, "clock");
    clock_state_add(w, &state);
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
    { "tcp_available_congestion_control", "/proc/sys/net/ipv4/tcp_available_congestion_control" },
    { "tcp_mem", "/proc/sys/net/ipv4/tcp_mem" },
    { "udp_mem", "/proc/sys/net/ipv4/udp_mem" },
};

static void add_sysctls(struct json_writer *w)
{
    char text[128];

    json_open(w, "sysctl");
    for (size_t i = 0; i < sizeof sysctls / sizeof *sysctls; i++)
        if (sysfile_text(sysctls[i][1], text, sizeof text))
            json_add_text(w, sysctls[i][0], text);
    json_close(w);
}

/* What is reached over the loopback never leaves the machine: then the interface that does is told
 * beside it. */
static void add_interfaces(struct json_writer *w, const char *address)
{
    int index = interface_by_address(address);

    interface_add(w, "interface", index);
    if (interface_is_loopback(index))
        interface_add(w, "uplink", interface_by_address(NULL));
}

void facts_add(struct json_writer *w, const char *address)
{
    if (address)
        json_add_text(w, "address", address);
    add_machine(w);
    add_system(w);
    add_virtualisation(w);
    add_clock(w);
    add_interfaces(w, address);
    add_sysctls(w);
}
