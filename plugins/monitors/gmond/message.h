/* SPDX-License-Identifier: Apache-2.0
 *
 * A datagram of Ganglia's protocol (3.1 and newer): one value of one host, decoded by libganglia.
 */
#ifndef GMOND_MESSAGE_H
#define GMOND_MESSAGE_H

#include "report.h"

#define MESSAGE_MAX 65536

struct message {
    char name[REPORT_NAME_MAX];
    char address[REPORT_ADDRESS_MAX]; /* of a spoofed host; "": of whoever sent it */
    char metric[64];
    double value; /* NAN: it is no number */
};

/* False: it is no value of a metric. */
bool message_read(const void *data, size_t len, struct message *ret);

#endif
