/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/base/arena.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/arena.h"

static void gives_zeroed_memory_aligned_for_anything(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();

    (void)state;
    for (size_t size = 0; size < 300; size++) {
        unsigned char *memory = arena_alloc(arena, size);

        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xff, size);
    }
}

static void gives_blocks_larger_than_its_own(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    char *small = arena_strdup(arena, "small"), *large = arena_alloc(arena, 1 << 20);

    (void)state;
    assert_non_null(large);
    memset(large, 'x', 1 << 20);
    assert_string_equal(small, "small");
    assert_string_equal(arena_strdup(arena, "again"), "again");
}

static void refuses_what_does_not_fit_into_a_size(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();

    (void)state;
    assert_null(arena_array(arena, SIZE_MAX / 2, 3));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_alloc(arena, SIZE_MAX - 20));
    assert_non_null(arena_array(arena, 0, 8));
}

static void copies_and_prints_text(void **state)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();

    (void)state;
    assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strdup(arena, ""), "");
    assert_string_equal(arena_printf(arena, "%s-%05d", "x", 42), "x-00042");
    arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_memory_aligned_for_anything),
        cmocka_unit_test(gives_blocks_larger_than_its_own),
        cmocka_unit_test(refuses_what_does_not_fit_into_a_size),
        cmocka_unit_test(copies_and_prints_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
