/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include "sysfile.h"

#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

static void add_memory(struct json_writer *w)
{
    struct sysinfo info;
    char text[64];

    if (!sysinfo(&info))
        json_add_uint(w, "memory_bytes", (uint64_t)info.totalram * info.mem_unit);
    if (sysfile_line("/proc/meminfo", "MemAvailable:", text, sizeof text))
        json_add_uint(w, "memory_available_bytes", strtoull(text, NULL, 10) * 1024);
}

/* Where vmtp would keep its runs: as the program looks for its state folder. */
static void add_disk(struct json_writer *w)
{
    const char *const folders[] = { getenv("VMTP_STATE_DIR"), getenv("XDG_STATE_HOME"),
                                    getenv("HOME"), "/var/lib", "/" };
    struct statvfs disk;

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (!folders[i] || statvfs(folders[i], &disk) < 0 || !disk.f_blocks)
            continue;
        json_add_uint(w, "disk_bytes", (uint64_t)disk.f_blocks * disk.f_frsize);
        json_add_uint(w, "disk_available_bytes", (uint64_t)disk.f_bavail * disk.f_frsize);
        return;
    }
}

void place_add(struct json_writer *w)
{
    add_memory(w);
    add_disk(w);
}
