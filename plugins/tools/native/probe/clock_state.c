/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_state.h"

#include <math.h>

void clock_state_judge(struct clock_state *s)
{
    const struct clock_keeper *keeper = &s->keeper;
    const struct clock_kernel *kernel = &s->kernel;

    s->synchronised =
        keeper->answered ? keeper->synchronised : kernel->known && kernel->synchronised;
    s->offset_s = NAN;
    s->error_s = NAN;
    if (!s->synchronised)
        return; /* whatever figures there are, they have lost touch with true time */
    if (keeper->answered) {
        s->offset_s = keeper->offset_s;
        s->error_s = keeper->error_s;
    } else if (clock_kernel_bounds(kernel)) {
        s->error_s = kernel->max_error_s + fabs(kernel->offset_s);
    }
}

void clock_state_read(struct clock_asker *asker, struct clock_state *s)
{
    if (!asker->sequence)
        clock_host_find(&s->host);
    clock_kernel_read(&s->kernel);
    clock_kernel_read_source(&s->kernel);
    clock_keeper_ask(asker, &s->keeper);
    clock_host_read(&s->host);
    clock_state_judge(s);
}

static void kernel_add(struct json_writer *w, const struct clock_kernel *k)
{
    if (k->source[0])
        json_add_text(w, "source", k->source);
    if (k->available[0])
        json_add_text(w, "sources", k->available);
    if (!k->known)
        return;
    json_open(w, "kernel");
    json_add_flag(w, "synchronised", k->synchronised);
    json_add_real(w, "offset_s", k->offset_s);
    json_add_real(w, "max_error_s", k->max_error_s);
    json_add_real(w, "est_error_s", k->est_error_s);
    json_add_real(w, "rate", k->rate);
    if (k->leap)
        json_add_text(w, "leap", k->leap > 0 ? "insert" : "delete");
    json_close(w);
}

static void keeper_add(struct json_writer *w, const struct clock_keeper *k)
{
    if (k->name[0])
        json_add_text(w, "keeper", k->name);
    if (k->other[0])
        json_add_text(w, "beside", k->other);
    if (k->source[0])
        json_add_text(w, "from", k->source);
    if (k->answered)
        json_add_uint(w, "stratum", k->stratum);
}

static void host_add(struct json_writer *w, const struct clock_host *h)
{
    if (!h->device[0])
        return;
    json_open(w, "host");
    json_add_text(w, "device", h->device);
    json_add_text(w, "name", h->name);
    json_add_flag(w, "readable", h->readable);
    if (h->known) {
        json_add_real(w, "offset_s", h->offset_s);
        json_add_real(w, "within_s", h->within_s);
    }
    json_close(w);
}

void clock_state_add(struct json_writer *w, const struct clock_state *s)
{
    if (s->keeper.answered || s->kernel.known)
        json_add_flag(w, "synchronised", s->synchronised);
    json_add_real(w, "offset_s", s->offset_s);
    json_add_real(w, "error_s", s->error_s);
    keeper_add(w, &s->keeper);
    kernel_add(w, &s->kernel);
    host_add(w, &s->host);
}
