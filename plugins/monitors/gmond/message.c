/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

#include "spelling.h"

#include <ganglia.h>

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- its form ---- */

/* Step over a text; false: it does not fit.  XDR takes memory for the length that is written there
 * before it looks whether there is so much. */
static bool text_skip(const unsigned char *data, size_t len, size_t *at)
{
    uint32_t text_len;

    if (len - *at < sizeof text_len)
        return false;
    memcpy(&text_len, data + *at, sizeof text_len);
    text_len = ntohl(text_len);
    *at += sizeof text_len;
    if (text_len > len - *at)
        return false;
    *at += (text_len + 3) & ~(size_t)3;
    return *at <= len;
}

/* Host, name, whether it is spoofed, format, value: all texts are as long as they claim. */
static bool texts_fit(Ganglia_msg_formats id, const unsigned char *data, size_t len)
{
    size_t at = 4;

    if (!text_skip(data, len, &at) || !text_skip(data, len, &at) || len - at < 4)
        return false;
    at += 4;
    return text_skip(data, len, &at) && (id != gmetric_string || text_skip(data, len, &at));
}

/* ---- what it says ---- */

static double value_of(const Ganglia_value_msg *msg)
{
    switch (msg->id) {
    case gmetric_ushort:
        return msg->Ganglia_value_msg_u.gu_short.us;
    case gmetric_short:
        return msg->Ganglia_value_msg_u.gs_short.ss;
    case gmetric_int:
        return msg->Ganglia_value_msg_u.gs_int.si;
    case gmetric_uint:
        return msg->Ganglia_value_msg_u.gu_int.ui;
    case gmetric_float:
        return (double)msg->Ganglia_value_msg_u.gf.f;
    case gmetric_double:
        return msg->Ganglia_value_msg_u.gd.d;
    default:
        return NAN;
    }
}

static double number_of(const Ganglia_value_msg *msg, int figure)
{
    if (msg->id == gmetric_string) {
        const char *text = msg->Ganglia_value_msg_u.gstr.str;

        return report_value_read((enum report_figure)figure, text ? text : "");
    }
    return report_value((enum report_figure)figure, value_of(msg));
}

/* A spoofed host is "address:name"; Ganglia takes the first colon. */
static void host_take(const struct Ganglia_metric_id *metric, struct message *ret)
{
    const char *host = metric->host ? metric->host : "";
    const char *colon = metric->spoof ? strchr(host, ':') : NULL;

    if (colon) {
        snprintf(ret->address, sizeof ret->address, "%.*s", (int)(colon - host), host);
        host = colon + 1;
    }
    spelling_mend(host, ret->name, sizeof ret->name);
}

/* All of the union begin with it. */
static const struct Ganglia_metric_id *metric_of(const Ganglia_value_msg *msg)
{
    return &msg->Ganglia_value_msg_u.gf.metric_id;
}

static bool value_take(const Ganglia_value_msg *msg, struct message *ret)
{
    const char *name = metric_of(msg)->name ? metric_of(msg)->name : "";
    int figure = report_figure(name);

    *ret = (struct message){ .value = figure < 0 ? (double)NAN : number_of(msg, figure) };
    snprintf(ret->metric, sizeof ret->metric, "%s", name);
    host_take(metric_of(msg), ret);
    return *name && (*ret->name || *ret->address);
}

bool message_read(const void *data, size_t len, struct message *ret)
{
    Ganglia_value_msg msg;
    uint32_t id = 0;
    bool good;
    XDR xdr;

    if (len < sizeof id || len > MESSAGE_MAX)
        return false;
    memcpy(&id, data, sizeof id);
    id = ntohl(id);
    if (id < gmetric_ushort || id > gmetric_double ||
        !texts_fit((Ganglia_msg_formats)id, data, len))
        return false;
    memset(&msg, 0, sizeof msg);
    xdrmem_create(&xdr, (char *)(uintptr_t)data, (u_int)len, XDR_DECODE);
    good = xdr_Ganglia_value_msg(&xdr, &msg) && value_take(&msg, ret);
    xdr_free((xdrproc_t)xdr_Ganglia_value_msg, &msg);
    xdr_destroy(&xdr);
    return good;
}
