/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_jump.h"

#include "clock.h"

#include <math.h>
#include <string.h>

#define TRIES       8
#define CALM_NS     1000     /* a look that took no longer is as good as any */
#define UNTOLD_NS   1000000  /* a smaller step that the kernel does not tell of is none */
#define DRIFT_NS    50000000 /* shorter times tell nothing: 100 ns in 50 ms are 2 ppm */
#define DRIFT_RATIO 5e-6     /* what a figure may be wrong by */

/* One after the other and back again: all three belong to the middle. */
static void look_once(struct clock_look *ret)
{
    uint64_t monotonic_ns = clock_now(), raw_ns = clock_read(CLOCK_MONOTONIC_RAW);
    uint64_t real_ns = clock_real();
    uint64_t raw_after_ns = clock_read(CLOCK_MONOTONIC_RAW), after_ns = clock_now();

    ret->within_ns = after_ns - monotonic_ns;
    ret->monotonic_ns = monotonic_ns + ret->within_ns / 2;
    ret->raw_ns = raw_ns + (raw_after_ns - raw_ns) / 2;
    ret->real_ns = real_ns;
}

void clock_look(struct clock_look *ret)
{
    look_once(ret);
    for (int i = 1; i < TRIES && ret->within_ns > CALM_NS; i++) {
        struct clock_look again;

        look_once(&again);
        if (again.within_ns < ret->within_ns)
            *ret = again;
    }
}

bool clock_jump_see(struct clock_jump *j, const struct clock_look *look, bool told,
                    int64_t *ret_size_ns)
{
    int64_t distance_ns = (int64_t)(look->real_ns - look->monotonic_ns);
    int64_t size_ns = distance_ns - j->distance_ns;
    uint64_t within_ns = look->within_ns + j->within_ns;
    uint64_t far_ns = (uint64_t)(size_ns < 0 ? -size_ns : size_ns);
    bool stepped = j->known && (told ? far_ns > within_ns : far_ns > UNTOLD_NS + within_ns);

    j->distance_ns = distance_ns;
    j->within_ns = look->within_ns;
    if (!j->known || stepped) {
        j->last = *look; /* a step is no drift */
        j->known = true;
    }
    if (!stepped)
        return false;
    j->steps++;
    *ret_size_ns = size_ns;
    return true;
}

double clock_jump_drift(struct clock_jump *j, const struct clock_look *look)
{
    int64_t raw_ns = (int64_t)(look->raw_ns - j->last.raw_ns);
    int64_t real_ns = (int64_t)(look->real_ns - j->last.real_ns);
    double unsure =
        (double)(look->within_ns + j->last.within_ns) / (double)(raw_ns > 0 ? raw_ns : 1);

    if (raw_ns < DRIFT_NS || unsure > DRIFT_RATIO)
        return NAN;
    j->last = *look;
    return (double)(real_ns - raw_ns) / (double)raw_ns;
}
