/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_kernel.h"

#include "sysfile.h"

#include <string.h>

#define SOURCES "/sys/devices/system/clocksource/clocksource0/"

/* The kernel's units, adjtimex(2). */
#define US      1e-6
#define NS      1e-9
#define PPM_16  (1e-6 / 65536) /* of freq */
#define TICK_US 10000.0        /* in a hundredth of a second */

void clock_kernel_take(const struct timex *t, int state, struct clock_kernel *ret)
{
    ret->known = state >= 0;
    if (!ret->known)
        return;
    ret->synchronised = state != TIME_ERROR && !(t->status & STA_UNSYNC);
    ret->offset_s = (double)t->offset * (t->status & STA_NANO ? NS : US);
    ret->max_error_s = (double)t->maxerror * US; /* microseconds whatever STA_NANO says */
    ret->est_error_s = (double)t->esterror * US;
    ret->rate = (double)t->freq * PPM_16 + ((double)t->tick - TICK_US) / TICK_US;
    ret->leap = t->status & STA_INS ? 1 : t->status & STA_DEL ? -1 : 0;
}

void clock_kernel_read(struct clock_kernel *ret)
{
    struct timex t = { .modes = 0 };

    memset(ret, 0, sizeof *ret);
    clock_kernel_take(&t, adjtimex(&t), ret);
}

void clock_kernel_read_source(struct clock_kernel *ret)
{
    (void)sysfile_text(SOURCES "current_clocksource", ret->source, sizeof ret->source);
    (void)sysfile_text(SOURCES "available_clocksource", ret->available, sizeof ret->available);
}

bool clock_kernel_bounds(const struct clock_kernel *k)
{
    return k->known && k->synchronised && k->est_error_s > 0 && k->max_error_s >= k->est_error_s;
}
