/* SPDX-License-Identifier: Apache-2.0 */
#include "thread.h"

#include <errno.h>
#include <signal.h>

struct beginning {
    void *(*function)(void *arg);
    void *arg;
};

/* newlocale(3): the whole of "C" is a constant, which is never out of memory nor to be freed. */
locale_t locale_enter(void)
{
    return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

void locale_leave(const locale_t *outside)
{
    uselocale(*outside);
}

static void *thread_begin(void *arg)
{
    _free_ struct beginning *beginning = arg;

    locale_enter();
    return beginning->function(beginning->arg);
}

/* Those that a thread raises itself by doing wrong end the program where they are blocked. */
static void signals_most(sigset_t *ret)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };

    sigfillset(ret);
    for (size_t i = 0; i < COUNT(faults); i++)
        sigdelset(ret, faults[i]);
}

int thread_start(pthread_t *ret, void *(*function)(void *arg), void *arg)
{
    struct beginning *beginning = malloc(sizeof *beginning);
    sigset_t most, before;
    int r;

    if (!beginning)
        return -ENOMEM;
    *beginning = (struct beginning){ function, arg };
    signals_most(&most);
    pthread_sigmask(SIG_BLOCK, &most, &before);
    r = -pthread_create(ret, NULL, thread_begin, beginning);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r < 0)
        free(beginning);
    return r;
}
