/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads any bytes as each of the files of /proc that vmtp-probe watches.  Whatever comes out is a
 * line of JSON with no figure below nothing and no share above one.
 */
#include "../../plugins/tools/native/probe/cgroup.c"
#include "../../plugins/tools/native/probe/json.c"
#include "../../plugins/tools/native/probe/proc_net.c"
#include "../../plugins/tools/native/probe/sysfile.c"
#include "../../plugins/tools/native/probe/text.c"
#include "../../plugins/tools/native/probe/watch_cpu.c"
#include "../../plugins/tools/native/probe/watch_device.c"
#include "../../plugins/tools/native/probe/watch_figures.c"
#include "../../plugins/tools/native/probe/watch_file.c"
#include "../../plugins/tools/native/probe/watch_interrupt.c"
#include "../../plugins/tools/native/probe/watch_pressure.c"
#include "../../plugins/tools/native/probe/watch_protocol.c"
#include "../../plugins/tools/native/probe/watch_quota.c"
#include "../../plugins/tools/native/probe/watch_softnet.c"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_cpus(const char *text, struct figures *f)
{
    static struct watch_cpu cpu;
    static struct watch_interrupt interrupt;

    cpu_take(&cpu, text, 1000000000, f);
    cpu_take(&cpu, "cpu  5 5 5 5\n", 2000000000, f);
    cpu_take(&cpu, text, 3000000000, f);
    interrupt_take(&interrupt, text, 1000000000, f);
    interrupt_take(&interrupt, text, 2000000000, f);
}

static void read_waiting(const char *text, struct figures *f)
{
    struct watch_pressure pressure = { .metric = "psi_cpu" };
    struct watch_queue queue = { .time_ns = 0 };

    pressure_take(&pressure, "some total=1\n", 1000000000, f);
    pressure_take(&pressure, text, 2000000000, f);
    queue_take(&queue, "cpu0 0 0 0 0 0 0 0 1\n", 1000000000, f);
    queue_take(&queue, text, 2000000000, f);
}

static void read_network(const char *text, struct figures *f)
{
    static struct watch_device device;
    static struct watch_softnet softnet;
    static struct watch_protocol protocol;

    memset(&device, 0, sizeof device);
    device_take(&device, text, f);
    device_take(&device, text, f);
    device_traffic(&device, 1000000000, f);
    device_take(&device, text, f);
    device_traffic(&device, 2000000000, f);
    softnet_take(&softnet, text, f);
    softnet_take(&softnet, text, f);
    protocol_take(&protocol, text);
    protocol_take(&protocol, text);
    protocol_tell(&protocol, f);
}

static void read_quota(const char *text)
{
    struct cgroup group;
    uint64_t ns;

    (void)quota_parse(text, &ns);
    if (cgroup_parse(text, &group) && !memchr(group.group, 0, sizeof group.group))
        abort();
}

static void judge(const struct figures *f)
{
    static char buf[FIGURE_LINE_SIZE + 512];
    struct json_writer w;

    for (size_t i = 0; i < f->count; i++) {
        const struct figure *row = &f->row[i];

        if (!(row->value >= 0) || strpbrk(row->part, "\"\\\n "))
            abort();
        if ((!strncmp(row->metric, "cpu_", 4) || !strncmp(row->metric, "psi_", 4)) &&
            row->value > 1)
            abort();
    }
    json_begin(&w, buf, sizeof buf);
    figures_write(f, FIGURE_MACHINE, &w, "machine");
    figures_write(f, FIGURE_NETWORK, &w, "network");
    if (!json_end(&w))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct figures figures;
    char *text = strndup((const char *)data, size);

    figures.count = 0;
    if (text) {
        read_cpus(text, &figures);
        read_waiting(text, &figures);
        read_network(text, &figures);
        read_quota(text);
        judge(&figures);
    }
    free(text);
    return 0;
}
