/* SPDX-License-Identifier: Apache-2.0
 *
 * The probes' figures by direction and side.  The receiver of the up direction is the server.
 */
#include "told.h"

#include <math.h>

static const struct mail *mail_of(const struct run *run, int dir, bool receiver)
{
    return &run->session->probe[(dir == 0) == receiver ? SERVER : CLIENT].mail;
}

const json_t *told_result(const struct run *run, int dir, bool receiver)
{
    return mail_of(run, dir, receiver)->result[dir];
}

const json_t *told_intervals(const struct run *run, int dir, bool receiver)
{
    return mail_of(run, dir, receiver)->intervals[dir];
}

bool told_direction(const struct run *run, int dir)
{
    return dir ? run->down : run->up;
}

double told_rate(const json_t *o)
{
    double bytes = json_get(o, "bytes", BYTES_MAX, NAN);
    double ns = json_get(o, "elapsed_ns", NS_MAX, NAN);

    return ns > 0 ? bytes * 8e9 / ns : NAN;
}

double told_sum(const struct run *run, bool receiver, const char *key, double max)
{
    double sum = NAN;

    for (int dir = 0; dir < 2; dir++) {
        double v = told_direction(run, dir)
                       ? json_get(told_result(run, dir, receiver), key, max, NAN)
                       : NAN;

        if (!isnan(v))
            sum = isnan(sum) ? v : sum + v;
    }
    return sum;
}

static double join(enum told_join how, double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) ? b : a;
    return how == TOLD_SUM ? a + b : how == TOLD_MOST ? fmax(a, b) : fmin(a, b);
}

/* Of the results or, from 0, of interval n; NAN: neither direction tells it. */
static double row_value(const struct run *run, const struct told_row *row, long n)
{
    double value = NAN;

    for (int dir = 0; dir < 2; dir++) {
        const json_t *o = n < 0
                              ? told_result(run, dir, row->receiver)
                              : json_array_get(told_intervals(run, dir, row->receiver), (size_t)n);

        if (told_direction(run, dir))
            value = join(row->join, value, json_get(o, row->key, row->max, NAN));
    }
    return value * row->scale;
}

static size_t count_intervals(const struct run *run, bool receiver)
{
    size_t count = 0;

    for (int dir = 0; dir < 2; dir++) {
        size_t n = json_array_size(told_intervals(run, dir, receiver));

        if (told_direction(run, dir) && n > count)
            count = n;
    }
    return count;
}

int told_rows(struct run *run, const struct told_row *row, size_t count)
{
    int r = 0;

    for (size_t i = 0; i < count && r >= 0; i++) {
        size_t intervals = count_intervals(run, row[i].receiver);

        r = told_emit(run, row[i].metric, row_value(run, &row[i], -1));
        for (size_t n = 0; n < intervals && intervals > 1 && r >= 0; n++) {
            double value = row_value(run, &row[i], (long)n);

            if (!isnan(value))
                r = vmtp_emit(run->self, row[i].metric, told_interval_end(run, n, intervals), value,
                              false);
        }
    }
    return r;
}

uint64_t told_interval_end(const struct run *run, size_t n, size_t count)
{
    uint64_t begin = run->start_ns + run->trial->warmup_ns, step = run->trial->interval_ns;

    if (!step || n + 1 == count)
        return begin + run->trial->duration_ns;
    return begin + (n + 1) * step;
}

int told_emit(const struct run *run, uint32_t metric, double value)
{
    return isfinite(value) ? vmtp_emit(run->self, metric, 0, value, true) : 0;
}
