/* SPDX-License-Identifier: Apache-2.0
 *
 * Attributes that the core uses, and functions that it does not.
 *
 * Locals are freed by _cleanup_ and its short forms.  TAKE() moves what a local owns to somebody
 * else.  Functions that can't be used safely are poisoned: naming one is a compile error.
 */
#ifndef VMTP_BASE_ATTR_H
#define VMTP_BASE_ATTR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))
#define _unused_            __attribute__((unused))

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The struct that this member is in. */
#define CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* Hand over: the value of a pointer variable, which is NULL afterwards. */
#define TAKE(variable)                                                                             \
    __extension__({                                                                                \
        __typeof__(variable) taken_ = (variable);                                                  \
        (variable) = NULL;                                                                         \
        taken_;                                                                                    \
    })

/* DEFINE_CLEANUP(plan_free, struct plan *) makes plan_freep for _cleanup_(plan_freep). */
#define DEFINE_CLEANUP(function, type)                                                             \
    static inline void function##p(type *variable)                                                 \
    {                                                                                              \
        if (*variable)                                                                             \
            function(*variable);                                                                   \
    }

static inline void free_at(void *variable)
{
    void *memory;

    memcpy(&memory, variable, sizeof memory);
    free(memory);
}
#define _free_ _cleanup_(free_at)

static inline void fd_close_at(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define _close_ _cleanup_(fd_close_at)

DEFINE_CLEANUP(fclose, FILE *)
#define _fclose_ _cleanup_(fclosep)

#pragma GCC poison sprintf vsprintf strcpy strcat strtok atoi atol atof system popen gets

#endif
