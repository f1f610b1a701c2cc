/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fakes/state.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct registry *registry;
struct means means;
static char folder[] = "/tmp/vmtp-test-XXXXXX";

int state_setup(void **state)
{
    struct vmtp_error err = { 0 };
    int r;

    (void)state;
    assert_non_null(mkdtemp(folder));
    setenv("VMTP_STATE_DIR", folder, 1);
    unsetenv("VMTP_PLUGIN_PATH");
    r = registry_load(BUILD "/plugins:" BUILD "/tests/plugins", &registry, &err);
    means = (struct means){ .registry = registry };
    return r;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int state_teardown(void **state)
{
    (void)state;
    registry_free(registry);
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
