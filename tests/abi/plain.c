/* SPDX-License-Identifier: Apache-2.0
 *
 * A shared library that is no plugin: refused without being mapped.
 */
#include <stdlib.h>

__attribute__((visibility("default"))) int plain_answer(void);

int plain_answer(void)
{
    return 42;
}

__attribute__((constructor)) static void mapped(void)
{
    setenv("VMTP_TEST_WAS_MAPPED", "plain", 1);
}
