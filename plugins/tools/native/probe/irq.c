/* SPDX-License-Identifier: Apache-2.0
 *
 * A PCI device lists its message interrupts in /sys/bus/pci, which no network namespace hides; of
 * all others the line in /proc/interrupts names the device or the interface.
 */
#include "irq.h"

#include "sysfile.h"

#include <ctype.h>
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IRQS_MAX   1024
#define TEXT_BYTES (1 << 20) /* with hundreds of CPUs a line is kilobytes */

struct irqs {
    unsigned count;
    cpu_set_t cpus;
};

/* "0-3,8": where it arrives; a CPU beyond the set is left out. */
static void cpus_join(const char *list, cpu_set_t *set)
{
    while (isdigit((unsigned char)*list)) {
        char *end;
        unsigned long first = strtoul(list, &end, 10), last = first;

        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        for (unsigned long i = first; i <= last && i < CPU_SETSIZE; i++)
            CPU_SET(i, set);
        list = *end == ',' ? end + 1 : end;
    }
}

static void irq_take(struct irqs *irqs, unsigned long number)
{
    char path[64], list[256];

    if (irqs->count == IRQS_MAX)
        return;
    snprintf(path, sizeof path, "/proc/irq/%lu/effective_affinity_list", number);
    if (!sysfile_text(path, list, sizeof list)) {
        snprintf(path, sizeof path, "/proc/irq/%lu/smp_affinity_list", number);
        if (!sysfile_text(path, list, sizeof list))
            return;
    }
    irqs->count++;
    cpus_join(list, &irqs->cpus);
}

static void pci_take(struct irqs *irqs, const char *bus)
{
    char path[128];
    struct dirent *entry;
    DIR *folder;

    snprintf(path, sizeof path, "/sys/bus/pci/devices/%.40s/msi_irqs", bus);
    folder = opendir(path);
    while (folder && (entry = readdir(folder)))
        if (isdigit((unsigned char)*entry->d_name))
            irq_take(irqs, strtoul(entry->d_name, NULL, 10));
    if (folder)
        closedir(folder);
}

/* A word of the line: "virtio0-input.0" and "eth0-rx-1" are of virtio0 and eth0, "eth01" of
 * neither. */
static bool names(const char *line, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = line; len && (at = strstr(at, name)); at += len)
        if ((at == line || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[len]))
            return true;
    return false;
}

static void lines_take(struct irqs *irqs, const char *name, const char *bus)
{
    char *text = malloc(TEXT_BYTES), *save = NULL;
    bool known = text && sysfile_read("/proc/interrupts", text, TEXT_BYTES);

    for (char *line = known ? strtok_r(text, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save)) {
        line += strspn(line, " ");
        if (isdigit((unsigned char)*line) && (names(line, name) || names(line, bus)))
            irq_take(irqs, strtoul(line, NULL, 10));
    }
    free(text);
}

void irq_add(struct json_writer *w, const char *name, const char *bus)
{
    struct irqs irqs = { .count = 0 };

    CPU_ZERO(&irqs.cpus);
    if (*bus && !strchr(bus, '/'))
        pci_take(&irqs, bus);
    if (!irqs.count)
        lines_take(&irqs, name, bus);
    if (!irqs.count)
        return;
    json_open(w, "interrupts");
    json_add_uint(w, "count", irqs.count);
    json_add_uint(w, "cpus", (uint64_t)CPU_COUNT(&irqs.cpus));
    json_close(w);
}
