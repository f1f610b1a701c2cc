/* SPDX-License-Identifier: Apache-2.0
 *
 * A dead man's handle for programs that have none of their own: iperf3 -s goes on when whoever
 * started it is gone.
 */
#ifndef PROBE_GUARD_H
#define PROBE_GUARD_H

/* Run a program (argv ends with NULL), its stdin empty, in a process group of our own.  When our
 * stdin ends, all of the group gets SIGTERM and soon after SIGKILL.  Returns the program's exit
 * status, 128 + the signal that ended it, or 127 when it could not be started (said on stderr). */
int guard_run(char **argv);

#endif
