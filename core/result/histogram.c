/* SPDX-License-Identifier: Apache-2.0 */
#include "histogram.h"

#include <errno.h>
#include <math.h>

int histogram_new(double scale, struct histogram **ret)
{
    struct histogram *histogram;

    if (!isfinite(scale) || scale <= 0)
        return -EINVAL;
    histogram = calloc(1, sizeof *histogram);
    if (!histogram)
        return -ENOMEM;
    histogram->scale = scale;
    *ret = histogram;
    return 0;
}

void histogram_free(struct histogram *histogram)
{
    if (!histogram)
        return;
    free(histogram->buckets);
    free(histogram);
}

struct vmtp_histogram histogram_view(const struct histogram *histogram)
{
    return (struct vmtp_histogram){
        .size = sizeof(struct vmtp_histogram),
        .buckets = histogram->buckets,
        .count = histogram->count,
        .scale = histogram->scale,
        .min = histogram->min,
        .max = histogram->max,
    };
}

/* Rising, in range, and no more values than can be counted. */
static int buckets_check(const struct vmtp_histogram *more, uint64_t n, uint64_t *ret_n)
{
    for (size_t i = 0; i < more->count; i++) {
        const struct vmtp_bucket *bucket = &more->buckets[i];

        if (bucket->index >= VMTP_BUCKETS || (i && bucket->index <= bucket[-1].index))
            return -EINVAL;
        if (bucket->count > INT64_MAX - n)
            return -EINVAL;
        n += bucket->count;
    }
    *ret_n = n;
    return 0;
}

/* The outermost buckets that are not empty; false: all are. */
static bool buckets_ends(const struct vmtp_histogram *more, uint32_t *ret_first, uint32_t *ret_last)
{
    bool any = false;

    for (size_t i = 0; i < more->count; i++) {
        if (!more->buckets[i].count)
            continue;
        if (!any)
            *ret_first = more->buckets[i].index;
        *ret_last = more->buckets[i].index;
        any = true;
    }
    return any;
}

/* What the values span, from the exact figures or, without them, from the buckets. */
static int span_find(const struct vmtp_histogram *more, uint64_t *ret_min, uint64_t *ret_max)
{
    uint32_t first = 0, last = 0;

    *ret_min = more->min;
    *ret_max = more->max;
    if (!buckets_ends(more, &first, &last))
        return more->min || more->max ? -EINVAL : 0;
    if (!more->min && !more->max) {
        *ret_min = vmtp_bucket_low(first);
        *ret_max = vmtp_bucket_low(last + 1) - 1;
        return 0;
    }
    if (more->min > more->max || vmtp_bucket_index(more->min) != first ||
        vmtp_bucket_index(more->max) != last)
        return -EINVAL;
    return 0;
}

/* Both lists of buckets as one, into room for as many as both have. */
static size_t buckets_merge(const struct histogram *a, const struct vmtp_histogram *b,
                            struct vmtp_bucket *into)
{
    size_t i = 0, j = 0, count = 0;

    while (i < a->count || j < b->count) {
        struct vmtp_bucket next = { .index = UINT32_MAX };

        if (i < a->count)
            next.index = a->buckets[i].index;
        if (j < b->count && b->buckets[j].index < next.index)
            next.index = b->buckets[j].index;
        if (i < a->count && a->buckets[i].index == next.index)
            next.count += a->buckets[i++].count;
        if (j < b->count && b->buckets[j].index == next.index)
            next.count += b->buckets[j++].count;
        if (next.count)
            into[count++] = next;
    }
    return count;
}

static bool scales_agree(double a, double b)
{
    return fabs(a - b) <= 1e-12 * a;
}

int histogram_merge(struct histogram *histogram, const struct vmtp_histogram *more)
{
    struct vmtp_bucket *buckets;
    uint64_t n, min, max;
    int r;

    if (!scales_agree(histogram->scale, more->scale) || more->count > VMTP_BUCKETS ||
        (more->count && !more->buckets))
        return -EINVAL;
    r = buckets_check(more, histogram->n, &n);
    if (r == 0)
        r = span_find(more, &min, &max);
    if (r < 0 || n == histogram->n)
        return r;
    buckets = malloc((histogram->count + more->count) * sizeof *buckets);
    if (!buckets)
        return -ENOMEM;
    histogram->count = buckets_merge(histogram, more, buckets);
    free(histogram->buckets);
    histogram->buckets = buckets;
    histogram->min = histogram->n && histogram->min < min ? histogram->min : min;
    histogram->max = histogram->n && histogram->max > max ? histogram->max : max;
    histogram->n = n;
    return 0;
}

double histogram_min(const struct histogram *histogram)
{
    return histogram->n ? (double)histogram->min * histogram->scale : NAN;
}

double histogram_max(const struct histogram *histogram)
{
    return histogram->n ? (double)histogram->max * histogram->scale : NAN;
}

/* A bucket's value, in bucket units: its middle, but never beyond what was measured. */
static double bucket_value(const struct histogram *histogram, const struct vmtp_bucket *bucket)
{
    double value = vmtp_bucket_middle(bucket->index);

    return fmin(fmax(value, (double)histogram->min), (double)histogram->max);
}

double histogram_mean(const struct histogram *histogram)
{
    double sum = 0;

    for (size_t i = 0; i < histogram->count; i++)
        sum += bucket_value(histogram, &histogram->buckets[i]) *
               (double)histogram->buckets[i].count / (double)histogram->n;
    return histogram->n ? sum * histogram->scale : NAN;
}

double histogram_at_rank(const struct histogram *histogram, uint64_t rank)
{
    uint64_t below = 0;

    if (rank < 1 || rank > histogram->n)
        return NAN;
    for (size_t i = 0; i < histogram->count; i++) {
        below += histogram->buckets[i].count;
        if (below >= rank)
            return bucket_value(histogram, &histogram->buckets[i]) * histogram->scale;
    }
    return NAN;
}

double histogram_percentile(const struct histogram *histogram, double q)
{
    if (!stats_supports(q, histogram->n))
        return NAN;
    return histogram_at_rank(histogram, (uint64_t)fmax(1, ceil(q * (double)histogram->n)));
}

bool histogram_interval(const struct histogram *histogram, double q, struct interval *ret)
{
    uint64_t low, high;

    if (!stats_interval_ranks(histogram->n, q, &low, &high))
        return false;
    ret->low = histogram_at_rank(histogram, low);
    ret->high = histogram_at_rank(histogram, high);
    return true;
}

/* JSON has whole numbers up to 2^63 - 1; a duration of 292 years is as good as any above it. */
static json_t *whole(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *histogram_to_json(const struct histogram *histogram)
{
    json_t *buckets = json_array(), *json;

    for (size_t i = 0; buckets && i < histogram->count; i++) {
        const struct vmtp_bucket *bucket = &histogram->buckets[i];
        json_t *pair = json_pack("[o, o]", whole(bucket->index), whole(bucket->count));

        if (json_array_append_new(buckets, pair) < 0) {
            json_decref(buckets);
            return NULL;
        }
    }
    json = json_pack("{s:f, s:i, s:o, s:o, s:o, s:o}", "scale", histogram->scale, "bits",
                     VMTP_BUCKET_BITS, "n", whole(histogram->n), "min", whole(histogram->min),
                     "max", whole(histogram->max), "buckets", buckets);
    return json;
}

static int bucket_from_json(const json_t *pair, struct vmtp_bucket *ret)
{
    json_int_t index = json_integer_value(json_array_get(pair, 0));
    json_int_t count = json_integer_value(json_array_get(pair, 1));

    if (json_array_size(pair) != 2 || index < 0 || index >= VMTP_BUCKETS || count < 1)
        return -EINVAL;
    *ret = (struct vmtp_bucket){ (uint32_t)index, (uint64_t)count };
    return 0;
}

int histogram_from_json(const json_t *json, struct histogram **ret)
{
    _cleanup_(histogram_freep) struct histogram *histogram = NULL;
    _free_ struct vmtp_bucket *buckets = NULL;
    const json_t *list = json_object_get(json, "buckets");
    json_int_t min = json_integer_value(json_object_get(json, "min"));
    json_int_t max = json_integer_value(json_object_get(json, "max"));
    size_t count = json_array_size(list);
    struct vmtp_histogram more = { .size = sizeof more, .count = count };
    int r;

    if (!json_is_array(list) || count > VMTP_BUCKETS || min < 0 || max < 0 ||
        json_integer_value(json_object_get(json, "bits")) != VMTP_BUCKET_BITS)
        return -EINVAL;
    more.scale = json_number_value(json_object_get(json, "scale"));
    more.min = (uint64_t)min;
    more.max = (uint64_t)max;
    more.buckets = buckets = calloc(count + 1, sizeof *buckets);
    if (!buckets)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (bucket_from_json(json_array_get(list, i), &buckets[i]) < 0)
            return -EINVAL;
    r = histogram_new(more.scale, &histogram);
    if (r == 0)
        r = histogram_merge(histogram, &more);
    if (r < 0)
        return r;
    *ret = TAKE(histogram);
    return 0;
}
