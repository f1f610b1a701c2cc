/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of documents as MongoDB keeps them: without '.' and '$', which mean something in its
 * queries, and never empty.
 *
 * Written as in URLs: '.' is %2E, '$' is %24 and '%' itself %25, so that it can be undone; the
 * empty key is a lone '%'.  "p99.9" is kept as "p99%2E9".  Pure; NULL: out of memory.
 */
#ifndef MONGODB_KEY_H
#define MONGODB_KEY_H

/* The caller's to free. */
char *key_pack(const char *key);
char *key_unpack(const char *packed);

#endif
