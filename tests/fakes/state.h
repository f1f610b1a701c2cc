/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests that carry out runs: a state folder of their own, and the plugins of this build.
 */
#ifndef VMTP_FAKES_STATE_H
#define VMTP_FAKES_STATE_H

#include "core/engine/run.h"

/* From state_setup() to state_teardown(). */
extern struct registry *registry;
extern struct means means; /* with that registry, and nobody to ask */

/* For cmocka, once for all tests of a program. */
int state_setup(void **state);
int state_teardown(void **state);

#endif
