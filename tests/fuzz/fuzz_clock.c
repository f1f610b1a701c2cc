/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads any bytes as what chronyd and ntpd answer to vmtp-probe, and as the line that vmtp-probe
 * makes of it for the clock monitor: what is taken is a figure, and every text can be printed.
 */
#include "../../plugins/tools/native/probe/clock_chrony.c"
#undef STRATUM_MAX
#undef NOT_IN_STEP
#define get16 ntp_get16
#include "../../plugins/tools/native/probe/clock_ntp.c"

#include "../../plugins/monitors/clock/account.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_judge(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            abort();
}

static void keeper_judge(const struct clock_keeper *k)
{
    if (!isfinite(k->offset_s) || !isfinite(k->error_s) || k->error_s < fabs(k->offset_s) ||
        k->stratum > 16 || !k->answered || (k->synchronised && !k->source[0]))
        abort();
    text_judge(k->source);
}

static void line_judge(const json_t *line)
{
    const struct account_key key = account_key(line), again = account_key(line);
    char text[ACCOUNT_BYTES];

    account_text(line, text);
    text_judge(text);
    if (!text[0] || !account_key_equal(&key, &again))
        abort();
    account_step(watch_number(line, "size_s", -1e10, 1e10, NAN), text);
    text_judge(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *line = json_loadb((const char *)data, size, 0, NULL);
    struct clock_keeper k;

    if (json_is_object(line))
        line_judge(line);
    json_decref(line);
    /* The question is the one that this may answer, so that no byte is spent on it. */
    if (size >= AT_SEQUENCE + 4 && chrony_answer(data, size, get32(data + AT_SEQUENCE), &k) == 0)
        keeper_judge(&k);
    if (size >= HEADER_BYTES && ntp_answer(data, size, ntp_get16(data + 2), &k) == 0)
        keeper_judge(&k);
    return 0;
}
