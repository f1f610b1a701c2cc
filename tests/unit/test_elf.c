/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/plugin/elf.c: whole, cut and damaged shared objects.
 *
 * Cut and damaged ones live in a memfd.  None of them may crash the reader; a cut one may never
 * be taken for whole, since the dynamic loader would die of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>

#include "core/base/attr.h"
#include "core/plugin/elf.h"

#define GOOD    BUILD "/tests/abi/good-today.so"
#define PLAIN   BUILD "/tests/abi/plain.so"
#define SYMBOL  "vmtp_module_v1"
#define DAMAGES 20000

/* A good shared object, and a file to make worse ones in. */
static struct {
    char bytes[1 << 20];
    size_t len;
    int fd;
    char path[64];
} object;

static int object_read(void **state)
{
    _fclose_ FILE *in = fopen(GOOD, "re");

    (void)state;
    if (!in)
        return -1;
    object.len = fread(object.bytes, 1, sizeof object.bytes, in);
    object.fd = memfd_create("object", MFD_CLOEXEC);
    snprintf(object.path, sizeof object.path, "/proc/self/fd/%d", object.fd);
    return object.fd < 0 || object.len < 1000 || object.len == sizeof object.bytes;
}

static int object_close(void **state)
{
    (void)state;
    return close(object.fd);
}

static void object_write(size_t len)
{
    assert_int_equal(ftruncate(object.fd, 0), 0);
    assert_int_equal(pwrite(object.fd, object.bytes, len, 0), (ssize_t)len);
}

static void finds_a_symbol_that_is_exported(void **state)
{
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(elf_exports(GOOD, SYMBOL, &err), 1);
    assert_int_equal(elf_exports(PLAIN, "plain_answer", &err), 1);
    assert_int_equal(err.code, 0);
}

static void finds_no_symbol_that_is_only_imported_or_begins_alike(void **state)
{
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(elf_exports(PLAIN, SYMBOL, &err), 0);
    assert_int_equal(elf_exports(PLAIN, "setenv", &err), 0);
    assert_int_equal(elf_exports(GOOD, "vmtp_module_v", &err), 0);
    assert_int_equal(elf_exports(GOOD, "vmtp_module_v11", &err), 0);
    assert_int_equal(err.code, 0);
}

static void refuses_a_program_and_what_is_no_file(void **state)
{
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(elf_exports("/dev/null", SYMBOL, &err), -ENOEXEC);
    assert_string_equal(err.text, "is no shared object");
    assert_int_equal(elf_exports("/proc/self", SYMBOL, &err), -ENOEXEC);
    assert_int_equal(elf_exports("/does/not/exist", SYMBOL, &err), -ENOENT);
    assert_int_equal(elf_exports("/does/not/exist", SYMBOL, NULL), -ENOENT);
}

/* Every length below 512, then about 600 more. */
static void refuses_a_file_that_was_cut_at_any_length(void **state)
{
    size_t step = object.len / 600 | 1;

    (void)state;
    for (size_t len = 0; len < object.len; len += len < 512 ? 1 : step) {
        struct vmtp_error err = { 0 };

        object_write(len);
        if (elf_exports(object.path, SYMBOL, &err) != -ENOEXEC)
            fail_msg("cut to %zu of %zu bytes it was not refused", len, object.len);
    }
    object_write(object.len - 1);
    assert_int_equal(elf_exports(object.path, SYMBOL, NULL), -ENOEXEC);
    object_write(object.len);
    assert_int_equal(elf_exports(object.path, SYMBOL, NULL), 1);
}

/* xorshift64: the same damages each time. */
static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Where the headers are is where damage is dangerous. */
static size_t place(uint64_t *seed)
{
    const ElfW(Ehdr) *header = (const void *)object.bytes;
    uint64_t sections = (uint64_t)header->e_shnum * header->e_shentsize;
    uint64_t where = draw(seed);

    if (where % 2)
        return header->e_shoff + draw(seed) % sections;
    return draw(seed) % (where % 4 ? sizeof *header + 512 : object.len);
}

static void survives_damage_anywhere(void **state)
{
    uint64_t seed = 0x9e3779b97f4a7c15ull;
    size_t refused = 0;

    (void)state;
    object_write(object.len);
    for (size_t i = 0; i < DAMAGES; i++) {
        size_t at = place(&seed);
        char byte = (char)draw(&seed);
        int r;

        assert_int_equal(pwrite(object.fd, &byte, 1, (off_t)at), 1);
        r = elf_exports(object.path, SYMBOL, NULL);
        assert_true(r == 0 || r == 1 || r == -ENOEXEC);
        refused += r != 1;
        if (i % 4 == 3) /* up to four damages at once */
            object_write(object.len);
    }
    assert_true(refused > DAMAGES / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_symbol_that_is_exported),
        cmocka_unit_test(finds_no_symbol_that_is_only_imported_or_begins_alike),
        cmocka_unit_test(refuses_a_program_and_what_is_no_file),
        cmocka_unit_test(refuses_a_file_that_was_cut_at_any_length),
        cmocka_unit_test(survives_damage_anywhere),
    };

    return cmocka_run_group_tests(tests, object_read, object_close);
}
