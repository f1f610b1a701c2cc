/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_device.h"

#include "text.h"

#include <string.h>

static const struct {
    enum device_column column;
    const char *metric;
} told[] = {
    { RX_DROPPED, "nic_rx_dropped" },
    { TX_DROPPED, "nic_tx_dropped" },
    { RX_ERRORS, "nic_rx_errors" },
    { TX_ERRORS, "nic_tx_errors" },
};

/* They keep their order, so the one behind the last one found is tried first. */
static struct device *device_find(struct watch_device *w, const char *name, size_t *near)
{
    for (size_t i = 0; i < w->count; i++) {
        struct device *d = &w->device[(*near + i) % w->count];

        if (strcmp(d->name, name) == 0) {
            *near = (size_t)(d - w->device) + 1;
            return d;
        }
    }
    return NULL;
}

static struct device *device_new(struct watch_device *w, const char name[DEVICE_NAME_MAX])
{
    struct device *d = &w->device[w->count];

    if (w->count == DEVICE_MAX)
        return NULL;
    w->count++;
    memset(d, 0, sizeof *d);
    memcpy(d->name, name, strlen(name));
    return d;
}

static void device_see(struct device *d, const uint64_t column[DEVICE_COLUMNS], struct figures *f)
{
    uint64_t moved[DEVICE_COLUMNS];

    for (int i = 0; i < DEVICE_COLUMNS; i++)
        moved[i] = counter_moved(&d->column[i], column[i]);
    d->received = moved[RX_PACKETS];
    d->sent = moved[TX_PACKETS];
    d->received_bytes += moved[RX_BYTES];
    d->sent_bytes += moved[TX_BYTES];
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        figures_add_moved(f, FIGURE_NETWORK, told[i].metric, d->name, moved[told[i].column]);
}

void device_take(struct watch_device *w, const char *text, struct figures *f)
{
    size_t near = 0;

    for (const char *line = text; line; line = text_next_line(line)) {
        uint64_t column[DEVICE_COLUMNS];
        char name[DEVICE_NAME_MAX];
        struct device *d;

        if (!proc_net_device(line, name, column) || strcmp(name, "lo") == 0)
            continue;
        d = device_find(w, name, &near);
        if (!d)
            d = device_new(w, name);
        if (d)
            device_see(d, column, f);
    }
}

static struct device *device_busiest(struct watch_device *w)
{
    struct device *most = NULL;

    for (size_t i = 0; i < w->count; i++) {
        struct device *d = &w->device[i];
        uint64_t bytes = d->received_bytes + d->sent_bytes;

        if (bytes && (!most || bytes > most->received_bytes + most->sent_bytes))
            most = d;
    }
    return most;
}

void device_traffic(struct watch_device *w, uint64_t now_ns, struct figures *f)
{
    double span_s = (double)(now_ns - w->time_ns) * 1e-9;
    bool first = w->time_ns == 0;
    struct device *d;

    w->time_ns = now_ns;
    for (int i = 0; !first && span_s > 0 && i < DEVICE_SHOWN && (d = device_busiest(w)); i++) {
        figures_add(f, FIGURE_NETWORK, "nic_received", d->name,
                    8 * (double)d->received_bytes / span_s);
        figures_add(f, FIGURE_NETWORK, "nic_sent", d->name, 8 * (double)d->sent_bytes / span_s);
        d->received_bytes = d->sent_bytes = 0;
    }
    for (size_t i = 0; i < w->count; i++)
        w->device[i].received_bytes = w->device[i].sent_bytes = 0;
}
