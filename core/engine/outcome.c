/* SPDX-License-Identifier: Apache-2.0 */
#include "outcome.h"

#include "measure.h"
#include "sinks.h"

#include <malloc.h>

static enum exit_status status_of(const struct run *run, const struct outcome *outcome,
                                  int measured, int kept)
{
    if (run->journal_status || run->unclean || kept < 0)
        return EXIT_INFRA;
    if (run_cancelled(run))
        return EXIT_INTERRUPTED;
    return measured < 0 ? EXIT_INFRA : document_verdict(outcome->document);
}

/* What the threads of flows and monitors had is free by now, but each in the heap of its own: the
 * document, for which most memory is wanted, could not have it. */
static void memory_return(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* Which of the errors is the run's: to have been stopped comes last. */
static int failure_of(const struct run *run, const struct vmtp_error *measuring,
                      const struct vmtp_error *keeping, struct vmtp_error *err)
{
    if (measuring->code && measuring->code != -ECANCELED)
        return vmtp_fail(err, measuring->code, "%s", measuring->text);
    if (keeping->code)
        return vmtp_fail(err, keeping->code, "%s", keeping->text);
    if (run->journal_status)
        return vmtp_fail(err, run->journal_status, "%s/journal.ndjson: %s", run->folder,
                         strerror(-run->journal_status));
    return vmtp_fail(err, -ECANCELED, "interrupted");
}

int run_carry_out(struct run *run, struct outcome *ret, struct vmtp_error *err)
{
    struct vmtp_error measuring = { 0 }, keeping = { 0 };
    int measured = run_measure(run, &measuring), kept;
    struct run_info info = run_info(run);

    memory_return();
    *ret = (struct outcome){ 0 };
    kept = document_make(&info, &ret->document, &keeping);
    if (kept == 0)
        kept = sinks_write(run, ret->document, &keeping);
    ret->status = status_of(run, ret, measured, kept);
    if (ret->status == EXIT_INFRA || ret->status == EXIT_INTERRUPTED)
        return failure_of(run, &measuring, &keeping, err);
    return 0;
}

void outcome_clear(struct outcome *outcome)
{
    json_decref(outcome->document);
    outcome->document = NULL;
}
