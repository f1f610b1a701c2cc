/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/histogram.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/result/histogram.h"

#include <errno.h>
#include <math.h>

static const struct vmtp_bucket low[] = { { 10, 3 }, { 20, 2 } };
static const struct vmtp_bucket high[] = { { 20, 1 }, { 300, 4 } };

static struct vmtp_histogram given(const struct vmtp_bucket *buckets, size_t count, uint64_t min,
                                   uint64_t max)
{
    return (struct vmtp_histogram){ sizeof(struct vmtp_histogram), buckets, count, 1e-9, min, max };
}

static struct histogram *empty(void)
{
    struct histogram *histogram = NULL;

    assert_int_equal(histogram_new(1e-9, &histogram), 0);
    return histogram;
}

static void merging_adds_counts_in_either_order(void **state)
{
    const struct vmtp_histogram a = given(low, 2, 10, 20);
    const struct vmtp_histogram b = given(high, 2, 20, vmtp_bucket_low(300) + 1);
    const struct vmtp_bucket sum[] = { { 10, 3 }, { 20, 3 }, { 300, 4 } };

    (void)state;
    for (int order = 0; order < 2; order++) {
        _cleanup_(histogram_freep) struct histogram *histogram = empty();

        assert_int_equal(histogram_merge(histogram, order ? &a : &b), 0);
        assert_int_equal(histogram_merge(histogram, order ? &b : &a), 0);
        assert_int_equal(histogram->n, 10);
        assert_int_equal(histogram->count, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(histogram->buckets[i].index, sum[i].index);
            assert_int_equal(histogram->buckets[i].count, sum[i].count);
        }
        assert_int_equal(histogram->min, 10);
        assert_int_equal(histogram->max, vmtp_bucket_low(300) + 1);
    }
}

static void an_empty_one_has_no_figures(void **state)
{
    _cleanup_(histogram_freep) struct histogram *histogram = empty();
    const struct vmtp_histogram nothing = given(NULL, 0, 0, 0);
    struct interval interval;

    (void)state;
    assert_int_equal(histogram_merge(histogram, &nothing), 0);
    assert_true(isnan(histogram_min(histogram)));
    assert_true(isnan(histogram_max(histogram)));
    assert_true(isnan(histogram_mean(histogram)));
    assert_true(isnan(histogram_percentile(histogram, 0.5)));
    assert_true(isnan(histogram_at_rank(histogram, 0)));
    assert_false(histogram_interval(histogram, 0.5, &interval));
}

static void refuses_what_is_no_histogram_and_stays_as_it_was(void **state)
{
    static const struct vmtp_bucket falling[] = { { 20, 1 }, { 10, 1 } };
    static const struct vmtp_bucket twice[] = { { 20, 1 }, { 20, 1 } };
    static const struct vmtp_bucket beyond[] = { { VMTP_BUCKETS, 1 } };
    static const struct vmtp_bucket endless[] = { { 1, INT64_MAX }, { 2, 1 } };
    _cleanup_(histogram_freep) struct histogram *histogram = empty();
    const struct vmtp_histogram good = given(low, 2, 10, 20);
    struct vmtp_histogram bad[] = {
        given(falling, 2, 0, 0),
        given(twice, 2, 0, 0),
        given(beyond, 1, 0, 0),
        given(endless, 2, 0, 0),
        given(low, 2, 11, 20),
        given(low, 2, 10, 21),
        given(low, 2, 20, 10),
        given(NULL, 2, 0, 0),
        given(NULL, 0, 1, 2),
        given(low, 2, 10, 20),
        given(low, VMTP_BUCKETS + 1, 10, 20),
    };

    (void)state;
    bad[9].scale = 1e-6;
    assert_int_equal(histogram_merge(histogram, &good), 0);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(histogram_merge(histogram, &bad[i]), -EINVAL);
    assert_int_equal(histogram->n, 5);
    assert_int_equal(histogram_new(0, &histogram), -EINVAL);
    assert_int_equal(histogram_new(NAN, &histogram), -EINVAL);
}

static void the_span_is_that_of_the_buckets_where_it_is_not_given(void **state)
{
    _cleanup_(histogram_freep) struct histogram *histogram = empty();
    const struct vmtp_histogram more = given(high, 2, 0, 0);

    (void)state;
    assert_int_equal(histogram_merge(histogram, &more), 0);
    assert_int_equal(histogram->min, 20);
    assert_int_equal(histogram->max, vmtp_bucket_low(301) - 1);
}

static void percentiles_are_within_half_a_percent_of_the_truth(void **state)
{
    _cleanup_(histogram_freep) struct histogram *histogram = empty();
    static const double quantiles[] = { 0.5, 0.9, 0.99, 0.999 };

    (void)state;
    for (uint64_t value = 1000; value < 11000; value++) {
        const struct vmtp_bucket bucket = { vmtp_bucket_index(value), 1 };
        const struct vmtp_histogram one = given(&bucket, 1, value, value);

        assert_int_equal(histogram_merge(histogram, &one), 0);
    }
    for (size_t i = 0; i < COUNT(quantiles); i++) {
        double truth = (999 + 10000 * quantiles[i]) * 1e-9;
        struct interval interval;

        assert_true(fabs(histogram_percentile(histogram, quantiles[i]) / truth - 1) < 0.005);
        assert_true(histogram_interval(histogram, quantiles[i], &interval));
        assert_true(interval.low <= truth * 1.005 && interval.high >= truth * 0.995);
    }
    assert_true(isnan(histogram_percentile(histogram, 0.9999)));
    assert_true(fabs(histogram_mean(histogram) / 5999.5e-9 - 1) < 0.005);
}

static void comes_back_from_json_as_it_went(void **state)
{
    _cleanup_(histogram_freep) struct histogram *histogram = empty(), *again = NULL;
    const struct vmtp_histogram more = given(high, 2, 20, vmtp_bucket_low(300));
    json_t *json;

    (void)state;
    assert_int_equal(histogram_merge(histogram, &more), 0);
    json = histogram_to_json(histogram);
    assert_int_equal(histogram_from_json(json, &again), 0);
    assert_int_equal(again->n, histogram->n);
    assert_int_equal(again->count, histogram->count);
    for (size_t i = 0; i < again->count; i++) {
        assert_int_equal(again->buckets[i].index, histogram->buckets[i].index);
        assert_int_equal(again->buckets[i].count, histogram->buckets[i].count);
    }
    assert_int_equal(again->min, 20);
    assert_int_equal(again->max, histogram->max);
    json_decref(json);
}

static void refuses_json_that_is_no_histogram(void **state)
{
    static const char *const bad[] = {
        "{}",
        "[]",
        "{\"scale\":1,\"bits\":6,\"min\":1,\"max\":1,\"buckets\":[[1,1]]}",
        "{\"scale\":0,\"bits\":7,\"min\":1,\"max\":1,\"buckets\":[[1,1]]}",
        "{\"scale\":1,\"bits\":7,\"min\":1,\"max\":1,\"buckets\":[[1]]}",
        "{\"scale\":1,\"bits\":7,\"min\":1,\"max\":1,\"buckets\":[[1,0]]}",
        "{\"scale\":1,\"bits\":7,\"min\":1,\"max\":1,\"buckets\":[[7424,1]]}",
        "{\"scale\":1,\"bits\":7,\"min\":-1,\"max\":1,\"buckets\":[[1,1]]}",
        "{\"scale\":1,\"bits\":7,\"min\":1,\"max\":1,\"buckets\":[7]}",
    };
    struct histogram *histogram = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        json_t *json = json_loads(bad[i], 0, NULL);

        assert_non_null(json);
        assert_int_equal(histogram_from_json(json, &histogram), -EINVAL);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merging_adds_counts_in_either_order),
        cmocka_unit_test(an_empty_one_has_no_figures),
        cmocka_unit_test(refuses_what_is_no_histogram_and_stays_as_it_was),
        cmocka_unit_test(the_span_is_that_of_the_buckets_where_it_is_not_given),
        cmocka_unit_test(percentiles_are_within_half_a_percent_of_the_truth),
        cmocka_unit_test(comes_back_from_json_as_it_went),
        cmocka_unit_test(refuses_json_that_is_no_histogram),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
