/* SPDX-License-Identifier: Apache-2.0
 *
 * Time keeping: does the clock know the time, how well, by what, and does it jump?
 *
 * Bounds are those of one-way delay: 1 ms is the delay of 200 km of fibre.
 */
#include "fitness_check.h"

#include "../base/units.h"

#include <math.h>

#define ERROR_GOOD_S 1e-3
#define ERROR_FAIR_S 10e-3

static const json_t *clock_of(const struct subject *subject)
{
    return json_object_get(subject->facts, "clock");
}

/* The clock that a hypervisor lends to its guests, as a device: "ptp0"; NULL: it lends none. */
static const char *host_clock(const struct subject *subject)
{
    const char *device = text_at(json_object_get(clock_of(subject), "host"), "device");

    return strncmp(device, "ptp", 3) == 0 && is_word(device) ? device : NULL;
}

/* That of the host, where there is one, is worth more than a distant server's. */
static void clock_mend(const struct subject *subject, struct finding *finding, const char *server)
{
    const char *where = *text_at(subject->facts, "container") ? " (on the container's host)" : "";
    const char *device = host_clock(subject);
    char line[100];

    snprintf(line, sizeof line, "refclock PHC /dev/%s poll 2", device ? device : "");
    if (device || server)
        mend(finding,
             "%s chrony && echo '%s' >> /etc/chrony/chrony.conf && systemctl restart chronyd%s",
             installer(subject), device ? line : server, where);
    mend(finding, "%s chrony%s", installer(subject), where);
}

static int synchronised(const struct subject *subject)
{
    double least = watched_at(subject, "clock_synchronised", "min");

    return isnan(least) ? flag_at(clock_of(subject), "synchronised") : least >= 1;
}

static void look_synchronised(const struct subject *subject, struct finding *ret)
{
    const char *keeper = text_at(clock_of(subject), "keeper");
    int state = synchronised(subject);

    if (state < 0) {
        unknown(ret, "the state of the clock could not be read");
        return;
    }
    found(ret, "%s%s%.30s", state ? "yes" : "no", *keeper ? ", " : "", keeper);
    if (state)
        return;
    if (*keeper)
        blame(ret, FOR_ONE_WAY_DELAY, GRADE_BAD,
              "%.30s runs and follows nothing, so a one-way delay has no bound for its error",
              keeper);
    else
        blame(ret, FOR_ONE_WAY_DELAY, GRADE_BAD,
              "nothing keeps the clock right, so a one-way delay has no bound for its error");
    blame(ret, FOR_STORAGE, GRADE_FAIR, "times in an archive may be wrong");
    if (strcmp(keeper, "chronyd") == 0 && !host_clock(subject))
        mend(ret, "chronyc sources -v (which of its servers answer?)");
    clock_mend(subject, ret, NULL);
}

/* Two that set one clock undo each other's work. */
static void look_keepers(const struct subject *subject, struct finding *ret)
{
    const char *keeper = text_at(clock_of(subject), "keeper");
    const char *beside = text_at(clock_of(subject), "beside");

    if (!*keeper)
        return;
    found(ret, "%.30s%s%.30s", keeper, *beside ? " and " : "", beside);
    if (!*beside)
        return;
    blame(ret, FOR_TIMING, GRADE_FAIR, "%.30s and %.30s both set the clock", keeper, beside);
    mend(ret, "systemctl disable --now %s",
         strcmp(beside, "chronyd") == 0 ? "systemd-timesyncd" : "ntp systemd-timesyncd");
}

static void look_error(const struct subject *subject, struct finding *ret)
{
    double error = watched_at(subject, "clock_error", "max");
    enum grade grade;

    if (isnan(error))
        error = number_at(clock_of(subject), "error_s");
    if (synchronised(subject) != 1)
        return;
    if (!(error >= 0)) {
        unknown(ret, "whatever keeps the clock does not say how well");
        return;
    }
    found(ret, "%s", seconds_text(error).text);
    grade = error <= ERROR_FAIR_S ? GRADE_FAIR : GRADE_BAD;
    if (error <= ERROR_GOOD_S)
        return;
    blame(ret, FOR_ONE_WAY_DELAY, grade, "the clock may be wrong by %s, and so is a one-way delay",
          seconds_text(error).text);
    clock_mend(subject, ret, "server NEAREST-NTP-SERVER iburst minpoll 4 maxpoll 6");
}

/* Those that are read without a trap to the hypervisor or a slow device. */
static bool is_fast(const char *source)
{
    static const char *const fast[] = { "tsc",
                                        "tsc-early",
                                        "kvm-clock",
                                        "arch_sys_counter",
                                        "hyperv_clocksource_tsc_page",
                                        "timebase",
                                        "tod",
                                        "riscv_clocksource" };

    for (size_t i = 0; i < COUNT(fast); i++)
        if (strcmp(source, fast[i]) == 0)
            return true;
    return false;
}

static void look_source(const struct subject *subject, struct finding *ret)
{
    static const char *const wanted[] = { "tsc", "kvm-clock" };
    const char *source = text_at(clock_of(subject), "source");
    const char *sources = text_at(clock_of(subject), "sources");

    if (!*source) {
        unknown(ret, "the clock source could not be read");
        return;
    }
    found(ret, "%.40s", source);
    if (is_fast(source))
        return;
    blame(ret, FOR_TIMING, GRADE_BAD,
          "clock source %.40s takes microseconds to read, on every packet that is timed", source);
    blame(ret, FOR_RATE, GRADE_FAIR, "clock source %.40s is slow to read", source);
    for (size_t i = 0; i < COUNT(wanted); i++)
        if (strstr(sources, wanted[i]))
            mend(ret, "echo %s > /sys/devices/system/clocksource/clocksource0/current_clocksource",
                 wanted[i]);
    mend(ret, is_virtual(subject) == 1 ? "give the VM an invariant TSC: CPU mode host-passthrough"
                                       : "boot with tsc=reliable, if the CPUs' TSCs agree");
}

static void look_steps(const struct subject *subject, struct finding *ret)
{
    double steps = watched_at(subject, "clock_steps", "total");
    double back = watched_at(subject, "clock_step", "min");
    double forward = watched_at(subject, "clock_step", "max");
    double largest = fabs(back) > fabs(forward) ? back : forward;

    if (isnan(steps))
        return;
    if (steps > 0)
        found(ret, "%.0f", steps);
    else
        found(ret, "none");
    if (!(steps > 0))
        return;
    blame(ret, FOR_ONE_WAY_DELAY, GRADE_BAD, "the clock was set while it was watched, by %s",
          isnan(largest) ? "so much as is not known" : seconds_text(largest).text);
    blame(ret, FOR_LOSS_JITTER | FOR_STORAGE, GRADE_FAIR, "the clock jumped");
    mend(ret,
         "grep -rn makestep /etc/chrony (chronyd should step at its start alone: makestep 1 3)");
}

static const struct check checks[] = {
    { "clock-synchronised", FOR_ONE_WAY_DELAY | FOR_STORAGE, look_synchronised },
    { "clock-keepers", FOR_TIMING, look_keepers },
    { "clock-error", FOR_ONE_WAY_DELAY, look_error },
    { "clock-source", FOR_MEASURING, look_source },
    { "clock-steps", FOR_TIMING | FOR_STORAGE, look_steps },
};
const struct concern concern_time = { "time-keeping", checks, COUNT(checks) };
