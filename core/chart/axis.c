/* SPDX-License-Identifier: Apache-2.0 */
#include "axis.h"

#include "../report/cells.h"

#include <math.h>

#define VALUE_MAX 1e100 /* so that differences and powers stay numbers */
#define VALUE_MIN 1e-100
#define STEPS     5 /* of a linear axis, about */
#define STEPS_FEW 1

void extent_add(struct extent *extent, double value)
{
    if (!isfinite(value) || fabs(value) > VALUE_MAX)
        return;
    value = fabs(value) < VALUE_MIN ? 0 : value;
    extent->low = extent->any ? fmin(extent->low, value) : value;
    extent->high = extent->any ? fmax(extent->high, value) : value;
    extent->any = true;
}

static void tick_add(struct axis *axis, double value)
{
    if (axis->tick_count < AXIS_TICKS_MAX)
        axis->ticks[axis->tick_count++] = value;
}

/* 1, 2 or 5 times a power of ten, about so large. */
static double step_of(double about)
{
    double power = pow(10, floor(log10(about))), times = about / power;

    return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

static void linear_make(struct axis *axis, double low, double high, int steps)
{
    double step, first, last;

    if (high - low <= fabs(high) * 1e-9) { /* one value: some room around it */
        double room = high > 0 || low < 0 ? fabs(high) * 0.05 : 0.5;

        low -= low > 0 || low < 0 ? room : 0;
        high += room;
    }
    step = step_of((high - low) / steps);
    first = floor(low / step + 1e-9);
    last = ceil(high / step - 1e-9);
    axis->low = first * step;
    axis->high = last * step;
    for (double i = first; i <= last + 0.5; i++)
        tick_add(axis, i * step);
}

/* The largest of 1, 2, 5, 10, ... that is not above a value, or the least not below it. */
static double round_down(double value)
{
    double power = pow(10, floor(log10(value) + 1e-9)), times = value / power * (1 + 1e-9);

    return power * (times >= 5 ? 5 : times >= 2 ? 2 : 1);
}

static double round_up(double value)
{
    double power = pow(10, floor(log10(value) + 1e-9)), times = value / power * (1 - 1e-9);

    return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static void log_make(struct axis *axis, double low, double high)
{
    static const double parts[] = { 1, 2, 5 };
    double decades, first;
    int every;

    axis->log = true;
    axis->low = round_down(low);
    axis->high = round_up(high);
    if (axis->high <= axis->low)
        axis->high = axis->low * 10;
    decades = log10(axis->high / axis->low);
    first = floor(log10(axis->low) + 1e-9);
    every = (int)ceil(decades / (AXIS_TICKS_MAX - 2.0));
    for (double power = first; power <= log10(axis->high) + 1e-9; power += every)
        for (size_t i = 0; i < COUNT(parts); i++) {
            double tick = pow(10, power) * parts[i];

            if ((i == 0 || decades <= 2) && tick >= axis->low * (1 - 1e-9) &&
                tick <= axis->high * (1 + 1e-9))
                tick_add(axis, tick);
        }
}

struct axis axis_make(const struct extent *extent, enum scale scale, const char *unit)
{
    struct axis axis = { .unit = unit };
    double low = extent->any ? extent->low : 0, high = extent->any ? extent->high : 1;
    bool positive = low > 0;

    if (positive && (scale == SCALE_LOG || (scale == SCALE_AUTO && high / low > 20))) {
        log_make(&axis, low, high);
        return axis;
    }
    if (scale == SCALE_ZERO || (scale == SCALE_AUTO && low < high / 2)) {
        low = fmin(low, 0);
        high = fmax(high, 0);
    }
    linear_make(&axis, low, high, scale == SCALE_FEW ? STEPS_FEW : STEPS);
    return axis;
}

double axis_at(const struct axis *axis, double value)
{
    double at;

    if (axis->log)
        at = value > 0 ? log(value / axis->low) / log(axis->high / axis->low) : 0;
    else
        at = (value - axis->low) / (axis->high - axis->low);
    return isnan(at) ? 0 : fmin(fmax(at, 0), 1);
}

/* "200.0 Mb/s" is "200 Mb/s". */
static void zeros_drop(struct number *number)
{
    char *point = strchr(number->text, '.'), *unit = strchr(number->text, ' '), *end = unit;

    if (!point || !unit || unit < point)
        return;
    while (end[-1] == '0')
        end--;
    if (end[-1] == '.')
        end--;
    memmove(end, unit, strlen(unit) + 1);
}

struct number axis_text(const struct axis *axis, double tick)
{
    struct number number = figure_text(tick, axis->unit), digits = number;
    const char *unit = strchr(number.text, ' ');
    double shown = 0, exact;
    int places;

    if (unit && strcmp(axis->unit, "bytes") != 0) {
        digits.text[unit - number.text] = '\0';
        if (real_parse(digits.text, &shown) == 0 && fabs(shown) > VALUE_MIN) {
            exact = tick / pow(10, round(log10(fabs(tick / shown)))); /* in that unit */
            places = (int)fmin(fmax(5 - floor(log10(fabs(exact))), 1), 9);
            snprintf(digits.text, sizeof digits.text, "%.*f%.16s", places, exact, unit);
            number = digits;
        }
    }
    zeros_drop(&number);
    return number;
}
