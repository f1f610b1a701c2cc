/* SPDX-License-Identifier: Apache-2.0
 *
 * A test of VMTP's document, on its way back: its entries become trials of a sketch, and what a
 * sketch does not know joins the result that was made of it.
 *
 * Pure.
 */
#ifndef VMTP_CLASSIC_IMPORT_TEST_H
#define VMTP_CLASSIC_IMPORT_TEST_H

#include "../result/sketch.h"
#include "import_flow.h"

/* inflated: nuttcp's throughput is VMTP's own, 1024/1000 of what it was.  0 or -ENOMEM. */
int import_measure(const struct import_test *test, bool inflated, struct sketch *sketch);

/* Losses in percent, the ceiling, the search, notes. */
int import_complete(const struct import_test *test, bool inflated, json_t *result);

#endif
