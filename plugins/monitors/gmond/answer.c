/* SPDX-License-Identifier: Apache-2.0 */
#include "answer.h"

#include "mend.h"
#include "spelling.h"
#include "unpack.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 16384

struct answer {
    void (*report)(void *arg, const struct report *report);
    void *arg;
    struct unpack unpack;
    struct mend mend;
    XML_Parser parser; /* NULL: nothing but blanks has come */
    bool mended;       /* the document is one whose bytes can be mended */
    uint64_t bytes;    /* that the parser was given */
    unsigned int depth, host_depth;
    int64_t localtime_s;
    bool is_ganglia, whole; /* the root is what it should be; it was closed */
    const char *refused;    /* why no more is read */
    struct report host;     /* while host_depth is not 0 */
    char head[4];           /* until it is known how the document begins */
    size_t head_len;
};

/* ---- elements ---- */

static const char *attribute(const XML_Char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

/* 0: there is none. */
static uint64_t seconds(const XML_Char **attributes, const char *name)
{
    const char *text = attribute(attributes, name);
    char *end;
    unsigned long long value = *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;

    return value > UINT32_MAX ? UINT32_MAX : value; /* a time of day fits until 2106 */
}

static void host_begin(struct answer *answer, const XML_Char **attributes)
{
    struct report *host = &answer->host;

    report_clear(host);
    answer->host_depth = answer->depth;
    spelling_mend(attribute(attributes, "NAME"), host->name, sizeof host->name);
    spelling_mend(attribute(attributes, "IP"), host->address, sizeof host->address);
    host->localtime_s = answer->localtime_s;
    host->silent_s = seconds(attributes, "TN");
    host->expected_s = seconds(attributes, "TMAX");
}

static void metric_take(struct answer *answer, const XML_Char **attributes)
{
    int figure = report_figure(attribute(attributes, "NAME"));

    if (figure < 0)
        return;
    answer->host.values[figure] =
        report_value_read((enum report_figure)figure, attribute(attributes, "VAL"));
    answer->host.ages_s[figure] = seconds(attributes, "TN");
}

static void parser_refuse(struct answer *answer, const char *why)
{
    if (!answer->refused)
        answer->refused = why;
    XML_StopParser(answer->parser, XML_FALSE);
}

static void XMLCALL element_begin(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct answer *answer = arg;

    if (++answer->depth > ANSWER_DEPTH_MAX)
        parser_refuse(answer, "is nested too deeply");
    else if (answer->depth == 1)
        answer->is_ganglia = strcmp(name, "GANGLIA_XML") == 0;
    if (answer->depth == 1 && !answer->is_ganglia)
        parser_refuse(answer, "is not Ganglia's: its root is no GANGLIA_XML");
    if (strcmp(name, "CLUSTER") == 0 || strcmp(name, "GRID") == 0)
        answer->localtime_s = (int64_t)seconds(attributes, "LOCALTIME");
    else if (strcmp(name, "HOST") == 0 && !answer->host_depth)
        host_begin(answer, attributes);
    else if (strcmp(name, "METRIC") == 0 && answer->host_depth &&
             answer->depth == answer->host_depth + 1)
        metric_take(answer, attributes);
}

static void XMLCALL element_end(void *arg, const XML_Char *name)
{
    struct answer *answer = arg;

    (void)name;
    if (answer->host_depth && answer->depth == answer->host_depth) {
        answer->host_depth = 0;
        if (*answer->host.name || *answer->host.address)
            answer->report(answer->arg, &answer->host);
    }
    if (--answer->depth == 0) {
        answer->whole = true; /* whatever may come behind it */
        XML_StopParser(answer->parser, XML_FALSE);
    }
}

/* ---- bytes ---- */

/* The declared encoding is not to be trusted: as ISO-8859-1 every byte is a character, and names
 * are mended later.  UTF-16 alone is another matter.  An entity that is declared is never used: its
 * references are mended away, and in UTF-16 expat itself bounds what they come to. */
static int parser_make(struct answer *answer, struct vmtp_error *err)
{
    const char *head = answer->head;
    bool wide = answer->head_len >= 2 &&
                (memcmp(head, "\xff\xfe", 2) == 0 || memcmp(head, "\xfe\xff", 2) == 0 ||
                 memcmp(head, "<\0", 2) == 0 || memcmp(head, "\0<", 2) == 0);

    answer->mended = !wide;
    answer->parser = XML_ParserCreate(wide ? NULL : "ISO-8859-1");
    if (!answer->parser)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    XML_SetUserData(answer->parser, answer);
    XML_SetElementHandler(answer->parser, element_begin, element_end);
    return 0;
}

static int parser_explain(const struct answer *answer, struct vmtp_error *err)
{
    enum XML_Error code = XML_GetErrorCode(answer->parser);

    if (answer->refused)
        return vmtp_fail(err, -EPROTO, "its answer %s", answer->refused);
    if (code == XML_ERROR_NO_MEMORY)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    return vmtp_fail(err, -EPROTO, "its answer can't be read from line %llu on: %s",
                     (unsigned long long)XML_GetCurrentLineNumber(answer->parser),
                     XML_ErrorString(code));
}

static int parser_feed(struct answer *answer, const char *data, size_t len, struct vmtp_error *err)
{
    XML_Index at;

    if (answer->whole)
        return 0;
    answer->bytes += len;
    if (answer->bytes > ANSWER_MAX)
        return vmtp_fail(err, -EFBIG, "its answer is longer than %u MiB", ANSWER_MAX >> 20);
    if (XML_Parse(answer->parser, data, (int)len, XML_FALSE) == XML_STATUS_ERROR)
        return answer->whole ? 0 : parser_explain(answer, err);
    at = XML_GetCurrentByteIndex(answer->parser);
    if (at >= 0 && answer->bytes - (uint64_t)at > ANSWER_TOKEN_MAX)
        return vmtp_fail(err, -EFBIG, "its answer has a tag that is longer than %u KiB",
                         ANSWER_TOKEN_MAX >> 10);
    return 0;
}

static int document_feed(struct answer *answer, const char *data, size_t len,
                         struct vmtp_error *err)
{
    char room[PIECE + MEND_REFERENCE_MAX];
    int r = 0;

    while (len > 0 && r == 0) {
        size_t piece = len < PIECE ? len : PIECE;

        if (answer->mended)
            r = parser_feed(answer, room, mend_feed(&answer->mend, data, piece, room), err);
        else
            r = parser_feed(answer, data, piece, err);
        data += piece;
        len -= piece;
    }
    return r;
}

/* How the document begins is known by now: in what way it is read, and without the mark of UTF-8,
 * which is not what ISO-8859-1 begins with. */
static int head_feed(struct answer *answer, struct vmtp_error *err)
{
    bool marked = answer->head_len >= 3 && memcmp(answer->head, "\xef\xbb\xbf", 3) == 0;
    size_t skip = marked ? 3 : 0;
    int r = parser_make(answer, err);

    return r < 0 ? r : document_feed(answer, answer->head + skip, answer->head_len - skip, err);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static int text_take(void *arg, const char *data, size_t len, struct vmtp_error *err)
{
    struct answer *answer = arg;
    int r = 0;

    while (!answer->parser && len > 0 && r == 0) {
        if (answer->head_len || !is_blank(*data))
            answer->head[answer->head_len++] = *data;
        data++;
        len--;
        if (answer->head_len == sizeof answer->head)
            r = head_feed(answer, err);
    }
    return r < 0 || len == 0 ? r : document_feed(answer, data, len, err);
}

/* ---- the whole ---- */

int answer_new(void (*report)(void *arg, const struct report *report), void *arg,
               struct answer **ret)
{
    struct answer *answer = calloc(1, sizeof *answer);

    if (!answer)
        return -ENOMEM;
    answer->report = report;
    answer->arg = arg;
    answer->unpack.take = text_take;
    answer->unpack.arg = answer;
    *ret = answer;
    return 0;
}

int answer_feed(struct answer *answer, const char *data, size_t len, struct vmtp_error *err)
{
    int r = unpack_feed(&answer->unpack, data, len, err);

    return r < 0 ? r : answer->whole;
}

int answer_end(struct answer *answer, struct vmtp_error *err)
{
    int r = answer->whole ? 0 : unpack_end(&answer->unpack, err);

    if (r < 0 || answer->whole)
        return r;
    return vmtp_fail(err, -EPROTO,
                     answer->parser ? "its answer ends in the middle" : "its answer is empty");
}

void answer_free(struct answer *answer)
{
    if (!answer)
        return;
    unpack_clear(&answer->unpack);
    if (answer->parser)
        XML_ParserFree(answer->parser);
    free(answer);
}
