/* SPDX-License-Identifier: Apache-2.0
 *
 * The clock of the machine below this virtual one, where the hypervisor lends it as a PTP device:
 * KVM, Hyper-V, Amazon's ENA.  Two guests of one host can compare their clocks by it without any
 * NTP.
 */
#ifndef PROBE_CLOCK_HOST_H
#define PROBE_CLOCK_HOST_H

#include <linux/ptp_clock.h>
#include <stdbool.h>

struct clock_host {
    char device[16]; /* "ptp0"; "": the hypervisor lends none */
    char name[48];   /* "KVM virtual PTP" */
    bool readable;   /* the device is there, and we may read it */
    bool known;      /* what follows is */
    double offset_s; /* this clock less the host's */
    double within_s; /* to which that is known; 0: both clocks were read at the same instant */
};

/* Who is asked, once for a run. */
void clock_host_find(struct clock_host *ret);
/* Another reading of it. */
void clock_host_read(struct clock_host *);

/* Is a PTP device of this name a hypervisor's clock?  Others belong to network cards, and tell
 * something only where ptp4l runs.  Pure. */
bool clock_host_is(const char *name);
/* The best of the readings, which are the system's clock, the device's, the system's.  Pure. */
void clock_host_take(const struct ptp_sys_offset_extended *, struct clock_host *);

#endif
