/* SPDX-License-Identifier: Apache-2.0
 *
 * Histograms and delays.  The clocks of two machines have an unknown offset, and only the least
 * delay of the whole trial tells what to subtract (RFC 5481 PDV); hence the store of samples.
 */
#include "recorder.h"

#include <inttypes.h>
#include <stdlib.h>

#define DELAYS_MAX (1u << 19)
#define LINE_SIZE  (VMTP_BUCKETS * 32u)

static void add_buckets(const struct recorder *r, char *text, size_t size)
{
    size_t len = 0;

    text[0] = 0;
    for (uint32_t i = 0; i < VMTP_BUCKETS && len < size; i++) {
        int n = 0;

        if (r->bucket[i])
            n = snprintf(text + len, size - len, "%s%" PRIu32 ":%" PRIu64, len ? "," : "", i,
                         r->bucket[i]);
        len += n > 0 ? (size_t)n : 0;
    }
}

void recorder_send(const struct recorder *r, struct output *o, const char *name, const char *dir)
{
    char *text, *line;
    struct json_writer w;

    if (!r->count)
        return;
    text = malloc(LINE_SIZE);
    line = malloc(LINE_SIZE + 512);
    if (text && line) {
        add_buckets(r, text, LINE_SIZE);
        output_begin(&w, line, LINE_SIZE + 512, "histogram");
        json_add_text(&w, "name", name);
        json_add_text(&w, "dir", dir);
        json_add_uint(&w, "min", r->min);
        json_add_uint(&w, "max", r->max);
        json_add_text(&w, "buckets", text);
        output_send(o, &w);
    }
    free(text);
    free(line);
}

int delays_init(struct delays *d)
{
    memset(d, 0, sizeof *d);
    d->stride = 1;
    d->value = malloc(DELAYS_MAX * sizeof *d->value);
    return d->value ? 0 : -ENOMEM;
}

void delays_free(struct delays *d)
{
    free(d->value);
    memset(d, 0, sizeof *d);
}

static void delays_keep(struct delays *d, int64_t value)
{
    if (d->skip) {
        d->skip--;
        return;
    }
    if (d->count == DELAYS_MAX) {
        for (uint32_t i = 0; i < DELAYS_MAX / 2; i++)
            d->value[i] = d->value[2 * i];
        d->count = DELAYS_MAX / 2;
        d->stride *= 2;
    }
    d->value[d->count++] = value;
    d->skip = d->stride - 1;
}

void delays_add(struct delays *d, uint64_t time_ns, int64_t delay_ns)
{
    double t, v;

    if (!d->first_ns) {
        d->first_ns = time_ns;
        d->base = delay_ns;
    }
    delay_ns -= d->base;
    if (delay_ns < d->min)
        d->min = delay_ns;
    t = ((double)time_ns - (double)d->first_ns) * 1e-9;
    v = (double)delay_ns * 1e-9;
    d->n++;
    d->sum_t += t;
    d->sum_d += v;
    d->sum_tt += t * t;
    d->sum_td += t * v;
    delays_keep(d, delay_ns);
}

void delays_record(const struct delays *d, struct recorder *r)
{
    for (uint32_t i = 0; i < d->count; i++)
        recorder_add(r, (uint64_t)(d->value[i] - d->min));
}

static int by_value(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;

    return (a > b) - (a < b);
}

int64_t delays_median(struct delays *d)
{
    if (!d->count)
        return 0;
    qsort(d->value, d->count, sizeof *d->value, by_value);
    return d->base + d->value[d->count / 2];
}

double delays_slope(const struct delays *d)
{
    double divisor = d->n * d->sum_tt - d->sum_t * d->sum_t;

    return d->n >= 3 && divisor > 0 ? (d->n * d->sum_td - d->sum_t * d->sum_d) / divisor : 0;
}
