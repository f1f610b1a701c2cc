/* SPDX-License-Identifier: Apache-2.0
 *
 * What limited a flow over the time of its trials, as a band of a drawing: at each time the cause
 * that most trials had there.
 *
 * One thread, as page.
 */
#ifndef VMTP_CHART_SPANS_H
#define VMTP_CHART_SPANS_H

#include "page.h"
#include "svg.h"

#define SPANS_HEIGHT 6.0

/* Does the result's limit tell of spans? */
bool spans_known(const json_t *result);
/* Into the drawing that is begun, from y on; times are those of the axis, without the warm-up. */
void spans_draw(struct page *page, const json_t *result, const struct axis *time, double y);
/* "line-rate 90 %, loss 10 %": of one trial, in a table's cell. */
void spans_cell(struct page *page, const json_t *result, const json_t *trial);

#endif
