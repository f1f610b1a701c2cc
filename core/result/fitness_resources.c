/* SPDX-License-Identifier: Apache-2.0
 *
 * Resource management: does the machine have what it takes, and does it get it when it wants it?
 *
 * What monitors saw goes before what the kernel has counted since the machine was started.
 */
#include "fitness_check.h"

#include "../base/units.h"

#include <math.h>

#define GIB        1073741824.0
#define MIND_CLOCK 0.8 /* of the highest: a clock that has been lower has moved */

/* CPUs that a VM has to itself. */
static void dedicate(const struct subject *subject, struct finding *ret)
{
    if (is_openstack(subject))
        mend(ret, "openstack flavor set --property hw:cpu_policy=dedicated FLAVOR");
    if (is_virtual(subject) == 1)
        mend(ret, "reserve the VM's CPUs for it in the hypervisor's settings");
    mend(ret, "end what else runs there, or keep CPUs free of it (isolcpus=)");
}

static void more_cpus(const struct subject *subject, struct finding *ret)
{
    if (is_openstack(subject))
        mend(ret, "openstack server resize --flavor FLAVOR-WITH-4-VCPUS SERVER");
    mend(ret, "a machine with 4 CPUs or more");
}

static void look_cpus(const struct subject *subject, struct finding *ret)
{
    double cpus = number_at(subject->facts, "cpus");
    double online = number_at(subject->facts, "cpus_online");

    if (!(cpus > 0)) {
        unknown(ret, "the number of CPUs could not be read");
        return;
    }
    if (online > cpus)
        found(ret, "%.0f of %.0f", cpus, online);
    else
        found(ret, "%.0f", cpus);
    if (cpus < 4)
        blame(ret, FOR_HIGH_SPEED, cpus < 2 ? GRADE_BAD : GRADE_FAIR,
              "with %.0f CPUs a program that fills 10 Gb/s shares them with the kernel's receiving",
              cpus);
    if (cpus < 2)
        blame(ret, FOR_THROUGHPUT | FOR_TIMING | FOR_STORAGE, GRADE_FAIR,
              "one CPU does everything, so that one thing waits for another");
    if (cpus < 4 && online > cpus)
        mend(ret, "taskset -pc 0-%.0f PID-OF-SSHD (only %.0f of %.0f CPUs are allowed)", online - 1,
             cpus, online);
    more_cpus(subject, ret);
}

/* A quota stops the program for the rest of each 100 ms, which nothing else shows. */
static void look_quota(const struct subject *subject, struct finding *ret)
{
    double quota = number_at(subject->facts, "cpu_quota");
    double cpus = number_at(subject->facts, "cpus");
    double stopped = watched_at(subject, "cpu_throttled", "max");

    if (!(quota > 0))
        return;
    found(ret, "%.2g CPUs", quota);
    if (stopped > 0)
        blame(ret, FOR_MEASURING, GRADE_BAD,
              "a cgroup allows %.2g CPUs, and has kept the probe from running for %s of the time",
              quota, share_text(stopped).text);
    if (quota >= cpus && !(stopped > 0))
        return;
    blame(ret, FOR_HIGH_SPEED | FOR_TIMING, GRADE_BAD,
          "a cgroup allows %.2g of %.0f CPUs: whoever uses that up stands still until the next "
          "100 ms begin",
          quota, cpus);
    blame(ret, FOR_THROUGHPUT, quota < 1 ? GRADE_BAD : GRADE_FAIR, "a cgroup allows %.2g CPUs",
          quota);
    if (*text_at(subject->facts, "container"))
        mend(ret, "docker update --cpus %.0f CONTAINER (Kubernetes: no cpu limit)", cpus);
    mend(ret, "systemctl set-property user-$(id -u).slice CPUQuota=");
}

/* intel_pstate and amd-pstate choose by themselves, whatever the governor is called. */
static void look_frequency(const struct subject *subject, struct finding *ret)
{
    const char *governor = text_at(subject->facts, "cpu_governor");
    const char *driver = text_at(subject->facts, "cpu_driver");
    double least = watched_at(subject, "cpu_frequency", "min");
    double most = watched_at(subject, "cpu_frequency", "max");
    bool slow = strcmp(governor, "powersave") == 0 && strcmp(driver, "intel_pstate") != 0 &&
                strncmp(driver, "amd-pstate", 10) != 0;

    if (!*governor)
        return;
    found(ret, "%.30s", governor);
    if (strcmp(governor, "performance") == 0)
        return;
    if (least < MIND_CLOCK * most) {
        found(ret, "%.30s, %.2f to %.2f GHz", governor, least / 1e9, most / 1e9);
        blame(ret, FOR_MEASURING, GRADE_FAIR,
              "governor %.30s moved the CPUs' clock between %.2f and %.2f GHz", governor,
              least / 1e9, most / 1e9);
    }
    if (slow)
        blame(ret, FOR_RATE, GRADE_BAD, "governor powersave keeps the CPUs at their lowest clock");
    blame(ret, FOR_HIGH_SPEED | FOR_TIMING, GRADE_FAIR,
          "governor %.30s lets idle CPUs slow down: the first packets wait for them", governor);
    mend(ret, "cpupower frequency-set -g performance");
}

static void steal_watched(const struct subject *subject, struct finding *ret, double median,
                          double max)
{
    found(ret, "%s, at most %s", share_text(median).text, share_text(max).text);
    if (median > 0.02) {
        blame(ret, FOR_HIGH_SPEED | FOR_TIMING, GRADE_BAD,
              "the hypervisor gave %s of the CPU time to others", share_text(median).text);
        blame(ret, FOR_THROUGHPUT, median > 0.1 ? GRADE_BAD : GRADE_FAIR, "CPU time was stolen");
    } else if (median > 0.005 || max > 0.1) {
        blame(ret, FOR_MEASURING, GRADE_FAIR,
              "the hypervisor gave up to %s of the CPU time to others", share_text(max).text);
    }
    dedicate(subject, ret);
}

static void look_steal(const struct subject *subject, struct finding *ret)
{
    double median = watched_at(subject, VMTP_CPU_STEAL, "median");
    double max = watched_at(subject, VMTP_CPU_STEAL, "max");
    double ever = number_at(subject->facts, "steal_ratio");

    if (is_virtual(subject) == 0)
        return;
    if (!isnan(median) && !isnan(max)) {
        steal_watched(subject, ret, median, max);
        return;
    }
    if (isnan(ever)) {
        unknown(ret, "time that the hypervisor took was not watched");
        return;
    }
    found(ret, "%s since the start", share_text(ever).text);
    if (ever > 0.01)
        blame(ret, FOR_MEASURING, ever > 0.05 ? GRADE_BAD : GRADE_FAIR,
              "the hypervisor has given %s of the CPU time to others since the machine was started",
              share_text(ever).text);
    dedicate(subject, ret);
}

/* Many hypervisors hide what they steal; that nothing runs for a while they can't. */
static void look_stalls(const struct subject *subject, struct finding *ret)
{
    double longest = watched_at(subject, VMTP_STALL, "max");

    if (isnan(longest)) {
        unknown(ret, "stalls were not watched");
        return;
    }
    if (longest > 0)
        found(ret, "%s at most", seconds_text(longest).text);
    else
        found(ret, "none");
    if (longest <= 1e-3)
        return;
    blame(ret, FOR_TIMING, longest > 10e-3 ? GRADE_BAD : GRADE_FAIR,
          "a thread that was to run waited for %s: no packet was sent or taken meanwhile",
          seconds_text(longest).text);
    if (longest > 10e-3)
        blame(ret, FOR_RATE, longest > 50e-3 ? GRADE_BAD : GRADE_FAIR, "a thread waited for %s",
              seconds_text(longest).text);
    dedicate(subject, ret);
}

/* Threads that were ready and had no CPU, on average: of a flow that fills a CPU, one may be. */
static void look_queue(const struct subject *subject, struct finding *ret)
{
    double threads = watched_at(subject, "run_queue", "median");

    if (isnan(threads))
        return;
    found(ret, "%.2f threads waited", threads);
    if (threads <= 0.1)
        return;
    blame(ret, FOR_TIMING, threads > 1 ? GRADE_BAD : GRADE_FAIR,
          "%.2f threads were ready to run and had no CPU, on average", threads);
    blame(ret, FOR_RATE, threads > 2 ? GRADE_BAD : GRADE_FAIR, "threads had no CPU");
    more_cpus(subject, ret);
}

static bool was_measured(const struct subject *subject)
{
    for (size_t i = 0; i < subject->path_count; i++)
        if (subject->paths[i].measured)
            return true;
    return false;
}

/* Where nothing was measured, nothing should run. */
static void look_idle(const struct subject *subject, struct finding *ret)
{
    double busy = watched_at(subject, VMTP_CPU_BUSY, "median");

    if (isnan(busy) || was_measured(subject))
        return;
    found(ret, "%s busy", share_text(busy).text);
    if (busy <= 0.1)
        return;
    blame(ret, FOR_MEASURING, busy > 0.5 ? GRADE_BAD : GRADE_FAIR,
          "%s of the CPUs was busy before anything was measured", share_text(busy).text);
    mend(ret, "top -b -n 1 | head -20 (what is it?), and end it");
}

static void look_memory(const struct subject *subject, struct finding *ret)
{
    double bytes = number_at(subject->facts, "memory_bytes");

    if (!(bytes > 0)) {
        unknown(ret, "the size of the memory could not be read");
        return;
    }
    found(ret, "%s", size_text((uint64_t)bytes).text);
    if (bytes < 0.4 * GIB)
        blame(ret, FOR_RATE, GRADE_FAIR, "%s of memory leave little for buffers",
              size_text((uint64_t)bytes).text);
    if (bytes < 3.5 * GIB)
        blame(ret, FOR_STORAGE, bytes < 1.5 * GIB ? GRADE_BAD : GRADE_FAIR,
              "a measurement archive wants 4 GiB of memory");
    if (is_openstack(subject))
        mend(ret, "openstack server resize --flavor FLAVOR-WITH-4-GIB SERVER");
    mend(ret, "a machine with 4 GiB of memory or more");
}

static void look_disk(const struct subject *subject, struct finding *ret)
{
    double bytes = number_at(subject->facts, "disk_available_bytes");

    if (isnan(bytes) || bytes < 0 || bytes > 1e18) {
        unknown(ret, "the room on disk could not be read");
        return;
    }
    found(ret, "%s free", size_text((uint64_t)bytes).text);
    if (bytes >= 50 * GIB)
        return;
    blame(ret, FOR_STORAGE, bytes < 5 * GIB ? GRADE_BAD : GRADE_FAIR,
          "%s are free: a year of a small mesh takes 50 GiB", size_text((uint64_t)bytes).text);
    if (is_openstack(subject))
        mend(ret, "openstack volume create --size 100 VOLUME && openstack server add volume SERVER "
                  "VOLUME");
    mend(ret, "a larger disk");
}

static const struct check checks[] = {
    { "cpus", FOR_MEASURING | FOR_STORAGE, look_cpus },
    { "cpu-quota", FOR_MEASURING, look_quota },
    { "frequency", FOR_MEASURING, look_frequency },
    { "steal", FOR_MEASURING, look_steal },
    { "stalls", FOR_MEASURING, look_stalls },
    { "run-queue", FOR_MEASURING, look_queue },
    { "idle", FOR_MEASURING, look_idle },
    { "memory", FOR_RATE | FOR_STORAGE, look_memory },
    { "disk", FOR_STORAGE, look_disk },
};
const struct concern concern_resources = { "resource-management", checks, COUNT(checks) };
