/* SPDX-License-Identifier: Apache-2.0
 *
 * What an openrc file assigns to OS_*, read line by line and never run.
 *
 * "export" may be there or not; values are bare or in single or double quotes.  A value that
 * begins with '$' is the work of a shell and is left out, as are quotes that do not end in their
 * line, lines that are anything else, nothing ("") and what is not UTF-8.
 */
#ifndef OPENSTACK_OPENRC_H
#define OPENSTACK_OPENRC_H

#include <jansson.h>

/* Strings by name without "OS_"; of several lines the last one counts, as in a shell.  *ret is the
 * caller's to free.  0 or -ENOMEM. */
int openrc_parse(const char *text, size_t len, json_t **ret);

#endif
