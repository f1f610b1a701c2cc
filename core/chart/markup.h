/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of a page (HTML with SVG in it) that is written piece by piece: nothing that comes from
 * outside gets into it but escaped.
 *
 * The first failure stays, and later pieces are dropped, so that whoever writes looks once, at the
 * end.  One thread.
 */
#ifndef VMTP_CHART_MARKUP_H
#define VMTP_CHART_MARKUP_H

#include "../base/buf.h"

struct markup {
    struct buf text;
    int status; /* 0, or why it is not whole: -ENOMEM, -EMSGSIZE */
};

#define MARKUP(maximum)                                                                            \
    {                                                                                              \
        .text = BUF(maximum)                                                                       \
    }

/* As printf(), with these conversions and no others:
 *
 *     %s    text, escaped for elements and for attributes in double quotes; NULL is ""
 *     %d    int
 *     %zu   size_t
 *     %.Nf  double, at most N (0 to 6) digits behind the point; what is no number is 0
 *
 * whatever the locale.  The format itself is markup. */
_printf_(2, 3) void markup_add(struct markup *markup, const char *fmt, ...);
/* Text, escaped, cut to so many columns with an ellipsis. */
void markup_cut(struct markup *markup, const char *text, size_t width);
/* Markup as it is. */
void markup_copy(struct markup *markup, const struct markup *from);
/* Remember that something else went wrong. */
void markup_fail(struct markup *markup, int status);
void markup_clear(struct markup *markup);

#endif
