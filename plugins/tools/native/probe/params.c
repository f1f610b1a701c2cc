/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a trial's parameters.  The table says where each number goes and what it may be.
 */
#include "params.h"

#include "../protocol.h"

#include <inttypes.h>
#include <stdlib.h>

#define NUMBER(name, min, max)                                                                     \
    {                                                                                              \
#name, offsetof(struct params, name), min, max                                             \
    }

static const struct {
    const char *key;
    size_t offset;
    uint64_t min, max;
} numbers[] = {
    NUMBER(trial, 0, UINT32_MAX),
    NUMBER(port, 0, 65535),
    NUMBER(family, 4, 6),
    NUMBER(connections, 1, PROBE_CONNECTIONS_MAX),
    NUMBER(rate_bps, 0, PROBE_RATE_MAX),
    NUMBER(length, 1, PROBE_LENGTH_MAX),
    NUMBER(frequency, 0, 1000000),
    NUMBER(request, sizeof(struct packet_header), PROBE_MESSAGE_MAX),
    NUMBER(response, sizeof(struct packet_header), PROBE_MESSAGE_MAX),
    NUMBER(cpu, 0, 1024),
    NUMBER(mss, 0, 65495),
    NUMBER(dscp, 0, 63),
    NUMBER(send_buffer, 0, PROBE_BUFFER_MAX),
    NUMBER(receive_buffer, 0, PROBE_BUFFER_MAX),
    NUMBER(warmup_ns, 0, PROBE_DURATION_MAX),
    NUMBER(duration_ns, 1000000, PROBE_DURATION_MAX),
    NUMBER(interval_ns, 0, PROBE_DURATION_MAX),
};

static int read_text(const struct json_object *o, const char *key, char *to, size_t size,
                     struct vmtp_error *err)
{
    const char *text = json_text(o, key);

    if (!text)
        text = "";
    if (strlen(text) >= size)
        return vmtp_fail(err, -EINVAL, "setup: %s is too long", key);
    memcpy(to, text, strlen(text) + 1);
    return 0;
}

static int read_numbers(struct params *p, const struct json_object *o, struct vmtp_error *err)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint64_t value = numbers[i].min;
        int r = json_uint(o, numbers[i].key, numbers[i].min, numbers[i].max, &value);

        if (r && r != -ENOENT)
            return vmtp_fail(err, r, "setup: %s must be %" PRIu64 "..%" PRIu64, numbers[i].key,
                             numbers[i].min, numbers[i].max);
        memcpy((char *)p + numbers[i].offset, &value, sizeof value);
    }
    return 0;
}

static enum wait_mode read_wait(const struct json_object *o)
{
    const char *text = json_text(o, "wait");

    if (text && !strcmp(text, "spin"))
        return WAIT_SPIN;
    return text && !strcmp(text, "block") ? WAIT_BLOCK : WAIT_AUTO;
}

int params_read(struct params *p, const struct json_object *o, struct vmtp_error *err)
{
    char token[17], *end;
    int r;

    memset(p, 0, sizeof *p);
    p->server = json_flag(o, "server");
    p->udp = json_flag(o, "udp");
    p->latency = json_flag(o, "latency");
    p->up = json_flag(o, "up");
    p->down = json_flag(o, "down");
    p->offload = json_flag(o, "offload");
    p->discard = json_flag(o, "discard");
    p->wait = read_wait(o);
    r = read_numbers(p, o, err);
    if (!r)
        r = read_text(o, "address", p->address, sizeof p->address, err);
    if (!r)
        r = read_text(o, "congestion", p->congestion, sizeof p->congestion, err);
    if (!r)
        r = read_text(o, "token", token, sizeof token, err);
    if (r)
        return r;
    p->token = strtoull(token, &end, 16);
    if (strlen(token) != 16 || *end)
        return vmtp_fail(err, -EINVAL, "setup: token must be 16 hexadecimal digits");
    if (!p->up && !p->down)
        return vmtp_fail(err, -EINVAL, "setup: no direction");
    if (p->udp && (p->length < sizeof(struct packet_header) || p->length > PROBE_DATAGRAM_MAX))
        return vmtp_fail(err, -ERANGE, "setup: length of a datagram must be %zu..%u",
                         sizeof(struct packet_header), PROBE_DATAGRAM_MAX);
    return 0;
}
