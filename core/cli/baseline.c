/* SPDX-License-Identifier: Apache-2.0 */
#include "baseline.h"

#include "../base/fd.h"
#include "../report/noise.h"
#include "../report/table.h"

#define NOISE_MAX (64u << 20)
#define TEXT_MAX  (64u << 20)

int baseline_noise(struct baseline *baseline, const char *file, struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf text = BUF(NOISE_MAX);
    int r = file_read(file, &text, err);

    if (r < 0)
        return r;
    json_decref(baseline->noise);
    baseline->noise = json_loadb(buf_text(&text), text.len, 0, NULL);
    if (!noise_is(baseline->noise))
        return vmtp_fail(err, -EINVAL, "%s: not what vmtp noise --json writes", file);
    return 0;
}

int baseline_compare(const struct baseline *baseline, const struct side *now, json_t **ret,
                     struct vmtp_error *err)
{
    const struct comparing comparing = {
        .old = { baseline->old.documents, baseline->old.names, baseline->old.count },
        .now = *now,
        .gates = &baseline->gates,
        .noise = baseline->noise,
    };

    return compare_make(&comparing, ret, err);
}

void baseline_clear(struct baseline *baseline)
{
    reading_clear(&baseline->old);
    json_decref(baseline->noise);
}

static int comparison_format(const json_t *comparison, const struct showing *showing,
                             struct style style, struct buf *ret)
{
    _free_ char *json = NULL;

    if (showing->markdown)
        return compare_markdown(comparison, showing->all, ret);
    if (!showing->json)
        return compare_format(comparison, showing->all, &style, ret);
    json = document_text(comparison);
    return json ? buf_printf(ret, "%s\n", json) : -ENOMEM;
}

int comparison_print(const json_t *comparison, const struct showing *showing, FILE *stream,
                     struct vmtp_error *err)
{
    _cleanup_(buf_clear) struct buf text = BUF(TEXT_MAX);
    int r = comparison_format(comparison, showing, style_of(stream), &text);

    if (r < 0)
        return vmtp_fail(err, r, "comparison: %s", strerror(-r));
    fputs(buf_text(&text), stream); /* main() says why it could not */
    return 0;
}
