/* SPDX-License-Identifier: Apache-2.0
 *
 * What the figures of a result document are in Ganglia: metrics of hosts.
 *
 * gmond puts names and texts into XML without care, and one that is not ASCII costs its readers all
 * hosts behind it; so what is not harmless becomes "_".  A metric and its texts have to fit into
 * one datagram: they are cut.  Pure.
 */
#ifndef GANGLIA_VALUE_H
#define GANGLIA_VALUE_H

#include <jansson.h>
#include <stdbool.h>

struct value {
    char name[128];  /* "vmtp.bulk.same-network.goodput.median"; cut: ends with a hash */
    char host[192];  /* "192.0.2.7:client-1", as Ganglia spoofs */
    char text[32];   /* the number */
    char units[24];  /* "bit/s" */
    char title[128]; /* "goodput median, bulk" */
    char about[256]; /* the result's key */
};

struct values {
    struct value *items;
    size_t count, room;
};

/* Every figure that is known, of every result.  -ENOMEM; clear in any case. */
int values_make(const json_t *document, struct values *ret);
void values_clear(struct values *values);

#endif
