/* SPDX-License-Identifier: Apache-2.0
 *
 * VMTP's log: lines "2026-11-21 10:00:00,123 INFO ..." on stderr and, with --log-file, in a file.
 *
 * Lines come from any thread.
 */
#ifndef VMTP_CLI_DIARY_H
#define VMTP_CLI_DIARY_H

#include "../base/log.h"

#include <jansson.h>

struct diary;

/* file NULL: stderr alone; an old file of that name is emptied, as VMTP did.  *ret_log then writes
 * here. */
int diary_open(const char *file, bool debug, struct diary **ret, struct log *ret_log,
               struct vmtp_error *err);
void diary_free(struct diary *diary);

/* What ended it: into the file alone, for cli_error() says it. */
void diary_error(struct diary *diary, const struct vmtp_error *err);
/* The report, into the file as well. */
void diary_report(struct diary *diary, const json_t *document);

#endif
