/* SPDX-License-Identifier: Apache-2.0
 *
 * A run: a plan being carried out.
 *
 * Owns the run's folder, journal and ledger, the flags that stop it, and what was measured.  One
 * thread carries the run out (fleet_deploy, stages_run, fleet_undeploy, sinks_write in turn);
 * workers add figures and events under the run's lock; run_cancel() and run_progress() may be
 * called from any thread, run_cancel() also from a signal handler.
 */
#ifndef VMTP_ENGINE_RUN_H
#define VMTP_ENGINE_RUN_H

#include "../base/log.h"
#include "../plugin/instance.h"
#include "../result/document.h"
#include "../result/journal.h"
#include "../result/ledger.h"

#include <pthread.h>
#include <stdatomic.h>

/* What whoever starts a run lends it. */
struct means {
    const struct registry *registry;
    const struct log *log;
    struct prompt prompt; /* ask NULL: there is nobody to be asked */
    const char *state;    /* where runs are kept; NULL: where the environment says */
};

/* How far a run is. */
struct progress {
    uint32_t done, expected; /* trials; more may be expected later: repetition decides */
    uint64_t started_ns;
    uint64_t left_ns; /* by the trials that are still expected */
    char doing[160];
};

struct run {
    char id[32];
    char *folder;
    const struct plan *plan;
    const struct registry *registry;
    const struct log *log;
    struct prompt prompt;
    pthread_mutex_t asking; /* held while the person is asked: nothing else is shown then */
    struct journal *journal;
    struct ledger *ledger;
    struct arena *arena; /* of what lives as long as the run; under lock */

    int cancel_fd;       /* readable: stop measuring, clean up, keep what there is */
    int hurry_fd;        /* readable: clean up without grace */
    atomic_int cancels;  /* by the person */
    atomic_bool stopped; /* by the person, or because the journal can't be written */
    bool broken_off;     /* at a flow that failed, as the scenario says; of the main thread */
    bool unclean;        /* something that was to be removed is still there; likewise */
    uint64_t look_ns; /* endpoints are watched for so long, and no flow is measured; 0: they are */
    bool sinks_later; /* whoever began the run feeds them, with another document than its own */

    pthread_mutex_t lock; /* of all below */
    struct measurement *measurements;
    struct run_event *events;
    size_t event_count, event_room;
    struct endpoint_facts *endpoints;
    size_t endpoint_count;
    json_t *facts;                  /* of the cloud: name to text */
    struct monitor_state *monitors; /* as the scenario's; names and errors are the arena's */
    size_t monitor_count;
    struct progress progress;
    int journal_status; /* what the journal last failed with */
    uint64_t started_wall_ns, ended_wall_ns;

    struct sightings *sightings; /* has a lock of its own */
    bool haunted; /* a monitor that does not stop is at it: it is never freed; of the main thread */
};

/* Make the run's folder, journal and ledger.  The means are copied, what they point to is not. */
int run_new(const struct plan *plan, const struct means *means, struct run **ret,
            struct vmtp_error *err);
/* A run of the past, by what run_folder_find() takes: id, folder and memory, for what is done to it
 * afterwards; it has no plan, journal or ledger, and can't be cancelled. */
int run_reopen(const char *id, const struct means *means, struct run **ret, struct vmtp_error *err);
/* The scenario of a run that was reopened; of that the cloud alone. */
int run_scenario(const struct run *run, struct scenario **ret, struct vmtp_error *err);
int run_scenario_cloud(const struct run *run, struct scenario **ret, struct vmtp_error *err);
void run_free(struct run *run);
DEFINE_CLEANUP(run_free, struct run *)

/* First call: stop cleanly.  Second call: faster. */
void run_cancel(struct run *run);
bool run_cancelled(const struct run *run);
struct progress run_progress(struct run *run);
_printf_(2, 3) void run_doing(struct run *run, const char *fmt, ...);

/* Something that happened to the run as a whole: into the journal and the document. */
_printf_(3, 4) void run_note(struct run *run, const char *kind, const char *fmt, ...);

/* The same of what a monitor says of its subject.  Not listed: there were many already, and it only
 * marks trials. */
void run_tell(struct run *run, const char *monitor, const struct run_event *event, bool listed);

/* How a monitor does: into the journal and the document.  error NULL: well. */
void run_monitor(struct run *run, size_t index, const char *error, uint64_t dropped);

/* What was found out of the cloud: into the journal and the document.  0 or a negative errno. */
int run_fact(struct run *run, const char *name, const char *value);

/* Ask the person for a secret; a person who breaks off cancels the run.  -ENXIO: there is nobody.
 */
int run_ask(struct run *run, const char *what, char *ret, size_t len, struct vmtp_error *err);

/* One line of the journal; line is stolen.  A failure stops the run: results that can't be kept
 * are not worth measuring. */
int run_journal(struct run *run, const char *type, json_t *line);
int run_journal_record(struct run *run, const struct vmtp_record *record);
int run_journal_watched(struct run *run, const struct vmtp_record *record, const char *monitor);

/* Down to the disk. */
int run_journal_sync(struct run *run);

/* What was found out, for the document; the run has ended by then. */
struct run_info run_info(struct run *run);

#endif
