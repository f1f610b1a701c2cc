/* SPDX-License-Identifier: Apache-2.0
 *
 * A place: a machine that is reached over SSH, with its keeper.
 *
 * The keeper is a shell on one channel for as long as the place is held.  It makes a private folder
 * that files can be run from, passes signals on, and when its stdin ends, however that comes about,
 * it kills what vmtp has started there and is still running, and removes the folder.  So nothing is
 * left even if vmtp is killed.
 * A place whose keeper is gone is lost, with all that ran there.  Whoever needs it next enters it
 * again: once what is left of before has ended, the same files stand in the same folder.  One that
 * can't be entered again is given up.
 * Owner: whoever begins it; threads: begin, await and end one at a time, the others [any] between.
 */
#ifndef COMMON_SSH_PLACE_H
#define COMMON_SSH_PLACE_H

#include "loop.h"
#include "pipe.h"

/* One that was put. */
struct ssh_file {
    struct ssh_file *next;
    unsigned int number; /* its folder */
    char from[];
};

struct ssh_place {
    struct ssh_loop *loop; /* NULL: not begun */
    const struct ssh_target *target;
    char mark[33]; /* 128 random bits: in the environment of all that is started, and the folder */

    /* what it has said of its machine; constant after ssh_place_await() */
    char machine[32]; /* "x86_64" */
    char folder[256]; /* "": files can be run nowhere */
    char arrived[64]; /* the numeric address that the connection came to, as seen there */
    char peer[64];    /* the same as seen from here; "": through a jump host */
    char *interfaces; /* for ssh_interface_address() */

    struct ssh_file *files; /* these three are of whoever has claimed it */
    unsigned int numbers;
    struct vmtp_error given_up; /* code 0: it is not */

    pthread_mutex_t lock; /* of all below, once it is held */
    pthread_cond_t yielded;
    bool claimed;               /* by whoever enters it again or puts a file */
    struct ssh_process *keeper; /* NULL: not held */
    struct vmtp_channel pipes;  /* its */
};

/* Connect and start the keeper, without waiting for it. */
int ssh_place_begin(struct ssh_place *place, struct ssh_loop *loop, const struct ssh_target *target,
                    struct vmtp_error *err);
int ssh_place_await(struct ssh_place *place, const struct ssh_patience *patience,
                    struct vmtp_error *err);
/* Let the keeper go; then see that it has cleaned up, and free. */
void ssh_place_release(struct ssh_place *place);
int ssh_place_end(struct ssh_place *place, const struct ssh_patience *patience,
                  struct vmtp_error *err);

/* Enters it again first where it is lost; what was lost on the way is started once more. */
int ssh_place_spawn(struct ssh_place *place, const char *const *argv,
                    const struct ssh_patience *patience, struct vmtp_channel *ret,
                    struct vmtp_error *err);
int ssh_place_signal(const struct vmtp_channel *channel, int signal);
/* Closes `ended`. */
int ssh_place_reap(struct vmtp_channel *channel);
/* Make a file of this machine runnable there. */
int ssh_place_put(struct ssh_place *place, const char *from, const struct ssh_patience *patience,
                  char *ret_path, size_t len, struct vmtp_error *err);

/* ---- for put.c ---- */

bool ssh_place_is_lost(struct ssh_place *place);
/* To be the only one who enters it again, until it is yielded. */
int ssh_place_claim(struct ssh_place *place, const struct ssh_patience *patience,
                    struct vmtp_error *err);
void ssh_place_yield(struct ssh_place *place);
/* Claimed: see that it is held. */
int ssh_place_recover(struct ssh_place *place, const struct ssh_patience *patience,
                      struct vmtp_error *err);
/* As ssh_place_spawn(), in a place that is held or is being entered. */
int ssh_place_start(struct ssh_place *place, const char *const *argv,
                    const struct ssh_patience *patience, struct vmtp_channel *ret,
                    struct vmtp_error *err);
/* Claimed: to where it belongs. */
int ssh_file_send(struct ssh_place *place, const struct ssh_file *file,
                  const struct ssh_patience *patience, struct vmtp_error *err);

#endif
