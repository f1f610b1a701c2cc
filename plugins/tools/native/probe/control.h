/* SPDX-License-Identifier: Apache-2.0
 *
 * The probe's conversation with its controller, from hello to the end of stdin.
 */
#ifndef PROBE_CONTROL_H
#define PROBE_CONTROL_H

/* Runs until stdin ends, a signal comes, or the controller is silent in a trial.  Returns the
 * exit status. */
int control_run(int in_fd, int out_fd);

#endif
