/* SPDX-License-Identifier: Apache-2.0
 *
 * An arena: memory that is taken piece by piece and given back all at once.
 *
 * For things with one life, such as a scenario and all that hangs on it.  One thread at a time.
 * All memory is zeroed and aligned for any type.  Functions return NULL when out of memory.
 */
#ifndef VMTP_BASE_ARENA_H
#define VMTP_BASE_ARENA_H

#include "attr.h"

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is fine */
DEFINE_CLEANUP(arena_free, struct arena *)
/* Never free it: somebody who can't be stopped still reads what is in it. */
void arena_keep(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
/* count items of size each; NULL also when that overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
_printf_(2, 3) char *arena_printf(struct arena *arena, const char *fmt, ...);

#endif
