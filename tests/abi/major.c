/* SPDX-License-Identifier: Apache-2.0
 *
 * A plugin of the next major version.  It is refused without being mapped, so its constructor does
 * not run.
 */
#include <stdlib.h>

__attribute__((visibility("default"))) extern const int vmtp_module_v2;
const int vmtp_module_v2 = 2;

__attribute__((constructor)) static void mapped(void)
{
    setenv("VMTP_TEST_WAS_MAPPED", "major", 1);
}
