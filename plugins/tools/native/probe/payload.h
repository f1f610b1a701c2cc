/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer for bulk traffic: huge pages where there are any, already touched, filled with bytes
 * that do not compress.
 */
#ifndef PROBE_PAYLOAD_H
#define PROBE_PAYLOAD_H

#include <stddef.h>

/* NULL: out of memory. */
void *payload_make(size_t size);
/* NULL is fine. */
void payload_free(void *, size_t size);

#endif
