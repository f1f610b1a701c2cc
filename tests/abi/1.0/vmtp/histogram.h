/* SPDX-License-Identifier: Apache-2.0
 *
 * Log-linear histograms: 128 buckets for each power of two, so that a value is known to 0.4 %
 * from 1 unit to 2^63.  Two histograms are merged by adding counts, whoever made them.
 *
 * Values are whole numbers, as a rule nanoseconds.  Those below 256 have a bucket each; above,
 * bucket i holds the values from vmtp_bucket_low(i) to vmtp_bucket_low(i + 1) - 1.
 */
#ifndef VMTP_HISTOGRAM_H
#define VMTP_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define VMTP_BUCKET_BITS 7
#define VMTP_BUCKETS     7424 /* for every uint64_t */

/* One bucket that is not empty. */
struct vmtp_bucket {
    uint32_t index;
    uint64_t count;
};

/* What a plugin emits: buckets in rising order of index. */
struct vmtp_histogram {
    size_t size;
    const struct vmtp_bucket *buckets;
    size_t count;
    double scale; /* one bucket unit in the metric's unit: 1e-9 for nanoseconds of a metric in s */
    uint64_t min, max; /* exact, in bucket units; 0 and 0 when empty */
};

static inline uint32_t vmtp_bucket_index(uint64_t value)
{
    uint32_t shift;

    if (value < 2u << VMTP_BUCKET_BITS)
        return (uint32_t)value;
    shift = (uint32_t)(63 - __builtin_clzll(value)) - VMTP_BUCKET_BITS;
    return (shift << VMTP_BUCKET_BITS) + (uint32_t)(value >> shift);
}

static inline uint64_t vmtp_bucket_low(uint32_t index)
{
    const uint32_t sub = 1u << VMTP_BUCKET_BITS;
    uint32_t shift;

    if (index < 2 * sub)
        return index;
    shift = (index >> VMTP_BUCKET_BITS) - 1;
    return (uint64_t)((index & (sub - 1)) + sub) << shift;
}

/* The value that stands for all in the bucket: its middle. */
static inline double vmtp_bucket_middle(uint32_t index)
{
    const uint32_t sub = 1u << VMTP_BUCKET_BITS;
    double width = index < 2 * sub ? 1.0 : (double)(1ull << ((index >> VMTP_BUCKET_BITS) - 1));

    return (double)vmtp_bucket_low(index) + (width - 1.0) / 2;
}

#endif
