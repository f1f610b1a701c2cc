/* SPDX-License-Identifier: Apache-2.0
 *
 * vmtp as a library, libvmtp: a scenario's text in, the result document out.
 *
 *     struct vmtp *vmtp;
 *     struct vmtp_error err = { 0 };
 *     char *document = NULL;
 *     int verdict = vmtp_new(NULL, &vmtp, &err);
 *
 *     if (verdict == 0) {
 *         verdict = vmtp_run(vmtp, text, strlen(text), "nightly.yaml", &document, &err);
 *         ... verdict: enum vmtp_verdict, or a negative errno with err.text; document: JSON
 *         vmtp_text_free(document);
 *         vmtp_free(vmtp);
 *     }
 *
 * Rules
 *   threads   Every function may be called from any thread.  A struct vmtp carries out one run at a
 *             time; several of them run at once in several threads.
 *   process   The library does not print, exit, or change what belongs to the process: no signal
 *             handler, environment variable, locale, working directory.  Its threads take no
 *             signals, and numbers are read and written as in "C" whatever the locale.  It starts
 *             processes and waits for those alone; SIGCHLD must not be ignored, and nobody else
 *             may wait for children that are not theirs (wait(), waitpid(-1)).  After a fork() the
 *             child may use no struct vmtp of its parent's.
 *   memory    What is passed in is borrowed until the call returns.  Texts that come back are freed
 *             with vmtp_text_free().  Plugins stay mapped until the process ends.
 *   errors    A negative errno, and with it err filled (<vmtp/error.h>); err may be NULL.
 *   growth    Structs start with their size.  Fields are only added at the end; zero always means
 *             "not given".
 *
 * docs/library.md tells more; examples/library does it in Python.
 */
#ifndef VMTP_VMTP_H
#define VMTP_VMTP_H

#include <stddef.h>
#include <stdint.h>
#include <vmtp/error.h>
#include <vmtp/host.h>

#define VMTP_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

struct vmtp;

/* What the thresholds of a scenario say of its run; the exit status of `vmtp run` is the same. */
enum vmtp_verdict {
    VMTP_PASSED = 0,    /* all was measured, and every threshold holds */
    VMTP_FAILED = 1,    /* a flow could not be measured, or a threshold does not hold */
    VMTP_UNDECIDED = 4, /* the figures are not sure enough to tell */
};

/* How far a run is. */
struct vmtp_progress {
    size_t size;
    uint32_t done, expected; /* trials; more may be expected later: repetition decides */
    uint64_t elapsed_ns;
    uint64_t left_ns;  /* at the least, by the trials that are still expected */
    const char *doing; /* one phrase; borrowed */
};

struct vmtp_settings {
    size_t size;             /* sizeof(struct vmtp_settings) */
    const char *plugin_path; /* "FOLDER:FOLDER", where plugins are looked for first */
    const char *state_dir;   /* where the folders of runs are kept; NULL: as the program does,
                                $VMTP_STATE_DIR, $XDG_STATE_HOME/vmtp, ~/.local/state/vmtp */
    int least;               /* enum vmtp_level: lines below it are not told; 0: VMTP_INFO */
    void *arg;               /* given to these, each of which may be NULL; of this library they may
                                call vmtp_cancel() alone: */
    /* One line to the person, without a newline.  From any thread, but never two at a time. */
    void (*log)(void *arg, int level, const char *line);
    /* Some five times a second while a run is carried out, by the thread that called vmtp_run(). */
    void (*progress)(void *arg, const struct vmtp_progress *progress);
    /* What is the secret that the scenario writes as {prompt: WHAT}?  Its text with a NUL, at most
     * len bytes with it, to ret: 0, or a negative errno, which ends the run.  By the thread that
     * called vmtp_run() before anything is begun; what a cloud asks for while it is deployed, by a
     * thread of the run. */
    int (*secret)(void *arg, const char *what, char *ret, size_t len);
};

/* Find the plugins; those that were refused are logged with the reason.  settings NULL: all as the
 * program does, nothing told and no secrets known.  Its strings are copied. */
VMTP_API int vmtp_new(const struct vmtp_settings *settings, struct vmtp **ret,
                      struct vmtp_error *err);
/* Nothing may be using it any more.  NULL is fine. */
VMTP_API void vmtp_free(struct vmtp *vmtp);

/* Is the scenario right?  -EINVAL: no, with file:line:column and what is wrong; -ENOKEY: it is, but
 * credentials that it names are not there.  name stands for the file and may be NULL.  Nothing is
 * touched, and secrets are not asked for. */
VMTP_API int vmtp_check(struct vmtp *vmtp, const char *text, size_t len, const char *name,
                        struct vmtp_error *err);
/* What a run would do, as JSON: docs/library.md says what is in it.  As vmtp_check() otherwise. */
VMTP_API int vmtp_plan(struct vmtp *vmtp, const char *text, size_t len, const char *name,
                       char **ret_plan, struct vmtp_error *err);
/* Carry the scenario out.  Returns an enum vmtp_verdict, or a negative errno: -EINVAL and
 * -ENOKEY for what vmtp_check() finds, -EBUSY while this struct vmtp is at another run, -ECANCELED,
 * or what kept the run from being deployed, measured or kept. *ret_document is the result document
 * (docs/results.md) as JSON.  It is there on failure too once anything was begun, with all that was
 * measured until then; else it is NULL. */
VMTP_API int vmtp_run(struct vmtp *vmtp, const char *text, size_t len, const char *name,
                      char **ret_document, struct vmtp_error *err);
/* Stop the run: once, cleanly; again, faster.  vmtp_run() returns when all has been cleaned up.
 * Does nothing where nothing runs.  Also from the functions of struct vmtp_settings and from a
 * signal handler. */
VMTP_API void vmtp_cancel(struct vmtp *vmtp);

/* NULL is fine. */
VMTP_API void vmtp_text_free(char *text);
/* Of the library, "0.1.0"; constant. */
VMTP_API const char *vmtp_version(void);

#ifdef __cplusplus
}
#endif

#endif
