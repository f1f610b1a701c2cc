/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUM_LEAST 95.0 /* percent: figures with one decimal, of one look at /proc/stat */
#define SUM_MOST  105.0

static const struct {
    const char *name;
    double least, most;
} figures[R_FIGURES] = {
    [R_USER] = { "cpu_user", 0, SUM_MOST },     [R_NICE] = { "cpu_nice", 0, SUM_MOST },
    [R_SYSTEM] = { "cpu_system", 0, SUM_MOST }, [R_WIO] = { "cpu_wio", 0, SUM_MOST },
    [R_INTR] = { "cpu_intr", 0, SUM_MOST },     [R_SINTR] = { "cpu_sintr", 0, SUM_MOST },
    [R_STEAL] = { "cpu_steal", 0, SUM_MOST },   [R_IDLE] = { "cpu_idle", 0, SUM_MOST },
    [R_CPUS] = { "cpu_num", 1, 65536 },         [R_LOAD_ONE] = { "load_one", 0, 1e6 },
};

int report_figure(const char *name)
{
    for (int i = 0; i < R_FIGURES; i++)
        if (strcmp(figures[i].name, name) == 0)
            return i;
    return -1;
}

double report_value(enum report_figure figure, double value)
{
    return value >= figures[figure].least && value <= figures[figure].most ? value : NAN;
}

double report_value_read(enum report_figure figure, const char *text)
{
    char *end;
    double value;

    if (!isdigit((unsigned char)*text)) /* strtod() reads "nan", "inf" and signs, too */
        return NAN;
    value = strtod(text, &end);
    return *end ? NAN : report_value(figure, value);
}

void report_clear(struct report *report)
{
    *report = (struct report){ 0 };
    for (int i = 0; i < R_FIGURES; i++)
        report->values[i] = NAN;
}

static double known(double value)
{
    return isnan(value) ? 0 : value;
}

static double sum_of(const double values[R_FIGURES])
{
    double sum = 0;

    for (int i = R_USER; i <= R_IDLE; i++)
        sum += known(values[i]);
    return sum;
}

static bool is_whole(const double values[R_FIGURES])
{
    for (int i = R_USER; i <= R_IDLE; i++)
        if (isnan(values[i]))
            return false;
    return true;
}

double report_twice(const double values[R_FIGURES])
{
    double interrupts = known(values[R_INTR]) + known(values[R_SINTR]), sum = sum_of(values);

    if (is_whole(values) && fabs(sum - 100) < fabs(sum - interrupts - 100))
        return 0;
    return known(values[R_SYSTEM]) < interrupts ? 0 : interrupts;
}

bool report_sums_up(const double values[R_FIGURES], double *ret_percent)
{
    double sum = sum_of(values) - report_twice(values);

    *ret_percent = sum;
    return sum <= SUM_MOST && (!is_whole(values) || sum >= SUM_LEAST);
}

double report_busy(const double values[R_FIGURES])
{
    double idle = values[R_IDLE] + known(values[R_WIO]);

    return isnan(idle) ? NAN : idle > 100 ? 0 : 100 - idle;
}
