/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads any bytes as what gmond answers, in pieces of any size: each report can be one of a host,
 * the same is read whatever the pieces are, and an error says why.
 */
#include "../../plugins/monitors/gmond/answer.c"
#include "../../plugins/monitors/gmond/mend.c"
#include "../../plugins/monitors/gmond/report.c"
#include "../../plugins/monitors/gmond/spelling.c"
#include "../../plugins/monitors/gmond/unpack.c"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
    size_t hosts;
    double values;
};

static void judge(void *arg, const struct report *report)
{
    struct sum *sum = arg;

    sum->hosts++;
    if (!*report->name && !*report->address)
        abort();
    for (int i = 0; i < R_FIGURES; i++) {
        if (isinf(report->values[i]) || report->values[i] < 0)
            abort();
        sum->values += isnan(report->values[i]) ? 0 : report->values[i];
    }
}

static struct sum read_in(const char *data, size_t size, size_t piece)
{
    struct sum sum = { 0 };
    struct vmtp_error err = { 0 };
    struct answer *answer;
    int r;

    if (answer_new(judge, &sum, &answer) < 0)
        return sum;
    for (r = 0; size > 0 && r == 0; data += piece, size -= piece) {
        piece = piece < size ? piece : size;
        r = answer_feed(answer, data, piece, &err);
    }
    if (r == 0)
        r = answer_end(answer, &err);
    if (r < 0 && !err.code)
        abort();
    answer_free(answer);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = size ? 1 + data[size - 1] % 64 : 1;
    struct sum whole = read_in((const char *)data, size, size ? size : 1);
    struct sum pieces = read_in((const char *)data, size, piece);

    if (whole.hosts != pieces.hosts || fabs(whole.values - pieces.values) > 1e-6 * whole.values)
        abort();
    return 0;
}
