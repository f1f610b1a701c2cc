/* SPDX-License-Identifier: Apache-2.0
 *
 * Three ways of reading a PTP device beside the system's clock (linux/ptp_clock.h), the best first:
 * both at one instant by the hardware; the device between two looks at the system's clock; the same
 * in one row.
 */
#include "clock_host.h"

#include "sysfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICES_MAX 16
#define SAMPLES     5

static double seconds_between(const struct ptp_clock_time *a, const struct ptp_clock_time *b)
{
    return (double)(a->sec - b->sec) + ((double)a->nsec - (double)b->nsec) * 1e-9;
}

bool clock_host_is(const char *name)
{
    static const char *const known[] = { "KVM virtual PTP", "hyperv", "ena-ptp", "vmclock" };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strncmp(name, known[i], strlen(known[i])))
            return true;
    return false;
}

static bool name_read(const char *device, char *to, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "/sys/class/ptp/%s/clock_name", device);
    return sysfile_text(path, to, size);
}

static int device_open(const char *device)
{
    char path[32];

    snprintf(path, sizeof path, "/dev/%s", device);
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

void clock_host_find(struct clock_host *ret)
{
    memset(ret, 0, sizeof *ret);
    for (int i = 0; i < DEVICES_MAX; i++) {
        snprintf(ret->device, sizeof ret->device, "ptp%d", i);
        if (name_read(ret->device, ret->name, sizeof ret->name) && clock_host_is(ret->name)) {
            int fd = device_open(ret->device);

            ret->readable = fd >= 0;
            if (fd >= 0)
                close(fd);
            return;
        }
    }
    memset(ret, 0, sizeof *ret);
}

void clock_host_take(const struct ptp_sys_offset_extended *s, struct clock_host *h)
{
    for (unsigned i = 0; i < s->n_samples && i < PTP_MAX_SAMPLES; i++) {
        double width = seconds_between(&s->ts[i][2], &s->ts[i][0]);
        double offset = seconds_between(&s->ts[i][0], &s->ts[i][1]) + width / 2;

        if (width < 0 || (h->known && width / 2 >= h->within_s))
            continue; /* a clock that was set meanwhile, or no better than another */
        h->known = true;
        h->offset_s = offset;
        h->within_s = width / 2;
    }
}

static bool read_precise(int fd, struct clock_host *h)
{
    struct ptp_sys_offset_precise s;

    memset(&s, 0, sizeof s);
    if (ioctl(fd, PTP_SYS_OFFSET_PRECISE, &s) < 0)
        return false;
    h->known = true;
    h->offset_s = seconds_between(&s.sys_realtime, &s.device);
    h->within_s = 0;
    return true;
}

static bool read_extended(int fd, struct clock_host *h)
{
    struct ptp_sys_offset_extended s;

    memset(&s, 0, sizeof s);
    s.n_samples = SAMPLES;
    if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &s) < 0)
        return false;
    clock_host_take(&s, h);
    return true;
}

/* System, device, system, device, ..., system. */
static void read_row(int fd, struct clock_host *h)
{
    struct ptp_sys_offset_extended each;
    struct ptp_sys_offset s;

    memset(&s, 0, sizeof s);
    memset(&each, 0, sizeof each);
    s.n_samples = SAMPLES;
    if (ioctl(fd, PTP_SYS_OFFSET, &s) < 0)
        return;
    each.n_samples = SAMPLES;
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t k = 0; k < 3; k++)
            each.ts[i][k] = s.ts[2 * i + k];
    clock_host_take(&each, h);
}

void clock_host_read(struct clock_host *h)
{
    int fd = h->readable ? device_open(h->device) : -1;

    h->known = false;
    if (fd < 0)
        return;
    if (!read_precise(fd, h) && !read_extended(fd, h))
        read_row(fd, h);
    close(fd);
}
