/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/plugin/instance.c: what a component is opened with, and what it may allocate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plugin/instance.h"

#define THREADS 4
#define PIECES  500

struct state {
    unsigned char bytes[64];
    char *mine;
};

static char whose[] = "owner";
static int opened, closed;
static const struct vmtp_host host = { .size = sizeof host, .alloc = instance_alloc };

static void count_close(struct vmtp_self *self)
{
    (void)self;
    closed++;
}

static int good_open(struct vmtp_self *self, struct vmtp_error *err)
{
    struct state *state = self->state;

    (void)err;
    opened++;
    for (size_t i = 0; i < sizeof state->bytes; i++)
        assert_int_equal(state->bytes[i], 0);
    assert_string_equal(self->opt, "options");
    assert_string_equal(instance_owner(self), "owner");
    state->mine = self->host->alloc(self, 100);
    assert_non_null(state->mine);
    return 0;
}

static int silent_open(struct vmtp_self *self, struct vmtp_error *err)
{
    (void)self, (void)err;
    return -EIO;
}

static int telling_open(struct vmtp_self *self, struct vmtp_error *err)
{
    (void)self;
    return vmtp_fail(err, -ENOENT, "no file 'x'");
}

static struct component component_of(int (*open)(struct vmtp_self *, struct vmtp_error *))
{
    return (struct component){ .table = { .size = sizeof(struct vmtp_component),
                                          .kind = VMTP_SINK,
                                          .name = "probe",
                                          .state_size = sizeof(struct state),
                                          .open = open,
                                          .close = open ? count_close : NULL } };
}

static struct instance *must_open(const struct component *component)
{
    struct instance *instance = NULL;
    struct vmtp_error err = { 0 };

    if (instance_open(component, "options", &host, whose, &instance, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(err.code, 0);
    return instance;
}

static void opens_with_options_owner_and_zeroed_state(void **state)
{
    struct component component = component_of(good_open);
    struct instance *instance;

    (void)state;
    opened = closed = 0;
    instance = must_open(&component);
    assert_ptr_equal(instance->component, &component);
    assert_int_equal(opened, 1);
    assert_int_equal(closed, 0);
    instance_close(instance);
    assert_int_equal(closed, 1);
}

static void works_without_open_and_close(void **state)
{
    struct component component = component_of(NULL);

    (void)state;
    component.table.state_size = 0;
    instance_close(must_open(&component));
    instance_close(NULL);
}

static void closes_also_after_a_failed_open(void **state)
{
    struct component component = component_of(telling_open);
    struct instance *instance = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    closed = 0;
    assert_int_equal(instance_open(&component, NULL, &host, NULL, &instance, &err), -ENOENT);
    assert_string_equal(err.text, "sink probe: no file 'x'");
    assert_null(instance);
    assert_int_equal(closed, 1);
}

static void says_it_when_a_plugin_fails_without_saying_why(void **state)
{
    struct component component = component_of(silent_open);
    struct instance *instance = NULL;
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(instance_open(&component, NULL, &host, NULL, &instance, &err), -EIO);
    assert_string_equal(err.text, "sink probe: failed to open without saying why");
    assert_int_equal(instance_open(&component, NULL, &host, NULL, &instance, NULL), -EIO);
}

static void keeps_instances_apart(void **state)
{
    struct component component = component_of(good_open);
    struct instance *one = must_open(&component), *two = must_open(&component);

    (void)state;
    assert_ptr_not_equal(one->self.state, two->self.state);
    memset(one->self.state, 0xff, sizeof(struct state));
    assert_int_equal(((struct state *)two->self.state)->bytes[0], 0);
    instance_close(one);
    memset(((struct state *)two->self.state)->mine, 1, 100);
    instance_close(two);
}

static void has_no_memory_without_end(void **state)
{
    struct component component = component_of(NULL);
    struct instance *instance = must_open(&component);

    (void)state;
    assert_null(instance_alloc(&instance->self, SIZE_MAX));
    assert_non_null(instance_alloc(&instance->self, 1));
    instance_close(instance);
}

static void *allocate(void *arg)
{
    struct vmtp_self *self = arg;

    for (size_t i = 1; i <= PIECES; i++) {
        unsigned char *piece = self->host->alloc(self, i);

        if (!piece || (uintptr_t)piece % _Alignof(max_align_t))
            return arg;
        for (size_t j = 0; j < i; j++)
            if (piece[j]++)
                return arg;
    }
    return NULL;
}

static void allocates_zeroed_aligned_memory_for_many_threads(void **state)
{
    struct component component = component_of(NULL);
    struct instance *instance = must_open(&component);
    pthread_t threads[THREADS];

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, allocate, &instance->self), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *failed;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    instance_close(instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_with_options_owner_and_zeroed_state),
        cmocka_unit_test(works_without_open_and_close),
        cmocka_unit_test(closes_also_after_a_failed_open),
        cmocka_unit_test(says_it_when_a_plugin_fails_without_saying_why),
        cmocka_unit_test(keeps_instances_apart),
        cmocka_unit_test(has_no_memory_without_end),
        cmocka_unit_test(allocates_zeroed_aligned_memory_for_many_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
