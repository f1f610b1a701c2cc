/* SPDX-License-Identifier: Apache-2.0 */
#include "witness.h"

#include "../base/clock.h"
#include "entry.h"
#include "journal.h"
#include "json.h"

#include <errno.h>
#include <math.h>

int witness_begin(struct witness *witness, uint64_t began_wall_ns)
{
    *witness = (struct witness){ .monitors = json_object() };
    return witness->monitors ? sightings_new(began_wall_ns, &witness->sightings) : -ENOMEM;
}

void witness_clear(struct witness *witness)
{
    sightings_free(witness->sightings);
    windows_clear(&witness->windows);
    json_decref(witness->monitors);
    *witness = (struct witness){ 0 };
}

int witness_window(struct witness *witness, const json_t *line, struct measurement *measurement)
{
    json_int_t number = json_integer_value(json_object_get(line, "trial"));
    struct window window = { .measurement = measurement,
                             .warmup_ns = journal_ns(line, "warmup"),
                             .duration_ns = journal_ns(line, "duration") };

    if (number < 1 || number > UINT32_MAX ||
        clock_parse(json_text(line, "started"), &window.start_ns) < 0)
        return 0;
    window.number = (uint32_t)number;
    return windows_add(&witness->windows, &window);
}

/* They were told of in the scenario's order. */
static uint32_t rank_of(const struct witness *witness, const char *monitor)
{
    const char *name;
    json_t *one;
    uint32_t rank = 0;

    json_object_foreach(witness->monitors, name, one)
    {
        if (strcmp(name, monitor) == 0)
            break;
        rank++;
    }
    return rank;
}

int witness_sample(struct witness *witness, const json_t *line)
{
    struct vmtp_record record;
    struct sighting sighting;
    int r;

    if (journal_record(line, &record) < 0 || *record.flow || !*record.subject)
        return 0;
    sighting = (struct sighting){ .monitor = json_text(line, "monitor"),
                                  .subject = record.subject,
                                  .part = record.part,
                                  .metric = record.metric,
                                  .unit = record.unit,
                                  .kind = record.kind,
                                  .rank = rank_of(witness, json_text(line, "monitor")),
                                  .time_ns = record.wall_ns,
                                  .value = record.value };
    r = windows_move(&witness->windows, witness->sightings, record.wall_ns);
    r = r < 0 ? r : sightings_add(witness->sightings, &sighting);
    return r == -ENOMEM ? r : 0;
}

int witness_event(struct witness *witness, const json_t *line)
{
    uint32_t kind = event_find(json_text(line, "kind"));
    uint64_t wall_ns = journal_wall_ns(line);

    if (!*json_text(line, "monitor") || kind == VMTP_NOTE)
        return 0;
    if (windows_move(&witness->windows, witness->sightings, wall_ns) < 0)
        return -ENOMEM;
    return sightings_event(witness->sightings, kind, wall_ns, json_text(line, "subject"),
                           json_text(line, "text"));
}

/* The last line of a monitor holds. */
void witness_monitor(struct witness *witness, const json_t *line)
{
    bool failed = strcmp(json_text(line, "status"), "failed") == 0;
    json_int_t dropped = json_integer_value(json_object_get(line, "dropped"));
    json_t *monitor = json_object();

    field_add(monitor, "name", text_json(json_text(line, "name")));
    field_add(monitor, "status", json_string(failed ? "failed" : "ok"));
    if (failed)
        field_add(monitor, "error", text_json(json_text(line, "error")));
    if (dropped > 0)
        field_add(monitor, "dropped", json_integer(dropped));
    field_add(witness->monitors, json_text(line, "name"), monitor);
}

int witness_end(struct witness *witness)
{
    return sightings_collect(witness->sightings, UINT64_MAX);
}

json_t *witness_monitors(const struct witness *witness)
{
    json_t *monitors = json_array(), *monitor;
    const char *name;

    json_object_foreach(witness->monitors, name, monitor) json_array_append(monitors, monitor);
    return monitors;
}
