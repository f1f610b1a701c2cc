/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of CSV (RFC 4180): fields that need it are quoted, lines end with CR LF.
 *
 * And the rows that a result document has: one for each figure of each result.
 */
#ifndef CSV_ROWS_H
#define CSV_ROWS_H

#include "../../common/figure.h"
#include "../../common/file.h"

/* Fields, "" for those that are not known; NULL counts as "". */
void row_write(struct out_file *file, const char *const *fields, size_t count);

/* The header and all rows. */
void document_rows(struct out_file *file, const json_t *document);

#endif
